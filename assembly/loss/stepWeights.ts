/**
 * What each step of masked sequences weighs in a loss and in a metric, and zeros in the place of what does not count. Letters: N samples, T steps.
 * Does not compute losses.
 */
import { threadIndex } from "../thread";

/**
 * A step weighs as much as its sample where it counts, else 0. For losses, whose divisor is N·T, that is scaled by N·T / max(1, steps that count), so that
 * their mean is one over the steps that count. Thread 0 alone.
 * @param plain    out (N, T), for metrics
 * @param scaled   out (N, T), for losses
 * @param count    out (1): how many steps count
 * @param mask     in (N, T) int32: 0 where a step is padding
 * @param weights  in (N), or 0 (no pointer): all 1
 */
export function stepWeights(
  plain: usize,
  scaled: usize,
  count: usize,
  mask: usize,
  weights: usize,
  n: i32,
  t: i32,
): void {
  if (threadIndex() != 0) return;
  const size = n * t;
  let steps = 0;
  for (let i = 0; i < size; i++) steps += i32(load<i32>(mask + ((<usize>i) << 2)) != 0);
  store<f32>(count, <f32>steps);
  const scale = <f32>size / <f32>max(steps, 1);
  for (let i = 0; i < size; i++) {
    const at = (<usize>i) << 2;
    const own: f32 = weights ? load<f32>(weights + ((<usize>(i / t)) << 2)) : 1;
    const weight: f32 = load<i32>(mask + at) ? own : 0;
    store<f32>(plain + at, weight);
    store<f32>(scaled + at, weight * scale);
  }
}

/**
 * Zeros in the rows that are padding, whatever stands there: a product would make NaN of 0 · ∞. Thread 0 alone.
 * @param x     in/out (n, rowLength), 4 bytes an element
 * @param mask  in (n) int32: 0 where a row is padding
 */
export function clearPadding(x: usize, mask: usize, n: i32, rowLength: i32): void {
  if (threadIndex() != 0) return;
  const bytes = (<usize>rowLength) << 2;
  for (let i = 0; i < n; i++) {
    if (!load<i32>(mask + ((<usize>i) << 2))) memory.fill(x + <usize>i * bytes, 0, bytes);
  }
}
