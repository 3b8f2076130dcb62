/** Vectors of syllables from running text. */
import { expect, it } from "vitest";
import { contextVectors } from "../../course/sequences/contextVectors.js";

const size = 4;
const cosine = (vectors: Float32Array, a: number, b: number): number => {
  const of = (v: number) => Array.from(vectors.subarray(v * size, (v + 1) * size));
  return of(a).reduce((sum, value, d) => sum + value * of(b)[d], 0) / 16;
};
/** Syllables 0 and 1 stand between 4 and 5, syllables 2 and 3 between 6 and 7. */
const texts = Array.from({ length: 40 }, (_, i) =>
  i % 2 === 0 ? Int32Array.of(4, i % 4 === 0 ? 0 : 1, 5, -1) : Int32Array.of(6, i % 4 === 1 ? 2 : 3, 7),
);

it("syllables that stand beside the same ones have one direction, others another; all have length 4", () => {
  const vectors = contextVectors(texts, 9, size);
  for (const v of [0, 1, 2, 3]) expect(cosine(vectors, v, v)).toBeCloseTo(1, 5);
  expect(cosine(vectors, 0, 1)).toBeCloseTo(1, 3);
  expect(cosine(vectors, 2, 3)).toBeCloseTo(1, 3);
  expect(Math.abs(cosine(vectors, 0, 2))).toBeLessThan(0.1);
});

it("a syllable that does not occur has a vector of zeros, and the same text gives the same vectors", () => {
  const vectors = contextVectors(texts, 9, size);
  expect([...vectors.subarray(8 * size)]).toEqual([0, 0, 0, 0]);
  expect(contextVectors(texts, 9, size)).toEqual(vectors);
});
