/**
 * Random windows of a long text, each with the token that follows each of its tokens: samples for a language model
 * whose layers carry no states. streams.ts cuts a text into windows that continue each other. Letters: N windows, T
 * tokens of each.
 */
import { ShapeError, checkKeys, message } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import { Random } from "../../tensor/random.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkTokens } from "./streams.js";

/** Windows and the token that follows each of their tokens. */
export interface Windows {
  /** (N, T) int32 */
  readonly x: Tensor;
  /** (N, T) int32: y[n, t] is the token after x[n, t]. */
  readonly y: Tensor;
}

/** Options of {@link windows}. */
export interface WindowsOptions {
  /** T ≥ 1 */
  readonly length: number;
  /** N ≥ 1 */
  readonly count: number;
  /** Any integer; the same seed draws the same windows. Default 0. */
  readonly seed?: number;
}

/** Options of {@link windowBatches}. */
export interface WindowBatchesOptions {
  /** T ≥ 1 */
  readonly length: number;
  /** N ≥ 1, windows of a batch. */
  readonly batchSize: number;
  /** Any integer; the same seed draws the same windows. Default 0. */
  readonly seed?: number;
}

/**
 * A data set of N windows that begin anywhere in a text, each place as likely as any other; windows may overlap.
 *
 * @param tokens  from a tokenizer
 * @returns       { x, y } for `fit`
 * @throws {UsageError} for a wrong option
 * @throws {ShapeError} unless the text has more than T tokens
 */
export function windows(tokens: Int32Array, options: WindowsOptions): Windows {
  const op = "text.windows";
  checkKeys(op, options, ["length", "count", "seed"]);
  const { length, count, seed = 0 } = options;
  checkInteger(op, "count", count, "[1, ∞)");
  return drawer(op, tokens, length, seed)(count);
}

/**
 * Batches of such windows without an end, new ones each time, for `fit` with `stepsPerEpoch`. Each call makes the same
 * stream from its beginning.
 *
 * @param tokens  from a tokenizer
 * @throws {UsageError} for a wrong option, at once
 * @throws {ShapeError} unless the text has more than T tokens, at once
 */
export function windowBatches(tokens: Int32Array, options: WindowBatchesOptions): Generator<Windows, never> {
  const op = "text.windowBatches";
  checkKeys(op, options, ["length", "batchSize", "seed"]);
  const { length, batchSize, seed = 0 } = options;
  checkInteger(op, "batchSize", batchSize, "[1, ∞)");
  const draw = drawer(op, tokens, length, seed);
  return (function* () {
    for (;;) yield draw(batchSize);
  })();
}

function drawer(op: string, tokens: Int32Array, T: number, seed: number): (count: number) => Windows {
  checkInteger(op, "length", T, "[1, ∞)");
  checkInteger(op, "seed", seed, "(-∞, ∞)");
  checkTokens(op, tokens);
  const places = tokens.length - T;
  if (places < 1) {
    const expected = `more than ${T} tokens (length)`;
    throw new ShapeError(message(op, "the text is too short", { expected, got: String(tokens.length) }));
  }
  const random = new Random(seed);
  return (count) => {
    const begins = Array.from({ length: count }, () => random.integer(places));
    const rows = (shift: number): Tensor => {
      const cut = new Int32Array(count * T);
      for (const [n, begin] of begins.entries()) cut.set(tokens.subarray(begin + shift, begin + shift + T), n * T);
      return tensor(cut, [count, T]);
    };
    return { x: rows(0), y: rows(1) };
  };
}
