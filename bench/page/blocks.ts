/**
 * A run of the benchmarks as blocks of a page: the roofline (Williams, Waterman & Patterson 2009), and a table for each
 * group, whose rows have the numbers of the roofline's points. Points under the slope of the roof are limited by
 * memory, points under its flat part by arithmetic.
 */
import { groups } from "../case.js";
import type { Measurement } from "../measure.js";
import type { Block, Series } from "../../src/report/shown.js";
import type { BenchResult } from "../result.js";
import { columns } from "../table.js";

/** Titles of columns on a page, where there is more room than on a terminal. */
const pageTitles: Readonly<Record<string, string>> = { "": "stored", "±": "spread of the runs" };

/** A measurement as a point of the roofline. */
interface Place {
  readonly one: Measurement;
  /** Operations for each byte that must at least be moved. */
  readonly intensity: number;
  readonly gflops: number;
}

/** All blocks of a run in one section, headed by what ran. */
export function blocksOf(run: BenchResult): Block[] {
  const { build, wide, threads, node, cpu, peakGflops, peakGBs, results } = run;
  const section = `${build === "relaxed" ? "Relaxed SIMD" : "SIMD"}${wide ? ", wide" : ""}, ${threads} thread${threads === 1 ? "" : "s"}`;
  const numbers = new Map(results.map((one, i) => [one, String(i + 1)]));
  const blocks: Block[] = groups.flatMap((group) => {
    const rows = results.filter((one) => one.group === group);
    if (rows.length === 0) return [];
    const shown = columns[group];
    return {
      ...{ kind: "table", title: group, section, wordColumns: 2 },
      header: ["number", "case", ...shown.map(({ title }) => pageTitles[title] ?? title)],
      rows: rows.map((one) => [numbers.get(one)!, one.name, ...shown.map(({ cell }) => cell(one))]),
    };
  });
  const roofline = rooflineOf(run, numbers);
  if (roofline.length > 0)
    blocks.unshift({
      ...{ kind: "chart", title: "Roofline", section, xLabel: "operations a byte", yLabel: "GFLOP/s" },
      ...{ xLogarithmic: true, yLogarithmic: true, marks: "points", series: roofline },
    });
  const caption = `${node}, ${cpu}. Peak ${peakGflops.toFixed(1)} GFLOP/s, copy ${peakGBs.toFixed(1)} GB/s.`;
  return blocks.map((block, i) => (i === 0 ? { ...block, caption } : block));
}

/** The roof and the points of each group; empty where no measurement has both operations and bytes. */
function rooflineOf(
  { results, peakGflops, peakGBs }: BenchResult,
  numbers: ReadonlyMap<Measurement, string>,
): Series[] {
  const places = results
    .flatMap((one): Place[] =>
      one.gflops === null || one.gbs === null || one.group === "threads"
        ? []
        : [{ one, intensity: one.gflops / one.gbs, gflops: one.gflops }],
    )
    .sort((a, b) => a.intensity - b.intensity);
  if (places.length === 0) return [];
  const ridge = peakGflops / peakGBs;
  const x = [Math.min(ridge, places[0].intensity) / 2, ridge, Math.max(ridge, places.at(-1)!.intensity) * 2];
  const y = x.map((intensity) => Math.min(peakGflops, intensity * peakGBs));
  const ofGroups = groups.flatMap((group): Series[] => {
    const own = places.filter(({ one }) => one.group === group);
    if (own.length === 0) return [];
    const [x, y] = [own.map(({ intensity }) => intensity), own.map(({ gflops }) => gflops)];
    return [{ name: group, x, y, labels: own.map(({ one }) => numbers.get(one)!) }];
  });
  return [...ofGroups, { name: "limit", x, y, marks: "lines" }];
}
