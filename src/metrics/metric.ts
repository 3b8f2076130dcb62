/**
 * What a metric is: totals in linear memory that ops add to, batch by batch, and a number read from them at the end of the epoch. So a metric takes part
 * in a recorded step, and nothing is read on the way.
 */
import type { Config } from "../config.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** A metric. */
export interface Metric {
  /** What history and progress call it, as "accuracy". */
  readonly name: string;
  /** Number of totals for a model with this output (without the batch axis). */
  stateSize(outputShape: Shape): number;
  /**
   * Adds a batch to the totals, by ops alone.
   *
   * @param state       in/out: stateSize totals, float64; Note [Totals] in ops/inPlace/metricTotals.ts
   * @param target      (N, …) as for the loss
   * @param prediction  (N, …) the model's output
   * @param weights     (N) sample weights, or undefined
   * @param areLogits   true where the model's loss takes logits: yes begins at 0 then, not at ½. Default false
   */
  update(state: Tensor, target: Tensor, prediction: Tensor, weights: Tensor | undefined, areLogits?: boolean): void;
  /** The metric from the totals; NaN where nothing was added. @param outputShape as for stateSize */
  result(totals: Float64Array, outputShape: Shape): number;
  readonly config: Config;
}
