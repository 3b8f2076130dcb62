/**
 * Combinations and products of vectors in memory that the caller owns, for full-batch optimizers; outside the tape.
 * Products are read by JavaScript at once, so that only `combine` may be recorded. Letters: n elements.
 */
import { combineVectors, dotBlocks, largestBlocks, sumBlocksCount } from "#wasm/kernels";
import { heap } from "../../runtime/runtime.js";
import type { Tensor } from "../../tensor/tensor.js";

/** out = a · x + b · y, each (n); a and b are rounded to float32. out may be x or y. */
export function combine(out: Tensor, a: number, x: Tensor, b: number, y: Tensor): void {
  out.changed();
  combineVectors(out.ptr, x.ptr, y.ptr, out.size, a, b);
}

/** Σ x · y in float64. The order of the sum follows from n alone. */
export function dot(x: Tensor, y: Tensor): number {
  const bytes = 8 * sumBlocksCount(x.size);
  const partials = withScratch(bytes, (ptr) => {
    dotBlocks(ptr, x.ptr, y.ptr, x.size);
    return new Float64Array(heap().view("uint8", ptr, bytes).slice().buffer);
  });
  return partials.reduce((sum, value) => sum + value, 0);
}

/** max |x|; NaN where x has one. */
export function largest(x: Tensor): number {
  const count = sumBlocksCount(x.size);
  return withScratch(4 * count, (ptr) => {
    largestBlocks(ptr, x.ptr, x.size);
    return heap()
      .view("float32", ptr, count)
      .reduce((most, value) => Math.max(most, value), 0);
  });
}

function withScratch<T>(bytes: number, use: (ptr: number) => T): T {
  const ptr = heap().allocate(bytes);
  try {
    return use(ptr);
  } finally {
    heap().free(ptr, bytes);
  }
}
