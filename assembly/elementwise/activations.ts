/**
 * The activation functions as kernels of their own. Letters: n elements; y may be x, dx may be dy; dx = or += by `accumulate`.
 * Backward reads the output y, except gelu and silu, whose derivative does not follow from it: they read the input x.
 * Does not add a bias (bias.ts does) and does not know softmax, which is no elementwise function.
 */
import { constant, one } from "../simd/constant";
import { madd } from "../simd/f32x4";
import { gaussianv, normalCdfv, sigmoidv } from "../simd/math";
import { Elu, HardSigmoid, LeakyRelu, Relu, Selu, Sigmoid, Softplus, Tanh } from "./activation";
import { LONG, SHORT, mapBackward, mapForward } from "./map";

/** y = max(x, 0). */
export function reluForward(y: usize, x: usize, n: i32): void {
  mapForward<Relu>(y, x, n, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy where y > 0, else 0. */
export function reluBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  mapBackward<Relu>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** y = σ(x) = 1 / (1 + e⁻ˣ): at most 2.25 ulp. */
export function sigmoidForward(y: usize, x: usize, n: i32): void {
  mapForward<Sigmoid>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · y(1 − y). */
export function sigmoidBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  mapBackward<Sigmoid>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** y = tanh x: at most 2.6 ulp. */
export function tanhForward(y: usize, x: usize, n: i32): void {
  mapForward<Tanh>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · (1 − y²). */
export function tanhBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  mapBackward<Tanh>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** y = x for x > 0, else alpha · x. @param alpha ≥ 0, as backward reads the sign of x from y */
export function leakyReluForward(y: usize, x: usize, n: i32, alpha: f32): void {
  mapForward<LeakyRelu>(y, x, n, SHORT, f32x4.splat(alpha), f32x4.splat(alpha));
}

/** dx (+)= dy where y > 0, else alpha · dy. */
export function leakyReluBackward(dx: usize, dy: usize, y: usize, n: i32, alpha: f32, accumulate: i32): void {
  mapBackward<LeakyRelu>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(alpha), f32x4.splat(alpha));
}

/** y = x for x > 0, else alpha · (eˣ − 1). @param alpha ≥ 0, as backward reads the sign of x from y */
export function eluForward(y: usize, x: usize, n: i32, alpha: f32): void {
  mapForward<Elu>(y, x, n, LONG, f32x4.splat(alpha), f32x4.splat(alpha));
}

/** dx (+)= dy where y > 0, else dy · (y + alpha). */
export function eluBackward(dx: usize, dy: usize, y: usize, n: i32, alpha: f32, accumulate: i32): void {
  mapBackward<Elu>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(alpha), f32x4.splat(alpha));
}

/** y = 1.0507 · (x for x > 0, else 1.67326 · (eˣ − 1)). */
export function seluForward(y: usize, x: usize, n: i32): void {
  mapForward<Selu>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · 1.0507 where y > 0, else dy · (y + 1.75810). */
export function seluBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  mapBackward<Selu>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** y = ln(1 + eˣ), without overflow: at most 2.6 ulp. */
export function softplusForward(y: usize, x: usize, n: i32): void {
  mapForward<Softplus>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · σ(x), as 1 − e⁻ʸ. */
export function softplusBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  mapBackward<Softplus>(dx, dy, y, n, accumulate, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** y = (x + 3) / 6, held between 0 and 1. */
export function hardSigmoidForward(y: usize, x: usize, n: i32): void {
  mapForward<HardSigmoid>(y, x, n, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy / 6 where 0 < y < 1, else 0. */
export function hardSigmoidBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  mapBackward<HardSigmoid>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** 1/√2π. */
const DENSITY: usize = memory.data<f32>([0.3989422804014327]);

/** x·Φ(x); derivative Φ(x) + x·φ(x), φ the density. */
@unmanaged
class Gelu {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(x, normalCdfv(x, gaussianv(x)));
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    const gaussian = gaussianv(x);
    const density = f32x4.mul(gaussian, constant(DENSITY, 0));
    return f32x4.mul(dy, madd(x, density, normalCdfv(x, gaussian)));
  }
}

/** x·σ(x); derivative σ(x)·(1 + x·(1 − σ(x))). */
@unmanaged
class Silu {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(x, sigmoidv(x));
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    const s = sigmoidv(x);
    return f32x4.mul(dy, f32x4.mul(s, madd(x, f32x4.sub(one(), s), one())));
  }
}

/** y = x · Φ(x), the exact form (Hendrycks & Gimpel 2016): at most 5.5 ulp above x = −12.9. */
export function geluForward(y: usize, x: usize, n: i32): void {
  mapForward<Gelu>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · (Φ(x) + x·φ(x)); reads x. */
export function geluBackward(dx: usize, dy: usize, x: usize, n: i32, accumulate: i32): void {
  mapBackward<Gelu>(dx, dy, x, n, accumulate, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** y = x · σ(x): at most 3 ulp. */
export function siluForward(y: usize, x: usize, n: i32): void {
  mapForward<Silu>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · σ(x)(1 + x(1 − σ(x))); reads x. */
export function siluBackward(dx: usize, dy: usize, x: usize, n: i32, accumulate: i32): void {
  mapBackward<Silu>(dx, dy, x, n, accumulate, LONG, f32x4.splat(0), f32x4.splat(0));
}
