/**
 * How often each word occurs in each document, as a sparse matrix, and its weights. Letters: V words, N
 * documents; the matrix A is (V, N), kept document by document.
 */
import { ShapeError, message } from "../../errors.js";
import type { Turn } from "./orthonormal.js";
import type { Vocabulary } from "../vocabulary.js";

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

/** How entries are weighed: "counts" as they are, by "tfidf", or by "logEntropy". */
export type TermWeights = "counts" | "tfidf" | "logEntropy";

/** The words of a vocabulary, counted document by document. @param turn awaited after each */
export async function termDocuments(
  documents: readonly string[],
  vocabulary: Vocabulary,
  turn: Turn = () => undefined,
): Promise<TermDocuments> {
  const [starts, rowOf, values]: [number[], number[], number[]] = [[0], [], []];
  const counts = new Map<number, number>();
  for (const text of documents) {
    await turn();
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
  const { rows, columns, rowOf } = counts;
  const having = new Float64Array(rows);
  for (const row of rowOf) having[row]++;
  const rarity = having.map((n) => Math.log((1 + columns) / (1 + n)) + 1);
  const values = counts.values.map((count, i) => (1 + Math.log(count)) * rarity[rowOf[i]]);
  return ofLengthOne({ ...counts, values });
}

/**
 * Counts c of which words that occur evenly in all documents weigh least:
 *
 *   w = ln(1 + c) · (1 + Σ p ln p / ln N)      p = c / (the sum of c over all documents), the sum over these
 *
 * and then each document divided by its length. With one document all counts weigh the same. Source: Dumais 1991.
 */
export function logEntropy(counts: TermDocuments): TermDocuments {
  const { rows, columns, rowOf } = counts;
  const totals = new Float64Array(rows);
  for (const [i, row] of rowOf.entries()) totals[row] += counts.values[i];
  const entropies = new Float64Array(rows);
  for (const [i, row] of rowOf.entries()) {
    const p = counts.values[i] / totals[row];
    entropies[row] -= p * Math.log(p);
  }
  const most = Math.log(Math.max(2, columns));
  const values = counts.values.map((count, i) => Math.log(1 + count) * (1 - entropies[rowOf[i]] / most));
  return ofLengthOne({ ...counts, values });
}

/** Each document divided by its length √(Σ w²), so that long ones do not weigh more; one of zeros stays. */
function ofLengthOne(matrix: TermDocuments): TermDocuments {
  const { columns, starts, values } = matrix;
  for (let column = 0; column < columns; column++) {
    const weights = values.subarray(starts[column], starts[column + 1]);
    const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0)) || 1;
    for (let i = 0; i < weights.length; i++) weights[i] /= length;
  }
  return matrix;
}

/** Columns between two turns. */
const stretch = 64;

/** A·X for X (N, l), both row by row, (V, l). */
export async function times(
  { rows, columns, starts, rowOf, values }: TermDocuments,
  X: Float64Array,
  l: number,
  turn: Turn = () => undefined,
): Promise<Float64Array> {
  const Y = new Float64Array(rows * l);
  for (let column = 0; column < columns; column++) {
    if (column % stretch === 0) await turn();
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
export async function transposedTimes(
  { columns, starts, rowOf, values }: TermDocuments,
  Y: Float64Array,
  l: number,
  turn: Turn = () => undefined,
): Promise<Float64Array> {
  const X = new Float64Array(columns * l);
  for (let column = 0; column < columns; column++) {
    if (column % stretch === 0) await turn();
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
