/**
 * Layer normalisation: mean 0 and variance 1 over the last axes of each sample, then scale γ and shift β. Letters: x
 * (R, F), F the normalised axes.
 * Source: Ba, Kiros, Hinton 2016.
 */
import { layerNormBackward, layerNormBlockCount, layerNormForward, layerNormSums, sumAxis } from "#wasm/kernels";
import { ShapeError, message, show } from "../../errors.js";
import { checkObject } from "../../options.js";
import { type Shape, showShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { applyMany, checkDtype, checkTensors, defineOp } from "../defineOp.js";
import { type Affine, type NormOptions, affineOf, affineOperands, checkAffine } from "./normOptions.js";

/** The attributes: how many of the last axes are normalised, and γ, β and ε. */
export interface LayerNorm extends Affine {
  readonly axes: number;
}

function sizesOf(shape: Shape, axes: number): readonly [rows: number, f: number] {
  return [sizeOf(shape.slice(0, -axes)), sizeOf(shape.slice(-axes))];
}

/** y = γ x̂ + β; further outputs, for the backward pass: mean and 1 / √(variance + ε), (R). */
export const layerNormOp = defineOp<LayerNorm>({
  name: "layerNorm",
  shape([x, ...rest], norm) {
    checkDtype("layerNorm", "x", x, "float32");
    const { axes } = norm;
    if (!Number.isInteger(axes) || axes < 1 || axes > x.rank) {
      const expected = `a number of axes in [1, ${x.rank}] (x ${showShape(x.shape)})`;
      throw new ShapeError(message("layerNorm", "axes is out of range", { expected, got: show(axes) }));
    }
    checkAffine("layerNorm", norm, rest, x.shape.slice(-axes), "the axes of x that are normalised");
    const [rows] = sizesOf(x.shape, axes);
    const statistics = { shape: [rows], isDifferentiable: false };
    return [{ shape: x.shape }, statistics, statistics];
  },
  forward({ inputs: [x, ...rest], outputs: [y, mean, r], attributes: norm }) {
    const { gamma, beta } = affineOperands(norm, rest);
    const [rows, f] = sizesOf(x.shape, norm.axes);
    const affine = [gamma?.ptr ?? 0, beta?.ptr ?? 0] as const;
    if (x.size > 0) layerNormForward(y.ptr, mean.ptr, r.ptr, x.ptr, ...affine, rows, f, norm.epsilon);
  },
  backward({ inputs: [x, ...rest], outputs: [, mean, r], dOutputs: [dY], attributes: norm, gradient, wants, scratch }) {
    const { gamma, beta } = affineOperands(norm, rest);
    const [rows, f] = sizesOf(x.shape, norm.axes);
    gradient(0, (dX, accumulate) =>
      layerNormBackward(dX, dY!.ptr, x.ptr, mean.ptr, r.ptr, gamma?.ptr ?? 0, rows, f, accumulate),
    );
    if (!rest.some((_, i) => wants(1 + i))) return;
    const blocks = layerNormBlockCount(rows);
    const [sums, products] = [scratch(4 * blocks * f), scratch(4 * blocks * f)];
    layerNormSums(sums, products, dY!.ptr, x.ptr, mean.ptr, r.ptr, rows, f);
    if (gamma !== undefined) {
      gradient(1, (dGamma, accumulate) => sumAxis(dGamma, products, 1, blocks, f, 1, accumulate));
    }
    if (beta !== undefined) {
      gradient(gamma === undefined ? 1 : 2, (dBeta, accumulate) => sumAxis(dBeta, sums, 1, blocks, f, 1, accumulate));
    }
  },
  saved: { inputs: [0, 1], outputs: [1, 2] },
});

/** Options of {@link layerNorm}. */
export interface LayerNormOptions extends NormOptions {
  /** The number of last axes that are normalised together. Default 1. */
  readonly axes?: number;
}

/**
 * Normalises the last axes of each sample to mean 0 and variance 1, then scales and shifts: y = γ
 * (x − mean) / √(variance + ε) + β.
 *
 * @param x        float32, rank ≥ 1
 * @param options  axes: how many of the last axes; gamma and beta with the shape of these axes; epsilon, default 1e-3
 * Accuracy: as for batchNorm.
 * @throws {ShapeError} when operands do not fit
 * @throws {UsageError} when an option is unknown or out of range
 */
export function layerNorm(x: Tensor, options: LayerNormOptions = {}): Tensor {
  checkTensors("layerNorm", [x]);
  checkObject("layerNorm", "the options", options);
  const { axes = 1, ...rest } = options;
  const { operands, affine } = affineOf("layerNorm", rest);
  const [y, mean, r] = applyMany(layerNormOp, [x, ...operands], { ...affine, axes });
  mean.dispose();
  r.dispose();
  return y;
}
