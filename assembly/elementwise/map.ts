/**
 * The loops of every elementwise function of one input. F is a strategy class: `f(x, a, b)` is the value on four lanes,
 * `gradient(dy, saved, a, b)` the gradient from what F saves, its input or its output; a and b are scalars in all lanes.
 * Two vectors an iteration, both computed before the first is stored, so that they share each constant that f loads; more would not hide more
 * latency, as iterations are independent and overlap in the processor. Does not know any function.
 */
import { loadLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** A strategy with a value. The constraint is for the type checker alone: strategies are never called through it. */
export interface Forward {
  f(x: v128, a: v128, b: v128): v128;
}

/** A strategy with a gradient. */
export interface Backward {
  gradient(dy: v128, saved: v128, a: v128, b: v128): v128;
}

/** Cost of a long function's element, in copied elements. */
export const LONG: i32 = 4;
/** Cost of a short function's element. */
export const SHORT: i32 = 1;

/** y = f(x) over this thread's share. y may be x. @param y out (n) @param x in (n) @param cost LONG or SHORT */
// @ts-ignore: decorator
@inline
export function mapForward<F extends Forward>(y: usize, x: usize, n: i32, cost: i32, a: v128, b: v128): void {
  const start = shareStart(n, cost, 16);
  const count = shareEnd(n, cost, 16) - start;
  const o = (<usize>start) << 2;
  forwardRange<F>(y + o, x + o, count, a, b);
}

/**
 * dx = gradient(dy, saved) over this thread's share, or dx += where accumulate is 1. dx may be dy or saved.
 * @param dx out (n) @param dy in (n) @param saved in (n): x or y, as F says @param cost LONG or SHORT
 */
// @ts-ignore: decorator
@inline
export function mapBackward<F extends Backward>(
  dx: usize,
  dy: usize,
  saved: usize,
  n: i32,
  accumulate: i32,
  cost: i32,
  a: v128,
  b: v128,
): void {
  const start = shareStart(n, cost, 16);
  const count = shareEnd(n, cost, 16) - start;
  const o = (<usize>start) << 2;
  backwardRange<F>(dx + o, dy + o, saved + o, count, accumulate, a, b);
}

/** y = f(x) for n elements, whatever the thread. */
export function forwardRange<F extends Forward>(y: usize, x: usize, n: i32, a: v128, b: v128): void {
  const op = changetype<F>(0);
  for (; n >= 8; n -= 8) {
    const y0 = op.f(v128.load(x), a, b);
    const y1 = op.f(v128.load(x, 16), a, b); // before the first store: both use the constants that are loaded once
    v128.store(y, y0);
    v128.store(y, y1, 16);
    x += 32;
    y += 32;
  }
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    storeLanes(y, op.f(loadLanes(x, lanes), a, b), lanes);
    x += 16;
    y += 16;
  }
}

/** dx = or += gradient(dy, saved) for n elements, whatever the thread. */
export function backwardRange<F extends Backward>(
  dx: usize,
  dy: usize,
  saved: usize,
  n: i32,
  accumulate: i32,
  a: v128,
  b: v128,
): void {
  const op = changetype<F>(0);
  for (; n >= 8; n -= 8) {
    let r0 = op.gradient(v128.load(dy), v128.load(saved), a, b);
    let r1 = op.gradient(v128.load(dy, 16), v128.load(saved, 16), a, b);
    if (accumulate) {
      r0 = f32x4.add(r0, v128.load(dx));
      r1 = f32x4.add(r1, v128.load(dx, 16));
    }
    v128.store(dx, r0);
    v128.store(dx, r1, 16);
    dx += 32;
    dy += 32;
    saved += 32;
  }
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    putLanes(dx, op.gradient(loadLanes(dy, lanes), loadLanes(saved, lanes), a, b), accumulate, lanes);
    dx += 16;
    dy += 16;
    saved += 16;
  }
}
