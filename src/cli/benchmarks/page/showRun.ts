/** A run as a section of the page: what ran, the roofline, and a table for each group whose rows have the numbers of the plot's points. */
import { groups } from "../../../../bench/case.js";
import type { Measurement } from "../../../../bench/measure.js";
import type { BenchResult } from "../result.js";
import { element, scrolling, tableOf } from "../../pages/browser/elements.js";
import { columns } from "../table.js";
import { showRoofline } from "./roofline.js";

/** Appends a run. */
export function showRun(parent: HTMLElement, run: BenchResult): void {
  const { build, wide, threads, node, cpu, peakGflops, peakGBs, results } = run;
  const section = element("section");
  parent.append(section);
  const title = `${build === "relaxed" ? "Relaxed SIMD" : "SIMD"}${wide ? ", wide" : ""}, ${threads} thread${threads === 1 ? "" : "s"}`;
  section.append(element("h2", title));
  const facts = element(
    "p",
    `${node}, ${cpu}. Peak ${peakGflops.toFixed(1)} GFLOP/s, copy ${peakGBs.toFixed(1)} GB/s.`,
  );
  facts.className = "facts";
  section.append(facts);
  const numbers = new Map(results.map((one, i) => [one, i + 1]));
  showRoofline(section, run, (one) => numbers.get(one)!);
  for (const group of groups) {
    const rows = results.filter((one) => one.group === group);
    if (rows.length > 0) section.append(element("h3", group), scrolling(table(rows, numbers)));
  }
}

function table(rows: readonly Measurement[], numbers: ReadonlyMap<Measurement, number>): HTMLTableElement {
  const shown = columns[rows[0].group];
  return tableOf(
    ["", "", ...shown.map(({ title }) => title)],
    rows.map((one) => [String(numbers.get(one)), one.name, ...shown.map(({ cell }) => cell(one))]),
  );
}
