/** The table of a model as text: layers, output shapes, parameters. */
import { printable } from "../errors.js";
import { showShape, sizeOf } from "../tensor/shape.js";
import type { Layer, SymbolicTensor } from "../layers/layer.js";
import type { Parameter } from "../layers/parameter.js";
import type { Graph } from "./graph/graph.js";
import type { StepMemory } from "./step/stepMemory.js";
import { type Weights, mayTrain } from "./step/weights.js";

const headings = ["Layer", "Output shape", "Parameters", "From"];

/** A row of the summary: an input, or a call of a layer. */
export interface SummaryRow {
  readonly name: string;
  /** "input", or the layer's kind. */
  readonly kind: string;
  readonly shape: string;
  /** "1,234", "1,234 frozen" or "shared". */
  readonly parameters: string;
  /** Indices of the rows that it reads. */
  readonly from: readonly number[];
  readonly isOutput: boolean;
}

type IsTrained = (parameter: Parameter) => boolean;

/** What the model trains, or would train if it were compiled now. @param weights its own, once they are allocated */
function trainedBy(weights: Weights | undefined): IsTrained {
  return (parameter) => !parameter.layer.isFrozen && parameter.spec.trainable !== false && mayTrain(weights, parameter);
}

/** The inputs, then the calls in order. @param weights as for {@link summarize} */
export function summaryRows({ inputs, outputs, steps }: Graph, weights: Weights | undefined): SummaryRow[] {
  const isTrained = trainedBy(weights);
  const rows: (readonly SymbolicTensor[])[] = [
    ...inputs.map((input) => [input]),
    ...steps.map(({ call }) => call.outputs),
  ];
  const seen = new Set<Layer>();
  return rows.map((made, i) => {
    const [symbol] = made;
    const shape = showShape(["N", ...symbol.sizes]);
    const isOutput = outputs.some((output) => made.includes(output));
    if (i < inputs.length) {
      const name = symbol.name ?? (inputs.length === 1 ? "input" : `input_${i + 1}`);
      return { name, kind: "input", shape, parameters: "0", from: [], isOutput };
    }
    const { layer, inputs: read } = steps[i - inputs.length].call;
    const count = countOf(layer.parameters);
    const isFrozen = count > 0 && !layer.parameters.some((parameter) => isTrained(parameter));
    const parameters = seen.has(layer) ? "shared" : `${thousands(count)}${isFrozen ? " frozen" : ""}`;
    seen.add(layer);
    const from = read.map((one) => rows.findIndex((others) => others.includes(one)));
    return { name: layer.name!, kind: layer.kind, shape, parameters, from, isOutput };
  });
}

/**
 * The table as text.
 *
 * @param title    the first line
 * @param weights  the model's, once they are allocated
 * @param memory   the memory of a training step, if the model is compiled
 */
export function summarize(
  title: string,
  graph: Graph,
  weights: Weights | undefined,
  memory: StepMemory | undefined,
): string {
  const rows = summaryRows(graph, weights);
  const isChain = rows.every(({ from }, i) => (i === 0 ? from.length === 0 : from.length === 1 && from[0] === i - 1));
  const columns = isChain ? 3 : 4;
  const texts = rows.map(({ name, kind, shape, parameters, from }) => {
    return [`${name} (${kind})`, shape, parameters, from.map((at) => rows[at].name).join(", ")];
  });
  // Escaped before it is measured, since an escape is wider than its character.
  const cells = [headings, ...texts].map((row) =>
    row.slice(0, columns).map((cell) => printable(cell).replace(/[\n\t]/g, (one) => (one === "\n" ? "\\n" : "\\t"))),
  );
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
    totals(graph, trainedBy(weights)),
    ...stepLine(memory),
  ].join("\n");
}

function totals({ layers }: Graph, isTrained: IsTrained): string {
  const total = countOf(layers.flatMap(({ parameters }) => parameters));
  const trainable = countOf(layers.flatMap(({ parameters }) => parameters.filter(isTrained)));
  const bytes = inUnits(total * 4);
  const fixed = total > trainable ? `, ${thousands(total - trainable)} not` : "";
  return `${thousands(total)} parameters (${bytes}), ${thousands(trainable)} trainable${fixed}`;
}

function stepLine(memory: StepMemory | undefined): string[] {
  if (memory === undefined) return [];
  const sample = Number.isNaN(memory.perSample)
    ? "more with the size of a sample"
    : `${inUnits(memory.perSample)} a sample`;
  return [`a training step: ${memory.isLeast ? "at least " : ""}${inUnits(memory.fixed)} and ${sample}`];
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
