/**
 * The places of a batch that a classification metric counts: the samples, or every place when a sample has several,
 * each with its label and weight.
 * Letters: N samples, C classes, R places.
 */
import { ShapeError, message } from "../errors.js";
import { repeatEach } from "../ops/inPlace/metricTotals.js";
import { argMax } from "../ops/reduce/argExtremes.js";
import { reshape } from "../ops/shape/reshape.js";
import { type Shape, sameShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** The number of classes of an output (…, C). @param outputShape without the batch axis */
export function classesOf(outputShape: Shape): number {
  return outputShape.at(-1) ?? 1;
}

/**
 * Labels (R) int32 from targets in the forms that losses take: labels (N, …), or rows (N, …, C) whose largest element
 * is the class.
 */
export function labelsOf(target: Tensor): Tensor {
  return target.dtype === "int32" ? reshape(target, [target.size]) : positionsOf(target);
}

/** The position of the largest element in each row (…, C), as (R) int32. */
export function positionsOf(scores: Tensor): Tensor {
  const positions = argMax(scores);
  return reshape(positions, [positions.size]);
}

/** The weight of each place, which is that of its sample. @returns (R), or undefined when there are no weights */
export function placeWeights(weights: Tensor | undefined, places: number): Tensor | undefined {
  if (weights === undefined || weights.size === places) return weights;
  if (!Number.isInteger(places / weights.size)) {
    const [expected, got] = [`one for each sample or place, of which there are ${places}`, String(weights.size)];
    throw new ShapeError(message("metric", "the weights do not fit", { expected, got }));
  }
  return repeatEach(weights, places / weights.size);
}

/** Checks that the target is float32 and has the shape of the prediction. @throws {ShapeError} when it has not */
export function checkSame(op: string, target: Tensor, prediction: Tensor): void {
  if (target.dtype === "float32" && sameShape(target.shape, prediction.shape)) return;
  const got = `${target.dtype} ${showShape(target.shape)}`;
  throw new ShapeError(
    message(op, "the targets do not fit the output", { expected: `float32 ${showShape(prediction.shape)}`, got }),
  );
}
