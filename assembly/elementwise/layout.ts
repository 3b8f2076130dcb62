/** A broadcast box of four axes, outermost first. Letters: elementwise/broadcast.ts. */
@unmanaged
export class BroadcastBox {
  /** The output's sizes; it is contiguous. */
  d0: i32 = 0;
  d1: i32 = 0;
  d2: i32 = 0;
  d3: i32 = 0;
  /** Strides of a, in elements: 0 where it is repeated; the last is 0 or 1. */
  a0: i32 = 0;
  a1: i32 = 0;
  a2: i32 = 0;
  a3: i32 = 0;
  /** Strides of b, likewise. */
  b0: i32 = 0;
  b1: i32 = 0;
  b2: i32 = 0;
  b3: i32 = 0;
  private constructor() {}
}

/** The elementwise functions of two inputs, and of a gradient g before them. */
export enum Binary {
  /** a + b */
  Add,
  /** a − b */
  Subtract,
  /** a · b */
  Multiply,
  /** a / b */
  Divide,
  /** max(a, b), NaN if either is NaN */
  Maximum,
  /** min(a, b), NaN if either is NaN */
  Minimum,
  /** −g · a / b, where a is the quotient: the divisor's gradient */
  DivideGradient,
  /** g where a is the maximum, ½g where a = b, else 0 */
  MaximumGradient,
  /** g where a is the minimum, ½g where a = b, else 0 */
  MinimumGradient,
}

/** The comparisons: 1 where it holds, else 0. a > b is b < a. */
export enum Comparison {
  /** a = b */
  Equal,
  /** a ≠ b */
  NotEqual,
  /** a < b */
  Less,
  /** a ≤ b */
  LessEqual,
  /** What is added to the number where a and b are int32. */
  OfInt32,
}
