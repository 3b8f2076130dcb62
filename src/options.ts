/**
 * Checks of options that are numbers: the interval in the message is the interval that is checked. For unknown keys see checkKeys in errors.ts.
 * Does not know what an option means.
 */
import { UsageError, message, show } from "./errors.js";

/**
 * Throws UsageError unless `value` is a number in `interval`.
 *
 * @param op        the function that the user called
 * @param option    the option's name
 * @param interval  as in mathematics: "[0, 1)" holds 0 but not 1, "(0, ∞)" every finite number above 0
 */
export function checkNumber(op: string, option: string, value: unknown, interval: string): void {
  if (typeof value !== "number" || !holds(interval, value)) fail(op, option, `a number in ${interval}`, value);
}

/** As {@link checkNumber}, and the number must be whole: "[1, ∞)" holds 1, 2, 3, … */
export function checkInteger(op: string, option: string, value: unknown, interval: string): void {
  if (!Number.isSafeInteger(value) || !holds(interval, value as number))
    fail(op, option, `an integer in ${interval}`, value);
}

/** Throws UsageError unless `value` is true or false. */
export function checkBoolean(op: string, option: string, value: unknown): void {
  if (typeof value !== "boolean") fail(op, option, "true or false", value);
}

function holds(interval: string, value: number): boolean {
  const [low, high] = interval.slice(1, -1).replaceAll("∞", "Infinity").split(", ").map(Number);
  return (
    (interval.startsWith("[") ? value >= low : value > low) && (interval.endsWith("]") ? value <= high : value < high)
  );
}

function fail(op: string, option: string, expected: string, value: unknown): never {
  throw new UsageError(message(op, `${option} is out of range`, { expected, got: show(value) }));
}

/** Throws UsageError for what is no object, such as options or weights: null, a number, a text, a list. */
export function checkObject(op: string, what: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new UsageError(message(op, `${what} are no object`, { expected: "{ … }", got: show(value) }));
}

/** Throws UsageError for what is no list. */
export function checkList(op: string, what: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new UsageError(message(op, `${what} is no list`, { expected: "[…]", got: show(value) }));
}
