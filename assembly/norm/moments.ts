/**
 * Means and variances of columns and of groups of columns. Batch normalisation is N = 1, D = 1; group normalisation
 * has D columns a group. Letters: x (N, S, C), S rows a sample; B = ⌈S / 256⌉ blocks of rows a sample; G = C / D groups.
 *
 * A block's mean comes first, as its first row plus the mean difference from it, then its squares about that mean, read from the nearest cache; blocks are
 * joined in float64 (Chan, Golub, LeVeque 1979). So the variance keeps its digits where it is small beside the mean, and its order of sums follows from the sizes alone.
 * The joining kernels write a value for each column, equal within a group, so that whoever uses them reads vectors. Does not normalise: columns.ts does.
 */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** Rows of a block: 16 columns of it are 16 KiB. */
export const blockRows: i32 = 256;

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
