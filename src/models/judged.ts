/**
 * What losses and metrics see of an output. Where it carries a mask, each step is a sample of its own, and those that are padding weigh nothing.
 * Letters: N samples, T steps.
 */
import type { stepWeights } from "../layers/stepWeights.js";
import { reshape } from "../ops/reshape.js";
import type { Tensor } from "../tensor/tensor.js";

/** Targets and predictions of (N, …), or of (N·T, …), and their weights. */
export interface Judged {
  readonly target: Tensor;
  readonly prediction: Tensor;
  /** For the loss, whose divisor is the number of rows. */
  readonly lossWeights: Tensor | undefined;
  /** For metrics, whose divisor is the sum of weights. */
  readonly metricWeights: Tensor | undefined;
}

/**
 * @param target      (N, …)
 * @param prediction  (N, …)
 * @param weights     (N), or undefined: all 1
 * @param mask        (N, T) of the prediction, or undefined: all steps count
 * @param weigh       how a layer that makes masks weighs steps
 */
export function judged(
  target: Tensor,
  prediction: Tensor,
  weights: Tensor | undefined,
  mask: Tensor | undefined,
  weigh: typeof stepWeights | undefined,
): Judged {
  const [N, T] = prediction.shape;
  const isMasked = mask?.shape[1] === T && target.shape[1] === T;
  if (!isMasked || weigh === undefined) return { target, prediction, lossWeights: weights, metricWeights: weights };
  const { plain, scaled } = weigh(mask, weights);
  return {
    target: reshape(target, [N * T, ...target.shape.slice(2)]),
    prediction: reshape(prediction, [N * T, ...prediction.shape.slice(2)]),
    lossWeights: scaled,
    metricWeights: plain,
  };
}
