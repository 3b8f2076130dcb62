/**
 * Activations that Keras knows by name and this library makes of its ops: no kernel computes them with the bias. They
 * come with the entry lanegrad/names and with loadModel, so that other pages do not carry them.
 */
import type { Tensor } from "../../tensor/tensor.js";
import { logSoftmax } from "../norm/softmax.js";
import { addActivations } from "./activate.js";
import { hardSigmoid, softplus, tanh } from "./activationFunctions.js";
import { add, div, mul } from "./arithmetic.js";
import { abs, clip, exp } from "./unary.js";

/** Each by its name. Constants are Keras's. */
const named = {
  /** min(max(x, 0), 6) */
  relu6: (x: Tensor) => clip(x, 0, 6),
  /** eˣ */
  exponential: exp,
  /** x / (1 + |x|) */
  softsign: (x: Tensor) => div(x, add(abs(x), 1)),
  /** x · tanh(ln(1 + eˣ)) */
  mish: (x: Tensor) => mul(x, tanh(softplus(x))),
  /** x · hardSigmoid(x) */
  hardSilu: (x: Tensor) => mul(x, hardSigmoid(x)),
  /** min(max(x, −1), 1) */
  hardTanh: (x: Tensor) => clip(x, -1, 1),
  /** x − ln Σeˣ over the last axis */
  logSoftmax: (x: Tensor) => logSoftmax(x),
};

/** The name of one of them. */
export type NamedActivation = keyof typeof named;

/** Their names. */
export const namedActivations = Object.keys(named) as readonly NamedActivation[];

/** Makes them known to layers and to `activate`. */
export function addNamedActivations(): void {
  addActivations(named);
}
