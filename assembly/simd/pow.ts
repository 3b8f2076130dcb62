/**
 * |x|ᵉ on four lanes of float32, through two pairs of float64: |x|ᵉ = 2^(e · log₂|x|), so that one rounding to float32 remains.
 * Letters: e the exponent, m the significand in [√½, √2), s = (m − 1)/(m + 1), n and f the integer and fraction of e · log₂|x|.
 * Does not handle signs, zeros and infinities in the float64 part: powv does, once for four lanes.
 * The two polynomials (tables: the highest power first) are minimax fits (Lawson's algorithm in float64).
 */
import { constant64 } from "./constant";
import { madd64, select } from "./f32x4";

/** 1.5 · 2⁵², which rounds to an integer that stands in the low bits; 1; the bounds of y. */
const LIMITS: usize = memory.data<f64>([6755399441055744, 1, 1000, -1000]);
/** log₂((1 + s)/(1 − s)) / s in s². */
const LOG2: usize = memory.data<f64>([
  0.3407727031532094, 0.4116705214617263, 0.577083619677836, 0.9617966731711052, 2.8853900817902125,
]);
/** 2ᶠ for |f| ≤ ½. */
const EXP2: usize = memory.data<f64>([
  1.520190456886681e-5, 0.00015469290998932166, 0.0013333922637760894, 0.009618027254205894, 0.05550410353355634,
  0.2402265119815257, 0.6931471807284758, 1,
]);
/** The bits of √½. */
const ROOT_HALF: usize = memory.data<u64>([0x3fe6a09e667f3bcd]);

/** The table's entry i times x, plus entry i + 1. */
// @ts-ignore: decorator
@inline
function pair(table: usize, i: i32, x: v128): v128 {
  return madd64(constant64(table, i), x, constant64(table, i + 1));
}

/** log₂ x of two normal positive float64. */
// @ts-ignore: decorator
@inline
function log2Pair(x: v128): v128 {
  const exponent = i64x2.shr_s(i64x2.sub(x, constant64(ROOT_HALF, 0)), 52);
  const m = i64x2.sub(x, i64x2.shl(exponent, 52));
  const e = f64x2.sub(i64x2.add(exponent, constant64(LIMITS, 0)), constant64(LIMITS, 0));
  const s = f64x2.div(f64x2.sub(m, constant64(LIMITS, 1)), f64x2.add(m, constant64(LIMITS, 1)));
  const s2 = f64x2.mul(s, s);
  const s4 = f64x2.mul(s2, s2);
  const p = madd64(madd64(constant64(LOG2, 0), s4, pair(LOG2, 1, s2)), s4, pair(LOG2, 3, s2));
  return madd64(p, s, e);
}

/** 2^y of two float64, y cut to ±1000. */
// @ts-ignore: decorator
@inline
function exp2Pair(y: v128): v128 {
  const c = f64x2.pmax(f64x2.pmin(y, constant64(LIMITS, 2)), constant64(LIMITS, 3));
  const t = f64x2.add(c, constant64(LIMITS, 0));
  const f = f64x2.sub(c, f64x2.sub(t, constant64(LIMITS, 0)));
  const f2 = f64x2.mul(f, f);
  const upper = madd64(pair(EXP2, 0, f), f2, pair(EXP2, 2, f));
  const p = madd64(upper, f64x2.mul(f2, f2), madd64(pair(EXP2, 4, f), f2, pair(EXP2, 6, f)));
  return i64x2.add(p, i64x2.shl(t, 52));
}

/** |x|ᵉ of the two lower lanes, as float32 in the two lower lanes. */
function powLower(a: v128, exponent: v128): v128 {
  return f32x4.demote_f64x2_zero(exp2Pair(f64x2.mul(exponent, log2Pair(f64x2.promote_low_f32x4(a)))));
}

/** What a negative base does to the result's bits, to be passed to powv: nothing for an even exponent, its sign for an odd one, NaN for a fraction. */
export function negativeBaseBits(exponent: f64): v128 {
  if (exponent != nearest(exponent)) return i32x4.splat(-1);
  return exponent % 2 == 0 ? i32x4.splat(0) : i32x4.splat(0x80000000);
}

/**
 * xᵉ, e ≠ 0: at most 0.51 ulp, and exact where the power is a float32; 0ᵉ = 0 for e > 0 and +inf for e < 0.
 * @param exponent e in both float64 lanes @param negative negativeBaseBits(e)
 */
export function powv(x: v128, exponent: v128, negative: v128): v128 {
  const a = f32x4.abs(x);
  const upper = i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  const low = powLower(a, exponent);
  const high = powLower(upper, exponent);
  const power = i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  const grows = f64x2.gt(exponent, f64x2.splat(0));
  const infinity = f32x4.splat(Infinity);
  const atZero = v128.andnot(infinity, grows);
  const atInfinity = v128.and(infinity, grows);
  const positive = select(atZero, select(atInfinity, power, f32x4.eq(a, infinity)), f32x4.eq(a, f32x4.splat(0)));
  const signed = v128.or(positive, v128.and(f32x4.lt(x, f32x4.splat(0)), negative));
  return select(signed, x, f32x4.eq(x, x));
}
