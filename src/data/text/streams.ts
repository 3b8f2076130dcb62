/**
 * One long text as a batch of streams, for stateful training: stream n is the n-th of N equal parts, and its row goes on where it stopped from window to
 * window. Letters: N streams, L tokens of each.
 */
import { ShapeError, checkKeys, message } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";

/** Streams and what follows each of their tokens. */
export interface Streams {
  /** (N, L) int32 */
  readonly x: Tensor;
  /** (N, L) int32: y[n, t] is the token after x[n, t]. */
  readonly y: Tensor;
}

/**
 * Cuts a text into N streams.
 *
 * @param tokens   as a tokenizer gives them
 * @param options  batchSize: N ≥ 1
 * @returns        L = ⌊(tokens − 1) / N⌋; at most N tokens at the end are left out
 * Errors: UsageError for an option; ShapeError for a text of no more than N tokens.
 */
export function streams(tokens: Int32Array, options: { readonly batchSize: number }): Streams {
  const op = "text.streams";
  checkKeys(op, options, ["batchSize"]);
  const { batchSize } = options;
  checkInteger(op, "batchSize", batchSize, "[1, ∞)");
  const L = Math.floor((tokens.length - 1) / batchSize);
  if (L < 1) {
    const [expected, got] = [`more than ${batchSize} tokens (batchSize)`, `${tokens.length}`];
    throw new ShapeError(message(op, "the text is too short", { expected, got }));
  }
  return {
    x: tensor(tokens.slice(0, batchSize * L), [batchSize, L]),
    y: tensor(tokens.slice(1, batchSize * L + 1), [batchSize, L]),
  };
}
