/**
 * Two-dimensional convolution, with bias and activation in the same pass. Letters: convolutionProducts.ts.
 * As usual in this field, the kernel is not flipped.
 */
import { biasActivationBackward } from "#wasm/kernels";
import { checkObject } from "../../options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { reshape } from "../shape/reshape.js";
import {
  type Activation,
  type FusedActivation,
  activateApart,
  checkActivation,
  fusedActivation,
  isFused,
} from "../pointwise/activate.js";
import { type Geometry, convolve, convolveBackwardInput, convolveBackwardKernel } from "./convolutionProducts.js";
import { type ConvolutionOptions, type Windows, placesOf, windowsOf } from "./convolutionChecks.js";
import { type BackwardCall, apply, checkDtype, checkTensors, defineOp } from "../defineOp.js";

/** The attributes of a convolution. */
export interface Convolution extends Windows {
  readonly groups: number;
  readonly activation: FusedActivation;
}

/** Options of {@link conv2d}. */
export interface Conv2dOptions extends ConvolutionOptions {
  /** Default "linear". */
  readonly activation?: Activation;
}

function geometryOf(op: string, inputs: readonly Tensor[], windows: Convolution): Geometry {
  const [x, kernel, bias] = inputs as [Tensor, Tensor, Tensor?];
  const { output, before } = placesOf(op, x.shape, kernel.shape, bias?.shape, windows, windows.groups);
  const [N, H, W, C] = x.shape;
  const [kH, kW, , O] = kernel.shape;
  const [[sH, sW], [dH, dW], [oH, oW], [pH, pW]] = [windows.strides, windows.dilations, output, before];
  return { N, H, W, C, kH, kW, O, groups: windows.groups, sH, sW, dH, dW, pH, pW, oH, oW };
}

/** Checks the types of x, kernel and bias. @throws {ShapeError} when one is not float32 */
export function checkOperands(op: string, inputs: readonly Tensor[]): void {
  for (const [i, name] of ["x", "kernel", "bias"].entries()) {
    if (inputs[i] !== undefined) checkDtype(op, name, inputs[i], "float32");
  }
}

/**
 * The first half of a backward pass: the gradient of the bias, and dZ = dY ⊙ f′(y), which overwrites dY, because this
 * op is the last to read it.
 *
 * @param columns  the size of the bias
 */
export function backwardEpilogue<A>(call: BackwardCall<A>, activation: FusedActivation, columns: number): void {
  const { outputs, dOutputs, gradient, wants } = call;
  const { code, alpha } = fusedActivation(activation);
  const dY = dOutputs[0]!.ptr;
  const dZ = code === 0 ? 0 : dY;
  const y = code === 0 ? dY : outputs[0].ptr;
  const rows = columns === 0 ? 0 : outputs[0].size / columns;
  if (wants(2))
    gradient(2, (dB, accumulate) => biasActivationBackward(dZ, dB, dY, y, rows, columns, code, alpha, accumulate));
  else if (dZ !== 0) biasActivationBackward(dZ, 0, dY, y, rows, columns, code, alpha, 0);
}

/** y = f(x ∗ kernel + b) from x, kernel and, if there is one, b. */
export const conv2dOp = defineOp<Convolution>({
  name: "conv2d",
  operands: "x kernel bias",
  shape(inputs, attributes) {
    checkOperands("conv2d", inputs);
    const { N, oH, oW, O } = geometryOf("conv2d", inputs, attributes);
    return [{ shape: [N, oH, oW, O] }];
  },
  forward({ inputs, outputs: [y], attributes, scratch }) {
    const [x, kernel, bias] = inputs as [Tensor, Tensor, Tensor?];
    const g = geometryOf("conv2d", inputs, attributes);
    convolve(g, [y.ptr, x.ptr, kernel.ptr, bias?.ptr ?? 0], attributes.activation, 0, scratch);
  },
  backward(call) {
    const { inputs, dOutputs, attributes, gradient, scratch } = call;
    const [x, kernel] = inputs;
    const g = geometryOf("conv2d", inputs, attributes);
    backwardEpilogue(call, attributes.activation, g.O);
    const dZ = dOutputs[0]!.ptr;
    gradient(1, (dW, accumulate) => convolveBackwardKernel(g, [dW, x.ptr, dZ], accumulate, scratch));
    gradient(0, (dX, accumulate) => convolveBackwardInput(g, [dX, dZ, kernel.ptr], accumulate, scratch));
  },
  saved: { inputs: [0, 1], outputs: [0] },
});

/**
 * Two-dimensional convolution of images, or of any planes with channels:
 *
 *   y[n, q, r, o] = f(b[o] + Σ over i, j, c of x[n, q sH + i dH − pH, r sW + j dW − pW, c] · kernel[i, j, c, o])
 *
 * where c runs over the channels of o's group, and x is 0 outside the image.
 *
 * @param x        (N, H, W, C) float32
 * @param kernel   (kH, kW, C / groups, O)
 * @param bias     b (O), or undefined for none
 * @param options  strides, padding ("same" and "valid" as in TensorFlow, or numbers), dilationRate, groups, activation
 *                 f
 * @returns (N, oH, oW, O); oH = ⌈H / sH⌉ for "same", else ⌊(H + padding − (kH − 1) dH − 1) / sH⌋ + 1
 * Cost: 2 N oH oW O kH kW C / groups flops forward and as many for each gradient; the gradient of x is computed only if
 * x requires one. No matrix of patches is made: the op needs the memory of y and some hundred KiB per thread.
 * @throws {ShapeError} when operands do not fit, or the kernel is larger than the padded input
 * @throws {UsageError} when an option is unknown or out of range
 */
export function conv2d(x: Tensor, kernel: Tensor, bias: Tensor | undefined, options: Conv2dOptions = {}): Tensor {
  checkObject("conv2d", "the options", options);
  const { groups = 1, activation = "linear" } = options;
  checkActivation("conv2d", activation);
  const windows = windowsOf("conv2d", options, 2);
  const operands = bias === undefined ? [x, kernel] : [x, kernel, bias];
  if (isFused(activation)) return apply(conv2dOp, operands, { ...windows, groups, activation });
  return activateApart(apply(conv2dOp, operands, { ...windows, groups, activation: "linear" }), activation);
}

/** Options of {@link conv1d}. */
export interface Conv1dOptions extends Omit<Conv2dOptions, "padding"> {
  /** "causal" pads only before the first step, so that no output sees later steps. Default "valid". */
  readonly padding?: Conv2dOptions["padding"] | "causal";
}

/**
 * Convolution of sequences: y[n, t, o] = f(b[o] + Σ over i, c of x[n, t s + i d − p, c] · kernel[i, c, o]), computed as
 * a {@link conv2d} of images with one row.
 *
 * @param x        (N, T, C) float32
 * @param kernel   (k, C / groups, O)
 * @param bias     b (O), or undefined for none
 * @param options  as for conv2d, with one number per axis; padding may be "causal"
 * @returns (N, oT, O)
 * @throws as {@link conv2d}
 */
export function conv1d(x: Tensor, kernel: Tensor, bias: Tensor | undefined, options: Conv1dOptions = {}): Tensor {
  checkObject("conv1d", "the options", options);
  const { groups = 1, activation = "linear" } = options;
  checkTensors("conv1d", bias === undefined ? [x, kernel] : [x, kernel, bias], "x kernel bias");
  checkActivation("conv1d", activation);
  const windows = sequenceWindows("conv1d", options, kernel.shape[0]);
  const { output, before } = placesOf("conv1d", x.shape, kernel.shape, bias?.shape, windows, groups);
  const [N, T, C] = x.shape;
  const [k, channels, O] = kernel.shape;
  const [[stride], [dilation]] = [windows.strides, windows.dilations];
  const after = Math.max(0, (output[0] - 1) * stride + (k - 1) * dilation + 1 - T - before[0]);
  const y = conv2d(reshape(x, [N, 1, T, C]), reshape(kernel, [1, k, channels, O]), bias, {
    strides: [1, stride],
    dilationRate: [1, dilation],
    padding: windows.padding === "same" ? "same" : [0, [before[0], after]],
    groups,
    activation,
  });
  return reshape(y, [N, output[0], O]);
}

/** The windows of a convolution of sequences, with "causal" padding as numbers. @param k the size of the kernel */
export function sequenceWindows(op: string, options: Conv1dOptions, k: number): Windows {
  const { padding = "valid", ...others } = options;
  if (padding !== "causal") return windowsOf(op, { ...others, padding }, 1);
  const windows = windowsOf(op, others, 1);
  return { ...windows, padding: [[(k - 1) * windows.dilations[0], 0]] };
}
