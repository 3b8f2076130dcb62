/**
 * A whole vector summed to one number by many threads: `…Blocks` writes one partial sum a block of 4096 elements, then `combineBlocks` adds them.
 * Two kernels, because the second must see every share of the first. The order is that of Note [Order of sums] in fold.ts.
 * Letters: n elements of x. Does not divide: a mean is `combineBlocks` with scale 1/n.
 */
import { shareEnd, shareStart, threadIndex } from "../thread";
import { foldSum, Magnitudes, Plain, Squares, Summand, sumBlock } from "./fold";

/** Elements of `partials` for a vector of n elements: ⌈n / 4096⌉. */
export function sumBlocksCount(n: i32): i32 {
  return (n + sumBlock - 1) / sumBlock;
}

/** partials[b] = Σ x over block b. @param partials out (sumBlocksCount(n)) float32 */
export function sumBlocks(partials: usize, x: usize, n: i32): void {
  blocks<Plain>(partials, x, n);
}

/** partials[b] = Σ x² over block b. @param partials out (sumBlocksCount(n)) float32 */
export function sumSquaresBlocks(partials: usize, x: usize, n: i32): void {
  blocks<Squares>(partials, x, n);
}

/** partials[b] = Σ |x| over block b. @param partials out (sumBlocksCount(n)) float32 */
export function sumMagnitudesBlocks(partials: usize, x: usize, n: i32): void {
  blocks<Magnitudes>(partials, x, n);
}

/**
 * out[0] = scale · Σ partials, or += with accumulate; in float64 until the end. Thread 0 alone.
 * @param count  elements of partials ≥ 0; the sum of none is 0
 */
export function combineBlocks(out: usize, partials: usize, count: i32, scale: f32, accumulate: i32): void {
  if (threadIndex() != 0) return;
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += load<f32>(partials + ((<usize>i) << 2));
  const value = <f32>(sum * scale);
  store<f32>(out, accumulate ? load<f32>(out) + value : value);
}

function blocks<Term extends Summand>(partials: usize, x: usize, n: i32): void {
  const count = sumBlocksCount(n);
  const end = shareEnd(count, sumBlock, 1);
  for (let b = shareStart(count, sumBlock, 1); b < end; b++) {
    const from = b * sumBlock;
    store<f32>(partials + ((<usize>b) << 2), <f32>foldSum<Term>(x + ((<usize>from) << 2), min(n - from, sumBlock)));
  }
}
