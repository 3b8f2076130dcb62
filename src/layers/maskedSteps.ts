/**
 * What a mask means to losses and metrics: each step is a sample of its own, and those that are padding weigh nothing; over an epoch the loss is the mean over
 * the steps that count. Beside the layers that make masks, so that other networks do not carry it. Letters: N samples, T steps, l outputs of the model.
 */
import { add, div, maximum, mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { notEqual } from "../ops/compare.js";
import { stack } from "../ops/concat.js";
import { sum } from "../ops/reduce.js";
import { reshape } from "../ops/reshape.js";
import { full, zeros } from "../tensor/create.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";

/** Targets and predictions of (N, …), or of (N·T, …), and the weights of these rows. */
export interface Judged {
  readonly target: Tensor;
  readonly prediction: Tensor;
  /** For the loss, whose divisor is the number of rows. */
  readonly lossWeights: Tensor | undefined;
  /** For metrics, whose divisor is the sum of weights. */
  readonly metricWeights: Tensor | undefined;
  /** How many steps count, a scalar; undefined where the rows are samples. */
  readonly count?: Tensor;
}

/**
 * An output with a step each, as rows that are steps. Kernels only.
 *
 * Metrics weigh a step by its sample where it counts, else by 0; losses by the same times N·T / (steps that count), so that their mean over all steps is one
 * over those that count.
 *
 * @param target      (N, T, …)
 * @param prediction  (N, T, …)
 * @param weights     (N) of the samples, or undefined: all 1
 * @param mask        (N, T) int32: 0 where a step is padding
 */
function judge(target: Tensor, prediction: Tensor, weights: Tensor | undefined, mask: Tensor): Judged {
  const single = prediction.rank === 2 ? [1] : [];
  const rows = (x: Tensor): Tensor => reshape(x, [mask.size, ...x.shape.slice(2), ...single]);
  const [metricWeights, lossWeights, count] = noGrad(() => {
    const counts = cast(notEqual(mask, 0), "float32");
    const number = sum(counts);
    const plain = weights === undefined ? counts : mul(counts, reshape(weights, [weights.size, 1]));
    const scaled = mul(plain, div(mask.size, maximum(number, 1)));
    return [...[plain, scaled].map((x) => reshape(x, [mask.size])), number];
  });
  return { target: rows(target), prediction: rows(prediction), metricWeights, lossWeights, count };
}

/**
 * The terms of a batch's loss, each with the weight that it has in the mean over an epoch: an output's by its steps that count, or by its samples; penalties
 * by the samples. Kernels only.
 *
 * @param means      of each output, scalars
 * @param counts     of each output; undefined for one without a mask
 * @param penalties  scalars
 * @param samples    N
 * @returns          (l + 1, 2): terms and weights
 */
function terms(
  means: readonly Tensor[],
  counts: readonly (Tensor | undefined)[],
  penalties: readonly Tensor[],
  samples: number,
): Tensor {
  return noGrad(() => {
    const penalty = penalties.reduce((total, one) => add(total, one), zeros([]));
    const rows = [...means, penalty].map((value, i) => stack([value, counts[i] ?? full([], samples)]));
    return stack(rows);
  });
}

/** What training and evaluation need where an output has a mask. */
export const maskedSteps = { judge, terms } as const;
