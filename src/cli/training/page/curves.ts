/** Loss, metrics and learning rate over time, drawn by uPlot, which the page carries. */
import type uPlotClass from "uplot";
import type { Curves } from "../reportData.js";
import { element } from "./elements.js";

declare const uPlot: typeof uPlotClass;

const colors = ["#2f74d0", "#d9822b", "#3c9a5f", "#a04bb5"];

/** Distances between ticks: there is no half an epoch. */
const wholeNumbers = [1, 10, 100, 1000, 10_000, 100_000].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

/** One plot for losses, one for each metric with its validation, one for the learning rate. */
export function showCurves(parent: HTMLElement, { epochs, steps, learningRates }: Curves): void {
  const names = Object.keys(epochs).filter((name) => !name.startsWith("val"));
  for (const name of names) {
    const validation = `val${name[0].toUpperCase()}${name.slice(1)}`;
    const shown = [name, validation].filter((key) => key in epochs);
    const x = epochs[name].map((_, i) => i + 1);
    plot(parent, name, "epoch", x, Object.fromEntries(shown.map((key) => [key, epochs[key]])));
  }
  if (steps.length > 1) plot(parent, "learning rate", "step", steps, { "learning rate": learningRates });
}

function plot(
  parent: HTMLElement,
  title: string,
  label: string,
  x: readonly number[],
  series: Readonly<Record<string, readonly number[]>>,
): void {
  parent.append(element("h3", title));
  const css = (name: string) => (): string => getComputedStyle(document.documentElement).getPropertyValue(name);
  const lines = { stroke: css("--line"), width: 1 };
  const options: uPlotClass.Options = {
    width: Math.min(parent.clientWidth, 960),
    height: 260,
    scales: { x: { time: false } },
    axes: [
      { label, stroke: css("--ink"), grid: lines, ticks: lines, incrs: wholeNumbers },
      { stroke: css("--ink"), grid: lines, ticks: lines, size: 70 },
    ],
    series: [
      { label },
      ...Object.keys(series).map((name, i) => ({
        label: name,
        stroke: colors[i % colors.length],
        width: 2,
        points: { show: x.length < 30 },
        value: (_: uPlotClass, value: number | null) => (value === null ? "" : value.toPrecision(4)),
      })),
    ],
  };
  const drawn = new uPlot(options, [[...x], ...Object.values(series).map((values) => [...values])], parent);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.redraw());
}
