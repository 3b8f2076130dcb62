/**
 * sin and cos of a turn on four lanes of float32: of 2πu for u in [0, 1], what Box–Muller and rotations ask for.
 * Letters: q = round(4u) the nearest quarter turn, θ the angle from it. Does not reduce other arguments.
 * Tables: the highest power first; Note [Constants in memory] in constant.ts. Checked through the normal draws (test/kernels/random.test.ts).
 * Source: Cephes (Moshier 1992).
 */
import { constant, one } from "./constant";
import { madd, select } from "./f32x4";

const SIN: usize = memory.data<f32>([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
const COS: usize = memory.data<f32>([2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2, -0.5]);
/** 4, 1.5 · 2²³ (rounds to an integer that stands in the low bits), −¼, 2π. */
const TURN: usize = memory.data<f32>([4, 12582912, -0.25, 6.283185307179586]);
const SIGN: usize = memory.data<u32>([0x80000000, 1]);

/** sin θ for |θ| ≤ π/4. */
// @ts-ignore: decorator
@inline
function sinReduced(theta: v128): v128 {
  const z = f32x4.mul(theta, theta);
  let p = madd(constant(SIN, 0), z, constant(SIN, 1));
  p = madd(p, z, constant(SIN, 2));
  return madd(f32x4.mul(p, z), theta, theta);
}

/** cos θ for |θ| ≤ π/4. */
// @ts-ignore: decorator
@inline
function cosReduced(theta: v128): v128 {
  const z = f32x4.mul(theta, theta);
  let p = madd(constant(COS, 0), z, constant(COS, 1));
  p = madd(p, z, constant(COS, 2));
  return madd(f32x4.mul(z, z), p, madd(constant(COS, 3), z, one()));
}

/** q, in the low bits. */
// @ts-ignore: decorator
@inline
function quarter(u: v128): v128 {
  return madd(u, constant(TURN, 0), constant(TURN, 1));
}

/** θ = 2π(u − q/4), where the difference is exact. */
// @ts-ignore: decorator
@inline
function angle(u: v128, q: v128): v128 {
  return f32x4.mul(madd(f32x4.sub(q, constant(TURN, 1)), constant(TURN, 2), u), constant(TURN, 3));
}

/** Lanes where q is odd, as all ones. */
// @ts-ignore: decorator
@inline
function odd(q: v128): v128 {
  return i32x4.shr_s(i32x4.shl(q, 31), 31);
}

/** sin(2πu) for 0 ≤ u ≤ 1. */
// @ts-ignore: decorator
@inline
export function sin2piv(u: v128): v128 {
  const q = quarter(u);
  const theta = angle(u, q);
  const value = select(cosReduced(theta), sinReduced(theta), odd(q));
  return v128.xor(value, v128.and(i32x4.shl(q, 30), constant(SIGN, 0)));
}

/** cos(2πu) for 0 ≤ u ≤ 1. */
// @ts-ignore: decorator
@inline
export function cos2piv(u: v128): v128 {
  const q = quarter(u);
  const theta = angle(u, q);
  const value = select(sinReduced(theta), cosReduced(theta), odd(q));
  return v128.xor(value, v128.and(i32x4.shl(i32x4.add(q, constant(SIGN, 1)), 30), constant(SIGN, 0)));
}
