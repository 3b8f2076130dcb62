/**
 * Softmax and its logarithm along one axis. Letters: rows × columns, where the columns are the axis. Stable for values
 * of any magnitude.
 */
import { logSoftmaxBackward, logSoftmaxForward, softmaxBackward, softmaxForward } from "#wasm/kernels";
import { ShapeError, message } from "../../errors.js";
import { normalizeAxis, rowsOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Op, apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";
import { transpose } from "../shape/transpose.js";

/** Declares an op along the last axis whose backward pass reads the output. */
// @__NO_SIDE_EFFECTS__
function defineRowOp(
  name: string,
  forward: (y: number, x: number, rows: number, columns: number) => void,
  backward: (dX: number, dY: number, y: number, rows: number, columns: number, accumulate: 0 | 1) => void,
): Op {
  return defineOp({
    name,
    shape([x]) {
      checkDtype(name, "x", x, "float32");
      if (x.rank === 0) {
        throw new ShapeError(message(name, "a scalar has no axis", { expected: "rank ≥ 1", got: `x ${x.label()}` }));
      }
      return [{ shape: x.shape }];
    },
    forward({ inputs: [x], outputs: [y] }) {
      if (x.size > 0) forward(y.ptr, x.ptr, rowsOf(x.shape), x.shape[x.rank - 1]);
    },
    backward({ outputs: [y], dOutputs: [dY], gradient }) {
      gradient(0, (dX, accumulate) => {
        if (y.size > 0) backward(dX, dY!.ptr, y.ptr, rowsOf(y.shape), y.shape[y.rank - 1], accumulate);
      });
    },
    saved: { outputs: [0] },
  });
}

/** Runs an op of the last axis along another axis. */
function applyAlong(op: Op, x: Tensor, axis: number): Tensor {
  checkTensors(op.name, [x]);
  const last = x.rank - 1;
  if (axis === -1 || normalizeAxis(op.name, axis, x.rank) === last) return apply(op, [x], undefined);
  const order = x.shape.map((_, i) => i);
  [order[axis < 0 ? axis + x.rank : axis], order[last]] = [last, axis < 0 ? axis + x.rank : axis];
  return transpose(apply(op, [transpose(x, order)], undefined), order);
}

export const softmaxOp = defineRowOp("softmax", softmaxForward, softmaxBackward);

/**
 * Probabilities from logits: y = exp(x) / Σ exp(x) along an axis.
 *
 *   dX = y ⊙ (dY − Σ dY ⊙ y)
 *
 * @param x     float32, rank ≥ 1
 * @param axis  default −1; any axis but the last costs two transpositions
 * @throws {ShapeError} when x is a scalar or not float32, or the axis is out of range
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  return applyAlong(softmaxOp, x, axis);
}

export const logSoftmaxOp = defineRowOp("logSoftmax", logSoftmaxForward, logSoftmaxBackward);

/**
 * The logarithm of softmax, accurate even when the probability underflows: y = x − log Σ exp(x) along an axis.
 *
 *   dX = dY − exp(y)·Σ dY
 *
 * @param x     float32, rank ≥ 1
 * @param axis  default −1; any axis but the last costs two transpositions
 * @throws {ShapeError} when x is a scalar or not float32, or the axis is out of range
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return applyAlong(logSoftmaxOp, x, axis);
}
