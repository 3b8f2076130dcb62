/** Lengths of padded sequences, and their order in batches. */
import { describe, expect, it } from "vitest";
import { Batches } from "../../src/data/batches.js";
import { Lengths, lengthsOf, orderByLength } from "../../src/data/lengths.js";
import { tensor } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import "../support/engine.js";

const int32 = { dtype: "int32" } as const;
const rowsInFront = [[0, 0, 0, 4, 5], [1, 2, 3, 4, 5], [0, 0, 0, 0, 6], [0, 0, 7, 0, 8], [0, 0, 0, 0, 0]]; // prettier-ignore

describe("lengthsOf", () => {
  it("counts what is no padding, also where a 0 stands between tokens; padding alone is 0, computed as one step", () => {
    const front = lengthsOf("fit", tensor(rowsInFront, undefined, int32), 2);
    expect([...front.tokens]).toEqual([2, 5, 1, 3, 0]);
    expect([...front.rounded]).toEqual([2, 5, 2, 4, 2]);
    expect([front.isPaddedInFront, front.steps]).toEqual([true, 5]);
    const behind = lengthsOf("fit", tensor(rowsInFront.map((row) => row.toReversed()), undefined, int32), 1); // prettier-ignore
    expect([...behind.rounded]).toEqual([2, 5, 1, 3, 1]);
    expect(behind.isPaddedInFront).toBe(false);
  });

  it("rounds up to a tenth of T, unless told otherwise", () => {
    const x = tensor(Array.from({ length: 25 }, (_, t) => (t < 24 ? 0 : 1)), [1, 25], int32); // prettier-ignore
    expect([...lengthsOf("fit", x).rounded]).toEqual([3]);
  });

  it("refuses padding on both sides", () => {
    expect(() =>
      lengthsOf(
        "fit",
        tensor(
          [
            [1, 1],
            [0, 1],
            [1, 0],
          ],
          undefined,
          int32,
        ),
      ),
    ).toThrow(
      // prettier-ignore
      "fit: groupByLength needs padding on one side; expected in front of all or behind all, got padding in front of sample 1 and behind sample 2. text.padSequences pads all on one side.",
    );
  });
});

describe("orderByLength", () => {
  const random = new Random(7);
  const lengths = Int32Array.from({ length: 1003 }, () => 1 + random.integer(500));
  const spread = (order: Int32Array, batchSize: number): number => {
    let wasted = 0;
    for (let b = 0; b < order.length; b += batchSize) {
      const batch = [...order.subarray(b, b + batchSize)].map((row) => lengths[row]);
      wasted += batch.length * Math.max(...batch) - batch.reduce((sum, length) => sum + length, 0);
    }
    return wasted / lengths.reduce((sum, length) => sum + length, 0);
  };

  it("is a permutation in batches of similar length, another one for another epoch, the same for the same", () => {
    const order = (seed: number) => orderByLength([lengths], 10, true, new Random(seed));
    expect([...order(1)].sort((a, b) => a - b)).toEqual([...Array(1003).keys()]);
    expect(spread(order(1), 10)).toBeLessThan(0.05);
    expect(spread(new Random(1).permutation(1003), 10)).toBeGreaterThan(0.5);
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
    const firsts = Array.from({ length: 100 }, (_, b) => lengths[order(1)[10 * b]]);
    expect(firsts).not.toEqual(firsts.toSorted((a, b) => a - b)); // batches are shuffled
  });

  it("shuffles the batches of one pool, and leaves a smaller last batch, the longest sequences, the last", () => {
    const ascending = Int32Array.from({ length: 103 }, (_, i) => i);
    const orders = [1, 2, 3].map((seed) => orderByLength([ascending], 10, true, new Random(seed)));
    for (const order of orders) {
      expect([...order].sort((a, b) => a - b)).toEqual([...ascending]);
      const firsts = Array.from({ length: 10 }, (_, b) => order[10 * b]);
      expect(firsts.toSorted((a, b) => a - b)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
      expect(firsts).not.toEqual(firsts.toSorted((a, b) => a - b));
      for (const [b, first] of firsts.entries())
        expect([...order.subarray(10 * b, 10 * b + 10)]).toEqual(Array.from({ length: 10 }, (_, i) => first + i));
      expect([...order.subarray(100)]).toEqual([100, 101, 102]);
    }
  });

  it("without shuffling is sorted by length, equals as they stand", () => {
    expect([...orderByLength([Int32Array.of(3, 1, 3, 1, 2)], 2, false, random)]).toEqual([1, 3, 4, 0, 2]);
  });
});

describe("padding on both sides", () => {
  const [front, behind, none] = [[0, 1], [1, 0], [1, 1]]; // prettier-ignore
  it.each([
    [[front, front, behind, behind], 0, 2],
    [[behind, behind, front, front], 2, 0],
    [[none, front, none, front, behind, behind], 1, 4],
    [[none, behind, none, behind, front, front], 4, 1],
  ])("%j: the first sample with padding in front is %i, behind %i", (rows, first, second) => {
    const x = tensor(rows, undefined, int32);
    expect(() => lengthsOf("fit", x)).toThrow(`padding in front of sample ${first} and behind sample ${second}`);
  });

  it("one side alone is taken, samples of padding alone too", () => {
    const taken = (...rows: number[][]) => lengthsOf("fit", tensor(rows, undefined, int32), 1);
    expect(taken(front, none, [0, 0])).toMatchObject({ isPaddedInFront: true, steps: 2 });
    expect([...taken(front, none, [0, 0]).tokens]).toEqual([1, 2, 0]);
    expect([...taken(behind, none, [0, 0]).rounded]).toEqual([1, 2, 1]);
    expect(taken(behind, none, [0, 0]).isPaddedInFront).toBe(false);
  });
});

describe("Batches by length", () => {
  it.each([true, false])(
    "are as long as their longest, padded in front: %s; the count of padding is right",
    (inFront) => {
      const rows = inFront ? rowsInFront : rowsInFront.map((row) => row.toReversed());
      const x = tensor(rows, undefined, int32);
      const y = tensor([0, 1, 2, 3, 4], undefined, int32);
      const batches = new Batches([x, y], 2, new Lengths([lengthsOf("fit", x, 1)], [0, undefined], 1));
      const order = batches.order(false, 0, 0);
      const taken = [0, 1, 2].map((b) => {
        const { n, steps, batch } = batches.select(order, b);
        batches.gather(n, steps);
        return batch.map((column) => column.toArray());
      });
      const part = (row: number, L: number) => (inFront ? rows[row].slice(5 - L) : rows[row].slice(0, L));
      expect(taken).toEqual([
        [
          [part(4, 1), part(2, 1)],
          [4, 2],
        ],
        [
          [part(0, 3), part(3, 3)],
          [0, 3],
        ],
        [[part(1, 5)], [1]],
      ]);
      expect(batches.padding).toBeCloseTo(100 * (1 - 11 / 13), 10);
      expect(batches.grouping).toBe(1);
      expect([0, 1, 2].map((b) => batches.sizeOf(b))).toEqual([2, 2, 1]);
      const plain = new Batches([x, y], 4);
      expect([plain.grouping, plain.sizeOf(0), plain.sizeOf(1)]).toEqual([false, 4, 1]);
      plain.dispose();
      batches.dispose();
    },
  );
});

describe("Batches by the lengths of two inputs", () => {
  const sources = [[1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]]; // prettier-ignore
  const targets = [[0, 0, 7, 8, 9], [0, 0, 0, 0, 6], [0, 1, 2, 3, 4], [0, 0, 0, 5, 5]]; // prettier-ignore
  const next = targets.map((row) => row.map((token) => [token, -token]));

  it("are as long as the longest of each, targets and weights with the input that has as many steps", () => {
    const [x, y] = [sources, targets].map((rows) => tensor(rows, undefined, int32));
    const z = tensor(next); // (4, 5, 2), float32
    const sequences = [lengthsOf("fit", x, 2), lengthsOf("fit", y, 1)];
    const batches = new Batches([x, y, z], 2, new Lengths(sequences, [0, 1, 1], 2));
    const order = batches.order(false, 0, 0);
    expect([...order]).toEqual([1, 3, 0, 2]); // by 2, 2, 4, 4 steps of the source, then by 1, 2, 3, 4 of the target
    const taken = [0, 1].map((b) => {
      const { n, steps, batch } = batches.select(order, b);
      batches.gather(n, steps);
      return [steps, ...batch.map((column) => column.toArray())];
    });
    const behind = (rows: readonly unknown[][], steps: number, ...which: number[]) =>
      which.map((row) => rows[row].slice(5 - steps));
    expect(taken).toEqual([
      [[2, 2], [[1, 1], [1, 0]], behind(targets, 2, 1, 3), behind(next, 2, 1, 3)],
      [[4, 4], [sources[0], sources[2]], behind(targets, 4, 0, 2), behind(next, 4, 0, 2)],
    ]); // prettier-ignore
    expect(batches.padding).toBeCloseTo(100 * (1 - 20 / 24), 10);
    batches.dispose();
  });
});

describe("recentlyUsed", () => {
  it("holds the 24 values that were used last, and frees each of the others once", () => {
    const freed: number[] = [];
    const kept = new Lengths([], [], 1).recentlyUsed<string, number>((value) => {
      freed.push(value);
    });
    for (let i = 0; i < 24; i++) kept.set(`size ${i}`, i);
    expect(kept.get("size 0")).toBe(0); // now the youngest
    expect(kept.get("size 24")).toBeUndefined();
    kept.set("size 24", 24).set("size 25", 25);
    expect(freed).toEqual([1, 2]);
    expect([...kept.values()]).toEqual([...Array.from({ length: 21 }, (_, i) => i + 3), 0, 24, 25]);
  });
});
