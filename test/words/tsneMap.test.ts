/** The map by t-SNE: its affinities and gradient against plain formulas, groups found again, and what is refused. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/index.js";
import { WordVectors, tsneMap } from "../../src/words/index.js";
import { affinities } from "../../src/words/maps/tsneMap.js";

/** Words in `groups` directions, with a little noise; words of a group have the same first letter. */
function grouped(groups: number, each: number, D: number): WordVectors {
  const random = new Random(5);
  const words = Array.from({ length: groups * each }, (_, i) => `${"abcdef"[i % groups]}${i}`);
  const rows = words.map((_, i) => {
    return Array.from({ length: D }, (_, d) => Number(d === i % groups) + random.uniform(-0.1, 0.1));
  });
  return new WordVectors(words, Float32Array.from(rows.flat()));
}

describe("affinities", () => {
  const n = 12;
  const random = new Random(1);
  const points = Array.from({ length: n }, () => [random.uniform(-2, 2), random.uniform(-2, 2)]);
  const squares = Float64Array.from(points.flatMap(([x, y]) => points.map(([u, v]) => (x - u) ** 2 + (y - v) ** 2)));

  it.each([1.5, 4, 10])("rows have the perplexity %f: p is the symmetric mean of such rows", (perplexity) => {
    // β of each row by itself, found by walking a fine grid of logarithms: another way than the bisection.
    const rows = points.map((_, i) => {
      const rowAt = (beta: number): number[] => {
        const weights = points.map((_, j) => (i === j ? 0 : Math.exp(-beta * squares[i * n + j])));
        const sum = weights.reduce((a, b) => a + b);
        return weights.map((weight) => weight / sum);
      };
      const perplexityOf = (row: readonly number[]): number =>
        Math.exp(row.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0));
      let best = rowAt(1);
      for (let step = -4000; step <= 4000; step++) {
        const row = rowAt(Math.exp(step / 800));
        if (Math.abs(perplexityOf(row) - perplexity) < Math.abs(perplexityOf(best) - perplexity)) best = row;
      }
      return best;
    });
    const P = affinities(squares, n, perplexity);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) expect(P[i * n + j]).toBeCloseTo((rows[i][j] + rows[j][i]) / (2 * n), 4);
    }
    expect(P.reduce((a, b) => a + b)).toBeCloseTo(1, 10);
  });
});

describe("tsneMap", () => {
  it("words of a group lie together: each word's nearest three on the map are of its group", () => {
    const vectors = grouped(4, 10, 8);
    const { points, missing, divergence } = tsneMap(vectors, { words: vectors.words });
    expect([points.length, missing]).toEqual([40, []]);
    for (const { word, x, y } of points) {
      const others = points.filter((other) => other.word !== word);
      others.sort((a, b) => Math.hypot(a.x - x, a.y - y) - Math.hypot(b.x - x, b.y - y));
      for (const near of others.slice(0, 3)) expect(near.word[0]).toBe(word[0]);
    }
    expect(divergence).toBeGreaterThan(0);
    expect(divergence).toBeLessThan(0.5);
    expect(points.reduce((sum, { x }) => sum + x, 0)).toBeCloseTo(0, 6);
  });

  it("more iterations leave less divergence, and the same seed gives the same map", () => {
    const vectors = grouped(3, 7, 5);
    const of = (iterations: number, seed = 0) => tsneMap(vectors, { words: vectors.words, iterations, seed });
    expect(of(400).divergence).toBeLessThan(of(20).divergence);
    expect(of(50)).toEqual(of(50));
    expect(of(50).points).not.toEqual(of(50, 1).points);
  });

  it("two words, equal words and words on one line have places that are numbers", () => {
    const of = (words: string[], rows: number[]) => tsneMap(new WordVectors(words, Float32Array.from(rows)), { words });
    const two = of(["a", "b"], [1, 0, 0, 1]);
    expect(two.points[0].x).toBeCloseTo(-two.points[1].x, 10);
    for (const map of [two, of(["a", "b", "c"], [1, 1, 1, 1, 1, 1]), of(["a", "b", "c", "d"], [1, 2, -4, -3])]) {
      for (const { x, y } of map.points) expect([Number.isFinite(x), Number.isFinite(y)]).toEqual([true, true]);
    }
  });

  it("names missing words and refuses wrong options", () => {
    const vectors = grouped(2, 3, 4);
    const { words } = vectors;
    expect(tsneMap(vectors, { words: [...words, "king"], iterations: 5 }).missing).toEqual(["king"]);
    expect(() => tsneMap(vectors, { words: ["a0", "king"] })).toThrow(
      "words.tsneMap: too few of the words have vectors; expected at least 2, got 1 of 2.",
    );
    expect(() => tsneMap(vectors, { words, perplexity: 6 })).toThrow("perplexity");
    expect(() => tsneMap(vectors, { words, perplexity: NaN })).toThrow("perplexity");
    expect(() => tsneMap(vectors, { words, iterations: 0 })).toThrow("iterations");
    expect(() => tsneMap(vectors, { words, seed: 0.5 })).toThrow("seed");
    expect(() => tsneMap(vectors, { words, step: 1 } as never)).toThrow("step");
  });
});
