/**
 * Three-dimensional convolution, of volumes or of frames one after the other, as one convolution of images: the frames
 * that a window sees lie side by side as channels. Without kernels of its own. Letters: N volumes of D frames, H W a
 * frame, C channels, O filters; k…, s…, d…, p…, o… sizes of the kernel, strides, dilations, padding before, output.
 */
import { checkObject } from "../../options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkTensors } from "../defineOp.js";
import { type Activation, checkActivation } from "../pointwise/activate.js";
import { concat } from "../shape/concat.js";
import { reshape } from "../shape/reshape.js";
import { pad, slice } from "../shape/slice.js";
import { transpose } from "../shape/transpose.js";
import { checkOperands, conv2d } from "./conv2d.js";
import { type WindowOptions, type Windows, placesOf, windowsOf } from "./convolutionChecks.js";

/** Options of {@link conv3d}; lists have a number for each of the axes D, H and W. */
export interface Conv3dOptions extends WindowOptions {
  /** Default "linear". */
  readonly activation?: Activation;
}

/**
 * Three-dimensional convolution, along the frames of a volume as well as in them:
 *
 *   y[n, p, q, r, o] = f(b[o] + Σ over l, i, j, c of x[n, p sD + l dD − pD, q sH + i dH − pH, r sW + j dW − pW,
 *   c] · kernel[l, i, j, c, o]), x being 0 outside the volume.
 *
 * @param x        (N, D, H, W, C) float32
 * @param kernel   (kD, kH, kW, C, O)
 * @param bias     b (O), or undefined for none
 * @param options  strides, padding, dilationRate, activation as in {@link conv2d}, along three axes
 * @returns (N, oD, oH, oW, O)
 * Cost: 2 N oD oH oW O kD kH kW C flops forward and as many for each gradient; memory of kD N oD H W C elements, in which
 * the frames of each window are laid side by side, and as much for their gradient.
 * @throws {ShapeError} when operands do not fit, or the kernel is larger than the padded input
 * @throws {UsageError} when an option is unknown or out of range
 */
export function conv3d(x: Tensor, kernel: Tensor, bias: Tensor | undefined, options: Conv3dOptions = {}): Tensor {
  checkObject("conv3d", "the options", options);
  const { activation = "linear" } = options;
  const operands = bias === undefined ? [x, kernel] : [x, kernel, bias];
  checkTensors("conv3d", operands, "x kernel bias");
  checkOperands("conv3d", operands);
  checkActivation("conv3d", activation);
  const windows = windowsOf("conv3d", options, 3);
  const { output, before, after } = placesOf("conv3d", x.shape, kernel.shape, bias?.shape, windows, 1);
  const [N, , H, W] = x.shape;
  const [kD, kH, kW, C, O] = kernel.shape;
  const { strides, dilations } = windows;
  const frames = framesOfWindows(x, kD, output[0], windows, before[0]);
  const sides = [1, 2].map((axis) => [before[axis], after[axis]] as const);
  const y = conv2d(
    reshape(frames, [N * output[0], H, W, kD * C]),
    kD === 1 ? reshape(kernel, [kH, kW, C, O]) : reshape(transpose(kernel, [1, 2, 0, 3, 4]), [kH, kW, kD * C, O]),
    bias,
    { strides: strides.slice(1), dilationRate: dilations.slice(1), padding: sides, activation },
  );
  return reshape(y, [N, ...output, O]);
}

/** For each of the oD windows the kD frames that it sees, side by side as channels: (N, oD, H, W, kD C). */
function framesOfWindows(
  x: Tensor,
  kD: number,
  oD: number,
  { strides: [stride], dilations: [dilation] }: Windows,
  padding: number,
): Tensor {
  const [N, D, H, W, C] = x.shape;
  const groups = Math.floor(((kD - 1) * dilation) / stride) + oD; // of `stride` frames; window p begins with group p
  const before = Math.min(padding, groups * stride);
  const inside = Math.min(D, groups * stride - before);
  const cut = inside < D ? slice(x, [0, 0], [N, inside]) : x;
  const after = groups * stride - before - inside;
  const none = [0, 0] as const;
  const padded = before + after > 0 ? pad(cut, [none, [before, after], none, none, none]) : cut;
  const grouped = reshape(padded, [N, groups, stride, H, W, C]);
  const parts = Array.from({ length: kD }, (_, l) => {
    const at = l * dilation;
    return slice(grouped, [0, Math.floor(at / stride), at % stride], [N, oD, 1]);
  });
  return parts.length === 1 ? parts[0] : concat(parts, 5);
}
