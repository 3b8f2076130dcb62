/**
 * The roofline (Williams, Waterman & Patterson 2009): speed over arithmetic intensity, both logarithmic, under the machine's two limits. What lies under the
 * slope is limited by memory, what lies under the flat part by arithmetic. Drawn by uPlot, which the page carries.
 */
import type uPlotClass from "uplot";
import { type Group, groups } from "../../../../bench/case.js";
import type { Measurement } from "../../../../bench/measure.js";
import type { BenchResult } from "../result.js";

declare const uPlot: typeof uPlotClass;

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, whose values cannot be imported
const logarithmic = 3 as uPlotClass.Scale.Distr;

const colors: Readonly<Partial<Record<Group, string>>> = { gemm: "#2f74d0", dense: "#d9822b" };
const roofColor = "#8a94a0";
const colorOf = (group: Group): string => colors[group] ?? roofColor;

/** A measurement with a place in the plot. */
interface Point {
  readonly one: Measurement;
  /** Operations for each byte that must be moved at least. */
  readonly intensity: number;
  readonly gflops: number;
}

/** Draws what has both operations and bytes; nothing where there is nothing of that kind. @param numberOf what stands beside a point */
export function showRoofline(parent: HTMLElement, run: BenchResult, numberOf: (one: Measurement) => number): void {
  const points = run.results
    .flatMap((one): Point[] =>
      one.gflops === null || one.gbs === null || one.group === "threads"
        ? []
        : [{ one, intensity: one.gflops / one.gbs, gflops: one.gflops }],
    )
    .sort((a, b) => a.intensity - b.intensity);
  if (points.length === 0) return;
  const shown = groups.filter((group) => points.some(({ one }) => one.group === group));
  const ridge = run.peakGflops / run.peakGBs;
  const edges = [Math.min(ridge, points[0].intensity) / 2, ridge, Math.max(ridge, points.at(-1)!.intensity) * 2];
  const x = [...edges, ...points.map(({ intensity }) => intensity)].sort((a, b) => a - b);
  const roof = x.map((intensity) => Math.min(run.peakGflops, intensity * run.peakGBs));
  // Points of equal intensity are separate columns: each is found by its place among the sorted.
  const places = new Map<Point, number>();
  let from = 0;
  for (const point of points) {
    const place = x.indexOf(point.intensity, from);
    places.set(point, place);
    from = place + 1;
  }
  const series = shown.map((group) => {
    const values: (number | null)[] = x.map(() => null);
    for (const point of points) if (point.one.group === group) values[places.get(point)!] = point.gflops;
    return values;
  });
  const ink = (): string => getComputedStyle(document.documentElement).getPropertyValue("--ink");
  const line = (): string => getComputedStyle(document.documentElement).getPropertyValue("--line");
  const axis = (label: string) => ({ label, stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line } });
  const options: uPlotClass.Options = {
    width: Math.min(parent.clientWidth, 960),
    height: 420,
    scales: { x: { time: false, distr: logarithmic }, y: { distr: logarithmic } },
    axes: [axis("operations a byte"), { ...axis("GFLOP/s"), size: 60 }],
    legend: { live: false, markers: { fill: (_, i) => ["", roofColor, ...shown.map(colorOf)][i] } },
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    series: [
      {},
      { label: "limit", stroke: roofColor, width: 2, points: { show: false } },
      ...shown.map((group) => ({
        label: group,
        stroke: colorOf(group),
        paths: () => null,
        points: { show: true, size: 7, fill: colorOf(group) },
      })),
    ],
    hooks: { draw: [(plot) => drawNumbers(plot, points, numberOf, ink())] },
  };
  const plot = new uPlot(options, [x, roof, ...series], parent);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
}

function drawNumbers(
  plot: uPlotClass,
  points: readonly Point[],
  numberOf: (one: Measurement) => number,
  ink: string,
): void {
  const { ctx } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = ink;
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const { one, intensity, gflops } of points) {
    const [left, top] = [plot.valToPos(intensity, "x", true), plot.valToPos(gflops, "y", true)];
    ctx.fillText(String(numberOf(one)), left + 6 * scale, top);
  }
  ctx.restore();
}
