/** Whole numbers and signs, element by element: floor, round, sign. Their derivative is 0, for which fill is the kernel. Letters: n elements; y may be x. */
import { one } from "../simd/constant";
import { SHORT, mapForward } from "./map";

/** ⌊x⌋. */
@unmanaged
class Floor {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.floor(x);
  }
}

/** y = ⌊x⌋, the largest integer that is not above x. */
export function floorForward(y: usize, x: usize, n: i32): void {
  mapForward<Floor>(y, x, n, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** The nearest integer, of two equally near ones the even one. */
@unmanaged
class Round {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.nearest(x);
  }
}

/** y = the integer nearest to x; half-way cases go to the even one. */
export function roundForward(y: usize, x: usize, n: i32): void {
  mapForward<Round>(y, x, n, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** −1, 0, 1; zeros keep their sign and NaN stays NaN. */
@unmanaged
class Sign {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    const signed = v128.or(one(), v128.and(x, i32x4.splat(0x80000000)));
    const isNonzero = v128.or(f32x4.lt(x, f32x4.splat(0)), f32x4.gt(x, f32x4.splat(0)));
    return v128.bitselect(signed, x, isNonzero);
  }
}

/** y = −1 below 0, 1 above, x itself for zeros and NaN. */
export function signForward(y: usize, x: usize, n: i32): void {
  mapForward<Sign>(y, x, n, SHORT, f32x4.splat(0), f32x4.splat(0));
}
