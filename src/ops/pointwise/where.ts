/** Chooses between two tensors, element by element. */
import { whereBackwardA, whereBackwardB, whereForward } from "#wasm/kernels";
import { full } from "../../tensor/create.js";
import { broadcastShapes, sameShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { NumberOrTensor } from "./arithmetic.js";
import { broadcastTo } from "../shape/broadcastTo.js";
import { apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";

/** y = condition ≠ 0 ? a : b, all of one shape. */
export const whereOp = defineOp({
  name: "where",
  operands: "condition a b",
  shape([condition, a, b]) {
    checkDtype("where", "condition", condition, "float32");
    checkDtype("where", "a", a, "float32");
    checkDtype("where", "b", b, "float32");
    return [{ shape: condition.shape }];
  },
  forward({ inputs: [condition, a, b], outputs: [y] }) {
    whereForward(y.ptr, condition.ptr, a.ptr, b.ptr, y.size);
  },
  backward({ inputs: [condition], dOutputs: [dY], gradient }) {
    gradient(1, (dA, accumulate) => whereBackwardA(dA, dY!.ptr, condition.ptr, condition.size, accumulate));
    gradient(2, (dB, accumulate) => whereBackwardB(dB, dY!.ptr, condition.ptr, condition.size, accumulate));
  },
  saved: { inputs: [0] },
  constants: [0],
});

/**
 * a where the condition is not 0, else b, with all three broadcast.
 *
 * @param condition  float32, such as the result of a comparison; not differentiated
 * @param a, b       float32 tensors or numbers
 * @throws {ShapeError} when shapes do not broadcast, or an operand is not float32
 */
export function where(condition: Tensor, a: NumberOrTensor, b: NumberOrTensor): Tensor {
  const x = typeof a === "number" ? full([], a) : a;
  const y = typeof b === "number" ? full([], b) : b;
  checkTensors("where", [condition, x, y], "condition a b");
  const shape = broadcastShapes("where", condition.shape, broadcastShapes("where", x.shape, y.shape));
  const whole = [condition, x, y].map((t) => (sameShape(t.shape, shape) ? t : broadcastTo(t, shape)));
  return apply(whereOp, whole, undefined);
}
