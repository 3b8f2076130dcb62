/**
 * From rows as they were read to the values of a table: words in order, missing values filled in, a place for each word
 * where words are one-hot. Letters: N rows, S columns in use, F features, K targets.
 */
import { DataError, message, show } from "../../errors.js";
import type { Layout } from "./layout.js";
import type { CsvFeature } from "./options.js";
import type { Rows } from "./rows.js";

/** More features than this a row, or values in all, are refused. */
const mostValues = 2 ** 29;

/** The values of a table, of which the features are yet to be written. */
export interface TableValues {
  readonly columns: readonly CsvFeature[];
  /** F names. */
  readonly featureNames: readonly string[];
  readonly classNames: readonly string[];
  /** (N), or empty */
  readonly labels: Int32Array<ArrayBuffer>;
  /** (N, K), or empty */
  readonly targets: Float32Array<ArrayBuffer>;
  /** Writes (N, F). */
  writeFeatures(out: Float32Array): void;
}

/** @throws {DataError} when a column has no values to fill gaps from, or one-hot words become too many features */
export function tableValues(op: string, rows: Rows, layout: Layout): TableValues {
  const { count: N } = rows;
  const { slots, names, features } = layout;
  const { length: S } = slots;
  const orders = rows.words.map((words) => words?.inOrder());
  const fills = Float32Array.from(slots.keys(), (s) =>
    rows.missing[s] === 0 ? NaN : fillOf(op, rows, layout, s, orders[s]),
  );
  const columns = slots.slice(0, features).map(({ column, form, like }, s): CsvFeature => {
    const words = orders[s]?.classNames ?? []; // none of numbers
    const filled = rows.missing[s];
    const fill = filled === 0 ? like?.fill : form === "number" ? fills[s] : words[fills[s]];
    return { name: names[column], form: form as CsvFeature["form"], words, filled, fill };
  });
  const featureNames = columns.flatMap(({ name, form, words }) =>
    form === "oneHot" ? words.map((word) => `${name}=${word}`) : [name],
  );
  const F = featureNames.length;
  const hasLabels = slots[S - 1].form === "label";
  if (N * F > mostValues) {
    const most = columns.reduce((a, b) => (b.words.length > a.words.length ? b : a));
    const hint = `Column ${show(most.name)} has ${most.words.length} different words: leave it out, or text: { …: "index" }.`;
    const got = `${N} rows of ${F}`;
    throw new DataError(
      message(op, "there are too many features", { expected: `at most ${mostValues} values`, got, hint }),
    );
  }
  return {
    columns,
    featureNames,
    classNames: hasLabels ? orders[S - 1]!.classNames : [],
    labels: hasLabels ? labelsOf(rows, S, orders[S - 1]!.classes) : new Int32Array(0),
    targets: hasLabels ? new Float32Array(0) : targetsOf(rows, S, features),
    writeFeatures: (out) => {
      out.fill(0);
      const writers = columns.map(({ form, words }, s) => ({ form, width: form === "oneHot" ? words.length : 1, s }));
      eachRow(rows, S, (piece, at, row) => {
        let to = row * F;
        for (const { form, width, s } of writers) {
          const value = piece[at + s];
          if (form === "number") out[to] = value === value ? value : fills[s];
          else {
            const place = value === value ? orders[s]!.classes[value] : fills[s];
            if (form === "index") out[to] = place;
            else out[to + place] = 1;
          }
          to += width;
        }
      });
    },
  };
}

function labelsOf(rows: Rows, S: number, classes: Int32Array): Int32Array<ArrayBuffer> {
  const labels = new Int32Array(rows.count);
  eachRow(rows, S, (piece, at, row) => (labels[row] = classes[piece[at + S - 1]]));
  return labels;
}

function targetsOf(rows: Rows, S: number, features: number): Float32Array<ArrayBuffer> {
  const K = S - features;
  const targets = new Float32Array(rows.count * K);
  eachRow(rows, S, (piece, at, row) => targets.set(piece.subarray(at + features, at + S), row * K));
  return targets;
}

/** Calls `visit` with the piece that holds a row, where it begins there, and its number. */
function eachRow(
  { pieces, count }: Rows,
  S: number,
  visit: (piece: Float32Array, at: number, row: number) => void,
): void {
  let row = 0;
  for (const piece of pieces) for (let at = 0; at < piece.length && row < count; at += S, row++) visit(piece, at, row);
}

/** What stands for the missing values of a column: a number, or the place of a word. */
function fillOf(
  op: string,
  rows: Rows,
  { slots, names }: Layout,
  s: number,
  order: { readonly classNames: readonly string[]; readonly classes: Int32Array } | undefined,
): number {
  const { like, missing, column } = slots[s];
  if (like?.fill !== undefined) {
    return typeof like.fill === "number" ? like.fill : order!.classNames.indexOf(like.fill);
  }
  const values = new Float32Array(rows.count - rows.missing[s]);
  let n = 0;
  eachRow(rows, slots.length, (piece, at) => {
    const value = piece[at + s];
    if (value === value) values[n++] = order === undefined ? value : order.classes[value];
  });
  if (n === 0) {
    const hint = "Leave the column out of the features.";
    throw new DataError(
      message(op, `column ${column + 1} (${show(names[column])}) has no values to fill the missing ones from`, {
        hint,
      }),
    );
  }
  if (order !== undefined || missing === "mostFrequent") return mostFrequent(values.sort());
  if (missing === "mean") return mean(values);
  values.sort();
  return n % 2 === 1 ? values[(n - 1) / 2] : mean(values.subarray(n / 2 - 1, n / 2 + 1));
}

/** Of float32 values, which float64 adds without overflow. */
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of sorted values; of those that are as frequent the smallest. */
function mostFrequent(sorted: Float32Array): number {
  let [best, most] = [sorted[0], 0];
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (sorted[to] === sorted[from]) to++;
    if (to - from > most) [best, most] = [sorted[from], to - from];
  }
  return best;
}
