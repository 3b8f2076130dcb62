/** Maps of words: coordinates against axes known beforehand, both ways of computing them, and what is refused. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/index.js";
import { WordVectors, pcaMap } from "../../src/words/index.js";

/** Points (3u, u′) along two orthonormal directions of D dimensions, around a mean that is not 0. */
function plane(points: readonly (readonly [number, number])[], D: number): WordVectors {
  const first = Array.from({ length: D }, (_, d) => (d < 2 ? 0.6 + 0.2 * d : 0)); // (0.6, 0.8, 0, …)
  const second = Array.from({ length: D }, (_, d) => (d < 2 ? 0.8 - 1.4 * d : 0)); // (0.8, −0.6, 0, …)
  const rows = points.map(([x, y]) => first.map((one, d) => 5 + x * one + y * second[d]));
  return new WordVectors(points.map((_, i) => `w${i}`), Float32Array.from(rows.flat())); // prettier-ignore
}

const points = [[9, 0.5], [-6, 1], [3, -2], [-6, 0.5]] as const; // prettier-ignore
const words = ["w0", "w1", "w2", "w3"];

describe("pcaMap", () => {
  it.each([2, 3, 4, 7])("finds the plane in which words lie, in %i dimensions, the mean in the middle", (D) => {
    const map = pcaMap(plane(points, D), { words });
    expect(map.missing).toEqual([]);
    const distance = ({ x, y }: { x: number; y: number }, other: { x: number; y: number }): number =>
      Math.hypot(x - other.x, y - other.y);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < i; j++) {
        const right = Math.hypot(points[i][0] - points[j][0], points[i][1] - points[j][1]);
        expect(distance(map.points[i], map.points[j])).toBeCloseTo(right, 4);
      }
    }
    for (const axis of ["x", "y"] as const)
      expect(map.points.reduce((sum, point) => sum + point[axis], 0)).toBeCloseTo(0, 4);
    expect(map.points.reduce((sum, { x, y }) => sum + x * y, 0)).toBeCloseTo(0, 3);
    expect(map.points[0].x).toBeGreaterThan(8); // the farthest word is on the positive side
    const squares = (axis: "x" | "y"): number => map.points.reduce((sum, point) => sum + point[axis] ** 2, 0);
    expect(map.explained[0]).toBeCloseTo(squares("x") / (squares("x") + squares("y")), 5);
    expect(map.explained[0] + map.explained[1]).toBeCloseTo(1, 6);
    expect(map.explained[0]).toBeGreaterThan(0.9);
  });

  it("more words than dimensions and fewer give the same map", () => {
    const random = new Random(1);
    const rows = Array.from({ length: 5 }, () => Array.from({ length: 5 }, () => random.uniform(-1, 1)));
    const all = ["a", "b", "c", "d", "e"];
    const map = pcaMap(new WordVectors(all, Float32Array.from(rows.flat())), { words: all });
    const padded = rows.map((row) => [...row, 0]); // six dimensions: from 5 by 5, and 4 of 6 words by 6 by 6
    const other = pcaMap(new WordVectors([...all, "f"], Float32Array.from([...padded.flat(), 1, 1, 1, 1, 1, 1])), { words: all }); // prettier-ignore
    for (const [i, { x, y }] of map.points.entries()) {
      expect(other.points[i].x).toBeCloseTo(x, 6);
      expect(other.points[i].y).toBeCloseTo(y, 6);
    }
  });

  it("names missing words, and shows a word once", () => {
    const map = pcaMap(plane(points, 3), { words: ["w1", "king", "w0", "w1"] });
    expect([map.missing, map.points.map(({ word }) => word)]).toEqual([["king"], ["w1", "w0"]]); // prettier-ignore
    expect(map.points.map(({ y }) => y)).toEqual([expect.closeTo(0, 5), expect.closeTo(0, 5)]);
  });

  it("equal vectors lie in the middle, and one dimension has one axis", () => {
    const equal = pcaMap(new WordVectors(["a", "b"], Float32Array.of(1, 2, 1, 2)), { words: ["a", "b"] });
    expect(equal).toEqual({ points: [{ word: "a", x: 0, y: 0 }, { word: "b", x: 0, y: 0 }], missing: [], explained: [0, 0] }); // prettier-ignore
    const line = pcaMap(new WordVectors(["a", "b", "c"], Float32Array.of(1, 2, 6)), { words: ["a", "b", "c"] });
    expect(line.points.map(({ x, y }) => [x, y])).toEqual([[-2, 0], [-1, 0], [3, 0]]); // prettier-ignore
    expect(line.explained).toEqual([1, 0]);
  });

  it("refuses too few words and wrong options", () => {
    const vectors = plane(points, 3);
    expect(() => pcaMap(vectors, { words: ["w1", "king"] })).toThrow(
      "words.pcaMap: too few of the words have vectors; expected at least 2, got 1 of 2.",
    );
    expect(() => pcaMap(vectors, { words: [1, "w1", "w2"] as never })).toThrow(
      "words.pcaMap: words must be texts; got 1.",
    );
    expect(() => pcaMap(vectors, { words: [undefined, "w1", "w2"] as never })).toThrow("words must be texts");
    expect(() => pcaMap(vectors, { words: "w1" } as never)).toThrow("words.pcaMap: words must be an array");
    expect(() => pcaMap(vectors, {} as never)).toThrow("words must be an array");
    expect(() => pcaMap({} as never, { words })).toThrow("the vectors are missing");
  });
});
