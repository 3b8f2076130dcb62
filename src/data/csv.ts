/**
 * CSV files as data sets: columns of numbers become x; one column of names becomes labels, or columns of numbers become
 * targets.
 * Letters: N rows, F feature columns, K target columns. Nothing is guessed: a field that is not a number in a column of
 * numbers is an error with line and column.
 */
import { checkKeys, DataError, message, show, UsageError } from "../errors.js";
import { readBytes, unshared, type ByteSource } from "../io/bytes.js";
import { checkMaxBytes, gunzip, type InflateOptions, isGzip } from "../io/gzip.js";
import { heap } from "../runtime/runtime.js";
import { tensor } from "../tensor/create.js";
import { csvRows } from "./formats/csvRows.js";
import type { Dataset } from "./dataset.js";
import { ClassNames, isDecimal } from "./labels.js";

/** A column by name, where there is a header, or by number from 0; negative numbers count from the end. */
export type CsvColumn = string | number;

/** Options of {@link parseCsv} and, with maxBytes, of {@link csv}. */
export interface CsvOptions {
  /** The column of class names, which become labels. Either this or `target`. */
  readonly labels?: CsvColumn;
  /** The column or columns of numbers to predict. Either this or `labels`. */
  readonly target?: CsvColumn | readonly CsvColumn[];
  /** The columns of x, in this order. Default: all other columns. */
  readonly features?: readonly CsvColumn[];
  /** Whether the first row holds the names of the columns. Default true. */
  readonly header?: boolean;
  /** The character between fields. Default ",". */
  readonly separator?: string;
  /** What to do with a row that has an empty field in a used column. Default "error". */
  readonly missing?: "error" | "skip";
}

/** Options of {@link csv}. */
export interface CsvFileOptions extends CsvOptions, InflateOptions {}

/** The values of a CSV file. */
export interface CsvTable {
  /** N */
  readonly rows: number;
  /** (N, F) row-major */
  readonly features: Float32Array<ArrayBuffer>;
  /** Names of the F columns; without a header their numbers. */
  readonly featureNames: readonly string[];
  /** (N) class numbers; empty without `labels`. */
  readonly labels: Int32Array<ArrayBuffer>;
  /**
   * The classes of the column of labels in order. If all labels are numbers, equal numbers are one class ("1", "1.0"
   * and "01") under its shortest spelling, in order of value; otherwise each spelling is a class, in order of code
   * points.
   */
  readonly classNames: readonly string[];
  /** (N, K) row-major; empty without `target`. */
  readonly targets: Float32Array<ArrayBuffer>;
}

/** A data set from CSV. */
export interface CsvDataset extends Dataset {
  readonly featureNames: readonly string[];
}

const optionNames = ["labels", "target", "features", "header", "separator", "missing"];

/**
 * A CSV file as a data set: x (N, F) float32; y (N) int32 labels with `classNames`, or (N, K) float32 targets.
 *
 * Cost: time linear in the text; memory at most 100 × the file's size (8 MiB for small files) for the text, the same
 * again while it is decoded, and 4 bytes per value.
 *
 * @param source   path (Node), bytes, Blob, Response or stream; UTF-8, gzipped or not
 * @param options  the meaning of the columns; `labels` or `target` is required
 * @throws {UsageError} before `init`, or for a wrong option
 * @throws {DataError} for a file that cannot be read, is not UTF-8 or inflates to more than `maxBytes`
 * @throws what {@link parseCsv} throws
 */
export async function csv(source: ByteSource, options: CsvFileOptions): Promise<CsvDataset> {
  const op = "datasets.csv";
  checkKeys(op, options, [...optionNames, "maxBytes"]);
  const { maxBytes, ...columns } = options;
  checkOptions(op, columns);
  checkMaxBytes(op, options);
  if (options.labels === undefined && options.target === undefined) {
    throw new UsageError(message(op, "neither labels nor target is given", { expected: "one of them" }));
  }
  heap(); // throws before anything is read if init was not called
  const table = parse(op, await decode(op, await readBytes(op, source), maxBytes), columns);
  const x = tensor(table.features, [table.rows, table.featureNames.length]);
  if (options.labels === undefined) {
    const y = tensor(table.targets, [table.rows, table.targets.length / table.rows]);
    return { x, y, featureNames: table.featureNames };
  }
  return { x, y: tensor(table.labels), classNames: table.classNames, featureNames: table.featureNames };
}

/**
 * The values of a CSV text, without tensors; `labels` and `target` may both be left out.
 * Cost: linear in the text.
 * @throws {UsageError} for a wrong option or an unknown column
 * @throws {DataError} with line and column, for rows of different lengths, an empty field, a field that is not a finite
 *   float32, a quote that is not closed, more than 1,048,576 fields in a row or as many classes, or no rows
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvTable {
  checkOptions("datasets.parseCsv", options);
  return parse("datasets.parseCsv", text, options);
}

function parse(op: string, text: string, options: CsvOptions): CsvTable {
  const { header = true, separator = ",", missing = "error" } = options;
  let columns: Columns | undefined;
  let rows = 0;
  const features = new Values(Float32Array);
  const targets = new Values(Float32Array);
  const labels = new Values(Int32Array);
  const names = new ClassNames();
  for (const { fields, line } of csvRows(op, text, separator)) {
    if (columns === undefined) {
      columns = chooseColumns(op, fields, options);
      if (header) continue;
    }
    const { inUse } = columns;
    if (fields.length !== columns.names.length) {
      const expected = `${columns.names.length} fields, as in the first row`;
      throw new DataError(message(op, `line ${line}: number of fields differs`, { expected, got: `${fields.length}` }));
    }
    const empty = inUse.find((i) => fields[i].trim() === "");
    if (empty !== undefined) {
      if (missing === "skip") continue;
      const hint = 'With missing: "skip" such rows are left out.';
      throw new DataError(message(op, `${place(line, empty, columns)}: the field is empty`, { hint }));
    }
    for (const i of columns.features) features.push(numberFrom(op, fields[i], line, i, columns));
    for (const i of columns.target) targets.push(numberFrom(op, fields[i], line, i, columns));
    for (const i of columns.labels) labels.push(names.number(fields[i].trim(), op));
    rows++;
  }
  if (columns === undefined || rows === 0) {
    throw new DataError(
      message(op, "no rows", { expected: `at least one${header ? " below the header" : ""}`, got: "0" }),
    );
  }
  const { classNames, classes } = names.inOrder();
  return {
    rows,
    features: features.all(),
    featureNames: columns.features.map((i) => columns.names[i]),
    labels: labels.all().map((seen) => classes[seen]),
    classNames,
    targets: targets.all(),
  };
}

/** The meaning of the columns, by number. */
interface Columns {
  readonly names: readonly string[];
  readonly features: readonly number[];
  readonly labels: readonly number[];
  readonly target: readonly number[];
  /** All columns that are used. */
  readonly inUse: readonly number[];
}

function chooseColumns(op: string, firstRow: readonly string[], options: CsvOptions): Columns {
  const { header = true, labels, target, features } = options;
  const names = firstRow.map((field, i) => (header ? field.trim() : String(i)));
  const find = (column: CsvColumn): number => {
    const number = typeof column === "string" ? names.indexOf(column) : column < 0 ? column + names.length : column;
    const isThere = header ? names[number] !== undefined : typeof column === "number" && names[number] !== undefined;
    if (!isThere) {
      const expected = header
        ? `one of ${show(names)} or a number`
        : `a number from ${-names.length} to ${names.length - 1}`;
      throw new UsageError(message(op, "unknown column", { expected, got: show(column) }));
    }
    if (typeof column === "string" && names.lastIndexOf(column) !== number) {
      const hint = "Give the column by number.";
      throw new UsageError(message(op, "several columns have this name", { got: show(column), hint }));
    }
    return number;
  };
  const labelColumns = labels === undefined ? [] : [find(labels)];
  const targetColumns = target === undefined ? [] : (Array.isArray(target) ? target : [target]).map(find);
  const wanted = [...labelColumns, ...targetColumns];
  const others = names.map((_, i) => i).filter((i) => !wanted.includes(i));
  const featureColumns = features === undefined ? others : features.map(find);
  if (featureColumns.length === 0) {
    throw new UsageError(message(op, "no columns are left for x", { expected: "at least one", got: show(names) }));
  }
  const inUse = [...featureColumns, ...wanted];
  return { names, features: featureColumns, labels: labelColumns, target: targetColumns, inUse };
}

/** `line 3, column 2 ("width")`. */
function place(line: number, column: number, { names }: Columns): string {
  return `line ${line}, column ${column + 1} (${show(names[column])})`;
}

function numberFrom(op: string, field: string, line: number, column: number, columns: Columns): number {
  const text = field.trim();
  const value = isDecimal(text) ? Math.fround(Number(text)) : NaN;
  if (Number.isFinite(value)) return value;
  const where = place(line, column, columns);
  const hint = "Columns of words can only be labels, or be left out of features.";
  throw new DataError(message(op, `${where}: not a number`, { expected: "a finite float32", got: show(text), hint }));
}

/** A growing list of values: takes at most twice the memory of its values. */
class Values<T extends Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>> {
  #values: T;
  #count = 0;
  readonly #make: new (length: number) => T;

  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#values = new make(64);
  }

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new this.#make(2 * this.#count);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
  }

  all(): T {
    return this.#values.slice(0, this.#count) as T;
  }
}

/** Longer texts do not fit into a string of V8. */
const mostBytes = 500_000_000;

/** UTF-8 text, inflated if it is gzipped. */
async function decode(op: string, bytes: Uint8Array, maxBytes: number | undefined): Promise<string> {
  const whole = unshared(bytes);
  const plain = isGzip(whole) ? await gunzip(whole, op, { maxBytes }) : whole;
  if (plain.length > mostBytes) {
    throw new DataError(
      message(op, "the text is too long", { expected: `at most ${mostBytes} bytes`, got: `${plain.length}` }),
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    throw new DataError(message(op, "the text is not UTF-8", { hint: "Convert it, for example by iconv." }));
  }
}

function checkOptions(op: string, options: CsvOptions): void {
  checkKeys(op, options, optionNames);
  const { labels, target, header = true, separator = ",", missing = "error" } = options;
  const fail = (option: string, expected: string, value: unknown) => {
    throw new UsageError(message(op, `${option} is invalid`, { expected, got: show(value) }));
  };
  if (labels !== undefined && target !== undefined) fail("target", "labels or target, not both", target);
  if (typeof header !== "boolean") fail("header", "true or false", header);
  if (typeof separator !== "string" || !/^[^"\r\n]$/.test(separator)) fail("separator", "one character", separator);
  if (missing !== "error" && missing !== "skip") fail("missing", '"error" or "skip"', missing);
}
