/**
 * The rows of a table as they are read: a float32 for each column in use, which is a number, the number of a word, or
 * NaN for a missing value. Each row is read once; a row that is left out leaves nothing behind. Letters: N rows, S
 * columns in use.
 */
import { DataError, message, show } from "../../errors.js";
import { float32FromDecimal } from "../formats/decimals.js";
import type { CsvScanner } from "../formats/csvScanner.js";
import { isDecimal } from "../labels.js";
import { sampleRows, withPoint, type Layout, type Slot } from "./layout.js";
import type { FullOptions } from "./options.js";
import { Words } from "./words.js";

/** What stands in the rows. */
export interface Rows {
  /** N */
  readonly count: number;
  /** Rows left out. */
  readonly skipped: number;
  /** (rows, S) each, row-major; the last may be filled in part. */
  readonly pieces: readonly Float32Array<ArrayBuffer>[];
  /** For each column in use its words, where it holds such. */
  readonly words: readonly (Words | undefined)[];
  /** For each column in use, how many values are missing. */
  readonly missing: Int32Array;
}

/** Values of the largest piece. */
const largestPiece = 2 ** 18;

/** Reads rows from where the scanner is. */
export class RowReader {
  readonly #op: string;
  readonly #scanner: CsvScanner;
  readonly #layout: Layout;
  readonly #options: FullOptions;
  readonly #words: readonly (Words | undefined)[];
  readonly #isMissing: (bytes: Uint8Array, start: number, end: number) => boolean;
  readonly #missing: Int32Array;
  readonly #pieces: Float32Array<ArrayBuffer>[] = [];
  /** How much of the last piece is filled. */
  #filled = 0;
  #count = 0;
  #skipped = 0;

  constructor(op: string, scanner: CsvScanner, layout: Layout, options: FullOptions) {
    const { slots } = layout;
    this.#op = op;
    this.#scanner = scanner;
    this.#layout = layout;
    this.#options = options;
    this.#words = slots.map((slot) => (slot.form === "number" ? undefined : wordsOf(scanner, slot, layout, options)));
    this.#isMissing = missingTest(options.missingValues);
    this.#missing = new Int32Array(slots.length);
  }

  /**
   * Reads all rows that the scanner holds.
   * @throws {DataError} with line and column for what does not fit
   */
  read(): void {
    const { slots, names } = this.#layout;
    const { length: S } = slots;
    const [scanner, layout, options] = [this.#scanner, this.#layout, this.#options];
    const [words, isMissing, missing] = [this.#words, this.#isMissing, this.#missing];
    const point = options.decimal.charCodeAt(0);
    const columns = Int32Array.from(slots, ({ column }) => column);
    const [starts, ends] = [new Int32Array(S), new Int32Array(S)];
    const gaps = new Uint8Array(S);
    let piece = this.#pieces.at(-1) ?? new Float32Array(0);
    let at = this.#filled;
    read: while (scanner.next()) {
      if (scanner.count !== names.length) throw wrongLength(scanner, names.length);
      const { bytes, starts: allStarts, ends: allEnds } = scanner;
      for (let s = 0; s < S; s++) {
        const column = columns[s];
        let start = allStarts[column];
        let end = allEnds[column];
        while (start < end && isBlank(bytes[start])) start++;
        while (start < end && isBlank(bytes[end - 1])) end--;
        starts[s] = start;
        ends[s] = end;
        gaps[s] = isMissing(bytes, start, end) ? 1 : 0;
        if (gaps[s] === 0) continue;
        const { missing: rule, like } = slots[s];
        if (like?.fill !== undefined) continue;
        if (rule === "skip") {
          this.#skipped++;
          continue read;
        }
        if (rule === "error") throw missingValue(scanner, s, layout, scanner.text(column, start, end));
      }
      if (at === piece.length) {
        const rows = Math.min(Math.max(64, this.#count), Math.floor(largestPiece / S));
        piece = new Float32Array(S * Math.max(rows, 1));
        this.#pieces.push(piece);
        at = 0;
      }
      for (let s = 0; s < S; s++, at++) {
        const found = words[s];
        if (gaps[s] === 1) {
          missing[s]++;
          piece[at] = NaN;
        } else if (found !== undefined) piece[at] = found.number(scanner, columns[s], starts[s], ends[s]);
        else {
          const value = float32FromDecimal(bytes, starts[s], ends[s], point);
          piece[at] = value === value ? value : otherNumber(scanner, s, starts[s], ends[s], layout, options);
        }
      }
      this.#count++;
    }
    this.#filled = at;
  }

  /** What was read. @throws {DataError} when that is no row */
  rows(): Rows {
    const [count, skipped] = [this.#count, this.#skipped];
    if (count === 0) {
      const got = skipped === 0 ? "0" : `0, ${skipped} of ${skipped} left out`;
      const expected = `at least one${this.#layout.header ? " below the header" : ""}`;
      throw new DataError(message(this.#op, "no rows", { expected, got }));
    }
    return { count, skipped, pieces: this.#pieces, words: this.#words, missing: this.#missing };
  }
}

const isBlank = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);

function wordsOf(scanner: CsvScanner, slot: Slot, { names }: Layout, { like }: FullOptions): Words {
  const isLabel = slot.form === "label";
  const known = isLabel ? like?.classNames : slot.like?.words;
  return new Words({
    op: scanner.op,
    hint: isLabel ? "Numbers to predict are a target, not labels." : "Leave a column whose words all differ out.",
    ...(known && { known }),
    refuse: (word) => {
      const hint = "Only words of the table that this one is to be like have a number.";
      const expected = `one of ${show(known)}`;
      throw wrongField(scanner, slot.column, names[slot.column], "an unknown word", expected, show(word), hint);
    },
  });
}

/** Whether the bytes of a field, without blanks, are one of the missing values. */
function missingTest(values: readonly string[]): (bytes: Uint8Array, start: number, end: number) => boolean {
  const known = values.map((value) => new TextEncoder().encode(value.trim()));
  const begins = new Uint8Array(256);
  for (const one of known) if (one.length > 0) begins[one[0]] = 1;
  const hasEmpty = known.some((one) => one.length === 0);
  return (bytes, start, end) => {
    if (start === end) return hasEmpty;
    if (begins[bytes[start]] === 0) return false;
    return known.some((one) => one.length === end - start && one.every((byte, i) => byte === bytes[start + i]));
  };
}

/** A number that is long, or not written in ASCII alone. */
function otherNumber(
  scanner: CsvScanner,
  slot: number,
  start: number,
  end: number,
  layout: Layout,
  { text: forms, decimal }: FullOptions,
): number {
  const { column } = layout.slots[slot];
  const text = scanner.text(column, start, end).trim();
  const pointed = withPoint(text, decimal);
  const value = isDecimal(pointed) ? Math.fround(Number(pointed)) : NaN;
  if (Number.isFinite(value)) return value;
  const name = layout.names[column];
  const isFeature = slot < layout.features;
  let hint =
    'Columns of words become features by text: "oneHot" or "index", or labels; or they are left out of features.';
  if (isDecimal(pointed)) hint = "It is larger than any float32.";
  else if (isDecimal(withPoint(text, decimal === "." ? "," : "."))) {
    hint = `With decimal: ${decimal === "." ? '","' : '"."'} it is one.`;
  } else if (/^(nan|null|none|nil|n\/a|n\.a\.|#n\/a|-+|\.+)$/i.test(text)) {
    hint = `If it stands for a missing value: missingValues: ["", "NA", "?", ${show(text)}].`;
  } else if (!isFeature) hint = "Class names are labels, not a target.";
  else if (typeof forms === "string") {
    const key = layout.header ? show(name) : String(column);
    hint = `The first ${sampleRows} rows held no words here. If it is a column of words: text: { ${key}: ${show(forms)} }.`;
  }
  const wrong = `not a number`;
  throw wrongField(scanner, column, name, wrong, "a finite float32", show(text), hint);
}

function missingValue(scanner: CsvScanner, slot: number, { slots, names, features }: Layout, text: string): DataError {
  const { column } = slots[slot];
  const wrong = text === "" ? "the field is empty" : `the value is missing (${show(text)})`;
  const others = slot < features ? '; with "mean", "median" or "mostFrequent" they are filled in' : "";
  const hint = `With missing: "skip" such rows are left out${others}.`;
  return wrongField(scanner, column, names[column], wrong, undefined, undefined, hint);
}

/** An error that names line and column: `line 3, column 2 ("width"): …`. */
export function wrongField(
  { op, line }: Pick<CsvScanner, "op" | "line">,
  column: number,
  name: string,
  wrong: string,
  expected: string | undefined,
  got: string | undefined,
  hint: string,
): DataError {
  const rule = { ...(expected !== undefined && { expected }), ...(got !== undefined && { got }) };
  return new DataError(message(op, `line ${line}, column ${column + 1} (${show(name)}): ${wrong}`, { ...rule, hint }));
}

function wrongLength(scanner: CsvScanner, wanted: number): DataError {
  const column = Math.min(scanner.count, wanted);
  const expected = `${wanted} fields, as in the first row`;
  return scanner.wrong(scanner.line, column, "number of fields differs", expected, String(scanner.count));
}
