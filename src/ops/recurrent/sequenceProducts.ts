/**
 * What the ops over whole sequences compute besides their steps: the addresses of operands, the initial states and the
 * gradients of states, and the products and sums over all steps at once. Letters: N batch, T steps, I inputs, H units,
 * G gates; z = x·W (N, T, G·H). Does not know cells.
 */
import { biasActivationBackward, fill, gemm, gemmScratchBytes } from "#wasm/kernels";
import { transposeA, transposeB, transposeNone } from "#wasm/layout-gemm";
import { type SequenceShape } from "#wasm/layout-recurrent";
import { empty } from "../../tensor/create.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { fusedActivation } from "../pointwise/activate.js";
import { copyRow } from "../shape/copy.js";
import type { BackwardCall } from "../defineOp.js";
import { type OptionalName, type SequenceAttributes, sizesOf } from "./sequence.js";

/** A function that returns the address of an optional operand, or 0. */
export function addressOf(inputs: readonly Tensor[], { places }: SequenceAttributes): (name: OptionalName) => number {
  return (name) => {
    const place = places[name];
    return place === undefined ? 0 : inputs[place].ptr;
  };
}

/** The kernels' number for the order of steps: Note [Sequence kernels] in assembly/recurrent/steps.ts. */
export function orderOf({ goBackwards, outputInSteps }: SequenceAttributes): number {
  return (goBackwards ? 1 : 0) + (goBackwards && outputInSteps ? 2 : 0);
}

/** The kernels' numbers of both activations. */
function activationCodes(attributes: SequenceAttributes): [activation: number, recurrentActivation: number] {
  return [fusedActivation(attributes.activation).code, fusedActivation(attributes.recurrentActivation).code];
}

/** The shape of a sequence as the kernels take it. */
export function shapeOf(inputs: readonly Tensor[], attributes: SequenceAttributes): SequenceShape {
  const { N, T, H } = sizesOf(inputs);
  const address = addressOf(inputs, attributes);
  const [activation, recurrentActivation] = activationCodes(attributes);
  const order = orderOf(attributes);
  return { n: N, t: T, h: H, order, activation, recurrentActivation, mask: address("mask"), keep: address("keep") };
}

/** Writes an initial state, or zeros, to where the kernel starts. @param from 0 for zeros */
export function beginState(to: number, from: number, size: number): void {
  if (from === 0) fill(to, 0, size);
  else copyRow(to, from, size, 0);
}

/** C (+)= op(A)·op(B): gemm with scratch of its own. */
function multiply(
  scratch: (bytes: number) => number,
  transposed: number,
  [M, N, K]: readonly [number, number, number],
  [A, lda]: readonly [number, number],
  [B, ldb]: readonly [number, number],
  accumulate: 0 | 1,
  [C, ldc]: readonly [number, number],
): void {
  gemm(transposed, M, N, K, A, lda, B, ldb, accumulate, C, ldc, scratch(gemmScratchBytes(M, N, K)));
}

/** z = x·W for all steps at once. */
export function multiplyInput([x, kernel]: readonly Tensor[], z: number, scratch: (bytes: number) => number): void {
  const [I, columns] = kernel.shape;
  const rows = x.shape[0] * x.shape[1];
  multiply(scratch, transposeNone, [rows, columns, I], [x.ptr, I], [kernel.ptr, columns], 0, [z, columns]);
}

/**
 * A new tensor for the gradient of a state, which the kernel changes; it starts with the gradient of the last state.
 */
export function beginGradient(dLast: Tensor | undefined, shape: Shape): Tensor {
  const gradient = empty(shape);
  beginState(gradient.ptr, dLast?.ptr ?? 0, gradient.size);
  return gradient;
}

/** Passes on the gradient of an initial state. */
export function endGradient<A extends SequenceAttributes>(
  call: BackwardCall<A>,
  name: "h" | "c",
  dState: Tensor,
): void {
  const place = call.attributes.places[name];
  if (place !== undefined && !call.adopt(place, dState)) {
    call.gradient(place, (dX, accumulate) => copyRow(dX, dState.ptr, dState.size, accumulate));
  }
  dState.dispose();
}

/** dW = xᵀ·dz and dx = dz·Wᵀ, one product each over all steps. */
export function inputGradients<A>({ inputs: [x, kernel], gradient, scratch }: BackwardCall<A>, dz: number): void {
  const [I, columns] = kernel.shape;
  const rows = x.shape[0] * x.shape[1];
  const steps = [dz, columns] as const;
  gradient(1, (dW, accumulate) =>
    multiply(scratch, transposeA, [I, columns, rows], [x.ptr, I], steps, accumulate, [dW, columns]),
  );
  gradient(0, (dX, accumulate) =>
    multiply(scratch, transposeB, [rows, I, columns], steps, [kernel.ptr, columns], accumulate, [dX, I]),
  );
}

/** dU = beforeᵀ·dz over all steps. */
export function recurrentGradient<A>({ inputs, gradient, scratch }: BackwardCall<A>, before: number, dz: number): void {
  const { N, T, H } = sizesOf(inputs);
  const columns = inputs[2].shape[1];
  gradient(2, (dU, accumulate) =>
    multiply(scratch, transposeA, [H, columns, N * T], [before, H], [dz, columns], accumulate, [dU, columns]),
  );
}

/** db = the sums of dz over all steps. */
export function biasGradient<A extends SequenceAttributes>(
  { inputs, attributes, gradient }: BackwardCall<A>,
  dz: number,
): void {
  const { N, T } = sizesOf(inputs);
  const columns = inputs[1].shape[1];
  const { bias } = attributes.places;
  if (bias === undefined) return;
  gradient(bias, (dB, accumulate) => biasActivationBackward(0, dB, dz, dz, N * T, columns, 0, 0, accumulate));
}
