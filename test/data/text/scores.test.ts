/** Scores of texts against NLTK (test/golden/bleu.py), against values worked out by hand, and what they refuse. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as text from "../../../src/data/text/index.js";

interface Case {
  readonly hypotheses: string[][];
  readonly references: string[][][];
  readonly order: number;
  readonly bleu: number;
  readonly smooth: number;
}

const { cases } = JSON.parse(readFileSync(new URL("../../golden/bleu.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

describe("bleu", () => {
  it("is NLTK's corpus_bleu, plain and smoothed", () => {
    expect(cases.length).toBe(36);
    for (const { hypotheses, references, order, bleu, smooth } of cases) {
      expect(text.bleu(hypotheses, references, { maxOrder: order })).toBeCloseTo(bleu, 12);
      expect(text.bleu(hypotheses, references, { maxOrder: order, smooth: true })).toBeCloseTo(smooth, 12);
    }
  });

  it("of runs of words knows where a word ends: ab c is not a bc", () => {
    expect(text.bleu([["ab", "c", "x"]], [[["a", "bc", "x"]]], { maxOrder: 2 })).toBe(0);
  });

  it("takes texts for lists of words, and one reference for a list of one", () => {
    const of = (a: text.Scored, b: text.References): number => text.bleu([a], [b]);
    expect(of("the cat sat on the mat", "the cat sat on the mat")).toBe(1);
    expect(of("  the cat sat\non the mat ", [["the", "cat", "sat", "on", "the", "mat"]])).toBe(1);
    expect(of("the cat sat on", "the cat sat on the mat")).toBeCloseTo(Math.exp(1 - 6 / 4), 12);
    expect(of("", "the cat")).toBe(0);
    expect(of("", "")).toBe(0); // not 0 / 0
  });
});

describe("chrF", () => {
  it("is 1 for the same characters, blanks left out, and 0 where none is shared", () => {
    expect(text.chrF(["a cat"], ["ac at"])).toBe(1);
    expect(text.chrF(["abc"], ["xyz"])).toBe(0);
  });

  it("is the F-score of mean precision and recall over the orders that both texts have", () => {
    // "abcd" and "abxd": 3 of 4 single characters and 1 of 3 pairs are shared
    const [p, r] = [(3 / 4 + 1 / 3) / 2, (3 / 4 + 1 / 3) / 2];
    expect(text.chrF(["abcd"], ["abxd"], { maxOrder: 2, beta: 3 })).toBeCloseTo((10 * p * r) / (9 * p + r), 12);
    // 2 of 2 and 2 of 4 characters, 1 of 1 and 1 of 3 pairs; recall counts four times
    const [precision, recall] = [1, (2 / 4 + 1 / 3) / 2];
    expect(text.chrF(["ab"], ["abcd"], { maxOrder: 2 })).toBeCloseTo((5 * precision * recall) / (4 * precision + recall), 12); // prettier-ignore
  });

  it("leaves out the orders that either text is too short for, in a corpus too", () => {
    expect(text.chrF(["abcd"], ["ab"], { maxOrder: 3, beta: 1 })).toBeCloseTo(2 / (1 / ((2 / 4 + 1 / 3) / 2) + 1), 12);
    expect(text.chrF([""], ["a"])).toBe(0);
    expect(text.chrF(["ab", "cd"], ["ab", "ef"], { maxOrder: 2 })).toBeCloseTo(1 / 2, 12);
  });

  it("takes the best of several references", () => {
    expect(text.chrF(["abc"], [["xyz", "abc"]])).toBe(1);
    expect(text.chrF(["abc"], [["abc", "xyz"]])).toBe(1);
    // of references that are as good, the first counts: 2 of 4 characters written, 2 of 2 + 2 in the references
    expect(text.chrF(["ab", "cd"], [["xy", "wxyz"], "cd"], { maxOrder: 1 })).toBeCloseTo(1 / 2, 12);
  });
});

describe("error rates", () => {
  it("count replacements, insertions and deletions for each unit of the references", () => {
    expect(text.wordErrorRate(["the cat sat", "a"], ["the dog sat down", "a b"])).toBe(3 / 6);
    expect(text.characterErrorRate(["kitten"], ["sitting"])).toBe(3 / 7);
    expect(text.characterErrorRate(["tiêng viêt"], ["tiếng việt"])).toBe(2 / 10);
    expect(text.wordErrorRate(["a b c d"], ["x"])).toBe(4);
    expect(text.wordErrorRate([""], ["x y"])).toBe(1);
    expect(text.characterErrorRate([["ab", "c"]], ["ab c"])).toBe(0);
  });
});

it("exactMatch counts texts that are one of their references, whatever blanks separate their words", () => {
  expect(text.exactMatch(["a b", "a  c", "d"], ["a b", ["x", "a c"], "e"])).toBe(2 / 3);
  expect(text.exactMatch(["a b"], ["a b"])).toBe(1);
  expect(text.exactMatch(["ab"], ["a b"])).toBe(0);
});

it("perplexity is the exponential of a loss in nats", () => {
  expect(text.perplexity(Math.log(7))).toBeCloseTo(7, 12);
  expect(() => text.perplexity(NaN)).toThrow("text.perplexity: loss");
});

describe("refusals", () => {
  it.each([
    [
      () => text.bleu([], []),
      "text.bleu: hypotheses must be a list of texts; expected strings or lists of tokens, got [].",
    ],
    [
      () => text.bleu(["a"], ["a", "b"]),
      "text.bleu: the references do not fit; expected 1, one for each hypothesis, got 2.",
    ],
    [
      () => text.bleu(["a"], [[]]),
      "text.bleu: references[0] is not a text; expected a text, or a list of texts, got [].",
    ],
    [
      () => text.chrF(["a"], [3 as never]),
      "text.chrF: references[0] is not a text; expected a text, or a list of texts, got 3.",
    ],
    [() => text.bleu(["a"], ["a"], { maxOrder: 0 }), "text.bleu: maxOrder"],
    [() => text.chrF(["a"], ["a"], { maxOrder: 0 }), "text.chrF: maxOrder"],
    [() => text.chrF(["a"], ["a"], { beta: 0 }), "text.chrF: beta"],
    [() => text.perplexity(-1), "text.perplexity: loss"],
    [
      () => text.wordErrorRate(["a"], [""]),
      "text.wordErrorRate: the references are empty; expected something to be written.",
    ],
    [
      () => text.characterErrorRate(["a"], [""]),
      "text.characterErrorRate: the references are empty; expected something to be written.",
    ],
    [() => text.bleu([["a", 5 as never]], ["a"]), "text.bleu: hypotheses must be a list of texts"],
    [() => text.bleu([[5 as never]], ["a"]), "text.bleu: hypotheses must be a list of texts"],
    [() => text.bleu(["a", 5 as never], ["a", "b"]), "text.bleu: hypotheses must be a list of texts"],
    [() => text.bleu(["a"], [["a", 5 as never]]), "text.bleu: references[0] is not a text"],
    [() => text.exactMatch("a" as never, ["a"]), "text.exactMatch: hypotheses must be a list of texts"],
  ])("says what is wrong %#", (call, error) => {
    expect(call).toThrow(error);
  });
});
