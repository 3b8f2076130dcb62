/**
 * The implementation of the option `groupByLength` of fit, evaluate and predict: Note [Groups by length] in
 * data/lengths.ts. Imported where the option is given, so that other pages do not load it. Letters: N sequences, T
 * steps.
 */
import { type Lengths, lengthsOf } from "../../data/lengths.js";
import { ShapeError, UsageError, message } from "../../errors.js";
import type { Layer } from "../../layers/layer.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { DataColumns } from "./batchColumns.js";
import type { GroupByLength } from "./groupByLengthOption.js";

/**
 * The lengths by which data with targets are grouped.
 * @throws {UsageError} when masks are given as well
 * @throws what {@link groupsFor} throws
 */
export function groupsOf(
  op: string,
  layers: readonly Layer[],
  { inputs, targets, masks }: DataColumns,
  value?: GroupByLength,
): Lengths | undefined {
  checkNotGiven(op, masks);
  const tensors = inputs.map(({ tensor }) => tensor);
  const shapes = targets.map(({ tensor }) => tensor.shape.slice(1));
  return groupsFor(op, layers, tensors, { what: "target", shapes }, value);
}

/** @throws {UsageError} when masks are given as well */
export function checkNotGiven(op: string, masks: readonly unknown[]): void {
  if (masks.length === 0) return;
  const hint = "Sequences are grouped by their tokens, of which 0 is padding: embedding({ maskZero: true }).";
  throw new UsageError(
    message(op, "groupByLength cannot be combined with mask or lengths", { expected: "one of them", hint }),
  );
}

/**
 * The lengths to group by; undefined where rows are not to be grouped.
 * @param results  shapes of targets or outputs, without the batch axis
 * @throws {UsageError} for a model that carries states from batch to batch
 * @throws {ShapeError} unless the data are one input of token sequences with one target or output for each sequence
 */
export function groupsFor(
  op: string,
  layers: readonly Layer[],
  inputs: readonly Tensor[],
  { what, shapes }: { readonly what: "target" | "output"; readonly shapes: readonly Shape[] },
  value: GroupByLength = false,
): Lengths | undefined {
  if (value === false) return undefined;
  const stateful = layers.find(({ sequences }) => sequences !== undefined && sequences.carried.length > 0);
  if (stateful !== undefined) {
    const [expected, got] = ["layers without carried states", `the stateful layer ${stateful.name}`];
    throw new UsageError(message(op, "groupByLength changes the order of samples", { expected, got }));
  }
  const [x] = inputs;
  const isSequences = inputs.length === 1 && x.rank === 2 && x.dtype === "int32";
  const perStep = shapes.find((shape) => shape.length > 1 && shape[0] === x.shape[1]);
  if (isSequences && perStep === undefined) return lengthsOf(op, x, value === true ? undefined : value.multiple);
  const got = isSequences
    ? `${what}s [${["N", ...perStep!].join(", ")}]`
    : `${inputs.length} inputs, the first ${x.label()}`;
  const article = what === "target" ? "a" : "an";
  const expected = `one input of tokens [N, T] int32 and ${article} ${what} for each sequence`;
  throw new ShapeError(message(op, "groupByLength does not fit the data", { expected, got }));
}
