/** The same elements under another shape. No copy: the result shares the operand's memory. */
import { ShapeError, message } from "../errors.js";
import { kernels } from "../runtime/runtime.js";
import { type Shape, checkShape, showShape, sizeOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./defineOp.js";

/** y = x under another shape; attributes: that shape. */
export const reshapeOp = defineOp<Shape>({
  name: "reshape",
  shape: ([x], shape) => [{ shape, dtype: x.dtype }],
  forward: () => undefined,
  isView: true,
  backward({ dOutputs: [dY], inputs: [x], adopt, gradient }) {
    if (adopt(0, dY!)) return;
    gradient(0, (dX) => addInto(dX, dY!.ptr, x.size));
  },
});

/**
 * x under another shape, sharing its memory.
 *
 * @param x      any dtype
 * @param shape  with as many elements; one size may be −1 and follows from the others
 * Errors: ShapeError where the numbers of elements differ.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const hole = shape.indexOf(-1);
  const known = sizeOf(shape.filter((_, axis) => axis !== hole));
  const full = hole < 0 ? shape : shape.map((size, axis) => (axis === hole ? x.size / known : size));
  const isWhole = full.every(Number.isInteger);
  if (isWhole) checkShape("reshape", full);
  if (!isWhole || sizeOf(full) !== x.size) {
    const expected = `${x.size} elements, as x ${showShape(x.shape)}`;
    throw new ShapeError(message("reshape", "number of elements differs", { expected, got: showShape(shape) }));
  }
  return apply(reshapeOp, [x], full);
}

/** to += from, n float32 elements. */
function addInto(to: number, from: number, n: number): void {
  kernels().addStrided(to, from, 1, 1, 1, n, 0, 0, 0, 1, 0, 0, 0, 1);
}
