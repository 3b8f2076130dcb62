/**
 * The same elements in another shape: reshape, squeeze, expandDims. Nothing is copied: the result shares the operand's
 * memory.
 */
import { ShapeError, message, show } from "../../errors.js";
import { checkList } from "../../options.js";
import { type Shape, checkShape, normalizeAxis, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { copyRow } from "./copy.js";
import { apply, checkTensors, defineOp } from "../defineOp.js";

/** y = x in another shape, which is the attribute. */
export const reshapeOp = defineOp<Shape>({
  name: "reshape",
  shape: ([x], shape) => [{ shape, dtype: x.dtype }],
  forward: () => undefined,
  isView: true,
  backward({ dOutputs: [dY], inputs: [x], adopt, gradient }) {
    if (adopt(0, dY!)) return;
    gradient(0, (dX, accumulate) => copyRow(dX, dY!.ptr, x.size, accumulate));
  },
});

/**
 * x in another shape, sharing its memory.
 *
 * @param x      any dtype
 * @param shape  must have as many elements; one size may be −1 and is computed from the others
 * @throws {ShapeError} when the number of elements differs
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensors("reshape", [x]);
  checkList("reshape", "the shape", shape);
  const hole = shape.indexOf(-1);
  const known = sizeOf(shape.filter((size, axis) => axis !== hole && Number.isInteger(size)));
  const full = hole < 0 ? shape : shape.map((size, axis) => (axis === hole ? x.size / known : size));
  const isWhole = full.every(Number.isInteger);
  if (isWhole) checkShape("reshape", full);
  if (!isWhole || sizeOf(full) !== x.size) {
    const expected = `${x.size} elements, as x ${showShape(x.shape)}`;
    throw new ShapeError(message("reshape", "number of elements differs", { expected, got: show(shape) }));
  }
  return apply(reshapeOp, [x], full);
}

/**
 * x without some or all axes of size 1, sharing its memory.
 *
 * @param x     any dtype
 * @param axes  the axes to remove; default: all of size 1
 * @throws {ShapeError} when an axis is out of range or its size is not 1
 */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  checkTensors("squeeze", [x]);
  const listed = axes === undefined ? undefined : typeof axes === "number" ? [axes] : axes;
  if (listed !== undefined) checkList("squeeze", "axes", listed);
  const dropped = listed?.map((axis) => normalizeAxis("squeeze", axis, x.rank));
  const wrong = dropped?.find((axis) => x.shape[axis] !== 1);
  if (wrong !== undefined) {
    const got = `x ${showShape(x.shape)}`;
    throw new ShapeError(message("squeeze", `axis ${wrong} does not have size 1`, { got }));
  }
  const stays = (size: number, axis: number): boolean => (dropped === undefined ? size !== 1 : !dropped.includes(axis));
  return apply(reshapeOp, [x], x.shape.filter(stays));
}

/**
 * x with an additional axis of size 1, sharing its memory.
 *
 * @param x     any dtype
 * @param axis  the position of the new axis in the result; default 0, −1 is the end
 * @throws {ShapeError} when the axis is out of range
 */
export function expandDims(x: Tensor, axis = 0): Tensor {
  checkTensors("expandDims", [x]);
  return apply(reshapeOp, [x], x.shape.toSpliced(normalizeAxis("expandDims", axis, x.rank + 1), 0, 1));
}
