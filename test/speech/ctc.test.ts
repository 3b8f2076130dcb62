/** Decoding of CTC's outputs against the enumeration of all paths; repeats, blanks, lengths, a language model. */
import { describe, expect, it } from "vitest";
import { DataError, ShapeError, UsageError } from "../../src/errors.js";
import { ctcBeam, ctcGreedy, type CtcHypothesis } from "../../src/speech/index.js";
import { tensor, zeros } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import "../support/engine.js";

/** (T, C) random logits. */
function drawn(T: number, C: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: T }, () => Array.from({ length: C }, () => Math.fround(random.uniform(-2, 2))));
}

function collapse(path: readonly number[], blank: number): number[] {
  return path.filter((token, t) => token !== blank && token !== path[t - 1]);
}

/** P(tokens) for every sequence of tokens, summed over all paths; keys are tokens with spaces between. */
function enumerated(logits: readonly (readonly number[])[], blank: number): Map<string, number> {
  const C = logits[0].length;
  const probabilities = logits.map((row) => {
    const sum = row.reduce((all, value) => all + Math.exp(value), 0);
    return row.map((value) => Math.exp(value) / sum);
  });
  const all = new Map<string, number>();
  for (let number = 0; number < C ** logits.length; number++) {
    const path = logits.map((_, t) => Math.floor(number / C ** t) % C);
    const key = collapse(path, blank).join(" ");
    all.set(key, (all.get(key) ?? 0) + path.reduce((product, token, t) => product * probabilities[t][token], 1));
  }
  return all;
}

const ranked = (scores: ReadonlyMap<string, number>): [string, number][] =>
  [...scores].filter(([, score]) => score > -Infinity).sort((a, b) => b[1] - a[1]);
const keyed = (found: readonly CtcHypothesis[]): [string, number][] => found.map(({ tokens, score }) => [tokens.join(" "), score]); // prettier-ignore

function expectSame(got: readonly [string, number][], expected: readonly [string, number][]): void {
  expect(got.map(([tokens]) => tokens)).toEqual(expected.map(([tokens]) => tokens));
  for (const [i, [, score]] of got.entries()) expect(score).toBeCloseTo(expected[i][1], 9);
}

describe("ctcGreedy", () => {
  it("merges repeats, keeps those that a blank separates, drops blanks", () => {
    const path = [1, 1, 0, 1, 2, 2, 0, 0, 3, 2];
    const logits = tensor([path.map((token) => [0, 1, 2, 3].map((c) => (c === token ? 5 : 0)))]);
    expect(ctcGreedy(logits)).toEqual([[1, 1, 2, 3, 2]]);
    expect(ctcGreedy(logits, { blank: 3 })).toEqual([[1, 0, 1, 2, 0, 2]]);
    expect(ctcGreedy(logits, { lengths: [3] })).toEqual([[1]]);
    expect(ctcGreedy(logits, { lengths: [0] })).toEqual([[]]);
  });

  it("is the collapse of the likeliest of all paths", () => {
    for (let seed = 0; seed < 20; seed++) {
      const logits = drawn(5, 3, seed);
      const path = logits.map((row) => row.indexOf(Math.max(...row)));
      expect(ctcGreedy(tensor([logits]), { blank: 2 })).toEqual([collapse(path, 2)]);
    }
  });
});

describe("ctcBeam", () => {
  it.each([
    [1, 3, 0],
    [3, 2, 1],
    [4, 3, 0],
    [5, 3, 2],
    [4, 4, 1],
  ])(
    "of %i frames and %i classes with blank %i: every sequence and its probability, as by enumeration",
    (T, C, blank) => {
      for (let seed = 0; seed < 5; seed++) {
        const logits = drawn(T, C, 10 * T + seed);
        const expected = ranked(new Map([...enumerated(logits, blank)].map(([key, p]) => [key, Math.log(p)])));
        expectSame(keyed(ctcBeam(tensor([logits]), { blank, width: 1000, best: 1000 })[0]), expected);
      }
    },
  );

  it("with a language model, weight and bonus: the best of all sequences by the formula", () => {
    const languageModel = (prefix: readonly number[], token: number): number =>
      token === 2 && prefix.at(-1) === 2 ? -Infinity : Math.log(token === 1 ? 0.7 : 0.3) - 0.1 * prefix.length;
    for (let seed = 0; seed < 10; seed++) {
      const logits = drawn(5, 3, 100 + seed);
      const scores = [...enumerated(logits, 0)].map(([key, p]): [string, number] => {
        const tokens = key === "" ? [] : key.split(" ").map(Number);
        const language = tokens.reduce((sum, token, i) => sum + languageModel(tokens.slice(0, i), token), 0);
        return [key, Math.log(p) + (language === 0 ? 0 : 0.8 * language) + 0.4 * tokens.length];
      });
      const options = { width: 1000, best: 1000, languageModel, languageWeight: 0.8, tokenBonus: 0.4 };
      expectSame(keyed(ctcBeam(tensor([logits]), options)[0]), ranked(new Map(scores)));
    }
  });

  it("a narrow beam never claims more than a sequence's probability and holds no sequence twice", () => {
    for (let seed = 0; seed < 100; seed++) {
      const logits = drawn(7, 3, 1000 + seed);
      const exact = enumerated(logits, 0);
      const found = ctcBeam(tensor([logits]), { width: 3, best: 3 })[0];
      expect(new Set(found.map(({ tokens }) => tokens.join(" "))).size).toBe(found.length);
      for (const { tokens, score } of found)
        expect(score).toBeLessThanOrEqual(Math.log(exact.get(tokens.join(" "))!) + 1e-9);
    }
  });

  it("sums paths where greedy decoding looks at one", () => {
    const p = [[0.4, 0.6], [0.4, 0.6]]; // prettier-ignore
    const logits = tensor([p.map((row) => row.map(Math.log))]);
    expect(ctcGreedy(logits, { blank: 1 })).toEqual([[]]);
    const [best] = ctcBeam(logits, { blank: 1 })[0];
    expect(best.tokens).toEqual([0]);
    expect(best.score).toBeCloseTo(Math.log(0.64), 6);
  });

  it("recordings of a batch do not see each other or their padding", () => {
    const [a, b] = [drawn(6, 4, 1), drawn(6, 4, 2)];
    const padded = a.map((row, t) => (t < 4 ? row : [9, -9, 9, 0]));
    const both = ctcBeam(tensor([padded, b]), { lengths: Int32Array.of(4, 6), best: 2 });
    expect(both).toEqual([ctcBeam(tensor([a.slice(0, 4)]), { best: 2 })[0], ctcBeam(tensor([b]), { best: 2 })[0]]);
    expect(ctcBeam(tensor([a]), { lengths: [0] })).toEqual([[{ tokens: [], score: 0 }]]);
    expect(ctcBeam(zeros([0, 3, 2]))).toEqual([]);
  });

  it("classes of −∞ never occur", () => {
    const logits = drawn(4, 3, 5).map(([a, b]) => [a, b, -Infinity]);
    for (const { tokens } of ctcBeam(tensor([logits]), { width: 100, best: 100 })[0]) expect(tokens).not.toContain(2);
  });
});

const logits = zeros([1, 2, 3]);
it.each<[string, () => unknown, abstract new () => Error, string]>([
  ["a matrix", () => ctcGreedy(zeros([2, 3])), ShapeError, "speech.ctcGreedy: these are no logits; expected a float32 tensor [N, T, C], C ≥ 1, got float32 [2, 3]."],
  ["an array", () => ctcBeam([[[1]]] as never), ShapeError, "speech.ctcBeam: these are no logits"],
  ["a blank beyond the classes", () => ctcGreedy(logits, { blank: 3 }), UsageError, "blank is out of range; expected an integer in [0, 3), got 3."],
  ["NaN", () => ctcGreedy(tensor([[[NaN, 0]]])), DataError, "logits are not finite; expected numbers, or −∞ for some classes of a frame, got [NaN, 0]."],
  ["a frame of −∞", () => ctcBeam(tensor([[[-Infinity, -Infinity]]])), DataError, "logits are not finite"],
  ["lengths beyond T", () => ctcGreedy(logits, { lengths: [3] }), UsageError, "a length is out of range; expected an integer in [0, 2], got 3."],
  ["lengths of another number", () => ctcGreedy(logits, { lengths: [1, 1] }), UsageError, "lengths do not fit; expected one for each of N = 1, got 2."],
  ["more of the best than the beam has", () => ctcBeam(logits, { width: 2, best: 3 }), UsageError, "best is out of range; expected an integer in [1, 2], got 3."],
  ["a language model that is none", () => ctcBeam(logits, { languageModel: 3 as never }), UsageError, "speech.ctcBeam: not a function"],
  ["a language model without an answer", () => ctcBeam(logits, { languageModel: () => NaN }), UsageError, "speech.ctcBeam: the language model is wrong; expected a logarithm of a probability, got NaN."],
])("refuses %s", (_, call, error, text) => {
  expect(call).toThrow(error);
  expect(call).toThrow(text);
}); // prettier-ignore
