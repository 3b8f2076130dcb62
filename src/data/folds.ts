/**
 * Rows set apart for testing: once, or in turn, at random or with the same share of every class. Works on all that fit
 * takes for x and y, and on copies; the given data stay as they are. Letters: N rows, k folds.
 */
import { checkKeys, message, ShapeError, show, UsageError } from "../errors.js";
import { checkBoolean, checkInteger, checkNumber } from "../options.js";
import { tensor } from "../tensor/create.js";
import { Random } from "../tensor/random.js";
import { showShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { isListOf } from "../lists.js";

/**
 * x and y in one object, as loaders give them; with them sampleWeight, mask and lengths, where there are some. What
 * else is in it stays as it is.
 */
export interface RowData {
  /**
   * A tensor (N, …), an array of N rows, a typed array of N rows end to end, or a list of tensors for several inputs.
   */
  readonly x: unknown;
  /** As x: N labels or rows. */
  readonly y: unknown;
}

/** Data in two parts, of the form that they were given in. */
export interface Parts<D> {
  readonly train: D;
  readonly test: D;
}

interface RowOptions {
  /** Any integer; the same seed gives the same rows. Default 0. */
  readonly seed?: number;
  /**
   * Give each part the same share of every class, up to one row. Rows are of one class where their y is the same: a
   * label, or a row of several numbers. Default false.
   */
  readonly stratify?: boolean;
  /** N, where x and y are typed arrays and y holds several numbers a row. Default: known from x or y. */
  readonly rows?: number;
}

/** Options of {@link trainTestSplit}. */
export interface TrainTestOptions extends RowOptions {
  /** The share of the rows that is kept for testing, above 0 and below 1. Default 0.2. */
  readonly test?: number;
}

/** Options of {@link kFold}. */
export interface FoldOptions extends RowOptions {
  /** k, from 2 to N. Default 5. */
  readonly folds?: number;
}

/**
 * Splits the rows at random into training and test.
 *
 * ```ts
 * const iris = await datasets.csv("iris.csv", { labels: "species" });
 * const { train, test } = datasets.trainTestSplit(iris, { stratify: true });
 * await model.fit(train, { epochs: 20 });
 * console.log(await model.evaluate(test.x, test.y));
 * ```
 *
 * @returns  ⌈N · (1 − test)⌋ rows to train and the others to test, in random order; of the types and row shapes that
 *   were given
 * @throws {UsageError} for a wrong option or a share that leaves a part empty
 * @throws {ShapeError} when x, y and what goes with them differ in rows
 * @throws {MemoryError}
 */
export function trainTestSplit<D extends RowData>(data: D, options: TrainTestOptions = {}): Parts<D> {
  const op = "datasets.trainTestSplit";
  checkKeys(op, options, ["test", "seed", "stratify", "rows"]);
  return splitInTwo(op, data, options);
}

/** As {@link trainTestSplit}, for the functions that are built on it. @param op the function that the user called */
export function splitInTwo<D extends RowData>(op: string, data: D, options: TrainTestOptions): Parts<D> {
  const { test = 0.2, seed = 0, stratify = false } = options;
  checkNumber(op, "test", test, "(0, 1)");
  checkBoolean(op, "stratify", stratify);
  const rows = rowsIn(op, data, options.rows);
  const cut = Math.round(rows * (1 - test));
  if (cut === 0 || cut === rows) {
    const got = `${test} of ${rows}`;
    throw new UsageError(message(op, "a part is left empty", { expected: "at least one row in each", got }));
  }
  const order = new Random(seed).fork("split").permutation(rows);
  const isTest = new Uint8Array(rows);
  if (stratify) {
    const classes = classesOf(op, data, rows);
    const left = shares(classes, rows - cut);
    for (const row of order) isTest[row] = left[classes[row]]-- > 0 ? 1 : 0;
  } else for (const row of order.subarray(cut)) isTest[row] = 1;
  const part = (which: number): D =>
    take(
      data,
      order.filter((row) => isTest[row] === which),
      rows,
    );
  return { train: part(0), test: part(1) };
}

/**
 * Splits the rows at random into k folds, and gives k times all folds but one to train and that one to test; one pair
 * at a time, so that only one is in memory.
 *
 * ```ts
 * for (const { train, test } of datasets.kFold({ x, y }, { folds: 5, stratify: true })) { … }
 * ```
 *
 * @returns  k pairs; folds differ by at most one row, and by at most one row of a class with `stratify`
 * @throws {UsageError} for a wrong option or more folds than rows
 * @throws {ShapeError} when x, y and what goes with them differ in rows
 * @throws {MemoryError}
 */
export function kFold<D extends RowData>(data: D, options: FoldOptions = {}): IterableIterator<Parts<D>> {
  const op = "datasets.kFold";
  checkKeys(op, options, ["folds", "seed", "stratify", "rows"]);
  const { folds = 5, seed = 0, stratify = false } = options;
  checkBoolean(op, "stratify", stratify);
  const rows = rowsIn(op, data, options.rows);
  checkInteger(op, "folds", folds, `[2, ${Math.max(rows, 2)}]`);
  if (folds > rows) {
    throw new UsageError(message(op, "there are fewer rows than folds", { expected: `${folds}`, got: `${rows}` }));
  }
  const order = new Random(seed).fork("folds").permutation(rows);
  const dealt = stratify ? byClass(order, classesOf(op, data, rows)) : order;
  const foldOf = new Int32Array(rows);
  for (const [i, row] of dealt.entries()) foldOf[row] = i % folds;
  return (function* () {
    for (let fold = 0; fold < folds; fold++) {
      const train = order.filter((row) => foldOf[row] !== fold);
      const test = order.filter((row) => foldOf[row] === fold);
      yield { train: take(data, train, rows), test: take(data, test, rows) };
    }
  })();
}

/** The rows of an order, one class after the other. */
function byClass(order: Int32Array, classes: Int32Array): Int32Array {
  return order.slice().sort((a, b) => classes[a] - classes[b]); // stable: within a class they stay in order
}

/** How many rows of each class are among `wanted`: its share, rounded so that the sum is right. */
function shares(classes: Int32Array, wanted: number): number[] {
  const counts: number[] = [];
  for (const one of classes) counts[one] = (counts[one] ?? 0) + 1;
  const exact = counts.map((count) => (count * wanted) / classes.length);
  const rounded = exact.map(Math.floor);
  const missing = wanted - rounded.reduce((sum, n) => sum + n, 0);
  const byRemainder = [...exact.keys()].sort((a, b) => exact[b] - rounded[b] - (exact[a] - rounded[a]));
  for (const one of byRemainder.slice(0, missing)) rounded[one]++;
  return rounded;
}

/** The class of each row, in order of appearance: rows with the same y are of one. */
function classesOf(op: string, { y }: RowData, rows: number): Int32Array {
  const values: ArrayLike<unknown> = y instanceof Tensor ? y.toTypedArray() : (y as ArrayLike<unknown>);
  const isRows = Array.isArray(y);
  const width = values.length / rows;
  const seen = new Map<unknown, number>();
  const classes = Int32Array.from({ length: rows }, (_, row) => {
    const own = isRows ? [values[row]] : Array.from({ length: width }, (__, i) => values[row * width + i]);
    const key = own.flat(Infinity as 1).join();
    if (!seen.has(key)) seen.set(key, seen.size);
    return seen.get(key)!;
  });
  if (seen.size <= rows / 2) return classes;
  const hint = "Rows are of one class where their y is the same. Targets that are measured values have no classes.";
  const got = `${seen.size} in ${rows} rows`;
  throw new UsageError(
    message(op, "y holds too many classes to stratify by", { expected: "at most N / 2", got, hint }),
  );
}

/** What holds a value for each row. */
const rowNames = ["x", "y", "sampleWeight", "mask", "lengths"];

/**
 * The number of rows N.
 * @throws {UsageError} when they are not data
 * @throws {ShapeError} when parts of them differ in rows
 */
function rowsIn(op: string, data: RowData, given: number | undefined): number {
  if (typeof data !== "object" || data === null || data.x === undefined || data.y === undefined) {
    throw new UsageError(message(op, "these are no data", { expected: "{ x, y }", got: show(data) }));
  }
  if (given !== undefined) checkInteger(op, "rows", given, "[1, ∞)");
  const { x, y } = data;
  const first = [x, y]
    .flatMap((value) => (isInputs(value) ? value : [value]))
    .find((value) => !ArrayBuffer.isView(value));
  const rows: number = given ?? (first === undefined ? (y as Float32Array).length : (countOf(first) ?? 0));
  for (const [name, value] of Object.entries(data)) {
    if (!rowNames.includes(name)) continue;
    const parts: readonly unknown[] = isList(value, x) ? (value as unknown[]) : [value];
    for (const part of parts) {
      if (part === undefined) continue;
      const count = countOf(part);
      if (rows > 0 && (count === rows || (ArrayBuffer.isView(part) && count! > 0 && count! % rows === 0))) continue;
      const got = part instanceof Tensor ? showShape(part.shape) : count === undefined ? show(part) : `${count}`;
      throw new ShapeError(message(op, `${name} does not have N rows`, { expected: `N = ${rows}`, got }));
    }
  }
  return rows;
}

/** Rows of a tensor or an array, numbers of a typed array. */
function countOf(value: unknown): number | undefined {
  if (value instanceof Tensor) return value.shape.at(0);
  if (Array.isArray(value)) return value.length;
  return ArrayBuffer.isView(value) ? (value as Float32Array).length : undefined;
}

const isInputs = (value: unknown): value is Tensor[] =>
  isListOf(value, (item) => item instanceof Tensor) && value.length > 0;

/** True where a value is one for each of several inputs. */
const isList = (value: unknown, x: unknown): boolean =>
  isInputs(value) ||
  (isInputs(x) && Array.isArray(value) && value.length === x.length && value.some((one) => typeof one === "object"));

function take<D extends RowData>(data: D, order: Int32Array, rows: number): D {
  const taken = { ...data } as Record<string, unknown>;
  for (const name of rowNames) {
    const value = taken[name];
    if (value === undefined) continue;
    taken[name] = isList(value, data.x)
      ? (value as unknown[]).map((one) => (one === undefined ? one : takeOf(one, order, rows)))
      : takeOf(value, order, rows);
  }
  return taken as D;
}

/** The rows with these numbers, of the same form and type: unlike gatherRows, bytes stay bytes. */
function takeOf(value: unknown, order: Int32Array, rows: number): unknown {
  if (Array.isArray(value)) return Array.from(order, (row) => (value as unknown[])[row]);
  if (value instanceof Tensor) {
    return tensor(takeValues(value.toTypedArray(), order, rows) as Float32Array, [
      order.length,
      ...value.shape.slice(1),
    ]);
  }
  return takeValues(value as Float32Array, order, rows);
}

function takeValues(values: ArrayLike<number> & { readonly length: number }, order: Int32Array, rows: number): unknown {
  const width = values.length / rows;
  const source = values as Float32Array;
  const taken = new (source.constructor as Float32ArrayConstructor)(order.length * width);
  for (let i = 0; i < order.length; i++) {
    taken.set(source.subarray(order[i] * width, (order[i] + 1) * width), i * width);
  }
  return taken;
}
