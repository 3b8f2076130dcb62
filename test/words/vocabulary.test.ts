/** Vocabularies, corpora from texts and files, subsampling and window pairs: against counts made by hand, and what they refuse. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { corpusOf, keepProbabilities, readCorpus, subsample, windowPairs } from "../../src/words/index.js";

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

describe("corpusOf", () => {
  it("orders words by count, those of equal counts by their first appearance, and leaves rare ones out of the text", () => {
    const { vocabulary, tokens, wordCount } = corpusOf("B b a, a c: A d d!", { minCount: 2 });
    expect(vocabulary.words).toEqual(["a", "b", "d"]);
    expect([...vocabulary.counts]).toEqual([3, 2, 2]);
    expect([...tokens]).toEqual([1, 1, 0, 0, 0, 2, 2]);
    expect([vocabulary.size, wordCount, vocabulary.tokenOf("d"), vocabulary.tokenOf("c")]).toEqual([
      3,
      8,
      2,
      undefined,
    ]);
    expect([...vocabulary.encode("d? C B.")]).toEqual([2, 1]);
  });

  it("keeps the maxWords most frequent words", () => {
    const { vocabulary, tokens } = corpusOf("a a a b b c", { minCount: 1, maxWords: 2 });
    expect(vocabulary.words).toEqual(["a", "b"]);
    expect([...tokens]).toEqual([0, 0, 0, 1, 1]);
  });

  it("needs five occurrences of a word by default", () => {
    expect(corpusOf("a b ".repeat(5) + "c ".repeat(4)).vocabulary.words).toEqual(["a", "b"]);
  });

  it("takes several texts, between which no word goes on", () => {
    expect(corpusOf(["ab c", "d ab"], { minCount: 1 }).vocabulary.words).toEqual(["ab", "c", "d"]);
  });

  it("splits by letters of any script, by a pattern, and with case if asked", () => {
    const words = (text: string, options = {}): readonly string[] =>
      corpusOf(text, { minCount: 1, ...options }).vocabulary.words;
    expect(words("Tiếng Việt, không-gian 42")).toEqual(["tiếng", "việt", "không", "gian"]);
    expect(words("Café déjà", { pattern: /[a-z]+/ })).toEqual(["caf", "d", "j"]);
    expect(words("a-b 42 A-B", { pattern: /\S+/g, lower: false })).toEqual(["a-b", "42", "A-B"]);
  });

  it("counts a text of more than one block of 2²⁰ tokens, in one string without a place to cut it and in pieces", () => {
    const n = 2 ** 20 + 3;
    const { vocabulary, tokens, wordCount } = corpusOf("aa b ".repeat(n / 2 + 1), { minCount: 1 });
    expect([vocabulary.words, [...vocabulary.counts]]).toEqual([
      ["aa", "b"],
      [Math.floor(n / 2) + 1, Math.floor(n / 2) + 1],
    ]);
    expect(wordCount).toBe(tokens.length);
    expect(tokens.every((token, i) => token === i % 2)).toBe(true);
    expect([...corpusOf("a1b2".repeat(200_000), { minCount: 1 }).vocabulary.counts]).toEqual([200_000, 200_000]);
  });

  it.each([
    ["", {}, "words.corpusOf: the text has no words; expected at least 2 different words that occur 5 times or more."],
    [" 1 2 3 ", { minCount: 1 }, "words.corpusOf: the text has no words; expected at least 2 different words."],
    [
      "one one",
      { minCount: 1 },
      "words.corpusOf: the text has too few different words; expected at least 2 different words, got 1 (2 words, 1 different).",
    ],
    [
      "one two",
      {},
      "words.corpusOf: the text has too few different words; expected at least 2 different words that occur 5 times or more, got 0 (2 words, 2 different). Lower minCount.",
    ],
  ])("refuses %j", (text, options, error) => {
    expect(() => corpusOf(text, options)).toThrow(error);
  });

  it("refuses wrong options, and what is not a text", () => {
    expect(() => corpusOf("a b", { minCount: 0 })).toThrow(
      "words.corpusOf: minCount is out of range; expected an integer in [1, ∞), got 0.",
    );
    expect(() => corpusOf("a b", { maxWords: 1 })).toThrow("maxWords is out of range");
    expect(() => corpusOf("a b", { pattern: /[a-z]*/ })).toThrow("pattern matches what is no word");
    expect(() => corpusOf("a b", { pattern: /[^,]+/ })).toThrow("pattern matches what is no word");
    expect(() => corpusOf("a b", { pattern: "a" as never })).toThrow("pattern must be a regular expression");
    expect(() => corpusOf("a b", { lower: 1 as never })).toThrow("lower has the wrong type");
    expect(() => corpusOf("a b", { window: 1 } as never)).toThrow("unknown option");
    expect(() => corpusOf(undefined as never)).toThrow("texts are missing");
    expect(() => corpusOf(["a", 1] as never)).toThrow("texts must be strings");
    expect(() => corpusOf("a b", { minCount: 1 }).vocabulary.encode(1 as never)).toThrow(
      "words.Vocabulary.encode: not a text",
    );
  });
});

describe("readCorpus", () => {
  const text = readFileSync(new URL("../../README.md", import.meta.url), "utf8").repeat(90);

  it("reads what corpusOf makes of the text, plain and gzipped, wherever the pieces end", async () => {
    expect(text.length).toBeGreaterThan(2 * 2 ** 18);
    const { vocabulary, tokens, wordCount } = corpusOf(text);
    for (const bytes of [bytesOf(text), new Uint8Array(gzipSync(text))]) {
      const read = await readCorpus(bytes);
      expect(read.vocabulary.words).toEqual(vocabulary.words);
      expect(read.vocabulary.counts).toEqual(vocabulary.counts);
      expect(read.tokens).toEqual(tokens);
      expect(read.wordCount).toBe(wordCount);
    }
  });

  it("reads a letter of several bytes that is cut in two, and a last word without a line break", async () => {
    const read = await readCorpus(bytesOf("é".repeat(300_000) + " b"), { minCount: 1 });
    expect(read.vocabulary.words.map((word) => word.length)).toEqual([300_000, 1]);
  });

  it("refuses an empty file, one that is not UTF-8, damaged and overlarge ones", async () => {
    await expect(readCorpus(new Uint8Array(0))).rejects.toThrow("words.readCorpus: the text has no words");
    await expect(readCorpus(Uint8Array.of(97, 32, 255, 97))).rejects.toThrow("words.readCorpus: the file is not UTF-8");
    await expect(readCorpus(Uint8Array.of(97, 32, 0xc3))).rejects.toThrow("words.readCorpus: the file is not UTF-8");
    const packed = new Uint8Array(gzipSync(text));
    await expect(readCorpus(packed.slice(0, 2000))).rejects.toThrow("words.readCorpus: the");
    await expect(readCorpus(packed, { maxBytes: 1000 })).rejects.toThrow(
      "words.readCorpus: the inflated file is too large",
    );
    const lying = packed.slice();
    lying.fill(0, lying.length - 4);
    await expect(readCorpus(lying, { maxBytes: 1000 })).rejects.toThrow(
      "words.readCorpus: the inflated file is too large",
    );
    await expect(readCorpus(bytesOf("a b"), { minCount: 0 })).rejects.toThrow("minCount is out of range");
    await expect(readCorpus("/nowhere/at/all")).rejects.toThrow("words.readCorpus: ");
  });
});

describe("subsampling", () => {
  // Shares of the text: 0.9, 0.09, 0.01.
  const corpus = corpusOf("a ".repeat(90_000) + "b ".repeat(9000) + "c ".repeat(1000));

  it("keeps with word2vec's probability: (√(f/t) + 1) · t/f", () => {
    const [a, b, c] = keepProbabilities(corpus.vocabulary, 0.01);
    expect(a).toBeCloseTo((Math.sqrt(90) + 1) / 90, 12);
    expect(b).toBeCloseTo(4 / 9, 12);
    expect(c).toBe(1);
  });

  it("leaves out as many of each word as that says, within four standard deviations, and none of the rare ones", () => {
    const kept = [...subsample(corpus, { threshold: 0.01, seed: 1 })];
    for (const [token, p] of keepProbabilities(corpus.vocabulary, 0.01).entries()) {
      const n = corpus.vocabulary.counts[token];
      const found = kept.filter((one) => one === token).length;
      expect(Math.abs(found - n * p)).toBeLessThanOrEqual(4 * Math.sqrt(n * p * (1 - p)));
    }
    expect(kept.slice(-1000).every((token) => token === 2)).toBe(true);
  });

  it("keeps the same words for the same seed, and others for another", () => {
    const [one, same, other] = [1, 1, 2].map((seed) => subsample(corpus, { threshold: 0.01, seed }));
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(subsample(corpus, { threshold: 1 })).toEqual(corpus.tokens);
  });

  it("refuses wrong options and foreign tokens", () => {
    expect(() => subsample(corpus, { threshold: 0 })).toThrow("threshold is out of range");
    expect(() => keepProbabilities(corpus.vocabulary, 2)).toThrow("threshold is out of range");
    expect(() => keepProbabilities({} as never)).toThrow("the vocabulary is missing");
    expect(() => subsample({ ...corpus, tokens: Int32Array.of(0, 3) })).toThrow(
      "words.subsample: token 1 is not in the vocabulary; expected tokens below 3, got 3.",
    );
    expect(() => subsample({ ...corpus, tokens: [1] as never })).toThrow("tokens are missing");
    expect(() => subsample(undefined as never)).toThrow("the vocabulary is missing");
  });
});

describe("windowPairs", () => {
  it("lists the pairs of the course's sentence", () => {
    const pairs = windowPairs("The quick brown fox jumps over the lazy dog.", { window: 2 });
    expect(pairs.slice(0, 9).map((pair) => pair.join(" "))).toEqual([
      ...["the quick", "the brown"],
      ...["quick the", "quick brown", "quick fox"],
      ...["brown the", "brown quick", "brown fox", "brown jumps"],
    ]);
    expect(pairs.length).toBe(2 + 3 + 5 * 4 + 3 + 2);
  });

  it("takes words as they are, windows longer than the text, and texts without a pair", () => {
    expect(windowPairs(["A", "b."], { window: 9 })).toEqual([["A", "b."], ["b.", "A"]]); // prettier-ignore
    expect(windowPairs("one", { window: 2 })).toEqual([]);
    expect(windowPairs("", { window: 2 })).toEqual([]);
  });

  it("refuses a window of 0, and what is not a text", () => {
    expect(() => windowPairs("a b", { window: 0 })).toThrow("words.windowPairs: window is out of range");
    expect(() => windowPairs("a b", {} as never)).toThrow("window is missing");
    expect(() => windowPairs([1] as never, { window: 1 })).toThrow("words.windowPairs: not a text");
  });
});
