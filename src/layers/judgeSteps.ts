/**
 * What a mask means to losses and metrics: each step is a sample of its own, and those that are padding weigh nothing. Beside the layers that make masks, so
 * that other networks do not carry it. Letters: N samples, T steps.
 */
import { div, maximum, mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { notEqual } from "../ops/compare.js";
import { sum } from "../ops/reduce.js";
import { reshape } from "../ops/reshape.js";
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
export function judgeSteps(target: Tensor, prediction: Tensor, weights: Tensor | undefined, mask: Tensor): Judged {
  const rows = (x: Tensor): Tensor => reshape(x, [mask.size, ...x.shape.slice(2)]);
  const [plain, scaled] = noGrad(() => {
    const counts = cast(notEqual(mask, 0), "float32");
    const weighted = weights === undefined ? counts : mul(counts, reshape(weights, [weights.size, 1]));
    return [weighted, mul(weighted, div(mask.size, maximum(sum(counts), 1)))].map(rows);
  });
  return { target: rows(target), prediction: rows(prediction), lossWeights: scaled, metricWeights: plain };
}
