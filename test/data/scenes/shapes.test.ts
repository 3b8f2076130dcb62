/** Shapes in a picture: areas, boxes, edges, and what lies outside. */
import { describe, expect, it } from "vitest";
import { boxOf, drawShape, shapeNames, type ShapeName } from "../../../src/data/scenes/shapes.js";

const side = 64;
const white = [255, 255, 255] as const;

function drawn(shape: ShapeName, x = 32, y = 32, radius = 20): Uint8Array {
  const pixels = new Uint8Array(3 * side * side);
  drawShape(pixels, side, { shape, color: white, x, y, radius });
  return pixels;
}

const area = (pixels: Uint8Array): number => pixels.reduce((sum, value) => sum + value, 0) / (3 * 255);

describe("drawShape", () => {
  it.each<[ShapeName, number]>([
    ["circle", Math.PI],
    ["ring", 0.64 * Math.PI],
    ["square", 1.7 ** 2],
    ["diamond", 2],
    ["triangle", 1.8],
    ["cross", 2.04],
    ["eight", 2.4 - 2 * 0.52 * 0.49],
  ])("%s: %f radii² are covered, within 2 %", (shape, expected) => {
    expect(Math.abs(area(drawn(shape)) / 400 / expected - 1)).toBeLessThan(0.02);
  });

  it.each(shapeNames)("%s: its ink reaches each side of its box, and nothing is outside", (shape) => {
    const pixels = drawn(shape);
    const [left, top, right, bottom] = boxOf({ shape, x: 32, y: 32, radius: 20 });
    const inked = Array.from({ length: side * side }, (_, p) => p).filter((p) => pixels[3 * p] > 0);
    const [columns, rows] = [inked.map((p) => p % side), inked.map((p) => Math.floor(p / side))];
    const reached = [Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1];
    for (const [i, edge] of [left, top, right, bottom].entries()) {
      const isFirst = i < 2;
      expect(isFirst ? reached[i] - edge : edge - reached[i]).toBeGreaterThan(-1);
      expect(isFirst ? reached[i] - edge : edge - reached[i]).toBeLessThan(1.5);
    }
  });

  it("all 17 shapes differ from each other by at least 4 % of the plane", () => {
    const all = shapeNames.map((shape) => drawn(shape));
    expect(all.length).toBe(17);
    for (const [i, one] of all.entries())
      for (const other of all.slice(i + 1)) {
        expect(one.reduce((sum, value, p) => sum + Math.abs(value - other[p]), 0) / (3 * 255 * 1600)).toBeGreaterThan(
          0.04,
        );
      }
  });

  it("what lies outside of the picture is left out; its own part is drawn, over what is there", () => {
    const pixels = drawn("circle", 0, 64);
    expect(Math.abs(area(pixels) / (100 * Math.PI) - 1)).toBeLessThan(0.02);
    expect(area(drawn("circle", -30, -30))).toBe(0);
    const ground = new Uint8Array(3 * side * side).fill(100);
    drawShape(ground, side, { shape: "square", color: [200, 0, 50], x: 32, y: 32, radius: 10 });
    expect([...ground.subarray(0, 3)]).toEqual([100, 100, 100]);
    expect([...ground.subarray(3 * (32 * side + 32)).subarray(0, 3)]).toEqual([200, 0, 50]);
  });

  it("a shape moved by a quarter of a pixel changes its edge only", () => {
    const [one, other] = [drawn("square", 32, 32), drawn("square", 32.25, 32)];
    const changed = one.filter((value, p) => value !== other[p]).length / 3;
    expect(changed).toBeGreaterThan(0);
    expect(changed).toBeLessThanOrEqual(2 * 36);
  });
});
