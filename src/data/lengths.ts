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
 * used last, at most {@link mostSizes}.
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

/** The length of each row of a data set. */
export interface Lengths {
  /** Steps that are not padding, (N); 0 for a row of padding only. */
  readonly tokens: Int32Array;
  /** These lengths rounded up, at least 1 and at most T. */
  readonly rounded: Int32Array;
  /** True where padding comes first. */
  readonly isPaddedInFront: boolean;
  /** T */
  readonly steps: number;
  /** The multiple that lengths were rounded up to. */
  readonly multiple: number;
  /**
   * An epoch's rows in batches of similar length: {@link orderByLength}. A method, so that batches.ts need not import
   * this file.
   */
  order(batchSize: number, shuffle: boolean, random: Random): Int32Array;
  /**
   * An empty map of what is kept for the sizes of batches: it holds the {@link mostSizes} that were used last.
   * @param free  what is done to a value that has to go
   */
  recentlyUsed<K, V>(free: (value: V) => void): Map<K, V>;
}

/**
 * The lengths of padded sequences.
 *
 * @param x         (N, T) int32, 0 for padding
 * @param multiple  the multiple that lengths are rounded up to; default a tenth of T, rounded up
 * @throws {ShapeError} when one sequence has padding in front and another behind
 */
export function lengthsOf(op: string, x: Tensor, multiple = Math.ceil(x.shape[1] / 10)): Lengths {
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
  const order: Lengths["order"] = (batchSize, shuffle, random) => orderByLength(tokens, batchSize, shuffle, random);
  return {
    tokens,
    rounded,
    isPaddedInFront: front >= 0,
    steps: T,
    multiple,
    order,
    recentlyUsed: (free) => new RecentlyUsed(free),
  };
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

/** An epoch's rows in batches of similar length. Note [Groups by length]. A smaller last batch stays the last. */
export function orderByLength(lengths: Int32Array, batchSize: number, shuffle: boolean, random: Random): Int32Array {
  const N = lengths.length;
  const rows = shuffle ? random.permutation(N) : lengths.map((_, row) => row);
  const pool = shuffle ? poolBatches * batchSize : N;
  for (let begin = 0; begin < N; begin += pool) {
    const part = rows.subarray(begin, begin + pool);
    part.set(Array.from(part).sort((a, b) => lengths[a] - lengths[b])); // a stable sort: equals stay shuffled
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
