/** What a mask means to losses and metrics: a weight for each step. Beside the layers that make masks, so that other networks do not carry it. */
import { div, maximum, mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { notEqual } from "../ops/compare.js";
import { sum } from "../ops/reduce.js";
import { reshape } from "../ops/reshape.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";

/** Weights of N·T steps. */
export interface StepWeights {
  /** Each sample's weight where a step counts, else 0: for metrics, whose divisor is the sum of weights. */
  readonly plain: Tensor;
  /** The same times N·T / (steps that count), so that their mean over all steps is one over those that count: for losses. */
  readonly scaled: Tensor;
}

/**
 * The weights of steps by a mask.
 *
 * @param mask     (N, T) int32: 0 where a step is padding
 * @param weights  (N) weights of the samples, or undefined: all 1
 * @returns        (N·T) each. Kernels only
 */
export function stepWeights(mask: Tensor, weights: Tensor | undefined): StepWeights {
  return noGrad(() => {
    const counts = cast(notEqual(mask, 0), "float32"); // (N, T)
    const plain = weights === undefined ? counts : mul(counts, reshape(weights, [weights.size, 1]));
    const scaled = mul(plain, div(mask.size, maximum(sum(counts), 1)));
    return { plain: reshape(plain, [mask.size]), scaled: reshape(scaled, [mask.size]) };
  });
}
