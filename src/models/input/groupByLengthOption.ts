/**
 * The option `groupByLength` of fit, evaluate and predict, and the check of its value. What it does is in
 * lengthGroups.ts. Imported where the option is given, and itself without imports but errors: what it shared with a
 * page, bundlers would put into files of its own.
 */
import { UsageError, checkKeys, message, show } from "../../errors.js";

/**
 * True, or the multiple to which lengths are rounded up (default: a tenth of T). A recorded step with its memory is
 * kept for each rounded length. Where padding does not count (maskZero), a model gives the same results as without
 * grouping; otherwise it sees less padding.
 */
export type GroupByLength = boolean | { readonly multiple?: number };

/** @throws {UsageError} when the value is invalid */
export function checkGroupByLength(op: string, value: GroupByLength | undefined): void {
  if (value === undefined || typeof value === "boolean") return;
  if (typeof value !== "object" || value === null) {
    const expected = "true, false or { multiple }";
    throw new UsageError(message(op, "groupByLength is out of range", { expected, got: show(value) }));
  }
  checkKeys(`${op} groupByLength`, value, ["multiple"]);
  const { multiple = 1 } = value;
  if (Number.isSafeInteger(multiple) && multiple >= 1) return;
  const wrong = `multiple ${typeof multiple === "number" ? "is out of range" : "has the wrong type"}`;
  const expected = "an integer in [1, ∞)";
  throw new UsageError(message(`${op} groupByLength`, wrong, { expected, got: show(multiple) }));
}
