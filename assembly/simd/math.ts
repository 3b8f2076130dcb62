/**
 * Elementary functions on four lanes of float32. Letters: x the argument, n ≈ x / ln 2 an integer, s = x − n·ln 2 the reduced argument.
 * Errors are in units in the last place (ulp) against float64; test/kernels/math.test.ts sweeps them. NaN in gives NaN out.
 * Tables hold a polynomial's coefficients, the highest power first: Note [Constants in memory]; sums are Estrin's, with chains half as long as
 * Horner's. Does not loop over memory, keeps no state.
 * Sources: exp SLEEF u10 (Shibata & Petrogalli 2020); ln Cephes (Moshier 1992);
 * the polynomials of ln(1 + e) and of Φ are minimax fits (Lawson's algorithm in float64).
 */
import { constant, one } from "./constant";
import { madd, nmadd, select } from "./f32x4";

/** Adding 1.5 · 2²³ + 127 rounds to an integer, which then stands in the low bits as a biased exponent. Then the sum for n = 127. */
const ROUND: usize = memory.data<f32>([12582912 + 127, 12582912 + 254]);
/** log₂e, and an offset for n: expv. */
const LOG2E: usize = memory.data<f32>([1.44269504088896341, -0.084]);
/** ln 2 as a short high part and the rest. */
const LN2: usize = memory.data<f32>([0.693145751953125, 1.428606765330187e-6]);
/** (eˢ − 1 − s) / s². */
const EXP: usize = memory.data<f32>([1.98527617e-4, 1.39304355e-3, 8.33336078e-3, 4.16664854e-2, 0.16666667, 0.5]);
/** An x whose n is −127, of which powerOfTwo makes 0. */
const LOWEST: usize = memory.data<f32>([-88]);
/** The sign bit. */
const SIGN: usize = memory.data<u32>([0x80000000]);

/** eˢ − 1 for −0.35 ≤ s ≤ 0.405: Estrin's scheme, half as long a chain as Horner's. */
// @ts-ignore: decorator
@inline
function expm1Reduced(s: v128): v128 {
  const s2 = f32x4.mul(s, s);
  const p45 = madd(constant(EXP, 0), s, constant(EXP, 1));
  const p23 = madd(constant(EXP, 2), s, constant(EXP, 3));
  const p01 = madd(constant(EXP, 4), s, constant(EXP, 5));
  return madd(s2, madd(madd(p45, s2, p23), s2, p01), s);
}

/** n + ROUND, n the nearest integer to x / ln 2. */
// @ts-ignore: decorator
@inline
function rounded(x: v128): v128 {
  return madd(x, constant(LOG2E, 0), constant(ROUND, 0));
}

/** s = x − n·ln 2 from t = n + ROUND. */
// @ts-ignore: decorator
@inline
function reduced(x: v128, t: v128): v128 {
  const n = f32x4.sub(t, constant(ROUND, 0));
  return nmadd(n, constant(LN2, 1), nmadd(n, constant(LN2, 0), x));
}

/** 2ⁿ from t = n + ROUND, −127 ≤ n ≤ 127; 0 for n = −127. */
// @ts-ignore: decorator
@inline
function powerOfTwo(t: v128): v128 {
  return i32x4.shl(t, 23);
}

/**
 * eˣ: at most 0.97 ulp on [−87, 88], at most 10 ulp above, where n stays 127 and s grows until the product overflows to +inf.
 * 0 below −87.7. The offset puts s between −0.289 and 0.405, where the roundings of s and of eˢ − 1 weigh less than between ±½ ln 2.
 */
// @ts-ignore: decorator
@inline
export function expv(x: v128): v128 {
  const c = f32x4.pmax(x, constant(LOWEST, 0));
  const n = madd(c, constant(LOG2E, 0), constant(LOG2E, 1));
  const t = f32x4.pmin(f32x4.add(n, constant(ROUND, 0)), constant(ROUND, 1));
  const scale = powerOfTwo(t);
  return madd(expm1Reduced(reduced(c, t)), scale, scale);
}

/** eˣ for x ≤ 88: at most 0.97 ulp down to −87, 0 below −87.69. */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  const c = f32x4.pmax(x, constant(LOWEST, 0));
  const t = rounded(c);
  const scale = powerOfTwo(t);
  return madd(expm1Reduced(reduced(c, t)), scale, scale);
}

/** e^(x + low) for x ≤ 88, where low is what x lost by rounding, |low| ≤ 0.01. */
// @ts-ignore: decorator
@inline
function expNegativeSum(x: v128, low: v128): v128 {
  const c = f32x4.pmax(x, constant(LOWEST, 0));
  const t = rounded(c);
  const scale = powerOfTwo(t);
  return madd(expm1Reduced(f32x4.add(reduced(c, t), low)), scale, scale);
}

/** eˣ − 1 for x ≤ 88: at most 1 ulp for x ≤ 0, near 0 too. */
// @ts-ignore: decorator
@inline
export function expm1v(x: v128): v128 {
  const c = f32x4.pmax(x, constant(LOWEST, 0));
  const t = rounded(c);
  const scale = powerOfTwo(t);
  return madd(expm1Reduced(reduced(c, t)), scale, f32x4.sub(scale, one()));
}

/** −|x|. */
// @ts-ignore: decorator
@inline
function minusAbs(x: v128): v128 {
  return v128.or(x, constant(SIGN, 0));
}

/** |x|. */
// @ts-ignore: decorator
@inline
function abs(x: v128): v128 {
  return v128.andnot(x, constant(SIGN, 0));
}

/** σ(x) = e^(min(x, 0)) / (1 + e^(−|x|)): at most 2.25 ulp, in both tails. */
// @ts-ignore: decorator
@inline
export function sigmoidv(x: v128): v128 {
  const e = expNegative(minusAbs(x));
  const isNegative = i32x4.shr_s(x, 31);
  return f32x4.div(select(e, one(), isNegative), f32x4.add(e, one()));
}

/** A bound beyond which tanh(x/2) is ±1, and 2. */
const TANH: usize = memory.data<f32>([30, 2]);

/** tanh x = E / (E + 2), E = e²ˣ − 1: at most 2.6 ulp, never outside [−1, 1]. */
// @ts-ignore: decorator
@inline
export function tanhv(x: v128): v128 {
  const e = expm1v(f32x4.pmin(f32x4.add(x, x), constant(TANH, 0)));
  return f32x4.div(e, f32x4.add(e, constant(TANH, 1)));
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
  const f4 = f32x4.mul(f2, f2);
  const p01 = madd(constant(LOG, 7), f, constant(LOG, 8));
  const p23 = madd(constant(LOG, 5), f, constant(LOG, 6));
  const p45 = madd(constant(LOG, 3), f, constant(LOG, 4));
  const p67 = madd(constant(LOG, 1), f, constant(LOG, 2));
  const p48 = madd(constant(LOG, 0), f4, madd(p67, f2, p45));
  let p = f32x4.mul(madd(p48, f4, madd(p23, f2, p01)), f32x4.mul(f, f2));
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
  const e = expNegative(minusAbs(x));
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
  const a = f32x4.pmin(abs(x), constant(PHI_SCALE, 0));
  const high = v128.and(a, constant(HIGH_BITS, 0));
  const rest = f32x4.mul(f32x4.sub(a, high), f32x4.add(a, high));
  return expNegativeSum(
    f32x4.mul(f32x4.mul(high, high), constant(PHI_SCALE, 2)),
    f32x4.mul(rest, constant(PHI_SCALE, 2)),
  );
}

/**
 * Φ(x), the distribution function of the standard normal, accurate in the lower tail too: x·Φ(x) has at most 5.5 ulp.
 * Φ(−a) = exp(−a²/2) · u · P(w), u = 1 / (1 + a/2), w = 1 − u. @param gaussian exp(−x²/2)
 */
// @ts-ignore: decorator
@inline
export function normalCdfv(x: v128, gaussian: v128): v128 {
  const half = f32x4.mul(f32x4.pmin(abs(x), constant(PHI_SCALE, 0)), constant(PHI_SCALE, 1));
  const u = f32x4.div(one(), f32x4.add(half, one()));
  const w = f32x4.mul(half, u);
  const w2 = f32x4.mul(w, w);
  const w4 = f32x4.mul(w2, w2);
  const p01 = madd(constant(PHI, 9), w, constant(PHI, 10));
  const p23 = madd(constant(PHI, 7), w, constant(PHI, 8));
  const p45 = madd(constant(PHI, 5), w, constant(PHI, 6));
  const p67 = madd(constant(PHI, 3), w, constant(PHI, 4));
  const p89 = madd(constant(PHI, 1), w, constant(PHI, 2));
  const upper = madd(madd(constant(PHI, 0), w2, p89), w4, madd(p67, w2, p45));
  const p = madd(upper, w4, madd(p23, w2, p01));
  const tail = f32x4.mul(f32x4.mul(p, u), gaussian);
  return select(tail, f32x4.sub(one(), tail), f32x4.lt(x, f32x4.splat(0)));
}
