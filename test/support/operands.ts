/** Operands of a test: float64 values that their dtype holds exactly, made from a seed. */
import type { DType } from "../../src/runtime/memory.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import type { Random } from "../../src/tensor/random.js";
import { type Shape, sizeOf } from "../../src/tensor/shape.js";

/** A tensor's values in float64, row-major. */
export interface Operand {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly values: Float64Array;
}

/** An operand of given values, rounded to what the dtype holds. */
export function operand(shape: Shape, values: ArrayLike<number>, dtype: DType = "float32"): Operand {
  if (values.length !== sizeOf(shape)) throw new Error(`${values.length} values for shape [${shape.join(", ")}]`);
  return { shape, dtype, values: Float64Array.from(values, dtype === "float32" ? Math.fround : Math.round) };
}

/** An operand whose element i is `value(i)`. */
export function generate(shape: Shape, value: (i: number) => number, dtype?: DType): Operand {
  return operand(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
    dtype,
  );
}

/** Normal numbers; by default N(0, 1). */
export function normal(random: Random, shape: Shape, mean = 0, deviation = 1): Operand {
  return generate(shape, () => drawNormal(random, mean, deviation));
}

/** Numbers in [low, high). */
export function uniform(random: Random, shape: Shape, low: number, high: number): Operand {
  return generate(shape, () => random.uniform(low, high));
}

/** Normal numbers at least `distance` from each kink, where a derivative jumps. */
export function normalAway(random: Random, shape: Shape, kinks: readonly number[], distance = 0.01): Operand {
  const draw = (): number => {
    const value = drawNormal(random, 0, 2);
    return kinks.some((kink) => Math.abs(value - kink) < distance) ? draw() : value;
  };
  return generate(shape, draw);
}

/** Distinct numbers in random order, at least 0.05 apart: no ties for maxima. */
export function distinct(random: Random, shape: Shape): Operand {
  const order = random.permutation(sizeOf(shape));
  return generate(shape, (i) => 0.1 * (order[i] - order.length / 2) + random.uniform(0, 0.05));
}

/** Integers in [0, n) of type int32. */
export function integers(random: Random, shape: Shape, n: number): Operand {
  return generate(shape, () => random.integer(n), "int32");
}

/** Probabilities: positive rows of the last axis that add up to 1. */
export function probabilities(random: Random, shape: Shape): Operand {
  const classes = shape[shape.length - 1];
  const values = Array.from({ length: sizeOf(shape) }, () => random.uniform(0.05, 1));
  const total = (i: number): number => {
    const row = Math.floor(i / classes) * classes;
    return values.slice(row, row + classes).reduce((sum, value) => sum + value, 0);
  };
  return operand(
    shape,
    values.map((value, i) => value / total(i)),
  );
}

/** Sizes around one of `t`, where tails begin: 1, t − 1, t, t + 1, 2t + 3. */
export function sizesAround(t: number): readonly number[] {
  return [1, t - 1, t, t + 1, 2 * t + 3];
}
