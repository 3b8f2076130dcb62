/**
 * Sums of long vectors: what is summed is a strategy (x, x², |x|), how it is summed is the same for all.
 * Note [Order of sums]: 32 partial sums in lanes over blocks of 4096 elements, blocks added in float64. The order depends on the length
 * alone, never on threads, and the relative error of a sum of like signs stays near 1e-7 at any length.
 */
import { madd } from "../simd/f32x4";
import { loadLanes } from "../simd/lanes";

/** Elements summed in float32 before the sum moves to float64. */
export const sumBlock: i32 = 4096;

/** The same where a loop has only one to four vectors of partial sums. */
export const shortBlock: i32 = 512;

/** What is summed. */
export interface Summand {
  add(sum: v128, x: v128): v128;
}

/** Adds x. */
@unmanaged
export class Plain {
  // @ts-ignore: decorator
  @inline
  add(sum: v128, x: v128): v128 {
    return f32x4.add(sum, x);
  }
}

/** Adds x². */
@unmanaged
export class Squares {
  // @ts-ignore: decorator
  @inline
  add(sum: v128, x: v128): v128 {
    return madd(x, x, sum);
  }
}

/** Adds |x|. */
@unmanaged
export class Magnitudes {
  // @ts-ignore: decorator
  @inline
  add(sum: v128, x: v128): v128 {
    return f32x4.add(sum, f32x4.abs(x));
  }
}

/** Σ term(xᵢ) over x (n). */
export function foldSum<Term extends Summand>(x: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i += sumBlock) sum += blockSum<Term>(x + ((<usize>i) << 2), min(n - i, sumBlock));
  return sum;
}

/** Σ term(xᵢ) over x (n), n ≤ sumBlock: float32 lanes, float64 at the end. */
function blockSum<Term extends Summand>(x: usize, n: i32): f64 {
  const term = changetype<Term>(0);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = x + ((<usize>n) << 2);
  if (n >= 32) {
    let s4 = s0;
    let s5 = s0;
    let s6 = s0;
    let s7 = s0;
    for (; x + 128 <= end; x += 128) {
      s0 = term.add(s0, v128.load(x));
      s1 = term.add(s1, v128.load(x, 16));
      s2 = term.add(s2, v128.load(x, 32));
      s3 = term.add(s3, v128.load(x, 48));
      s4 = term.add(s4, v128.load(x, 64));
      s5 = term.add(s5, v128.load(x, 80));
      s6 = term.add(s6, v128.load(x, 96));
      s7 = term.add(s7, v128.load(x, 112));
    }
    s0 = f32x4.add(s0, s4);
    s1 = f32x4.add(s1, s5);
    s2 = f32x4.add(s2, s6);
    s3 = f32x4.add(s3, s7);
  }
  for (; x + 16 <= end; x += 16) s0 = term.add(s0, v128.load(x));
  if (x < end) s1 = term.add(s1, loadLanes(x, <i32>((end - x) >> 2)));
  return lanesSum(s0) + lanesSum(s1) + (lanesSum(s2) + lanesSum(s3));
}

/** Sum of the four lanes in float64. */
// @ts-ignore: decorator
@inline
export function lanesSum(x: v128): f64 {
  const low = f64x2.promote_low_f32x4(x);
  const high = f64x2.promote_low_f32x4(i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const pair = f64x2.add(low, high);
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}
