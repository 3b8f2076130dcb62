/**
 * What a metric is: totals in linear memory to which ops add batch by batch, and a number computed from them at the end
 * of the epoch. So a metric can be part of a recorded step, and nothing is read in between.
 */
import type { Config } from "../config.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** A metric. */
export interface Metric {
  /** The metric's name in history and progress, such as "accuracy". */
  readonly name: string;
  /** The number of totals for a model with this output (without the batch axis). */
  stateSize(outputShape: Shape): number;
  /**
   * Adds a batch to the totals, with ops only.
   *
   * @param state       in/out: stateSize totals, float64; Note [Totals] in ops/inPlace/metricTotals.ts
   * @param target      (N, …) as for the loss
   * @param prediction  (N, …) the model's output
   * @param weights     (N) sample weights, or undefined
   * @param areLogits   true when the model's loss takes logits, so that the threshold is 0 instead of ½. Default false
   */
  update(state: Tensor, target: Tensor, prediction: Tensor, weights: Tensor | undefined, areLogits?: boolean): void;
  /** The metric computed from the totals; NaN when nothing was added. @param outputShape as for stateSize */
  result(totals: Float64Array, outputShape: Shape): number;
  readonly config: Config;
}
