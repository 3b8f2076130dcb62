/** Pooling of whole images, sequences and volumes: means and maxima over all axes but the batch and the channels. */
import { checkRank } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkTensors } from "../defineOp.js";
import { type ReduceOptions, max, mean } from "../reduce/reduce.js";

/**
 * The mean of each channel of an image, x (N, H, W, C) → (N, C), or (N, 1, 1, C) with keepDims.
 * Accuracy: as mean.
 * @throws {ShapeError} when x has another rank or dtype
 */
export function globalAveragePool2d(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkAxes("globalAveragePool2d", x, "[N, H, W, C]");
  return mean(x, [1, 2], options);
}

/**
 * The mean of each feature of a sequence, x (N, T, C) → (N, C), or (N, 1, C) with keepDims.
 * @throws {ShapeError} when x has another rank or dtype
 */
export function globalAveragePool1d(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkAxes("globalAveragePool1d", x, "[N, T, C]");
  return mean(x, 1, options);
}

/**
 * The mean of each channel of a volume, x (N, D, H, W, C) → (N, C), or (N, 1, 1, 1, C) with keepDims.
 * @throws {ShapeError} when x has another rank or dtype
 */
export function globalAveragePool3d(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkAxes("globalAveragePool3d", x, "[N, D, H, W, C]");
  return mean(x, [1, 2, 3], options);
}

/**
 * The largest value of each channel of an image, x (N, H, W, C) → (N, C), or (N, 1, 1, C) with keepDims. Equal maxima
 * share the gradient.
 * @throws {ShapeError} when x has another rank or dtype, or its images have no pixels
 */
export function globalMaxPool2d(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkAxes("globalMaxPool2d", x, "[N, H, W, C]");
  return max(x, [1, 2], options);
}

/**
 * The largest value of each feature of a sequence, x (N, T, C) → (N, C), or (N, 1, C) with keepDims.
 * @throws as {@link globalMaxPool2d}
 */
export function globalMaxPool1d(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkAxes("globalMaxPool1d", x, "[N, T, C]");
  return max(x, 1, options);
}

/**
 * The largest value of each channel of a volume, x (N, D, H, W, C) → (N, C), or (N, 1, 1, 1, C) with keepDims.
 * @throws as {@link globalMaxPool2d}
 */
export function globalMaxPool3d(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkAxes("globalMaxPool3d", x, "[N, D, H, W, C]");
  return max(x, [1, 2, 3], options);
}

function checkAxes(op: string, x: Tensor, letters: string): void {
  checkTensors(op, [x]);
  checkRank(op, "x", x.shape, letters);
}
