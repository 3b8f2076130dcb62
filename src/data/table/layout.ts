/**
 * Which column of a table is what: names, whether the first row is a header, and what each column in use is to become.
 * Reads at most 100 rows.
 */
import { message, show, UsageError } from "../../errors.js";
import type { CsvScanner } from "../formats/csvScanner.js";
import { isDecimal } from "../labels.js";
import type { CsvColumn, CsvFeature, FullOptions, MissingRule, TextForm } from "./options.js";

/** A column in use. */
export interface Slot {
  /** Its number. */
  readonly column: number;
  readonly form: "number" | TextForm | "label";
  readonly missing: MissingRule;
  /** The same column of the table that this one is to be like. */
  readonly like?: CsvFeature;
}

/** What is in which column. */
export interface Layout {
  readonly header: boolean;
  /** Of all columns; without a header their numbers. */
  readonly names: readonly string[];
  /** Features, then labels or targets. */
  readonly slots: readonly Slot[];
  readonly features: number;
}

/** Rows that a guess is made of, and about how many fields. */
export const sampleRows = 100;
const sampleFields = 2 ** 16;

/** What the first rows hold, a value for each column: whether there are numbers, whether there are words. */
interface Sample {
  readonly first: readonly string[];
  readonly numbers: Uint8Array;
  readonly words: Uint8Array;
}

/** Whether the scanner holds all rows that {@link layoutOf} looks at. Goes to before the first row. */
export function holdsSample(scanner: CsvScanner): boolean {
  scanner.rewind();
  let isHeld = true;
  for (let row = 0, fields = 0; isHeld && row < sampleRows && fields < sampleFields; row++) {
    isHeld = scanner.next();
    if (row > 0) fields += scanner.count;
  }
  scanner.rewind();
  return isHeld || scanner.isWhole;
}

/** The layout; undefined for a text without rows. The scanner goes to the first row of values. */
export function layoutOf(op: string, scanner: CsvScanner, options: FullOptions): Layout | undefined {
  scanner.rewind();
  if (!scanner.next()) return undefined;
  const first = Array.from({ length: scanner.count }, (_, i) => scanner.text(i));
  const sample = sampleOf(first, scanner, options);
  const header = options.header ?? guessHeader(sample, options);
  if (options.like?.header && !header) throw unlike(op, first, options);
  const hasWords = (column: number): boolean =>
    sample.words[column] === 1 || (!header && kindOf(first[column], options) === "word");
  const names = first.map((field, i) => (header ? field.trim() : String(i)));
  scanner.rewind();
  if (header) scanner.next();
  return { header, names, ...slotsOf(op, names, header, hasWords, options, first) };
}

/** The error for a first row that does not name all columns of the table that this one is to be like. */
function unlike(op: string, first: readonly string[], { separator, like }: FullOptions): UsageError {
  const names = first.map((field) => field.trim());
  const missing = like!.columns.map(({ name }) => name).filter((name) => !names.includes(name));
  const other = otherSeparator(first, separator);
  const hint = other ?? `Missing: ${missing.map(show).join(", ")}.`;
  const expected = `a first row with the names ${show(like!.columns.map(({ name }) => name))}`;
  return new UsageError(
    message(op, "columns of the table that this one is to be like are missing", { expected, got: show(names), hint }),
  );
}

/** A hint where a row is a single field that holds what may be the separator. */
function otherSeparator(first: readonly string[], separator: string): string | undefined {
  const other =
    first.length === 1 && [";", "\t", ",", "|"].find((mark) => mark !== separator && first[0].includes(mark));
  return other ? `Is the separator another? separator: ${show(other)}.` : undefined;
}

function sampleOf(first: readonly string[], scanner: CsvScanner, options: FullOptions): Sample {
  const [numbers, words] = [new Uint8Array(first.length), new Uint8Array(first.length)];
  let fields = 0;
  for (let row = 1; row < sampleRows && fields < sampleFields && scanner.next(); row++) {
    fields += scanner.count;
    for (let i = 0; i < Math.min(first.length, scanner.count); i++) {
      const kind = kindOf(scanner.text(i), options);
      if (kind === "number") numbers[i] = 1;
      if (kind === "word") words[i] = 1;
    }
  }
  return { first, numbers, words };
}

function kindOf(field: string, { decimal, missingValues }: FullOptions): "number" | "word" | "missing" {
  const text = field.trim();
  if (missingValues.includes(text)) return "missing";
  return isDecimal(withPoint(text, decimal)) ? "number" : "word";
}

/** A number with a decimal point; where that is a comma, one with a point is made no number. */
export function withPoint(text: string, decimal: "." | ","): string {
  return decimal === "." ? text : text.replace(/[.,]/g, (mark) => (mark === "," ? "." : ","));
}

function guessHeader({ first, numbers, words }: Sample, options: FullOptions): boolean {
  const { labels, target, features = [], text, missing, like } = options;
  const keys = [text, missing].flatMap((each) => (typeof each === "object" ? Object.keys(each) : []));
  const named: readonly unknown[] = [labels, target, features, keys].flat();
  const kinds = first.map((field) => kindOf(field, options));
  if (like !== undefined) return like.header && like.columns.every(({ name }) => first.some((f) => f.trim() === name));
  if (first.some((field) => named.includes(field.trim()))) return true;
  if (!kinds.includes("number")) return true;
  return kinds.some((kind, i) => kind === "word" && numbers[i] === 1 && words[i] === 0);
}

function slotsOf(
  op: string,
  names: readonly string[],
  header: boolean,
  hasWords: (column: number) => boolean,
  options: FullOptions,
  first: readonly string[],
): Pick<Layout, "slots" | "features"> {
  const { labels, target, features, text, missing, separator, like } = options;
  const find = (column: CsvColumn): number => columnOf(op, column, names, header, separator, first);
  const byName = (of: object): Map<number, unknown> =>
    new Map(Object.entries(of).map(([name, value]) => [find(header ? name : Number(name)), value]));
  const labelColumns = labels === undefined ? [] : [find(labels)];
  const targetColumns = target === undefined ? [] : (Array.isArray(target) ? target : [target]).map(find);
  const wanted = [...labelColumns, ...targetColumns];
  const others = names.map((_, i) => i).filter((i) => !wanted.includes(i));
  const likeColumns = like?.columns.map(({ name }) => find(like.header ? name : Number(name)));
  const featureColumns = likeColumns ?? (features === undefined ? others : features.map(find));
  if (featureColumns.length === 0) {
    throw new UsageError(message(op, "no columns are left for x", { expected: "at least one", got: show(names) }));
  }
  const forms = typeof text === "object" ? byName(text) : undefined;
  const rules = typeof missing === "object" ? byName(missing) : undefined;
  checkUsed(op, "text", forms, featureColumns, names);
  checkUsed(op, "missing", rules, [...featureColumns, ...wanted], names);
  const formOf = (column: number): Slot["form"] => {
    if (forms !== undefined) return (forms.get(column) ?? "number") as Slot["form"];
    return text !== undefined && hasWords(column) ? (text as TextForm) : "number";
  };
  const ruleOf = (column: number): MissingRule =>
    rules === undefined ? (missing as MissingRule) : ((rules.get(column) ?? "error") as MissingRule);
  const notFilled = (column: number): MissingRule => {
    const rule = ruleOf(column);
    if (rule === "skip" || rule === "error" || rules === undefined) return rule === "skip" ? rule : "error";
    const got = `${show(rule)} for ${show(names[column])}`;
    throw new UsageError(message(op, "labels and targets are never filled in", { expected: '"error" or "skip"', got }));
  };
  const slots: Slot[] = [
    ...featureColumns.map((column, i): Slot => {
      const pattern = like?.columns[i];
      const slot = { column, form: pattern?.form ?? formOf(column), missing: ruleOf(column) };
      return pattern === undefined ? slot : { ...slot, like: pattern };
    }),
    ...labelColumns.map((column): Slot => ({ column, form: "label", missing: notFilled(column) })),
    ...targetColumns.map((column): Slot => ({ column, form: "number", missing: notFilled(column) })),
  ];
  return { slots, features: featureColumns.length };
}

/** @throws {UsageError} when an option is about a column that is not in use */
function checkUsed(
  op: string,
  option: string,
  given: Map<number, unknown> | undefined,
  used: readonly number[],
  names: readonly string[],
): void {
  const unused = [...(given ?? new Map<number, unknown>()).keys()].find((column) => !used.includes(column));
  if (unused === undefined) return;
  const expected = `some of ${show(used.map((column) => names[column]))}`;
  throw new UsageError(message(op, `${option} is about a column not in use`, { expected, got: show(names[unused]) }));
}

function columnOf(
  op: string,
  column: CsvColumn,
  names: readonly string[],
  header: boolean,
  separator: string,
  first: readonly string[],
): number {
  const number = typeof column === "string" ? names.indexOf(column) : column < 0 ? column + names.length : column;
  const isThere = names[number] !== undefined && (header || typeof column === "number");
  if (!isThere) {
    const expected = header
      ? `one of ${show(names)} or a number`
      : `a number from ${-names.length} to ${names.length - 1}`;
    const hint = otherSeparator(first, separator);
    throw new UsageError(message(op, "unknown column", { expected, got: show(column), ...(hint && { hint }) }));
  }
  if (typeof column === "string" && names.lastIndexOf(column) !== number) {
    const hint = "Give the column by number.";
    throw new UsageError(message(op, "several columns have this name", { got: show(column), hint }));
  }
  return number;
}
