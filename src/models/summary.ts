/** The table of a model: layers, output shapes, parameters. Only words; draws nothing. */
import { showShape, sizeOf } from "../tensor/shape.js";
import type { Graph } from "./graph.js";

const headings = ["Layer", "Output shape", "Parameters", "From"] as const;

/** The table as text. @param title the first line */
export function summarize(title: string, graph: Graph): string {
  const isChain = graph.steps.every(
    ({ call }, i) =>
      call.inputs.length === 1 && call.inputs[0] === (i === 0 ? graph.inputs[0] : graph.steps[i - 1].output),
  );
  const nameOf = (symbol: (typeof graph.inputs)[number]): string => symbol.origin?.layer.name ?? symbol.name ?? "input";
  const seen = new Set<unknown>();
  const rows: string[][] = graph.inputs.map((symbol) => [
    `${nameOf(symbol)} (input)`,
    showShape([null, ...symbol.shape]),
    "0",
    "",
  ]);
  for (const { call, output } of graph.steps) {
    const { layer } = call;
    const count = layer.parameters.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
    const parameters = seen.has(layer) ? "shared" : layer.isTrainable ? thousands(count) : `${thousands(count)} frozen`;
    seen.add(layer);
    rows.push([
      `${layer.name} (${layer.kind})`,
      showShape([null, ...output.shape]),
      parameters,
      call.inputs.map(nameOf).join(", "),
    ]);
  }
  const columns = isChain ? 3 : 4;
  const cells = [headings.slice(0, columns), ...rows.map((row) => row.slice(0, columns))];
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...cells.map((row) => row[i].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 2 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [title, rule, line(cells[0]), rule, ...cells.slice(1).map(line), rule, totals(graph)].join("\n");
}

function totals({ layers }: Graph): string {
  let [trainable, fixed] = [0, 0];
  for (const { parameters, isTrainable } of layers) {
    for (const { spec } of parameters) {
      if (isTrainable && spec.isTrainable !== false) trainable += sizeOf(spec.shape);
      else fixed += sizeOf(spec.shape);
    }
  }
  const total = trainable + fixed;
  const bytes = total * 4 < 1e5 ? `${total * 4} bytes` : `${((total * 4) / 2 ** 20).toFixed(1)} MiB`;
  return `${thousands(total)} parameters (${bytes}), ${thousands(trainable)} trainable${fixed > 0 ? `, ${thousands(fixed)} not` : ""}`;
}

function thousands(count: number): string {
  return count.toLocaleString("en-US");
}
