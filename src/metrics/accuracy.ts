/**
 * The fraction of correct predictions: the class with the highest score, one of the k highest, or yes-or-no answers.
 * Letters: C classes, R places.
 */
import { ShapeError, message } from "../errors.js";
import { addMean, addTopK } from "../ops/inPlace/metricTotals.js";
import { type Table, integer, resolve } from "../options.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type ThresholdOptions, addAnswers, checkThreshold, isBinary } from "./answers.js";
import { defineMetric } from "./defineMetric.js";
import type { Metric } from "./metric.js";
import { classesOf, placeWeights } from "./places.js";

/**
 * The fraction of correct predictions, weighted by sample. Targets are int32 labels, one-hot rows, or, for yes-or-no
 * answers, numbers that mean yes above ½. Among equal scores the first class is the prediction.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function accuracy(options: ThresholdOptions = {}): Metric {
  const name = "accuracy";
  const { threshold } = checkThreshold(name, options);
  return defineMetric({
    name,
    stateSize: (outputShape) => (isBinary(threshold, classesOf(outputShape)) ? 4 : 2),
    update(state, target, prediction, weights, areLogits) {
      if (isBinary(threshold, prediction.shape.at(-1)!))
        addAnswers(name, state, target, prediction, weights, threshold, areLogits);
      else addBest(name, state, target, prediction, weights, 1);
    },
    result(totals, outputShape) {
      const [first, second, , last] = totals;
      if (!isBinary(threshold, classesOf(outputShape))) return first / second;
      return (first + last) / totals.reduce((sum, count) => sum + count, 0);
    },
    config: { className: name, ...options },
  });
}

/** Options of {@link topKAccuracy}. */
export interface TopKAccuracyOptions {
  /** How many of the highest scores count, ≥ 1. Default 5. */
  readonly k?: number;
}

/**
 * The fraction of samples whose true class is among the k highest scores, weighted by sample.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} in compile, when the output has only one class
 */
export function topKAccuracy(options: TopKAccuracyOptions = {}): Metric {
  const name = "topKAccuracy";
  const { k } = resolve(name, options, { k: integer("[1, ∞)", 5) } satisfies Table<TopKAccuracyOptions>);
  return defineMetric({
    name,
    stateSize(outputShape) {
      if (classesOf(outputShape) < 2)
        throw new ShapeError(
          message(name, "the output has only one class", { expected: "[N, …, C] with C ≥ 2", got: "C = 1" }),
        );
      return 2;
    },
    update: (state, target, prediction, weights) => addBest(name, state, target, prediction, weights, k),
    result: ([right, all]) => right / all,
    config: { className: name, k },
  });
}

/** Adds the weight of the correct predictions and the weight of all predictions. @throws {ShapeError} */
function addBest(
  op: string,
  state: Tensor,
  target: Tensor,
  prediction: Tensor,
  weights: Tensor | undefined,
  k: number,
): void {
  const R = prediction.size / prediction.shape.at(-1)!;
  if (target.size !== (target.dtype === "int32" ? R : prediction.size)) {
    const expected = `${R} labels, int32, or the shape ${showShape(prediction.shape)}`;
    throw new ShapeError(message(op, "the targets do not fit the output", { expected, got: target.label() }));
  }
  const places = placeWeights(weights, R);
  addTopK(state, prediction, target, places, k);
  addMean(state, undefined, places, R);
}
