/**
 * The register tiles: `rows` × 8 and `rows` × 4 elements of C, summed over a panel of depth kc in registers and stored (or added) once.
 *
 *   A: element (i, p) at a + p · aStep + 4 i     B: elements (p, 0 … 7) at b + p · bStep     C: row i at c + i · cRow
 *
 * All steps in bytes, so that a packed panel (aStep = 4 MR, bStep = 32) and a matrix as it lies (aStep = 4 lda, bStep = 4 ldb) are the same case.
 * Every element is one chain of multiply-adds over p in ascending order, in every tile: where a tile is cut never changes a bit.
 * Does not know edges narrower than its width, blocks or threads (gemm.ts). Register count: blocking.ts.
 * Source: BLIS (Van Zee & van de Geijn 2015).
 */
import { madd } from "../simd/f32x4";

// @ts-ignore: decorator
@inline
function storeRow(accumulate: i32, c: usize, x: v128): void {
  if (accumulate) v128.store(c, f32x4.add(v128.load(c), x));
  else v128.store(c, x);
}

/** The tile of two vectors a row. `rows` must be a literal, so that the rows beyond it vanish. */
// @ts-ignore: decorator
@inline
function tile8(
  rows: i32,
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  let c0_03 = f32x4.splat(0);
  let c0_47 = f32x4.splat(0);
  let c1_03 = f32x4.splat(0);
  let c1_47 = f32x4.splat(0);
  let c2_03 = f32x4.splat(0);
  let c2_47 = f32x4.splat(0);
  let c3_03 = f32x4.splat(0);
  let c3_47 = f32x4.splat(0);
  let c4_03 = f32x4.splat(0);
  let c4_47 = f32x4.splat(0);
  let c5_03 = f32x4.splat(0);
  let c5_47 = f32x4.splat(0);
  for (; kc > 0; kc--) {
    const b_03 = v128.load(b);
    const b_47 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c0_03 = madd(a0, b_03, c0_03);
    c0_47 = madd(a0, b_47, c0_47);
    if (rows > 1) {
      const a1 = v128.load32_splat(a, 4);
      c1_03 = madd(a1, b_03, c1_03);
      c1_47 = madd(a1, b_47, c1_47);
    }
    if (rows > 2) {
      const a2 = v128.load32_splat(a, 8);
      c2_03 = madd(a2, b_03, c2_03);
      c2_47 = madd(a2, b_47, c2_47);
    }
    if (rows > 3) {
      const a3 = v128.load32_splat(a, 12);
      c3_03 = madd(a3, b_03, c3_03);
      c3_47 = madd(a3, b_47, c3_47);
    }
    if (rows > 4) {
      const a4 = v128.load32_splat(a, 16);
      c4_03 = madd(a4, b_03, c4_03);
      c4_47 = madd(a4, b_47, c4_47);
    }
    if (rows > 5) {
      const a5 = v128.load32_splat(a, 20);
      c5_03 = madd(a5, b_03, c5_03);
      c5_47 = madd(a5, b_47, c5_47);
    }
    a += aStep;
    b += bStep;
  }
  storeRow(accumulate, c, c0_03);
  storeRow(accumulate, c + 16, c0_47);
  if (rows > 1) {
    c += cRow;
    storeRow(accumulate, c, c1_03);
    storeRow(accumulate, c + 16, c1_47);
  }
  if (rows > 2) {
    c += cRow;
    storeRow(accumulate, c, c2_03);
    storeRow(accumulate, c + 16, c2_47);
  }
  if (rows > 3) {
    c += cRow;
    storeRow(accumulate, c, c3_03);
    storeRow(accumulate, c + 16, c3_47);
  }
  if (rows > 4) {
    c += cRow;
    storeRow(accumulate, c, c4_03);
    storeRow(accumulate, c + 16, c4_47);
  }
  if (rows > 5) {
    c += cRow;
    storeRow(accumulate, c, c5_03);
    storeRow(accumulate, c + 16, c5_47);
  }
}

/** The tile of one vector a row, for the right edge. `rows` must be a literal. */
// @ts-ignore: decorator
@inline
function tile4(
  rows: i32,
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let c2 = f32x4.splat(0);
  let c3 = f32x4.splat(0);
  let c4 = f32x4.splat(0);
  let c5 = f32x4.splat(0);
  for (; kc > 0; kc--) {
    const b_03 = v128.load(b);
    c0 = madd(v128.load32_splat(a), b_03, c0);
    if (rows > 1) c1 = madd(v128.load32_splat(a, 4), b_03, c1);
    if (rows > 2) c2 = madd(v128.load32_splat(a, 8), b_03, c2);
    if (rows > 3) c3 = madd(v128.load32_splat(a, 12), b_03, c3);
    if (rows > 4) c4 = madd(v128.load32_splat(a, 16), b_03, c4);
    if (rows > 5) c5 = madd(v128.load32_splat(a, 20), b_03, c5);
    a += aStep;
    b += bStep;
  }
  storeRow(accumulate, c, c0);
  if (rows > 1) storeRow(accumulate, c + 1 * cRow, c1);
  if (rows > 2) storeRow(accumulate, c + 2 * cRow, c2);
  if (rows > 3) storeRow(accumulate, c + 3 * cRow, c3);
  if (rows > 4) storeRow(accumulate, c + 4 * cRow, c4);
  if (rows > 5) storeRow(accumulate, c + 5 * cRow, c5);
}

function tile1x8(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile8(1, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile2x8(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile8(2, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile3x8(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile8(3, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile4x8(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile8(4, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile5x8(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile8(5, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile6x8(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile8(6, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile1x4(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile4(1, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile2x4(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile4(2, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile3x4(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile4(3, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile4x4(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile4(4, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile5x4(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile4(5, kc, a, aStep, b, bStep, accumulate, c, cRow);
}
function tile6x4(
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  tile4(6, kc, a, aStep, b, bStep, accumulate, c, cRow);
}

/** C (rows × 8) = or += A panel · B panel; 1 ≤ rows ≤ MR. */
export function multiplyTile8(
  rows: i32,
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (rows == 6) return tile6x8(kc, a, aStep, b, bStep, accumulate, c, cRow);
  }
  switch (rows) {
    case 5:
      return tile5x8(kc, a, aStep, b, bStep, accumulate, c, cRow);
    case 4:
      return tile4x8(kc, a, aStep, b, bStep, accumulate, c, cRow);
    case 3:
      return tile3x8(kc, a, aStep, b, bStep, accumulate, c, cRow);
    case 2:
      return tile2x8(kc, a, aStep, b, bStep, accumulate, c, cRow);
    default:
      return tile1x8(kc, a, aStep, b, bStep, accumulate, c, cRow);
  }
}

/** C (rows × 4) = or += A panel · B panel; 1 ≤ rows ≤ MR. */
export function multiplyTile4(
  rows: i32,
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (rows == 6) return tile6x4(kc, a, aStep, b, bStep, accumulate, c, cRow);
  }
  switch (rows) {
    case 5:
      return tile5x4(kc, a, aStep, b, bStep, accumulate, c, cRow);
    case 4:
      return tile4x4(kc, a, aStep, b, bStep, accumulate, c, cRow);
    case 3:
      return tile3x4(kc, a, aStep, b, bStep, accumulate, c, cRow);
    case 2:
      return tile2x4(kc, a, aStep, b, bStep, accumulate, c, cRow);
    default:
      return tile1x4(kc, a, aStep, b, bStep, accumulate, c, cRow);
  }
}
