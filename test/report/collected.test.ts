/** What has been shown, as it stands. */
import { describe, expect, it } from "vitest";
import { Collected } from "../../src/report/collected.js";
import { colorPicture, pictureOf } from "../../src/report/picture.js";
import type { Chart, Shown } from "../../src/report/shown.js";

const chart: Chart = { kind: "chart", title: "loss", xLabel: "epoch", yLabel: "loss", marks: "lines", series: [] };

describe("what has been shown", () => {
  it("has points in their charts, of two series in the order in which they began, and rows in their tables", () => {
    const collected = new Collected();
    const shown: Shown[] = [
      chart,
      { kind: "point", chart: "loss", series: "a", x: 1, y: 3 },
      { kind: "point", chart: "loss", series: "b", x: 1, y: 4 },
      { kind: "point", chart: "loss", series: "a", x: 2, y: 2 },
      { kind: "table", title: "t", header: ["network"], rows: [], widths: [7] },
      { kind: "row", table: "t", cells: ["one"] },
    ];
    for (const one of shown) collected.add(one);
    expect(collected.blocks).toMatchObject([
      {
        series: [
          { name: "a", x: [1, 2], y: [3, 2] },
          { name: "b", x: [1], y: [4] },
        ],
      },
      { rows: [["one"]] },
    ]);
    expect(chart.series).toEqual([]); // what was shown is not changed
  });

  it("replaces what is shown again, in its first place, and says which block is new", () => {
    const collected = new Collected();
    collected.add(chart);
    collected.add({ kind: "text", title: "words", text: "old" });
    const series = [{ name: "c", x: [1], y: [1] }];
    expect(collected.add({ ...chart, series })).toEqual({ ...chart, series });
    expect(collected.add({ kind: "now", text: "working" })).toBeUndefined();
    collected.add({ kind: "fact", name: "data", text: "first" });
    collected.add({ kind: "fact", name: "data", text: "second" });
    collected.add({ kind: "conclusion", text: "So it is." });
    expect(collected.blocks.map(({ title }) => title)).toEqual(["loss", "words"]);
    expect(collected.facts.map(({ text }) => text)).toEqual(["second"]);
    expect(collected.conclusions.map(({ text }) => text)).toEqual(["So it is."]);
  });

  it("can be posted to a worker and back, whatever it is", () => {
    const picture = pictureOf([-1, 0, 0.5, 1], 2, "four");
    const shown: Shown = { kind: "images", title: "pictures", scale: 3, pictures: [picture] };
    expect(structuredClone(shown)).toEqual(shown);
  });
});

it("a picture goes from zero to its greatest, or as far below zero as above", () => {
  const bytes = (values: readonly number[]) => [...Buffer.from(pictureOf(values, 2, "").pixels, "base64")];
  expect(bytes([0, 1, 2, 4])).toEqual([0, 64, 128, 255]);
  expect(bytes([-4, 0, 2, 4])).toEqual([1, 128, 192, 255]);
  expect(bytes([0, 0, 0, 0])).toEqual([0, 0, 0, 0]);
  expect(pictureOf([-4, 2], 2, "").range).toEqual([-4, 4]);
});

it("a picture in colour holds three bytes a pixel, cut to 0 … 255", () => {
  const picture = colorPicture([255, 0, 10, 300, -5, 127.6], 1, "two");
  expect([...Buffer.from(picture.pixels, "base64")]).toEqual([255, 0, 10, 255, 0, 128]);
  expect(picture).toMatchObject({ width: 1, height: 2, isColored: true, isSigned: false, caption: "two" });
  expect(() => colorPicture([1, 2, 3, 4], 1, "")).toThrow("colorPicture: the last row is not full; expected whole rows of 3 values, got 4 values."); // prettier-ignore
});
