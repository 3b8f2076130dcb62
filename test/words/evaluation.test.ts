/** Evaluations of word vectors: Spearman's rank correlation, similarity files and analogies, against answers one by one. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/index.js";
import { WordVectors, evaluateAnalogies, evaluateSimilarity, spearman } from "../../src/words/index.js";
import "../support/engine.js";

/** V random vectors of D numbers for the words w0, w1, … */
function randomVectors(V: number, D: number, seed: number): WordVectors {
  const random = new Random(seed);
  const words = Array.from({ length: V }, (_, i) => `w${i}`);
  return new WordVectors(
    words,
    Float32Array.from({ length: V * D }, () => random.uniform(-1, 1)),
  );
}

describe("spearman", () => {
  it("is 1 for the same order, −1 for the opposite one, whatever the distances", () => {
    expect(spearman([1, 2, 3, 4], [10, 20, 300, 4000])).toBe(1);
    expect(spearman([1, 2, 3, 4], Float64Array.of(4, 3, 2, -9))).toBe(-1);
  });

  it("gives equal values the mean of their ranks", () => {
    // Ranks 1, 2.5, 2.5, 4 and 1.5, 1.5, 3, 4: their products of deviations are 1.5 + 0 + 0 + 2.25, of squares 4.5 each.
    expect(spearman([1, 5, 5, 9], [0, 0, 1, 2])).toBeCloseTo(3.75 / 4.5, 12);
    // 1 − 6 Σ d² / (n (n² − 1)) holds where no values are equal.
    expect(spearman([3, 1, 4, 2, 5], [2, 1, 5, 4, 3])).toBeCloseTo(1 - (6 * (1 + 0 + 1 + 4 + 4)) / (5 * 24), 12);
  });

  it("is NaN where there is no order, and refuses what cannot be ranked", () => {
    for (const [a, b] of [[[], []], [[1], [2]], [[1, 1], [1, 2]]]) expect(spearman(a, b)).toBeNaN(); // prettier-ignore
    expect(() => spearman([1], [1, 2])).toThrow(
      "words.spearman: the lists have different lengths; expected a number for each other, got 1 and 2.",
    );
    expect(() => spearman([1, NaN], [1, 2])).toThrow("words.spearman: number 1 has no rank; got NaN.");
    expect(() => spearman("ab" as never, [1, 2])).toThrow("words.spearman: a must be a list of numbers");
  });
});

describe("evaluateSimilarity", () => {
  const vectors = new WordVectors(["cat", "dog", "car", "bus"], Float32Array.of(1, 0, 0.9, 0.1, 0, 1, 0.3, 0.7));
  const right = [vectors.similarity("cat", "dog"), vectors.similarity("cat", "car"), vectors.similarity("dog", "bus")];
  const rho = spearman(right, [9, 1, 5]);

  it.each([
    [
      "tabs and Windows's line ends, as in WordSim-353",
      "cat\tdog\t9\r\nCat\tcar\t1\r\ndog\tbus\t5\r\ncat\tking\t4\r\n",
    ],
    ["a header and commas", "Word 1,Word 2,Human (mean)\ncat,dog,9\ncat,car,1\ndog,bus,5\ncat,king,4"],
    ["blanks, comments and empty lines", "# pairs\n\ncat dog 9\n cat  car 1\ndog bus 5\ncat king 4\n"],
    [
      "the published SimLex-999",
      "word1\tword2\tPOS\tSimLex999\tconc(w1)\ncat\tdog\tN\t9\t1\ncat\tcar\tN\t1\t2\ndog\tbus\tN\t5\t3\ncat\tking\tN\t4\t3\n",
    ],
  ])("reads %s; a pair with a missing word is skipped and counted", async (_, text) => {
    expect(rho).toBe(1);
    expect(await evaluateSimilarity(vectors, { text })).toEqual({ spearman: rho, compared: 3, skipped: 1 });
    expect(await evaluateSimilarity(vectors, new TextEncoder().encode(text))).toMatchObject({ spearman: rho });
    expect(await evaluateSimilarity(vectors, new Blob([text]))).toMatchObject({ spearman: rho });
  });

  it("keeps case if asked, and is NaN where no pair can be compared", async () => {
    expect(await evaluateSimilarity(vectors, { text: "Cat dog 9\ncat dog 9" }, { lower: false })).toMatchObject({
      compared: 1,
      skipped: 1,
    });
    expect(await evaluateSimilarity(vectors, { text: "a b 1" })).toEqual({ spearman: NaN, compared: 0, skipped: 1 });
  });

  it("names the line that is no pair", async () => {
    const error = (line: string): string => `words.evaluateSimilarity: ${line}`;
    await expect(evaluateSimilarity(vectors, { text: "cat dog 9\ncat dog\n" })).rejects.toThrow(
      error('line 2 is no scored pair; expected two words and a number, got "cat dog".'),
    );
    await expect(evaluateSimilarity(vectors, { text: "cat dog 9\ncat dog x" })).rejects.toThrow(
      error("line 2 is no scored pair"),
    );
    await expect(evaluateSimilarity(vectors, { text: "cat\tdog\t\n" })).rejects.toThrow("no scored pair");
    await expect(evaluateSimilarity(vectors, { text: "cat dog" })).rejects.toThrow(error("line 1 is no scored pair"));
    await expect(evaluateSimilarity(vectors, { text: "\n#\n" })).rejects.toThrow(error("the file has no pairs."));
    await expect(evaluateSimilarity(vectors, { text: "a b 1" }, { lower: 1 as never })).rejects.toThrow(
      "lower has the wrong type",
    );
    await expect(evaluateSimilarity({} as never, { text: "a b 1" })).rejects.toThrow("the vectors are missing");
  });
});

describe("evaluateAnalogies", () => {
  const questions = [
    ": capitals",
    "W1 w2 w3 w4",
    "w1 w1 w5 w6",
    "w9 w8 w7 missing",
    "",
    ": plural",
    ...Array.from({ length: 40 }, (_, i) => `w${i} w${(7 * i + 3) % 60} w${(11 * i + 5) % 60} w${(13 * i + 1) % 60}`),
  ];

  it.each(["add", "mul"] as const)("%s: answers 40 random questions as analogy does, one by one", async (method) => {
    const vectors = randomVectors(60, 5, 3);
    // Each question asks for the word that analogy finds first; every fourth one for another.
    const asked = questions.slice(6).map((line, i) => {
      const [a, b, c] = line.split(" ");
      return `${a} ${b} ${c} ${vectors.analogy(a, b, c, { count: 2, method })[i % 4 === 0 ? 1 : 0].word}`;
    });
    const scores = await evaluateAnalogies(vectors, { text: asked.join("\n") }, { method });
    expect(scores).toMatchObject({ correct: 30, answered: 40, skipped: 0, accuracy: 0.75 });
  });

  it("counts section by section, and skips questions with a word that has no vector", async () => {
    const scores = await evaluateAnalogies(randomVectors(60, 5, 3), { text: questions.join("\r\n") });
    expect(scores.sections.map(({ name, answered, skipped }) => [name, answered, skipped])).toEqual([["capitals", 2, 1], ["plural", 40, 0]]); // prettier-ignore
    expect([scores.answered, scores.skipped]).toEqual([42, 1]);
    expect(scores.correct).toBe(scores.sections[0].correct + scores.sections[1].correct);
  });

  it("finds the same answers block by block: 30 questions over 50,000 words", async () => {
    const V = 50_000; // three blocks
    const vectors = randomVectors(V, 16, 8);
    const lines = Array.from({ length: 30 }, (_, i) => {
      const [a, b, c] = [`w${i}`, `w${V - 1 - i}`, `w${(i * 9973) % V}`];
      return `${a} ${b} ${c} ${vectors.analogy(a, b, c, { count: 1 })[0].word}`;
    });
    const { correct } = await evaluateAnalogies(vectors, { text: lines.join("\n") });
    expect(correct).toBe(30);
  });

  it("maxWords leaves out what comes later, as answers and in questions", async () => {
    const vectors = new WordVectors(["a", "b", "c", "d", "e"], Float32Array.of(1, 0, 0, 1, 0.1, 0.1, -1, 1, -0.2, 1));
    const [first, second] = vectors.analogy("a", "b", "c", { count: 2 });
    expect([first.word, second.word]).toEqual(["e", "d"]);
    const text = "a b c d\na b c e";
    expect(await evaluateAnalogies(vectors, { text })).toMatchObject({ correct: 1, answered: 2, skipped: 0 });
    expect(await evaluateAnalogies(vectors, { text }, { maxWords: 4 })).toMatchObject({
      correct: 1,
      answered: 1,
      skipped: 1,
      accuracy: 1,
    });
    expect((await evaluateAnalogies(vectors, { text }, { maxWords: 2 })).accuracy).toBeNaN();
  });

  it("keeps case if asked", async () => {
    const vectors = randomVectors(60, 5, 3);
    expect(await evaluateAnalogies(vectors, { text: "W1 w2 w3 w4" }, { lower: false })).toMatchObject({
      answered: 0,
      skipped: 1,
    });
  });

  it("names the line that is no analogy, and refuses wrong options", async () => {
    const vectors = randomVectors(5, 2, 1);
    await expect(evaluateAnalogies(vectors, { text: ": x\na b c" })).rejects.toThrow(
      'words.evaluateAnalogies: line 2 is no analogy; expected four words, or ": " and a section\'s name, got "a b c".',
    );
    await expect(evaluateAnalogies(vectors, { text: ": x\n" })).rejects.toThrow(
      "words.evaluateAnalogies: the file has no analogies.",
    );
    await expect(evaluateAnalogies(vectors, { text: "a b c d" }, { maxWords: 0 })).rejects.toThrow(
      "maxWords is out of range",
    );
    await expect(evaluateAnalogies(vectors, { text: "a b c d" }, { method: "sum" as never })).rejects.toThrow(
      "unknown method",
    );
    await expect(evaluateAnalogies([] as never, { text: "a b c d" })).rejects.toThrow("the vectors are missing");
    await expect(evaluateAnalogies(vectors, 5 as never)).rejects.toThrow("the source cannot be read");
  });
});
