/**
 * Functions of angles, element by element: sine, cosine, tangent, arctangent. Letters: n elements; y may be x, dx may be dy; dx = or += by `accumulate`.
 * What a backward kernel reads stands in its parameter's name: x the input, y the output. The values are simd/angle.ts's.
 */
import { Turn, atanv, turnv } from "../simd/angle";
import { one } from "../simd/constant";
import { LONG, SHORT, mapBackward, mapForward } from "./map";

/** sin x; derivative cos x. */
@unmanaged
class Sine {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return turnv(x, Turn.Sine);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(dy, turnv(x, Turn.Cosine));
  }
}

/** y = sin x: at most 0.51 ulp for every finite x; NaN of ±∞. */
export function sinForward(y: usize, x: usize, n: i32): void {
  mapForward<Sine>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · cos x. */
export function sinBackward(dx: usize, dy: usize, x: usize, n: i32, accumulate: i32): void {
  mapBackward<Sine>(dx, dy, x, n, accumulate, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** cos x; derivative −sin x. */
@unmanaged
class Cosine {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return turnv(x, Turn.Cosine);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.neg(f32x4.mul(dy, turnv(x, Turn.Sine)));
  }
}

/** y = cos x: at most 0.51 ulp for every finite x; NaN of ±∞. */
export function cosForward(y: usize, x: usize, n: i32): void {
  mapForward<Cosine>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= −dy · sin x. */
export function cosBackward(dx: usize, dy: usize, x: usize, n: i32, accumulate: i32): void {
  mapBackward<Cosine>(dx, dy, x, n, accumulate, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** tan x; derivative 1 + y². */
@unmanaged
class Tangent {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return turnv(x, Turn.Tangent);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.mul(dy, f32x4.add(one(), f32x4.mul(y, y)));
  }
}

/** y = tan x: at most 0.51 ulp for every finite x; NaN of ±∞. */
export function tanForward(y: usize, x: usize, n: i32): void {
  mapForward<Tangent>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · (1 + y²). */
export function tanBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  mapBackward<Tangent>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** atan x; derivative 1 / (1 + x²). */
@unmanaged
class Arctangent {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return atanv(x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.div(dy, f32x4.add(one(), f32x4.mul(x, x)));
  }
}

/** y = atan x: at most 0.51 ulp. */
export function atanForward(y: usize, x: usize, n: i32): void {
  mapForward<Arctangent>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy / (1 + x²). */
export function atanBackward(dx: usize, dy: usize, x: usize, n: i32, accumulate: i32): void {
  mapBackward<Arctangent>(dx, dy, x, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}
