/**
 * Random numbers of several distributions, each element from its own words of Philox (Note [Random state] in philox.ts).
 * Letters: n elements of out; state, stream as in the note. Does not advance the counter.
 */
import { madd } from "../simd/f32x4";
import { storeLanes } from "../simd/lanes";
import { logv } from "../simd/math";
import { cos2piv, sin2piv } from "../simd/trig";
import { shareEnd, shareStart } from "../thread";
import { drawAll, high } from "./philox";

/** Stores the first n of the 16 elements from element i on. */
// @ts-ignore: decorator
@inline
function put(out: usize, i: i32, n: i32, x0: v128, x1: v128, x2: v128, x3: v128): void {
  const to = out + ((<usize>i) << 2);
  if (n == 16) {
    v128.store(to, x0);
    v128.store(to, x1, 16);
    v128.store(to, x2, 32);
    v128.store(to, x3, 48);
  } else putFew(to, n, x0, x1, x2, x3);
}

function putFew(to: usize, n: i32, x0: v128, x1: v128, x2: v128, x3: v128): void {
  storeLanes(to, x0, min(n, 4));
  if (n > 4) storeLanes(to + 16, x1, min(n - 4, 4));
  if (n > 8) storeLanes(to + 32, x2, min(n - 8, 4));
  if (n > 12) storeLanes(to + 48, x3, n - 12);
}

/** 24 of 32 bits as k / 2²⁴ in [0, 1). */
// @ts-ignore: decorator
@inline
function fraction(word: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(word, 8)), f32x4.splat(5.9604644775390625e-8));
}

/** The words as they are. */
@unmanaged
class Bits {
  // @ts-ignore: decorator
  @inline
  take(out: usize, i: i32, n: i32, w0: v128, w1: v128, w2: v128, w3: v128, a: v128, b: v128): void {
    put(out, i, n, w0, w1, w2, w3);
  }
}

/** low + fraction · range. */
@unmanaged
class Uniform {
  // @ts-ignore: decorator
  @inline
  take(out: usize, i: i32, n: i32, w0: v128, w1: v128, w2: v128, w3: v128, low: v128, range: v128): void {
    put(out, i, n, this.of(w0, low, range), this.of(w1, low, range), this.of(w2, low, range), this.of(w3, low, range));
  }
  // @ts-ignore: decorator
  @inline
  of(word: v128, low: v128, range: v128): v128 {
    return f32x4.add(f32x4.mul(fraction(word), range), low); // not fused: the same bits in every build
  }
}

/** Box and Muller's pairs: words 0 and 1 make elements 0 … 7, words 2 and 3 the others. */
@unmanaged
class Normal {
  // @ts-ignore: decorator
  @inline
  take(out: usize, i: i32, n: i32, w0: v128, w1: v128, w2: v128, w3: v128, mean: v128, stddev: v128): void {
    const r0 = f32x4.mul(this.radius(w0), stddev);
    const r2 = f32x4.mul(this.radius(w2), stddev);
    const t0 = fraction(w1);
    const t2 = fraction(w3);
    const x0 = madd(r0, cos2piv(t0), mean);
    const x1 = madd(r0, sin2piv(t0), mean);
    put(out, i, n, x0, x1, madd(r2, cos2piv(t2), mean), madd(r2, sin2piv(t2), mean));
  }
  /** √(−2 ln u), u = (k + ½) / 2³¹ for 31 bits k: at most 6.66. */
  // @ts-ignore: decorator
  @inline
  radius(word: v128): v128 {
    const k = f32x4.convert_i32x4_s(i32x4.shr_u(word, 1));
    const u = madd(k, f32x4.splat(4.656612873077393e-10), f32x4.splat(2.3283064365386963e-10));
    return f32x4.sqrt(f32x4.mul(logv(u), f32x4.splat(-2)));
  }
}

/** The inverse of the distribution function within ±2σ: √2 erf⁻¹(t), |t| ≤ erf(√2) (Giles 2010, central branch). */
@unmanaged
class TruncatedNormal {
  // @ts-ignore: decorator
  @inline
  take(out: usize, i: i32, n: i32, w0: v128, w1: v128, w2: v128, w3: v128, mean: v128, stddev: v128): void {
    const x0 = truncated(w0);
    const x1 = truncated(w1);
    const x2 = truncated(w2);
    const x3 = truncated(w3);
    put(out, i, n, madd(x0, stddev, mean), madd(x1, stddev, mean), madd(x2, stddev, mean), madd(x3, stddev, mean));
  }
}

function truncated(word: v128): v128 {
  // t = erf(√2) (2k + 1 − 2²⁴) / 2²⁴ for 24 bits k: symmetric about 0, never ±erf(√2)
  const odd = i32x4.sub(v128.or(i32x4.shr_u(word, 7), i32x4.splat(1)), i32x4.splat(16777216));
  const t = f32x4.mul(f32x4.convert_i32x4_s(odd), f32x4.splat(0.9544997361036416 / 16777216));
  const one = f32x4.splat(1);
  const w = f32x4.sub(f32x4.splat(-2.5), logv(f32x4.mul(f32x4.sub(one, t), f32x4.add(one, t))));
  let p = madd(f32x4.splat(2.81022636e-8), w, f32x4.splat(3.43273939e-7));
  p = madd(p, w, f32x4.splat(-3.5233877e-6));
  p = madd(p, w, f32x4.splat(-4.39150654e-6));
  p = madd(p, w, f32x4.splat(0.00021858087));
  p = madd(p, w, f32x4.splat(-0.00125372503));
  p = madd(p, w, f32x4.splat(-0.00417768164));
  p = madd(p, w, f32x4.splat(0.246640727));
  p = madd(p, w, f32x4.splat(1.50140941));
  const x = f32x4.mul(f32x4.mul(p, t), f32x4.splat(1.4142135623730951));
  return f32x4.min(f32x4.max(x, f32x4.splat(-2)), f32x4.splat(2));
}

/** Whole numbers from low on, `range` of them. */
@unmanaged
class Integer {
  // @ts-ignore: decorator
  @inline
  take(out: usize, i: i32, n: i32, w0: v128, w1: v128, w2: v128, w3: v128, low: v128, range: v128): void {
    put(out, i, n, this.of(w0, low, range), this.of(w1, low, range), this.of(w2, low, range), this.of(w3, low, range));
  }
  /** low + ⌊word · range / 2³²⌋ */
  // @ts-ignore: decorator
  @inline
  of(word: v128, low: v128, range: v128): v128 {
    const scaled = high(i64x2.extmul_low_i32x4_u(word, range), i64x2.extmul_high_i32x4_u(word, range));
    return i32x4.add(low, scaled);
  }
}

/** The random words themselves. @param out out (n) uint32 */
export function randomBits(out: usize, n: i32, state: usize, stream: i32): void {
  const zero = i32x4.splat(0);
  drawAll<Bits>(out, shareStart(n, 4, 16), shareEnd(n, 4, 16), state, stream, zero, zero);
}

/**
 * Uniform in [low, high), low + (high − low) · k / 2²⁴; rounding may reach high where that sum needs more than 24 bits.
 * @param out out (n) float32
 */
export function randomUniform(out: usize, n: i32, state: usize, stream: i32, low: f32, high: f32): void {
  const range = f32x4.splat(high - low);
  drawAll<Uniform>(out, shareStart(n, 4, 16), shareEnd(n, 4, 16), state, stream, f32x4.splat(low), range);
}

/** Normal, within 6.66 standard deviations. @param out out (n) float32 */
export function randomNormal(out: usize, n: i32, state: usize, stream: i32, mean: f32, stddev: f32): void {
  const scale = f32x4.splat(stddev);
  drawAll<Normal>(out, shareStart(n, 4, 16), shareEnd(n, 4, 16), state, stream, f32x4.splat(mean), scale);
}

/** Normal, cut off beyond mean ± 2 stddev as in Keras; the standard deviation of what is left is 0.8796 stddev. @param out out (n) float32 */
export function randomTruncatedNormal(out: usize, n: i32, state: usize, stream: i32, mean: f32, stddev: f32): void {
  const scale = f32x4.splat(stddev);
  drawAll<TruncatedNormal>(out, shareStart(n, 8, 16), shareEnd(n, 8, 16), state, stream, f32x4.splat(mean), scale);
}

/** Uniform integers in [low, high), high > low, each with its probability to (high − low) / 2³². @param out out (n) int32 */
export function randomInt(out: usize, n: i32, state: usize, stream: i32, low: i32, high: i32): void {
  const range = i32x4.splat(high - low);
  drawAll<Integer>(out, shareStart(n, 4, 16), shareEnd(n, 4, 16), state, stream, i32x4.splat(low), range);
}
