/**
 * Normalisation over steps that leaves out masked steps, as formulas over ops: masked steps are shifted and scaled like
 * the others but do not contribute to mean and variance. Kept with the layers that normalise (normalization.ts).
 * Letters: N samples, T steps, C channels; w 1 where a step counts, else 0.
 */
import { type Activation, activate } from "../../ops/pointwise/activate.js";
import { add, div, mul, sub } from "../../ops/pointwise/arithmetic.js";
import type { BatchNormResult } from "../../ops/norm/batchNorm.js";
import { max } from "../../ops/reduce/reduce.js";
import { reshape } from "../../ops/shape/reshape.js";
import { sqrt } from "../../ops/pointwise/unary.js";
import { where } from "../../ops/pointwise/where.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { maskedMean } from "./maskedPooling.js";
import { factorsOf } from "./maskValues.js";

/** γ and β, if present, and ε. */
interface Affine {
  readonly gamma: Tensor | undefined;
  readonly beta: Tensor | undefined;
  readonly epsilon: number;
}

interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * As batchNorm, with the statistics of the steps that count.
 *
 * @param x       (N, T, …, C), or (N, …, C) if the mask is one of samples
 * @param mask    (N, T), or (N)
 * @param moving  (C) each: used as mean and variance when nothing counts, so that moving averages stay
 */
export function maskedBatchNorm(
  x: Tensor,
  mask: Tensor,
  { activation, ...affine }: Affine & { readonly activation: Activation },
  moving: Statistics,
): BatchNormResult {
  const w = factorsOf(mask, x.rank);
  const { y, mean, variance } = normalize(x, w, [...x.shape.keys()].slice(0, -1), affine.epsilon);
  const [takenMean, takenVariance] = noGrad(() => {
    const isAny = max(w);
    const taken = (value: Tensor, other: Tensor): Tensor => where(isAny, reshape(value, other.shape), other);
    return [taken(mean, moving.mean), taken(variance, moving.variance)];
  });
  return { y: activate(scaled(y, affine), activation), mean: takenMean, variance: takenVariance };
}

/** As layerNorm over all axes but the batch axis. @param x (N, T, …) @param mask (N, T) */
export function maskedLayerNorm(x: Tensor, mask: Tensor, affine: Affine): Tensor {
  const { y } = normalize(x, factorsOf(mask, x.rank), [...x.shape.keys()].slice(1), affine.epsilon);
  return scaled(y, affine);
}

/** As groupNorm. @param x (N, T, …, C) @param mask (N, T) */
export function maskedGroupNorm(x: Tensor, mask: Tensor, groups: number, affine: Affine): Tensor {
  const grouped = reshape(x, [...x.shape.slice(0, -1), groups, x.shape.at(-1)! / groups]);
  const axes = [...grouped.shape.keys()].filter((axis) => axis > 0 && axis !== grouped.rank - 2);
  const { y } = normalize(grouped, factorsOf(mask, grouped.rank), axes, affine.epsilon);
  return scaled(reshape(y, x.shape), affine);
}

/**
 * (x − mean) / √(variance + ε), and the statistics with axes of size 1. Differences are taken from an approximate mean,
 * which is then corrected, so that digits are not lost when the mean is large compared with the deviation.
 */
function normalize(x: Tensor, w: Tensor, axes: readonly number[], epsilon: number): Statistics & { y: Tensor } {
  const center = noGrad(() => maskedMean(x, w, axes));
  const rough = sub(x, center); // the gradient of the mean goes only through the correction, which is equivalent
  const correction = maskedMean(rough, w, axes);
  const difference = sub(rough, correction);
  // Multiplied before squaring: the square of padding may be infinite, and 0 · ∞ is NaN.
  const counted = mul(difference, w);
  const variance = maskedMean(mul(counted, counted), w, axes);
  const y = div(difference, sqrt(add(variance, epsilon)));
  return { y, mean: noGrad(() => add(center, correction)), variance };
}

function scaled(y: Tensor, { gamma, beta }: Affine): Tensor {
  const z = gamma === undefined ? y : mul(y, gamma);
  return beta === undefined ? z : add(z, beta);
}
