/**
 * Penalties on parameters and their gradients: l1·Σ|θ| + l2·Σθ². Functions over parameters, outside the tape. Letters:
 * n elements of θ.
 */
import { combineBlocks, regularize, sumBlocksCount, sumMagnitudesBlocks, sumSquaresBlocks } from "#wasm/kernels";
import { heap } from "../../runtime/runtime.js";
import { zeros } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";

/**
 * gradient += l1·sign(θ) + 2·l2·θ.
 *
 * @param gradient   in/out, of θ's shape
 * @param parameter  θ
 */
export function addPenaltyGradient(gradient: Tensor, parameter: Tensor, l1: number, l2: number): void {
  regularize(gradient.ptr, parameter.ptr, parameter.size, l1, 2 * l2);
}

/** l1·Σ|θ| + l2·Σθ² as a scalar. */
export function penalty(parameter: Tensor, l1: number, l2: number): Tensor {
  const n = parameter.size;
  const count = sumBlocksCount(n);
  const sum = zeros([]);
  const partials = heap().allocate(4 * count);
  if (l1 !== 0) {
    sumMagnitudesBlocks(partials, parameter.ptr, n);
    combineBlocks(sum.ptr, partials, count, l1, 1);
  }
  if (l2 !== 0) {
    sumSquaresBlocks(partials, parameter.ptr, n);
    combineBlocks(sum.ptr, partials, count, l2, 1);
  }
  heap().free(partials, 4 * count);
  return sum;
}
