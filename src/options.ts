/**
 * Options, each stated once. A table says of every option of an interface what may stand there and what it is where it is left out:
 *
 *   const table = { units: integer("[1, ∞)"), useBias: flag(true) } satisfies Table<DenseOptions>;
 *
 * From it follow the checks and the defaults (resolve) and the form in a file (describe); what is read from a file goes through the same checks. A table
 * without a row for an option does not compile. Does not know what an option means.
 */
import { UsageError, checkKeys, message, show } from "./errors.js";

/**
 * An option: from what was passed to what it is, which is the default where nothing was passed.
 *
 * @param op    the function that the user called
 * @param name  the option's name
 * Errors: UsageError or ShapeError for what may not stand there.
 */
export type Option<T> = (op: string, name: string, value: unknown) => T;

/** A row for every option of O. */
export type Table<O extends object> = { readonly [K in keyof O]-?: Option<O[K]> };

/** The table of options whose values are V. */
export type Rows<V extends object> = { readonly [K in keyof V]: Option<V[K]> };

/** What a table gives: every option with a value, but for those that are {@link optional}. */
export type Values<T> = { readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never };

/**
 * Checks options and fills in what is left out.
 *
 * @param op       the function that the user called
 * @param options  what was passed
 * @returns the values in the order of the table
 * Errors: UsageError for an option that is not in the table; those of the rows.
 */
export function resolve<V extends object>(op: string, options: object, table: Rows<V>): V {
  checkKeys(op, options, Object.keys(table));
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table as Rows<Record<string, unknown>>)) {
    values[name] = option(op, name, (options as Readonly<Record<string, unknown>>)[name]);
  }
  return values as V;
}

/** Values as they stand in a file: those of other rooms, such as initializers, by their configs; what is undefined is left out. */
export function describe(values: object): Record<string, unknown> {
  const entries: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(
    values as Readonly<Record<string, { readonly config?: unknown } | undefined>>,
  ))
    if (value !== undefined) entries[name] = value.config ?? value;
  return entries;
}

/** A number in `interval`, which is as in mathematics: "[0, 1)" holds 0 but not 1, "(0, ∞)" every finite number above 0. */
export function number(interval: string, initial?: number): Option<number> {
  return (op, name, value = initial) => {
    checkNumber(op, name, value, interval);
    return value;
  };
}

/** A whole number in `interval`: "[1, ∞)" holds 1, 2, 3, … */
export function integer(interval: string, initial?: number): Option<number> {
  return (op, name, value = initial) => {
    checkInteger(op, name, value, interval);
    return value;
  };
}

/** True or false. */
export function flag(initial?: boolean): Option<boolean> {
  return (op, name, value = initial) => {
    checkBoolean(op, name, value);
    return value;
  };
}

/** One of some words. */
export function oneOf<const W extends string>(words: readonly W[], initial: NoInfer<W>): Option<W> {
  return (op, name, value = initial) => {
    if (words.includes(value as W)) return value as W;
    const expected = words.map((word) => show(word)).join(", ").replace(/, ([^,]*)$/, " or $1"); // prettier-ignore
    throw new UsageError(message(op, `unknown ${name}`, { expected, got: show(value) }));
  };
}

/** As `option`, and it may be left out without being anything. */
export function optional<T>(option: Option<T>): Option<T | undefined> {
  return (op, name, value) => (value === undefined ? value : option(op, name, value));
}

/** What the function itself checks. */
export function unchecked<T>(): Option<T> {
  return (_op, _name, value) => value as T;
}

/**
 * Throws UsageError unless `value` is a number in `interval`.
 *
 * @param op        the function that the user called
 * @param option    the option's name
 * @param interval  as for {@link number}; the interval in the message is the interval that is checked
 */
export function checkNumber(op: string, option: string, value: unknown, interval: string): asserts value is number {
  if (typeof value !== "number" || !holds(interval, value)) fail(op, option, `a number in ${interval}`, value);
}

/** As {@link checkNumber}, and the number must be whole: "[1, ∞)" holds 1, 2, 3, … */
export function checkInteger(op: string, option: string, value: unknown, interval: string): asserts value is number {
  if (!Number.isSafeInteger(value) || !holds(interval, value as number))
    fail(op, option, `an integer in ${interval}`, value);
}

/** Throws UsageError unless `value` is true or false. */
export function checkBoolean(op: string, option: string, value: unknown): asserts value is boolean {
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
