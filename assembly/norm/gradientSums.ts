/**
 * The sums over rows that the gradients of normalised columns need. Letters and blocks of rows: moments.ts. Does not compute gradients: columns.ts does.
 */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { masked } from "./columns";
import { blockRows, momentBlockCount } from "./moments";

/** Rows of a block whose strips are read one after the other: they stay in L1, and memory is read as it lies. */
const nearRows: i32 = 16;

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
    for (let r = 0; r < rows; r += nearRows) {
      const count = min(nearRows, rows - r);
      const near = from + ((<usize>(r * c)) << 2);
      for (let k = 0; k < c;) {
        const o = (<usize>k) << 2;
        const at = group + o;
        const isStrip = k + 16 <= c;
        const lanes = isStrip ? 16 : min(c - k, 4);
        // prettier-ignore
        if (isStrip) stripSums(sums + to + o, products + to + o, dy + near + o, x + near + o, mean + at, scale + at, offset + at, count, c, rectified, i32(r > 0));
        // prettier-ignore
        else columnSums(sums + to + o, products + to + o, dy + near + o, x + near + o, mean + at, scale + at, offset + at, count, c, lanes, rectified, i32(r > 0));
        k += lanes;
      }
    }
  }
}

/** 16 columns, c elements from row to row; continues the sums where `add`. */
// prettier-ignore
function stripSums(
  sums: usize, products: usize, dy: usize, x: usize, mean: usize, scale: usize, offset: usize, rows: i32, c: i32, rectified: i32, add: i32,
): void {
  const row = (<usize>c) << 2;
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero; // prettier-ignore
  let p0 = zero, p1 = zero, p2 = zero, p3 = zero; // prettier-ignore
  if (add) {
    s0 = v128.load(sums);
    s1 = v128.load(sums, 16);
    s2 = v128.load(sums, 32);
    s3 = v128.load(sums, 48);
    p0 = v128.load(products);
    p1 = v128.load(products, 16);
    p2 = v128.load(products, 32);
    p3 = v128.load(products, 48);
  }
  for (let r = 0; r < rows; r++) {
    let d = f32x4.sub(v128.load(x), v128.load(mean));
    let g = v128.load(dy);
    if (rectified) g = masked(g, d, v128.load(scale), v128.load(offset));
    s0 = f32x4.add(s0, g);
    p0 = madd(g, d, p0);
    d = f32x4.sub(v128.load(x, 16), v128.load(mean, 16));
    g = v128.load(dy, 16);
    if (rectified) g = masked(g, d, v128.load(scale, 16), v128.load(offset, 16));
    s1 = f32x4.add(s1, g);
    p1 = madd(g, d, p1);
    d = f32x4.sub(v128.load(x, 32), v128.load(mean, 32));
    g = v128.load(dy, 32);
    if (rectified) g = masked(g, d, v128.load(scale, 32), v128.load(offset, 32));
    s2 = f32x4.add(s2, g);
    p2 = madd(g, d, p2);
    d = f32x4.sub(v128.load(x, 48), v128.load(mean, 48));
    g = v128.load(dy, 48);
    if (rectified) g = masked(g, d, v128.load(scale, 48), v128.load(offset, 48));
    s3 = f32x4.add(s3, g);
    p3 = madd(g, d, p3);
    dy += row;
    x += row;
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
  v128.store(products, p0);
  v128.store(products, p1, 16);
  v128.store(products, p2, 32);
  v128.store(products, p3, 48);
}

/** One to four columns. */
// prettier-ignore
function columnSums(
  sums: usize, products: usize, dy: usize, x: usize, mean: usize, scale: usize, offset: usize, rows: i32, c: i32, lanes: i32, rectified: i32, add: i32,
): void {
  const row = (<usize>c) << 2;
  const center = loadLanes(mean, lanes);
  let sum = add ? loadLanes(sums, lanes) : f32x4.splat(0);
  let product = add ? loadLanes(products, lanes) : f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    const d = f32x4.sub(loadLanes(x, lanes), center);
    let g = loadLanes(dy, lanes);
    if (rectified) g = masked(g, d, loadLanes(scale, lanes), loadLanes(offset, lanes));
    sum = f32x4.add(sum, g);
    product = madd(g, d, product);
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
