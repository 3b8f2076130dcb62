/** What tables say of their results: sentences worded from the numbers, and the page's curves and points. */
import { describe, expect, it } from "vitest";
import { conclusionsOf } from "../../course/support/tables/conclusions.js";
import { imdbTable } from "../../course/recurrent/imdbTable.js";
import { mnistTable } from "../../course/convolution/mnistTable.js";
import type { Table, Trained } from "../../course/support/tables/table.js";
import { chartsOf } from "../../course/support/tables/charts.js";

const trained = (table: Table, i: number, secondsPerEpoch: number, testErrorPercent: number): Trained => ({
  ...{ row: table.rows[i], boundPercent: 50, testErrorPercent, parameters: 1_000_000 + i, epochs: 2 },
  ...{ seconds: 2 * secondsPerEpoch, secondsPerEpoch, trainingSamplesPerSecond: 1000 / secondsPerEpoch },
  inferenceSamplesPerSecond: 3000 / secondsPerEpoch,
  history: { loss: [0.7, 0.5], valAccuracy: [0.6, 1 - testErrorPercent / 100] },
});

describe("conclusions of a table", () => {
  it("name the fastest, the best, and who is beaten in both", () => {
    const results = [[10, 15], [20, 11], [16, 10], [40, 11.5]].map(([seconds, error], i) => trained(imdbTable, i, seconds, error)); // prettier-ignore
    expect(conclusionsOf(imdbTable, results)).toEqual([
      "Fastest: imdb-rnn, 10.0 s an epoch (100 samples/s in training, 300 in inference).",
      "Best: imdb-gru, 90.00 % right on the test set.",
      "Trade-off: imdb-gru takes 1.6 times as long an epoch as imdb-rnn and is right on 5.00 % more of the test set; worth choosing from are imdb-rnn and imdb-gru: for each of the others one of them is faster and no worse.",
    ]);
  });

  it("say so where nothing must be paid, and where each network has its place", () => {
    const alone = [trained(mnistTable, 0, 1, 2), trained(mnistTable, 1, 2, 3)];
    expect(conclusionsOf(mnistTable, alone).slice(1)).toEqual([
      "Best: mnist-linear, 2.00 % wrong on the test set.",
      "Trade-off: none, mnist-linear is both the fastest and the best.",
    ]);
    const ordered = [trained(mnistTable, 0, 1, 7), trained(mnistTable, 1, 3, 4)];
    expect(conclusionsOf(mnistTable, ordered)[2]).toBe(
      "Trade-off: mnist-linear-deskewed takes 3.0 times as long an epoch as mnist-linear and is right on 3.00 % more of the test set; each network is the best of those that are as fast.",
    );
  });
});

it("the page of a table has its columns, a point for each network, and a curve for each that has such values", () => {
  const results = [trained(imdbTable, 0, 10, 15), { ...trained(imdbTable, 1, 20, 11), history: { loss: [0.7, 0.4] } }];
  const { columns } = imdbTable;
  expect(columns.map(({ title }) => title)).toEqual([
    "accuracy",
    "an epoch",
    "training/s",
    "inference/s",
    "parameters",
  ]);
  expect(results.map((one) => columns.map((column) => column.text(one)))).toEqual([
    ["85.00 %", "10.0 s", "100", "300", "1,000,000"],
    ["89.00 %", "20.0 s", "50", "150", "1,000,001"],
  ]);
  const charts = chartsOf(imdbTable, results);
  expect(charts.map(({ title, series }) => [title, series.length])).toEqual([
    ["Test accuracy against time", 2],
    ["Training loss", 2],
    ["Validation accuracy", 1],
  ]);
  expect(charts[0].series).toEqual([
    { name: "imdb-rnn", x: [10], y: [85] },
    { name: "imdb-lstm", x: [20], y: [89] },
  ]);
  expect(charts[2].series[0]).toEqual({ name: "imdb-rnn", x: [1, 2], y: [60, 85] });
});
