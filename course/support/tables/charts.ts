/** The charts of a table: curves of loss and accuracy of all its networks, and accuracy against time. */
import type { Chart } from "lanegrad/report";
import type { Table, Trained } from "./table.js";

const section = "Charts";

/** The curves, by their names in the history of `fit`. */
const curves: readonly { readonly log: string; readonly title: string; readonly yLabel: string }[] = [
  { log: "loss", title: "Training loss", yLabel: "loss" },
  { log: "valLoss", title: "Validation loss", yLabel: "loss" },
  { log: "accuracy", title: "Training accuracy", yLabel: "% right" },
  { log: "valAccuracy", title: "Validation accuracy", yLabel: "% right" },
];

/** Accuracy against time, and the curves. @param results in the order of the rows */
export function chartsOf(table: Table, results: readonly Trained[]): Chart[] {
  return [tradeOff(table, results), ...curves.flatMap((curve) => curvesOf(curve, results))];
}

function tradeOff({ measure }: Table, results: readonly Trained[]): Chart {
  const shown = (error: number): number => (measure === "error" ? error : 100 - error);
  return {
    ...{ kind: "chart", title: `Test ${measure} against time`, section },
    xLabel: "seconds an epoch",
    yLabel: measure === "error" ? "% wrong" : "% right",
    xLogarithmic: measure === "error",
    yLogarithmic: measure === "error",
    marks: "points",
    series: results.map(({ row, secondsPerEpoch, testErrorPercent }) => {
      return { name: row.network.name, x: [secondsPerEpoch], y: [shown(testErrorPercent)] };
    }),
  };
}

function curvesOf({ log, title, yLabel }: (typeof curves)[number], results: readonly Trained[]): Chart[] {
  const percent = yLabel.startsWith("%") ? 100 : 1;
  const series = results.flatMap(({ row, history }) => {
    if (!Object.hasOwn(history, log)) return [];
    const y = history[log].map((value) => percent * value);
    return [{ name: row.network.name, x: y.map((_, i) => i + 1), y }];
  });
  return series.length === 0
    ? []
    : [{ kind: "chart", title, section, xLabel: "epoch", yLabel, marks: "lines", series }];
}
