/**
 * The register tiles: `rows` × 16, × 8 and × 4 elements of C, summed over a panel of depth kc in registers and stored (or added) once.
 *
 *   A: element (i, p) at a + p · aStep + 4 i     B: elements (p, 0 … 15) at b + p · bStep     C: row i at c + i · cRow
 *
 * All steps in bytes, so that a packed panel (bStep = 32) and a matrix as it lies (bStep = 4 ldb) are the same case. Every element is one chain
 * of multiply-adds over p in ascending order, in every tile: where a tile is cut never changes a bit.
 * In the plain build the first step stands before the loop: V8 of Node 20 then keeps the addresses of A's elements in registers. Otherwise it computes
 * them anew in every turn, and the tile is a tenth slower. Other engines do not gain by it.
 * Not unrolled over p: asc would gather the loads of several p in front and V8 would spill; V8 unrolls the loop itself.
 * The tile of 16 columns is for wide mode alone (wide.ts): V8 makes one operation of two neighbours that do the same, hence the order of the lines.
 * These are bodies; tiles.ts makes functions of them. Register count: blocking.ts. Source: BLIS (Van Zee & van de Geijn 2015).
 */
import { madd } from "../simd/f32x4";

/** The build in which the first step of a tile stands before its loop. */
// @ts-ignore: decorator
@inline
const isPlain: bool = !ASC_FEATURE_RELAXED_SIMD;

/**
 * `columns` / 4 vectors a row, two or four. `rows`, `columns` and `copies` must be literals: the compiler then drops the lines that they exclude.
 * Where `copies`, packs B at `packed` in passing.
 */
// @ts-ignore: decorator
@inline
export function tile(
  rows: i32,
  columns: i32,
  copies: bool,
  packed: usize,
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  add: i32,
  c: usize,
  cRow: usize,
): void {
  const end = a + <usize>kc * aStep;
  let b_03 = isPlain ? v128.load(b) : f32x4.splat(0);
  let b_47 = isPlain ? v128.load(b, 16) : b_03;
  let b_811 = b_03;
  let b_1215 = b_47;
  if (isPlain && copies) packed = copy(columns, packed, b_03, b_47, b_811, b_1215);
  let a0 = isPlain ? v128.load32_splat(a) : b_03;
  let a1 = isPlain && rows > 1 ? v128.load32_splat(a, 4) : a0;
  let a2 = isPlain && rows > 2 ? v128.load32_splat(a, 8) : a0;
  let a3 = isPlain && rows > 3 ? v128.load32_splat(a, 12) : a0;
  let a4 = isPlain && rows > 4 ? v128.load32_splat(a, 16) : a0;
  let a5 = isPlain && rows > 5 ? v128.load32_splat(a, 20) : a0;
  let c0_03 = first(a0, b_03);
  let c0_47 = first(a0, b_47);
  let c0_811 = first(a0, b_811);
  let c0_1215 = first(a0, b_1215);
  let c1_03 = first(a1, b_03);
  let c1_47 = first(a1, b_47);
  let c1_811 = first(a1, b_811);
  let c1_1215 = first(a1, b_1215);
  let c2_03 = first(a2, b_03);
  let c2_47 = first(a2, b_47);
  let c2_811 = first(a2, b_811);
  let c2_1215 = first(a2, b_1215);
  let c3_03 = first(a3, b_03);
  let c3_47 = first(a3, b_47);
  let c3_811 = first(a3, b_811);
  let c3_1215 = first(a3, b_1215);
  let c4_03 = first(a4, b_03);
  let c4_47 = first(a4, b_47);
  let c4_811 = first(a4, b_811);
  let c4_1215 = first(a4, b_1215);
  let c5_03 = first(a5, b_03);
  let c5_47 = first(a5, b_47);
  let c5_811 = first(a5, b_811);
  let c5_1215 = first(a5, b_1215);
  if (isPlain) {
    a += aStep;
    b += bStep;
  }
  while (a != end) {
    b_03 = v128.load(b);
    b_47 = v128.load(b, 16);
    b_811 = columns > 8 ? v128.load(b, 32) : b_03;
    b_1215 = columns > 8 ? v128.load(b, 48) : b_47;
    if (copies) packed = copy(columns, packed, b_03, b_47, b_811, b_1215);
    a0 = v128.load32_splat(a);
    c0_03 = madd(a0, b_03, c0_03);
    c0_47 = madd(a0, b_47, c0_47);
    if (columns > 8) {
      c0_811 = madd(a0, b_811, c0_811);
      c0_1215 = madd(a0, b_1215, c0_1215);
    }
    if (rows > 1) {
      a1 = v128.load32_splat(a, 4);
      c1_03 = madd(a1, b_03, c1_03);
      c1_47 = madd(a1, b_47, c1_47);
      if (columns > 8) {
        c1_811 = madd(a1, b_811, c1_811);
        c1_1215 = madd(a1, b_1215, c1_1215);
      }
    }
    if (rows > 2) {
      a2 = v128.load32_splat(a, 8);
      c2_03 = madd(a2, b_03, c2_03);
      c2_47 = madd(a2, b_47, c2_47);
      if (columns > 8) {
        c2_811 = madd(a2, b_811, c2_811);
        c2_1215 = madd(a2, b_1215, c2_1215);
      }
    }
    if (rows > 3) {
      a3 = v128.load32_splat(a, 12);
      c3_03 = madd(a3, b_03, c3_03);
      c3_47 = madd(a3, b_47, c3_47);
      if (columns > 8) {
        c3_811 = madd(a3, b_811, c3_811);
        c3_1215 = madd(a3, b_1215, c3_1215);
      }
    }
    if (rows > 4) {
      a4 = v128.load32_splat(a, 16);
      c4_03 = madd(a4, b_03, c4_03);
      c4_47 = madd(a4, b_47, c4_47);
      if (columns > 8) {
        c4_811 = madd(a4, b_811, c4_811);
        c4_1215 = madd(a4, b_1215, c4_1215);
      }
    }
    if (rows > 5) {
      a5 = v128.load32_splat(a, 20);
      c5_03 = madd(a5, b_03, c5_03);
      c5_47 = madd(a5, b_47, c5_47);
      if (columns > 8) {
        c5_811 = madd(a5, b_811, c5_811);
        c5_1215 = madd(a5, b_1215, c5_1215);
      }
    }
    a += aStep;
    b += bStep;
  }
  storeRow(columns, add, c, c0_03, c0_47, c0_811, c0_1215);
  if (rows > 1) storeRow(columns, add, (c += cRow), c1_03, c1_47, c1_811, c1_1215);
  if (rows > 2) storeRow(columns, add, (c += cRow), c2_03, c2_47, c2_811, c2_1215);
  if (rows > 3) storeRow(columns, add, (c += cRow), c3_03, c3_47, c3_811, c3_1215);
  if (rows > 4) storeRow(columns, add, (c += cRow), c4_03, c4_47, c4_811, c4_1215);
  if (rows > 5) storeRow(columns, add, c + cRow, c5_03, c5_47, c5_811, c5_1215);
}

/** One vector a row, for the right edge. `rows` must be a literal. */
// @ts-ignore: decorator
@inline
export function tile4(
  rows: i32,
  kc: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  add: i32,
  c: usize,
  cRow: usize,
): void {
  const end = a + <usize>kc * aStep;
  let b_03 = isPlain ? v128.load(b) : f32x4.splat(0);
  let c0 = isPlain ? f32x4.mul(v128.load32_splat(a), b_03) : b_03;
  let c1 = isPlain && rows > 1 ? f32x4.mul(v128.load32_splat(a, 4), b_03) : c0;
  let c2 = isPlain && rows > 2 ? f32x4.mul(v128.load32_splat(a, 8), b_03) : c0;
  let c3 = isPlain && rows > 3 ? f32x4.mul(v128.load32_splat(a, 12), b_03) : c0;
  let c4 = isPlain && rows > 4 ? f32x4.mul(v128.load32_splat(a, 16), b_03) : c0;
  let c5 = isPlain && rows > 5 ? f32x4.mul(v128.load32_splat(a, 20), b_03) : c0;
  if (isPlain) {
    a += aStep;
    b += bStep;
  }
  while (a != end) {
    b_03 = v128.load(b);
    c0 = madd(v128.load32_splat(a), b_03, c0);
    if (rows > 1) c1 = madd(v128.load32_splat(a, 4), b_03, c1);
    if (rows > 2) c2 = madd(v128.load32_splat(a, 8), b_03, c2);
    if (rows > 3) c3 = madd(v128.load32_splat(a, 12), b_03, c3);
    if (rows > 4) c4 = madd(v128.load32_splat(a, 16), b_03, c4);
    if (rows > 5) c5 = madd(v128.load32_splat(a, 20), b_03, c5);
    a += aStep;
    b += bStep;
  }
  storeRow4(add, c, c0);
  if (rows > 1) storeRow4(add, (c += cRow), c1);
  if (rows > 2) storeRow4(add, (c += cRow), c2);
  if (rows > 3) storeRow4(add, (c += cRow), c3);
  if (rows > 4) storeRow4(add, (c += cRow), c4);
  if (rows > 5) storeRow4(add, c + cRow, c5);
}

/** The first value of a sum: the first product where that stands before the loop, else 0. */
// @ts-ignore: decorator
@inline
function first(a: v128, b: v128): v128 {
  return isPlain ? f32x4.mul(a, b) : f32x4.splat(0);
}

/**
 * Note [Stores of pairs]. V8 of Node 26 fuses two neighbouring stores into one of 256 bits. If the lower one comes first in the source, V8 stores the
 * lower half once more by itself; with the upper one first it does not.
 */

/** Stores a row of the panel at `packed`. @returns where the next one goes */
// @ts-ignore: decorator
@inline
function copy(columns: i32, packed: usize, b_03: v128, b_47: v128, b_811: v128, b_1215: v128): usize {
  v128.store(packed, b_47, 16);
  v128.store(packed, b_03);
  if (columns > 8) {
    v128.store(packed, b_1215, 48);
    v128.store(packed, b_811, 32);
  }
  return packed + ((<usize>columns) << 2);
}

// @ts-ignore: decorator
@inline
function storeRow4(add: i32, c: usize, x: v128): void {
  v128.store(c, add ? f32x4.add(v128.load(c), x) : x);
}

// @ts-ignore: decorator
@inline
function storeRow(columns: i32, add: i32, c: usize, x_03: v128, x_47: v128, x_811: v128, x_1215: v128): void {
  if (columns > 8) {
    // All loads before all stores: V8 fuses no neighbours with a store between them. The upper half of a pair first: Note [Stores of pairs].
    if (add) {
      x_03 = f32x4.add(v128.load(c), x_03);
      x_47 = f32x4.add(v128.load(c, 16), x_47);
      x_811 = f32x4.add(v128.load(c, 32), x_811);
      x_1215 = f32x4.add(v128.load(c, 48), x_1215);
    }
    v128.store(c, x_47, 16);
    v128.store(c, x_03);
    v128.store(c, x_1215, 48);
    v128.store(c, x_811, 32);
  } else if (add) {
    // Stored in either branch: where the branches met first, V8 of Node 20 would spill the accumulators in the loop over p.
    v128.store(c, f32x4.add(v128.load(c, 16), x_47), 16);
    v128.store(c, f32x4.add(v128.load(c), x_03));
  } else {
    v128.store(c, x_47, 16);
    v128.store(c, x_03);
  }
}
