/** The option `groupByLength` of fit and evaluate: Note [Groups by length] in data/lengths.ts. Letters: N sequences, T steps. */
import { type Lengths, lengthsOf } from "../data/lengths.js";
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import { checkInteger } from "../options.js";
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

/** The lengths to group by. Errors: ShapeError for data that are not one input of token sequences with one target each. */
export function groupsOf(
  op: string,
  { inputs, targets }: DataColumns,
  value: GroupByLength = false,
): Lengths | undefined {
  if (value === false) return undefined;
  const [x] = inputs.map(({ tensor }) => tensor);
  const isSequences = inputs.length === 1 && x.rank === 2 && x.dtype === "int32";
  const perStep = targets.find(({ tensor }) => tensor.rank > 2 && tensor.shape[1] === x.shape[1]);
  if (isSequences && perStep === undefined) return lengthsOf(op, x, value === true ? undefined : value.multiple);
  const got = isSequences ? `targets ${perStep!.tensor.label()}` : `${inputs.length} inputs, the first ${x.label()}`;
  const expected = "one input of tokens [N, T] int32 and a target for each sequence";
  throw new ShapeError(message(op, "groupByLength does not fit the data", { expected, got }));
}
