/** Viterbi and forward–backward against the enumeration of all paths of states. */
import { describe, expect, it } from "vitest";
import { DataError, ShapeError, UsageError } from "../../../src/errors.js";
import { forwardBackward, viterbi, type MarkovChain } from "../../../src/speech/index.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import { Random } from "../../../src/tensor/random.js";
import "../../support/engine.js";

interface Model extends MarkovChain {
  readonly transitions: readonly (readonly number[])[];
  readonly initial: readonly number[];
}

function distribution(n: number, random: Random, isSparse: boolean): number[] {
  const values = Array.from({ length: n }, (_, i) => (isSparse && i > 0 && random.uniform() < 0.4 ? 0 : random.uniform(0.1, 1))); // prettier-ignore
  const sum = values.reduce((a, b) => a + b);
  return values.map((value) => value / sum);
}

/** A discrete model of S states and three symbols, with a sequence of T of them. */
function drawn(T: number, S: number, seed: number, isSparse: boolean): { chain: Model; rows: number[][] } {
  const random = new Random(seed);
  const chain = {
    initial: distribution(S, random, isSparse),
    transitions: Array.from({ length: S }, () => distribution(S, random, isSparse)),
  };
  const symbols = Array.from({ length: S }, () => distribution(3, random, false));
  const observed = Array.from({ length: T }, () => random.integer(3));
  return { chain, rows: observed.map((symbol) => symbols.map((of) => Math.fround(Math.log(of[symbol])))) };
}

/** Each path with its probability together with the observations. */
function paths({ initial, transitions }: Model, rows: readonly (readonly number[])[]): { path: number[]; p: number }[] {
  const S = initial.length;
  return Array.from({ length: S ** rows.length }, (_, number) => {
    const path = rows.map((_, t) => Math.floor(number / S ** t) % S);
    const p = path.reduce((product, s, t) => product * (t === 0 ? initial[s] : transitions[path[t - 1]][s]) * Math.exp(rows[t][s]), 1); // prettier-ignore
    return { path, p };
  });
}

describe.each([
  [1, 3, false],
  [2, 2, false],
  [5, 3, false],
  [6, 3, true],
  [7, 2, true],
])("%i frames, %i states, impossible transitions: %s", (T, S, isSparse) => {
  const cases = Array.from({ length: 10 }, (_, seed) => drawn(T, S, 100 * T + seed, isSparse));

  it("viterbi finds the likeliest of all paths", () => {
    for (const { chain, rows } of cases) {
      const best = paths(chain, rows).reduce((a, b) => (b.p > a.p ? b : a));
      const { states, score } = viterbi(tensor(rows), chain);
      expect([...states]).toEqual(best.path);
      expect(score).toBeCloseTo(Math.log(best.p), 9);
    }
  });

  it("forwardBackward sums over all paths", () => {
    for (const { chain, rows } of cases) {
      const all = paths(chain, rows);
      const total = all.reduce((sum, { p }) => sum + p, 0);
      const { logLikelihood, posteriors, transitionCounts } = forwardBackward(tensor(rows), chain);
      expect(logLikelihood).toBeCloseTo(Math.log(total), 9);
      const share = (holds: (path: readonly number[]) => number): number =>
        all.reduce((sum, { path, p }) => sum + (holds(path) * p) / total, 0);
      const states = Array.from({ length: S }, (_, s) => s);
      const expected = rows.map((_, t) => states.map((s) => share((path) => Number(path[t] === s))));
      const counts = states.map((i) =>
        states.map((j) => share((path) => path.filter((s, t) => t > 0 && path[t - 1] === i && s === j).length)),
      );
      const close = (got: unknown, wanted: number[][]): void => {
        const flat = (got as number[][]).flat();
        for (const [i, value] of wanted.flat().entries()) expect(flat[i]).toBeCloseTo(value, 6);
      };
      close(posteriors.toArray(), expected);
      close(transitionCounts.toArray(), counts);
    }
  });
});

it("a step of Baum–Welch never lowers the likelihood", () => {
  const { chain, rows } = drawn(40, 3, 9, false);
  let now: MarkovChain = chain;
  let before = -Infinity;
  for (let step = 0; step < 20; step++) {
    const { logLikelihood, posteriors, transitionCounts } = forwardBackward(tensor(rows), now);
    expect(logLikelihood).toBeGreaterThanOrEqual(before - 1e-6);
    before = logLikelihood;
    const counts = transitionCounts.toArray() as number[][];
    const normal = (row: readonly number[]): number[] => row.map((value) => value / row.reduce((a, b) => a + b));
    now = { initial: normal((posteriors.toArray() as number[][])[0]), transitions: counts.map(normal) };
  }
});

it("2,000 frames of tiny likelihoods do not underflow", () => {
  const rows = Array.from({ length: 2000 }, (_, t) => [t % 2 === 0 ? -700 : -800, -750]);
  const chain = { initial: [0.5, 0.5], transitions: [[0.5, 0.5], [0.5, 0.5]] }; // prettier-ignore
  expect([...viterbi(tensor(rows), chain).states.slice(0, 4)]).toEqual([0, 1, 0, 1]);
  const { logLikelihood, posteriors } = forwardBackward(tensor(rows), chain);
  expect(logLikelihood).toBeCloseTo(2000 * Math.log(0.5) - 1000 * 700 - 1000 * 750, 3);
  expect((posteriors.toArray() as number[][])[1999]).toEqual([expect.closeTo(0, 9), expect.closeTo(1, 6)]);
});

const chain = { initial: [1, 0], transitions: [[0.5, 0.5], [0, 1]] }; // prettier-ignore
it.each<[string, () => unknown, abstract new () => Error, string]>([
  ["a vector", () => viterbi(zeros([2]), chain), ShapeError, "speech.viterbi: these are no likelihoods; expected a float32 tensor [T, S] with T and S ≥ 1, got float32 [2]."],
  ["no frames", () => forwardBackward(zeros([0, 2]), chain), ShapeError, "speech.forwardBackward: these are no likelihoods"],
  ["no chain", () => viterbi(zeros([1, 2]), undefined as never), UsageError, "the options must be an object"],
  ["another number of states", () => viterbi(zeros([1, 3]), chain), UsageError, "initial does not fit; expected 3 probabilities with the sum 1, got [1, 0]."],
  ["a row too few", () => viterbi(zeros([1, 2]), { ...chain, transitions: [[1, 0]] }), UsageError, "transitions do not fit; expected a row for each of S = 2 states, got 1."],
  ["probabilities that do not sum to 1", () => viterbi(zeros([1, 2]), { ...chain, transitions: [[1, 0], [0.5, 0.4]] }), UsageError, "transitions[1] does not fit"],
  ["a negative probability", () => viterbi(zeros([1, 2]), { ...chain, initial: [2, -1] }), UsageError, "initial does not fit"],
  ["NaN", () => forwardBackward(tensor([[0, 0], [NaN, 0]]), chain), DataError, "a likelihood is wrong; expected a finite logarithm or −∞, got NaN in frame 1."],
  ["observations that no path emits", () => viterbi(tensor([[-Infinity, 0]]), chain), DataError, "speech.viterbi: no path of states can emit these observations."],
  ["the same, over all paths", () => forwardBackward(tensor([[-Infinity, 0]]), chain), DataError, "no path of states can emit these observations."],
])("refuses %s", (_, call, error, text) => {
  expect(call).toThrow(error);
  expect(call).toThrow(text);
}); // prettier-ignore
