/**
 * Comparisons, element by element, with broadcasting. The result is float32: 1 where it holds, 0 where it does not. Not
 * differentiable.
 */
import { ShapeError, message } from "../../errors.js";
import { type MoreKernels, moreKernels } from "../../runtime/parts/more.js";
import { full } from "../../tensor/create.js";
import { broadcastShapes } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { NumberOrTensor } from "./arithmetic.js";
import { type Op, apply, checkDtype, defineOp } from "../defineOp.js";
import { broadcastNest, overBoxes } from "../loops.js";

/** The names of the kernels on float32; those on int32 end in Int32. */
type Comparison = "equal" | "notEqual" | "less" | "lessEqual" | "greater" | "greaterEqual";

// @__NO_SIDE_EFFECTS__
function defineComparison(name: Comparison): Op {
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
    forward({ inputs: [a, b], outputs: [y] }) {
      const kernel: MoreKernels[Comparison] = moreKernels()[a.dtype === "int32" ? (`${name}Int32` as const) : name];
      overBoxes(broadcastNest(y.shape, a.shape, b.shape), [y.ptr, a.ptr, b.ptr], (at, box, strides) =>
        kernel(at[0], at[1], at[2], ...box, ...strides[1], ...strides[2]),
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

export const equalOp = defineComparison("equal");

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

export const notEqualOp = defineComparison("notEqual");

/** 1 where a ≠ b, else 0; NaN differs from everything. Operands and errors: {@link equal}. */
export function notEqual(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(notEqualOp, a, b);
}

export const lessOp = defineComparison("less");

/** 1 where a < b, else 0. Operands and errors: {@link equal}. */
export function less(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(lessOp, a, b);
}

export const lessEqualOp = defineComparison("lessEqual");

/** 1 where a ≤ b, else 0. Operands and errors: {@link equal}. */
export function lessEqual(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(lessEqualOp, a, b);
}

export const greaterOp = defineComparison("greater");

/** 1 where a > b, else 0. Operands and errors: {@link equal}. */
export function greater(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(greaterOp, a, b);
}

export const greaterEqualOp = defineComparison("greaterEqual");

/** 1 where a ≥ b, else 0. Operands and errors: {@link equal}. */
export function greaterEqual(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return compare(greaterEqualOp, a, b);
}
