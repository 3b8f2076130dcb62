/**
 * Enlarging an image by whole factors with bilinear interpolation, centres of pixels at halves (as Keras and TensorFlow 2).
 * Letters: x (N, H, W, C), y (N, fH·H, fW·W, C). Along one axis y(o) = (1 − t) x(⌊s⌋) + t x(⌊s⌋ + 1) with s = (o + ½) / f − ½ cut to [0, H − 1], t = s − ⌊s⌋.
 * Does not reduce: no low-pass filter.
 */
import { madd } from "../simd/f32x4";
import { loadLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** Where element o of the output lies among `size` elements of the input. */
// @ts-ignore: decorator
@inline
function source(o: i32, factor: i32, size: i32): f32 {
  const s: f32 = (<f32>o + 0.5) / <f32>factor - 0.5;
  return min(max(s, 0), <f32>(size - 1));
}

/** @param y out (N, fH·H, fW·W, C) @param x in (N, H, W, C) */
export function bilinearForward(y: usize, x: usize, n: i32, h: i32, w: i32, c: i32, fH: i32, fW: i32): void {
  const oH = h * fH;
  const oW = w * fW;
  const end = shareEnd(n * oH, oW * c * 4, 1);
  for (let row = shareStart(n * oH, oW * c * 4, 1); row < end; row++) {
    const sample = row / oH;
    const sH = source(row - sample * oH, fH, h);
    const h0 = <i32>sH;
    const upper = x + ((<usize>((sample * h + h0) * w * c)) << 2);
    const lower = x + ((<usize>((sample * h + min(h0 + 1, h - 1)) * w * c)) << 2);
    const down = f32x4.splat(sH - <f32>h0);
    for (let o = 0; o < oW; o++) {
      const sW = source(o, fW, w);
      const w0 = <i32>sW;
      const right = f32x4.splat(sW - <f32>w0);
      const at0 = (<usize>(w0 * c)) << 2;
      const at1 = (<usize>(min(w0 + 1, w - 1) * c)) << 2;
      blend(
        y + ((<usize>((row * oW + o) * c)) << 2),
        upper + at0,
        upper + at1,
        lower + at0,
        lower + at1,
        c,
        down,
        right,
      );
    }
  }
}

/** One pixel between four: a b above, d e below. */
function blend(y: usize, a: usize, b: usize, d: usize, e: usize, c: i32, down: v128, right: v128): void {
  for (let k = 0; k < c; k += 4) {
    const o = (<usize>k) << 2;
    const lanes = min(c - k, 4);
    const above = mix(loadLanes(a + o, lanes), loadLanes(b + o, lanes), right);
    const below = mix(loadLanes(d + o, lanes), loadLanes(e + o, lanes), right);
    storeLanes(y + o, mix(above, below, down), lanes);
  }
}

/** (1 − t) a + t b, as a + t (b − a) */
// @ts-ignore: decorator
@inline
function mix(a: v128, b: v128, t: v128): v128 {
  return madd(t, f32x4.sub(b, a), a);
}

/**
 * dx = or += what of dy came from each element: it asks the pixels of y within one element of it, so that nothing is written twice.
 * @param dx out (N, H, W, C) @param dy in (N, fH·H, fW·W, C)
 */
export function bilinearBackward(
  dx: usize,
  dy: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  fH: i32,
  fW: i32,
  accumulate: i32,
): void {
  const oH = h * fH;
  const oW = w * fW;
  const cost = w * c * fH * fW;
  const end = shareEnd(n * h, cost, 1);
  for (let row = shareStart(n * h, cost, 1); row < end; row++) {
    const sample = row / h;
    const i = row - sample * h;
    for (let j = 0; j < w; j++) {
      const to = dx + ((<usize>((row * w + j) * c)) << 2);
      let adds = accumulate;
      for (let oi = max(0, (i - 1) * fH); oi < min(oH, (i + 2) * fH); oi++) {
        const weightH = weightAt(source(oi, fH, h), i);
        if (weightH == 0) continue;
        for (let oj = max(0, (j - 1) * fW); oj < min(oW, (j + 2) * fW); oj++) {
          const weight = weightH * weightAt(source(oj, fW, w), j);
          if (weight == 0) continue;
          addWeighted(to, dy + ((<usize>(((sample * oH + oi) * oW + oj) * c)) << 2), c, f32x4.splat(weight), adds);
          adds = 1;
        }
      }
    }
  }
}

/** How much element i counts at place s: 1 there, falling to 0 at its neighbours. */
// @ts-ignore: decorator
@inline
function weightAt(s: f32, i: i32): f32 {
  return max<f32>(0, 1 - abs(s - <f32>i));
}

/** to = or += weight · from for c channels. */
function addWeighted(to: usize, from: usize, c: i32, weight: v128, accumulate: i32): void {
  for (; c > 0; c -= 4) {
    const lanes = min(c, 4);
    putLanes(to, f32x4.mul(weight, loadLanes(from, lanes)), accumulate, lanes);
    to += 16;
    from += 16;
  }
}
