/** Whole numbers and signs, element by element: floor, round, sign. Their derivative is 0 everywhere. */
import { fill, floorForward, roundForward, signForward } from "#wasm/kernels";
import type { Tensor } from "../../tensor/tensor.js";
import { type Op, apply } from "../defineOp.js";
import { defineUnary } from "./defineUnary.js";

/** Declares a function that is constant between its steps. */
// @__NO_SIDE_EFFECTS__
function defineSteps(name: string, forward: (y: number, x: number, n: number) => void): Op {
  return defineUnary({
    name,
    saves: "nothing",
    forward,
    backward(dX, _dY, _saved, n, accumulate) {
      if (!accumulate) fill(dX, 0, n);
    },
  });
}

export const floorOp = defineSteps("floor", floorForward);

/**
 * The largest whole number that is not above x, element by element; gradient 0. @throws {ShapeError} when x is not
 * float32
 */
export function floor(x: Tensor): Tensor {
  return apply(floorOp, [x], undefined);
}

export const roundOp = defineSteps("round", roundForward);

/**
 * The nearest whole number, element by element; of two that are equally near the even one, as in NumPy: 0.5 → 0,
 * 1.5 → 2, 2.5 → 2. Gradient 0. @throws {ShapeError} when x is not float32
 */
export function round(x: Tensor): Tensor {
  return apply(roundOp, [x], undefined);
}

export const signOp = defineSteps("sign", signForward);

/**
 * −1 below 0, 1 above, 0 at 0, NaN of NaN, element by element; gradient 0. @throws {ShapeError} when x is not float32
 */
export function sign(x: Tensor): Tensor {
  return apply(signOp, [x], undefined);
}
