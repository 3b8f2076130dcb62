/**
 * The terms of the elementwise losses and their slopes with respect to the prediction. Letters: p prediction (or logit z), t target,
 * a the parameter of the loss (label smoothing, Huber's delta). elementwise.ts says how they are summed. Terms with a transcendental are calls,
 * the others are inlined: the loops stay small.
 */
import { madd } from "../simd/f32x4";
import { logv, sigmoidv, softplusv } from "../simd/math";
import { clipped, inside } from "./crossEntropy";

/** What an elementwise loss adds for one element, and the derivative of that. */
export interface Kind {
  term(p: v128, t: v128, a: v128): v128;
  slope(p: v128, t: v128, a: v128): v128;
}

/** (1 − smoothing) t + smoothing / 2 */
// @ts-ignore: decorator
@inline
function smoothed(t: v128, smoothing: v128): v128 {
  return madd(smoothing, f32x4.sub(f32x4.splat(0.5), t), t);
}

/** x with the sign of y, x ≥ 0. */
// @ts-ignore: decorator
@inline
function withSign(x: v128, y: v128): v128 {
  return v128.or(x, v128.and(y, f32x4.splat(-0.0)));
}

/** Cross-entropy of σ(z): ln(1 + e^−|z|) + (max(z, 0) − z t), in which nothing overflows or cancels. */
@unmanaged
export class Sigmoid {
  term(z: v128, t: v128, smoothing: v128): v128 {
    const linear = f32x4.sub(f32x4.max(z, f32x4.splat(0)), f32x4.mul(z, smoothed(t, smoothing)));
    return f32x4.add(softplusv(f32x4.neg(f32x4.abs(z))), linear);
  }
  slope(z: v128, t: v128, smoothing: v128): v128 {
    return f32x4.sub(sigmoidv(z), smoothed(t, smoothing));
  }
}


@unmanaged
export class BinaryCrossEntropy {
  term(p: v128, t: v128, smoothing: v128): v128 {
    const target = smoothed(t, smoothing);
    const one = f32x4.splat(1);
    const q = clipped(p);
    const no = f32x4.mul(f32x4.sub(one, target), logv(f32x4.sub(one, q)));
    return f32x4.neg(madd(target, logv(q), no));
  }
  /** (p − t) / (p (1 − p)) */
  slope(p: v128, t: v128, smoothing: v128): v128 {
    const spread = f32x4.mul(p, f32x4.sub(f32x4.splat(1), p));
    return v128.and(f32x4.div(f32x4.sub(p, smoothed(t, smoothing)), spread), inside(p));
  }
}


@unmanaged
export class Squared {
  // @ts-ignore: decorator
  @inline
  term(p: v128, t: v128, a: v128): v128 {
    const error = f32x4.sub(p, t);
    return f32x4.mul(error, error);
  }
  // @ts-ignore: decorator
  @inline
  slope(p: v128, t: v128, a: v128): v128 {
    const error = f32x4.sub(p, t);
    return f32x4.add(error, error);
  }
}


@unmanaged
export class Absolute {
  // @ts-ignore: decorator
  @inline
  term(p: v128, t: v128, a: v128): v128 {
    return f32x4.abs(f32x4.sub(p, t));
  }
  // @ts-ignore: decorator
  @inline
  slope(p: v128, t: v128, a: v128): v128 {
    const error = f32x4.sub(p, t);
    return v128.and(withSign(f32x4.splat(1), error), f32x4.ne(error, f32x4.splat(0)));
  }
}


@unmanaged
export class Huber {
  /** c (|e| − c/2) with c = min(|e|, delta) is both branches. */
  // @ts-ignore: decorator
  @inline
  term(p: v128, t: v128, delta: v128): v128 {
    const size = f32x4.abs(f32x4.sub(p, t));
    const c = f32x4.min(size, delta);
    return f32x4.mul(c, f32x4.sub(size, f32x4.mul(c, f32x4.splat(0.5))));
  }
  // @ts-ignore: decorator
  @inline
  slope(p: v128, t: v128, delta: v128): v128 {
    const error = f32x4.sub(p, t);
    return withSign(f32x4.min(f32x4.abs(error), delta), error);
  }
}


@unmanaged
export class Hinge {
  // @ts-ignore: decorator
  @inline
  term(p: v128, t: v128, a: v128): v128 {
    return f32x4.max(f32x4.sub(f32x4.splat(1), f32x4.mul(t, p)), f32x4.splat(0));
  }
  // @ts-ignore: decorator
  @inline
  slope(p: v128, t: v128, a: v128): v128 {
    return v128.and(f32x4.neg(t), f32x4.lt(f32x4.mul(t, p), f32x4.splat(1)));
  }
}


@unmanaged
export class KullbackLeibler {
  term(p: v128, t: v128, a: v128): v128 {
    const target = share(t);
    return f32x4.mul(target, logv(f32x4.div(target, share(p))));
  }
  slope(p: v128, t: v128, a: v128): v128 {
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
