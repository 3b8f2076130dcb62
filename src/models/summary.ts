/** The table of a model: layers, output shapes, parameters. Only words; draws nothing. */
import { showShape, sizeOf } from "../tensor/shape.js";
import type { Layer, Parameter, SymbolicTensor } from "../layers/layer.js";
import type { Graph } from "./graph.js";
import type { StepMemory } from "./stepMemory.js";
import type { Weights } from "./weights.js";

const headings = ["Layer", "Output shape", "Parameters", "From"] as const;

/**
 * The table as text.
 *
 * @param title    the first line
 * @param weights  the model's, where they have memory: what another model made before is not trained by this one
 * @param memory   what a training step takes, where the model is compiled
 */
export function summarize(
  title: string,
  graph: Graph,
  weights: Weights | undefined,
  memory: StepMemory | undefined,
): string {
  const isTrained = (layer: Layer, parameter: Parameter): boolean =>
    layer.isTrainable &&
    parameter.spec.isTrainable !== false &&
    (weights === undefined ? !parameter.isBound : weights.owns(parameter));
  const isChain = graph.steps.every(
    ({ call }, i) =>
      call.inputs.length === 1 && call.inputs[0] === (i === 0 ? graph.inputs[0] : graph.steps[i - 1].output),
  );
  const inputNames = graph.inputs.map(
    ({ name }, i) => name ?? (graph.inputs.length === 1 ? "input" : `input_${i + 1}`),
  );
  const nameOf = (symbol: SymbolicTensor): string =>
    symbol.origin?.layer.name ?? inputNames[graph.inputs.indexOf(symbol)];
  const seen = new Set<unknown>();
  const rows: string[][] = graph.inputs.map((symbol) => [
    `${nameOf(symbol)} (input)`,
    showShape(["N", ...symbol.shape]),
    "0",
    "",
  ]);
  for (const { call, output } of graph.steps) {
    const { layer } = call;
    const count = countOf(layer.parameters);
    const isFrozen = count > 0 && !layer.parameters.some((parameter) => isTrained(layer, parameter));
    const parameters = seen.has(layer) ? "shared" : `${thousands(count)}${isFrozen ? " frozen" : ""}`;
    seen.add(layer);
    rows.push([
      `${layer.name} (${layer.kind})`,
      showShape(["N", ...output.shape]),
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
  return [
    title,
    rule,
    line(cells[0]),
    rule,
    ...cells.slice(1).map(line),
    rule,
    totals(graph, isTrained),
    ...stepLine(memory),
  ].join("\n");
}

function totals({ layers }: Graph, isTrained: (layer: Layer, parameter: Parameter) => boolean): string {
  const total = countOf(layers.flatMap(({ parameters }) => parameters));
  const trainable = countOf(
    layers.flatMap((layer) => layer.parameters.filter((parameter) => isTrained(layer, parameter))),
  );
  const bytes = inUnits(total * 4);
  const fixed = total > trainable ? `, ${thousands(total - trainable)} not` : "";
  return `${thousands(total)} parameters (${bytes}), ${thousands(trainable)} trainable${fixed}`;
}

function stepLine(memory: StepMemory | undefined): string[] {
  if (memory === undefined) return [];
  return [`peak of a training step: ${inUnits(memory.fixed)} and ${inUnits(memory.perSample)} a sample`];
}

function inUnits(bytes: number): string {
  return bytes < 1e5 ? `${bytes} bytes` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function countOf(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
}

function thousands(count: number): string {
  return count.toLocaleString("en-US");
}
