/** The passes over one row of scores of which attention consists, beside those of softmax/rows.ts. A row is one query's, n keys long. */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { expOfDifference } from "../softmax/rows";

/** s = s + bias, −∞ where the mask is 0. @param bias in (n) or 0 @param mask in (n) int32 or 0 */
export function scoreRow(s: usize, n: i32, bias: usize, mask: usize): void {
  for (let at: usize = 0; n > 0; n -= 4) {
    const lanes = min(n, 4);
    let x = loadLanes(s + at, lanes);
    if (bias) x = f32x4.add(x, loadLanes(bias + at, lanes));
    if (mask) x = v128.bitselect(f32x4.splat(-Infinity), x, i32x4.eq(loadLanes(mask + at, lanes), i32x4.splat(0)));
    storeLanes(s + at, x, lanes);
    at += 16;
  }
}

/** out = x · scale for n values. */
export function scaledRow(out: usize, x: usize, n: i32, scale: f32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    storeLanes(out, f32x4.mul(loadLanes(x, lanes), f32x4.splat(scale)), lanes);
    out += 16;
    x += 16;
  }
}

/** Σ a·b over n values, in float32 lanes: rows of values are short. */
export function shortDot(a: usize, b: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    sum = madd(loadLanes(a, lanes), loadLanes(b, lanes), sum);
    a += 16;
    b += 16;
  }
  sum = f32x4.add(sum, i8x16.shuffle(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
}

/**
 * From scores and the gradient of the weights: the weights, s = exp(s − shift), and the gradient of the scores, g = s ⊙ (g − mean), the softmax's;
 * written to dBias before it is multiplied by scale.
 * @param shift ln Σ exp(s) @param mean Σ weight · g @param dBias out (n) or 0
 */
export function scoreGradientRow(s: usize, g: usize, n: i32, shift: f32, mean: f32, scale: f32, dBias: usize): void {
  const shifts = f32x4.splat(shift);
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  let at: usize = 0;
  for (; n >= 8; n -= 8) {
    weigh(s + at, g + at, dBias ? dBias + at : 0, shifts, means, scales, 4);
    weigh(s + at + 16, g + at + 16, dBias ? dBias + at + 16 : 0, shifts, means, scales, 4);
    at += 32;
  }
  for (; n > 0; n -= 4) {
    weigh(s + at, g + at, dBias ? dBias + at : 0, shifts, means, scales, min(n, 4));
    at += 16;
  }
}

// @ts-ignore: decorator
@inline
function weigh(s: usize, g: usize, dBias: usize, shifts: v128, means: v128, scales: v128, lanes: i32): void {
  const p = expOfDifference(f32x4.sub(loadLanes(s, lanes), shifts));
  storeGradient(p, s, g, dBias, means, scales, lanes);
}

/** As scoreGradientRow, from what forward kept: s = e · factor. @param e in (n): exp(s − greatest) @param factor 1 / Σ e */
// prettier-ignore
export function keptGradientRow(s: usize, e: usize, g: usize, n: i32, factor: f32, mean: f32, scale: f32, dBias: usize): void {
  const factors = f32x4.splat(factor);
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  let at: usize = 0;
  for (; n >= 4; n -= 4) {
    storeGradient(f32x4.mul(v128.load(e + at), factors), s + at, g + at, dBias ? dBias + at : 0, means, scales, 4);
    at += 16;
  }
  if (n > 0) {
    const p = f32x4.mul(loadLanes(e + at, n), factors);
    storeGradient(p, s + at, g + at, dBias ? dBias + at : 0, means, scales, n);
  }
}

/** s = p and g = p ⊙ (g − mean) · scale; dBias the same without scale. */
// @ts-ignore: decorator
@inline
function storeGradient(p: v128, s: usize, g: usize, dBias: usize, means: v128, scales: v128, lanes: i32): void {
  const d = f32x4.mul(p, f32x4.sub(loadLanes(g, lanes), means));
  storeLanes(s, p, lanes);
  if (dBias) storeLanes(dBias, d, lanes);
  storeLanes(g, f32x4.mul(d, scales), lanes);
}
