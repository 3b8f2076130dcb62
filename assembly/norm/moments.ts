/**
 * Means and variances of columns and of groups of columns, and the sums that their gradients need. Batch normalisation is N = 1, D = 1; group normalisation
 * has D columns a group. Letters: x (N, S, C), S rows a sample; B = ⌈S / 256⌉ blocks of rows a sample; G = C / D groups.
 *
 * A block's mean comes first, as its first row plus the mean difference from it, then its squares about that mean, read from the nearest cache; blocks are
 * joined in float64 (Chan, Golub, LeVeque 1979). So the variance keeps its digits where it is small beside the mean, and its order of sums follows from the sizes alone.
 * The joining kernels write a value for each column, equal within a group, so that whoever uses them reads vectors. Does not normalise: columns.ts does.
 */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { normalized } from "./columns";

/** Rows of a block: 16 columns of it are 16 KiB. */
const blockRows: i32 = 256;

/** B: blocks of a sample of s rows. */
export function momentBlockCount(s: i32): i32 {
  return (s + blockRows - 1) / blockRows;
}

/**
 * Mean and sum of squared differences of each column of each block.
 * @param means    out (N, B, C)
 * @param squares  out (N, B, C)
 * @param x        in (N, S, C)
 */
export function blockMoments(means: usize, squares: usize, x: usize, n: i32, s: i32, c: i32): void {
  const blocks = momentBlockCount(s);
  const cost = min(s, blockRows) * c * 2;
  const end = shareEnd(n * blocks, cost, 1);
  for (let task = shareStart(n * blocks, cost, 1); task < end; task++) {
    const sample = task / blocks;
    const row = (task - sample * blocks) * blockRows;
    const rows = min(s - row, blockRows);
    const from = x + ((<usize>((sample * s + row) * c)) << 2);
    const to = (<usize>(task * c)) << 2;
    let k = 0;
    for (; k + 16 <= c; k += 16) {
      const o = (<usize>k) << 2;
      stripMoments(means + to + o, squares + to + o, from + o, rows, c);
    }
    for (; k < c; k += 4) {
      const o = (<usize>k) << 2;
      columnMoments(means + to + o, squares + to + o, from + o, rows, c, min(c - k, 4));
    }
  }
}

/** 16 columns, c elements from row to row. */
function stripMoments(means: usize, squares: usize, x: usize, rows: i32, c: i32): void {
  const row = (<usize>c) << 2;
  const share = f32x4.splat(1 / <f32>rows);
  const f0 = v128.load(x);
  const f1 = v128.load(x, 16);
  const f2 = v128.load(x, 32);
  const f3 = v128.load(x, 48);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0; // prettier-ignore
  let at = x + row;
  for (let r = 1; r < rows; r++) {
    s0 = f32x4.add(s0, f32x4.sub(v128.load(at), f0));
    s1 = f32x4.add(s1, f32x4.sub(v128.load(at, 16), f1));
    s2 = f32x4.add(s2, f32x4.sub(v128.load(at, 32), f2));
    s3 = f32x4.add(s3, f32x4.sub(v128.load(at, 48), f3));
    at += row;
  }
  const m0 = madd(s0, share, f0);
  const m1 = madd(s1, share, f1);
  const m2 = madd(s2, share, f2);
  const m3 = madd(s3, share, f3);
  s0 = s1 = s2 = s3 = f32x4.splat(0);
  at = x;
  for (let r = 0; r < rows; r++) {
    const d0 = f32x4.sub(v128.load(at), m0);
    const d1 = f32x4.sub(v128.load(at, 16), m1);
    const d2 = f32x4.sub(v128.load(at, 32), m2);
    const d3 = f32x4.sub(v128.load(at, 48), m3);
    s0 = madd(d0, d0, s0);
    s1 = madd(d1, d1, s1);
    s2 = madd(d2, d2, s2);
    s3 = madd(d3, d3, s3);
    at += row;
  }
  v128.store(means, m0);
  v128.store(means, m1, 16);
  v128.store(means, m2, 32);
  v128.store(means, m3, 48);
  v128.store(squares, s0);
  v128.store(squares, s1, 16);
  v128.store(squares, s2, 32);
  v128.store(squares, s3, 48);
}

/** One to four columns. */
function columnMoments(means: usize, squares: usize, x: usize, rows: i32, c: i32, lanes: i32): void {
  const row = (<usize>c) << 2;
  const first = loadLanes(x, lanes);
  let sum = f32x4.splat(0);
  let at = x + row;
  for (let r = 1; r < rows; r++, at += row) sum = f32x4.add(sum, f32x4.sub(loadLanes(at, lanes), first));
  const mean = madd(sum, f32x4.splat(1 / <f32>rows), first);
  sum = f32x4.splat(0);
  at = x;
  for (let r = 0; r < rows; r++, at += row) {
    const d = f32x4.sub(loadLanes(at, lanes), mean);
    sum = madd(d, d, sum);
  }
  storeLanes(means, mean, lanes);
  storeLanes(squares, sum, lanes);
}

/**
 * Mean and variance (Σ(x − mean)² / count, count = S·D) of each group, written for each of its columns.
 * @param mean      out (N, C)
 * @param variance  out (N, C)
 * @param means     in (N, B, C), with squares: what blockMoments wrote
 * @param s         rows ≥ 1  @param d columns of a group, a divisor of c
 */
export function joinMoments(
  mean: usize,
  variance: usize,
  means: usize,
  squares: usize,
  n: i32,
  s: i32,
  c: i32,
  d: i32,
): void {
  const blocks = momentBlockCount(s);
  const groups = c / d;
  const cost = blocks * d * 4;
  const end = shareEnd(n * groups, cost, 16);
  for (let task = shareStart(n * groups, cost, 16); task < end; task++) {
    const sample = task / groups;
    const first = (task - sample * groups) * d;
    const from = (<usize>(sample * blocks * c + first)) << 2;
    let sum: f64 = 0;
    for (let b = 0; b < blocks; b++) {
      const at = from + ((<usize>(b * c)) << 2);
      let part: f64 = 0;
      for (let k = 0; k < d; k++) part += load<f32>(means + at + ((<usize>k) << 2));
      sum += part * min(s - b * blockRows, blockRows);
    }
    const center = sum / (<f64>s * d);
    let total: f64 = 0;
    for (let b = 0; b < blocks; b++) {
      const at = from + ((<usize>(b * c)) << 2);
      let between: f64 = 0;
      for (let k = 0; k < d; k++) {
        const o = at + ((<usize>k) << 2);
        const difference = load<f32>(means + o) - center;
        between += difference * difference;
        total += load<f32>(squares + o);
      }
      total += between * min(s - b * blockRows, blockRows);
    }
    const to = (<usize>(sample * c + first)) << 2;
    for (let k = 0; k < d; k++) {
      const o = to + ((<usize>k) << 2);
      store<f32>(mean + o, <f32>center);
      store<f32>(variance + o, <f32>(total / (<f64>s * d)));
    }
  }
}

/**
 * Σ dy and Σ dy (x − mean) of each column of each block; sumAxis adds up the blocks. Where y was rectified, dy counts where y > 0.
 * @param sums      out (N, B, C)
 * @param products  out (N, B, C)
 * @param dy        in (N, S, C)  @param x in (N, S, C)
 * @param mean      in (N, C)  @param scale in (N, C)  @param offset in (N, C): as for normalizeColumnsBackward
 */
export function blockGradientSums(
  sums: usize,
  products: usize,
  dy: usize,
  x: usize,
  mean: usize,
  scale: usize,
  offset: usize,
  n: i32,
  s: i32,
  c: i32,
  rectified: i32,
): void {
  const blocks = momentBlockCount(s);
  const cost = min(s, blockRows) * c * 2;
  const end = shareEnd(n * blocks, cost, 1);
  for (let task = shareStart(n * blocks, cost, 1); task < end; task++) {
    const sample = task / blocks;
    const row = (task - sample * blocks) * blockRows;
    const rows = min(s - row, blockRows);
    const from = (<usize>((sample * s + row) * c)) << 2;
    const to = (<usize>(task * c)) << 2;
    const group = (<usize>(sample * c)) << 2;
    for (let k = 0; k < c;) {
      const o = (<usize>k) << 2;
      const at = group + o;
      const isStrip = k + 8 <= c;
      const lanes = isStrip ? 4 : min(c - k, 4);
      // prettier-ignore
      if (isStrip) stripSums(sums + to + o, products + to + o, dy + from + o, x + from + o, mean + at, scale + at, offset + at, rows, c, rectified);
      // prettier-ignore
      else columnSums(sums + to + o, products + to + o, dy + from + o, x + from + o, mean + at, scale + at, offset + at, rows, c, lanes, rectified);
      k += isStrip ? 8 : lanes;
    }
  }
}

/** dy, or where y was rectified dy where y > 0. */
// @ts-ignore: decorator
@inline
function masked(dy: v128, x: v128, mean: v128, scale: v128, offset: v128, rectified: i32): v128 {
  return rectified ? v128.and(dy, f32x4.gt(normalized(x, mean, scale, offset), f32x4.splat(0))) : dy;
}

/** 8 columns, c elements from row to row. */
// prettier-ignore
function stripSums(
  sums: usize, products: usize, dy: usize, x: usize, mean: usize, scale: usize, offset: usize, rows: i32, c: i32, rectified: i32,
): void {
  const row = (<usize>c) << 2;
  const zero = f32x4.splat(0);
  const m0 = v128.load(mean);
  const m1 = v128.load(mean, 16);
  const a0 = rectified ? v128.load(scale) : zero;
  const a1 = rectified ? v128.load(scale, 16) : zero;
  const b0 = rectified ? v128.load(offset) : zero;
  const b1 = rectified ? v128.load(offset, 16) : zero;
  let s0 = zero, s1 = zero, p0 = zero, p1 = zero; // prettier-ignore
  for (let r = 0; r < rows; r++) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const g0 = masked(v128.load(dy), x0, m0, a0, b0, rectified);
    const g1 = masked(v128.load(dy, 16), x1, m1, a1, b1, rectified);
    s0 = f32x4.add(s0, g0);
    p0 = madd(g0, f32x4.sub(x0, m0), p0);
    s1 = f32x4.add(s1, g1);
    p1 = madd(g1, f32x4.sub(x1, m1), p1);
    dy += row;
    x += row;
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(products, p0);
  v128.store(products, p1, 16);
}

/** One to four columns. */
// prettier-ignore
function columnSums(
  sums: usize, products: usize, dy: usize, x: usize, mean: usize, scale: usize, offset: usize, rows: i32, c: i32, lanes: i32, rectified: i32,
): void {
  const row = (<usize>c) << 2;
  const center = loadLanes(mean, lanes);
  const a = rectified ? loadLanes(scale, lanes) : center;
  const b = rectified ? loadLanes(offset, lanes) : center;
  let sum = f32x4.splat(0);
  let product = sum;
  for (let r = 0; r < rows; r++) {
    const v = loadLanes(x, lanes);
    const g = masked(loadLanes(dy, lanes), v, center, a, b, rectified);
    sum = f32x4.add(sum, g);
    product = madd(g, f32x4.sub(v, center), product);
    dy += row;
    x += row;
  }
  storeLanes(sums, sum, lanes);
  storeLanes(products, product, lanes);
}

/**
 * out = scale · Σ γ · sums over the columns of each group, written for each of its columns.
 * @param out    out (N, C)
 * @param sums   in (N, C)
 * @param gamma  in (C), or 0 for ones
 */
export function groupGradientMeans(out: usize, sums: usize, gamma: usize, n: i32, c: i32, d: i32, scale: f32): void {
  const groups = c / d;
  const end = shareEnd(n * groups, d * 4, 16);
  for (let task = shareStart(n * groups, d * 4, 16); task < end; task++) {
    const first = (<usize>((task % groups) * d)) << 2;
    const at = (<usize>(task * d)) << 2;
    let sum: f64 = 0;
    for (let k = 0; k < d; k++) {
      const o = (<usize>k) << 2;
      const factor: f32 = gamma ? load<f32>(gamma + first + o) : 1;
      sum += <f64>factor * load<f32>(sums + at + o);
    }
    const value = <f32>(sum * scale);
    for (let k = 0; k < d; k++) store<f32>(out + at + ((<usize>k) << 2), value);
  }
}
