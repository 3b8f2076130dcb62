/** Turns lengths of sequences into a mask of the steps that count. Letters: N sequences, T steps. */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { heap } from "../../runtime/runtime.js";
import { tensor } from "../../tensor/create.js";
import { noGrad } from "../../tensor/tape.js";
import { Tensor } from "../../tensor/tensor.js";
import { cast } from "../pointwise/cast.js";
import { less } from "../pointwise/compare.js";
import { checkTensors } from "../defineOp.js";
import { expandDims } from "../shape/reshape.js";

/**
 * The mask of padded sequences: mask[n, t] = 1 for t < lengths[n], else 0. A sequence of length 0 consists of padding
 * only.
 *
 * @param lengths  (N): an array or typed array of integers, or a tensor of them, which a recorded step may change;
 *                 inside record() only the lengths of the first run are checked
 * @param steps    T, at most 16,777,216
 * @returns        (N, T) int32
 * @throws {UsageError} when a length is not an integer from 0 to T, or T is out of range
 * @throws {ShapeError} when a tensor of lengths is not (N)
 */
export function sequenceMask(lengths: ArrayLike<number> | Tensor, steps: number): Tensor {
  checkInteger("sequenceMask", "steps", steps, "[0, 16777216]");
  if (!(lengths instanceof Tensor)) {
    const isList = Array.isArray(lengths) || (ArrayBuffer.isView(lengths) && !(lengths instanceof DataView));
    const numbers = checkLengths("sequenceMask", isList ? Array.from(lengths) : lengths, steps);
    const mask = new Int32Array(numbers.length * steps);
    for (const [n, length] of numbers.entries()) mask.fill(1, n * steps, n * steps + length);
    return tensor(mask, [numbers.length, steps]);
  }
  checkTensors("sequenceMask", [lengths], "lengths");
  if (lengths.rank !== 1) {
    const got = lengths.label();
    throw new ShapeError(message("sequenceMask", "lengths must have shape [N]", { got }));
  }
  checkLengths("sequenceMask", Array.from(heap().view(lengths.dtype, lengths.ptr, lengths.size)), steps);
  return noGrad(() => {
    const positions = tensor(Int32Array.from({ length: steps }, (_, t) => t));
    const whole = cast(lengths, "int32");
    return cast(less(positions, expandDims(whole, 1)), "int32");
  });
}

/**
 * Checks that all are lengths of sequences of at most `steps` steps. @returns the lengths
 * @throws {UsageError} when one is not
 */
function checkLengths(op: string, lengths: unknown, steps: number): readonly number[] {
  const expected = `integers from 0 to T = ${steps}`;
  if (!Array.isArray(lengths))
    throw new UsageError(message(op, "lengths must be an array or a tensor", { expected, got: show(lengths) }));
  const wrong = lengths.findIndex((length) => !(Number.isInteger(length) && length >= 0 && length <= steps));
  if (wrong < 0) return lengths as readonly number[];
  const got = show(lengths[wrong]);
  throw new UsageError(message(op, `lengths[${wrong}] is out of range`, { expected, got }));
}
