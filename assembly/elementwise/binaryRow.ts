/**
 * The elementwise functions of two inputs (binaryFunctions.ts), by number, on one row. Does not know shapes (broadcast.ts walks them).
 */
import { loadLanes, putLanes } from "../simd/lanes";
import {
  Add,
  BinaryFunction,
  Divide,
  DivideGradient,
  Equal,
  EqualInt32,
  Less,
  LessEqual,
  LessEqualInt32,
  LessInt32,
  Maximum,
  MaximumGradient,
  Minimum,
  MinimumGradient,
  Multiply,
  NotEqual,
  NotEqualInt32,
  Subtract,
} from "./binaryFunctions";
import { Binary, Comparison } from "./layout";

/**
 * Functions by number: out = or += f(g, a, b) on a row of n elements; aStep, bStep ∈ {0, 1}, 0 for a value that all share; g = 0 where f has none.
 * Several sets, so that each part of the kernels holds the functions that it calls. The constraint is for the type checker alone.
 */
export interface Rows {
  apply(op: i32, out: usize, g: usize, a: usize, b: usize, n: i32, aStep: i32, bStep: i32, accumulate: i32): void;
}

/** Sums, differences, products. */
@unmanaged
export class CommonRows {
  // @ts-ignore: decorator
  @inline
  // prettier-ignore
  apply(op: i32, out: usize, g: usize, a: usize, b: usize, n: i32, aStep: i32, bStep: i32, accumulate: i32): void {
    switch (op) {
      case Binary.Add:
        return row<Add>(out, g, a, b, n, aStep, bStep, accumulate);
      case Binary.Subtract:
        return row<Subtract>(out, g, a, b, n, aStep, bStep, accumulate);
      case Binary.Multiply:
        return row<Multiply>(out, g, a, b, n, aStep, bStep, accumulate);
      default:
        unreachable();
    }
  }
}

/** Quotients and extremes, with their gradients. */
@unmanaged
export class FurtherRows {
  // @ts-ignore: decorator
  @inline
  // prettier-ignore
  apply(op: i32, out: usize, g: usize, a: usize, b: usize, n: i32, aStep: i32, bStep: i32, accumulate: i32): void {
    switch (op) {
      case Binary.Divide:
        return row<Divide>(out, g, a, b, n, aStep, bStep, accumulate);
      case Binary.Maximum:
        return row<Maximum>(out, g, a, b, n, aStep, bStep, accumulate);
      case Binary.Minimum:
        return row<Minimum>(out, g, a, b, n, aStep, bStep, accumulate);
      case Binary.DivideGradient:
        return row<DivideGradient>(out, g, a, b, n, aStep, bStep, accumulate);
      case Binary.MaximumGradient:
        return row<MaximumGradient>(out, g, a, b, n, aStep, bStep, accumulate);
      case Binary.MinimumGradient:
        return row<MinimumGradient>(out, g, a, b, n, aStep, bStep, accumulate);
      default:
        unreachable();
    }
  }
}

/** Comparisons. */
@unmanaged
export class ComparisonRows {
  // @ts-ignore: decorator
  @inline
  // prettier-ignore
  apply(op: i32, out: usize, g: usize, a: usize, b: usize, n: i32, aStep: i32, bStep: i32, accumulate: i32): void {
    switch (op) {
      case Comparison.Equal:
        return row<Equal>(out, g, a, b, n, aStep, bStep, accumulate);
      case Comparison.NotEqual:
        return row<NotEqual>(out, g, a, b, n, aStep, bStep, accumulate);
      case Comparison.Less:
        return row<Less>(out, g, a, b, n, aStep, bStep, accumulate);
      case Comparison.LessEqual:
        return row<LessEqual>(out, g, a, b, n, aStep, bStep, accumulate);
      case Comparison.OfInt32 + Comparison.Equal:
        return row<EqualInt32>(out, g, a, b, n, aStep, bStep, accumulate);
      case Comparison.OfInt32 + Comparison.NotEqual:
        return row<NotEqualInt32>(out, g, a, b, n, aStep, bStep, accumulate);
      case Comparison.OfInt32 + Comparison.Less:
        return row<LessInt32>(out, g, a, b, n, aStep, bStep, accumulate);
      case Comparison.OfInt32 + Comparison.LessEqual:
        return row<LessEqualInt32>(out, g, a, b, n, aStep, bStep, accumulate);
      default:
        unreachable();
    }
  }
}

/** The loop of one function. Its branches go the same way in every iteration. */
// prettier-ignore
function row<F extends BinaryFunction>(out: usize, g: usize, a: usize, b: usize, n: i32, aStep: i32, bStep: i32, accumulate: i32): void {
  const op = changetype<F>(0);
  let g0 = f32x4.splat(0);
  let g1 = g0;
  let a0 = v128.load32_splat(a);
  let a1 = a0;
  let b0 = v128.load32_splat(b);
  let b1 = b0;
  for (; n >= 8; n -= 8) {
    if (g) {
      g0 = v128.load(g);
      g1 = v128.load(g, 16);
      g += 32;
    }
    if (aStep) {
      a0 = v128.load(a);
      a1 = v128.load(a, 16);
      a += 32;
    }
    if (bStep) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b += 32;
    }
    let r0 = op.f(g0, a0, b0);
    let r1 = op.f(g1, a1, b1);
    if (accumulate) {
      r0 = f32x4.add(r0, v128.load(out));
      r1 = f32x4.add(r1, v128.load(out, 16));
    }
    v128.store(out, r0);
    v128.store(out, r1, 16);
    out += 32;
  }
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    if (g) {
      g0 = loadLanes(g, lanes);
      g += 16;
    }
    if (aStep) {
      a0 = loadLanes(a, lanes);
      a += 16;
    }
    if (bStep) {
      b0 = loadLanes(b, lanes);
      b += 16;
    }
    const r = op.f(g0, a0, b0);
    putLanes(out, r, accumulate, lanes);
    out += 16;
  }
}
