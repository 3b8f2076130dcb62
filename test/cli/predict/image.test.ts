import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/errors.js";
import { imageInput } from "../../../src/cli/predict/image.js";
import type { RgbaImage } from "../../../src/data/formats/png.js";

/** A picture from one letter a pixel. */
const letters: Readonly<Record<string, number[]>> = {
  "#": [0, 0, 0, 255],
  "+": [128, 128, 128, 255],
  ".": [255, 255, 255, 255],
  " ": [9, 9, 9, 0],
  r: [255, 0, 0, 255],
};
const picture = (...rows: string[]): RgbaImage => ({
  width: rows[0].length,
  height: rows.length,
  pixels: new Uint8Array(rows.flatMap((row) => Array.from(row).flatMap((letter) => letters[letter]))),
});

const grey = (image: RgbaImage, height: number, width: number): number[] => [
  ...imageInput(image, { height, width, channels: 1 }),
];

describe("imageInput", () => {
  it("leaves a picture of the right size as it is: bright ink on black", () => {
    expect(grey(picture("###", "#.#", "#+#"), 3, 3)).toEqual([0, 0, 0, 0, 255, 0, 0, 128, 0]);
  });

  it("inverts dark ink on white", () => {
    expect(grey(picture("....", ".##.", "...."), 3, 4)).toEqual([0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0]);
  });

  it("shows dark ink on a transparent ground as on white, bright ink as on black", () => {
    expect(grey(picture("   ", " # ", "   "), 3, 3)).toEqual([0, 0, 0, 0, 255, 0, 0, 0, 0]);
    expect(grey(picture("   ", " . ", "   "), 3, 3)).toEqual([0, 0, 0, 0, 255, 0, 0, 0, 0]);
    expect(grey(picture("  ", "  "), 2, 2)).toEqual([0, 0, 0, 0]);
  });

  it("takes the mean of the area that a pixel covers", () => {
    const image = picture("######", "#....#", "#....#", "#....#", "#....#", "######");
    expect(grey(image, 3, 3)).toEqual([64, 128, 64, 128, 255, 128, 64, 128, 64]);
    // 6 pixels to 4: each covers one and a half
    expect(grey(image, 4, 4).slice(4, 8)).toEqual([85, 255, 255, 85]);
  });

  it("repeats pixels when the picture is smaller", () => {
    expect(grey(picture("#.", "##"), 4, 4)).toEqual([0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("keeps the proportions and fills the rest with the border's colour", () => {
    expect(grey(picture("....", "####"), 4, 4)).toEqual([
      128, 128, 128, 128, 255, 255, 255, 255, 0, 0, 0, 0, 128, 128, 128, 128,
    ]);
    expect(grey(picture("#", "#", "#", "#"), 4, 4)).toEqual(new Array(16).fill(0));
    expect(grey(picture("#####", "#...#", "#####"), 5, 5).slice(5, 20)).toEqual([
      0, 0, 0, 0, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it("keeps red, green and blue for three channels, without inverting, over white", () => {
    const input = imageInput(picture("r.", "# "), { height: 2, width: 2, channels: 3 });
    expect([...input]).toEqual([255, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255]);
  });

  it("weighs red, green and blue by their brightness", () => {
    expect(grey(picture("####", "#rr#", "#rr#", "####"), 4, 4)[5]).toBe(76);
  });

  it("shrinks a large picture to 28 × 28 and keeps its mean", () => {
    const side = 1000;
    const pixels = new Uint8Array(side * side * 4).fill(255);
    for (let i = 0; i < side * side; i++) {
      const inside = Math.hypot((i % side) - 500, Math.floor(i / side) - 500) < 300;
      pixels.fill(inside ? 200 : 0, 4 * i, 4 * i + 3);
    }
    const input = imageInput({ width: side, height: side, pixels }, { height: 28, width: 28, channels: 1 });
    const mean = input.reduce((sum, value) => sum + value, 0) / 784;
    expect(Math.abs(mean - 200 * Math.PI * 0.09)).toBeLessThan(0.5);
    expect(input[14 * 28 + 14]).toBe(200);
    expect(input[0]).toBe(0);
  });

  it("says that a network without 1 or 3 channels takes no picture", () => {
    expect(() => imageInput(picture("#"), { height: 1, width: 1, channels: 4 })).toThrow(
      new UsageError("predict: a picture does not fit; expected a network with 1 or 3 input channels, got C = 4."),
    );
  });
});
