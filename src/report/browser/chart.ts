/** Draws a chart by uPlot, which the page includes. Browsers only. */
import type uPlotClass from "uplot";
import type { Chart, Marks, Series } from "../shown.js";
import { crowd, placeLabels } from "./placeLabels.js";

declare const uPlot: typeof uPlotClass;

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, whose values cannot be imported
const logarithmic = 3 as uPlotClass.Scale.Distr;

/** Ten, as many as there are digits; each is seen on light and on dark paper. */
const colors = [
  "#2f74d0",
  "#d9822b",
  "#3c9a5f",
  "#a04bb5",
  "#c4455a",
  "#2b9aa8",
  "#8a7a3a",
  "#8a94a0",
  "#e16bb4",
  "#7ca000",
];
/** The colour of a series. */
export const colorOf = (i: number): string => colors[i % colors.length];

/** Distances between ticks of axes that count whole things. */
const wholeNumbers = [1, 10, 100, 1000, 10_000, 100_000].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

/** The most values that a logarithmic axis labels from top to bottom, and the pixels of each from left to right. */
const [mostTicks, tickWidth] = [10, 50];

/**
 * Dash patterns that distinguish overlapping lines; their number differs from that of the colours, so that pairs repeat
 * less often.
 */
const dashes = [[], [8, 4], [2, 3], [8, 3, 2, 3], [14, 4], [4, 4], [14, 3, 2, 3]];

/** Curves with at most this many points show them. */
const fewPoints = 30;

/** A point of a series, with the label beside it. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly series: number;
  readonly label: string;
}

/** True where there is no point to draw. */
export function isEmpty({ series, xLogarithmic, yLogarithmic }: Chart): boolean {
  return !series.some(({ x, y }) => x.some((at, j) => isShown(at, xLogarithmic) && isShown(y[j], yLogarithmic)));
}

/** A chart that has been drawn. */
export interface DrawnChart {
  /** Draws new points of the same series. @returns false for a different chart, which must be drawn from the start */
  update(chart: Chart): boolean;
  /** Frees it: uPlot listens to the window for as long as a plot is not destroyed. */
  destroy(): void;
}

/** Appends the chart. */
export function drawChart(parent: HTMLElement, first: Chart): DrawnChart {
  let chart = first;
  let places = placesOf(chart);
  const css = (name: string): (() => string) => colorIn(parent, name);
  const marksOf = ({ marks }: Series): Marks => marks ?? chart.marks;
  const hasPoints = chart.series.some((one) => marksOf(one) === "points");
  const columnsOf = (): (number | null)[][] =>
    hasPoints ? pointColumns(places, chart.series.length) : lineColumns(places, chart.series);
  const columns = columnsOf();
  const lines = { stroke: css("--line"), width: 1 };
  const isWhole = !chart.xLogarithmic && !hasPoints && columns[0].every(Number.isInteger);
  const axis = (label: string, most: number, isLogarithmic = false) => ({
    ...{ label, stroke: css("--ink"), grid: lines, ticks: lines },
    ...(isLogarithmic && { splits: logarithmicTicks(most), filter: (_: uPlotClass, splits: number[]) => splits }),
    values: (_: uPlotClass, splits: (number | null)[]) =>
      splits.map((value) => (value === null ? null : tickText(value))),
  });
  const value = (_: uPlotClass, shown: number | null): string => (shown === null ? "" : numberText(shown));
  const width = Math.min(parent.clientWidth, 960);
  const options: uPlotClass.Options = {
    width,
    height: hasPoints ? 380 : 260,
    scales: {
      x: {
        time: false,
        ...(chart.xLogarithmic && { distr: logarithmic }),
        ...(hasPoints && { range: withRoom(chart.xLogarithmic === true) }),
      },
      y: chart.yLogarithmic ? { distr: logarithmic } : {},
    },
    axes: [
      {
        ...axis(chart.xLabel, Math.floor(width / tickWidth), chart.xLogarithmic),
        space: width < 500 ? 36 : 60,
        ...(isWhole && { incrs: wholeNumbers }),
      },
      { ...axis(chart.yLabel, mostTicks, chart.yLogarithmic), size: 70 },
    ],
    legend: {
      show: true,
      ...(hasPoints && { live: false, markers: { fill: (_, i) => (i === 0 ? "" : colorOf(i - 1)) } }),
    },
    ...(hasPoints && { cursor: { drag: { x: false, y: false }, points: { show: false } } }),
    series: [
      { label: chart.xLabel, value },
      ...chart.series.map((series, i) => ({
        ...{ label: series.name, value, spanGaps: true, stroke: colorOf(i) },
        ...(marksOf(series) === "points"
          ? { paths: () => null, points: { show: true, size: places.length > crowd ? 6 : 9, fill: colorOf(i) } }
          : {
              width: 2,
              dash: dashes[i % dashes.length],
              points: { show: () => chart.series[i].x.length < fewPoints, fill: css("--paper") },
            }),
      })),
    ],
    hooks: {
      draw: [
        (plot) => {
          const labelled = places.filter(({ series }) => marksOf(chart.series[series]) === "points");
          drawLabels(plot, labelled, css("--ink")());
        },
      ],
      setCursor: [
        (plot) => {
          if (!hasPoints && (plot.cursor.idx ?? null) === null) showLast(plot);
        },
      ],
    },
  };
  const drawn = new uPlot(options, columns as uPlotClass.AlignedData, parent);
  const plot = drawn.root.querySelector(".u-wrap")!;
  plot.setAttribute("role", "img");
  const say = (): void => {
    plot.setAttribute("aria-label", inWords(chart));
    if (!hasPoints) showLast(drawn);
  };
  say();
  return {
    destroy: () => drawn.destroy(),
    update(next) {
      const isSame =
        isAlike(chart, next) && isWhole === (isWhole && next.series.every(({ x }) => x.every(Number.isInteger)));
      if (!isSame) return false;
      chart = next;
      places = placesOf(chart);
      drawn.setData(columnsOf() as uPlotClass.AlignedData);
      say();
      return true;
    },
  };
}

/** True for charts with the same axes and series, whatever their points. */
function isAlike(a: Chart, b: Chart): boolean {
  const frameOf = ({ series, ...axes }: Chart) =>
    JSON.stringify([axes, series.map(({ name, marks = "" }) => [name, marks])]);
  return frameOf(a) === frameOf(b);
}

/**
 * While the pointer is elsewhere, the legend shows the last value of each curve, and where that is if it is the same
 * place for all.
 */
function showLast(plot: uPlotClass): void {
  const lastOf = (values: ArrayLike<number | null | undefined>): number | null => {
    let i = values.length - 1;
    while (i >= 0 && (values[i] ?? null) === null) i--;
    return i < 0 ? null : i;
  };
  const [, ...lasts] = plot.data.map(lastOf);
  const place = lasts.every((last) => last === lasts[0]) ? lasts[0] : null;
  plot.setLegend({ idx: place, idxs: [place, ...lasts] } as { idx: number }, false); // uPlot's types lack idxs
}

/** Ticks of a logarithmic axis, about `most`: 1, 2, 5, 10, 20 …, or powers of ten alone, or not all of these. */
function logarithmicTicks(most: number): (_: uPlotClass, axis: number, least: number, greatest: number) => number[] {
  return (_plot, _axis, least, greatest) => {
    const decades = Math.log10(greatest / least);
    const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(greatest))];
    const stride = Math.max(1, Math.ceil(decades / most));
    const between = 3 * decades > most ? [1] : [1, 2, 5];
    const tens = Array.from({ length: Math.floor((to - from) / stride) + 1 }, (_, i) => to - i * stride).reverse();
    return tens
      .flatMap((ten) => between.map((times) => Number(`${times}e${ten}`)))
      .filter((tick) => tick >= least && tick <= greatest);
  };
}

/** The text alternative of a chart: its curves, each with its first and last value. */
function inWords({ title, xLabel, yLabel, series }: Chart): string {
  const ends = ({ name, y }: Series): string =>
    y.length === 1 ? `${name} ${numberText(y[0])}` : `${name} from ${numberText(y[0])} to ${numberText(y.at(-1)!)}`;
  return `${title}: ${yLabel} over ${xLabel}. ${series
    .filter(({ y }) => y.length > 0)
    .map(ends)
    .join("; ")}.`;
}

/** The present value of a colour of the style sheet at an element. */
export function colorIn(parent: HTMLElement, name: string): () => string {
  return () => getComputedStyle(parent).getPropertyValue(name);
}

/** Every point that can be drawn, in order of x. */
function placesOf({ series, xLogarithmic, yLogarithmic }: Chart): Place[] {
  return series
    .flatMap(({ name, x, y, labels }, i) =>
      x.map((at, j) => ({ x: at, y: y[j], series: i, label: labels?.[j] ?? name })),
    )
    .filter(({ x, y }) => isShown(x, xLogarithmic) && isShown(y, yLogarithmic))
    .sort((a, b) => a.x - b.x);
}

/** True for a value that has a place on its axis. */
function isShown(value: number | null | undefined, isLogarithmic = false): value is number {
  return typeof value === "number" && Number.isFinite(value) && (!isLogarithmic || value > 0);
}

/**
 * The columns of lines: uPlot needs one list of x for all series, in order. A line that goes straight up has several
 * points at one x, and so many columns of it.
 */
export function lineColumns(places: readonly Place[], series: readonly Series[]): (number | null)[][] {
  const taken = series.map(() => new Map<number, number>()); // by each series, of the columns of an x
  const ordered = places.map((place) => {
    const turn = taken[place.series].get(place.x) ?? 0;
    taken[place.series].set(place.x, turn + 1);
    return { ...place, turn };
  });
  const xs = [...new Set(places.map(({ x }) => x))];
  const widths = xs.map((x) => Math.max(...taken.map((counts) => counts.get(x) ?? 0)));
  const x = xs.flatMap((value, i) => Array<number>(widths[i]).fill(value));
  const firstOf = new Map(x.map((value, column) => [value, column] as const).reverse());
  const columns = series.map((): (number | null)[] => x.map(() => null));
  for (const { series: which, x: at, y, turn } of ordered) columns[which][firstOf.get(at)! + turn] = y;
  return [x, ...columns];
}

/** The columns of points: points with equal x are columns of their own. */
function pointColumns(places: readonly Place[], count: number): (number | null)[][] {
  const column = (i: number): (number | null)[] => places.map(({ series, y }) => (series === i ? y : null));
  return [places.map(({ x }) => x), ...Array.from({ length: count }, (_, i) => column(i))];
}

/**
 * A range of x with a margin, wider on the right, where labels are; a logarithmic range begins at a line of the grid.
 */
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

function drawLabels(plot: uPlotClass, places: readonly Place[], ink: string): void {
  if (places.every(({ label }) => label === "")) return;
  const { ctx } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = ink;
  ctx.font = `${12 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const points = places.map(({ x, y, label }) => ({
    ...{ x: plot.valToPos(x, "x", true), y: plot.valToPos(y, "y", true) },
    width: label === "" ? 0 : ctx.measureText(label).width,
  }));
  const labels = placeLabels(points, { height: 14 * scale, gap: 9 * scale, left: 0, right: ctx.canvas.width });
  for (const [i, place] of labels.entries()) if (place !== undefined) ctx.fillText(places[i].label, place.x, place.y);
  ctx.restore();
}

/** The short text of a number on an axis. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace(".0e", "e").replace("e+", "e");
  if (size >= 1e4 && value % 1000 === 0) return `${value / 1000}k`; // five digits would touch those of the next tick
  return String(Number(value.toPrecision(6)));
}

/** The text of a number in the legend. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
