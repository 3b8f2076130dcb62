/** Draws a chart by uPlot, which the page carries. Runs in browsers only. */
import type uPlotClass from "uplot";
import type { Chart, Series } from "../chart.js";
import { element } from "./elements.js";
import { placeLabels } from "./placeLabels.js";

declare const uPlot: typeof uPlotClass;

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, whose values cannot be imported
const logarithmic = 3 as uPlotClass.Scale.Distr;

const colors = ["#2f74d0", "#d9822b", "#3c9a5f", "#a04bb5", "#c4455a", "#2b9aa8", "#8a7a3a", "#8a94a0"];
const colorOf = (i: number): string => colors[i % colors.length];

/** Distances between ticks where there is no half of anything. */
const wholeNumbers = [1, 10, 100, 1000, 10_000, 100_000].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

/** Curves of so few points show them. */
const fewPoints = 30;

/** A point of a series, with what stands beside it. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly series: number;
  readonly label: string;
}

/** Appends the chart under its title. Nothing where there is no point. */
export function showChart(parent: HTMLElement, chart: Chart): void {
  const places = placesOf(chart);
  if (places.length === 0) return;
  parent.append(element("h3", chart.title));
  const isPoints = chart.kind === "points";
  const [x, ...columns] = isPoints ? pointColumns(places, chart.series.length) : lineColumns(places, chart.series);
  const lines = { stroke: css("--line"), width: 1 };
  const isWhole = !chart.xLogarithmic && !isPoints && x.every(Number.isInteger);
  const axis = (label: string) => ({
    ...{ label, stroke: css("--ink"), grid: lines, ticks: lines },
    values: (_: uPlotClass, splits: (number | null)[]) =>
      splits.map((value) => (value === null ? null : tickText(value))),
  });
  const value = (_: uPlotClass, shown: number | null): string => (shown === null ? "" : numberText(shown));
  const options: uPlotClass.Options = {
    width: Math.min(parent.clientWidth, 960),
    height: isPoints ? 380 : 260,
    scales: {
      x: {
        time: false,
        ...(chart.xLogarithmic && { distr: logarithmic }),
        ...(isPoints && { range: withRoom(chart.xLogarithmic === true) }),
      },
      y: chart.yLogarithmic ? { distr: logarithmic } : {},
    },
    axes: [
      { ...axis(chart.xLabel), ...(isWhole && { incrs: wholeNumbers }) },
      { ...axis(chart.yLabel), size: 70 },
    ],
    legend: isPoints ? { live: false, markers: { fill: (_, i) => (i === 0 ? "" : colorOf(i - 1)) } } : {},
    ...(isPoints && { cursor: { drag: { x: false, y: false }, points: { show: false } } }),
    series: [
      { label: chart.xLabel, value },
      ...chart.series.map(({ name, x }, i) => ({
        ...{ label: name, value, spanGaps: true },
        ...(isPoints
          ? { stroke: colorOf(i), paths: () => null, points: { show: true, size: 9, fill: colorOf(i) } }
          : { stroke: colorOf(i), width: 2, points: { show: x.length < fewPoints } }),
      })),
    ],
    hooks: { draw: isPoints ? [(plot) => drawLabels(plot, places)] : [] },
  };
  const drawn = new uPlot(options, [x, ...columns] as uPlotClass.AlignedData, parent);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.redraw());
}

function css(name: string): () => string {
  return () => getComputedStyle(document.documentElement).getPropertyValue(name);
}

/** Every point that can be drawn, in order of x. */
function placesOf({ series, xLogarithmic, yLogarithmic }: Chart): Place[] {
  const isShown = (value: number | null | undefined, isLogarithmic = false): value is number =>
    typeof value === "number" && Number.isFinite(value) && (!isLogarithmic || value > 0);
  return series
    .flatMap(({ name, x, y, labels }, i) =>
      x.map((at, j) => ({ x: at, y: y[j], series: i, label: labels?.[j] ?? name })),
    )
    .filter(({ x, y }) => isShown(x, xLogarithmic) && isShown(y, yLogarithmic))
    .sort((a, b) => a.x - b.x);
}

/** uPlot wants one list of x for all series. Lines: each x once. */
function lineColumns(places: readonly Place[], series: readonly Series[]): (number | null)[][] {
  const x = [...new Set(places.map((place) => place.x))];
  const columnOf = new Map(x.map((value, column) => [value, column]));
  const columns = series.map((): (number | null)[] => x.map(() => null));
  for (const place of places) columns[place.series][columnOf.get(place.x)!] = place.y;
  return [x, ...columns];
}

/** Points of equal x are columns of their own. */
function pointColumns(places: readonly Place[], count: number): (number | null)[][] {
  const column = (i: number): (number | null)[] => places.map(({ series, y }) => (series === i ? y : null));
  return [places.map(({ x }) => x), ...Array.from({ length: count }, (_, i) => column(i))];
}

/** A range of x with room around it, more of it on the right, where labels stand; logarithmic, it begins at a line of the grid. */
function withRoom(isLogarithmic: boolean): (plot: uPlotClass, low: number, high: number) => [number, number] {
  return (_, low, high) => {
    if (isLogarithmic) {
      const unit = 10 ** Math.floor(Math.log10(low / 1.5));
      return [Math.floor(low / 1.5 / unit) * unit, high * 2.5];
    }
    const room = high > low ? high - low : Math.abs(high) || 1;
    const left = low - room / 10;
    return [low >= 0 ? Math.max(0, left) : left, high + room / 4];
  };
}

function drawLabels(plot: uPlotClass, places: readonly Place[]): void {
  const { ctx } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = css("--ink")();
  ctx.font = `${12 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const points = places.map(({ x, y, label }) => ({
    ...{ x: plot.valToPos(x, "x", true), y: plot.valToPos(y, "y", true) },
    width: ctx.measureText(label).width,
  }));
  const labels = placeLabels(points, { height: 14 * scale, gap: 9 * scale });
  places.forEach(({ label }, i) => ctx.fillText(label, labels[i].x, labels[i].y));
  ctx.restore();
}

/** A number on an axis, short. */
function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace(".0e", "e");
  return String(Number(value.toPrecision(6)));
}

/** A number of the legend. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
