/**
 * Transposed convolution: the gradient of a convolution's input as a function of its own. It spreads each input pixel
 * over a window of the output.
 * Letters: x (N, H, W, C), kernel (kH, kW, O, C), y (N, oH, oW, O); the convolution whose transpose this is maps y's
 * shape to x's.
 */
import { biasActivationForward } from "#wasm/kernels";
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { checkInteger, checkObject } from "../../options.js";
import { type Shape, checkRank, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import {
  type Activation,
  type FusedActivation,
  activateApart,
  checkActivation,
  fusedActivation,
  isFused,
} from "../pointwise/activate.js";
import { backwardEpilogue, checkOperands } from "./conv2d.js";
import { type Geometry, convolve, convolveBackwardInput, convolveBackwardKernel } from "./convolutionProducts.js";
import { type WindowOptions, type Windows, checkBias, checkKernel, windowsOf } from "./convolutionChecks.js";
import { apply, defineOp } from "../defineOp.js";

/** The attributes of a transposed convolution. */
export interface TransposedConvolution extends Windows {
  /** Rows and columns of output beyond those that a window reaches; undefined for Keras's rule. */
  readonly outputPadding: readonly number[] | undefined;
  readonly activation: FusedActivation;
}

/** Options of {@link conv2dTranspose}. */
export interface Conv2dTransposeOptions extends WindowOptions {
  /**
   * Rows and columns of output added at the end, fewer than the strides. Default: as many as give H · sH for "same", at
   * least that for "valid", and none for numbers.
   */
  readonly outputPadding?: number | readonly number[] | undefined;
  /** Default "linear". */
  readonly activation?: Activation;
}

/** Checks the options and fills in the defaults. @throws {UsageError} when an option is unknown or out of range */
export function transposedWindows(
  op: string,
  options: Conv2dTransposeOptions,
): Windows & Pick<TransposedConvolution, "outputPadding"> {
  const windows = windowsOf(op, options, 2);
  const { strides, dilations } = windows;
  if (strides.some((s) => s > 1) && dilations.some((d) => d > 1)) {
    const got = `strides ${show(strides)}, dilationRate ${show(dilations)}`;
    throw new UsageError(message(op, "strides and dilationRate cannot both exceed 1", { got }));
  }
  const { outputPadding } = options;
  if (outputPadding === undefined) return { ...windows, outputPadding };
  const given: unknown = outputPadding;
  const added = (Array.isArray(given) ? given : [given, given]) as readonly number[];
  for (const [axis, s] of strides.entries()) checkInteger(op, "outputPadding", added[axis], `[0, ${s})`);
  return { ...windows, outputPadding: added };
}

/**
 * The sizes of the output of a transposed convolution, and the padding that it removes before each axis.
 *
 *   same      H sH, or with outputPadding a: (H − 1) sH + extent − 2 ⌊extent / 2⌋ + a
 *   valid     (H − 1) sH + max(extent, sH), or with a: (H − 1) sH + extent + a
 *   numbers   (H − 1) sH + extent − before − after + a
 * @throws {ShapeError} when operands do not fit, or the output would be empty
 */
export function transposedPlaces(
  op: string,
  x: Shape,
  kernel: Shape,
  bias: Shape | undefined,
  { strides, dilations, padding, outputPadding }: Omit<TransposedConvolution, "activation">,
): { readonly output: number[]; readonly before: number[] } {
  checkRank(op, "x", x, "[N, H, W, C]");
  checkKernel(op, kernel, "[kH, kW, O, C]");
  const shownKernel = `kernel [kH, kW, O, C] = ${showShape(kernel)}`;
  if (x[3] !== kernel[3]) {
    const got = `C = ${x[3]} (x [N, H, W, C] = ${showShape(x)})`;
    throw new ShapeError(message(op, "input channels differ", { expected: `C = ${kernel[3]} (${shownKernel})`, got }));
  }
  checkBias(op, bias, kernel[2], shownKernel);
  const places = ["H", "W"].map((name, axis) => {
    const [input, s, added] = [x[axis + 1], strides[axis], outputPadding?.[axis]];
    const extent = (kernel[axis] - 1) * dilations[axis] + 1;
    const reach = (input - 1) * s + extent;
    if (padding === "same") {
      const output = added === undefined ? input * s : reach - 2 * Math.floor(extent / 2) + added;
      return { name, output, before: Math.floor(Math.max(0, reach - output) / 2) };
    }
    if (padding === "valid") {
      return { name, output: added === undefined ? reach + Math.max(0, s - extent) : reach + added, before: 0 };
    }
    const side = typeof padding === "number" ? padding : padding[axis];
    const [before, after] = typeof side === "number" ? [side, side] : side;
    return { name, output: reach - before - after + (added ?? 0), before };
  });
  for (const { name, output } of places) {
    if (output >= 1) continue;
    const got = `${output} along ${name} (x [N, H, W, C] = ${showShape(x)}, ${shownKernel})`;
    throw new ShapeError(
      message(op, "the output would be empty", { expected: "at least 1", got, hint: "Use less padding." }),
    );
  }
  return { output: places.map(({ output }) => output), before: places.map(({ before }) => before) };
}

/** The geometry of the convolution that maps y to x. */
function geometryOf(inputs: readonly Tensor[], attributes: TransposedConvolution): Geometry {
  const [x, kernel, bias] = inputs as [Tensor, Tensor, Tensor?];
  const { output, before } = transposedPlaces("conv2dTranspose", x.shape, kernel.shape, bias?.shape, attributes);
  const [N, oH, oW, O] = x.shape;
  const [kH, kW, C] = kernel.shape;
  const [[sH, sW], [dH, dW], [H, W], [pH, pW]] = [attributes.strides, attributes.dilations, output, before];
  return { N, H, W, C, kH, kW, O, groups: 1, sH, sW, dH, dW, pH, pW, oH, oW };
}

/** y = f(x ∗ᵀ kernel + b) from x, kernel and, if there is one, b. */
export const conv2dTransposeOp = defineOp<TransposedConvolution>({
  name: "conv2dTranspose",
  operands: "x kernel bias",
  shape(inputs, attributes) {
    checkOperands("conv2dTranspose", inputs);
    const { N, H, W, C } = geometryOf(inputs, attributes);
    return [{ shape: [N, H, W, C] }];
  },
  forward({ inputs, outputs: [y], attributes, scratch }) {
    const [x, kernel, bias] = inputs as [Tensor, Tensor, Tensor?];
    const g = geometryOf(inputs, attributes);
    convolveBackwardInput(g, [y.ptr, x.ptr, kernel.ptr], 0, scratch);
    const { code, alpha } = fusedActivation(attributes.activation);
    if (code !== 0 || bias !== undefined)
      biasActivationForward(y.ptr, bias?.ptr ?? 0, g.N * g.H * g.W, g.C, code, alpha);
  },
  backward(call) {
    const { inputs, dOutputs, attributes, gradient, scratch } = call;
    const [x, kernel] = inputs;
    const g = geometryOf(inputs, attributes);
    backwardEpilogue(call, attributes.activation, g.C);
    const dZ = dOutputs[0]!.ptr;
    gradient(1, (dW, accumulate) => convolveBackwardKernel(g, [dW, dZ, x.ptr], accumulate, scratch));
    gradient(0, (dX, accumulate) => convolve(g, [dX, dZ, kernel.ptr, 0], "linear", accumulate, scratch));
  },
  saved: { inputs: [0, 1], outputs: [0] },
});

/**
 * Transposed two-dimensional convolution, which enlarges images by its strides:
 *
 *   y[n, q sH + i dH − pH, r sW + j dW − pW, o] += x[n, q, r, c] · kernel[i, j, o, c]   for all q, r, i, j, c;
 *   then f(y + b)
 *
 * @param x        (N, H, W, C) float32
 * @param kernel   (kH, kW, O, C): that of the convolution from y to x
 * @param bias     b (O), or undefined for none
 * @param options  strides, padding, dilationRate, outputPadding, activation f
 * @returns (N, oH, oW, O); oH = H sH for "same", (H − 1) sH + max(extent, sH) for "valid", extent = (kH − 1) dH + 1
 * Cost: 2 N H W O kH kW C flops forward, as many for each gradient.
 * @throws {ShapeError} when operands do not fit
 * @throws {UsageError} when an option is out of range, or strides and dilationRate both exceed 1, as in Keras
 */
export function conv2dTranspose(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  options: Conv2dTransposeOptions = {},
): Tensor {
  checkObject("conv2dTranspose", "the options", options);
  const { activation = "linear" } = options;
  checkActivation("conv2dTranspose", activation);
  const windows = transposedWindows("conv2dTranspose", options);
  const operands = bias === undefined ? [x, kernel] : [x, kernel, bias];
  if (isFused(activation)) return apply(conv2dTransposeOp, operands, { ...windows, activation });
  return activateApart(apply(conv2dTransposeOp, operands, { ...windows, activation: "linear" }), activation);
}
