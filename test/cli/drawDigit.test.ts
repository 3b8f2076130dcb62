import { describe, expect, it } from "vitest";
import { cropTogether, drawImage, drawRow, type DrawnImage } from "../../src/cli/terminal/drawDigit.js";

/** An image from one letter a pixel: # is ink, - is faint, anything else paper. */
const image = (...rows: string[]): DrawnImage => ({
  height: rows.length,
  width: rows[0].length,
  pixels: rows.flatMap((row) => Array.from(row, (letter) => ({ "#": 255, "-": 20 })[letter] ?? 0)),
});
const plainTerminal = { hasColor: false, columns: 80, style: (text: string) => text };

describe("images in characters", () => {
  it("put two pixels into a character", () => {
    expect(drawImage(image("##..", "#.#."), plainTerminal)).toEqual(["█▀▄ "]);
  });

  it("end with paper where the height is odd", () => {
    expect(drawImage(image("#", "#", "#"), plainTerminal)).toEqual(["█", "▀"]);
  });

  it("have 24 greys where there are colours", () => {
    const line = "\u001b[38;5;255;48;5;232m▀\u001b[38;5;234;48;5;232m▀\u001b[0m";
    expect(drawImage(image("#-", ".."), { hasColor: true })).toEqual([line]);
  });

  it("have the 216 colours of the cube where they are in colour, and are not cut then", () => {
    const colored = { height: 1, width: 2, pixels: [76, 0], colors: [255, 0, 0, 0, 0, 255] };
    const line = "\u001b[38;5;196;48;5;232m▀\u001b[38;5;21;48;5;232m▀\u001b[0m";
    expect(drawImage(colored, { hasColor: true })).toEqual([line]);
    expect(drawImage(colored, plainTerminal)).toEqual(["  "]);
    expect(cropTogether([colored])).toEqual([colored]);
  });

  it("are cut to their ink, all to the same size, faint pixels left out", () => {
    const cropped = cropTogether([image("......", "..##..", "..#...", "-....."), image("#.....", "......", "......")]);
    expect(cropped.map(({ height, width, pixels }) => [height, width, Array.from(pixels)])).toEqual([
      [2, 2, [255, 255, 255, 0]],
      [2, 2, [0, 0, 0, 255]],
    ]);
  });

  it("without ink stay as they are", () => {
    expect(cropTogether([image("...", "...")])).toEqual([image("...", "...")]);
    expect(cropTogether([])).toEqual([]);
  });

  it("stand beside each other under their captions, as many as fit", () => {
    const two = [image("##", "##"), image("#.", ".#")];
    expect(drawRow(two, ["3 as 5", "a"], plainTerminal)).toEqual(["3 as 5   a", "██       ▀▄"]);
    expect(drawRow(two, ["3 as 5", "a"], { ...plainTerminal, columns: 14 })).toEqual(["3 as 5", "██"]);
    expect(drawRow(two, ["3 as 5", "a"], { ...plainTerminal, columns: 3 })).toEqual([]);
  });
});
