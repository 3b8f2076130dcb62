/**
 * What a mask means to losses and metrics: each step is a sample of its own, and those that are padding weigh nothing; over an epoch the loss is the mean over
 * the steps that count. Beside the layers that make masks, so that other networks do not carry it. Letters: N samples, T steps, l outputs of the model.
 */
import { lossTerms, stepWeights } from "../../ops/loss/maskedLoss.js";
import { reshape } from "../../ops/shape/reshape.js";
import type { Tensor } from "../../tensor/tensor.js";

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
  const { plain, scaled, count } = stepWeights(mask, weights);
  return { target: rows(target), prediction: rows(prediction), metricWeights: plain, lossWeights: scaled, count };
}

/** What training and evaluation need where an output has a mask. */
export const maskedSteps = { judge, terms: lossTerms } as const;
