/** Precision, recall and F1 of yes-or-no answers, or averaged over classes. Letters: C classes. */
import { addConfusion } from "../ops/inPlace/metricTotals.js";
import { type ThresholdOptions, addAnswers, checkThreshold, isBinary } from "./answers.js";
import { classScores } from "./confusionMatrix.js";
import { defineMetric } from "./defineMetric.js";
import type { Metric } from "./metric.js";
import { classesOf, labelsOf, placeWeights, positionsOf } from "./places.js";

/**
 * The fraction of predicted positives that are positive: TP / (TP + FP). For C ≥ 2 classes without a threshold, the
 * mean over the classes that occur (macro). 0 when nothing was predicted as positive. Memory: C² totals.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function precision(options: ThresholdOptions = {}): Metric {
  return score("precision", options);
}

/**
 * The fraction of positives that were predicted as positive: TP / (TP + FN). For C ≥ 2 classes without a threshold, the
 * mean over the classes that occur (macro). 0 when nothing is positive. Memory: C² totals.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function recall(options: ThresholdOptions = {}): Metric {
  return score("recall", options);
}

/**
 * The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). For C ≥ 2 classes without a threshold, the mean
 * over the classes that occur (macro). Memory: C² totals.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function f1(options: ThresholdOptions = {}): Metric {
  return score("f1", options);
}

function score(name: "precision" | "recall" | "f1", options: ThresholdOptions): Metric {
  const { threshold } = checkThreshold(name, options);
  return defineMetric({
    name,
    stateSize: (outputShape) => (isBinary(threshold, classesOf(outputShape)) ? 4 : classesOf(outputShape) ** 2),
    update(state, target, prediction, weights, areLogits) {
      const C = prediction.shape.at(-1)!;
      if (isBinary(threshold, C)) addAnswers(name, state, target, prediction, weights, threshold, areLogits);
      else {
        const labels = labelsOf(target);
        addConfusion(state, positionsOf(prediction), labels, placeWeights(weights, labels.size), C);
      }
    },
    result(totals, outputShape) {
      const scores = classScores(squareOf(totals));
      const occurring = scores.filter(({ support, predicted }) => support + predicted > 0);
      if (occurring.length === 0) return NaN;
      if (isBinary(threshold, classesOf(outputShape))) return scores[1][name];
      return occurring.reduce((sum, each) => sum + each[name], 0) / occurring.length;
    },
    config: { className: name, ...options },
  });
}

/** The totals (C · C) as a matrix. */
function squareOf(totals: Float64Array): number[][] {
  const C = Math.sqrt(totals.length);
  return Array.from({ length: C }, (_, row) => [...totals.subarray(row * C, (row + 1) * C)]);
}
