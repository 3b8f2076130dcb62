/**
 * A matrix times a vector, y = M·x (rows) or y = Mᵀ·x (columns), for products with one row or one column: the matrix is read once, in the order
 * in which it lies, and nothing is packed. At least eight accumulators run side by side, so that no sum waits for itself.
 * Letters: `n` results, `k` terms of each; `lead` bytes between rows of M, `xStep` bytes between elements of x; y is contiguous.
 * The order of every sum depends on k alone. Does not share work among threads (gemm.ts).
 */
import { horizontalSum, madd } from "../simd/f32x4";

// @ts-ignore: decorator
@inline
function storeFour(add: i32, y: usize, x: v128): void {
  v128.store(y, add ? f32x4.add(v128.load(y), x) : x);
}

/** y[j] = or += Σ x[p] · M[p, j]: 32 results a turn, then 4, then 1; each one chain over p. */
export function gemvColumns(
  n: i32,
  k: i32,
  x: usize,
  xStep: usize,
  matrix: usize,
  lead: usize,
  add: i32,
  y: usize,
): void {
  for (; n >= 32; n -= 32) {
    columns32(k, x, xStep, matrix, lead, add, y);
    matrix += 128;
    y += 128;
  }
  for (; n >= 4; n -= 4) {
    let sum = f32x4.splat(0);
    let xp = x;
    let row = matrix;
    for (let p = k; p > 0; p--) {
      sum = madd(v128.load32_splat(xp), v128.load(row), sum);
      xp += xStep;
      row += lead;
    }
    storeFour(add, y, sum);
    matrix += 16;
    y += 16;
  }
  for (; n > 0; n--) {
    let sum = f32x4.splat(0);
    let xp = x;
    let row = matrix;
    for (let p = k; p > 0; p--) {
      sum = madd(v128.load32_zero(xp), v128.load32_zero(row), sum);
      xp += xStep;
      row += lead;
    }
    const result = f32x4.extract_lane(sum, 0);
    store<f32>(y, add ? load<f32>(y) + result : result);
    matrix += 4;
    y += 4;
  }
}

function columns32(k: i32, x: usize, xStep: usize, row: usize, lead: usize, add: i32, y: usize): void {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let sum2 = f32x4.splat(0);
  let sum3 = f32x4.splat(0);
  let sum4 = f32x4.splat(0);
  let sum5 = f32x4.splat(0);
  let sum6 = f32x4.splat(0);
  let sum7 = f32x4.splat(0);
  for (; k > 0; k--) {
    const xp = v128.load32_splat(x);
    sum0 = madd(xp, v128.load(row), sum0);
    sum1 = madd(xp, v128.load(row, 16), sum1);
    sum2 = madd(xp, v128.load(row, 32), sum2);
    sum3 = madd(xp, v128.load(row, 48), sum3);
    sum4 = madd(xp, v128.load(row, 64), sum4);
    sum5 = madd(xp, v128.load(row, 80), sum5);
    sum6 = madd(xp, v128.load(row, 96), sum6);
    sum7 = madd(xp, v128.load(row, 112), sum7);
    x += xStep;
    row += lead;
  }
  storeFour(add, y, sum0);
  storeFour(add, y + 16, sum1);
  storeFour(add, y + 32, sum2);
  storeFour(add, y + 48, sum3);
  storeFour(add, y + 64, sum4);
  storeFour(add, y + 80, sum5);
  storeFour(add, y + 96, sum6);
  storeFour(add, y + 112, sum7);
}

/** y[i] = or += Σ M[i, p] · x[p], x contiguous: four results a turn, then 1; each in two chains of four lanes. */
export function gemvRows(n: i32, k: i32, matrix: usize, lead: usize, x: usize, add: i32, y: usize): void {
  for (; n >= 4; n -= 4) {
    rows4(k, matrix, lead, x, add, y);
    matrix += 4 * lead;
    y += 16;
  }
  for (; n > 0; n--) {
    dotRow(k, matrix, x, add, y);
    matrix += lead;
    y += 4;
  }
}

function rows4(k: i32, row0: usize, lead: usize, x: usize, add: i32, y: usize): void {
  const end = k & ~7;
  let row1 = row0 + lead;
  let row2 = row1 + lead;
  let row3 = row2 + lead;
  let even0 = f32x4.splat(0);
  let even1 = f32x4.splat(0);
  let even2 = f32x4.splat(0);
  let even3 = f32x4.splat(0);
  let odd0 = f32x4.splat(0);
  let odd1 = f32x4.splat(0);
  let odd2 = f32x4.splat(0);
  let odd3 = f32x4.splat(0);
  for (let p = 0; p < end; p += 8) {
    const x_03 = v128.load(x);
    const x_47 = v128.load(x, 16);
    even0 = madd(v128.load(row0), x_03, even0);
    odd0 = madd(v128.load(row0, 16), x_47, odd0);
    even1 = madd(v128.load(row1), x_03, even1);
    odd1 = madd(v128.load(row1, 16), x_47, odd1);
    even2 = madd(v128.load(row2), x_03, even2);
    odd2 = madd(v128.load(row2, 16), x_47, odd2);
    even3 = madd(v128.load(row3), x_03, even3);
    odd3 = madd(v128.load(row3, 16), x_47, odd3);
    x += 32;
    row0 += 32;
    row1 += 32;
    row2 += 32;
    row3 += 32;
  }
  finishRow(k & 7, even0, odd0, row0, x, add, y);
  finishRow(k & 7, even1, odd1, row1, x, add, y + 4);
  finishRow(k & 7, even2, odd2, row2, x, add, y + 8);
  finishRow(k & 7, even3, odd3, row3, x, add, y + 12);
}

function dotRow(k: i32, row: usize, x: usize, add: i32, y: usize): void {
  const end = k & ~7;
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  for (let p = 0; p < end; p += 8) {
    even = madd(v128.load(row), v128.load(x), even);
    odd = madd(v128.load(row, 16), v128.load(x, 16), odd);
    x += 32;
    row += 32;
  }
  finishRow(k & 7, even, odd, row, x, add, y);
}

/** The last `count` ≤ 7 terms of a row, and its sum. */
function finishRow(count: i32, even: v128, odd: v128, row: usize, x: usize, add: i32, y: usize): void {
  for (; count > 0; count--) {
    even = madd(v128.load32_zero(row), v128.load32_zero(x), even);
    row += 4;
    x += 4;
  }
  const result = horizontalSum(f32x4.add(even, odd));
  store<f32>(y, add ? load<f32>(y) + result : result);
}
