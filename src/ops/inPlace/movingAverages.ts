/** Exponential moving averages, changed in place in memory that the caller owns; they have no gradient. */
import { movingAverage, warmMovingAverage } from "#wasm/kernels";
import { ShapeError, message } from "../../errors.js";
import { isRecomputing } from "../../tensor/recomputing.js";
import { sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { OptimizerBlock } from "./optimizerSteps.js";

/**
 * average += (1 − decay) (value − average) for elements whose value is finite; the others stay. Where the value is
 * computed a second time (recompute), the average does not move again.
 *
 * @param average  changed in place
 * @param value    of the same shape
 * @param decay    in [0, 1]
 * @throws {ShapeError} when the shapes differ
 */
export function updateAverage(average: Tensor, value: Tensor, decay: number): void {
  if (!sameShape(average.shape, value.shape)) {
    const [expected, got] = [showShape(average.shape), showShape(value.shape)];
    throw new ShapeError(message("updateAverage", "shapes differ", { expected, got }));
  }
  if (isRecomputing()) return; // it has moved when this was computed for the first time
  average.changed();
  movingAverage(average.ptr, value.ptr, average.size, 1 - decay);
}

/**
 * As {@link updateAverage} with a decay that starts low, min(decay, (1 + t) / (10 + t)) after t steps of training, so
 * that the initial weights are soon forgotten. The step is read from memory, so a recorded call keeps counting.
 *
 * @param block  of the optimizer, which counts the steps
 */
export function updateWarmAverage(average: Tensor, value: Tensor, block: OptimizerBlock, decay: number): void {
  average.changed();
  warmMovingAverage(average.ptr, value.ptr, average.size, block.stepPtr, 1 - decay);
}
