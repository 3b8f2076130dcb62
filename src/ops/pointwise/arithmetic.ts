/**
 * Arithmetic of two operands with broadcasting: + − × ÷, maximum, minimum.
 * Letters: y the output, with the broadcast shape; dA and dB have the shapes of a and b: the gradient of an operand
 * that was repeated is a sum.
 */
import { binary, furtherBinary, negateBackward } from "#wasm/kernels";
import {
  binaryAdd,
  binaryDivide,
  binaryDivideGradient,
  binaryMaximum,
  binaryMaximumGradient,
  binaryMinimum,
  binaryMinimumGradient,
  binaryMultiply,
  binarySubtract,
  broadcastBox,
} from "#wasm/layout-elementwise";
import { writeStruct } from "../../runtime/struct.js";
import { full } from "../../tensor/create.js";
import { type LoopNest, broadcastShapes } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { copyRow } from "../shape/copy.js";
import { type BackwardCall, type Op, apply, checkDtype, defineOp } from "../defineOp.js";
import { broadcastNest, overBoxes } from "../loops.js";
import { isRepeated, sumTo } from "../reduce/sumTo.js";

/** y (+)= a ∘ b for a function ∘: the address of a box says where they lie. */
type BroadcastKernel = (y: number, a: number, b: number, box: number, accumulate: number) => void;

/** A function that every page has. @param f its number */
// @__NO_SIDE_EFFECTS__
function common(f: number): BroadcastKernel {
  return (...call) => binary(f, ...call);
}

/** One of the others. */
// @__NO_SIDE_EFFECTS__
function further(f: number): BroadcastKernel {
  return (y, ...call) => furtherBinary(f, y, 0, ...call);
}

/** Runs a kernel over y = a ∘ b. The nest's operands are y, a, b. */
function run(kernel: BroadcastKernel, nest: LoopNest, y: number, a: number, b: number, accumulate: 0 | 1): void {
  overBoxes(nest, [y, a, b], (at, d, strides) =>
    kernel(at[0], at[1], at[2], writeStruct(broadcastBox, { d, a: strides[1], b: strides[2] }), accumulate),
  );
}

/** dX (+)= f(dY, a, b) for a function of three, where dY lies like dX. The nest's operands are dX, a, b. */
function runGradient(f: number, nest: LoopNest, dX: number, dY: number, a: number, b: number, accumulate: 0 | 1): void {
  const gradient: BroadcastKernel = (to, ...call) => furtherBinary(f, to, dY + (to - dX), ...call);
  run(gradient, nest, dX, a, b, accumulate);
}

/**
 * Writes the gradient of operand `i`: `write` writes it in the shape of y, with = or +=, and it is summed if the
 * operand was repeated.
 */
function writeGradient(call: BackwardCall<undefined>, i: number, write: (dX: number, accumulate: 0 | 1) => void): void {
  const { shape } = call.inputs[i];
  const [y] = call.outputs;
  call.gradient(i, (dX, accumulate) => {
    if (!isRepeated(y.shape, shape)) {
      write(dX, accumulate);
      return;
    }
    const whole = call.scratch(4 * y.size);
    write(whole, 0);
    sumTo(dX, shape, whole, y.shape, 1, accumulate, call.scratch);
  });
}

/**
 * Passes the gradient dY or −dY to operand `i`, summed if the operand was repeated; dY itself goes to operand 0, or to
 * the only operand that needs it.
 */
function passGradient(call: BackwardCall<undefined>, i: number, sign: 1 | -1): void {
  const { shape } = call.inputs[i];
  const dY = call.dOutputs[0]!;
  if (isRepeated(dY.shape, shape)) {
    call.gradient(i, (dX, accumulate) => sumTo(dX, shape, dY.ptr, dY.shape, sign, accumulate, call.scratch));
    return;
  }
  if (sign > 0 && (i === 0 || !call.wants(0)) && call.adopt(i, dY)) return;
  call.gradient(i, (dX, accumulate) => {
    if (sign < 0) negateBackward(dX, dY.ptr, dY.size, accumulate);
    else copyRow(dX, dY.ptr, dY.size, accumulate);
  });
}

/** The backward pass of a binary op: the gradients of both operands. */
type Backward = (call: BackwardCall<undefined>) => void;

/** Declares an op of two broadcast float32 operands. */
// @__NO_SIDE_EFFECTS__
function defineBinary(
  name: string,
  kernel: BroadcastKernel,
  backward: Backward,
  saved: NonNullable<Op["saved"]> = {},
): Op {
  return defineOp({
    name,
    shape([a, b]) {
      checkDtype(name, "a", a, "float32");
      checkDtype(name, "b", b, "float32");
      return [{ shape: broadcastShapes(name, a.shape, b.shape) }];
    },
    forward({ inputs: [a, b], outputs: [y] }) {
      run(kernel, broadcastNest(y.shape, a.shape, b.shape), y.ptr, a.ptr, b.ptr, 0);
    },
    backward,
    saved,
  });
}

/**
 * An operand: a tensor, or a number that stands for a float32 tensor with this value everywhere, and so is first
 * rounded to float32.
 */
export type NumberOrTensor = Tensor | number;

/** Applies a binary op to tensors or numbers. */
function applyBinary(op: Op, a: NumberOrTensor, b: NumberOrTensor): Tensor {
  const x = typeof a === "number" ? full([], a) : a;
  const y = typeof b === "number" ? full([], b) : b;
  try {
    return apply(op, [x, y], undefined);
  } finally {
    if (x !== a) x.dispose();
    if (y !== b) y.dispose();
  }
}

export const addOp = defineBinary("add", common(binaryAdd), (call) => {
  passGradient(call, 1, 1);
  passGradient(call, 0, 1);
});

/**
 * a + b, element by element, with broadcasting: axes are aligned at the end; sizes are equal or one of them is 1.
 *
 * @param a, b  float32 tensors or numbers
 * @returns the broadcast shape
 * @throws {ShapeError} when shapes do not broadcast, or an operand is not float32
 * @throws {MemoryError} when the memory limit is reached
 */
export function add(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return applyBinary(addOp, a, b);
}

export const subOp = defineBinary("sub", common(binarySubtract), (call) => {
  passGradient(call, 1, -1);
  passGradient(call, 0, 1);
});

/** a − b, element by element, with broadcasting. Operands and errors: {@link add}. */
export function sub(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return applyBinary(subOp, a, b);
}

/** dA (+)= dY ∘ b for a kernel ∘, in the shape of y. */
function gradientTimes(
  call: BackwardCall<undefined>,
  kernel: BroadcastKernel,
  other: Tensor,
): (dX: number, accumulate: 0 | 1) => void {
  const { shape } = call.outputs[0];
  return (dX, accumulate) =>
    run(kernel, broadcastNest(shape, shape, other.shape), dX, call.dOutputs[0]!.ptr, other.ptr, accumulate);
}

export const mulOp = defineBinary(
  "mul",
  common(binaryMultiply),
  (call) => {
    writeGradient(call, 0, gradientTimes(call, common(binaryMultiply), call.inputs[1]));
    writeGradient(call, 1, gradientTimes(call, common(binaryMultiply), call.inputs[0]));
  },
  { inputs: [0, 1] },
);

/** a·b, element by element, with broadcasting. Operands and errors: {@link add}. */
export function mul(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return applyBinary(mulOp, a, b);
}

export const divOp = defineBinary(
  "div",
  further(binaryDivide),
  (call) => {
    const {
      inputs: [, b],
      outputs: [y],
      dOutputs,
    } = call;
    writeGradient(call, 0, gradientTimes(call, further(binaryDivide), b));
    const nest = broadcastNest(y.shape, y.shape, b.shape);
    writeGradient(call, 1, (dB, accumulate) =>
      runGradient(binaryDivideGradient, nest, dB, dOutputs[0]!.ptr, y.ptr, b.ptr, accumulate),
    );
  },
  { inputs: [1], outputs: [0] },
);

/** a / b, element by element, with broadcasting; ±∞ or NaN where b is 0. Operands and errors: {@link add}. */
export function div(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return applyBinary(divOp, a, b);
}

/** The gradients of maximum and minimum. @param f the number of the function that gives that of its first operand */
function extremeBackward(call: BackwardCall<undefined>, f: number): void {
  const { inputs, outputs, dOutputs } = call;
  for (const [i, x] of inputs.entries()) {
    const other = inputs[1 - i];
    const nest = broadcastNest(outputs[0].shape, x.shape, other.shape);
    writeGradient(call, i, (dX, accumulate) =>
      runGradient(f, nest, dX, dOutputs[0]!.ptr, x.ptr, other.ptr, accumulate),
    );
  }
}

export const maximumOp = defineBinary(
  "maximum",
  further(binaryMaximum),
  (call) => extremeBackward(call, binaryMaximumGradient),
  { inputs: [0, 1] },
);

/**
 * max(a, b), element by element, with broadcasting; equal operands get half of the gradient each. NaN if either is NaN.
 * Operands and errors: {@link add}.
 */
export function maximum(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return applyBinary(maximumOp, a, b);
}

export const minimumOp = defineBinary(
  "minimum",
  further(binaryMinimum),
  (call) => extremeBackward(call, binaryMinimumGradient),
  { inputs: [0, 1] },
);

/**
 * min(a, b), element by element, with broadcasting; equal operands get half of the gradient each. NaN if either is NaN.
 * Operands and errors: {@link add}.
 */
export function minimum(a: NumberOrTensor, b: NumberOrTensor): Tensor {
  return applyBinary(minimumOp, a, b);
}
