/**
 * The position of the maximum among what may be chosen. Composed of other ops, and apart from argMax, so that a page
 * with that alone does not carry them. Letters: x (outer, R, inner), R along the axis.
 */
import { broadcastShapes } from "../../tensor/shape.js";
import { scope } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";
import { noGrad } from "../../tensor/tape.js";
import { checkDtype, checkTensors } from "../defineOp.js";
import { cast } from "../pointwise/cast.js";
import { equal, notEqual } from "../pointwise/compare.js";
import { where } from "../pointwise/where.js";
import { broadcastTo } from "../shape/broadcastTo.js";
import { argMax } from "./argExtremes.js";
import { max } from "./reduce.js";

/**
 * The position of the maximum along an axis among the elements that a mask allows: the first of equal ones, or the
 * first NaN; −1 where it allows none. Such as the likeliest of the moves that are legal. Not differentiable.
 *
 * @param x     float32, rank ≥ 1
 * @param mask  float32 or int32 that broadcasts with x: what is not 0 may be chosen
 * @param axis  of x and mask together; default −1, the last
 * @returns     int32, the broadcast shape without the axis
 * @throws {ShapeError} when the axis is out of range or empty, the shapes do not broadcast, or x is not float32
 * Positions up to 2²⁴ are exact.
 */
export function argMaxWhere(x: Tensor, mask: Tensor, axis = -1): Tensor {
  const op = "argMaxWhere";
  checkTensors(op, [x, mask]);
  checkDtype(op, "x", x, "float32");
  checkDtype(op, "mask", mask, "float32", "int32");
  const shape = broadcastShapes(op, x.shape, mask.shape);
  return noGrad(() =>
    scope(() => {
      const allowed = broadcastTo(notEqual(mask, 0), shape);
      const values = where(allowed, x, -Infinity);
      const position = cast(argMax(values, axis), "float32");
      // where all that is allowed is −∞, the first of these
      const first = where(max(allowed, axis), cast(argMax(allowed, axis), "float32"), -1);
      return cast(where(equal(max(values, axis), -Infinity), first, position), "int32");
    }),
  );
}
