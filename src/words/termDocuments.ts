/**
 * How often each word occurs in each document, as a sparse matrix, and its weights by tf-idf. Letters: V words, N
 * documents; the matrix A is (V, N), kept document by document.
 */
import { ShapeError, message } from "../errors.js";
import { type Vocabulary, checkTexts } from "./vocabulary.js";

/** A sparse matrix (V, N), column by column; columns are documents. */
export interface TermDocuments {
  /** V */
  readonly rows: number;
  /** N */
  readonly columns: number;
  /** Where each column begins in the lists below, (N + 1). */
  readonly starts: Int32Array;
  /** The row of each entry, ascending within a column. */
  readonly rowOf: Int32Array;
  readonly values: Float64Array;
}

/** How entries are weighed: "counts" as they are, or "tfidf". */
export type TermWeights = "counts" | "tfidf";

/**
 * The words of a vocabulary, counted document by document.
 * @throws {UsageError} for a document that is not a text
 */
export function termDocuments(op: string, documents: Iterable<string>, vocabulary: Vocabulary): TermDocuments {
  const [starts, rowOf, values]: [number[], number[], number[]] = [[0], [], []];
  const counts = new Map<number, number>();
  for (const text of checkTexts(op, documents)) {
    counts.clear();
    for (const token of vocabulary.encode(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const token of [...counts.keys()].sort((a, b) => a - b)) {
      rowOf.push(token);
      values.push(counts.get(token)!);
    }
    starts.push(rowOf.length);
  }
  return {
    rows: vocabulary.size,
    columns: starts.length - 1,
    starts: Int32Array.from(starts),
    rowOf: Int32Array.from(rowOf),
    values: Float64Array.from(values),
  };
}

/**
 * Counts c weighed as scikit-learn's TfidfVectorizer does with `sublinear_tf`:
 *
 *   w = (1 + ln c) · (ln((1 + N) / (1 + n)) + 1)      n = documents that have the word
 *
 * and then each document divided by its length √(Σ w²), so that long ones do not weigh more.
 */
export function tfidf(counts: TermDocuments): TermDocuments {
  const { rows, columns, starts, rowOf } = counts;
  const having = new Float64Array(rows);
  for (const row of rowOf) having[row]++;
  const rarity = having.map((n) => Math.log((1 + columns) / (1 + n)) + 1);
  const values = counts.values.map((count, i) => (1 + Math.log(count)) * rarity[rowOf[i]]);
  for (let column = 0; column < columns; column++) {
    const weights = values.subarray(starts[column], starts[column + 1]);
    const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
    for (let i = 0; i < weights.length; i++) weights[i] /= length;
  }
  return { ...counts, values };
}

/** A·X for X (N, l), both row by row, (V, l). */
export function times(
  { rows, columns, starts, rowOf, values }: TermDocuments,
  X: Float64Array,
  l: number,
): Float64Array {
  // prettier-ignore
  const Y = new Float64Array(rows * l);
  for (let column = 0; column < columns; column++) {
    for (let i = starts[column]; i < starts[column + 1]; i++) {
      const value = values[i];
      const from = column * l;
      const to = rowOf[i] * l;
      for (let j = 0; j < l; j++) Y[to + j] += value * X[from + j];
    }
  }
  return Y;
}

/** Aᵀ·Y for Y (V, l), both row by row, (N, l). */
export function transposedTimes(
  { columns, starts, rowOf, values }: TermDocuments,
  Y: Float64Array,
  l: number,
): Float64Array {
  // prettier-ignore
  const X = new Float64Array(columns * l);
  for (let column = 0; column < columns; column++) {
    for (let i = starts[column]; i < starts[column + 1]; i++) {
      const value = values[i];
      const from = rowOf[i] * l;
      const to = column * l;
      for (let j = 0; j < l; j++) X[to + j] += value * Y[from + j];
    }
  }
  return X;
}

/** @throws {ShapeError} when there are too few documents or words for that many dimensions */
export function checkDimensions(op: string, { rows, columns }: TermDocuments, dimensions: number): void {
  const most = Math.min(rows, columns);
  if (dimensions <= most) return;
  const wrong = "there are too few words or documents for so many dimensions";
  const got = `${dimensions} (${rows} words, ${columns} documents)`;
  throw new ShapeError(message(op, wrong, { expected: `at most ${most}`, got }));
}
