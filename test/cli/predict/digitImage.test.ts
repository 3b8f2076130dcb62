import { describe, expect, it } from "vitest";
import { digitInput } from "../../../src/cli/predict/digitImage.js";
import type { RgbaImage } from "../../../src/data/formats/png.js";
import { DataError } from "../../../src/errors.js";

/** A sheet with a picture of `ink(x, y)` in [0, 1] for 0 ≤ x, y < 1, drawn in `size` pixels from (left, top). */
function sheet(
  { width = 300, height = 200, size = 100, left = 40, top = 30, paper = 255, pen = 0 },
  ink: (x: number, y: number) => number,
): RgbaImage {
  const pixels = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [((i % width) + 0.5 - left) / size, (Math.floor(i / width) + 0.5 - top) / size];
    const share = x >= 0 && x < 1 && y >= 0 && y < 1 ? ink(x, y) : 0;
    pixels.fill(Math.round(paper + share * (pen - paper)), 4 * i, 4 * i + 3);
    pixels[4 * i + 3] = 255;
  }
  return { width, height, pixels };
}

/** A thick L: a stem at the left, a foot at the bottom. */
const letterL = (x: number, y: number): number => Number(x < 0.2 || y >= 0.8);
const fullBox = (): number => 1;

/** Rows and columns with ink, and the centre of mass. */
function extent(image: Uint8Array) {
  const inked = [...image.keys()].filter((i) => image[i] >= 64);
  const [xs, ys] = [inked.map((i) => i % 28), inked.map((i) => Math.floor(i / 28))];
  const mass = image.reduce((sum, value) => sum + value, 0);
  const moment = (at: (i: number) => number) => image.reduce((sum, value, i) => sum + value * (at(i) + 0.5), 0) / mass;
  return {
    width: Math.max(...xs) - Math.min(...xs) + 1,
    height: Math.max(...ys) - Math.min(...ys) + 1,
    x: moment((i) => i % 28),
    y: moment((i) => Math.floor(i / 28)),
  };
}

describe("a digit on a sheet", () => {
  it.each([
    [{}],
    [{ left: 190, top: 95 }],
    [{ size: 20, left: 3, top: 170 }],
    [{ width: 1000, height: 900, size: 640, left: 300, top: 200 }],
    [{ paper: 0, pen: 255 }],
    [{ paper: 200, pen: 120 }],
  ])("fits a box of 20 pixels with its centre of mass at 14.5, wherever and however it is drawn: %j", (place) => {
    const digit = digitInput(sheet(place, letterL));
    const { width, height, x, y } = extent(digit);
    expect([20, 21]).toContain(width);
    expect([20, 21]).toContain(height);
    expect(Math.abs(x - 14.5)).toBeLessThan(0.05);
    expect(Math.abs(y - 14.5)).toBeLessThan(0.05);
    expect(Math.max(...digit)).toBe(255);
  });

  it("keeps its proportions", () => {
    const { width, height } = extent(digitInput(sheet({}, (x) => Number(x >= 0.4 && x < 0.6))));
    expect(height).toBeGreaterThanOrEqual(20);
    expect(width).toBeLessThanOrEqual(5);
  });

  it("of thin strokes is as bright as one of thick strokes", () => {
    const thin = digitInput(sheet({ width: 900, height: 900, size: 800 }, (x, y) => Number(x < 0.006 || y > 0.994)));
    expect(Math.max(...thin)).toBe(255);
    expect(thin.filter((value) => value > 60).length).toBeGreaterThan(35);
  });

  it("is told from the grain of the paper", () => {
    const grainy = (x: number, y: number): number => (letterL(x, y) ? 1 : 0.2 * Math.abs(Math.sin(999 * x + 77 * y)));
    expect(extent(digitInput(sheet({}, grainy))).x).toBeCloseTo(14.5, 1);
  });

  it("in a picture of 28 × 28 is taken as it is", () => {
    const ready = sheet({ width: 28, height: 28, size: 5, left: 2, top: 3, paper: 0, pen: 200 }, fullBox);
    expect([...digitInput(ready)]).toEqual(Array.from({ length: 784 }, (_, i) => ready.pixels[4 * i]));
  });

  it("that is not there is an error", () => {
    const text = "predict: there is no ink in the picture. A digit should be dark on bright paper or bright on dark.";
    expect(() => digitInput(sheet({ paper: 250, pen: 240 }, fullBox))).toThrow(new DataError(text));
    expect(() => digitInput(sheet({ paper: 0, pen: 0 }, fullBox))).toThrow(new DataError(text));
  });
});
