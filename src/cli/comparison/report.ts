/**
 * The page of a comparison of several networks: what was compared and how, tables, charts. `lanegrad train` writes it for experiments, `lanegrad table` for
 * tables. It is drawn by page.ts from this plain data.
 */
import type { Chart } from "../pages/chart.js";
import { type PageParts, pageBytes } from "../pages/page.js";

/** A table of texts. */
export interface ComparisonTable {
  readonly title: string;
  /** The first column is set to the left, the others to the right. */
  readonly header: readonly string[];
  /** Each as long as the header. */
  readonly rows: readonly (readonly string[])[];
}

/** Everything on the page. */
export interface ComparisonReport {
  /** As "lanegrad train translation". */
  readonly title: string;
  /** What is compared, and what came out: a paragraph each. */
  readonly introduction: readonly string[];
  /** The command line that does it again, seed included. */
  readonly command: string;
  /** Names and values: data, engine, Node, machine. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly tables: readonly ComparisonTable[];
  readonly charts: readonly Chart[];
}

/** The bytes of the page. */
export function comparisonPage(report: ComparisonReport, parts: PageParts): Uint8Array {
  return pageBytes({ title: report.title, data: report }, parts);
}
