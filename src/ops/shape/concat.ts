/**
 * Joins tensors along an axis: concat along an existing one, stack along a new one. Letters: outer × size × inner, with
 * size along the axis.
 */
import { ShapeError, message } from "../../errors.js";
import { type Shape, normalizeAxis, sameShape, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkFourBytes, copyNest } from "./copy.js";
import { apply, checkTensors, defineOp } from "../defineOp.js";
import { expandDims } from "./reshape.js";

/** y = the operands joined along the axis, which is counted from the front. */
export const concatOp = defineOp<number>({
  name: "concat",
  shape(inputs, axis) {
    const [first] = inputs;
    const fits = (x: Tensor): boolean =>
      x.rank === first.rank && x.shape.every((n, i) => i === axis || n === first.shape[i]);
    for (const [i, x] of inputs.entries()) {
      checkFourBytes("concat", x, `tensors[${i}]`);
      if (x.dtype !== first.dtype || !fits(x)) {
        const expected = `${first.dtype} ${showShape(first.shape)} except along axis ${axis}`;
        const got = `tensors[${i}] ${x.dtype} ${showShape(x.shape)}`;
        throw new ShapeError(message("concat", "the tensors do not fit together", { expected, got }));
      }
    }
    const size = inputs.reduce((sum, x) => sum + x.shape[axis], 0);
    return [{ shape: first.shape.with(axis, size), dtype: first.dtype }];
  },
  forward({ inputs, outputs: [y], attributes: axis }) {
    eachPart(inputs, y.shape, axis, (x, offset, nest) => copyNest(nest, y.ptr + offset, x.ptr, 0));
  },
  backward({ inputs, outputs: [y], dOutputs: [dY], attributes: axis, gradient }) {
    eachPart(inputs, y.shape, axis, (_, offset, { sizes, strides }, i) =>
      gradient(i, (dX, accumulate) =>
        copyNest({ sizes, strides: strides.toReversed() }, dX, dY!.ptr + offset, accumulate),
      ),
    );
  },
});

/** Calls `use` for each operand with its offset in y, in bytes, and the nest of y and the operand. */
function eachPart(
  inputs: readonly Tensor[],
  shape: Shape,
  axis: number,
  use: (x: Tensor, offset: number, nest: { sizes: number[]; strides: number[][] }, i: number) => void,
): void {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  let offset = 0;
  for (const [i, x] of inputs.entries()) {
    const row = x.shape[axis] * inner;
    const strides = [
      [shape[axis] * inner, 1],
      [row, 1],
    ];
    use(x, offset, { sizes: [outer, row], strides }, i);
    offset += 4 * row;
  }
}

/**
 * Joins tensors along an existing axis.
 *
 * @param tensors  one or more, float32 or int32, with equal shapes except along the axis
 * @param axis     default 0; negative axes count from the back
 * @throws {ShapeError} when shapes or dtypes differ, the axis is out of range, or there are no tensors
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  checkList("concat", tensors);
  return apply(concatOp, tensors, normalizeAxis("concat", axis, tensors[0].rank));
}

/**
 * Joins tensors along a new axis.
 *
 * @param tensors  one or more with equal shapes, float32 or int32
 * @param axis     the position of the new axis in the result; default 0, −1 is the end
 * @throws {ShapeError} when shapes or dtypes differ, the axis is out of range, or there are no tensors
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  checkList("stack", tensors);
  const [first] = tensors;
  const other = tensors.find((x) => !sameShape(x.shape, first.shape));
  if (other !== undefined) {
    const [expected, got] = [showShape(first.shape), showShape(other.shape)];
    throw new ShapeError(message("stack", "the tensors differ in shape", { expected, got }));
  }
  const place = normalizeAxis("stack", axis, first.rank + 1);
  return apply(
    concatOp,
    tensors.map((x) => expandDims(x, place)),
    place,
  );
}

function checkList(op: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ShapeError(message(op, "there is nothing to join", { expected: "an array of at least one tensor" }));
  }
  checkTensors(op, tensors, tensors.map((_, i) => `tensors[${i}]`).join(" "));
}
