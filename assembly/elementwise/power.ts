/**
 * Powers with a scalar exponent e. Letters: n elements; y may be x, dx may be dy; dx = or += by `accumulate`. Backward reads x.
 * Exponents 2, ½ and −1 take one instruction; any other goes through float64, so that an integer power that is a float32 is exact.
 * A negative base gives the right sign for integer exponents and NaN for fractions. Does not take an exponent for each element.
 */
import { negativeBaseBits, powv } from "../simd/pow";
import { LONG, SHORT, mapBackward, mapForward } from "./map";
import { sqrtForward, squareBackward, squareForward } from "./unary";
import { fill } from "./fill";

/** xᵉ, a = e in float64 and b = negativeBaseBits(e); the gradient takes a = e − 1 and b = negativeBaseBits(e − 1). */
@unmanaged
class Power {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return powv(x, a, b);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    const e = f32x4.demote_f64x2_zero(f64x2.add(a, f64x2.splat(1)));
    const all = i8x16.shuffle(e, e, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
    return f32x4.mul(dy, f32x4.mul(all, powv(x, a, b)));
  }
}

/** 1/x; derivative −1/x². */
@unmanaged
class Reciprocal {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.div(f32x4.splat(1), x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.neg(f32x4.div(dy, f32x4.mul(x, x)));
  }
}

/** a·x; derivative a. */
@unmanaged
class Scale {
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(dy, a);
  }
}

/** ½ · x^(−½), the derivative of a root, from the input. */
@unmanaged
class Root {
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.div(f32x4.mul(dy, f32x4.splat(0.5)), f32x4.sqrt(x));
  }
}

/** The exponent from the two halves of its bits: commands carry words of 32 bits, and rounded to float32 ⅓ would be wrong by 1e-8. */
// @ts-ignore: decorator
@inline
function exponentOf(low: i32, high: i32): f64 {
  return reinterpret<f64>(((<u64>high) << 32) | (<u64>(<u32>low)));
}

/** y = xᵉ: at most 0.51 ulp; 1 everywhere for e = 0. @param low, high  the bits of e, a float64 */
export function powForward(y: usize, x: usize, n: i32, low: i32, high: i32): void {
  const exponent = exponentOf(low, high);
  const none = f32x4.splat(0);
  if (exponent == 2) squareForward(y, x, n);
  else if (exponent == 0.5) sqrtForward(y, x, n);
  else if (exponent == 0) fill(y, 1, n);
  else if (exponent == -1) mapForward<Reciprocal>(y, x, n, SHORT, none, none);
  else mapForward<Power>(y, x, n, LONG, f64x2.splat(exponent), negativeBaseBits(exponent));
}

/** dx (+)= dy · e·x^(e−1); reads x. Infinite at x = 0 for e < 1. @param low, high  the bits of e, a float64 */
export function powBackward(dx: usize, dy: usize, x: usize, n: i32, low: i32, high: i32, accumulate: i32): void {
  const exponent = exponentOf(low, high);
  const none = f32x4.splat(0);
  if (exponent == 2) squareBackward(dx, dy, x, n, accumulate);
  else if (exponent == 0.5) mapBackward<Root>(dx, dy, x, n, accumulate, SHORT, none, none);
  else if (exponent == 0 || exponent == 1)
    mapBackward<Scale>(dx, dy, x, n, accumulate, SHORT, f32x4.splat(<f32>exponent), none);
  else if (exponent == -1) mapBackward<Reciprocal>(dx, dy, x, n, accumulate, SHORT, none, none);
  else mapBackward<Power>(dx, dy, x, n, accumulate, LONG, f64x2.splat(exponent - 1), negativeBaseBits(exponent - 1));
}
