/**
 * The activation functions, element by element, with Keras's constants. Softmax, which is not elementwise, is in
 * softmax.ts. The backward passes read the output, except those of gelu and silu, which read the operand.
 */
import {
  eluBackward,
  eluForward,
  geluBackward,
  geluForward,
  hardSigmoidBackward,
  hardSigmoidForward,
  leakyReluBackward,
  leakyReluForward,
  reluBackward,
  reluForward,
  seluBackward,
  seluForward,
  sigmoidBackward,
  sigmoidForward,
  siluBackward,
  siluForward,
  softplusBackward,
  softplusForward,
  tanhBackward,
  tanhForward,
} from "#wasm/kernels";
import type { Tensor } from "../../tensor/tensor.js";
import { UsageError, message, show } from "../../errors.js";
import { apply } from "../defineOp.js";
import { defineUnary } from "./defineUnary.js";

export const sigmoidOp = defineUnary({
  name: "sigmoid",
  saves: "y",
  forward: sigmoidForward,
  backward: sigmoidBackward,
});

/**
 * σ(x) = 1 / (1 + e⁻ˣ), element by element; derivative y(1 − y). At most 2.25 ulp.
 * @throws {ShapeError} when x is not float32
 */
export function sigmoid(x: Tensor): Tensor {
  return apply(sigmoidOp, [x], undefined);
}

export const tanhOp = defineUnary({
  name: "tanh",
  saves: "y",
  forward: tanhForward,
  backward: tanhBackward,
});

/** tanh x, element by element; derivative 1 − y². At most 2.6 ulp. @throws {ShapeError} when x is not float32 */
export function tanh(x: Tensor): Tensor {
  return apply(tanhOp, [x], undefined);
}

export const reluOp = defineUnary({
  name: "relu",
  saves: "y",
  forward: reluForward,
  backward: reluBackward,
});

/** max(x, 0), element by element; derivative 0 at 0. NaN stays NaN. @throws {ShapeError} when x is not float32 */
export function relu(x: Tensor): Tensor {
  return apply(reluOp, [x], undefined);
}

export const leakyReluOp = defineUnary<{ readonly slope: number }>({
  name: "leakyRelu",
  saves: "y",
  forward: (y, x, n, { slope }) => leakyReluForward(y, x, n, slope),
  backward: (dX, dY, y, n, accumulate, { slope }) => leakyReluBackward(dX, dY, y, n, slope, accumulate),
});

/**
 * x for x > 0, else slope·x, element by element; derivative slope at 0.
 *
 * @param slope  ≥ 0; default 0.2
 * @throws {ShapeError} when x is not float32
 * @throws {UsageError} when slope is below 0
 */
export function leakyRelu(x: Tensor, slope = 0.2): Tensor {
  checkNotNegative("leakyRelu", "slope", slope);
  return apply(leakyReluOp, [x], { slope });
}

export const eluOp = defineUnary<{ readonly alpha: number }>({
  name: "elu",
  saves: "y",
  forward: (y, x, n, { alpha }) => eluForward(y, x, n, alpha),
  backward: (dX, dY, y, n, accumulate, { alpha }) => eluBackward(dX, dY, y, n, alpha, accumulate),
});

/**
 * x for x > 0, else alpha·(eˣ − 1), element by element. Source: Clevert et al. 2016.
 *
 * @param alpha  ≥ 0; default 1
 * @throws {ShapeError} when x is not float32
 * @throws {UsageError} when alpha is below 0
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  checkNotNegative("elu", "alpha", alpha);
  return apply(eluOp, [x], { alpha });
}

export const seluOp = defineUnary({
  name: "selu",
  saves: "y",
  forward: seluForward,
  backward: seluBackward,
});

/**
 * 1.0507 · (x for x > 0, else 1.67326·(eˣ − 1)), element by element. Source: Klambauer et al. 2017.
 * @throws {ShapeError} when x is not float32
 */
export function selu(x: Tensor): Tensor {
  return apply(seluOp, [x], undefined);
}

export const geluOp = defineUnary({
  name: "gelu",
  saves: "x",
  forward: geluForward,
  backward: geluBackward,
});

/**
 * x·Φ(x), where Φ is the normal distribution function (the exact form, not the tanh approximation). Source: Hendrycks &
 * Gimpel 2016.
 * @throws {ShapeError} when x is not float32
 */
export function gelu(x: Tensor): Tensor {
  return apply(geluOp, [x], undefined);
}

export const siluOp = defineUnary({
  name: "silu",
  saves: "x",
  forward: siluForward,
  backward: siluBackward,
});

/** x·σ(x), also called swish. @throws {ShapeError} when x is not float32 */
export function silu(x: Tensor): Tensor {
  return apply(siluOp, [x], undefined);
}

export const softplusOp = defineUnary({
  name: "softplus",
  saves: "y",
  forward: softplusForward,
  backward: softplusBackward,
});

/**
 * ln(1 + eˣ), element by element, without overflow; derivative σ(x). At most 2.6 ulp.
 * @throws {ShapeError} when x is not float32
 */
export function softplus(x: Tensor): Tensor {
  return apply(softplusOp, [x], undefined);
}

export const hardSigmoidOp = defineUnary({
  name: "hardSigmoid",
  saves: "y",
  forward: hardSigmoidForward,
  backward: hardSigmoidBackward,
});

/** (x + 3) / 6, clipped to [0, 1] (the form of Keras 3). @throws {ShapeError} when x is not float32 */
export function hardSigmoid(x: Tensor): Tensor {
  return apply(hardSigmoidOp, [x], undefined);
}

function checkNotNegative(op: string, parameter: string, value: number): void {
  if (typeof value === "number" && value >= 0 && value < Infinity) return;
  throw new UsageError(message(op, `${parameter} is out of range`, { expected: `${parameter} ≥ 0`, got: show(value) }));
}
