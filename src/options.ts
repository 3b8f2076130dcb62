/**
 * Options, each stated once. A table says of every option of an interface what may stand there and what it is where it is left out:
 *
 *   const table = { units: integer("[1, ∞)"), useBias: flag(true) } satisfies Table<DenseOptions>;
 *
 * From it follow the checks and the defaults (resolve) and the form in a file (describe); what is read from a file goes through the same checks. A table
 * without a row for an option does not compile. Does not know what an option means.
 */
import { UsageError, checkKeys, message, show } from "./errors.js";

/** An option: what may stand there. T: what it is after the check. */
export interface Option<T> {
  /** Throws UsageError or ShapeError unless `value` may stand there. @param op the function that the user called @param name the option's */
  readonly check: (op: string, name: string, value: unknown) => void;
  /** What it is where it is left out, or a function that makes that; undefined for an option that must be given, or that need not be anything. */
  readonly initial: T | (() => T) | undefined;
}

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
  const given = options as Readonly<Record<string, unknown>>;
  const values = Object.entries(table as Rows<Record<string, unknown>>).map(([name, { check, initial }]) => {
    const byDefault = (): unknown => (typeof initial === "function" ? (initial as () => unknown)() : initial);
    const value = given[name] === undefined ? byDefault() : given[name];
    check(op, name, value);
    return [name, value];
  });
  return Object.fromEntries(values) as V;
}

/** Values as they stand in a file: those of other rooms, such as initializers, by their configs; what is undefined is left out. */
export function describe(values: object): Record<string, unknown> {
  const entries = Object.entries(values as Readonly<Record<string, { readonly config?: unknown } | undefined>>);
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined).map(([name, value]) => [name, value!.config ?? value]),
  );
}

/** A number in `interval`, which is as in mathematics: "[0, 1)" holds 0 but not 1, "(0, ∞)" every finite number above 0. */
export function number(interval: string, initial?: number): Option<number> {
  return { check: (op, name, value) => checkNumber(op, name, value, interval), initial };
}

/** A whole number in `interval`: "[1, ∞)" holds 1, 2, 3, … */
export function integer(interval: string, initial?: number): Option<number> {
  return { check: (op, name, value) => checkInteger(op, name, value, interval), initial };
}

/** True or false. */
export function flag(initial?: boolean): Option<boolean> {
  return { check: checkBoolean, initial };
}

/** One of some words. */
export function oneOf<const W extends string>(words: readonly W[], initial: NoInfer<W>): Option<W> {
  return {
    check(op, name, value) {
      if (words.includes(value as W)) return;
      const expected = words.map((word) => show(word)).join(", ").replace(/, ([^,]*)$/, " or $1"); // prettier-ignore
      throw new UsageError(message(op, `unknown ${name}`, { expected, got: show(value) }));
    },
    initial,
  };
}

/** As `option`, and it may be left out without being anything. */
export function optional<T>({ check }: Option<T>): Option<T | undefined> {
  return {
    check(op, name, value) {
      if (value !== undefined) check(op, name, value);
    },
    initial: undefined,
  };
}

/**
 * Throws UsageError unless `value` is a number in `interval`.
 *
 * @param op        the function that the user called
 * @param option    the option's name
 * @param interval  as for {@link number}; the interval in the message is the interval that is checked
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
