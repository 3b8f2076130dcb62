/** Repeats a tensor to a larger shape. */
import { ShapeError, message } from "../../errors.js";
import { type Shape, broadcastShapes, checkShape, sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkFourBytes, copyNest } from "./copy.js";
import { apply, checkTensors, defineOp } from "../defineOp.js";
import { broadcastNest } from "../loops.js";
import { copyRow } from "./copy.js";
import { isRepeated, sumTo } from "../reduce/sumTo.js";

/** y of the given shape: x repeated along the axes that x lacks or in which it has size 1. */
export const broadcastToOp = defineOp<Shape>({
  name: "broadcastTo",
  shape([x], shape) {
    checkFourBytes("broadcastTo", x);
    if (x.rank > shape.length || !sameShape(broadcastShapes("broadcastTo", x.shape, shape), shape)) {
      const [expected, got] = [`a shape that x ${showShape(x.shape)} broadcasts to`, showShape(shape)];
      throw new ShapeError(message("broadcastTo", "x does not broadcast to the shape", { expected, got }));
    }
    return [{ shape, dtype: x.dtype }];
  },
  forward({ inputs: [x], outputs: [y] }) {
    copyNest(broadcastNest(y.shape, x.shape), y.ptr, x.ptr, 0);
  },
  backward({ inputs: [x], dOutputs, gradient, scratch }) {
    const dY = dOutputs[0]!;
    gradient(0, (dX, accumulate) => {
      if (isRepeated(dY.shape, x.shape)) sumTo(dX, x.shape, dY.ptr, dY.shape, 1, accumulate, scratch);
      else copyRow(dX, dY.ptr, dY.size, accumulate);
    });
  },
});

/**
 * x repeated to a shape, as a copy: axes are aligned at the end; those that x lacks or in which it has size 1 are
 * repeated.
 *
 * @param x  float32 or int32
 * @throws {ShapeError} when x does not broadcast to the shape
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  checkTensors("broadcastTo", [x]);
  checkShape("broadcastTo", shape);
  return apply(broadcastToOp, [x], shape);
}
