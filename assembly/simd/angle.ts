/**
 * sin, cos, tan of any angle and atan on four lanes of float32, computed in float64: at most 0.51 ulp.
 * Letters: x the angle, q = round(2x/π) the nearest quarter turn, r = x − q·π/2 the angle from it.
 * trig.ts does turns in [0, 1] in float32, faster. Tables: the highest power first; Note [Constants in memory] in constant.ts.
 * Source: fdlibm's reduction with two parts of π/2; sine and cosine as in FreeBSD's k_sinf.c and k_cosf.c; the arctangent's polynomial is a minimax fit.
 */
import { constant64 } from "./constant";
import { doubles, narrow, upperDoubles } from "./doubles";

/** Which function of an angle. */
export enum Turn {
  Sine,
  Cosine,
  Tangent,
}

/** 2/π; π/2 in two parts, the first of 25 bits, so that q times it is exact for |q| < 2²⁸. */
const QUARTER: usize = memory.data<f64>([0.6366197723675814, 1.5707963109016418, 1.5893254773528196e-8]);
const SIN: usize = memory.data<f64>([
  2.7183114939898219064e-6, -1.98393348360966317347e-4, 8.3333293858894631756e-3, -1.66666666416265235595e-1,
]);
const COS: usize = memory.data<f64>([
  2.43904487962774090654e-5, -1.38867637746099294692e-3, 4.16666233237390631894e-2, -4.9999999725103100312e-1,
]);
/** (atan a − a) / a³ in a², |a| ≤ tan(π/8): within 2⁻³⁵ of a. */
const ATAN: usize = memory.data<f64>([
  0.047480536418954083, -0.08478303403968657, 0.11045075942927612, -0.14282040719404912, 0.19999905141785612,
  -0.3333333251412729,
]);
/** tan(π/8), π/4, π/2. */
const EIGHTH: usize = memory.data<f64>([0.41421356237309503, 0.7853981633974483, 1.5707963267948966]);
/** The first 224 binary places of 2/π. */
const TWO_OVER_PI: usize = memory.data<u32>([
  0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
]);
/** From here on q times the first part of π/2 is rounded. */
const LARGE: f64 = 268435456;

/** sin, cos or tan of four lanes; NaN of ±∞. */
export function turnv(x: v128, f: Turn): v128 {
  return narrow(turnPair(doubles(x), f), turnPair(upperDoubles(x), f));
}

/** Two lanes of float64 that hold float32 values. */
function turnPair(x: v128, f: Turn): v128 {
  const nearest = f64x2.nearest(f64x2.mul(x, constant64(QUARTER, 0)));
  const coarse = f64x2.sub(x, f64x2.mul(nearest, constant64(QUARTER, 1)));
  let r = f64x2.sub(coarse, f64x2.mul(nearest, constant64(QUARTER, 2)));
  r = v128.bitselect(x, r, f64x2.eq(nearest, f64x2.splat(0))); // keeps −0
  let q = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(nearest));
  if (v128.any_true(f64x2.ge(f64x2.abs(x), f64x2.splat(LARGE)))) {
    const x0 = f64x2.extract_lane(x, 0);
    const x1 = f64x2.extract_lane(x, 1);
    if (isLarge(x0)) {
      r = f64x2.replace_lane(r, 0, reduceLarge(x0));
      q = i64x2.replace_lane(q, 0, largeQuarter);
    }
    if (isLarge(x1)) {
      r = f64x2.replace_lane(r, 1, reduceLarge(x1));
      q = i64x2.replace_lane(q, 1, largeQuarter);
    }
  }
  const z = f64x2.mul(r, r);
  let s = f64x2.add(f64x2.mul(constant64(SIN, 0), z), constant64(SIN, 1));
  s = f64x2.add(f64x2.mul(s, z), constant64(SIN, 2));
  s = f64x2.add(f64x2.mul(s, z), constant64(SIN, 3));
  const sine = f64x2.mul(f64x2.add(f64x2.mul(s, z), f64x2.splat(1)), r); // of −0 it is −0
  let c = f64x2.add(f64x2.mul(constant64(COS, 0), z), constant64(COS, 1));
  c = f64x2.add(f64x2.mul(c, z), constant64(COS, 2));
  c = f64x2.add(f64x2.mul(c, z), constant64(COS, 3));
  const cosine = f64x2.add(f64x2.mul(c, z), f64x2.splat(1));
  if (f == Turn.Cosine) q = i64x2.add(q, i64x2.splat(1));
  const isOdd = i64x2.shr_s(i64x2.shl(q, 63), 63);
  const a = v128.bitselect(cosine, sine, isOdd);
  if (f == Turn.Tangent) {
    const b = v128.bitselect(sine, cosine, isOdd);
    return v128.xor(f64x2.div(a, b), i64x2.shl(isOdd, 63)); // −cot r in odd quarters
  }
  return v128.xor(a, v128.and(i64x2.shl(q, 62), i64x2.splat(0x8000000000000000)));
}

/** Finite and so large that its quarter needs more places of 2/π. */
function isLarge(x: f64): bool {
  return abs(x) >= LARGE && abs(x) < Infinity;
}

/** q mod 4 of the last call of reduceLarge. */
let largeQuarter: i64 = 0;

/**
 * r of a float32 of at least 2²⁸; its q is left in largeQuarter. With x = ±m·2ᵉ, m of 24 bits, the 96 places of 2/π from place e − 1 on are all
 * that q mod 4 and r depend on: a place before them times m·2ᵉ is a multiple of 4.
 */
function reduceLarge(x: f64): f64 {
  const bits = reinterpret<u32>(<f32>abs(x));
  const m = <u64>((bits & 0x7fffff) | 0x800000);
  const place = <i32>(bits >> 23) - 152; // e − 2
  const from = TWO_OVER_PI + ((<usize>(place >> 5)) << 2);
  const shift = <u64>(place & 31);
  const w0 = load<u32>(from);
  const w1 = load<u32>(from, 4);
  const w2 = load<u32>(from, 8);
  const w3 = load<u32>(from, 12);
  const head = ((((<u64>w0) << 32) | w1) << shift) >> 32;
  const middle = ((((<u64>w1) << 32) | w2) << shift) >> 32;
  const tail = ((((<u64>w2) << 32) | w3) << shift) >> 32;
  const product = ((m * head) << 32) + m * middle + ((m * tail) >> 32); // 2x/π mod 4, in 2⁻⁶²
  const q = (product + 0x2000000000000000) >> 62;
  const r = <f64>(<i64>(product - (q << 62))) * (1.5707963267948966 / 4611686018427387904.0);
  largeQuarter = x < 0 ? -(<i64>q) : <i64>q;
  return x < 0 ? -r : r;
}

/** atan of four lanes. */
export function atanv(x: v128): v128 {
  return narrow(atanPair(doubles(x)), atanPair(upperDoubles(x)));
}

/** atan |x| = π/2 − atan(1/|x|) above 1; atan t = π/4 + atan((t − 1) / (t + 1)) above tan(π/8). */
function atanPair(x: v128): v128 {
  const ones = f64x2.splat(1);
  const size = f64x2.abs(x);
  const isSteep = f64x2.gt(size, ones);
  const t = v128.bitselect(f64x2.div(ones, size), size, isSteep);
  const isWide = f64x2.gt(t, constant64(EIGHTH, 0));
  const a = v128.bitselect(f64x2.div(f64x2.sub(t, ones), f64x2.add(t, ones)), t, isWide);
  const z = f64x2.mul(a, a);
  let p = constant64(ATAN, 0);
  for (let i = 1; i < 6; i++) p = f64x2.add(f64x2.mul(p, z), constant64(ATAN, i));
  let angle = f64x2.add(f64x2.mul(f64x2.mul(p, z), a), a);
  angle = v128.bitselect(f64x2.add(angle, constant64(EIGHTH, 1)), angle, isWide);
  angle = v128.bitselect(f64x2.sub(constant64(EIGHTH, 2), angle), angle, isSteep);
  return v128.xor(angle, v128.and(x, i64x2.splat(0x8000000000000000)));
}
