/**
 * Means and maxima over steps that leave out masked steps, as formulas over ops. Kept with the layers that pool or
 * normalise, so that other networks do not carry it. Letters: x (N, T, …, C); w 1 where a step counts, else 0, with
 * axes of size 1 where x has others.
 */
import { div, maximum, mul } from "../../ops/pointwise/arithmetic.js";
import { max, sum } from "../../ops/reduce/reduce.js";
import { where } from "../../ops/pointwise/where.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";

const kept = { keepDims: true };

/** The number of elements of x that count along the axes, at least 1. */
function countOf(w: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const others = axes.reduce((count, axis) => (w.shape[axis] === 1 ? count * x.shape[axis] : count), 1);
  return maximum(mul(sum(w, axes, kept), others), 1);
}

/** The mean of the elements that count, 0 if none does; the axes are kept with size 1. */
export function maskedMean(x: Tensor, w: Tensor, axes: readonly number[]): Tensor {
  const count = noGrad(() => countOf(w, x, axes));
  return div(sum(mul(x, w), axes, kept), count);
}

/**
 * The largest of the elements that count, 0 if none does; the axes are kept with size 1. Equal maxima share the
 * gradient.
 */
export function maskedMax(x: Tensor, w: Tensor, axes: readonly number[]): Tensor {
  const largest = max(where(w, x, -Infinity), axes, kept);
  return where(
    noGrad(() => max(w, axes, kept)),
    largest,
    0,
  );
}
