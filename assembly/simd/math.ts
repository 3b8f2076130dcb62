/**
 * Elementary functions on four lanes of float32. Letters: x the argument, n = round(x / ln 2), s the reduced argument.
 * Errors are in units in the last place (ulp) against float64; test/kernels/math.test.ts sweeps them. NaN in gives NaN out.
 * Tables hold a polynomial's coefficients, the highest power first: Note [Constants in memory]. Does not loop over memory, keeps no state.
 * Sources: exp SLEEF u10 (Shibata & Petrogalli 2020); ln Cephes (Moshier 1992);
 * the polynomials of ln(1 + e) and of Φ are minimax fits (Lawson's algorithm in float64).
 */
import { constant, one } from "./constant";
import { madd, nmadd, select } from "./f32x4";

/** Adding 1.5 · 2²³ rounds to an integer, which then stands in the low bits; with 127 more, as a biased exponent. */
const ROUND: usize = memory.data<f32>([12582912, 12582912 + 127]);
/** log₂e, then ln 2 as a short high part and the rest. */
const LOG2E: usize = memory.data<f32>([1.44269504088896341]);
const LN2: usize = memory.data<f32>([0.693145751953125, 1.428606765330187e-6]);
/** (eˢ − 1 − s) / s². */
const EXP: usize = memory.data<f32>([1.98527617e-4, 1.39304355e-3, 8.33336078e-3, 4.16664854e-2, 0.16666667, 0.5]);
/** ln of the largest float32, of the smallest normal one, and an argument whose power has the biased exponent 0. */
const EXP_RANGE: usize = memory.data<f32>([88.72283, -87.33654, -88]);

/** eˢ − 1 for |s| ≤ ½ ln 2. */
// @ts-ignore: decorator
@inline
function expm1Reduced(s: v128): v128 {
  let p = madd(constant(EXP, 0), s, constant(EXP, 1));
  p = madd(p, s, constant(EXP, 2));
  p = madd(p, s, constant(EXP, 3));
  p = madd(p, s, constant(EXP, 4));
  p = madd(p, s, constant(EXP, 5));
  return madd(f32x4.mul(s, s), p, s);
}

/** x − n·ln 2. */
// @ts-ignore: decorator
@inline
function reduce(x: v128, n: v128): v128 {
  return nmadd(n, constant(LN2, 1), nmadd(n, constant(LN2, 0), x));
}

/** eˣ: at most 0.97 ulp on [−87, 88]; +inf above 88.7228, 0 below −87.3365 (no subnormal results). */
// @ts-ignore: decorator
@inline
export function expv(x: v128): v128 {
  const t = madd(x, constant(LOG2E, 0), constant(ROUND, 0));
  const s = reduce(x, f32x4.sub(t, constant(ROUND, 0)));
  const scaled = i32x4.add(f32x4.add(expm1Reduced(s), one()), i32x4.shl(t, 23));
  const beyond = f32x4.add(x, f32x4.splat(Infinity)); // +inf, or NaN for NaN
  const finite = select(scaled, beyond, f32x4.le(x, constant(EXP_RANGE, 0)));
  return v128.andnot(finite, f32x4.lt(x, constant(EXP_RANGE, 1)));
}

/** eˣ for x ≤ 0: at most 0.97 ulp down to −87, 0 below −88. */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  const c = f32x4.pmax(x, constant(EXP_RANGE, 2));
  const t = madd(c, constant(LOG2E, 0), constant(ROUND, 1));
  const scale = i32x4.shl(t, 23); // 2ⁿ, and 0 for n = −127
  return madd(expm1Reduced(reduce(c, f32x4.sub(t, constant(ROUND, 1)))), scale, scale);
}

/** e^(x + low) for x ≤ 0, where low is what x lost by rounding, |low| ≤ 0.01. */
// @ts-ignore: decorator
@inline
function expNegativeSum(x: v128, low: v128): v128 {
  const c = f32x4.pmax(x, constant(EXP_RANGE, 2));
  const t = madd(c, constant(LOG2E, 0), constant(ROUND, 1));
  const scale = i32x4.shl(t, 23);
  const s = f32x4.add(reduce(c, f32x4.sub(t, constant(ROUND, 1))), low);
  return madd(expm1Reduced(s), scale, scale);
}

/** eˣ − 1 for x ≤ 0: at most 1 ulp, near 0 too. */
// @ts-ignore: decorator
@inline
export function expm1Negative(x: v128): v128 {
  const c = f32x4.pmax(x, constant(EXP_RANGE, 2));
  const t = madd(c, constant(LOG2E, 0), constant(ROUND, 1));
  const scale = i32x4.shl(t, 23); // 2ⁿ, and 0 for n = −127
  const p = expm1Reduced(reduce(c, f32x4.sub(t, constant(ROUND, 1))));
  return madd(p, scale, f32x4.sub(scale, one()));
}

/** σ(x) = 1 / (1 + e⁻ˣ): at most 2.25 ulp, in both tails. */
// @ts-ignore: decorator
@inline
export function sigmoidv(x: v128): v128 {
  const e = expNegative(f32x4.neg(f32x4.abs(x)));
  return f32x4.div(select(one(), e, f32x4.ge(x, f32x4.splat(0))), f32x4.add(one(), e));
}

/** The sign bit, then 2. */
const SIGN_AND_TWO: usize = memory.data<u32>([0x80000000, 0x40000000]);

/** tanh x = −t / (2 + t), t = e^(−2|x|) − 1, with the sign of x: at most 2.6 ulp, never outside [−1, 1]. */
// @ts-ignore: decorator
@inline
export function tanhv(x: v128): v128 {
  const sign = constant(SIGN_AND_TWO, 0);
  const t = expm1Negative(v128.or(f32x4.add(x, x), sign));
  return v128.bitselect(x, f32x4.div(t, f32x4.add(t, constant(SIGN_AND_TWO, 1))), sign);
}

/** (ln(1 + f) − f + f²/2) / f³ for √½ − 1 ≤ f < √2 − 1. */
const LOG: usize = memory.data<f32>([
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
]);
/** ln 2 as a short high part and the rest, −½, the smallest normal float32, 2²³, 23. */
const LOG_SCALE: usize = memory.data<f32>([0.693359375, -2.1219444e-4, -0.5, 1.17549435e-38, 8388608, 23]);
/** The bits of √½. */
const ROOT_HALF: usize = memory.data<u32>([0x3f3504f3]);

/** ln x: at most 1 ulp for every positive x, subnormal too; ln 0 = −inf, of a negative number NaN, ln(+inf) = +inf. */
// @ts-ignore: decorator
@inline
export function logv(x: v128): v128 {
  const tiny = f32x4.lt(x, constant(LOG_SCALE, 3));
  const normal = select(f32x4.mul(x, constant(LOG_SCALE, 4)), x, tiny);
  const exponent = i32x4.shr_s(i32x4.sub(normal, constant(ROOT_HALF, 0)), 23);
  const f = f32x4.sub(i32x4.sub(normal, i32x4.shl(exponent, 23)), one());
  const e = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(tiny, constant(LOG_SCALE, 5)));
  const f2 = f32x4.mul(f, f);
  let p = madd(constant(LOG, 0), f, constant(LOG, 1));
  p = madd(p, f, constant(LOG, 2));
  p = madd(p, f, constant(LOG, 3));
  p = madd(p, f, constant(LOG, 4));
  p = madd(p, f, constant(LOG, 5));
  p = madd(p, f, constant(LOG, 6));
  p = madd(p, f, constant(LOG, 7));
  p = madd(p, f, constant(LOG, 8));
  p = f32x4.mul(p, f32x4.mul(f, f2));
  p = madd(e, constant(LOG_SCALE, 1), p);
  p = madd(f2, constant(LOG_SCALE, 2), p);
  const ln = madd(e, constant(LOG_SCALE, 0), f32x4.add(f, p));
  const zero = f32x4.splat(0);
  const finite = select(ln, x, f32x4.lt(x, f32x4.splat(Infinity)));
  return v128.or(select(f32x4.splat(-Infinity), finite, f32x4.eq(x, zero)), f32x4.lt(x, zero));
}

/** (2 artanh(s) − 2s) / s³ in s², s ≤ ⅓; then the number 2. */
const ARTANH: usize = memory.data<f32>([0.28178334, 0.27960604, 0.4002491, 0.66666317, 2]);

/** ln(1 + eˣ), the softplus: at most 2.6 ulp. max(x, 0) + 2 artanh(e / (2 + e)) with e = e^(−|x|). */
// @ts-ignore: decorator
@inline
export function softplusv(x: v128): v128 {
  const e = expNegative(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(e, f32x4.add(e, constant(ARTANH, 4)));
  const s2 = f32x4.mul(s, s);
  let p = madd(constant(ARTANH, 0), s2, constant(ARTANH, 1));
  p = madd(p, s2, constant(ARTANH, 2));
  p = madd(p, s2, constant(ARTANH, 3));
  const linear = f32x4.add(f32x4.add(s, s), f32x4.pmax(x, f32x4.splat(0)));
  return madd(f32x4.mul(p, s2), s, linear);
}

/** P of normalCdfv, the highest power first. */
const PHI: usize = memory.data<f32>([
  -0.035142, 0.18650182, -0.35202262, 0.31242558, -0.186833, 0.08452595, 0.039640874, 0.0441396, -0.09587124,
  -0.29788208, 0.5,
]);
/** A bound beyond which Φ is 0 or 1, and ±½. */
const PHI_SCALE: usize = memory.data<f32>([14, 0.5, -0.5]);
/** Keeps 12 bits of a significand, whose square is exact. */
const HIGH_BITS: usize = memory.data<u32>([0xfffff000]);

/** exp(−x²/2), with x² taken in two parts, so that the far tail keeps its accuracy; 0 where it is below the normal numbers. */
// @ts-ignore: decorator
@inline
export function gaussianv(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), constant(PHI_SCALE, 0));
  const high = v128.and(a, constant(HIGH_BITS, 0));
  const rest = f32x4.mul(f32x4.sub(a, high), f32x4.add(a, high));
  return expNegativeSum(
    f32x4.mul(f32x4.mul(high, high), constant(PHI_SCALE, 2)),
    f32x4.mul(rest, constant(PHI_SCALE, 2)),
  );
}

/**
 * Φ(x), the distribution function of the standard normal, accurate in the lower tail too: x·Φ(x) has at most 5 ulp.
 * Φ(−a) = exp(−a²/2) · u · P(w), u = 1 / (1 + a/2), w = 1 − u. @param gaussian exp(−x²/2)
 */
// @ts-ignore: decorator
@inline
export function normalCdfv(x: v128, gaussian: v128): v128 {
  const half = f32x4.mul(f32x4.pmin(f32x4.abs(x), constant(PHI_SCALE, 0)), constant(PHI_SCALE, 1));
  const u = f32x4.div(one(), f32x4.add(half, one()));
  const w = f32x4.mul(half, u);
  let p = madd(constant(PHI, 0), w, constant(PHI, 1));
  p = madd(p, w, constant(PHI, 2));
  p = madd(p, w, constant(PHI, 3));
  p = madd(p, w, constant(PHI, 4));
  p = madd(p, w, constant(PHI, 5));
  p = madd(p, w, constant(PHI, 6));
  p = madd(p, w, constant(PHI, 7));
  p = madd(p, w, constant(PHI, 8));
  p = madd(p, w, constant(PHI, 9));
  p = madd(p, w, constant(PHI, 10));
  const tail = f32x4.mul(f32x4.mul(p, u), gaussian);
  return select(tail, f32x4.sub(one(), tail), f32x4.lt(x, f32x4.splat(0)));
}
