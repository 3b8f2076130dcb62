/**
 * Depthwise convolution, in which each channel has kernels of its own, and separable convolution: a depthwise one, then
 * a mixing of channels.
 * Letters: convolutionProducts.ts; M the multiplier, outputs for each channel.
 */
import { depthwiseBackwardKernel, depthwiseConvolve } from "#wasm/kernels";
import { convShape, tapSelection } from "#wasm/layout-conv";
import { ShapeError, message } from "../../errors.js";
import { checkObject } from "../../options.js";
import { writeStruct } from "../../runtime/struct.js";
import { type Shape, checkRank, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Activation, activateApart, checkActivation, fusedActivation, isFused } from "../pointwise/activate.js";
import { broadcastTo } from "../shape/broadcastTo.js";
import { type Convolution, backwardEpilogue, checkOperands, conv2d } from "./conv2d.js";
import { type Geometry, allTaps, phaseShape, phaseTaps, phasesOf, shapeOf } from "./convolutionProducts.js";
import { type WindowOptions, type Windows, checkKernel, placesOf, windowsOf } from "./convolutionChecks.js";
import { apply, checkTensors, defineOp } from "../defineOp.js";
import { reshape } from "../shape/reshape.js";

/** The attributes of a depthwise convolution. */
export type DepthwiseConvolution = Omit<Convolution, "groups">;

/** As the kernels take it: one group, whose outputs are as many as its channels. */
function geometryOf([x, kernel]: readonly Tensor[], windows: Windows): Geometry {
  const [N, H, W, C] = x.shape;
  const [kH, kW] = kernel.shape;
  const { output, before } = placesOf("depthwiseConv2d", x.shape, [kH, kW, 1, C], undefined, windows, C);
  const [[sH, sW], [dH, dW], [oH, oW], [pH, pW]] = [windows.strides, windows.dilations, output, before];
  return { N, H, W, C, kH, kW, O: C, groups: 1, sH, sW, dH, dW, pH, pW, oH, oW };
}

/** y = f(x ∗ kernel + b), channel by channel, from x (N, H, W, C), kernel (kH, kW, C) and, if there is one, b (C). */
export const depthwiseConv2dOp = defineOp<DepthwiseConvolution>({
  name: "depthwiseConv2d",
  operands: "x kernel bias",
  shape(inputs, attributes) {
    checkOperands("depthwiseConv2d", inputs);
    const { N, oH, oW, C } = geometryOf(inputs, attributes);
    return [{ shape: [N, oH, oW, C] }];
  },
  forward({ inputs, outputs: [y], attributes }) {
    const [x, kernel, bias] = inputs as [Tensor, Tensor, Tensor?];
    const g = geometryOf(inputs, attributes);
    const { code, alpha } = fusedActivation(attributes.activation);
    const [shape, all] = [writeStruct(convShape, shapeOf(g)), writeStruct(tapSelection, allTaps(g))];
    depthwiseConvolve(y.ptr, x.ptr, kernel.ptr, bias?.ptr ?? 0, shape, all, code, alpha, 0);
  },
  backward(call) {
    const { inputs, dOutputs, attributes, gradient } = call;
    const [x, kernel] = inputs;
    const g = geometryOf(inputs, attributes);
    const { H, W, C, kH, kW, sH, sW, dH, dW, pH, pW } = g;
    backwardEpilogue(call, attributes.activation, C);
    const dZ = dOutputs[0]!.ptr;
    gradient(1, (dKernel, accumulate) =>
      depthwiseBackwardKernel(dKernel, x.ptr, dZ, writeStruct(convShape, shapeOf(g)), accumulate),
    );
    gradient(0, (dX, accumulate) => {
      const [rows, columns] = [phasesOf(H, kH, sH, dH, pH), phasesOf(W, kW, sW, dW, pW)];
      for (const h of rows) {
        for (const w of columns) {
          const to = dX + 4 * (h.phase * W + w.phase) * C;
          const [shape, flipped] = [
            writeStruct(convShape, phaseShape(g, h, w)),
            writeStruct(tapSelection, phaseTaps(h, w)),
          ];
          depthwiseConvolve(to, dZ, kernel.ptr, 0, shape, flipped, 0, 0, accumulate);
        }
      }
    });
  },
  saved: { inputs: [0, 1], outputs: [0] },
});

/** Options of {@link depthwiseConv2d}. */
export interface DepthwiseConv2dOptions extends WindowOptions {
  /** Default "linear". */
  readonly activation?: Activation;
}

/**
 * Checks that x, kernel (kH, kW, C, M) and bias fit. @returns the padding and the sizes of the output
 *
 * @param op  the function that the user called
 * @throws {ShapeError} when they do not
 */
export function checkDepthwise(op: string, x: Shape, kernel: Shape, bias: Shape | undefined, windows: Windows) {
  checkRank(op, "x", x, "[N, H, W, C]");
  checkKernel(op, kernel, "[kH, kW, C, M]");
  const [kH, kW, C, M] = kernel;
  if (x[3] !== C) {
    const expected = `C = ${C} (kernel [kH, kW, C, M] = ${showShape(kernel)})`;
    const got = `C = ${x[3]} (x [N, H, W, C] = ${showShape(x)})`;
    throw new ShapeError(message(op, "input channels differ", { expected, got }));
  }
  return placesOf(op, x, [kH, kW, 1, C * M], bias, windows, C);
}

/**
 * Depthwise convolution: y[n, q, r, c M + m] = f(b + Σ over i, j of x[n, q sH + i dH − pH, r sW + j dW − pW,
 * c] · kernel[i, j, c, m]).
 *
 * @param x        (N, H, W, C) float32, C ≥ 1
 * @param kernel   (kH, kW, C, M); for M > 1 the channels of x are repeated, which takes memory of N H W C M elements
 * @param bias     b (C M), or undefined for none
 * @param options  strides, padding, dilationRate, activation as in conv2d
 * @returns (N, oH, oW, C M)
 * Cost: 2 N oH oW C M kH kW flops; reading and writing takes longer than computing.
 * @throws {ShapeError} when operands do not fit
 * @throws {UsageError} when an option is unknown or out of range
 */
export function depthwiseConv2d(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  options: DepthwiseConv2dOptions = {},
): Tensor {
  checkObject("depthwiseConv2d", "the options", options);
  const { activation = "linear" } = options;
  checkTensors("depthwiseConv2d", bias === undefined ? [x, kernel] : [x, kernel, bias], "x kernel bias");
  checkActivation("depthwiseConv2d", activation);
  const windows = windowsOf("depthwiseConv2d", options, 2);
  checkDepthwise("depthwiseConv2d", x.shape, kernel.shape, bias?.shape, windows);
  const [N, H, W, C] = x.shape;
  const [kH, kW, , M] = kernel.shape;
  const repeated = M === 1 ? x : reshape(broadcastTo(reshape(x, [N, H, W, C, 1]), [N, H, W, C, M]), [N, H, W, C * M]);
  const flat = reshape(kernel, [kH, kW, C * M]);
  const operands = bias === undefined ? [repeated, flat] : [repeated, flat, bias];
  if (isFused(activation)) return apply(depthwiseConv2dOp, operands, { ...windows, activation });
  return activateApart(apply(depthwiseConv2dOp, operands, { ...windows, activation: "linear" }), activation);
}

/**
 * Separable convolution: a {@link depthwiseConv2d} without bias, then a convolution of 1 × 1, which mixes the channels.
 *
 * @param x                (N, H, W, C) float32
 * @param depthwiseKernel  (kH, kW, C, M)
 * @param pointwiseKernel  (1, 1, C M, O)
 * @param bias             b (O), or undefined for none
 * @param options          strides, padding and dilationRate of the depthwise part; activation of the result
 * @returns (N, oH, oW, O)
 * @throws as {@link depthwiseConv2d} and {@link conv2d}
 */
export function separableConv2d(
  x: Tensor,
  depthwiseKernel: Tensor,
  pointwiseKernel: Tensor,
  bias: Tensor | undefined,
  options: DepthwiseConv2dOptions = {},
): Tensor {
  checkObject("separableConv2d", "the options", options);
  const { activation = "linear", ...windows } = options;
  checkActivation("separableConv2d", activation);
  checkTensors("separableConv2d", [x, depthwiseKernel, pointwiseKernel], "x depthwiseKernel pointwiseKernel");
  checkRank("separableConv2d", "pointwiseKernel", pointwiseKernel.shape, "[1, 1, C M, O]");
  if (pointwiseKernel.shape[0] !== 1 || pointwiseKernel.shape[1] !== 1) {
    const got = `pointwiseKernel ${showShape(pointwiseKernel.shape)}`;
    const wrong = "pointwiseKernel is larger than one pixel";
    throw new ShapeError(message("separableConv2d", wrong, { expected: "[1, 1, C M, O]", got }));
  }
  return conv2d(depthwiseConv2d(x, depthwiseKernel, undefined, windows), pointwiseKernel, bias, { activation });
}
