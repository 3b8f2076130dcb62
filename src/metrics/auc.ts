/** The area under the ROC curve, from histograms of the scores of both classes. */
import { ShapeError, checkKeys, message } from "../errors.js";
import { sigmoid } from "../ops/pointwise/activationFunctions.js";
import { addHistogram } from "../ops/inPlace/metricTotals.js";
import { checkBoolean, checkInteger } from "../options.js";
import { showShape, sizeOf } from "../tensor/shape.js";
import type { Metric } from "./metric.js";
import { checkSame } from "./places.js";

/** Options of {@link auc}. */
export interface AucOptions {
  /** The model gives logits: the sigmoid is taken here. Default: true where the loss takes logits, else false. */
  readonly fromLogits?: boolean;
  /** Scores are told apart to one part in that many, from 2 to 2²⁰. Default 200, as in Keras. */
  readonly numThresholds?: number;
}

/**
 * The probability that a positive has a higher score than a negative, ties counted half, for an output of one number; targets mean positive above ½.
 * Scores are rounded down to multiples of 1 / numThresholds. NaN where one of the classes does not occur.
 * Errors: UsageError for an option; ShapeError in compile for an output of several numbers.
 */
export function auc(options: AucOptions = {}): Metric {
  const name = "auc";
  checkKeys(name, options, ["fromLogits", "numThresholds"]);
  const { fromLogits, numThresholds: bins = 200 } = options;
  if (fromLogits !== undefined) checkBoolean(name, "fromLogits", fromLogits);
  checkInteger(name, "numThresholds", bins, `[2, ${2 ** 20}]`);
  return {
    name,
    stateSize(outputShape) {
      if (sizeOf(outputShape) !== 1) {
        const got = showShape(["N", ...outputShape]);
        throw new ShapeError(message(name, "the output is not one number", { expected: "[N, 1]", got }));
      }
      return 2 * bins;
    },
    update(state, target, prediction, weights, areLogits = false) {
      checkSame(name, target, prediction);
      addHistogram(state, (fromLogits ?? areLogits) ? sigmoid(prediction) : prediction, target, weights, bins);
    },
    result: (totals) => area(totals.subarray(0, bins), totals.subarray(bins)),
    config: { className: name, ...(fromLogits !== undefined && { fromLogits }), numThresholds: bins },
  };
}

/** Σ over pairs of 1 where the positive's bin is higher, ½ where it is the same, divided by the number of pairs. */
function area(negatives: Float64Array, positives: Float64Array): number {
  let below = 0;
  let positive = 0;
  let won = 0;
  for (const [bin, negative] of negatives.entries()) {
    won += positives[bin] * (below + negative / 2);
    below += negative;
    positive += positives[bin];
  }
  return won / (below * positive);
}
