/**
 * |x|ᵉ on four lanes of float32, through two pairs of float64: |x|ᵉ = 2^(e · log₂|x|), so that one rounding to float32 remains.
 * Letters: e the exponent, m the significand in [√½, √2), s = (m − 1)/(m + 1), n and f the integer and fraction of e · log₂|x|.
 * Does not handle signs, zeros and infinities in the float64 part: powv does, once for four lanes.
 * The two polynomials are minimax fits (Lawson's algorithm in float64), relative error below 5e-11 together at |e · log₂|x|| ≤ 10.
 */
import { select } from "./f32x4";

/** 1.5 · 2⁵²: adding it rounds to an integer, which then stands in the low bits. */
const ROUND: f64 = 6755399441055744;

// @ts-ignore: decorator
@inline
function step(p: v128, x: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(p, x), f64x2.splat(c));
}

/** log₂ x of two normal positive float64. */
function log2Pair(x: v128): v128 {
  const exponent = i64x2.shr_s(i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd)), 52);
  const m = i64x2.sub(x, i64x2.shl(exponent, 52));
  const e = f64x2.sub(i64x2.add(exponent, f64x2.splat(ROUND)), f64x2.splat(ROUND));
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const s2 = f64x2.mul(s, s);
  let p = step(f64x2.splat(0.3407727031532094), s2, 0.4116705214617263);
  p = step(p, s2, 0.577083619677836);
  p = step(p, s2, 0.9617966731711052);
  p = step(p, s2, 2.8853900817902125);
  return f64x2.add(e, f64x2.mul(p, s));
}

/** 2^y of two float64, y cut to ±1000. */
function exp2Pair(y: v128): v128 {
  const c = f64x2.pmax(f64x2.pmin(y, f64x2.splat(1000)), f64x2.splat(-1000));
  const t = f64x2.add(c, f64x2.splat(ROUND));
  const f = f64x2.sub(c, f64x2.sub(t, f64x2.splat(ROUND)));
  let p = step(f64x2.splat(1.520190456886681e-5), f, 0.00015469290998932166);
  p = step(p, f, 0.0013333922637760894);
  p = step(p, f, 0.009618027254205894);
  p = step(p, f, 0.05550410353355634);
  p = step(p, f, 0.2402265119815257);
  p = step(p, f, 0.6931471807284758);
  p = step(p, f, 1);
  return i64x2.add(p, i64x2.shl(t, 52));
}

/** What a negative base does to the result's bits, to be passed to powv: nothing for an even exponent, its sign for an odd one, NaN for a fraction. */
export function negativeBaseBits(exponent: f64): v128 {
  if (exponent != nearest(exponent)) return i32x4.splat(-1);
  return exponent % 2 == 0 ? i32x4.splat(0) : i32x4.splat(0x80000000);
}

/**
 * xᵉ, e ≠ 0: at most 0.6 ulp, and exact where the power is a float32; 0ᵉ = 0 for e > 0 and +inf for e < 0.
 * @param exponent e in both float64 lanes @param negative negativeBaseBits(e)
 */
export function powv(x: v128, exponent: v128, negative: v128): v128 {
  const a = f32x4.abs(x);
  const low = exp2Pair(f64x2.mul(exponent, log2Pair(f64x2.promote_low_f32x4(a))));
  const upper = i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  const high = exp2Pair(f64x2.mul(exponent, log2Pair(f64x2.promote_low_f32x4(upper))));
  const demotedLow = f32x4.demote_f64x2_zero(low);
  const demotedHigh = f32x4.demote_f64x2_zero(high);
  const power = i8x16.shuffle(demotedLow, demotedHigh, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  const grows = f64x2.gt(exponent, f64x2.splat(0));
  const infinity = f32x4.splat(Infinity);
  const atZero = v128.andnot(infinity, grows);
  const atInfinity = v128.and(infinity, grows);
  const positive = select(atZero, select(atInfinity, power, f32x4.eq(a, infinity)), f32x4.eq(a, f32x4.splat(0)));
  const signed = v128.or(positive, v128.and(f32x4.lt(x, f32x4.splat(0)), negative));
  return select(signed, x, f32x4.eq(x, x));
}
