/** Word vectors: neighbours and analogies worked out by hand, and what is refused. */
import { describe, expect, it } from "vitest";
import { WordVectors } from "../../src/words/index.js";

const rows = {
  man: [1, 0, 0],
  woman: [1, 1, 0],
  king: [1, 0, 1],
  queen: [2, 2, 2],
  apple: [-1, 0, 0.5],
  nothing: [0, 0, 0],
};
const vectors = new WordVectors(Object.keys(rows), Float32Array.from(Object.values(rows).flat()));
const cosine = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, d) => sum + value * b[d], 0) / Math.hypot(...a) / Math.hypot(...b);

describe("WordVectors", () => {
  it("knows words, rows and vectors", () => {
    expect([vectors.size, vectors.dimensions, vectors.rowOf("king"), vectors.rowOf("kings")]).toEqual([
      6,
      3,
      2,
      undefined,
    ]);
    expect([...vectors.vectorOf("queen")]).toEqual([2, 2, 2]);
    vectors.vectorOf("queen").fill(9); // a copy
    expect([...vectors.vectorOf("queen")]).toEqual([2, 2, 2]);
  });

  it("similarity is the cosine, and 0 where a vector is all zeros", () => {
    expect(vectors.similarity("man", "woman")).toBeCloseTo(Math.SQRT1_2, 6);
    expect(vectors.similarity("queen", "queen")).toBeCloseTo(1, 6);
    expect(vectors.similarity("man", "nothing")).toBe(0);
    const thirds = new WordVectors(["a", "b"], Float32Array.of(0.1, 0.7, 0.3, 0.1, 0.7, 0.3));
    expect(thirds.similarity("a", "b")).toBeLessThanOrEqual(1);
    expect(thirds.nearest("a")[0].score).toBeLessThanOrEqual(1);
  });

  it("nearest: by cosine, the word itself left out, equal ones in the order of the words", () => {
    expect(vectors.nearest("man", { count: 3 }).map(({ word }) => word)).toEqual(["woman", "king", "queen"]);
    expect(vectors.nearest("man").map(({ word }) => word)).toEqual(["woman", "king", "queen", "nothing", "apple"]);
    expect(vectors.nearest("man")[4].score).toBeCloseTo(cosine(rows.man, rows.apple), 6);
    const [first] = vectors.nearest(Float32Array.of(4, 4, 4), { count: 1 });
    expect([first.word, first.score.toFixed(6)]).toEqual(["queen", "1.000000"]);
  });

  it("analogy: 3CosAdd is the cosine of b − a + c, the question's words left out", () => {
    const found = vectors.analogy("man", "king", "woman");
    expect(found.map(({ word }) => word)).toEqual(["queen", "nothing", "apple"]);
    const unit = (row: readonly number[]): number[] => row.map((value) => value / Math.hypot(...row));
    const wanted = unit(rows.king).map((value, d) => value - unit(rows.man)[d] + unit(rows.woman)[d]);
    expect(found[0].score).toBeCloseTo(cosine(wanted, rows.queen), 6);
    expect(found[2].score).toBeCloseTo(cosine(wanted, rows.apple), 6);
  });

  it("analogy: 3CosMul is the ratio of moved cosines, with 0.001 below", () => {
    const found = vectors.analogy("man", "king", "woman", { method: "mul" });
    const moved = (a: readonly number[], b: readonly number[]): number => (1 + cosine(a, b)) / 2;
    for (const { word, score } of found.filter(({ word }) => word !== "nothing")) {
      const row = rows[word as keyof typeof rows];
      const right = (moved(row, rows.king) * moved(row, rows.woman)) / (moved(row, rows.man) + 0.001);
      expect(score).toBeCloseTo(right, 5);
    }
    expect(found.map(({ word }) => word)).toContain("queen");
  });

  it("an analogy whose words repeat leaves each out once", () => {
    expect(vectors.analogy("man", "man", "king").map(({ word }) => word)).toEqual([
      "queen",
      "woman",
      "nothing",
      "apple",
    ]);
  });

  it("a word without a vector is an error that names it", () => {
    const error = 'expected one of 6 words, got "prince".';
    expect(() => vectors.vectorOf("prince")).toThrow(`words.WordVectors.vectorOf: the word has no vector; ${error}`);
    expect(() => vectors.similarity("man", "prince")).toThrow(error);
    expect(() => vectors.nearest("prince")).toThrow(error);
    expect(() => vectors.analogy("man", "prince", "woman")).toThrow(error);
  });

  it("refuses wrong options and vectors", () => {
    expect(() => vectors.nearest("man", { count: 0 })).toThrow("count is out of range");
    expect(() => vectors.nearest("man", { n: 1 } as never)).toThrow("unknown option");
    expect(() => vectors.nearest(Float32Array.of(1, 2))).toThrow(
      "words.WordVectors.nearest: not a word or a vector; expected a word, or a Float32Array of D = 3 finite numbers, got 2 numbers.",
    );
    expect(() => vectors.nearest(Float32Array.of(1, NaN, 1))).toThrow("not a word or a vector");
    expect(() => vectors.analogy("man", "king", "woman", { method: "max" as never })).toThrow(
      'unknown method; expected "add" or "mul", got "max".',
    );
  });

  it.each([
    [[], Float32Array.of(1), "words are missing"],
    [["a"], [1], "the matrix is missing"],
    [
      ["a", "b"],
      Float32Array.of(1, 2, 3),
      "the matrix does not fit the words; expected (V, D) numbers for V = 2 words, got 3.",
    ],
    [["a"], new Float32Array(0), "the matrix does not fit the words"],
    [["a", "b"], Float32Array.of(1, 2, 3, NaN), "the matrix has a number that is not finite; got NaN in row 1."],
    [["a", ""], Float32Array.of(1, 2), "word 1 is not a word"],
    [
      ["a", "b", "a"],
      Float32Array.of(1, 2, 3),
      'a word stands twice; expected different words, got "a" in rows 0 and 2.',
    ],
  ])("cannot be made of %j", (words, matrix, error) => {
    expect(() => new WordVectors(words, matrix as never)).toThrow(`words.WordVectors: ${error}`);
  });
});
