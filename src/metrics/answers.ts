/** Yes-or-no answers: outputs that a threshold turns into 0 or 1, each element for itself, counted in a table of 2 × 2. */
import { checkKeys } from "../errors.js";
import { addConfusion } from "../ops/inPlace/metricTotals.js";
import { checkNumber } from "../options.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSame, isAbove, placeWeights } from "./places.js";

/** Options of accuracy, precision, recall and F1. */
export interface ThresholdOptions {
  /**
   * Above it a prediction means yes. Default, for an output of one number: 0 where the loss takes logits (`fromLogits: true`, hinge), else 0.5. For an
   * output of several numbers the highest wins, unless a threshold is given: then each of them is an answer of its own.
   */
  readonly threshold?: number;
}

/** Checks the option that metrics of yes-or-no answers share. */
export function checkThreshold(op: string, options: ThresholdOptions): ThresholdOptions {
  checkKeys(op, options, ["threshold"]);
  if (options.threshold !== undefined) checkNumber(op, "threshold", options.threshold, "(-∞, ∞)");
  return options;
}

/** True where every element of the output is a yes-or-no answer. */
export function isBinary(threshold: number | undefined, classes: number): boolean {
  return threshold !== undefined || classes === 1;
}

/** Adds yes-or-no answers to a table of 2 × 2: row the truth, column the prediction. @param areLogits as in {@link Metric.update} */
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
  addConfusion(state, isAbove(prediction, threshold ?? (areLogits ? 0 : 0.5)), isAbove(target, 0.5), places, 2);
}
