/**
 * Activation functions by name, and which of them kernels apply together with the bias. The functions are in
 * activationFunctions.ts and softmax.ts.
 */
import { UsageError, message, show } from "../../errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import { elu, gelu, hardSigmoid, leakyRelu, relu, selu, sigmoid, silu, softplus, tanh } from "./activationFunctions.js";
import { apply } from "../defineOp.js";
import { softmaxOp } from "../norm/softmax.js";

/**
 * The activations whose derivative follows from their output, with the number and the parameter by which the kernels
 * know them.
 */
const fused = {
  linear: { code: 0, alpha: 0 },
  relu: { code: 1, alpha: 0 },
  sigmoid: { code: 2, alpha: 0 },
  tanh: { code: 3, alpha: 0 },
  leakyRelu: { code: 4, alpha: 0.2 },
  elu: { code: 5, alpha: 1 },
  selu: { code: 6, alpha: 0 },
  softplus: { code: 7, alpha: 0 },
  hardSigmoid: { code: 8, alpha: 0 },
} as const;

/** An activation with a number of its own: the slope of leakyRelu, the alpha of elu. */
export type SlopedActivation = `${"leakyRelu" | "elu"}(${number})`;

/** An activation that the kernels apply together with the bias. */
export type FusedActivation = keyof typeof fused | SlopedActivation;

type Known = FusedActivation | "gelu" | "silu" | "softmax";

/** Further names of activations, as keys: those that the entry lanegrad/names adds. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface, since only these are merged
export interface FurtherActivations {}

/** The name of an activation function. */
export type Activation = Known | keyof FurtherActivations;

/** Along the last axis. Not softmax(x) of norm/softmax.ts, which brings transposition for other axes. */
const softmax = (x: Tensor): Tensor => apply(softmaxOp, [x], undefined);

/** The activations whose derivative does not follow from their output: each is an op after the product. */
const apart: Record<string, (x: Tensor) => Tensor> = { gelu, silu, softmax };

/** Makes further activations known by name. */
export function addActivations(further: Readonly<Record<string, (x: Tensor) => Tensor>>): void {
  Object.assign(apart, further);
}

/** All activation names, further ones aside. */
export const activations = [
  "linear", "relu", "leakyRelu", "sigmoid", "hardSigmoid", "tanh", "elu", "selu", "gelu", "silu", "softplus", "softmax",
] as const satisfies readonly Known[]; // prettier-ignore

const functions: Readonly<Record<string, (x: Tensor, own?: number) => Tensor>> = {
  linear: (x) => x,
  relu,
  leakyRelu,
  sigmoid,
  hardSigmoid,
  tanh,
  elu,
  selu,
  softplus,
};

/** The kernels' number and parameter of an activation that they apply together with the bias. */
export function fusedActivation(name: FusedActivation): { readonly code: number; readonly alpha: number } {
  const [base, own] = partsOf(name);
  const { code, alpha } = fused[base as keyof typeof fused];
  return { code, alpha: own ?? alpha };
}

/** True for an activation that the kernels apply together with the bias. */
export function isFused(name: Activation): name is FusedActivation {
  return Object.hasOwn(fused, partsOf(name)[0]);
}

/** The function and the number of a name such as "elu(0.5)". */
function partsOf(name: Activation): [base: (typeof activations)[number], own: number | undefined] {
  const [base, own] = name.split(/[()]/);
  return [base as (typeof activations)[number], own === undefined ? own : +own];
}

/**
 * f(x) for the activation f called `name`, with Keras's constants: slope 0.2 for "leakyRelu", alpha 1 for "elu";
 * "leakyRelu(0.1)" and "elu(0.5)" have others; "softmax" runs over the last axis. "linear" returns x itself, not a
 * copy.
 * @throws {UsageError} when the name is unknown, listing all names
 * @throws {ShapeError} when x is not float32
 */
export function activate(x: Tensor, name: Activation): Tensor {
  checkActivation("activate", name);
  const [base, own] = partsOf(name);
  return (functions[base] ?? apart[base])(x, own);
}

/** The same for an activation that no kernel applies with the bias. A page with dense layers alone needs no other. */
export function activateApart(x: Tensor, name: Exclude<Activation, FusedActivation>): Tensor {
  return apart[name](x);
}

/**
 * Checks that `name` is one of {@link activations}.
 * @throws {UsageError} when it is not, listing them
 */
export function checkActivation(op: string, name: string): asserts name is Activation {
  const isKnown = (): boolean => [fused, apart].some((names) => Object.hasOwn(names, name));
  if (typeof name === "string" && (isKnown() || /^(leakyRelu|elu)\(\d+(\.\d+)?\)$/.test(name))) return;
  throw new UsageError(message(op, "unknown activation", { expected: activations.join(", "), got: show(name) }));
}
