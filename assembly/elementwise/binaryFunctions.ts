/**
 * The elementwise functions of two inputs as strategies: `f(g, a, b)` works on four lanes, where g is a gradient that lies like the output.
 * Their numbers are in layout.ts, the loop over a row is in binaryRow.ts.
 */
import { constant, one } from "../simd/constant";

const HALF: usize = memory.data<f32>([0.5]);

/** A strategy. The constraint is for the type checker alone. */
export interface BinaryFunction {
  f(g: v128, a: v128, b: v128): v128;
}

/** a + b. */
@unmanaged
export class Add {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

/** a − b. */
@unmanaged
export class Subtract {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}

/** a · b. */
@unmanaged
export class Multiply {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

/** a / b. */
@unmanaged
export class Divide {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}

/** max(a, b), NaN if either is NaN. */
@unmanaged
export class Maximum {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

/** min(a, b), NaN if either is NaN. */
@unmanaged
export class Minimum {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

/** −g · a / b, where a is the quotient. */
@unmanaged
export class DivideGradient {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return f32x4.neg(f32x4.div(f32x4.mul(g, a), b));
  }
}

/** g where a is the maximum, ½g where a = b, else 0. */
@unmanaged
export class MaximumGradient {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.or(v128.and(g, f32x4.gt(a, b)), v128.and(f32x4.mul(g, constant(HALF, 0)), f32x4.eq(a, b)));
  }
}

/** g where a is the minimum, ½g where a = b, else 0. */
@unmanaged
export class MinimumGradient {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.or(v128.and(g, f32x4.lt(a, b)), v128.and(f32x4.mul(g, constant(HALF, 0)), f32x4.eq(a, b)));
  }
}

/** 1 where a = b, else 0. */
@unmanaged
export class Equal {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(one(), f32x4.eq(a, b));
  }
}

/** 1 where a ≠ b, else 0. */
@unmanaged
export class NotEqual {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(one(), f32x4.ne(a, b));
  }
}

/** 1 where a < b, else 0. */
@unmanaged
export class Less {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(one(), f32x4.lt(a, b));
  }
}

/** 1 where a ≤ b, else 0. */
@unmanaged
export class LessEqual {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(one(), f32x4.le(a, b));
  }
}

/** 1 where a = b, else 0; int32. */
@unmanaged
export class EqualInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(one(), i32x4.eq(a, b));
  }
}

/** 1 where a ≠ b, else 0; int32. */
@unmanaged
export class NotEqualInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(one(), i32x4.ne(a, b));
  }
}

/** 1 where a < b, else 0; int32. */
@unmanaged
export class LessInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(one(), i32x4.lt_s(a, b));
  }
}

/** 1 where a ≤ b, else 0; int32. */
@unmanaged
export class LessEqualInt32 {
  // @ts-ignore: decorator
  @inline
  f(g: v128, a: v128, b: v128): v128 {
    return v128.and(one(), i32x4.le_s(a, b));
  }
}
