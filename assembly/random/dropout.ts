/**
 * Dropout, scaled at training: y = x · keep / (1 − rate), keep by Philox (Note [Random state] in philox.ts).
 * What was kept stays in a mask of one bit an element, because the counter has moved on when the backward pass runs, and because reading
 * a bit is much cheaper than drawing it again. The mask is 2 bytes for each 16 elements, bit j of the pair for element j.
 */
import { loadLanes, putLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { drawAll } from "./philox";

/** Bytes of the mask of n elements. */
export function dropoutMaskBytes(n: i32): i32 {
  return ((n + 15) >> 4) << 1;
}

/** Which elements stay, as bits of the mask. */
@unmanaged
class Keep {
  /** Keeps element j where its word is at least the threshold. */
  // @ts-ignore: decorator
  @inline
  take(mask: usize, i: i32, n: i32, w0: v128, w1: v128, w2: v128, w3: v128, threshold: v128, b: v128): void {
    const first = i32x4.bitmask(i32x4.ge_u(w0, threshold)) | (i32x4.bitmask(i32x4.ge_u(w1, threshold)) << 4);
    const last = i32x4.bitmask(i32x4.ge_u(w2, threshold)) | (i32x4.bitmask(i32x4.ge_u(w3, threshold)) << 4);
    store<u16>(mask + ((<usize>i) >> 3), <u16>(first | (last << 8)));
  }
}

/**
 * y = x · keep / (1 − rate), and which elements were kept. Does not advance the counter.
 * @param y     out (n); may be x
 * @param mask  out (dropoutMaskBytes(n)) bytes, 2-byte aligned
 * @param x     in (n); NaN where it is dropped becomes 0
 * @param rate  probability of dropping, 0 ≤ rate ≤ 1; everything is dropped at 1
 */
export function dropoutForward(y: usize, mask: usize, x: usize, n: i32, state: usize, stream: i32, rate: f32): void {
  const start = shareStart(n, 4, 16);
  const end = shareEnd(n, 4, 16);
  drawKept(mask, start, end, state, stream, rate);
  keep(y, mask, x, start, end, rate, 0);
}

/** Draws the bits of elements start … end − 1 of a mask, start a multiple of 16. */
export function drawKept(mask: usize, start: i32, end: i32, state: usize, stream: i32, rate: f32): void {
  const threshold = <u32>min<f64>(<f64>rate * 4294967296, 4294967295);
  drawAll<Keep>(mask, start, end, state, stream, i32x4.splat(threshold), i32x4.splat(0));
}

/** dx = dy · keep / (1 − rate), or += with accumulate. @param dx out (n); may be dy @param mask in: what the forward pass wrote */
export function dropoutBackward(dx: usize, dy: usize, mask: usize, n: i32, rate: f32, accumulate: i32): void {
  keep(dx, mask, dy, shareStart(n, 4, 16), shareEnd(n, 4, 16), rate, accumulate);
}

/** y = x · keep / (1 − rate), or += with accumulate, for elements start … end − 1, start a multiple of 16. */
export function keep(y: usize, mask: usize, x: usize, start: i32, end: i32, rate: f32, accumulate: i32): void {
  const scale = f32x4.splat(rate < 1 ? 1 / (1 - rate) : 0);
  for (let i = start; i < end; i += 16) {
    const bits = i32x4.splat(load<u16>(mask + ((<usize>i) >> 3)));
    const at = (<usize>i) << 2;
    if (i + 16 <= end) {
      put(y + at, x + at, scale, bits, i32x4(1, 2, 4, 8), accumulate, 4);
      put(y + at + 16, x + at + 16, scale, bits, i32x4(16, 32, 64, 128), accumulate, 4);
      put(y + at + 32, x + at + 32, scale, bits, i32x4(256, 512, 1024, 2048), accumulate, 4);
      put(y + at + 48, x + at + 48, scale, bits, i32x4(4096, 8192, 16384, 32768), accumulate, 4);
    } else {
      for (let j = 0; j < end - i; j += 4) {
        const to = at + ((<usize>j) << 2);
        put(y + to, x + to, scale, i32x4.shr_u(bits, j), i32x4(1, 2, 4, 8), accumulate, min(end - i - j, 4));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function put(y: usize, x: usize, scale: v128, bits: v128, which: v128, accumulate: i32, lanes: i32): void {
  const kept = i32x4.eq(v128.and(bits, which), which);
  putLanes(y, v128.and(f32x4.mul(loadLanes(x, lanes), scale), kept), accumulate, lanes);
}
