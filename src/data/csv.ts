/**
 * CSV files as data sets: columns become x, one column of names becomes labels, or number columns become targets. What
 * a column becomes is decided by the options and the first 100 rows (table/layout.ts); a field that does not fit is an
 * error with line and column. Letters: N rows, F features, K target columns.
 */
import { DataError, message, show, UsageError } from "../errors.js";
import { type ByteSource, concatenate } from "../io/bytes.js";
import { checkMaxBytes, gunzip, type InflateOptions, isGzip } from "../io/gzip.js";
import { readPieces } from "../io/pieces.js";
import { heap } from "../runtime/runtime.js";
import { empty, tensor } from "../tensor/create.js";
import { CsvScanner } from "./formats/csvScanner.js";
import type { Dataset } from "./dataset.js";
import { holdsSample, layoutOf } from "./table/layout.js";
import { type CsvFeature, type CsvOptions, fullOptions, type FullOptions } from "./table/options.js";
import { RowReader } from "./table/rows.js";
import { tableValues, type TableValues } from "./table/values.js";

/** Options of {@link csv}. */
export interface CsvFileOptions extends CsvOptions, InflateOptions {}

/** What was found in a CSV file, beside the values. */
export interface CsvFindings {
  /** Whether the first row was read as names of the columns. */
  readonly header: boolean;
  /** The feature columns and what became of them. */
  readonly columns: readonly CsvFeature[];
  /**
   * Names of the F features: those of the columns, without a header their numbers, and "city=Bern" for a word of a
   * one-hot column.
   */
  readonly featureNames: readonly string[];
  /** Rows left out because a value was missing. */
  readonly skipped: number;
}

/** The values of a CSV file. */
export interface CsvTable extends CsvFindings {
  /** N */
  readonly rows: number;
  /** (N, F) row-major */
  readonly features: Float32Array<ArrayBuffer>;
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
export interface CsvDataset extends Dataset, CsvFindings {}

/**
 * A CSV file as a data set: x (N, F) float32; y (N) int32 labels with `classNames`, or (N, K) float32 targets.
 *
 * ```ts
 * const missing = { age: "median", port: "mostFrequent" };
 * const train = await datasets.csv("train.csv", { labels: "survived", text: "oneHot", missing });
 * const test = await datasets.csv("test.csv", { labels: "survived", like: train }); // the same features
 * ```
 *
 * @param source   path (Node), bytes, Blob, Response or stream; gzipped or not
 * @param options  which columns are what; `labels` or `target` is needed
 * @throws {UsageError} before `init` and for a wrong option
 * @throws {DataError} for a file that cannot be read or inflates to more than `maxBytes`, and as {@link parseCsv}
 * @throws {MemoryError}
 * Cost: time linear in the file; memory of 4 bytes a field in use while it is read, 4 bytes a value of x and y, and a
 * few MiB of a file or Blob, or the whole of any other source. A gzipped file is held and may inflate to 100 times its
 * size (8 MiB for small files).
 */
export async function csv(source: ByteSource, options: CsvFileOptions): Promise<CsvDataset> {
  const op = "datasets.csv";
  const { maxBytes, ...columns } = Object(options) as CsvFileOptions;
  const full = fullOptions(op, options === Object(options) ? columns : options);
  checkMaxBytes(op, options);
  if (options.labels === undefined && options.target === undefined) {
    throw new UsageError(message(op, "neither labels nor target is given", { expected: "one of them" }));
  }
  heap(); // without init, say so before anything is read
  const { rows, values, ...findings } = await parsePieces(op, plainPieces(op, source, maxBytes), full);
  const F = findings.featureNames.length;
  const x = empty([rows, F]);
  values.writeFeatures(heap().view("float32", x.ptr, x.size));
  if (options.labels === undefined) {
    return { x, y: tensor(values.targets, [rows, values.targets.length / rows]), ...findings };
  }
  return { x, y: tensor(values.labels), classNames: values.classNames, ...findings };
}

/**
 * The values of a CSV text, without tensors; `labels` and `target` may both be left out.
 *
 * ```ts
 * const text = "size;city\n1,5;Bern\nNA;Rom\n";
 * const { features, columns } = datasets.parseCsv(text, { decimal: ",", text: "index", missing: "mean" });
 * ```
 * @throws {UsageError} for a wrong option or a column that is not there
 * @throws {DataError} with line and column, for rows of different lengths, a value that is missing, a field of a number
 *   column that is no finite float32, quotes that do not close, bytes of another encoding, more than 1,048,576 fields
 *   in a row or words in a column, more than 2²⁹ values in all, and where there are no rows
 * Cost: linear in the text.
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvTable {
  const op = "datasets.parseCsv";
  const full = fullOptions(op, options);
  if (typeof text !== "string") {
    const hint = "datasets.csv reads files and bytes.";
    throw new UsageError(message(op, "text must be a string", { got: show(text), hint }));
  }
  const scanner = new CsvScanner(op, new TextEncoder().encode(text), full.separator);
  const parsed = parse(op, scanner, full).next().value as Parsed; // a whole text needs no more
  const { rows, values, ...findings } = parsed;
  const features = new Float32Array(rows * findings.featureNames.length);
  values.writeFeatures(features);
  const { labels, classNames, targets } = values;
  return { rows, features, labels, classNames, targets, ...findings };
}

interface Parsed extends CsvFindings {
  readonly rows: number;
  readonly values: TableValues;
}

/** Yields where the scanner needs more of the text. */
function* parse(op: string, scanner: CsvScanner, options: FullOptions): Generator<undefined, Parsed, undefined> {
  while (!holdsSample(scanner)) yield;
  const layout = layoutOf(op, scanner, options);
  if (layout === undefined) {
    const expected = `at least one${options.header === false ? "" : " below the header"}`;
    throw new DataError(message(op, "no rows", { expected, got: "0" }));
  }
  const reader = new RowReader(op, scanner, layout, options);
  reader.read();
  while (!scanner.isWhole) {
    yield;
    reader.read();
  }
  const rows = reader.rows();
  const values = tableValues(op, rows, layout);
  const { columns, featureNames } = values;
  return { rows: rows.count, values, header: layout.header, columns, featureNames, skipped: rows.skipped };
}

/** Parses a text that comes in pieces. */
async function parsePieces(op: string, pieces: AsyncIterator<Piece>, options: FullOptions): Promise<Parsed> {
  try {
    const first = await pieces.next();
    const bytes = first.done ? new Uint8Array(0) : first.value;
    const scanner = new CsvScanner(op, bytes, options.separator, options.encoding, first.done === true);
    const parsing = parse(op, scanner, options);
    for (;;) {
      const step = parsing.next();
      if (step.done) return step.value;
      const wanted = 2 * scanner.left; // of a long row twice as much each time: linear in all
      do {
        const next = await pieces.next();
        scanner.append(next.done ? undefined : next.value);
      } while (!scanner.isWhole && scanner.left < wanted);
    }
  } finally {
    await pieces.return?.();
  }
}

type Piece = Uint8Array<ArrayBuffer>;

/** The text in pieces, gunzipped if need be. */
async function* plainPieces(
  op: string,
  source: ByteSource,
  maxBytes: number | undefined,
): AsyncGenerator<Piece, void, void> {
  const pieces = readPieces(op, source);
  const next = await pieces.next();
  if (next.done) return;
  const first = next.value;
  if (!isGzip(first)) {
    yield first;
    yield* pieces;
    return;
  }
  const zipped = [first];
  for await (const piece of pieces) zipped.push(piece);
  yield await gunzip(concatenate(zipped), op, { maxBytes });
}
