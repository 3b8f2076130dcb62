/**
 * Comparisons with broadcasting; the result is float32, 1 where true and 0 where false. Letters and strides: binary.ts.
 * The Int32 kernels compare bits as integers. A comparison with NaN is false, except ≠. Comparisons have no gradient.
 */
import { broadcastMap } from "./broadcast";

/** a = b as 1 or 0. */
@unmanaged
class Equal {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), f32x4.eq(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a = b, else 0. */
export function equal(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<Equal>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a = b as 1 or 0 on int32. */
@unmanaged
class EqualInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), i32x4.eq(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a = b, else 0; a and b int32. */
export function equalInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<EqualInt32>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a ≠ b as 1 or 0. */
@unmanaged
class NotEqual {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), f32x4.ne(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a ≠ b, else 0. */
export function notEqual(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<NotEqual>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a ≠ b as 1 or 0 on int32. */
@unmanaged
class NotEqualInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), i32x4.ne(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a ≠ b, else 0; a and b int32. */
export function notEqualInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<NotEqualInt32>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a < b as 1 or 0. */
@unmanaged
class Less {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), f32x4.lt(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a < b, else 0. */
export function less(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<Less>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a < b as 1 or 0 on int32. */
@unmanaged
class LessInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), i32x4.lt_s(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a < b, else 0; a and b int32. */
export function lessInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<LessInt32>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a ≤ b as 1 or 0. */
@unmanaged
class LessEqual {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), f32x4.le(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a ≤ b, else 0. */
export function lessEqual(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<LessEqual>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a ≤ b as 1 or 0 on int32. */
@unmanaged
class LessEqualInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), i32x4.le_s(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a ≤ b, else 0; a and b int32. */
export function lessEqualInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<LessEqualInt32>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a > b as 1 or 0. */
@unmanaged
class Greater {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), f32x4.gt(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a > b, else 0. */
export function greater(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<Greater>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a > b as 1 or 0 on int32. */
@unmanaged
class GreaterInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), i32x4.gt_s(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a > b, else 0; a and b int32. */
export function greaterInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<GreaterInt32>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a ≥ b as 1 or 0. */
@unmanaged
class GreaterEqual {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), f32x4.ge(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a ≥ b, else 0. */
export function greaterEqual(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<GreaterEqual>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}

/** a ≥ b as 1 or 0 on int32. */
@unmanaged
class GreaterEqualInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(f32x4.splat(1), i32x4.ge_s(a, b));
  }
  // @ts-ignore: decorator
  @inline
  usesG(): bool {
    return false;
  }
}

/** out = 1 where a ≥ b, else 0; a and b int32. */
export function greaterEqualInt32(
  out: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  broadcastMap<GreaterEqualInt32>(out, out, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, 0);
}
