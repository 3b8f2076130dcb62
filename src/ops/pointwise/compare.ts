/**
 * Comparisons, element by element, with broadcasting. The result is float32: 1 where it holds, 0 where it does not. Not
 * differentiable.
 */
import { compare as compareKernel } from "#wasm/kernels";
import {
  broadcastBox,
  comparisonEqual,
  comparisonLess,
  comparisonLessEqual,
  comparisonNotEqual,
  comparisonOfInt32,
} from "#wasm/layout-elementwise";
import { ShapeError, message } from "../../errors.js";
import { writeStruct } from "../../runtime/struct.js";
import { full } from "../../tensor/create.js";
import { broadcastShapes } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { NumberOrTensor } from "./arithmetic.js";
import { type Op, apply, checkDtype, defineOp } from "../defineOp.js";
import { broadcastNest, overBoxes } from "../loops.js";

/** @param f the comparison's number @param isSwapped b is compared with a */
// @__NO_SIDE_EFFECTS__
function defineComparison(name: string, f: number, isSwapped = false): Op {
  return defineOp({
    name,
    shape([a, b]) {
      checkDtype(name, "a", a, "float32", "int32");
      if (a.dtype !== b.dtype) {
        const [expected, got] = [`b ${a.dtype}, as a`, `b ${b.label()}`];
        throw new ShapeError(message(name, "dtypes differ", { expected, got, hint: "Use cast()." }));
      }
      return [{ shape: broadcastShapes(name, a.shape, b.shape) }];
    },
    forward({ inputs, outputs: [y] }) {
      const [a, b] = isSwapped ? inputs.toReversed() : inputs;
      const number = a.dtype === "int32" ? f + comparisonOfInt32 : f;
      overBoxes(broadcastNest(y.shape, a.shape, b.shape), [y.ptr, a.ptr, b.ptr], (at, d, strides) =>
        compareKernel(number, at[0], at[1], at[2], writeStruct(broadcastBox, { d, a: strides[1], b: strides[2] })),
      );
    },
  });
}

/** Compares tensors or numbers; a number takes the dtype of the other operand. */
function compare(op: Op, a: NumberOrTensor, b: NumberOrTensor): Tensor {
  const dtypeBeside = (other: NumberOrTensor): "float32" | "int32" =>
    typeof other !== "number" && other.dtype === "int32" ? "int32" : "float32";
  const x = typeof a === "number" ? full([], a, { dtype: dtypeBeside(b) }) : a;
  const y = typeof b === "number" ? full([], b, { dtype: dtypeBeside(a) }) : b;
  try {
    return apply(op, [x, y], undefined);
  } finally {
    if (x !== a) x.dispose();
    if (y !== b) y.dispose();
  }
}

export const equalOp = defineComparison("equal", comparisonEqual);

/**
 * 1 where a = b, else 0, with broadcasting. NaN equals nothing.
 *
 * @param a, b  tensors, both float32 or both int32, or numbers
 * @returns     float32, the broadcast shape
 * @throws {ShapeError} when dtypes differ or shapes do not broadcast
 */
export function equal(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(equalOp, a, b);
}

export const notEqualOp = defineComparison("notEqual", comparisonNotEqual);

/** 1 where a ≠ b, else 0; NaN differs from everything. Operands and errors: {@link equal}. */
export function notEqual(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(notEqualOp, a, b);
}

export const lessOp = defineComparison("less", comparisonLess);

/** 1 where a < b, else 0. Operands and errors: {@link equal}. */
export function less(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(lessOp, a, b);
}

export const lessEqualOp = defineComparison("lessEqual", comparisonLessEqual);

/** 1 where a ≤ b, else 0. Operands and errors: {@link equal}. */
export function lessEqual(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(lessEqualOp, a, b);
}

export const greaterOp = defineComparison("greater", comparisonLess, true);

/** 1 where a > b, else 0. Operands and errors: {@link equal}. */
export function greater(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(greaterOp, a, b);
}

export const greaterEqualOp = defineComparison("greaterEqual", comparisonLessEqual, true);

/** 1 where a ≥ b, else 0. Operands and errors: {@link equal}. */
export function greaterEqual(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(greaterEqualOp, a, b);
}
