/** The passes over one row of scores of which attention consists, beside those of softmax/rows.ts. A row is one query's, n keys long. */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";

/** s = s · scale + bias, −∞ where the mask is 0. @param bias in (n) or 0 @param mask in (n) int32 or 0 */
export function scoreRow(s: usize, n: i32, scale: f32, bias: usize, mask: usize): void {
  const scales = f32x4.splat(scale);
  for (let at: usize = 0; n > 0; n -= 4) {
    const lanes = min(n, 4);
    let x = loadLanes(s + at, lanes);
    x = bias ? madd(x, scales, loadLanes(bias + at, lanes)) : f32x4.mul(x, scales);
    if (mask) x = v128.bitselect(f32x4.splat(-Infinity), x, i32x4.eq(loadLanes(mask + at, lanes), i32x4.splat(0)));
    storeLanes(s + at, x, lanes);
    at += 16;
  }
}

/**
 * The gradient of the scores: p = p ⊙ (g − mean), the softmax's; written to dBias before it is multiplied by scale.
 * @param p in/out (n): the weights @param g in (n): their gradient @param dBias out (n) or 0
 */
export function scoreGradientRow(p: usize, g: usize, n: i32, mean: f32, scale: f32, dBias: usize): void {
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  for (let at: usize = 0; n > 0; n -= 4) {
    const lanes = min(n, 4);
    const d = f32x4.mul(loadLanes(p + at, lanes), f32x4.sub(loadLanes(g + at, lanes), means));
    if (dBias) storeLanes(dBias + at, d, lanes);
    storeLanes(p + at, f32x4.mul(d, scales), lanes);
    at += 16;
  }
}
