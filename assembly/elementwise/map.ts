/**
 * The loops of every elementwise function of one input. F is a strategy class: `f(x, a, b)` is the value on four lanes,
 * `gradient(dy, saved, a, b)` the gradient from what F saves, its input or its output; a and b are scalars in all lanes.
 * Two vectors an iteration, to hide the latency of a division; the rest and the tail share one more copy of the function.
 * Does not know any function.
 */
import { loadTail, storeTail } from "../simd/tail";
import { shareEnd, shareStart } from "../thread";

/** A strategy with a value. The constraint is for the type checker alone: strategies are never called through it. */
export interface Forward {
  f(x: v128, a: v128, b: v128): v128;
}

/** A strategy with a gradient. */
export interface Backward {
  gradient(dy: v128, saved: v128, a: v128, b: v128): v128;
}

/** y = f(x) over this thread's share. y may be x. @param y out (n) @param x in (n) @param cost of an element, in copied elements */
// @ts-ignore: decorator
@inline
export function mapForward<F extends Forward>(y: usize, x: usize, n: i32, cost: i32, a: v128, b: v128): void {
  const start = shareStart(n, cost, 16);
  const o = <usize>start << 2;
  forwardRange<F>(y + o, x + o, shareEnd(n, cost, 16) - start, a, b);
}

/**
 * dx = gradient(dy, saved) over this thread's share, or dx += where accumulate is 1. dx may be dy or saved.
 * @param dx out (n) @param dy in (n) @param saved in (n): x or y, as F says
 */
// @ts-ignore: decorator
@inline
export function mapBackward<F extends Backward>(dx: usize, dy: usize, saved: usize, n: i32, accumulate: i32, cost: i32, a: v128, b: v128): void {
  const start = shareStart(n, cost, 16);
  const o = <usize>start << 2;
  backwardRange<F>(dx + o, dy + o, saved + o, shareEnd(n, cost, 16) - start, accumulate, a, b);
}

/** y = f(x) for n elements, whatever the thread. */
export function forwardRange<F extends Forward>(y: usize, x: usize, n: i32, a: v128, b: v128): void {
  const op = changetype<F>(0);
  for (; n >= 8; n -= 8) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    v128.store(y, op.f(x0, a, b));
    v128.store(y, op.f(x1, a, b), 16);
    x += 32;
    y += 32;
  }
  for (; n > 0; n -= 4) {
    const value = op.f(n < 4 ? loadTail(x, n) : v128.load(x), a, b);
    if (n < 4) storeTail(y, value, n);
    else v128.store(y, value);
    x += 16;
    y += 16;
  }
}

/** dx = or += gradient(dy, saved) for n elements, whatever the thread. */
export function backwardRange<F extends Backward>(dx: usize, dy: usize, saved: usize, n: i32, accumulate: i32, a: v128, b: v128): void {
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
    let r = op.gradient(n < 4 ? loadTail(dy, n) : v128.load(dy), n < 4 ? loadTail(saved, n) : v128.load(saved), a, b);
    if (accumulate) r = f32x4.add(r, n < 4 ? loadTail(dx, n) : v128.load(dx));
    if (n < 4) storeTail(dx, r, n);
    else v128.store(dx, r);
    dx += 16;
    dy += 16;
    saved += 16;
  }
}
