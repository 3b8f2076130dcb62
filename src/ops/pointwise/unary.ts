/**
 * Elementwise functions of one operand: signs, roots, powers, exponentials. Activation functions are in
 * activationFunctions.ts.
 */
import {
  absBackward,
  absForward,
  clipBackward,
  clipForward,
  expBackward,
  expForward,
  logBackward,
  logForward,
  negateBackward,
  negateForward,
  powBackward,
  powForward,
  sqrtBackward,
  sqrtForward,
  squareBackward,
  squareForward,
} from "#wasm/kernels";
import { UsageError, message, show } from "../../errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply } from "../defineOp.js";
import { defineUnary } from "./defineUnary.js";

export const negateOp = defineUnary({
  name: "negate",
  saves: "nothing",
  forward: negateForward,
  backward: (dX, dY, _, n, accumulate) => negateBackward(dX, dY, n, accumulate),
});

/** −x, element by element. @throws {ShapeError} when x is not float32 */
export function negate(x: Tensor): Tensor {
  return apply(negateOp, [x], undefined);
}

export const expOp = defineUnary({
  name: "exp",
  saves: "y",
  forward: expForward,
  backward: expBackward,
});

/**
 * eˣ, element by element: at most 0.97 ulp on [−87, 88], 10 ulp up to 88.72; 0 below, ∞ above.
 * @throws {ShapeError} when x is not float32
 */
export function exp(x: Tensor): Tensor {
  return apply(expOp, [x], undefined);
}

export const logOp = defineUnary({
  name: "log",
  saves: "x",
  forward: logForward,
  backward: logBackward,
});

/** ln x, element by element: at most 1 ulp; −∞ at 0, NaN below. @throws {ShapeError} when x is not float32 */
export function log(x: Tensor): Tensor {
  return apply(logOp, [x], undefined);
}

export const sqrtOp = defineUnary({
  name: "sqrt",
  saves: "y",
  forward: sqrtForward,
  backward: sqrtBackward,
});

/**
 * √x, element by element, correctly rounded; NaN below 0. The derivative at 0 is ∞.
 * @throws {ShapeError} when x is not float32
 */
export function sqrt(x: Tensor): Tensor {
  return apply(sqrtOp, [x], undefined);
}

export const squareOp = defineUnary({
  name: "square",
  saves: "x",
  forward: squareForward,
  backward: squareBackward,
});

/** x², element by element. @throws {ShapeError} when x is not float32 */
export function square(x: Tensor): Tensor {
  return apply(squareOp, [x], undefined);
}

export const absOp = defineUnary({
  name: "abs",
  saves: "x",
  forward: absForward,
  backward: absBackward,
});

/** |x|, element by element; derivative 0 at 0. @throws {ShapeError} when x is not float32 */
export function abs(x: Tensor): Tensor {
  return apply(absOp, [x], undefined);
}

export const powOp = defineUnary<{ readonly exponent: number }>({
  name: "pow",
  saves: "x",
  forward: (y, x, n, { exponent }) => powForward(y, x, n, ...wordsOf(exponent)),
  backward: (dX, dY, x, n, accumulate, { exponent }) => powBackward(dX, dY, x, n, ...wordsOf(exponent), accumulate),
});

/** The bits of a float64 as two int32, the lower first, because kernels take no 64-bit arguments. */
function wordsOf(value: number): [number, number] {
  return [...new Int32Array(Float64Array.of(value).buffer)] as [number, number];
}

/**
 * x to the power of a number, element by element: at most 0.51 ulp for the given float64 exponent. Negative x need an
 * integer exponent, else NaN.
 *
 * @param exponent  any finite number; ½, 2 and −1 are as fast as sqrt, square and division
 * @throws {ShapeError} when x is not float32
 * @throws {UsageError} when exponent is not a finite number
 */
export function pow(x: Tensor, exponent: number): Tensor {
  if (!Number.isFinite(exponent)) {
    throw new UsageError(message("pow", "exponent must be a finite number", { got: show(exponent) }));
  }
  return apply(powOp, [x], { exponent });
}

export const clipOp = defineUnary<{ readonly low: number; readonly high: number }>({
  name: "clip",
  saves: "x",
  forward: (y, x, n, { low, high }) => clipForward(y, x, n, low, high),
  backward: (dX, dY, x, n, accumulate, { low, high }) => clipBackward(dX, dY, x, n, low, high, accumulate),
});

/**
 * Clips x to [low, high], element by element; derivative 1 inside and at both ends, 0 outside. NaN stays NaN.
 *
 * @param low, high  low ≤ high, each rounded to float32; either may be infinite
 * @throws {ShapeError} when x is not float32
 * @throws {UsageError} when low > high, or either is not a number
 */
export function clip(x: Tensor, low: number, high: number): Tensor {
  if (typeof low !== "number" || typeof high !== "number" || !(low <= high)) {
    throw new UsageError(
      message("clip", "the range is empty", { expected: "low ≤ high", got: `[${show(low)}, ${show(high)}]` }),
    );
  }
  return apply(clipOp, [x], { low, high });
}
