/**
 * The option `groupByLength` of fit, evaluate and predict, and what is wrong with its value. What it does is in
 * lengthGroups.ts.
 */
import { UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger } from "../../options.js";

/**
 * True, or with what lengths are rounded up to a multiple of: default a tenth of T. One recorded step with its memory
 * is kept for each length that occurs. A model gives the same results as without where padding does not count
 * (maskZero); else it sees less padding.
 */
export type GroupByLength = boolean | { readonly multiple?: number };

/** @throws {UsageError} for a value that is none */
export function checkGroupByLength(op: string, value: GroupByLength | undefined): void {
  if (value === undefined || typeof value === "boolean") return;
  if (typeof value !== "object" || value === null) {
    const expected = "true, false or { multiple }";
    throw new UsageError(message(op, "groupByLength is out of range", { expected, got: show(value) }));
  }
  checkKeys(`${op} groupByLength`, value, ["multiple"]);
  if (value.multiple !== undefined) checkInteger(`${op} groupByLength`, "multiple", value.multiple, "[1, ∞)");
}
