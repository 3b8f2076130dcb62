/**
 * Rows shifted to mean 0, scaled to variance 1, scaled and shifted again: layer normalisation, forward and backward.
 * Letters: x (R, F), mean and r (R), r = 1 / √(variance + ε), γ and β (F); x̂ = (x − mean) r. A row is read from the nearest cache after its first pass.
 * Sums of a row are taken in float32 over 512 elements or more, then in float64. Statistics across rows are moments.ts's. Source: Ba, Kiros, Hinton 2016.
 */
import { foldSum, lanesSum, Plain, shortBlock } from "../reduce/fold";
import { madd, nmadd } from "../simd/f32x4";
import { loadLanes, maskLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** Rows whose contributions to dγ and dβ are added up in float32. */
const blockRows: i32 = 256;

/** Blocks of R rows: ⌈R / 256⌉. */
export function layerNormBlockCount(rows: i32): i32 {
  return (rows + blockRows - 1) / blockRows;
}

/**
 * y = γ x̂ + β
 * @param y      out (R, F)
 * @param mean   out (R)  @param r out (R), from the variance Σ(x − mean)² / F
 * @param x      in (R, F)
 * @param gamma  in (F), or 0 for ones  @param beta in (F), or 0 for zeros
 */
export function layerNormForward(
  y: usize,
  mean: usize,
  r: usize,
  x: usize,
  gamma: usize,
  beta: usize,
  rows: i32,
  f: i32,
  epsilon: f32,
): void {
  const end = shareEnd(rows, f * 4, 16);
  for (let row = shareStart(rows, f * 4, 16); row < end; row++) {
    const at = (<usize>(row * f)) << 2;
    const center = <f32>(foldSum<Plain>(x + at, f) / f);
    const spread = <f32>(squaresAbout(x + at, f, center) / f);
    const o = (<usize>row) << 2;
    store<f32>(mean + o, center);
    const root: f32 = 1 / sqrt<f32>(spread + epsilon);
    store<f32>(r + o, root);
    normalizeRow(y + at, x + at, gamma, beta, f, f32x4.splat(center), f32x4.splat(root));
  }
}

/** Σ (x − center)² */
function squaresAbout(x: usize, n: i32, center: f32): f64 {
  const middle = f32x4.splat(center);
  let total: f64 = 0;
  while (n > 0) {
    let left = min(n, shortBlock);
    n -= left;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    for (; left >= 8; left -= 8) {
      const d0 = f32x4.sub(v128.load(x), middle);
      const d1 = f32x4.sub(v128.load(x, 16), middle);
      s0 = madd(d0, d0, s0);
      s1 = madd(d1, d1, s1);
      x += 32;
    }
    for (; left > 0; left -= 4) {
      const lanes = min(left, 4);
      const d = maskLanes(f32x4.sub(loadLanes(x, lanes), middle), lanes);
      s0 = madd(d, d, s0);
      x += (<usize>lanes) << 2;
    }
    total += lanesSum(f32x4.add(s0, s1));
  }
  return total;
}

function normalizeRow(y: usize, x: usize, gamma: usize, beta: usize, n: i32, mean: v128, r: v128): void {
  let o: usize = 0;
  for (const end = ((<usize>n) & ~3) << 2; o < end; o += 16) {
    let value = f32x4.mul(f32x4.sub(v128.load(x + o), mean), r);
    if (gamma) value = f32x4.mul(value, v128.load(gamma + o));
    if (beta) value = f32x4.add(value, v128.load(beta + o));
    v128.store(y + o, value);
  }
  const lanes = n & 3;
  if (lanes == 0) return;
  let value = f32x4.mul(f32x4.sub(loadLanes(x + o, lanes), mean), r);
  if (gamma) value = f32x4.mul(value, loadLanes(gamma + o, lanes));
  if (beta) value = f32x4.add(value, loadLanes(beta + o, lanes));
  storeLanes(y + o, value, lanes);
}

/**
 * dx = or += r (g − mean(g) − x̂ mean(g x̂)), g = γ dy, means over the row.
 * @param dx        out (R, F)
 * @param dy        in (R, F)  @param x in (R, F)
 * @param mean      in (R)  @param r in (R): what the forward pass wrote
 * @param gamma     in (F), or 0 for ones
 */
export function layerNormBackward(
  dx: usize,
  dy: usize,
  x: usize,
  mean: usize,
  r: usize,
  gamma: usize,
  rows: i32,
  f: i32,
  accumulate: i32,
): void {
  const end = shareEnd(rows, f * 4, 16);
  for (let row = shareStart(rows, f * 4, 16); row < end; row++) {
    const at = (<usize>(row * f)) << 2;
    const o = (<usize>row) << 2;
    backwardRow(dx + at, dy + at, x + at, gamma, f, f32x4.splat(load<f32>(mean + o)), load<f32>(r + o), accumulate);
  }
}

function backwardRow(dx: usize, dy: usize, x: usize, gamma: usize, n: i32, mean: v128, r: f32, accumulate: i32): void {
  let sum: f64 = 0;
  let product: f64 = 0;
  for (let from = 0; from < n; from += shortBlock) {
    const to = min(n, from + shortBlock);
    const last = (<usize>to) << 2;
    let s = f32x4.splat(0);
    let p = s;
    let o = (<usize>from) << 2;
    for (; o + 16 <= last; o += 16) {
      const g = scaled(dy, gamma, o, 4);
      s = f32x4.add(s, g);
      p = madd(g, f32x4.sub(v128.load(x + o), mean), p);
    }
    if (o < last) {
      const lanes = <i32>((last - o) >> 2);
      const g = scaled(dy, gamma, o, lanes); // 0 in the lanes beyond
      s = f32x4.add(s, g);
      p = madd(g, f32x4.sub(loadLanes(x + o, lanes), mean), p);
    }
    sum += lanesSum(s);
    product += lanesSum(p);
  }
  const shift = f32x4.splat(<f32>(sum / n) * r);
  const slope = f32x4.splat(<f32>(product / n) * r * r * r);
  const factor = f32x4.splat(r);
  let o: usize = 0;
  for (const end = ((<usize>n) & ~3) << 2; o < end; o += 16) {
    const value = f32x4.sub(f32x4.mul(factor, scaled(dy, gamma, o, 4)), shift);
    putLanes(dx + o, nmadd(slope, f32x4.sub(v128.load(x + o), mean), value), accumulate, 4);
  }
  const lanes = n & 3;
  if (lanes == 0) return;
  const value = f32x4.sub(f32x4.mul(factor, scaled(dy, gamma, o, lanes)), shift);
  putLanes(dx + o, nmadd(slope, f32x4.sub(loadLanes(x + o, lanes), mean), value), accumulate, lanes);
}

/** γ dy */
// @ts-ignore: decorator
@inline
function scaled(dy: usize, gamma: usize, o: usize, lanes: i32): v128 {
  const g = loadLanes(dy + o, lanes);
  return gamma ? f32x4.mul(g, loadLanes(gamma + o, lanes)) : g;
}

/**
 * Σ dy and Σ dy x̂ of each column of each block of rows: what dβ and dγ are, once sumAxis has added up the blocks.
 * @param sums      out (layerNormBlockCount(R), F)
 * @param products  out (layerNormBlockCount(R), F)
 */
export function layerNormSums(
  sums: usize,
  products: usize,
  dy: usize,
  x: usize,
  mean: usize,
  r: usize,
  rows: i32,
  f: i32,
): void {
  const blocks = layerNormBlockCount(rows);
  const cost = min(rows, blockRows) * f * 2;
  const end = shareEnd(blocks, cost, 1);
  const row = (<usize>f) << 2;
  for (let block = shareStart(blocks, cost, 1); block < end; block++) {
    const to = <usize>block * row;
    memory.fill(sums + to, 0, row);
    memory.fill(products + to, 0, row);
    for (let i = block * blockRows; i < min((block + 1) * blockRows, rows); i++) {
      const o = (<usize>i) << 2;
      const at = <usize>i * row;
      addRow(sums + to, products + to, dy + at, x + at, v128.load32_splat(mean + o), v128.load32_splat(r + o), f);
    }
  }
}

/** Adds a row of dy and of dy x̂ as it lies in memory: what it is added to stays in the nearest cache. */
function addRow(sums: usize, products: usize, dy: usize, x: usize, mean: v128, r: v128, f: i32): void {
  const whole = f & ~3;
  let o: usize = 0;
  for (const end = (<usize>whole) << 2; o < end; o += 16) addLanes(sums + o, products + o, dy + o, x + o, mean, r, 4);
  if (whole < f) addLanes(sums + o, products + o, dy + o, x + o, mean, r, f - whole);
}

// @ts-ignore: decorator
@inline
function addLanes(sums: usize, products: usize, dy: usize, x: usize, mean: v128, r: v128, lanes: i32): void {
  const g = loadLanes(dy, lanes);
  const d = f32x4.mul(f32x4.sub(loadLanes(x, lanes), mean), r);
  storeLanes(sums, f32x4.add(loadLanes(sums, lanes), g), lanes);
  storeLanes(products, madd(g, d, loadLanes(products, lanes)), lanes);
}
