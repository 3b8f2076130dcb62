/**
 * The terms of the elementwise losses and their slopes with respect to the prediction. Letters: p prediction (or logit z), t target, a and b the
 * parameters of the loss. With label smoothing the target is t' = a t + b. elementwise.ts says how terms are summed.
 * A short kind is inlined twice for each loop, a long one is called.
 */
import { madd } from "../simd/f32x4";
import { logv, sigmoidv, softplusv } from "../simd/math";

/** What an elementwise loss adds for one element, and the derivative of that. */
export interface Kind {
  /** A constant: a few instructions, or a transcendental. */
  isShort(): bool;
  term(p: v128, t: v128, a: v128, b: v128): v128;
  slope(p: v128, t: v128, a: v128, b: v128): v128;
}

const low: f32 = 1e-7;
const high: f32 = 1 - 1e-7;

/** p in [1e-7, 1 − 1e-7]; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function clipped(p: v128): v128 {
  return f32x4.pmin(f32x4.pmax(p, f32x4.splat(low)), f32x4.splat(high));
}

/** Lanes where clipping changes nothing. */
// @ts-ignore: decorator
@inline
export function inside(p: v128): v128 {
  return v128.and(f32x4.ge(p, f32x4.splat(low)), f32x4.le(p, f32x4.splat(high)));
}

/** x with the sign of y, x ≥ 0. */
// @ts-ignore: decorator
@inline
function withSign(x: v128, y: v128): v128 {
  return v128.or(x, v128.and(y, f32x4.splat(-0.0)));
}

/** Cross-entropy of σ(z): ln(1 + e^−|z|) + (max(z, 0) − z t'), in which nothing overflows or cancels. */
@unmanaged
export class Sigmoid {
  // @ts-ignore: decorator
  @inline
  isShort(): bool {
    return false;
  }
  term(z: v128, t: v128, a: v128, b: v128): v128 {
    const linear = f32x4.sub(f32x4.max(z, f32x4.splat(0)), f32x4.mul(z, madd(a, t, b)));
    return f32x4.add(softplusv(f32x4.neg(f32x4.abs(z))), linear);
  }
  slope(z: v128, t: v128, a: v128, b: v128): v128 {
    return f32x4.sub(sigmoidv(z), madd(a, t, b));
  }
}

/** −t' ln p − (1 − t') ln(1 − p). */
@unmanaged
export class BinaryCrossEntropy {
  // @ts-ignore: decorator
  @inline
  isShort(): bool {
    return false;
  }
  term(p: v128, t: v128, a: v128, b: v128): v128 {
    const target = madd(a, t, b);
    const one = f32x4.splat(1);
    const q = clipped(p);
    const no = f32x4.mul(f32x4.sub(one, target), logv(f32x4.sub(one, q)));
    return f32x4.neg(madd(target, logv(q), no));
  }
  /** (p − t') / (p (1 − p)) */
  slope(p: v128, t: v128, a: v128, b: v128): v128 {
    const spread = f32x4.mul(p, f32x4.sub(f32x4.splat(1), p));
    return v128.and(f32x4.div(f32x4.sub(p, madd(a, t, b)), spread), inside(p));
  }
}

/** −t' ln p. */
@unmanaged
export class CrossEntropy {
  // @ts-ignore: decorator
  @inline
  isShort(): bool {
    return false;
  }
  term(p: v128, t: v128, a: v128, b: v128): v128 {
    return f32x4.neg(f32x4.mul(madd(a, t, b), logv(clipped(p))));
  }
  slope(p: v128, t: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.neg(f32x4.div(madd(a, t, b), p)), inside(p));
  }
}

/** (p − t)². */
@unmanaged
export class Squared {
  // @ts-ignore: decorator
  @inline
  isShort(): bool {
    return true;
  }
  // @ts-ignore: decorator
  @inline
  term(p: v128, t: v128, a: v128, b: v128): v128 {
    const error = f32x4.sub(p, t);
    return f32x4.mul(error, error);
  }
  // @ts-ignore: decorator
  @inline
  slope(p: v128, t: v128, a: v128, b: v128): v128 {
    const error = f32x4.sub(p, t);
    return f32x4.add(error, error);
  }
}

/** |p − t|; slope 0 where they are equal. */
@unmanaged
export class Absolute {
  // @ts-ignore: decorator
  @inline
  isShort(): bool {
    return true;
  }
  // @ts-ignore: decorator
  @inline
  term(p: v128, t: v128, a: v128, b: v128): v128 {
    return f32x4.abs(f32x4.sub(p, t));
  }
  // @ts-ignore: decorator
  @inline
  slope(p: v128, t: v128, a: v128, b: v128): v128 {
    const error = f32x4.sub(p, t);
    return v128.and(withSign(f32x4.splat(1), error), f32x4.ne(error, f32x4.splat(0)));
  }
}

/** ½(p − t)² up to |p − t| = delta, beyond it a straight line with the slope there. */
@unmanaged
export class Huber {
  // @ts-ignore: decorator
  @inline
  isShort(): bool {
    return true;
  }
  /** c (|e| − c/2) with c = min(|e|, delta) is both branches. */
  // @ts-ignore: decorator
  @inline
  term(p: v128, t: v128, delta: v128, b: v128): v128 {
    const size = f32x4.abs(f32x4.sub(p, t));
    const c = f32x4.min(size, delta);
    return f32x4.mul(c, f32x4.sub(size, f32x4.mul(c, f32x4.splat(0.5))));
  }
  // @ts-ignore: decorator
  @inline
  slope(p: v128, t: v128, delta: v128, b: v128): v128 {
    const error = f32x4.sub(p, t);
    return withSign(f32x4.min(f32x4.abs(error), delta), error);
  }
}

/** max(1 − t p, 0), t = ±1. */
@unmanaged
export class Hinge {
  // @ts-ignore: decorator
  @inline
  isShort(): bool {
    return true;
  }
  // @ts-ignore: decorator
  @inline
  term(p: v128, t: v128, a: v128, b: v128): v128 {
    return f32x4.max(f32x4.sub(f32x4.splat(1), f32x4.mul(t, p)), f32x4.splat(0));
  }
  // @ts-ignore: decorator
  @inline
  slope(p: v128, t: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.neg(t), f32x4.lt(f32x4.mul(t, p), f32x4.splat(1)));
  }
}

/** t ln(t / p), both held in [1e-7, 1]; slope 0 where p is held. */
@unmanaged
export class KullbackLeibler {
  // @ts-ignore: decorator
  @inline
  isShort(): bool {
    return false;
  }
  term(p: v128, t: v128, a: v128, b: v128): v128 {
    const target = share(t);
    return f32x4.mul(target, logv(f32x4.div(target, share(p))));
  }
  slope(p: v128, t: v128, a: v128, b: v128): v128 {
    const low = f32x4.ge(p, f32x4.splat(1e-7));
    const kept = v128.and(low, f32x4.le(p, f32x4.splat(1)));
    return v128.and(f32x4.neg(f32x4.div(share(t), p)), kept);
  }
}

/** A probability in [1e-7, 1]; NaN stays NaN. */
// @ts-ignore: decorator
@inline
function share(p: v128): v128 {
  return f32x4.pmin(f32x4.pmax(p, f32x4.splat(1e-7)), f32x4.splat(1));
}
