/**
 * Arithmetic of two float32 inputs with broadcasting. Letters: d0 … d3 the output's shape, contiguous; a0 … a3 and b0 … b3 strides in
 * elements, 0 where an input is broadcast, a3, b3 ∈ {0, 1}; dimensions collapsed by the caller. out = or += by `accumulate`.
 * Gradients have the output's full shape: summing over broadcast axes is reduce's business.
 * d(a·b)/da is mul(dOut, b), d(a/b)/da is div(dOut, b); the rest stands here.
 */
import { broadcastMap } from "./broadcast";

/** a + b. */
@unmanaged
class Add {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out (+)= a + b. */
export function addForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcastMap<Add>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** a − b. */
@unmanaged
class Sub {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out (+)= a − b. */
export function subForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcastMap<Sub>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** a · b. */
@unmanaged
class Mul {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out (+)= a · b. */
export function mulForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcastMap<Mul>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** a / b. */
@unmanaged
class Div {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out (+)= a / b. */
export function divForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcastMap<Div>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** max(a, b); NaN if either is NaN. */
@unmanaged
class Maximum {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out (+)= max(a, b); NaN if either is NaN. */
export function maximumForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcastMap<Maximum>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** min(a, b); NaN if either is NaN. */
@unmanaged
class Minimum {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out (+)= min(a, b); NaN if either is NaN. */
export function minimumForward(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcastMap<Minimum>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** −g · (a / b) with a the quotient. */
@unmanaged
class DivideGradient {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.neg(f32x4.div(f32x4.mul(g, a), b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return true;
  }
}

/**
 * dB (+)= −dOut · out / b, the divisor's gradient.
 * @param dB out, full shape @param dOut in, full shape @param quotient in, full shape @param b in, strides b0 … b3
 */
export function divBackwardB(
  dB: usize, dOut: usize, quotient: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcastMap<DivideGradient>(dB, dOut, quotient, b, d0, d1, d2, d3, d1 * d2 * d3, d2 * d3, d3, 1, b0, b1, b2, b3, accumulate);
}

/** g where a is the maximum, ½g where a = b. */
@unmanaged
class MaximumGradient {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    const tie = v128.and(f32x4.mul(g, f32x4.splat(0.5)), f32x4.eq(a, b));
    return v128.or(v128.and(g, f32x4.gt(a, b)), tie);
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return true;
  }
}

/** dA (+)= dOut where a is the maximum, ½ dOut where a = b, else 0. For dB, pass b and a with their strides in the other order. */
export function maximumBackward(
  dA: usize, dOut: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcastMap<MaximumGradient>(dA, dOut, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}

/** g where a is the minimum, ½g where a = b. */
@unmanaged
class MinimumGradient {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    const tie = v128.and(f32x4.mul(g, f32x4.splat(0.5)), f32x4.eq(a, b));
    return v128.or(v128.and(g, f32x4.lt(a, b)), tie);
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return true;
  }
}

/** dA (+)= dOut where a is the minimum, ½ dOut where a = b, else 0. For dB, pass b and a with their strides in the other order. */
export function minimumBackward(
  dA: usize, dOut: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
  accumulate: i32,
): void {
  broadcastMap<MinimumGradient>(dA, dOut, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, accumulate);
}
