/**
 * Sequences of different lengths as the rows of one tensor. Letters: N sequences, T tokens of a row. Source: Keras's
 * `pad_sequences`.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";

/** The end of a sequence: "pre" is its beginning. */
export type Side = "pre" | "post";

/** Options of {@link padSequences}. */
export interface PadOptions {
  /** T. Default: the longest sequence. */
  readonly maxLength?: number;
  /**
   * Whether padding comes before ("pre") or after ("post") the tokens. Default "pre". The `lengths` of `fit` and
   * `predict` count from the front: use "post" with them.
   */
  readonly padding?: Side;
  /** The end at which a sequence that is too long is cut. Default "pre": the last T tokens are kept. */
  readonly truncating?: Side;
  /** The token of the padding. Default 0. */
  readonly value?: number;
}

/**
 * Sequences as rows of equal length: longer ones are cut, shorter ones padded.
 *
 * @param sequences  N ≥ 1 lists or typed arrays of int32 tokens; an empty one becomes padding only
 * @returns          (N, T) int32
 * @throws {UsageError} for a wrong option
 * @throws {ShapeError} when there are no sequences, one is not a list, or a token is not an int32
 */
export function padSequences(sequences: readonly ArrayLike<number>[], options: PadOptions = {}): Tensor {
  const op = "text.padSequences";
  checkKeys(op, options, ["maxLength", "padding", "truncating", "value"]);
  const { padding = "pre", truncating = "pre", value = 0 } = options;
  for (const [name, side] of Object.entries({ padding, truncating })) {
    if (side === "pre" || side === "post") continue;
    throw new UsageError(message(op, `${name} is unknown`, { expected: '"pre" or "post"', got: show(side) }));
  }
  checkInteger(op, "value", value, "[-2147483648, 2147483647]");
  if (options.maxLength !== undefined) checkInteger(op, "maxLength", options.maxLength, "[1, ∞)");
  const isList: boolean = Array.isArray(sequences);
  if (!isList || sequences.length === 0) {
    const got = isList ? "an empty list" : show(sequences);
    throw new ShapeError(message(op, "there are no sequences", { expected: "a list of N ≥ 1 sequences", got }));
  }
  const isSequence = (item: unknown): boolean => Array.isArray(item) || ArrayBuffer.isView(item);
  const wrong = sequences.findIndex((item) => !isSequence(item));
  if (wrong >= 0) {
    const got = show(sequences[wrong]);
    throw new ShapeError(
      message(op, `sequence ${wrong} is invalid`, { expected: "a list or typed array of integers", got }),
    );
  }
  const T = options.maxLength ?? sequences.reduce((most, { length }) => Math.max(most, length), 1);
  const rows = new Int32Array(sequences.length * T).fill(value);
  for (const [n, sequence] of sequences.entries()) {
    const count = Math.min(sequence.length, T);
    const from = truncating === "pre" ? sequence.length - count : 0;
    const to = n * T + (padding === "pre" ? T - count : 0);
    for (let t = 0; t < count; t++) {
      const token = sequence[from + t];
      if (token !== (token | 0)) {
        const where = `token ${from + t} of sequence ${n} is not an int32`;
        throw new ShapeError(message(op, where, { expected: "an integer", got: show(token) }));
      }
      rows[to + t] = token;
    }
  }
  return tensor(rows, [sequences.length, T]);
}
