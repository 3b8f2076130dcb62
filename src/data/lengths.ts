/**
 * Sequences of different lengths grouped into batches of similar ones, so that a batch is computed for as many steps as
 * its longest needs.
 * Imported where a fit groups, and itself without imports but errors: what it shared with a page, bundlers would put
 * into files of its own. Letters: N sequences, T steps with padding, L ≤ T steps of a batch. Does not pad (text/padSequences.ts) and does not
 * gather (batches.ts).
 *
 * Note [Groups by length]. The rows are shuffled and cut into pools of 50 batches, and each pool is sorted by length;
 * then its batches are taken in a shuffled order. So neighbours in length change from epoch to epoch, and padding stays
 * at a few percent. Lengths are rounded up to a multiple, because a recorded step is kept for each: for those that were
 * used last, at most {@link mostSizes}. Of several inputs the first goes before the others, by its rounded lengths, so that
 * among rows whose first lengths are as good as equal those with similar second lengths meet.
 */
import { ShapeError, message } from "../errors.js";
import type { Random } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";

/** Batches that are sorted together. */
const poolBatches = 50;

/**
 * Sizes of batches for which recordings are kept at once. Lengths that are rounded up to tenths of T need eleven with
 * that of a smaller last batch.
 */
export const mostSizes = 24;

/** The length of each row of one input. */
export interface SequenceLengths {
  /** Steps that are not padding, (N); 0 for a row of padding only. */
  readonly tokens: Int32Array;
  /** These lengths rounded up, at least 1 and at most T. */
  readonly rounded: Int32Array;
  /** True where padding comes first. */
  readonly isPaddedInFront: boolean;
  /** T */
  readonly steps: number;
}

/** The steps that a batch takes of a column: so many, from that one on. */
export interface Cut {
  readonly steps: number;
  readonly from: number;
}

/**
 * The lengths by which the rows of a data set are grouped: of one input, or of several, such as those of an encoder and
 * a decoder. batches.ts calls its methods, so that it need not import this file.
 */
export class Lengths {
  readonly sequences: readonly SequenceLengths[];
  /** The multiple that lengths were rounded up to. */
  readonly multiple: number;
  /** For each column of the data the number of the sequences with which it is shortened; undefined: it has no steps. */
  readonly #sequencesOf: readonly (number | undefined)[];
  #computed = 0;
  #tokens = 0;

  constructor(sequences: readonly SequenceLengths[], sequencesOf: readonly (number | undefined)[], multiple: number) {
    this.sequences = sequences;
    this.multiple = multiple;
    this.#sequencesOf = sequencesOf;
  }

  /** The share of padding in all steps that batches took so far, in percent; undefined before the first batch. */
  get padding(): number | undefined {
    return this.#computed === 0 ? undefined : 100 * (1 - this.#tokens / this.#computed);
  }

  /** The steps that a batch of these rows has, for each of the sequences; also counts its padding. */
  stepsOf(rows: Int32Array): readonly number[] {
    return this.sequences.map(({ tokens, rounded }) => {
      const steps = rows.reduce((most, row) => Math.max(most, rounded[row]), 0);
      this.#computed += steps * rows.length;
      this.#tokens += rows.reduce((sum, row) => sum + tokens[row], 0);
      return steps;
    });
  }

  /** A number for these steps, another one for others. */
  keyOf(steps: readonly number[]): number {
    return steps.reduce((key, count, s) => key * (this.sequences[s].steps + 1) + count, 0);
  }

  /** What of a column is taken in a batch with these steps; undefined where all is. */
  cutOf(column: number, steps: readonly number[]): Cut | undefined {
    const s = this.#sequencesOf[column];
    if (s === undefined) return undefined;
    const { isPaddedInFront, steps: T } = this.sequences[s];
    return { steps: steps[s], from: isPaddedInFront ? T - steps[s] : 0 };
  }

  /**
   * Puts an output with a step for each of the last sequences of as many steps in its place; other steps become 0.
   *
   * @param whole  out (n, T, …)
   * @param part   in (n, L, …)
   */
  place(whole: Tensor, part: Tensor): void {
    const [n, T] = whole.shape;
    const [from, to] = [part.size / n, whole.size / n];
    const isInFront = this.sequences.findLast(({ steps }) => steps === T)?.isPaddedInFront === true;
    const [values, all] = [part.toTypedArray(), new Float32Array(whole.size)];
    for (let i = 0; i < n; i++)
      all.set(values.subarray(i * from, (i + 1) * from), i * to + (isInFront ? to - from : 0));
    whole.assign(all);
  }

  /** An epoch's rows in batches of similar length: {@link orderByLength}. */
  order(batchSize: number, shuffle: boolean, random: Random): Int32Array {
    const [{ tokens, rounded }, ...others] = this.sequences;
    const isSingle = others.length === 0;
    return orderByLength(
      isSingle ? [tokens] : [rounded, ...others.map((one) => one.tokens)],
      batchSize,
      shuffle,
      random,
    );
  }

  /**
   * An empty map of what is kept for the sizes of batches: it holds the {@link mostSizes} that were used last.
   * @param free  what is done to a value that has to go
   */
  recentlyUsed<K, V>(free: (value: V) => void): Map<K, V> {
    return new RecentlyUsed(free);
  }
}

/**
 * The lengths of padded sequences.
 *
 * @param x         (N, T) int32, 0 for padding
 * @param multiple  the multiple that lengths are rounded up to; default a tenth of T, rounded up
 * @throws {ShapeError} when one sequence has padding in front and another behind
 */
export function lengthsOf(op: string, x: Tensor, multiple = Math.ceil(x.shape[1] / 10)): SequenceLengths {
  const [N, T] = x.shape;
  const values = x.toTypedArray();
  const tokens = new Int32Array(N);
  let [front, behind] = [-1, -1]; // the first samples with padding there
  for (let n = 0; n < N; n++) {
    const end = (n + 1) * T - 1;
    let [first, last] = [n * T, end];
    while (first < last && values[first] === 0) first++;
    while (last > first && values[last] === 0) last--;
    if (values[first] === 0) continue; // padding alone
    tokens[n] = last - first + 1;
    if (first > n * T && front < 0) front = n;
    if (last < end && behind < 0) behind = n;
  }
  if (front >= 0 && behind >= 0) {
    const got = `padding in front of sample ${front} and behind sample ${behind}`;
    const hint = "text.padSequences pads all on one side.";
    throw new ShapeError(
      message(op, "groupByLength needs padding on one side", { expected: "in front of all or behind all", got, hint }),
    );
  }
  const rounded = tokens.map((length) => Math.min(T, Math.ceil(Math.max(1, length) / multiple) * multiple));
  return { tokens, rounded, isPaddedInFront: front >= 0, steps: T };
}

/** A map that frees the value that was used longest ago when there are more than {@link mostSizes}. */
class RecentlyUsed<K, V> extends Map<K, V> {
  readonly #free: (value: V) => void;

  constructor(free: (value: V) => void) {
    super();
    this.#free = free;
  }

  override get(key: K): V | undefined {
    const value = super.get(key);
    if (value === undefined) return undefined;
    this.delete(key);
    super.set(key, value);
    return value;
  }

  override set(key: K, value: V): this {
    super.set(key, value);
    if (this.size <= mostSizes) return this;
    const [[oldest, unused]] = this;
    this.delete(oldest);
    this.#free(unused);
    return this;
  }
}

/**
 * An epoch's rows in batches of similar length. Note [Groups by length]. A smaller last batch stays the last.
 * @param lengths  of each row; rows of equal length go by the second lengths, and so on
 */
export function orderByLength(
  lengths: readonly Int32Array[],
  batchSize: number,
  shuffle: boolean,
  random: Random,
): Int32Array {
  const N = lengths[0].length;
  const rows = shuffle ? random.permutation(N) : lengths[0].map((_, row) => row);
  const pool = shuffle ? poolBatches * batchSize : N;
  const difference = (a: number, b: number): number => {
    for (const of of lengths) if (of[a] !== of[b]) return of[a] - of[b];
    return 0;
  };
  for (let begin = 0; begin < N; begin += pool) {
    const part = rows.subarray(begin, begin + pool);
    part.set(Array.from(part).sort(difference)); // a stable sort: equals stay shuffled
  }
  if (!shuffle) return rows;
  const whole = Math.floor(N / batchSize);
  const batches = random.fork("batches").permutation(whole);
  const order = rows.slice();
  for (let b = 0; b < whole; b++) {
    order.set(rows.subarray(batches[b] * batchSize, (batches[b] + 1) * batchSize), b * batchSize);
  }
  return order;
}
