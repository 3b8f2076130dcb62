/**
 * Winograd's minimal algorithm F(4 × 4, 3 × 3): 4 × 4 outputs of a 3 × 3 convolution from 6 × 6 inputs with 36 multiplications in place of 144.
 *
 *   Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A        d 6 × 6 inputs, g 3 × 3 kernel, Y 4 × 4 outputs
 *   dg = Gᵀ [(A dY Aᵀ) ⊙ (Bᵀ d B)] G      the gradient of the kernel, with the same matrices
 *
 * The element-wise products of all tiles and channels are 36 matrix products, one for each of the 36 positions (winogradConvolve.ts, winogradGradient.ts).
 * Here are the transforms of one line of vectors; a 6 × 6 tile takes them down its columns and then along its rows.
 *
 * Points of interpolation: 0, ±√½, ±√2, ∞. They are balanced about 1, so rounding grows little: the error stays within twice that of the plain sum.
 * Source: Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks"; the points are ncnn's.
 */
import { constant } from "../simd/constant";
import { madd, nmadd } from "../simd/f32x4";

/** Rows and columns of outputs that a tile gives. */
export const TILE: i32 = 4;

/** Positions of a transformed tile, 6 × 6. */
export const POSITIONS: i32 = 36;

/** √½, √2, their cubes √2/4 and 2√2; ½, 2, 2½; −⅔ and ⅙, the divisors of G. Note [Constants in memory] */
const table = memory.data<f32>([
  0.7071067811865476, 1.4142135623730951, 0.3535533905932738, 2.8284271247461903, 0.5, 2, 2.5, -0.6666666666666666,
  0.16666666666666666,
]);

/** Tiles that cover `size` outputs. */
// @ts-ignore: decorator
@inline
export function tilesOf(size: i32): i32 {
  return (size + TILE - 1) / TILE;
}

/** Floats from one position to the next of a matrix of so many floats: an odd number of cache lines, so that 36 streams do not meet in one set. */
// @ts-ignore: decorator
@inline
export function positionFloats(floats: i32): i32 {
  return (((floats + 15) >> 4) | 1) << 4;
}

/** Bᵀ d: six vectors to six, stored `step` bytes apart. */
// prettier-ignore
// @ts-ignore: decorator
@inline
export function storeInput(to: usize, step: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const p = constant(table, 0);
  const q = constant(table, 1);
  const half = constant(table, 4);
  const two = constant(table, 5);
  const twoAndHalf = constant(table, 6);
  v128.store(to, nmadd(twoAndHalf, d2, f32x4.add(d0, d4)));
  let even = nmadd(two, d2, d4);
  let odd = nmadd(two, d1, d3);
  v128.store(to + step, madd(p, odd, even));
  v128.store(to + 2 * step, nmadd(p, odd, even));
  even = nmadd(half, d2, d4);
  odd = nmadd(half, d1, d3);
  v128.store(to + 3 * step, madd(q, odd, even));
  v128.store(to + 4 * step, nmadd(q, odd, even));
  v128.store(to + 5 * step, nmadd(twoAndHalf, d3, f32x4.add(d1, d5)));
}

/** G g: three vectors to six. */
// @ts-ignore: decorator
@inline
export function storeKernel(to: usize, step: usize, g0: v128, g1: v128, g2: v128): void {
  v128.store(to, g0);
  let even = madd(constant(table, 4), g2, g0);
  let odd = f32x4.mul(constant(table, 0), g1);
  let share = constant(table, 7);
  v128.store(to + step, f32x4.mul(share, f32x4.add(even, odd)));
  v128.store(to + 2 * step, f32x4.mul(share, f32x4.sub(even, odd)));
  even = madd(constant(table, 5), g2, g0);
  odd = f32x4.mul(constant(table, 1), g1);
  share = constant(table, 8);
  v128.store(to + 3 * step, f32x4.mul(share, f32x4.add(even, odd)));
  v128.store(to + 4 * step, f32x4.mul(share, f32x4.sub(even, odd)));
  v128.store(to + 5 * step, g2);
}

/** A y: four vectors to six. */
// @ts-ignore: decorator
@inline
export function storeOutputGradient(to: usize, step: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  v128.store(to, y0);
  let even = madd(constant(table, 4), y2, y0);
  let odd = madd(constant(table, 2), y3, f32x4.mul(constant(table, 0), y1));
  v128.store(to + step, f32x4.add(even, odd));
  v128.store(to + 2 * step, f32x4.sub(even, odd));
  even = madd(constant(table, 5), y2, y0);
  odd = madd(constant(table, 3), y3, f32x4.mul(constant(table, 1), y1));
  v128.store(to + 3 * step, f32x4.add(even, odd));
  v128.store(to + 4 * step, f32x4.sub(even, odd));
  v128.store(to + 5 * step, y3);
}

/** Row `row` (a literal, 0 … 3) of Aᵀ m, from m0, m5 and the sums and differences of the pairs between: m1 ± m2, m3 ± m4. */
// prettier-ignore
// @ts-ignore: decorator
@inline
export function outputRow(row: i32, m0: v128, m5: v128, sum12: v128, difference12: v128, sum34: v128, difference34: v128): v128 {
  if (row == 0) return f32x4.add(m0, f32x4.add(sum12, sum34));
  if (row == 1) return madd(constant(table, 0), difference12, f32x4.mul(constant(table, 1), difference34));
  if (row == 2) return madd(constant(table, 4), sum12, f32x4.mul(constant(table, 5), sum34));
  return madd(constant(table, 2), difference12, madd(constant(table, 3), difference34, m5));
}

/** Row `row` (a literal, 0 … 2) of Gᵀ m, from the same. */
// prettier-ignore
// @ts-ignore: decorator
@inline
export function kernelRow(row: i32, m0: v128, m5: v128, sum12: v128, difference12: v128, sum34: v128, difference34: v128): v128 {
  const third = constant(table, 7); // −⅔
  const sixth = constant(table, 8);
  if (row == 0) return madd(third, sum12, madd(sixth, sum34, m0));
  if (row == 1) {
    const far = f32x4.mul(f32x4.mul(sixth, constant(table, 1)), difference34);
    return madd(f32x4.mul(third, constant(table, 0)), difference12, far);
  }
  return madd(f32x4.mul(third, constant(table, 4)), sum12, madd(f32x4.mul(sixth, constant(table, 5)), sum34, m5));
}

/** Stores or adds. */
// @ts-ignore: decorator
@inline
export function put(to: usize, x: v128, add: i32): void {
  v128.store(to, add ? f32x4.add(v128.load(to), x) : x);
}
