/** Loss, metrics and learning rate over time. */
import { showChart } from "../../pages/browser/showChart.js";
import type { Series } from "../../pages/chart.js";
import type { Curves } from "../reportData.js";

/** One chart for losses, one for each metric with its validation, one for the learning rate. */
export function showCurves(parent: HTMLElement, { epochs, steps, learningRates }: Curves): void {
  const names = Object.keys(epochs).filter((name) => !name.startsWith("val"));
  for (const name of names) {
    const validation = `val${name[0].toUpperCase()}${name.slice(1)}`;
    const x = epochs[name].map((_, i) => i + 1);
    const series = [name, validation]
      .filter((key) => key in epochs)
      .map((key): Series => ({ name: key, x, y: epochs[key] }));
    showChart(parent, { title: name, xLabel: "epoch", yLabel: "", kind: "lines", series });
  }
  if (steps.length < 2) return;
  const rates = { name: "learning rate", x: steps, y: learningRates };
  showChart(parent, { title: rates.name, xLabel: "step", yLabel: "", kind: "lines", series: [rates] });
}
