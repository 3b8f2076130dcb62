/**
 * Options, each stated once. A table has a row for every option of an interface, which says what values it takes and
 * what its default is:
 *
 *   const table = { units: integer("[1, ∞)"), useBias: flag(true) } satisfies Table<DenseOptions>;
 *
 * From the table follow the checks and defaults (resolve) and the form in a file (describe); options read from a file
 * go through the same checks. A table without a row for an option does not compile. Does not know what an option means.
 */
import { UsageError, checkKeys, message, show } from "./errors.js";
import { isListOf } from "./lists.js";

/**
 * One option: turns what was passed into the option's value, or into the default when nothing was passed.
 *
 * @param op    the function that the user called
 * @param name  the option's name
 * @throws {UsageError} or {@link ShapeError} when the value is not allowed
 */
export type Option<T> = (op: string, name: string, value: unknown) => T;

/** A row for every option of O. */
export type Table<O extends object> = { readonly [K in keyof O]-?: Option<O[K]> };

/** The table of options whose values are V. */
export type Rows<V extends object> = { readonly [K in keyof V]: Option<V[K]> };

/** The values of a table's options; only {@link optional} ones may be undefined. */
export type Values<T> = { readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never };

/**
 * Checks options and fills in the defaults.
 *
 * @param op       the function that the user called
 * @param options  what was passed
 * @returns the values in the order of the table
 * @throws {UsageError} when an option is not in the table
 * @throws what the rows throw
 */
export function resolve<V extends object>(op: string, options: object, table: Rows<V>): V {
  checkKeys(op, options, Object.keys(table));
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table as Rows<Record<string, unknown>>)) {
    values[name] = option(op, name, (options as Readonly<Record<string, unknown>>)[name]);
  }
  return values as V;
}

/**
 * Options as written to a file: values of other rooms, such as initializers, by their configs; undefined ones are left
 * out.
 */
export function describe(values: object): Record<string, unknown> {
  const entries: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(
    values as Readonly<Record<string, { readonly config?: unknown } | undefined>>,
  ))
    if (value !== undefined) entries[name] = value.config ?? value;
  return entries;
}

/**
 * A number in `interval`, written as in mathematics: "[0, 1)" contains 0 but not 1, "(0, ∞)" every finite number above
 * 0.
 */
export function number(interval: string, initial?: number): Option<number> {
  return (op, name, value = initial) => {
    checkNumber(op, name, value, interval);
    return value;
  };
}

/** An integer in `interval`: "[1, ∞)" contains 1, 2, 3, … */
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

/** One of several words. */
export function oneOf<const W extends string>(words: readonly W[], initial: NoInfer<W>): Option<W> {
  return (op, name, value = initial) => {
    if (words.includes(value as W)) return value as W;
    const expected = words.map((word) => show(word)).join(", ").replace(/, ([^,]*)$/, " or $1"); // prettier-ignore
    throw new UsageError(message(op, `unknown ${name}`, { expected, got: show(value) }));
  };
}

/** The same option, but it may be left out and is then undefined. */
export function optional<T>(option: Option<T>): Option<T | undefined> {
  return (op, name, value) => (value === undefined ? value : option(op, name, value));
}

/** An option that the function itself checks. */
export function unchecked<T>(): Option<T> {
  return (_op, _name, value) => value as T;
}

/**
 * Checks that `value` is a number in `interval`.
 *
 * @param op        the function that the user called
 * @param option    the option's name
 * @param interval  as for {@link number}; the message shows the interval that is checked
 * @throws {UsageError} when it is not
 */
export function checkNumber(op: string, option: string, value: unknown, interval: string): asserts value is number {
  if (typeof value !== "number" || !holds(interval, value)) fail(op, option, `a number in ${interval}`, value);
}

/** As {@link checkNumber}, for integers: "[1, ∞)" contains 1, 2, 3, … */
export function checkInteger(op: string, option: string, value: unknown, interval: string): asserts value is number {
  if (!Number.isSafeInteger(value) || !holds(interval, value as number))
    fail(op, option, `an integer in ${interval}`, value);
}

/** Checks that `value` is true or false. @throws {UsageError} when it is not */
export function checkBoolean(op: string, option: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") fail(op, option, "true or false", value, "has the wrong type");
}

function holds(interval: string, value: number): boolean {
  const [low, high] = interval.slice(1, -1).replaceAll("∞", "Infinity").split(", ").map(Number);
  return (
    (interval.startsWith("[") ? value >= low : value > low) && (interval.endsWith("]") ? value <= high : value < high)
  );
}

function fail(
  op: string,
  option: string,
  expected: string,
  value: unknown,
  wrong = typeof value === "number" ? "is out of range" : "has the wrong type",
): never {
  if (value === undefined) throw new UsageError(message(op, `${option} is missing`, { expected }));
  throw new UsageError(message(op, `${option} ${wrong}`, { expected, got: show(value) }));
}

/**
 * Checks that a value, such as options or weights, is an object.
 * @throws {UsageError} when it is null, an array or a primitive value
 */
export function checkObject(op: string, what: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new UsageError(message(op, `${what} must be an object`, { got: show(value) }));
}

/** Checks that a value is a function. @throws {UsageError} when it is not */
export function checkFunction(op: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new UsageError(message(op, "not a function", { expected: "() => …", got: show(value) }));
}

/** Checks that a function did not give a promise. @throws {UsageError} when it did */
export function checkSynchronous(op: string, result: unknown, hint = "Await before or after it."): void {
  if (!(result instanceof Promise)) return;
  const [expected, got] = ["a synchronous function", "a promise"];
  throw new UsageError(message(op, "the function is asynchronous", { expected, got, hint }));
}

/** Checks that a value is a list of numbers, or a typed array. @throws {UsageError} when it is not */
export function checkSequence(op: string, what: string, value: unknown): void {
  const isTyped = ArrayBuffer.isView(value) && "length" in value && !/^Big/.test(show(value));
  if (isTyped || isListOf(value, (one) => typeof one === "number")) return;
  throw new UsageError(message(op, `${what} must be a list of numbers`, { got: show(value) }));
}

/** Checks that a value is an array. @throws {UsageError} when it is not */
export function checkList(op: string, what: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new UsageError(message(op, `${what} must be an array`, { got: show(value) }));
}

let valueOfName: ((op: string, option: string, name: string) => unknown) | undefined;

/** Makes {@link named} know names: called by the entry lanegrad/names. */
export function register(valueOf: (op: string, option: string, name: string) => unknown): void {
  valueOfName = valueOf;
}

/** What a name stands for where names are known; any other value as it is. @throws {UsageError} for an unknown name */
export function named(op: string, option: string, value: unknown): unknown {
  return typeof value === "string" && valueOfName ? valueOfName(op, option, value) : value;
}

/**
 * The value, or what its name stands for, if it has that member.
 * @param example  a value that has it, for the message, which says whether a function of one's own would do
 * @throws {UsageError} when it has no such member
 */
export function checkMember(op: string, option: string, value: unknown, member: string, example: string): unknown {
  value = named(op, option, value);
  if (typeof value === "object" && value !== null && member.split(" ").every((one) => one in value)) return value;
  const expected = `for example ${example}`;
  if (value === undefined) throw new UsageError(message(op, `${option} is missing`, { expected }));
  let hint;
  if (typeof value === "string") hint = 'Or import "lanegrad/names" once, for names.';
  if (typeof value === "function" && value.name) {
    const own = example.includes("function") ? "" : `; your own is an object with ${member}`;
    hint = `Call it: ${value.name}()${own}.`;
  }
  throw new UsageError(message(op, `not a valid ${option}`, { expected, got: show(value), ...(hint && { hint }) }));
}
