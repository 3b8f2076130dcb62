/** Pairs of words that GloVe learns from: the tournament of groups, the table, sorted runs, and what a text gives. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/index.js";
import { PairCounter } from "../../src/words/glove/countPairs.js";
import { MergedRuns, type PairRun } from "../../src/words/glove/pairRuns.js";
import { PairTable } from "../../src/words/glove/pairTable.js";
import { PairKeys, groups, rounds } from "../../src/words/glove/tournament.js";

describe("the tournament of 16 groups", () => {
  it("has every pair of groups once, and no group twice in a round", () => {
    const all = rounds.flat().map(([a, b]) => `${a}-${b}`);
    expect([all.length, new Set(all).size]).toEqual([136, 136]);
    for (const [a, b] of rounds.flat()) expect([a <= b, a >= 0, b < groups]).toEqual([true, true, true]);
    for (const [i, round] of rounds.entries()) {
      expect(round.length).toBe(i === 0 ? 16 : 8);
      expect(new Set(round.flat()).size).toBe(16);
    }
  });

  it.each([1, 2, 16, 17, 50])(
    "keys of %i words: different for different pairs, of their match, and turned back",
    (V) => {
      const keys = new PairKeys(V);
      const seen = new Set<number>();
      for (let i = 0; i < V; i++) {
        for (let j = 0; j <= i; j++) {
          const key = keys.keyOf(i, j);
          expect([keys.keyOf(j, i), seen.has(key)]).toEqual([key, false]);
          seen.add(key);
          const match = rounds.flat().findIndex((_, one) => key < keys.endOf(one));
          expect(new Set(rounds.flat()[match])).toEqual(new Set([i % groups, j % groups]));
          expect(keys.pairOf(key, match).sort((a, b) => b - a)).toEqual([i, j]);
        }
      }
    },
  );
});

describe("the table", () => {
  it("adds by key, is full at three quarters, and gives ascending keys", () => {
    const table = new PairTable(6);
    const random = new Random(1);
    const sums = new Map<number, number>();
    while (!table.isFull) {
      const key = random.integer(30) * 2 ** 40 + random.integer(3);
      table.add(key, 3);
      sums.set(key, (sums.get(key) ?? 0) + 3);
    }
    expect([table.size, table.most, table.bytes]).toEqual([48, 48, 1024]);
    const run = table.empty();
    const sorted = [...sums].sort(([a], [b]) => a - b);
    expect(run.flatMap(({ keys }) => [...keys])).toEqual(sorted.map(([key]) => key));
    expect(run.flatMap((piece) => [...piece.sums])).toEqual(sorted.map(([, sum]) => sum));
    expect([table.size, table.empty()]).toEqual([0, []]);
  });
});

describe("runs", () => {
  const run = (...pieces: (readonly (readonly [number, number])[])[]): PairRun =>
    pieces.map((piece) => ({ keys: Float64Array.from(piece, ([key]) => key), sums: Float64Array.from(piece, ([, sum]) => sum) })); // prettier-ignore
  const readAll = (runs: PairRun[]): [number, number][] => {
    const merged = new MergedRuns(runs);
    const read: [number, number][] = [];
    while (merged.key < Infinity) read.push([merged.key, merged.take()]);
    return read;
  };

  it("are read as one, equal keys added, pieces let go", () => {
    const runs = [run([[1, 1], [5, 2]], [[7, 3]]), run(), run([[0, 4], [5, 5], [9, 6]]), run([[5, 7]], [[9, 8], [10, 9]])]; // prettier-ignore
    expect(readAll(runs)).toEqual([[0, 4], [1, 1], [5, 14], [7, 3], [9, 14], [10, 9]]); // prettier-ignore
    expect(runs.map(({ length }) => length)).toEqual([0, 0, 0, 0]);
    expect(readAll([])).toEqual([]);
    expect(new MergedRuns([]).take()).toBe(0);
  });

  it("of 40 random runs give what a map gives", () => {
    const random = new Random(7);
    const sums = new Map<number, number>();
    const runs = Array.from({ length: 40 }, () => {
      const keys = [...new Set(Array.from({ length: random.integer(30) }, () => random.integer(200)))].sort((a, b) => a - b); // prettier-ignore
      return run(
        keys.map((key) => {
          const sum = random.integer(9);
          sums.set(key, (sums.get(key) ?? 0) + sum);
          return [key, sum] as const;
        }),
      ).filter(({ keys: { length } }) => length > 0);
    });
    expect(readAll(runs)).toEqual([...sums].sort(([a], [b]) => a - b));
  });
});

/** Everything that is counted, match by match. */
function counted(tokens: Int32Array, V: number, window: number, bits?: number) {
  const counter = new PairCounter(tokens, V, window, bits);
  while (counter.next());
  return { matches: [...counter.matches(3)], counter };
}

describe("pairs of a text", () => {
  const V = 40;
  const random = new Random(5);
  const tokens = Int32Array.from({ length: 5000 }, () => Math.min(random.integer(V), random.integer(V)));

  it.each([1, 4, 10, 6000])("window %i: counts are the sums of 1/d in both orders", (window) => {
    const text = window > 100 ? tokens.subarray(0, 300) : tokens;
    const right = new Map<string, number>();
    for (let n = 0; n < text.length; n++) {
      for (let d = 1; d <= Math.min(window, n); d++) {
        for (const pair of [`${text[n]} ${text[n - d]}`, `${text[n - d]} ${text[n]}`]) {
          right.set(pair, (right.get(pair) ?? 0) + 1 / d);
        }
      }
    }
    let [found, worst] = [0, 0];
    for (const { first, second, counts } of counted(text, V, window).matches) {
      for (let i = 0; i < first.length; i++) {
        const want = right.get(`${first[i]} ${second[i]}`)!;
        worst = Math.max(worst, Math.abs(counts[i] / want - 1));
        found += first[i] === second[i] ? 1 : 2;
      }
    }
    expect(found).toBe(right.size);
    expect(worst).toBeLessThan(window > 100 ? 2e-5 : 1e-6);
  });

  it("a table that spills 64 times, and merges its runs in between, gives the bits of one that does not", () => {
    const whole = counted(tokens, V, 10);
    const small = counted(tokens, V, 10, 4);
    expect(small.matches).toEqual(whole.matches);
    expect(small.counter.bytes).toBeLessThan(16 * (16 + 2 * 820 + 9 * 12) + 1);
  });

  it("the order within a match is drawn: not that of the keys, the same for the same seed", () => {
    const { first, second } = counted(tokens, V, 10).matches[20];
    const keys = Array.from(first, (i, n) => i * V + second[n]);
    expect(keys).not.toEqual([...keys].sort((a, b) => a - b));
    expect(counted(tokens, V, 10).matches[20].first).toEqual(first);
  });
});
