/**
 * The three products of a convolution as kernel calls: by matrix product, by Winograd's algorithm, or directly.
 * Letters: x (N, H, W, C), kernel (kH, kW, C / groups, O), y (N, oH, oW, O); strides sH sW, dilations dH dW, padding pH
 * pW before the first row and column. Does not know gradients of tensors (conv2d.ts and conv2dTranspose.ts do), and
 * does not check operands (convolutionChecks.ts does).
 */
import { imageKernels } from "../../runtime/parts/images.js";
import { kernels } from "../../runtime/runtime.js";
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
        h.count, w.count, 1, 1, h.dilation, w.dilation, h.offset, w.offset, H * W * C, sH * W * C, sW * C,
        0, 0, space, accumulate,
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
