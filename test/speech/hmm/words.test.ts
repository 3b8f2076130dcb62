/** Forced alignment, recognition over a loop of words, and Baum–Welch, against the enumeration of every path. */
import { describe, expect, it } from "vitest";
import { DataError, ShapeError, UsageError } from "../../../src/errors.js";
import {
  GaussianMixtures,
  type MarkovChain,
  SymbolTable,
  alignWords,
  baumWelch,
  decodeWords,
  evenStates,
  leftToRight,
} from "../../../src/speech/index.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import { Random } from "../../../src/tensor/random.js";
import { type OnePath, everyPath, withSilences } from "./everyPath.js";
import "../../support/engine.js";

const random = new Random(11);

/** Two words, of two states and one, and silence of two that are left or right. */
const chains: MarkovChain[] = [
  leftToRight(2, { stay: 0.6 }),
  { initial: [1], transitions: [[0.7]], final: [0.3] },
  { initial: [0.8, 0.2], transitions: [[0.5, 0.3], [0.1, 0.6]], final: [0.2, 0.3] },
]; // prettier-ignore
const silence = 2;
const firsts = [0, 2, 3];
const S = 5;

function rowsOf(T: number): number[][] {
  return Array.from({ length: T }, () => Array.from({ length: S }, () => Math.fround(random.uniform(-3, 0))));
}

const emissionOf = (rows: number[][]) => (t: number, w: number, j: number) => Math.exp(rows[t][firsts[w] + j]);

/** The likeliest of all paths. */
function best(all: readonly OnePath[]): OnePath {
  return all.reduce((a, b) => (b.p > a.p ? b : a));
}

const statesOf = ({ words, places }: OnePath): number[] => places.map(([n, j]) => firsts[words[n]] + j);

function segmentsOf({ words, places }: OnePath): { word: number; from: number; to: number }[] {
  return words.map((word, n) => {
    const own = places.map(([at], t) => ({ at, t })).filter(({ at }) => at === n);
    return { word, from: own[0].t, to: own.at(-1)!.t + 1 };
  });
}

describe.each([[[0]], [[1, 0]], [[1, 1, 0]]])("the words %j", (words) => {
  it("are aligned on the likeliest of every path, with silence and without", () => {
    for (const T of [4, 5, 6]) {
      const rows = rowsOf(T);
      const model = { chains, silence };
      const all = withSilences(words, silence).flatMap((heard) =>
        everyPath(chains, heard.words, T, emissionOf(rows)).map((path) => ({ ...path, p: path.p * heard.p })),
      );
      const expected = best(all);
      const got = alignWords(tensor(rows), model, words);
      expect([...got.states]).toEqual(statesOf(expected));
      expect(got.segments).toEqual(segmentsOf(expected));
      expect(got.words).toEqual(words);
      expect(got.score).toBeCloseTo(Math.log(expected.p), 9);
      const alone = best(everyPath(chains, words, T, emissionOf(rows)));
      expect(alignWords(tensor(rows), { chains }, words).score).toBeCloseTo(Math.log(alone.p), 9);
    }
  });
});

it.each([0, 1.5, -2])(
  "with the penalty %d, the loop hears the likeliest of every path through any words",
  (penalty) => {
    for (let n = 0; n < 10; n++) {
      const T = 4;
      const rows = rowsOf(T);
      const sequences: number[][] = [[]];
      for (let length = 1; length <= T; length++)
        for (let code = 0; code < 2 ** length; code++)
          sequences.push(Array.from({ length }, (_, i) => (code >> i) & 1));
      const all = sequences.flatMap((words) =>
        withSilences(words, silence).flatMap((heard) => {
          // In the loop silence alone is entered with probability ½, and words with ½ each time that none is heard.
          const price = words.length === 0 ? 0.5 : heard.p * Math.exp(-penalty * words.length);
          return everyPath(chains, heard.words, T, emissionOf(rows)).map((path) => ({ ...path, p: path.p * price }));
        }),
      );
      const expected = best(all);
      const got = decodeWords(tensor(rows), { chains, silence }, { penalty });
      expect(got.score).toBeCloseTo(Math.log(expected.p), 9);
      expect([...got.states]).toEqual(statesOf(expected));
      expect(got.segments).toEqual(segmentsOf(expected));
      expect(got.words).toEqual(expected.words.filter((word) => word !== silence));
    }
  },
);

describe("a step of Baum–Welch", () => {
  const K = 3;
  const T = 6;
  const rows = Array.from({ length: S }, () => {
    const values = Array.from({ length: K }, () => random.uniform(0.1, 1));
    return values.map((value) => value / values.reduce((a, b) => a + b));
  });
  const recordings = [[0, 1], [1], [1, 0]].map((words) => ({ words, seen: Array.from({ length: T }, () => random.integer(K)) })); // prettier-ignore

  it("gives the counts of every path, over several recordings of several words with silence", () => {
    const share = (sums: number[]): number[] => sums.map((one) => one / sums.reduce((a, b) => a + b));
    const [initial, final] = [0, 0].map(() => chains.map(({ initial }) => new Array<number>(initial.length).fill(0)));
    const transitions = chains.map(({ initial: { length } }) =>
      Array.from({ length }, () => new Array<number>(length).fill(0)),
    );
    const symbols = Array.from({ length: S }, () => new Array<number>(K).fill(0));
    let expectedLog = 0;
    for (const { words, seen } of recordings) {
      const all = withSilences(words, silence).flatMap(
        (heard) =>
        everyPath(chains, heard.words, T, (t, w, j) => rows[firsts[w] + j][seen[t]]).map((path) => ({ ...path, p: path.p * heard.p })), // prettier-ignore
      );
      const total = all.reduce((sum, { p }) => sum + p, 0);
      expectedLog += Math.log(total);
      for (const { words: heard, places, p } of all) {
        const count = p / total;
        for (const [t, [n, j]] of places.entries()) {
          const w = heard[n];
          symbols[firsts[w] + j][seen[t]] += count;
          const next = places[t + 1];
          if (next?.[0] === n) transitions[w][j][next[1]] += count;
          else final[w][j] += count;
          if (t === 0 || places[t - 1][0] !== n) initial[w][j] += count;
        }
      }
    }
    const model = { chains, silence, emissions: new SymbolTable(tensor(rows)) };
    const given = recordings.map(({ words, seen }) => ({ words, observations: tensor(Int32Array.from(seen)) }));
    const fitted = baumWelch(model, given, { iterations: 1 });
    expect(fitted.logLikelihoods[0]).toBeCloseTo(expectedLog, 5);
    const close = (got: Iterable<number>, wanted: readonly number[]): void => {
      for (const [i, value] of [...got].entries()) expect(value).toBeCloseTo(wanted[i], 6);
    };
    for (const [w, chain] of fitted.model.chains.entries()) {
      close(Array.from(chain.initial), share(initial[w]));
      for (const [i, row] of transitions[w].entries()) {
        const all = share([...row, final[w][i]]);
        close(Array.from(chain.transitions[i]), all.slice(0, -1));
        expect(chain.final![i]).toBeCloseTo(all.at(-1)!, 6);
      }
    }
    for (let s = 0; s < S; s++)
      close(fitted.model.emissions.probabilities.slice(s * K, (s + 1) * K), share(symbols[s]));
  });

  it("never lowers the likelihood, of symbols with a prior of 0", () => {
    const given = recordings.map(({ words, seen }) => ({ words, observations: tensor(Int32Array.from([...seen, ...seen])) })); // prettier-ignore
    const model = { chains, silence, emissions: new SymbolTable(tensor(rows)) };
    const { logLikelihoods } = baumWelch(model, given, { iterations: 25, tolerance: 0 });
    expect(logLikelihoods.length).toBeGreaterThan(3);
    for (let i = 1; i < logLikelihoods.length; i++)
      expect(logLikelihoods[i]).toBeGreaterThan(logLikelihoods[i - 1] - 1e-4);
  });
});

describe("mixtures in left-to-right chains", () => {
  /** A word of three states far from each other, spoken 12 times. */
  const spoken = Array.from({ length: 12 }, () => {
    const lengths = [0, 1, 2].map(() => 2 + random.integer(4));
    return lengths.flatMap((length, s) => Array.from({ length }, () => [4 * s + drawNormal(random), (s - 1) ** 2 * 3 + drawNormal(random)])); // prettier-ignore
  });
  const recordings = spoken.map((rows) => ({ observations: tensor(rows) }));
  const begin = new GaussianMixtures({
    weights: tensor([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]),
    means: tensor([[[0, 0], [1, 1]], [[3, 2], [4, 1]], [[5, 2], [6, 1]]]),
    variances: tensor([[[4, 4], [4, 4]], [[4, 4], [4, 4]], [[4, 4], [4, 4]]]),
  }); // prettier-ignore
  const model = { chains: [leftToRight(3)], emissions: begin };

  it("never become less likely, and find the states", () => {
    const { logLikelihoods, model: fitted } = baumWelch(model, recordings, { iterations: 15, tolerance: 1e-6 });
    for (let i = 1; i < logLikelihoods.length; i++)
      expect(logLikelihoods[i]).toBeGreaterThan(logLikelihoods[i - 1] - 1e-3);
    const { weights, means } = fitted.emissions.parameters();
    const [w, all] = [weights.toArray() as number[][], means.toArray() as number[][][]];
    for (const s of [0, 1, 2]) expect(w[s][0] * all[s][0][0] + w[s][1] * all[s][1][0]).toBeCloseTo(4 * s, 0);
    expect(logLikelihoods.at(-1)! - logLikelihoods[0]).toBeGreaterThan(50);
  });

  it("with no iterations the model is as it was", () => {
    const { logLikelihoods, model: same } = baumWelch(model, recordings, { iterations: 0 });
    expect(same.emissions).toBe(begin);
    expect(logLikelihoods.length).toBe(1);
  });
});

it("an even alignment gives each state its share of the frames", () => {
  expect([...evenStates(7, 10, 3)]).toEqual([10, 10, 10, 11, 11, 12, 12]);
});

it("two words of one state each are told apart from one that stays", () => {
  const short: MarkovChain = { initial: [1], transitions: [[0.1]], final: [0.9] };
  expect(decodeWords(zeros([3, 1]), { chains: [short] }).words).toEqual([0, 0, 0]);
  expect(decodeWords(zeros([3, 1]), { chains: [short] }, { penalty: 9 }).words).toEqual([0]);
});

it("nothing but silence is no words", () => {
  const rows = tensor([[-9, -9, -9, 0, 0], [-9, -9, -9, 0, 0]]); // prettier-ignore
  expect(decodeWords(rows, { chains, silence }).words).toEqual([]);
  expect(alignWords(rows, { chains, silence }, []).segments).toEqual([{ word: 2, from: 0, to: 2 }]);
});

const model = { chains, silence };
const open: MarkovChain = { initial: [1], transitions: [[1]] };
const table = new SymbolTable(tensor(new Float32Array(10).fill(0.5), [5, 2]));
const symbols = (...seen: number[]) => tensor(Int32Array.from(seen));
it.each<[string, () => unknown, abstract new () => Error, string]>([
  ["fewer frames than states", () => alignWords(zeros([2, S]), model, [0, 1]), DataError, "speech.alignWords: there are too few frames; expected at least 3, one for each state on the shortest way, got 2."],
  ["one frame for a loop of long words", () => decodeWords(zeros([1, 2]), { chains: [leftToRight(2)] }), DataError, "there are too few frames; expected at least 2"],
  ["likelihoods of other states", () => alignWords(zeros([2, 3]), model, [0]), ShapeError, "these are no likelihoods; expected a float32 tensor [T, S = 5] with T and S ≥ 1, got float32 [2, 3]."],
  ["NaN", () => decodeWords(tensor([[0, 0, NaN, 0, 0]]), model), DataError, "a likelihood is wrong; expected a finite logarithm or −∞, got NaN in frame 0."],
  ["an unknown word", () => alignWords(zeros([4, S]), model, [3]), UsageError, "a word is out of range; expected integers in [0, 3), got 3."],
  ["silence as a word", () => alignWords(zeros([4, S]), model, [2]), UsageError, "silence is no word of a sequence"],
  ["no words", () => alignWords(zeros([4, 1]), { chains: [open] }, []), UsageError, "there are no words"],
  ["no chains", () => decodeWords(zeros([4, 1]), { chains: [] }), UsageError, "there are no chains"],
  ["silence alone to recognize", () => decodeWords(zeros([4, 2]), { chains: [chains[2]], silence: 0 }), UsageError, "there is no word beside silence"],
  ["chains without an end that are joined", () => decodeWords(zeros([4, 1]), { chains: [open] }), UsageError, "chains[0] has no final, so that nothing can follow it. leftToRight makes chains that end."],
  ["rows that do not sum to 1 with final", () => alignWords(zeros([4, 1]), { chains: [{ ...open, final: [0.5] }] }, [0]), UsageError, "transitions[0] does not fit; expected 1 probabilities with the sum 1 − final = 0.5, got [1]."],
  ["a penalty that is no number", () => decodeWords(zeros([4, S]), model, { penalty: NaN }), UsageError, "penalty is out of range"],
  ["emissions of other states", () => baumWelch({ chains: [open], emissions: table }, [{ observations: symbols(0) }]), UsageError, "emissions do not fit; expected those of 1 states, as many as the chains have, got 5."],
  ["no recordings", () => baumWelch({ ...model, emissions: table }, []), UsageError, "there are no recordings"],
  ["a recording with too few frames", () => baumWelch({ ...model, emissions: table }, [{ observations: symbols(0, 1, 0) }, { observations: symbols(0), words: [0] }]), DataError, "speech.baumWelch: recordings[1]: there are too few frames; expected at least 2"],
  ["a symbol out of range", () => baumWelch({ ...model, emissions: table }, [{ observations: symbols(0, 2) }]), DataError, "a symbol is out of range; expected [0, K) with K = 2, got 2 in frame 1."],
  ["features for symbols", () => table.logLikelihoods(zeros([2, 2])), ShapeError, "these are no symbols; expected an int32 tensor [T] with T ≥ 1, got float32 [2, 2]."],
  ["a table whose rows do not sum to 1", () => new SymbolTable(tensor([[0.5, 0.4]])), UsageError, "probabilities do not fit; expected rows ≥ 0 with the sum 1, got [0.5, 0.4"],
  ["a chain of no states", () => leftToRight(0), UsageError, "states is out of range"],
  ["a state that only stays", () => leftToRight(2, { stay: 1 }), UsageError, "stay is out of range"],
  ["fewer frames than even states", () => evenStates(2, 0, 3), UsageError, "states is out of range"],
])("refuses %s", (_, call, error, text) => {
  expect(call).toThrow(error);
  expect(call).toThrow(text);
}); // prettier-ignore
