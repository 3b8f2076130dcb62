/**
 * A lesson that is a table: trains the networks one after the other, compares them, and fails if the error of one
 * exceeds its bound.
 */
import type { Lesson, Result, Stage } from "../../stage.js";
import { chartsOf } from "./charts.js";
import { conclusionsOf, failureOf } from "./conclusions.js";
import type { Table, TableSettings, Trained } from "./table.js";
import { disposeData, quickData, trainRow } from "./trainRow.js";

const settings: TableSettings = {
  quick: { kind: "flag", about: "fewer epochs, and for imdb fewer reviews, with looser bounds" },
};

/** A lesson that is a table. */
export interface TableLesson extends Lesson<TableSettings>, Table {}

/** The lesson from its parts. */
export function table(parts: Omit<TableLesson, "kind" | "settings" | "run">): TableLesson {
  return { ...parts, kind: "table", settings, run: (stage) => perform(parts, stage) };
}

async function perform(table: Table, stage: Stage<TableSettings>): Promise<Result> {
  const { rows, columns, name: title } = table;
  const { quick } = stage.settings;
  const all = await table.data(stage);
  const data = quick ? quickData(all, table) : all;
  stage.show({ kind: "fact", name: "data", text: data.description });
  const header = ["network", ...columns.map((column) => column.title)];
  const longest = Math.max(...rows.map(({ network }) => network.name.length));
  const widths = [longest, ...columns.map((column) => Math.max(column.width, column.title.length))];
  stage.show({ kind: "table", title, section: "Networks", header, rows: [], widths });
  const results: Trained[] = [];
  for (const row of rows) {
    const trained = await trainRow(row, table, data, stage);
    results.push(trained);
    const cells = [row.network.name, ...columns.map((column) => column.text(trained))];
    stage.show({ kind: "row", table: title, cells });
    for (const chart of chartsOf(table, results)) stage.show(chart);
  }
  disposeData(data);
  for (const text of conclusionsOf(table, results)) stage.show({ kind: "conclusion", text });
  const failure = failureOf(table, results);
  if (failure !== undefined) stage.show({ kind: "conclusion", text: failure, isFailure: true });
  return {
    rows: results.map(({ row: { network, published }, history: _, ...numbers }) => {
      return { recipe: network.name, ...numbers, publishedErrorPercent: published ?? null };
    }),
  };
}
