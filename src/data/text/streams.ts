/**
 * One long text as a batch of streams, for stateful training: stream n is the n-th of N equal parts, and each window of
 * a row continues the one before. Letters: N streams, L tokens of each, W windows of T tokens.
 */
import { ShapeError, checkKeys, message, show } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";

/** Streams and the token that follows each of their tokens. */
export interface Streams {
  /** (N, L), or with a window (W·N, T); int32. */
  readonly x: Tensor;
  /** Of the same shape, int32: y[n, t] is the token after x[n, t]. */
  readonly y: Tensor;
}

/** Options of {@link streams}. */
export interface StreamsOptions {
  /** N ≥ 1 */
  readonly batchSize: number;
  /** T ≥ 1: cuts the streams into windows. Default: no windows. */
  readonly window?: number;
}

/**
 * Cuts a text into N streams.
 *
 * Without a window the streams are what {@link bptt} takes. With a window they are samples for `fit` with
 * `shuffle: false`, this batchSize and stateful layers: row w·N + n is window w of stream n, so that each batch
 * continues the one before. That is truncated back-propagation through time.
 *
 * @param tokens  from a tokenizer
 * @returns       L = ⌊(tokens − 1) / N⌋, W = ⌊L / T⌋; tokens at the end that fill neither a stream nor a window are
 *   left out
 * @throws {UsageError} for a wrong option
 * @throws {ShapeError} unless the text has more than N tokens, or more than N·T with a window
 */
export function streams(tokens: Int32Array, options: StreamsOptions): Streams {
  const op = "text.streams";
  checkKeys(op, options, ["batchSize", "window"]);
  checkTokens(op, tokens);
  const { batchSize, window } = options;
  checkInteger(op, "batchSize", batchSize, "[1, ∞)");
  if (window !== undefined) checkInteger(op, "window", window, "[1, ∞)");
  const L = Math.floor((tokens.length - 1) / batchSize);
  if (L < (window ?? 1)) {
    const least =
      window === undefined ? `${batchSize} tokens (batchSize)` : `${batchSize * window} (batchSize · window)`;
    throw new ShapeError(
      message(op, "the text is too short", { expected: `more than ${least}`, got: `${tokens.length}` }),
    );
  }
  const T = window ?? L;
  const W = Math.floor(L / T);
  const rows = (shift: number): Tensor => {
    const cut = new Int32Array(W * batchSize * T);
    for (let row = 0; row < W * batchSize; row++) {
      const begin = (row % batchSize) * L + Math.floor(row / batchSize) * T + shift;
      cut.set(tokens.subarray(begin, begin + T), row * T);
    }
    return tensor(cut, [W * batchSize, T]);
  };
  return { x: rows(0), y: rows(1) };
}

/** @throws {ShapeError} for anything but tokens as a tokenizer gives them */
export function checkTokens(op: string, tokens: unknown): void {
  if (tokens instanceof Int32Array) return;
  const hint = "tokenizer.encode(text) gives them.";
  throw new ShapeError(message(op, "the tokens are no Int32Array", { got: show(tokens), hint }));
}
