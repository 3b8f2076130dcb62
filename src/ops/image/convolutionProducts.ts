/**
 * The three products of a convolution as kernel calls: by matrix product, by Winograd's algorithm, or directly.
 * Letters: x (N, H, W, C), kernel (kH, kW, C / groups, O), y (N, oH, oW, O); strides sH sW, dilations dH dW, padding pH
 * pW before the first row and column. Does not know gradients of tensors (conv2d.ts and conv2dTranspose.ts do), and
 * does not check operands (convolutionChecks.ts does).
 */
import {
  biasActivationForward,
  conv2dBackwardKernel,
  conv2dBackwardKernelScratchBytes,
  conv2dPackKernel,
  conv2dPackScratchBytes,
  convolve2d,
  convolve2dScratchBytes,
  fill,
  gemm,
  gemmScratchBytes,
  winogradConvolve,
  winogradGradientScratchBytes,
  winogradKernel,
  winogradKernelGradient,
  winogradKernelGradientEnd,
  winogradKernelScratchBytes,
  winogradPackScratchBytes,
  winogradScratchBytes,
  winogradSumsScratchBytes,
} from "#wasm/kernels";
import { type ConvShape, type TapSelection, convShape, tapSelection } from "#wasm/layout-conv";
import { transposeA, transposeB, transposeNone } from "#wasm/layout-gemm";
import { writeStruct } from "../../runtime/struct.js";
import { type FusedActivation, fusedActivation } from "../pointwise/activate.js";

/** A checked convolution of images, with the letters above. */
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

/** A convolution as the kernels take it, with outputs that are contiguous. */
export function shapeOf(g: Geometry): ConvShape {
  const { N, H, W, C, kH, kW, O, groups, sH, sW, dH, dW, pH, pW, oH, oW } = g;
  return {
    ...{ images: N, height: H, width: W, channels: C / groups, qH: oH, qW: oW, outputs: O, groups },
    ...{ kH, kW, sH, sW, dH, dW, top: -pH, left: -pW },
    ...{ imageStep: oH * oW * O, rowStep: oW * O, columnStep: O },
  };
}

/** All taps of the kernel, in their order. */
export function allTaps({ kH, kW }: Geometry): TapSelection {
  return { h0: 0, hStep: 1, nH: kH, w0: 0, wStep: 1, nW: kW };
}

/** Allocates memory that lives until the op's call ends. */
type Scratch = (bytes: number) => number;

/** True for a convolution that looks at each pixel alone: a matrix product of pixels and kernel. */
function isProduct({ kH, kW, sH, sW, pH, pW, H, W, oH, oW, groups }: Geometry): boolean {
  return kH * kW * sH * sW * groups === 1 && pH === 0 && pW === 0 && H === oH && W === oW;
}

/**
 * True when Winograd's algorithm is faster by a sixth or more: 3 × 3 without strides, channels that fill vectors and
 * are deep enough, outputs that fill their tiles of 4 × 4, and so many tiles that the transform of the kernel does not
 * matter.
 */
function isWinograd({ N, C, O, kH, kW, groups, sH, sW, dH, dW, oH, oW }: Geometry): boolean {
  if (kH !== 3 || kW !== 3 || sH * sW * dH * dW * groups !== 1) return false;
  const tiles = Math.ceil(oH / 4) * Math.ceil(oW / 4);
  const multiplications = (36 * tiles) / (9 * oH * oW);
  return C % 4 === 0 && O % 4 === 0 && Math.min(C, O) >= 16 && multiplications <= 0.6 && N * tiles >= 24;
}

/**
 * y = f(x ∗ kernel + bias), or its gradient, by Winograd's algorithm. @param transposed 1 to use the flipped,
 * transposed kernel
 */
function convolveTiles(
  [y, x, kernel, bias]: readonly [number, number, number, number],
  g: Geometry,
  transposed: 0 | 1,
  { code, alpha }: { readonly code: number; readonly alpha: number },
  accumulate: 0 | 1,
  scratch: Scratch,
): void {
  const { C, O } = g;
  const packed = scratch(winogradPackScratchBytes(C, O));
  const pass = scratch(winogradKernelScratchBytes());
  const [rows, columns] = transposed ? [O, C] : [C, O];
  winogradKernel(packed, kernel, transposed, rows, columns, pass);
  const space = scratch(winogradScratchBytes(C, O));
  winogradConvolve(y, x, packed, bias, writeStruct(convShape, shapeOf(g)), code, alpha, space, accumulate);
}

/** y = f(x ∗ kernel + bias). @param bias 0 for none */
export function convolve(
  g: Geometry,
  [y, x, kernel, bias]: readonly [number, number, number, number],
  activation: FusedActivation,
  accumulate: 0 | 1,
  scratch: Scratch,
): void {
  const { N, H, W, C, kH, kW, O, groups, sH, sW, dH, dW, oH, oW } = g;
  const { code, alpha } = fusedActivation(activation);
  if (isProduct(g)) {
    const rows = N * H * W;
    gemm(transposeNone, rows, O, C, x, C, kernel, O, accumulate, y, O, scratch(gemmScratchBytes(rows, O, C)));
    if (code !== 0 || bias !== 0) biasActivationForward(y, bias, rows, O, code, alpha);
    return;
  }
  if (isWinograd(g)) {
    convolveTiles([y, x, kernel, bias], g, 0, { code, alpha }, accumulate, scratch);
    return;
  }
  const channels = C / groups;
  const packed = scratch(conv2dPackScratchBytes(kH * kW, channels, O / groups, groups));
  const space = scratch(convolve2dScratchBytes(oH, oW, channels, kH, kW, sH, sW, dH, dW));
  const all = writeStruct(tapSelection, allTaps(g));
  conv2dPackKernel(packed, kernel, all, 0, kW, channels, O, groups, oW);
  convolve2d(y, x, packed, bias, writeStruct(convShape, shapeOf(g)), code, alpha, space, accumulate);
}

/**
 * The taps along one axis that reach the inputs i ≡ phase (mod stride): tap first − j · step, for j < count, reads
 * output q + offset + j · dilation.
 */
export interface PhaseTaps {
  readonly phase: number;
  /** The number of inputs of this phase: i = phase + q · stride. */
  readonly inputs: number;
  readonly count: number;
  readonly first: number;
  readonly step: number;
  readonly offset: number;
  readonly dilation: number;
}

/** The taps of each phase: input i is seen by tap k of output (i + p − k d) / s, if that is an integer. */
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

/** The convolution of dY that gives the gradient of the inputs of a phase of rows and one of columns. */
export function phaseShape(g: Geometry, h: PhaseTaps, w: PhaseTaps): ConvShape {
  const { N, H, W, C, O, groups, kW, sH, sW, oH, oW } = g;
  return {
    ...{ images: N, height: oH, width: oW, channels: O / groups, qH: h.inputs, qW: w.inputs, outputs: C, groups },
    ...{ kH: h.count, kW, sH: 1, sW: 1, dH: h.dilation, dW: w.dilation, top: h.offset, left: w.offset },
    ...{ imageStep: H * W * C, rowStep: sH * W * C, columnStep: sW * C },
  };
}

/** The taps that reach them, flipped. */
export function phaseTaps(h: PhaseTaps, w: PhaseTaps): TapSelection {
  return { h0: h.first, hStep: -h.step, nH: h.count, w0: w.first, wStep: -w.step, nW: w.count };
}

/**
 * dX = or += the gradient of x: for each phase of the strides, a convolution of dY with those taps of the flipped,
 * transposed kernel that reach the phase. Inputs that no window sees have gradient 0.
 */
export function convolveBackwardInput(
  g: Geometry,
  [dX, dY, kernel]: readonly [number, number, number],
  accumulate: 0 | 1,
  scratch: Scratch,
): void {
  const { N, H, W, C, kH, kW, O, groups, sH, sW, dH, dW, pH, pW, oH, oW } = g;
  if (isProduct(g)) {
    const rows = N * H * W;
    gemm(transposeB, rows, C, O, dY, O, kernel, O, accumulate, dX, C, scratch(gemmScratchBytes(rows, C, O)));
    return;
  }
  if (isWinograd(g)) {
    const back = { ...g, H: oH, W: oW, C: O, oH: H, oW: W, O: C, pH: kH - 1 - pH, pW: kW - 1 - pW };
    convolveTiles([dX, dY, kernel, 0], back, 1, { code: 0, alpha: 0 }, accumulate, scratch);
    return;
  }
  const [channels, outputs] = [C / groups, O / groups];
  const [rowPhases, columnPhases] = [phasesOf(H, kH, sH, dH, pH), phasesOf(W, kW, sW, dW, pW)];
  if (!accumulate && [...rowPhases, ...columnPhases].some(({ count }) => count === 0)) fill(dX, 0, N * H * W * C);
  for (const h of rowPhases) {
    for (const w of columnPhases) {
      if (h.count === 0 || w.count === 0) continue;
      const packed = scratch(conv2dPackScratchBytes(h.count * w.count, outputs, channels, groups));
      const flipped = writeStruct(tapSelection, phaseTaps(h, w));
      conv2dPackKernel(packed, kernel, flipped, 1, kW, channels, O, groups, w.inputs);
      const space = scratch(
        convolve2dScratchBytes(h.inputs, w.inputs, outputs, h.count, w.count, 1, 1, h.dilation, w.dilation),
      );
      const shape = writeStruct(convShape, { ...phaseShape(g, h, w), kW: w.count });
      const to = dX + 4 * (h.phase * W + w.phase) * C;
      convolve2d(to, dY, packed, 0, shape, 0, 0, space, accumulate);
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
  const { N, H, W, C, kH, kW, O, groups, oH, oW } = g;
  if (isProduct(g)) {
    const rows = N * H * W;
    gemm(transposeA, C, O, rows, x, C, dY, O, accumulate, dKernel, O, scratch(gemmScratchBytes(C, O, rows)));
    return;
  }
  if (isWinograd(g)) {
    const tiles = N * Math.ceil(oH / 4) * Math.ceil(oW / 4);
    const sums = scratch(winogradSumsScratchBytes(tiles, C, O));
    const pass = scratch(winogradKernelScratchBytes());
    const space = scratch(winogradGradientScratchBytes(C, O));
    winogradKernelGradient(sums, x, dY, writeStruct(convShape, shapeOf(g)), space);
    winogradKernelGradientEnd(dKernel, sums, tiles, C, O, pass, accumulate);
    return;
  }
  const channels = C / groups;
  const bytes = conv2dBackwardKernelScratchBytes(N * oH * oW, kH * kW, channels, O / groups);
  conv2dBackwardKernel(dKernel, x, dY, writeStruct(convShape, shapeOf(g)), scratch(bytes), accumulate);
}
