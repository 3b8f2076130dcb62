/** The page of a table: curves of loss and accuracy of all its networks, and what accuracy costs in time. How it is drawn is in comparison/. */
import type { ComparisonReport } from "../comparison/report.js";
import type { Chart } from "../pages/chart.js";
import type { Table, Trained } from "./table.js";

/** The curves that there are, by the names under which training writes them down. */
const curves: readonly { readonly log: string; readonly title: string; readonly yLabel: string }[] = [
  { log: "loss", title: "Training loss", yLabel: "loss" },
  { log: "valLoss", title: "Validation loss", yLabel: "loss" },
  { log: "accuracy", title: "Training accuracy", yLabel: "% right" },
  { log: "valAccuracy", title: "Validation accuracy", yLabel: "% right" },
];

/** What the page shows. @param results in the order of the rows */
export function tableReport(
  table: Table,
  results: readonly Trained[],
  {
    command,
    facts,
    conclusions,
  }: Pick<ComparisonReport, "command" | "facts"> & { readonly conclusions: readonly string[] },
): ComparisonReport {
  const header = ["network", ...table.columns.map(({ title }) => title)];
  const rows = results.map((one) => [one.row.recipe.name, ...table.columns.map((column) => column.text(one))]);
  return {
    title: `lanegrad table ${table.name}`,
    introduction: conclusions,
    command,
    facts,
    tables: [{ title: "Networks", header, rows }],
    charts: [tradeOff(table, results), ...curves.flatMap((curve) => curvesOf(curve, results))],
  };
}

function tradeOff({ measure }: Table, results: readonly Trained[]): Chart {
  const shown = (error: number): number => (measure === "error" ? error : 100 - error);
  return {
    title: `Test ${measure} against time`,
    xLabel: "seconds an epoch",
    yLabel: measure === "error" ? "% wrong" : "% right",
    xLogarithmic: measure === "error",
    yLogarithmic: measure === "error",
    kind: "points",
    series: results.map(({ row, secondsPerEpoch, testErrorPercent }) => {
      return { name: row.recipe.name, x: [secondsPerEpoch], y: [shown(testErrorPercent)] };
    }),
  };
}

function curvesOf({ log, title, yLabel }: (typeof curves)[number], results: readonly Trained[]): Chart[] {
  const percent = yLabel.startsWith("%") ? 100 : 1;
  const series = results.flatMap(({ row, history }) => {
    if (!Object.hasOwn(history, log)) return [];
    const y = history[log].map((value) => percent * value);
    return [{ name: row.recipe.name, x: y.map((_, i) => i + 1), y }];
  });
  return series.length === 0 ? [] : [{ title, xLabel: "epoch", yLabel, kind: "lines", series }];
}
