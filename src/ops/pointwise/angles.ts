/** Functions of angles in radians, element by element: sine, cosine, tangent, arctangent. */
import {
  atanBackward,
  atanForward,
  cosBackward,
  cosForward,
  sinBackward,
  sinForward,
  tanBackward,
  tanForward,
} from "#wasm/kernels";
import type { Tensor } from "../../tensor/tensor.js";
import { apply } from "../defineOp.js";
import { defineUnary } from "./defineUnary.js";

export const sinOp = defineUnary({
  name: "sin",
  saves: "x",
  forward: sinForward,
  backward: sinBackward,
});

/**
 * sin x of angles in radians: at most 0.51 ulp however large x is; NaN of ±∞. @throws {ShapeError} when x is not
 * float32
 */
export function sin(x: Tensor): Tensor {
  return apply(sinOp, [x], undefined);
}

export const cosOp = defineUnary({
  name: "cos",
  saves: "x",
  forward: cosForward,
  backward: cosBackward,
});

/**
 * cos x of angles in radians: at most 0.51 ulp however large x is; NaN of ±∞. @throws {ShapeError} when x is not
 * float32
 */
export function cos(x: Tensor): Tensor {
  return apply(cosOp, [x], undefined);
}

export const tanOp = defineUnary({
  name: "tan",
  saves: "y",
  forward: tanForward,
  backward: tanBackward,
});

/**
 * tan x of angles in radians: at most 0.51 ulp however large x is; NaN of ±∞. Derivative 1 + tan² x.
 * @throws {ShapeError} when x is not float32
 */
export function tan(x: Tensor): Tensor {
  return apply(tanOp, [x], undefined);
}

export const atanOp = defineUnary({
  name: "atan",
  saves: "x",
  forward: atanForward,
  backward: atanBackward,
});

/**
 * atan x in radians, between −π/2 and π/2: at most 0.51 ulp. Derivative 1 / (1 + x²).
 * @throws {ShapeError} when x is not float32
 */
export function atan(x: Tensor): Tensor {
  return apply(atanOp, [x], undefined);
}
