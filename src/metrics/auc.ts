/** The areas under the ROC curve and under precision over recall, from histograms of the scores of both classes. */
import { ShapeError, message } from "../errors.js";
import { sigmoid } from "../ops/pointwise/activationFunctions.js";
import { addHistogram } from "../ops/inPlace/metricTotals.js";
import { type Table, describe, flag, integer, optional, resolve } from "../options.js";
import { showShape, sizeOf } from "../tensor/shape.js";
import { defineMetric } from "./defineMetric.js";
import type { Metric } from "./metric.js";
import { checkSame } from "./places.js";

/** Options of {@link auc} and {@link prAuc}. */
export interface AucOptions {
  /**
   * True when the model gives logits, to which the metric applies the sigmoid. Default: true if the loss takes logits,
   * else false.
   */
  readonly fromLogits?: boolean;
  /** The number of score bins, from 2 to 2²⁰. Default 200, as in Keras. */
  readonly numThresholds?: number;
}

/**
 * The probability that a positive scores higher than a negative, ties counting half, for an output of one number;
 * targets above ½ are positive. Scores are rounded down to multiples of 1 / numThresholds. NaN when one of the classes
 * does not occur.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} in compile, when the output is not a single number
 */
export function auc(options: AucOptions = {}): Metric {
  return areaMetric("auc", options, area);
}

/**
 * The area under precision over recall, as average precision: the mean over the positives of the precision at their
 * score, for an output of one number; targets above ½ are positive. Scores are rounded down to multiples of 1 /
 * numThresholds. NaN when there is no positive.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} in compile, when the output is not a single number
 */
export function prAuc(options: AucOptions = {}): Metric {
  return areaMetric("prAuc", options, averagePrecision);
}

function areaMetric(name: string, options: AucOptions, areaOf: typeof area): Metric {
  const values = resolve(name, options, {
    fromLogits: optional(flag()),
    numThresholds: integer(`[2, ${2 ** 20}]`, 200),
  } satisfies Table<AucOptions>);
  const { fromLogits, numThresholds: bins } = values;
  return defineMetric({
    name,
    stateSize(outputShape) {
      if (sizeOf(outputShape) !== 1) {
        const got = showShape(["N", ...outputShape]);
        throw new ShapeError(message(name, "the output is not a single number", { expected: "[N, 1]", got }));
      }
      return 2 * bins;
    },
    update(state, target, prediction, weights, areLogits = false) {
      checkSame(name, target, prediction);
      addHistogram(state, (fromLogits ?? areLogits) ? sigmoid(prediction) : prediction, target, weights, bins);
    },
    result: (totals) => areaOf(totals.subarray(0, bins), totals.subarray(bins)),
    config: { className: name, ...describe(values) },
  });
}

/**
 * Sums over all pairs 1 if the positive's bin is higher and ½ if the bins are equal, and divides by the number of
 * pairs.
 */
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

/**
 * Sums the precision down to each bin, from the highest on, as often as there are positives in it, and divides by their
 * number.
 */
function averagePrecision(negatives: Float64Array, positives: Float64Array): number {
  let [positive, all, precisions] = [0, 0, 0];
  for (let bin = positives.length - 1; bin >= 0; bin--) {
    positive += positives[bin];
    all += positives[bin] + negatives[bin];
    if (positives[bin] > 0) precisions += positives[bin] * (positive / all);
  }
  return precisions / positive;
}
