/**
 * Lengths that go with a batch in `call` and `trainOnBatch`, as masks. Kernels only, but for lengths that are no
 * tensors. Letters: N sequences, T steps.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { sequenceMask } from "../../ops/recurrent/sequenceMask.js";
import type { Tensor } from "../../tensor/tensor.js";

/** How many steps of each sequence count: (N) integers from 0 to T. */
export type SequenceLengths = ArrayLike<number> | Tensor;

/**
 * For each input its mask, (N, T) int32; undefined for one without lengths.
 *
 * @param inputs   (N, T, …) each
 * @param lengths  (N), or a list with one for each input where there are several
 * @param mask     must not be given as well
 * @throws {UsageError} when a mask is given too, a length is invalid, or the lists are not as many as the inputs
 * @throws {ShapeError} when an input is not a batch of sequences
 */
export function masksOfLengths(
  op: string,
  inputs: readonly Tensor[],
  lengths: SequenceLengths | readonly (SequenceLengths | undefined)[],
  mask: unknown,
): (Tensor | undefined)[] {
  if (mask !== undefined) {
    const hint = "A mask says all that lengths can say.";
    throw new UsageError(message(op, "both mask and lengths are given", { expected: "one of them", hint }));
  }
  const list = inputs.length === 1 ? [lengths] : lengths;
  if (!Array.isArray(list) || list.length !== inputs.length) {
    const expected = `a list of ${inputs.length}, undefined for an input without lengths`;
    throw new UsageError(message(op, "lengths do not fit the inputs", { expected, got: show(lengths) }));
  }
  return inputs.map((x, i) => {
    const one = list[i] as SequenceLengths | undefined;
    if (one === undefined) return undefined;
    if (x.rank < 2) {
      throw new ShapeError(
        message(op, "lengths are for sequences", { expected: "an input [N, T, …]", got: x.label() }),
      );
    }
    return sequenceMask(one, x.shape[1]);
  });
}
