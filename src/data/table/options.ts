/** Options of tables, and what is wrong with them before a byte is read. */
import { checkKeys, message, show, UsageError } from "../../errors.js";
import type { CsvEncoding } from "../formats/csvScanner.js";
import { isListOf } from "../../lists.js";

/** A column by name, where there is a header, or by number from 0; negative numbers count from the end. */
export type CsvColumn = string | number;

/** What a column of words becomes: a feature of 0 and 1 for each word, or one feature with the number of the word. */
export type TextForm = "oneHot" | "index";

/** What is done about a missing value: an error, the row left out, or a value made of the others in its column. */
export type MissingRule = "error" | "skip" | "mean" | "median" | "mostFrequent";

/** A feature column of a table, and how its fields became numbers. */
export interface CsvFeature {
  readonly name: string;
  /** Numbers as they are; a feature of 0 and 1 for each word; or the number of the word. */
  readonly form: "number" | TextForm;
  /** The words in the order of their numbers; empty for numbers. Ordered as class names are. */
  readonly words: readonly string[];
  /** How many values were missing and have been filled in. */
  readonly filled: number;
  /** What was filled in: a number, or a word; undefined where nothing was. */
  readonly fill: number | string | undefined;
}

/** What of an earlier table another takes over: see the option `like`. */
export interface CsvPattern {
  readonly columns: readonly CsvFeature[];
  readonly header: boolean;
  readonly classNames?: readonly string[];
}

/** Options of {@link parseCsv}, and with maxBytes of {@link csv}. */
export interface CsvOptions {
  /** The column of class names, which become labels. Either this or `target`. */
  readonly labels?: CsvColumn;
  /** The column or columns of numbers to predict. Either this or `labels`. */
  readonly target?: CsvColumn | readonly CsvColumn[];
  /** The columns of x, in this order. Default: all others. */
  readonly features?: readonly CsvColumn[];
  /**
   * The first row holds the names of the columns. Default: guessed, and said in the result. There is a header where an
   * option names one of its fields, where the first row holds no number, or where a column of numbers begins with a
   * word.
   */
  readonly header?: boolean;
  /** One ASCII character between fields. Default ",", or ";" where the decimal point is a comma. */
  readonly separator?: string;
  /** What stands between whole and fraction of a number. Default ".". */
  readonly decimal?: "." | ",";
  /**
   * What feature columns of words become: all columns that hold a word in the first 100 rows, or each by its name.
   * Columns that are named hold words whatever they look like. Default: a word among the features is an error.
   */
  readonly text?: TextForm | Readonly<Record<string, TextForm>>;
  /**
   * What to do about missing values in the columns in use: one rule for all, or one for each by name, the others
   * "error". Features take the mean, the median or the most frequent value of their column; those of words always the
   * most frequent word. Labels and targets are never filled in. Default "error".
   */
  readonly missing?: MissingRule | Readonly<Record<string, MissingRule>>;
  /** The fields, without blanks at their ends, that are missing values. Default "", "NA" and "?". */
  readonly missingValues?: readonly string[];
  /** Default "utf-8". */
  readonly encoding?: CsvEncoding;
  /**
   * A table whose features this one is to have as well: the same columns, words in the same order, missing values
   * filled in with the same, labels with the same numbers. A word or label that the other table does not have is an
   * error.
   */
  readonly like?: CsvPattern;
}

/** Names of the options. */
export const csvOptionNames = [
  "labels",
  "target",
  "features",
  "header",
  "separator",
  "decimal",
  "text",
  "missing",
  "missingValues",
  "encoding",
  "like",
] as const satisfies readonly (keyof CsvOptions)[];

const forms: readonly unknown[] = ["oneHot", "index"];
const rules: readonly unknown[] = ["error", "skip", "mean", "median", "mostFrequent"];

/** The options with what is not given filled in. */
export type FullOptions = CsvOptions &
  Required<Pick<CsvOptions, "separator" | "decimal" | "missing" | "missingValues">>;

/** @throws {UsageError} for an option that is unknown, wrong, or excluded by another */
export function fullOptions(op: string, options: CsvOptions): FullOptions {
  checkKeys(op, options, csvOptionNames);
  const { labels, target, features, header, decimal = ".", text, missing = "error", like } = options;
  const { separator = decimal === "," ? ";" : ",", missingValues = ["", "NA", "?"], encoding = "utf-8" } = options;
  const fail = (option: string, expected: string, value: unknown): never => {
    throw new UsageError(message(op, `${option} is invalid`, { expected, got: show(value) }));
  };
  if (labels !== undefined && target !== undefined) fail("target", "labels or target, not both", target);
  if (header !== undefined && typeof header !== "boolean") fail("header", "true or false", header);
  if (typeof separator !== "string" || !/^[\0-\x7f]$/.test(separator) || /["\r\n]/.test(separator)) {
    fail("separator", "one character", separator);
  }
  if (decimal !== "." && decimal !== ",") fail("decimal", '"." or ","', decimal);
  if (encoding !== "utf-8" && encoding !== "windows-1252") fail("encoding", '"utf-8" or "windows-1252"', encoding);
  if (!isEach(text ?? {}, forms)) fail("text", '"oneHot" or "index", or one of them for each column by name', text);
  if (!isEach(missing, rules)) {
    fail("missing", `${rules.map(show).join(", ")}, or one of them for each column by name`, missing);
  }
  const isList = isListOf(missingValues, (value: unknown) => typeof value === "string");
  if (!isList) fail("missingValues", 'a list of strings, such as ["", "NA"]', missingValues);
  if (like !== undefined) {
    if (!Array.isArray(like?.columns)) fail("like", "what csv or parseCsv returned", like);
    if (features !== undefined || text !== undefined) fail("like", "like, or features and text, not both", like);
  }
  return { ...options, separator, decimal, missing, missingValues };
}

/** True for one of the values, or a plain object of such. */
function isEach(given: unknown, values: readonly unknown[]): boolean {
  if (values.includes(given)) return true;
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  return isObject && Object.values(given).every((value) => values.includes(value));
}
