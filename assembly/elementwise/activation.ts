/**
 * The activations whose derivative follows from their output, as strategies: `f(x, a, b)` the value on four lanes,
 * `gradient(dy, y, a, b)` = dy · f′ read from the output y. a is alpha in all lanes (ignored where an activation has none).
 * They serve the plain kernels (activations.ts) and the dense epilogue (bias.ts). Does not loop.
 */
import { constant, one } from "../simd/constant";
import { select } from "../simd/f32x4";
import { expm1v, sigmoidv, softplusv, tanhv } from "../simd/math";

/** Activation numbers of the epilogue; `fused` in src/ops/pointwise/activate.ts is the same list. */
export const IDENTITY: i32 = 0;
export const RELU: i32 = 1;
export const SIGMOID: i32 = 2;
export const TANH: i32 = 3;
export const LEAKY_RELU: i32 = 4;
export const ELU: i32 = 5;
export const SELU: i32 = 6;
export const SOFTPLUS: i32 = 7;
export const HARD_SIGMOID: i32 = 8;

/** Scale, then scale · alpha. */
const SELU_SCALE: usize = memory.data<f32>([1.0507009873554805, 1.0507009873554805 * 1.6732632423543772]);
/** The ramp's offset 3, its slope ⅙. */
const RAMP: usize = memory.data<f32>([3, 0.16666667]);

/** f(x) = x. */
@unmanaged
export class Identity {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return x;
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return dy;
  }
}

/** f(x) = max(x, 0), derivative 0 at 0; NaN stays NaN. */
@unmanaged
export class Relu {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(0));
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return v128.and(dy, f32x4.gt(y, f32x4.splat(0)));
  }
}

/** f(x) = 1 / (1 + e⁻ˣ). */
@unmanaged
export class Sigmoid {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return sigmoidv(x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one(), y)));
  }
}

/** f(x) = tanh x. */
@unmanaged
export class Tanh {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return tanhv(x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.mul(dy, f32x4.sub(one(), f32x4.mul(y, y)));
  }
}

/** f(x) = x for x > 0, else a·x, a ≥ 0; derivative a at 0. */
@unmanaged
export class LeakyRelu {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return select(x, f32x4.mul(x, a), f32x4.gt(x, f32x4.splat(0)));
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return select(dy, f32x4.mul(dy, a), f32x4.gt(y, f32x4.splat(0)));
  }
}

/** f(x) = x for x > 0, else a·(eˣ − 1), a ≥ 0; derivative a at 0. */
@unmanaged
export class Elu {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return select(x, f32x4.mul(a, expm1v(x)), f32x4.gt(x, f32x4.splat(0)));
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return select(dy, f32x4.mul(dy, f32x4.add(y, a)), f32x4.gt(y, f32x4.splat(0)));
  }
}

/** f(x) = 1.0507 · (x for x > 0, else 1.67326·(eˣ − 1)): Klambauer et al. 2017. */
@unmanaged
export class Selu {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    const positive = f32x4.mul(x, constant(SELU_SCALE, 0));
    const negative = f32x4.mul(expm1v(x), constant(SELU_SCALE, 1));
    return select(positive, negative, f32x4.gt(x, f32x4.splat(0)));
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    const negative = f32x4.add(y, constant(SELU_SCALE, 1));
    return f32x4.mul(dy, select(constant(SELU_SCALE, 0), negative, f32x4.gt(y, f32x4.splat(0))));
  }
}

/** f(x) = ln(1 + eˣ); f′ = σ(x) = 1 − e⁻ʸ. */
@unmanaged
export class Softplus {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    return softplusv(x);
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    return f32x4.neg(f32x4.mul(dy, expm1v(f32x4.neg(y))));
  }
}

/** f(x) = x/6 + ½ between 0 and 1 (Keras 3); derivative 0 at both ends. */
@unmanaged
export class HardSigmoid {
  // @ts-ignore: decorator
  @inline
  f(x: v128, a: v128, b: v128): v128 {
    const line = f32x4.mul(f32x4.add(x, constant(RAMP, 0)), constant(RAMP, 1));
    return f32x4.pmin(f32x4.pmax(line, f32x4.splat(0)), one());
  }
  // @ts-ignore: decorator
  @inline
  gradient(dy: v128, y: v128, a: v128, b: v128): v128 {
    const inside = v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.lt(y, one()));
    return v128.and(f32x4.mul(dy, constant(RAMP, 1)), inside);
  }
}
