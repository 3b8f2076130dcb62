/** Positions of maxima and minima along an axis. Not differentiable. Letters: x (outer, R, inner), R along the axis. */
import { argMaxAxis, argMinAxis } from "#wasm/kernels";
import { ShapeError, message } from "../../errors.js";
import { normalizeAxis, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Op, apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";

/** Declares an op along one axis, counted from the front. */
// @__NO_SIDE_EFFECTS__
function definePosition(name: string, kernel: typeof argMaxAxis): Op<number> {
  return defineOp<number>({
    name,
    shape([x], axis) {
      checkDtype(name, "x", x, "float32");
      if (x.shape[axis] === 0) {
        const got = `x ${showShape(x.shape)}`;
        throw new ShapeError(
          message(name, "there is nothing to compare", { expected: "at least one element along the axis", got }),
        );
      }
      return [{ shape: x.shape.toSpliced(axis, 1), dtype: "int32" }];
    },
    forward({ inputs: [x], outputs: [y], attributes: axis }) {
      const { shape } = x;
      kernel(y.ptr, x.ptr, sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1)));
    },
  });
}

function applyPosition(op: Op<number>, x: Tensor, axis: number): Tensor {
  checkTensors(op.name, [x]);
  return apply(op, [x], normalizeAxis(op.name, axis, x.rank));
}

export const argMaxOp = definePosition("argMax", argMaxAxis);

/**
 * The position of the maximum along an axis: the first of equal ones, or the first NaN.
 *
 * @param x     float32, rank ≥ 1
 * @param axis  default −1, the last
 * @returns     int32, x's shape without the axis
 * @throws {ShapeError} when the axis is out of range or empty, or x is not float32
 */
export function argMax(x: Tensor, axis = -1): Tensor {
  return applyPosition(argMaxOp, x, axis);
}

export const argMinOp = definePosition("argMin", argMinAxis);

/** The position of the minimum along an axis. Arguments and errors: {@link argMax}. */
export function argMin(x: Tensor, axis = -1): Tensor {
  return applyPosition(argMinOp, x, axis);
}
