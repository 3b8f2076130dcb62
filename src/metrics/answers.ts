/** Yes-or-no answers: outputs whose elements a threshold turns into 0 or 1 independently, counted in a 2 × 2 table. */
import { addBinary } from "../ops/inPlace/metricTotals.js";
import { type Table, number, optional, resolve } from "../options.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSame, placeWeights } from "./places.js";

/** Options of accuracy, precision, recall and F1. */
export interface ThresholdOptions {
  /**
   * A prediction above the threshold means yes. Default for an output of one number: 0 if the loss takes logits
   * (`fromLogits: true`, hinge), else 0.5. For an output of several numbers the highest wins, unless a threshold is
   * given: then each number is an answer of its own.
   */
  readonly threshold?: number;
}

/** Checks the option that metrics of yes-or-no answers share. */
export function checkThreshold(op: string, options: ThresholdOptions): { readonly threshold: number | undefined } {
  const table = { threshold: optional(number("(-∞, ∞)")) } satisfies Table<ThresholdOptions>;
  return resolve(op, options, table);
}

/** True when every element of the output is a yes-or-no answer. */
export function isBinary(threshold: number | undefined, classes: number): boolean {
  return threshold !== undefined || classes === 1;
}

/**
 * Adds yes-or-no answers to a 2 × 2 table: rows are the truth, columns the prediction. @param areLogits as in
 * {@link Metric.update}
 */
export function addAnswers(
  op: string,
  state: Tensor,
  target: Tensor,
  prediction: Tensor,
  weights: Tensor | undefined,
  threshold: number | undefined,
  areLogits = false,
): void {
  checkSame(op, target, prediction);
  const places = placeWeights(weights, prediction.size);
  addBinary(state, prediction, target, places, threshold ?? (areLogits ? 0 : 0.5));
}
