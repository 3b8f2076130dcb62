/**
 * What convolutions have in common: their options, the check of their operands, and the three products as calls of kernels.
 * Letters: x (N, H, W, C), kernel (kH, kW, C / groups, O), y (N, oH, oW, O); strides sH sW, dilations dH dW, padding pH pW before the first row and column.
 * Does not know tensors' gradients: conv2d.ts and conv2dTranspose.ts do.
 */
import { ShapeError, message } from "../errors.js";
import { checkInteger } from "../options.js";
import { imageKernels } from "../runtime/parts/images.js";
import { kernels } from "../runtime/runtime.js";
import { type Shape, showShape, sizeOf } from "../tensor/shape.js";
import { type WindowPadding, checkWindowPadding, eachAxis, windowPlaces } from "../tensor/window.js";
import type { FusedActivation } from "./activation.js";
import { fusedActivation } from "./activation.js";

/** How windows lie, as users say it. */
export interface WindowOptions {
  /** Step of the window, one number or one for each axis. Default 1. */
  readonly strides?: number | readonly number[];
  /** Default "valid": none. */
  readonly padding?: WindowPadding;
  /** Distance between the elements of a window. Default 1. */
  readonly dilationRate?: number | readonly number[];
}

/** How a convolution lies. */
export interface ConvolutionOptions extends WindowOptions {
  /** Channels and filters are cut into so many groups, each of which sees only its own. Default 1. */
  readonly groups?: number;
}

/** The options with a number for each axis. */
export interface Windows {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: WindowPadding;
}

/** A checked convolution of images: the letters above. */
export interface Geometry {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly kH: number;
  readonly kW: number;
  readonly O: number;
  readonly groups: number;
  readonly sH: number;
  readonly sW: number;
  readonly dH: number;
  readonly dW: number;
  readonly pH: number;
  readonly pW: number;
  readonly oH: number;
  readonly oW: number;
}

/** Gives memory that lives until the op's call ends. */
type Scratch = (bytes: number) => number;

/** Checks options for `axes` axes and fills in the defaults. Throws UsageError. */
export function windowsOf(op: string, options: WindowOptions, axes: number): Windows {
  const { strides = 1, padding = "valid", dilationRate = 1 } = options;
  checkWindowPadding(op, padding, axes);
  return {
    strides: eachAxis(op, "strides", strides, axes),
    dilations: eachAxis(op, "dilationRate", dilationRate, axes),
    padding,
  };
}

/** The letters of an operand of so many axes beside the batch and the channels, as messages write them. */
const letters = {
  1: { input: "[N, T, C]", kernel: "[k, C / groups, O]", axes: ["T"] },
  2: { input: "[N, H, W, C]", kernel: "[kH, kW, C / groups, O]", axes: ["H", "W"] },
} as const;

/**
 * The shape of a convolution's output, and the padding before each axis.
 *
 * @param op  the function that the user called     @param x  shape (N, …, C)
 * @param kernel  shape (k…, C / groups, O)          @param bias  shape, which must be (O), or undefined
 * Errors: ShapeError for ranks, channels, groups or a bias that do not fit, and for a window larger than the padded input; UsageError for groups.
 */
export function placesOf(
  op: string,
  x: Shape,
  kernel: Shape,
  bias: Shape | undefined,
  { strides, dilations, padding }: Windows,
  groups: number,
): { readonly output: number[]; readonly before: number[] } {
  const rank = strides.length as 1 | 2;
  const names = letters[rank];
  checkRank(op, "x", x, rank + 2, names.input);
  checkKernel(op, kernel, rank + 2, names.kernel);
  checkInteger(op, "groups", groups, "[1, ∞)");
  const [C, O] = [x[rank + 1], kernel[rank + 1]];
  const shownKernel = `kernel ${names.kernel} = ${showShape(kernel)}`;
  if (C % groups !== 0 || O % groups !== 0) {
    const got = `${C} channels, ${O} filters, ${groups} groups`;
    throw new ShapeError(
      message(op, "groups do not divide the channels", { expected: "C and O multiples of groups", got }),
    );
  }
  if (kernel[rank] * groups !== C) {
    const expected = `C = ${kernel[rank] * groups} (${shownKernel}${groups === 1 ? "" : `, ${groups} groups`})`;
    throw new ShapeError(
      message(op, "input channels differ", { expected, got: `C = ${C} (x ${names.input} = ${showShape(x)})` }),
    );
  }
  checkBias(op, bias, O, shownKernel);
  const axes = names.axes.map((name, i) => {
    return { name, input: x[i + 1], window: kernel[i], stride: strides[i], dilation: dilations[i] };
  });
  const places = windowPlaces(op, axes, padding);
  return { output: places.map(({ output }) => output), before: places.map(({ before }) => before) };
}

/** Throws ShapeError unless the operand has so many axes. */
export function checkRank(op: string, operand: string, shape: Shape, rank: number, expected: string): void {
  if (shape.length === rank) return;
  const got = `${operand} ${showShape(shape)}`;
  throw new ShapeError(message(op, `${operand} has the wrong rank`, { expected: `${operand} ${expected}`, got }));
}

/** Throws ShapeError unless the kernel has so many axes, and something in each. */
export function checkKernel(op: string, kernel: Shape, rank: number, letters: string): void {
  checkRank(op, "kernel", kernel, rank, letters);
  if (sizeOf(kernel) > 0) return;
  const got = `kernel ${letters} = ${showShape(kernel)}`;
  throw new ShapeError(message(op, "the kernel is empty", { expected: "sizes ≥ 1", got }));
}

/** Throws ShapeError unless the bias is a vector of O. @param kernel as the message shows it */
export function checkBias(op: string, bias: Shape | undefined, O: number, kernel: string): void {
  if (bias === undefined || (bias.length === 1 && bias[0] === O)) return;
  const expected = `bias [O] with O = ${O} (${kernel})`;
  throw new ShapeError(message(op, "the bias does not fit", { expected, got: `bias ${showShape(bias)}` }));
}

/** True for a convolution that looks at each pixel alone: a matrix product of pixels and kernel. */
function isProduct({ kH, kW, sH, sW, pH, pW, H, W, oH, oW, groups }: Geometry): boolean {
  return kH * kW * sH * sW * groups === 1 && pH === 0 && pW === 0 && H === oH && W === oW;
}

/**
 * True where Winograd's algorithm is quicker by a sixth or more: 3 × 3 without strides, channels that fill vectors and are deep enough, outputs that fill
 * their tiles of 4 × 4, and so many tiles that the kernel's transform does not count.
 */
function isWinograd({ N, C, O, kH, kW, groups, sH, sW, dH, dW, oH, oW }: Geometry): boolean {
  if (kH !== 3 || kW !== 3 || sH * sW * dH * dW * groups !== 1) return false;
  const tiles = Math.ceil(oH / 4) * Math.ceil(oW / 4);
  const multiplications = (36 * tiles) / (9 * oH * oW);
  return C % 4 === 0 && O % 4 === 0 && Math.min(C, O) >= 16 && multiplications <= 0.6 && N * tiles >= 24;
}

/** y = f(x ∗ kernel + bias) or its gradient by Winograd's algorithm. @param transposed 1: with the flipped, transposed kernel */
function convolveTiles(
  [y, x, kernel, bias]: readonly [number, number, number, number],
  [N, H, W, C, oH, oW, O, top, left]: readonly number[],
  transposed: 0 | 1,
  { code, alpha }: { readonly code: number; readonly alpha: number },
  accumulate: 0 | 1,
  scratch: Scratch,
): void {
  const images = imageKernels();
  const packed = scratch(images.winogradPackScratchBytes(C, O));
  const pass = scratch(images.winogradKernelScratchBytes());
  const [rows, columns] = transposed ? [O, C] : [C, O];
  images.winogradKernel(packed, kernel, transposed, rows, columns, pass);
  const space = scratch(images.winogradScratchBytes(C, O));
  images.winogradConvolve(
    ...([y, x, packed, bias, N, H, W, C, oH, oW, O, top, left, code, alpha, space, accumulate] as const),
  );
}

/** y = f(x ∗ kernel + bias). @param bias 0 for none */
export function convolve(
  g: Geometry,
  [y, x, kernel, bias]: readonly [number, number, number, number],
  activation: FusedActivation,
  accumulate: 0 | 1,
  scratch: Scratch,
): void {
  const { N, H, W, C, kH, kW, O, groups, sH, sW, dH, dW, pH, pW, oH, oW } = g;
  const k = kernels();
  const { code, alpha } = fusedActivation(activation);
  if (isProduct(g)) {
    const rows = N * H * W;
    k.gemm(0, 0, rows, O, C, x, C, kernel, O, accumulate, y, O, scratch(k.gemmScratchBytes(rows, O, C)));
    if (code !== 0 || bias !== 0) k.biasActivationForward(y, bias, rows, O, code, alpha);
    return;
  }
  if (isWinograd(g)) {
    convolveTiles([y, x, kernel, bias], [N, H, W, C, oH, oW, O, -pH, -pW], 0, { code, alpha }, accumulate, scratch);
    return;
  }
  const channels = C / groups;
  const images = imageKernels();
  const packed = scratch(images.conv2dPackScratchBytes(kH * kW, channels, O / groups, groups));
  const space = scratch(images.convolve2dScratchBytes(oH, oW, channels, kH, kW, sH, sW, dH, dW));
  images.conv2dPackKernel(packed, kernel, 0, kW, channels, O, groups, 0, 1, kH, 0, 1, kW, oW);
  // prettier-ignore
  images.convolve2d(
    y, x, packed, bias, N, H, W, channels, oH, oW, O, groups, kH, kW, sH, sW, dH, dW, -pH, -pW,
    oH * oW * O, oW * O, O, code, alpha, space, accumulate,
  );
}

/** The taps along one axis that reach the inputs i ≡ phase (mod stride): tap first − j · step, for j < count, reads output q + offset + j · dilation. */
export interface PhaseTaps {
  readonly phase: number;
  /** How many inputs there are of this phase: i = phase + q · stride. */
  readonly inputs: number;
  readonly count: number;
  readonly first: number;
  readonly step: number;
  readonly offset: number;
  readonly dilation: number;
}

/** For each phase its taps: input i is seen by tap k of output (i + p − k d) / s, where that is whole. */
export function phasesOf(input: number, k: number, s: number, d: number, p: number): PhaseTaps[] {
  return Array.from({ length: Math.min(s, input) }, (_, phase) => {
    const taps = Array.from({ length: k }, (_, tap) => tap).filter((tap) => (phase + p - tap * d) % s === 0);
    const [first = 0, second = first] = taps.toReversed();
    const step = Math.max(first - second, 1);
    return {
      phase,
      inputs: Math.ceil((input - phase) / s),
      count: taps.length,
      first,
      step,
      offset: (phase + p - first * d) / s,
      dilation: Math.max((step * d) / s, 1),
    };
  });
}

/**
 * dX = or += the gradient of x: for each phase of the strides a convolution of dY with those taps of the flipped, transposed kernel that reach it.
 * Inputs that no window sees have the gradient 0.
 */
export function convolveBackwardInput(
  g: Geometry,
  [dX, dY, kernel]: readonly [number, number, number],
  accumulate: 0 | 1,
  scratch: Scratch,
): void {
  const { N, H, W, C, kH, kW, O, groups, sH, sW, dH, dW, pH, pW, oH, oW } = g;
  const k = kernels();
  if (isProduct(g)) {
    const rows = N * H * W;
    k.gemm(0, 1, rows, C, O, dY, O, kernel, O, accumulate, dX, C, scratch(k.gemmScratchBytes(rows, C, O)));
    return;
  }
  if (isWinograd(g)) {
    const [top, left] = [pH - kH + 1, pW - kW + 1];
    const sizes = [N, oH, oW, O, H, W, C, top, left];
    convolveTiles([dX, dY, kernel, 0], sizes, 1, { code: 0, alpha: 0 }, accumulate, scratch);
    return;
  }
  const images = imageKernels();
  const [channels, outputs] = [C / groups, O / groups];
  const [rowPhases, columnPhases] = [phasesOf(H, kH, sH, dH, pH), phasesOf(W, kW, sW, dW, pW)];
  if (!accumulate && [...rowPhases, ...columnPhases].some(({ count }) => count === 0)) k.fill(dX, 0, N * H * W * C);
  for (const h of rowPhases) {
    for (const w of columnPhases) {
      if (h.count === 0 || w.count === 0) continue;
      const packed = scratch(images.conv2dPackScratchBytes(h.count * w.count, outputs, channels, groups));
      // prettier-ignore
      images.conv2dPackKernel(
        packed, kernel, 1, kW, channels, O, groups, h.first, -h.step, h.count, w.first, -w.step, w.count, w.inputs,
      );
      const space = scratch(
        images.convolve2dScratchBytes(h.inputs, w.inputs, outputs, h.count, w.count, 1, 1, h.dilation, w.dilation),
      );
      // prettier-ignore
      images.convolve2d(
        dX + 4 * (h.phase * W + w.phase) * C, dY, packed, 0, N, oH, oW, outputs, h.inputs, w.inputs, C, groups,
        h.count, w.count, 1, 1, h.dilation, w.dilation, h.offset, w.offset, H * W * C, sH * W * C, sW * C, 0, 0, space, accumulate,
      );
    }
  }
}

/** dKernel = or += the gradient of the kernel. */
export function convolveBackwardKernel(
  g: Geometry,
  [dKernel, x, dY]: readonly [number, number, number],
  accumulate: 0 | 1,
  scratch: Scratch,
): void {
  const { N, H, W, C, kH, kW, O, groups, sH, sW, dH, dW, pH, pW, oH, oW } = g;
  const k = kernels();
  if (isProduct(g)) {
    const rows = N * H * W;
    k.gemm(1, 0, C, O, rows, x, C, dY, O, accumulate, dKernel, O, scratch(k.gemmScratchBytes(C, O, rows)));
    return;
  }
  const images = imageKernels();
  if (isWinograd(g)) {
    const tiles = N * Math.ceil(oH / 4) * Math.ceil(oW / 4);
    const sums = scratch(images.winogradSumsScratchBytes(tiles, C, O));
    const pass = scratch(images.winogradKernelScratchBytes());
    const space = scratch(images.winogradGradientScratchBytes(C, O));
    images.winogradKernelGradient(sums, x, dY, N, H, W, C, oH, oW, O, -pH, -pW, space);
    images.winogradKernelGradientEnd(dKernel, sums, tiles, C, O, pass, accumulate);
    return;
  }
  const channels = C / groups;
  const bytes = images.conv2dBackwardKernelScratchBytes(N * oH * oW, kH * kW, channels, O / groups);
  // prettier-ignore
  images.conv2dBackwardKernel(
    dKernel, x, dY, N, H, W, channels, oH, oW, O, groups, kH, kW, sH, sW, dH, dW, -pH, -pW, scratch(bytes), accumulate,
  );
}
