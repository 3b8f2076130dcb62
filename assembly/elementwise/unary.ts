/**
 * Elementwise functions of one input. Letters: n elements; y may be x, dx may be dy; dx = or += by `accumulate`.
 * What a backward kernel reads stands in its parameter's name: x the input, y the output.
 * Does not broadcast and does not take powers (power.ts does).
 */
import { expv, logv } from "../simd/math";
import { LONG, SHORT, mapBackward, mapForward } from "./map";

/** −x. */
@unmanaged
class Negate {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.neg(x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.neg(dy);
  }
}

/** y = −x. */
export function negateForward(y: usize, x: usize, n: i32): void {
  mapForward<Negate>(y, x, n, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= −dy; reads neither x nor y. */
export function negateBackward(dx: usize, dy: usize, n: i32, accumulate: i32): void {
  mapBackward<Negate>(dx, dy, dy, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** eˣ; derivative y. */
@unmanaged
class Exp {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return expv(x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.mul(dy, y);
  }
}

/** y = eˣ: at most 0.97 ulp on [−87, 88]. */
export function expForward(y: usize, x: usize, n: i32): void {
  mapForward<Exp>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · y. */
export function expBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  mapBackward<Exp>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** ln x; derivative 1/x. */
@unmanaged
class Log {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return logv(x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.div(dy, x);
  }
}

/** y = ln x: at most 1 ulp; −inf at 0, NaN below. */
export function logForward(y: usize, x: usize, n: i32): void {
  mapForward<Log>(y, x, n, LONG, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy / x. */
export function logBackward(dx: usize, dy: usize, x: usize, n: i32, accumulate: i32): void {
  mapBackward<Log>(dx, dy, x, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** √x; derivative ½/y. */
@unmanaged
class Sqrt {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.sqrt(x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.div(f32x4.mul(dy, f32x4.splat(0.5)), y);
  }
}

/** y = √x, correctly rounded; NaN below 0. */
export function sqrtForward(y: usize, x: usize, n: i32): void {
  mapForward<Sqrt>(y, x, n, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy / 2y; infinite at 0. */
export function sqrtBackward(dx: usize, dy: usize, y: usize, n: i32, accumulate: i32): void {
  mapBackward<Sqrt>(dx, dy, y, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** x²; derivative 2x. */
@unmanaged
class Square {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(x, x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return f32x4.mul(dy, f32x4.add(x, x));
  }
}

/** y = x². */
export function squareForward(y: usize, x: usize, n: i32): void {
  mapForward<Square>(y, x, n, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · 2x. */
export function squareBackward(dx: usize, dy: usize, x: usize, n: i32, accumulate: i32): void {
  mapBackward<Square>(dx, dy, x, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** |x|; derivative the sign of x, 0 at 0. */
@unmanaged
class Abs {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.abs(x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    const signed = v128.xor(dy, v128.and(x, i32x4.splat(0x80000000)));
    return v128.and(signed, f32x4.ne(x, f32x4.splat(0)));
  }
}

/** y = |x|. */
export function absForward(y: usize, x: usize, n: i32): void {
  mapForward<Abs>(y, x, n, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** dx (+)= dy · sign(x), 0 where x is 0. */
export function absBackward(dx: usize, dy: usize, x: usize, n: i32, accumulate: i32): void {
  mapBackward<Abs>(dx, dy, x, n, accumulate, SHORT, f32x4.splat(0), f32x4.splat(0));
}

/** x between a and b, NaN stays NaN; derivative 1 on [a, b]. */
@unmanaged
class Clip {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, a), b);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, x: v128, a: v128, b: v128): v128 {
    return v128.and(dy, v128.and(f32x4.ge(x, a), f32x4.le(x, b)));
  }
}

/** y = x held between low and high. */
export function clipForward(y: usize, x: usize, n: i32, low: f32, high: f32): void {
  mapForward<Clip>(y, x, n, SHORT, f32x4.splat(low), f32x4.splat(high));
}

/** dx (+)= dy where low ≤ x ≤ high, else 0. */
export function clipBackward(dx: usize, dy: usize, x: usize, n: i32, low: f32, high: f32, accumulate: i32): void {
  mapBackward<Clip>(dx, dy, x, n, accumulate, SHORT, f32x4.splat(low), f32x4.splat(high));
}
