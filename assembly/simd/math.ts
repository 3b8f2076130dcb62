/**
 * Elementary functions on four lanes of float32. Letters: x the argument, n = round(x / ln 2), s the reduced argument.
 * Errors are in units in the last place (ulp) of the float64 value; test/kernels/math.test.ts sweeps them.
 * NaN in gives NaN out. Does not loop over memory (elementwise/ does) and keeps no state.
 * Sources: exp SLEEF u10 (Shibata & Petrogalli 2020); tanh XNNPACK's rational 9/8; log, sin, cos Cephes (Moshier 1992);
 * the polynomials of log1p and of the Gaussian tail are minimax fits (Lawson's algorithm in float64, relative error below 4e-9).
 */
import { madd, nmadd, select } from "./f32x4";

/** 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits. */
const ROUND: f32 = 12582912;
const LOG2E: f32 = 1.44269504088896341;
const LN2_HIGH: f32 = 0.693145751953125;
const LN2_LOW: f32 = 1.428606765330187e-6;

/** exp(s) − 1 for |s| ≤ ½ ln 2. */
// @ts-ignore: decorator
@inline
function expm1Reduced(s: v128): v128 {
  let u = madd(f32x4.splat(1.98527617e-4), s, f32x4.splat(1.39304355e-3));
  u = madd(u, s, f32x4.splat(8.33336078e-3));
  u = madd(u, s, f32x4.splat(4.16664854e-2));
  u = madd(u, s, f32x4.splat(0.16666667));
  u = madd(u, s, f32x4.splat(0.5));
  return madd(f32x4.mul(s, s), u, s);
}

/** x − n·ln 2. */
// @ts-ignore: decorator
@inline
function reduce(x: v128, n: v128): v128 {
  return nmadd(n, f32x4.splat(LN2_LOW), nmadd(n, f32x4.splat(LN2_HIGH), x));
}

/** eˣ: at most 0.97 ulp on [−87, 88]; +inf above 88.7228, 0 below −87.3365 (no subnormal results). */
// @ts-ignore: decorator
@inline
export function expv(x: v128): v128 {
  const t = madd(x, f32x4.splat(LOG2E), f32x4.splat(ROUND));
  const s = reduce(x, f32x4.sub(t, f32x4.splat(ROUND)));
  const one = f32x4.add(expm1Reduced(s), f32x4.splat(1));
  const scaled = i32x4.add(one, i32x4.shl(t, 23));
  const finite = select(scaled, f32x4.add(x, f32x4.splat(Infinity)), f32x4.le(x, f32x4.splat(88.72283)));
  return v128.andnot(finite, f32x4.lt(x, f32x4.splat(-87.33654)));
}

/** 2ⁿ from t = n + ROUND + 127, for −127 ≤ n ≤ 127, where n = −127 gives 0. */
// @ts-ignore: decorator
@inline
function powerOfTwo(t: v128): v128 {
  return i32x4.shl(t, 23);
}

/** eˣ for x ≤ 0: at most 0.97 ulp down to −87, 0 below −88. */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  const clamped = f32x4.pmax(x, f32x4.splat(-88));
  const t = madd(clamped, f32x4.splat(LOG2E), f32x4.splat(ROUND + 127));
  const scale = powerOfTwo(t);
  return madd(expm1Reduced(reduce(clamped, f32x4.sub(t, f32x4.splat(ROUND + 127)))), scale, scale);
}

/** eˣ − 1 for x ≤ 0, accurate near 0 too: at most 2 ulp. */
// @ts-ignore: decorator
@inline
export function expm1Negative(x: v128): v128 {
  const clamped = f32x4.pmax(x, f32x4.splat(-88));
  const t = madd(clamped, f32x4.splat(LOG2E), f32x4.splat(ROUND + 127));
  const scale = powerOfTwo(t);
  const p = expm1Reduced(reduce(clamped, f32x4.sub(t, f32x4.splat(ROUND + 127))));
  return madd(p, scale, f32x4.sub(scale, f32x4.splat(1)));
}

/** σ(x) = 1 / (1 + e⁻ˣ): at most 2.25 ulp, in both tails. */
// @ts-ignore: decorator
@inline
export function sigmoidv(x: v128): v128 {
  const e = expNegative(f32x4.neg(f32x4.abs(x)));
  const one = f32x4.splat(1);
  return f32x4.div(select(one, e, f32x4.ge(x, f32x4.splat(0))), f32x4.add(one, e));
}

/** tanh x: at most 5.3 ulp, never outside [−1, 1]. */
// @ts-ignore: decorator
@inline
export function tanhv(x: v128): v128 {
  const limit: f32 = 7.9807;
  const c = f32x4.pmax(f32x4.pmin(x, f32x4.splat(limit)), f32x4.splat(-limit));
  const c2 = f32x4.mul(c, c);
  let p = madd(f32x4.splat(1.42489203e-8), c2, f32x4.splat(2.12356263e-5));
  let q = madd(f32x4.splat(8.13659483e-7), c2, f32x4.splat(3.3472979e-4));
  p = madd(p, c2, f32x4.splat(3.53305205e-3));
  q = madd(q, c2, f32x4.splat(0.0260189995));
  p = madd(p, c2, f32x4.splat(0.134124115));
  q = madd(q, c2, f32x4.splat(0.467457354));
  p = f32x4.mul(madd(p, c2, f32x4.splat(1)), c);
  q = madd(q, c2, f32x4.splat(1));
  return f32x4.pmax(f32x4.pmin(f32x4.div(p, q), f32x4.splat(1)), f32x4.splat(-1));
}

/** ln x: at most 1.5 ulp for every positive x, subnormal too; ln 0 = −inf, ln of a negative number NaN, ln(+inf) = +inf. */
// @ts-ignore: decorator
@inline
export function logv(x: v128): v128 {
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const normal = select(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  const exponent = i32x4.shr_s(i32x4.sub(normal, i32x4.splat(0x3f3504f3)), 23);
  const f = f32x4.sub(i32x4.sub(normal, i32x4.shl(exponent, 23)), f32x4.splat(1)); // √½ − 1 ≤ f < √2 − 1
  const e = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(tiny, f32x4.splat(23)));
  const f2 = f32x4.mul(f, f);
  let p = madd(f32x4.splat(7.0376836292e-2), f, f32x4.splat(-1.151461031e-1));
  p = madd(p, f, f32x4.splat(1.167699874e-1));
  p = madd(p, f, f32x4.splat(-1.2420140846e-1));
  p = madd(p, f, f32x4.splat(1.4249322787e-1));
  p = madd(p, f, f32x4.splat(-1.6668057665e-1));
  p = madd(p, f, f32x4.splat(2.0000714765e-1));
  p = madd(p, f, f32x4.splat(-2.4999993993e-1));
  p = madd(p, f, f32x4.splat(3.3333331174e-1));
  p = f32x4.mul(p, f32x4.mul(f, f2));
  p = madd(e, f32x4.splat(-2.1219444e-4), p);
  p = madd(f2, f32x4.splat(-0.5), p);
  const ln = madd(e, f32x4.splat(0.693359375), f32x4.add(f, p));
  const zero = f32x4.splat(0);
  const finite = select(ln, x, f32x4.lt(x, f32x4.splat(Infinity)));
  return v128.or(select(f32x4.splat(-Infinity), finite, f32x4.eq(x, zero)), f32x4.lt(x, zero));
}

/** ln(1 + eˣ), the softplus: at most 3 ulp. max(x, 0) + 2 artanh(e / (2 + e)) with e = exp(−|x|). */
// @ts-ignore: decorator
@inline
export function softplusv(x: v128): v128 {
  const e = expNegative(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(e, f32x4.add(e, f32x4.splat(2)));
  const s2 = f32x4.mul(s, s);
  let p = madd(f32x4.splat(0.28178334), s2, f32x4.splat(0.27960604));
  p = madd(p, s2, f32x4.splat(0.4002491));
  p = madd(p, s2, f32x4.splat(0.66666317));
  p = f32x4.mul(p, s2);
  return madd(p, s, f32x4.add(f32x4.add(s, s), f32x4.pmax(x, f32x4.splat(0))));
}

/** exp(−x²/2): at most 2.5 ulp where it is normal, as x² is taken in two parts; 0 beyond |x| = 13.3. */
// @ts-ignore: decorator
@inline
export function gaussianv(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(14));
  const high = v128.and(a, i32x4.splat(0xfffff000)); // high² is exact
  const low = f32x4.mul(f32x4.mul(f32x4.sub(a, high), f32x4.add(a, high)), f32x4.splat(-0.5));
  const main = f32x4.mul(f32x4.mul(high, high), f32x4.splat(-0.5));
  const clamped = f32x4.pmax(main, f32x4.splat(-88));
  const t = madd(clamped, f32x4.splat(LOG2E), f32x4.splat(ROUND + 127));
  const scale = powerOfTwo(t);
  return madd(expm1Reduced(f32x4.add(reduce(clamped, f32x4.sub(t, f32x4.splat(ROUND + 127))), low)), scale, scale);
}

/**
 * Φ(x), the distribution function of the standard normal: at most 5 ulp in the lower tail and 2 above 0.
 * Φ(−a) = exp(−a²/2) · u · P(u), u = 1 / (1 + 0.3a). @param gaussian exp(−x²/2)
 */
// @ts-ignore: decorator
@inline
export function normalCdfv(x: v128, gaussian: v128): v128 {
  const one = f32x4.splat(1);
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(14));
  const u = f32x4.div(one, madd(a, f32x4.splat(0.3), one));
  let p = madd(f32x4.splat(-0.02058466), u, f32x4.splat(0.11221715));
  p = madd(p, u, f32x4.splat(-0.22767963));
  p = madd(p, u, f32x4.splat(0.19104217));
  p = madd(p, u, f32x4.splat(-0.07877784));
  p = madd(p, u, f32x4.splat(0.09579332));
  p = madd(p, u, f32x4.splat(0.07852185));
  p = madd(p, u, f32x4.splat(0.110205546));
  p = madd(p, u, f32x4.splat(0.11957561));
  p = madd(p, u, f32x4.splat(0.119686484));
  const tail = f32x4.mul(f32x4.mul(p, u), gaussian);
  return select(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)));
}

/** Lanes of q that are odd as all ones, q an integer in the low bits. */
// @ts-ignore: decorator
@inline
function oddLanes(q: v128): v128 {
  return i32x4.shr_s(i32x4.shl(q, 31), 31);
}

/** sin(θ) for |θ| ≤ π/4. */
// @ts-ignore: decorator
@inline
function sinReduced(theta: v128): v128 {
  const z = f32x4.mul(theta, theta);
  let p = madd(f32x4.splat(-1.9515295891e-4), z, f32x4.splat(8.3321608736e-3));
  p = madd(p, z, f32x4.splat(-1.6666654611e-1));
  return madd(f32x4.mul(p, z), theta, theta);
}

/** cos(θ) for |θ| ≤ π/4. */
// @ts-ignore: decorator
@inline
function cosReduced(theta: v128): v128 {
  const z = f32x4.mul(theta, theta);
  let p = madd(f32x4.splat(2.443315711809948e-5), z, f32x4.splat(-1.388731625493765e-3));
  p = madd(p, z, f32x4.splat(4.166664568298827e-2));
  return madd(f32x4.mul(z, z), p, madd(f32x4.splat(-0.5), z, f32x4.splat(1)));
}

/** sin(2πu) for 0 ≤ u ≤ 1: absolute error at most 1e-7. */
// @ts-ignore: decorator
@inline
export function sin2piv(u: v128): v128 {
  const q = madd(u, f32x4.splat(4), f32x4.splat(ROUND));
  const turn = madd(f32x4.sub(q, f32x4.splat(ROUND)), f32x4.splat(-0.25), u); // exact, |turn| ≤ 1/8
  const theta = f32x4.mul(turn, f32x4.splat(6.283185307179586));
  const value = select(cosReduced(theta), sinReduced(theta), oddLanes(q));
  return v128.xor(value, v128.and(i32x4.shl(q, 30), i32x4.splat(0x80000000)));
}

/** cos(2πu) for 0 ≤ u ≤ 1: absolute error at most 1e-7. */
// @ts-ignore: decorator
@inline
export function cos2piv(u: v128): v128 {
  const q = madd(u, f32x4.splat(4), f32x4.splat(ROUND));
  const turn = madd(f32x4.sub(q, f32x4.splat(ROUND)), f32x4.splat(-0.25), u);
  const theta = f32x4.mul(turn, f32x4.splat(6.283185307179586));
  const value = select(sinReduced(theta), cosReduced(theta), oddLanes(q));
  return v128.xor(value, v128.and(i32x4.shl(i32x4.add(q, i32x4.splat(1)), 30), i32x4.splat(0x80000000)));
}
