/**
 * Columns shifted to mean 0, scaled to variance 1, scaled and shifted again: batch and group normalisation once moments.ts has the statistics.
 * Letters: x (N, S, C), statistics and factors (N, C) with a value for each column, γ and β (C); r = 1 / √(variance + ε), x̂ = (x − mean) r.
 * What does not change down a column is computed once, into factors; then one pass goes along the rows as they lie in memory. Does not take statistics.
 */
import { madd, nmadd } from "../simd/f32x4";
import { loadLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** r of columns. */
// @ts-ignore: decorator
@inline
function reciprocalRoot(variance: v128, epsilon: f32): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))));
}

/**
 * What normalizeColumns goes from: scale = γ r and offset = β.
 * @param scale     out (N, C)  @param offset out (N, C)
 * @param variance  in (N, C)
 * @param gamma     in (C), or 0 for ones  @param beta in (C), or 0 for zeros
 */
export function columnFactors(
  scale: usize,
  offset: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  n: i32,
  c: i32,
  epsilon: f32,
): void {
  const end = shareEnd(n, c * 4, 1);
  for (let sample = shareStart(n, c * 4, 1); sample < end; sample++) {
    for (let k = 0; k < c; k += 4) {
      const lanes = min(c - k, 4);
      const o = (<usize>k) << 2;
      const at = (<usize>(sample * c + k)) << 2;
      const r = reciprocalRoot(loadLanes(variance + at, lanes), epsilon);
      storeLanes(scale + at, gamma ? f32x4.mul(r, loadLanes(gamma + o, lanes)) : r, lanes);
      storeLanes(offset + at, beta ? loadLanes(beta + o, lanes) : f32x4.splat(0), lanes);
    }
  }
}

/**
 * y = (x − mean) scale + offset, or max(0, y).
 * @param y     out (N, S, C)
 * @param x     in (N, S, C)
 * @param mean  in (N, C)  @param scale in (N, C)  @param offset in (N, C)
 * @param rectifies 1: negative values become 0
 */
export function normalizeColumns(
  y: usize,
  x: usize,
  mean: usize,
  scale: usize,
  offset: usize,
  n: i32,
  s: i32,
  c: i32,
  rectifies: i32,
): void {
  const floor = f32x4.splat(rectifies ? 0 : -Infinity);
  const end = shareEnd(n * s, c, 16);
  for (let row = shareStart(n * s, c, 16); row < end;) {
    const sample = row / s;
    const group = (<usize>(sample * c)) << 2;
    for (const last = min(end, (sample + 1) * s); row < last; row++) {
      const at = (<usize>(row * c)) << 2;
      normalizeRow(y + at, x + at, mean + group, scale + group, offset + group, c, floor);
    }
  }
}

/** The gradient of y before it was rectified: dy where y > 0. y is computed anew, in the bits of normalizeRow. @param d x − mean */
// @ts-ignore: decorator
@inline
export function masked(dy: v128, d: v128, scale: v128, offset: v128): v128 {
  return v128.and(dy, f32x4.gt(madd(d, scale, offset), f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function normalizeRow(y: usize, x: usize, mean: usize, scale: usize, offset: usize, c: i32, floor: v128): void {
  const whole = c & ~3;
  let o: usize = 0;
  for (const end = (<usize>whole) << 2; o < end; o += 16) {
    const d = f32x4.sub(v128.load(x + o), v128.load(mean + o));
    v128.store(y + o, f32x4.pmax(madd(d, v128.load(scale + o), v128.load(offset + o)), floor));
  }
  const lanes = c - whole;
  if (lanes == 0) return;
  const d = f32x4.sub(loadLanes(x + o, lanes), loadLanes(mean + o, lanes));
  const z = madd(d, loadLanes(scale + o, lanes), loadLanes(offset + o, lanes));
  storeLanes(y + o, f32x4.pmax(z, floor), lanes);
}

/**
 * What normalizeColumnsBackward goes from: a = γ r; b = r meanG and e = r³ meanGX where statistics were taken of x, else 0.
 * @param factors   out (3, N, C): a, b, e
 * @param variance  in (N, C)
 * @param gamma     in (C), or 0 for ones
 * @param meanG     in (N, C), the mean of γ dy over a group, and meanGX that of γ dy (x − mean): what groupGradientMeans wrote; or both 0
 */
export function columnGradientFactors(
  factors: usize,
  variance: usize,
  gamma: usize,
  meanG: usize,
  meanGX: usize,
  n: i32,
  c: i32,
  epsilon: f32,
): void {
  const b = factors + ((<usize>(n * c)) << 2);
  const e = b + ((<usize>(n * c)) << 2);
  const end = shareEnd(n, c * 4, 1);
  const zero = f32x4.splat(0);
  for (let sample = shareStart(n, c * 4, 1); sample < end; sample++) {
    for (let k = 0; k < c; k += 4) {
      const lanes = min(c - k, 4);
      const at = (<usize>(sample * c + k)) << 2;
      const r = reciprocalRoot(loadLanes(variance + at, lanes), epsilon);
      storeLanes(factors + at, gamma ? f32x4.mul(r, loadLanes(gamma + ((<usize>k) << 2), lanes)) : r, lanes);
      storeLanes(b + at, meanG ? f32x4.mul(r, loadLanes(meanG + at, lanes)) : zero, lanes);
      const cube = f32x4.mul(f32x4.mul(r, r), r);
      storeLanes(e + at, meanG ? f32x4.mul(cube, loadLanes(meanGX + at, lanes)) : zero, lanes);
    }
  }
}

/**
 * dx = or += a dy − b − e (x − mean), which is r (γ dy − mean(γ dy) − x̂ mean(γ dy x̂)). Where y was rectified, dy counts where y > 0.
 * @param dx    out (N, S, C)
 * @param dy    in (N, S, C)  @param x in (N, S, C)
 * @param mean  in (N, C)  @param scale in (N, C)  @param offset in (N, C): what normalizeColumns had; the last two may be 0 where nothing was rectified
 * @param factors  in (3, N, C): a, b, e, what columnGradientFactors wrote
 */
export function normalizeColumnsBackward(
  dx: usize,
  dy: usize,
  x: usize,
  mean: usize,
  scale: usize,
  offset: usize,
  factors: usize,
  n: i32,
  s: i32,
  c: i32,
  rectified: i32,
  accumulate: i32,
): void {
  const next = (<usize>(n * c)) << 2; // from one factor to the next
  const end = shareEnd(n * s, c * 2, 16);
  for (let row = shareStart(n * s, c * 2, 16); row < end;) {
    const sample = row / s;
    const group = (<usize>(sample * c)) << 2;
    for (const last = min(end, (sample + 1) * s); row < last; row++) {
      const at = (<usize>(row * c)) << 2;
      const whole = (<usize>(c & ~3)) << 2;
      const lanes = c & 3;
      for (let o: usize = 0; o < whole; o += 16) {
        const g = group + o;
        const row = at + o;
        put(dx + row, dy + row, x + row, mean + g, scale + g, offset + g, factors + g, next, rectified, accumulate, 4);
      }
      if (lanes > 0) {
        const o = at + whole;
        const g = group + whole;
        put(dx + o, dy + o, x + o, mean + g, scale + g, offset + g, factors + g, next, rectified, accumulate, lanes);
      }
    }
  }
}

// prettier-ignore
// @ts-ignore: decorator
@inline
function put(
  dx: usize, dy: usize, x: usize, mean: usize, scale: usize, offset: usize, factors: usize, next: usize,
  rectified: i32, accumulate: i32, lanes: i32,
): void {
  const d = f32x4.sub(loadLanes(x, lanes), loadLanes(mean, lanes));
  let g = loadLanes(dy, lanes);
  if (rectified) g = masked(g, d, loadLanes(scale, lanes), loadLanes(offset, lanes));
  const shifted = f32x4.sub(f32x4.mul(loadLanes(factors, lanes), g), loadLanes(factors + next, lanes));
  putLanes(dx, nmadd(loadLanes(factors + 2 * next, lanes), d, shifted), accumulate, lanes);
}

/**
 * dγ = or += Σₙ r · products: from Σ dy (x − mean) of each sample and column.
 * @param dGamma  out (C)  @param products in (N, C)  @param variance in (N, C)
 */
export function scaleGradient(
  dGamma: usize,
  products: usize,
  variance: usize,
  n: i32,
  c: i32,
  epsilon: f32,
  accumulate: i32,
): void {
  const end = shareEnd(c, n * 4, 16);
  for (let k = shareStart(c, n * 4, 16); k < end; k++) {
    let sum: f64 = 0;
    for (let i = 0; i < n; i++) {
      const o = (<usize>(i * c + k)) << 2;
      sum += <f64>load<f32>(products + o) / sqrt<f64>(<f64>load<f32>(variance + o) + epsilon);
    }
    const to = dGamma + ((<usize>k) << 2);
    store<f32>(to, accumulate ? load<f32>(to) + <f32>sum : <f32>sum);
  }
}
