/** The option `groupByLength` of fit, evaluate and predict: Note [Groups by length] in data/lengths.ts. Letters: N sequences, T steps. */
import { type Lengths, lengthsOf } from "../data/lengths.js";
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import { checkInteger } from "../options.js";
import { type Shape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { DataColumns } from "./batch.js";

/**
 * True, or with what lengths are rounded up to a multiple of: default a tenth of T. One recorded step with its memory is kept for each length that
 * occurs. A model gives the same results as without where padding does not count (maskZero); else it sees less padding.
 */
export type GroupByLength = boolean | { readonly multiple?: number };

/** Throws UsageError for a value that is none. */
export function checkGroupByLength(op: string, value: GroupByLength | undefined): void {
  if (value === undefined || typeof value === "boolean") return;
  if (typeof value !== "object" || value === null) {
    const expected = "true, false or { multiple }";
    throw new UsageError(message(op, "groupByLength is out of range", { expected, got: show(value) }));
  }
  checkKeys(`${op} groupByLength`, value, ["multiple"]);
  if (value.multiple !== undefined) checkInteger(`${op} groupByLength`, "multiple", value.multiple, "[1, ∞)");
}

/** The lengths to group by, of data with targets. Errors: as {@link groupsFor}. */
export function groupsOf(op: string, { inputs, targets }: DataColumns, value?: GroupByLength): Lengths | undefined {
  const tensors = inputs.map(({ tensor }) => tensor);
  const shapes = targets.map(({ tensor }) => tensor.shape.slice(1));
  return groupsFor(op, tensors, { what: "target", shapes }, value);
}

/**
 * The lengths to group by; undefined where rows are not to be grouped.
 * @param results  shapes of targets or outputs, without the batch axis
 * Errors: ShapeError for data that are not one input of token sequences with one target or output each.
 */
export function groupsFor(
  op: string,
  inputs: readonly Tensor[],
  { what, shapes }: { readonly what: "target" | "output"; readonly shapes: readonly Shape[] },
  value: GroupByLength = false,
): Lengths | undefined {
  if (value === false) return undefined;
  const [x] = inputs;
  const isSequences = inputs.length === 1 && x.rank === 2 && x.dtype === "int32";
  const perStep = shapes.find((shape) => shape.length > 1 && shape[0] === x.shape[1]);
  if (isSequences && perStep === undefined) return lengthsOf(op, x, value === true ? undefined : value.multiple);
  const got = isSequences
    ? `${what}s ${showShape(["N", ...perStep!])}`
    : `${inputs.length} inputs, the first ${x.label()}`;
  const article = what === "target" ? "a" : "an";
  const expected = `one input of tokens [N, T] int32 and ${article} ${what} for each sequence`;
  throw new ShapeError(message(op, "groupByLength does not fit the data", { expected, got }));
}
