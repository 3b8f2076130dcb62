/** Reorders axes. The result is a copy, because tensors are contiguous. */
import { ShapeError, message, show } from "../../errors.js";
import { checkList } from "../../options.js";
import { type Shape, collapse, stridesOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkFourBytes, copyNest } from "./copy.js";
import { apply, checkTensors, defineOp } from "../defineOp.js";

/** y[…] = x with its axes permuted: axis i of y is axis axes[i] of x. */
export const transposeOp = defineOp<readonly number[]>({
  name: "transpose",
  shape([x], axes) {
    checkFourBytes("transpose", x);
    return [{ shape: axes.map((axis) => x.shape[axis]), dtype: x.dtype }];
  },
  forward({ inputs: [x], outputs: [y], attributes: axes }) {
    copyNest(permutation(x.shape, y.shape, axes), y.ptr, x.ptr, 0);
  },
  backward({ inputs: [x], outputs: [y], dOutputs: [dY], attributes: axes, gradient }) {
    const { sizes, strides } = permutation(x.shape, y.shape, axes);
    gradient(0, (dX, accumulate) => copyNest({ sizes, strides: strides.toReversed() }, dX, dY!.ptr, accumulate));
  },
});

/** The nest over y in order; operands y and x. */
function permutation(x: Shape, y: Shape, axes: readonly number[]): ReturnType<typeof collapse> {
  const strides = stridesOf(x);
  return collapse(y, [stridesOf(y), axes.map((axis) => strides[axis])]);
}

/**
 * x with its axes in another order, as a copy.
 *
 * @param x     float32 or int32
 * @param axes  axis i of the result is axis axes[i] of x; default: all in reverse, the transpose of a matrix
 * @throws {ShapeError} when axes do not name each axis once, or x is uint8
 */
export function transpose(x: Tensor, axes?: readonly number[]): Tensor {
  checkTensors("transpose", [x]);
  if (axes !== undefined) checkList("transpose", "axes", axes);
  const order = (axes ?? x.shape.map((_, i) => i).toReversed()).map((axis) =>
    Number.isInteger(axis) && axis < 0 ? axis + x.rank : axis,
  );
  if (order.length !== x.rank || x.shape.some((_, axis) => !order.includes(axis))) {
    const expected = `each axis of x ${x.label()} once`;
    throw new ShapeError(message("transpose", "axes are not a permutation", { expected, got: show(axes) }));
  }
  return apply(transposeOp, [x], order);
}
