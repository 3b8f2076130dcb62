/** What charts hand to uPlot. */
import { expect, it } from "vitest";
import { lineColumns, tickText } from "../../src/report/browser/chart.js";

it("a line that goes straight up keeps all its points, beside curves with one point there or none", () => {
  const place = (series: number, x: number, y: number) => ({ series, x, y, label: "" });
  const places = [place(0, 1, 5), place(0, 2, 6), place(1, 2, 0), place(1, 2, 1), place(0, 3, 7), place(2, 3, 9)];
  const series = ["curve", "bound", "point"].map((name) => ({ name, x: [], y: [] }));
  expect(lineColumns(places, series)).toEqual([
    [1, 2, 2, 3],
    [5, 6, null, 7],
    [null, 0, 1, null],
    [null, null, null, 9],
  ]);
});

it("ticks are short: thousands from 10k on, powers of ten beyond a million", () => {
  expect([0, 0.25, -0.5, 1000, 5000, 10_000, 50_000, 12_500, -20_000].map(tickText)).toEqual(
    ["0", "0.25", "-0.5", "1000", "5000", "10k", "50k", "12500", "-20k"], // prettier-ignore
  );
  expect([1e6, 2.5e7, 1e-5].map(tickText)).toEqual(["1e6", "2.5e7", "1e-5"]);
});
