/**
 * What masks do to losses, as kernels on values: not differentiable. Networks that are given masks import it late, so it needs no more than the kernels that
 * every page has. Letters: N samples, T steps, l outputs of a model.
 */
import { fillFloat32 } from "../../runtime/primitives.js";
import { kernels } from "../../runtime/runtime.js";
import { empty, full } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { copyRow } from "../shape/copy.js";

/** What each of N·T steps weighs. */
export interface StepWeights {
  /** For metrics, (N·T): the weight of its sample where a step counts, else 0. */
  readonly plain: Tensor;
  /** For losses, whose divisor is N·T: the same times N·T / (steps that count). */
  readonly scaled: Tensor;
  /** How many steps count, a scalar. */
  readonly count: Tensor;
}

/** @param mask (N, T) int32: 0 where a step is padding @param weights (N) float32; undefined: all 1 */
export function stepWeights(mask: Tensor, weights: Tensor | undefined): StepWeights {
  const [N, T] = mask.shape;
  const [plain, scaled, count] = [empty([N * T]), empty([N * T]), empty([])];
  kernels().stepWeights(plain.ptr, scaled.ptr, count.ptr, mask.ptr, weights?.ptr ?? 0, N, T);
  return { plain, scaled, count };
}

/**
 * The terms of a batch's loss beside their weights in the mean over an epoch: an output weighs by its steps that count, or by its samples; the sum of the
 * penalties, which comes last, by the samples.
 *
 * @param means      of each output, scalars
 * @param counts     of each output; undefined for one without a mask
 * @param penalties  scalars
 * @param samples    N
 * @returns          (l + 1, 2): terms and weights
 */
export function lossTerms(
  means: readonly Tensor[],
  counts: readonly (Tensor | undefined)[],
  penalties: readonly Tensor[],
  samples: number,
): Tensor {
  const rows = full([means.length + 1, 2], samples);
  const place = (i: number, column: number): number => rows.ptr + 8 * i + 4 * column;
  for (const [i, mean] of means.entries()) {
    copyRow(place(i, 0), mean.ptr, 1, 0);
    const count = counts[i];
    if (count !== undefined) copyRow(place(i, 1), count.ptr, 1, 0);
  }
  fillFloat32(place(means.length, 0), 0, 1);
  for (const penalty of penalties) copyRow(place(means.length, 0), penalty.ptr, 1, 1);
  return rows;
}
