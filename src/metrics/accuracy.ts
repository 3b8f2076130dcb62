/** The part of the predictions that are right: the class with the highest score, one of the k highest, or yes-or-no answers. Letters: C classes, R places. */
import { ShapeError, checkKeys, message } from "../errors.js";
import { addMean, addTopK } from "../ops/inPlace/metricTotals.js";
import { reshape } from "../ops/shape/reshape.js";
import { checkInteger } from "../options.js";
import type { Tensor } from "../tensor/tensor.js";
import { type ThresholdOptions, addAnswers, checkThreshold, isBinary } from "./answers.js";
import type { Metric } from "./metric.js";
import { classesOf, labelsOf, placeWeights } from "./places.js";

/**
 * The part of the predictions that are right, each with its sample's weight. Targets are int32 labels, one-hot rows, or for yes-or-no answers numbers
 * that mean yes above ½. Among equal scores the first class is the prediction.
 * Errors: UsageError for an option.
 */
export function accuracy(options: ThresholdOptions = {}): Metric {
  const name = "accuracy";
  const { threshold } = checkThreshold(name, options);
  return {
    name,
    stateSize: (outputShape) => (isBinary(threshold, classesOf(outputShape)) ? 4 : 2),
    update(state, target, prediction, weights, areLogits) {
      if (isBinary(threshold, prediction.shape.at(-1)!))
        addAnswers(name, state, target, prediction, weights, threshold, areLogits);
      else addBest(state, target, prediction, weights, 1);
    },
    result(totals, outputShape) {
      const [first, second, , last] = totals;
      if (!isBinary(threshold, classesOf(outputShape))) return first / second;
      return (first + last) / totals.reduce((sum, count) => sum + count, 0);
    },
    config: { className: name, ...options },
  };
}

/** Options of {@link topKAccuracy}. */
export interface TopKAccuracyOptions {
  /** How many of the best count, ≥ 1. Default 5. */
  readonly k?: number;
}

/**
 * The part of the predictions whose true class is among the k with the highest scores, each with its sample's weight.
 * Errors: UsageError for an option; ShapeError in compile for an output of one class.
 */
export function topKAccuracy(options: TopKAccuracyOptions = {}): Metric {
  const name = "topKAccuracy";
  checkKeys(name, options, ["k"]);
  const { k = 5 } = options;
  checkInteger(name, "k", k, "[1, ∞)");
  return {
    name,
    stateSize(outputShape) {
      if (classesOf(outputShape) < 2)
        throw new ShapeError(
          message(name, "the output has one class", { expected: "[N, …, C] with C ≥ 2", got: "C = 1" }),
        );
      return 2;
    },
    update: (state, target, prediction, weights) => addBest(state, target, prediction, weights, k),
    result: ([right, all]) => right / all,
    config: { className: name, k },
  };
}

/** Adds [weight of the right ones, weight of all]. */
function addBest(state: Tensor, target: Tensor, prediction: Tensor, weights: Tensor | undefined, k: number): void {
  const C = prediction.shape.at(-1)!;
  const scores = reshape(prediction, [prediction.size / C, C]);
  const [R] = scores.shape;
  const places = placeWeights(weights, R);
  addTopK(state, scores, labelsOf(target), places, k);
  addMean(state, undefined, places, R);
}
