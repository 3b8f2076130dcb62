/**
 * New tensors from values, constants or nothing. Random tensors are ops (src/ops/random.ts), because kernels draw them.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import { nextCall } from "../runtime/blocks.js";
import { type DType, type View, elementBytes } from "../runtime/memory.js";
import { fillFloat32 } from "../runtime/primitives.js";
import { heap } from "../runtime/runtime.js";
import { checkIntegers } from "./integers.js";
import { flatten } from "./nested.js";
import { track } from "./scope.js";
import { type Shape, checkShape, showShape, sizeOf } from "./shape.js";
import { Storage } from "./storage.js";
import { Tensor, type TensorValues } from "./tensor.js";

/** Options of {@link tensor}, {@link zeros}, {@link ones} and {@link full}. */
export interface TensorOptions {
  /** Element type. Default: that of a typed array, else float32. */
  readonly dtype?: DType;
  /** True collects ∂loss/∂this in `grad` on `backward`. Float32 only. Default false. */
  readonly requiresGrad?: boolean;
  /** The tensor's name in error messages. */
  readonly name?: string;
}

const optionNames = ["dtype", "requiresGrad", "name"];

/**
 * A tensor with undefined contents, for an op that writes every element.
 * @throws {MemoryError} when the memory limit is reached
 */
export function empty(shape: Shape, dtype: DType = "float32"): Tensor {
  return allocate(shape, dtype, false);
}

/** A tensor that JavaScript fills when it is made. Inside record() it keeps these values for all replays. */
function constant(shape: Shape, dtype: DType): Tensor {
  return allocate(shape, dtype, true);
}

function allocate(shape: Shape, dtype: DType, isConstant: boolean): Tensor {
  nextCall();
  const made = new Tensor(shape, dtype, new Storage(sizeOf(shape) * elementBytes[dtype], isConstant), 0);
  track(made);
  return made;
}

/**
 * A tensor of the given values, which are copied.
 *
 * @param values  a number, nested arrays, or a typed array (Float32Array, Int32Array or Uint8Array, whose type the
 *                tensor takes)
 * @param shape   must have as many elements as there are values; default: the shape of the nested arrays, [n] for a
 *                typed array. The options may stand in its place: `tensor([[1, 2]], { dtype: "int32" })`
 * @throws {ShapeError} when rows are uneven, the shape does not fit, or the dtype cannot hold a value
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {MemoryError} when the memory limit is reached
 */
export function tensor(values: TensorValues, options?: TensorOptions): Tensor;
export function tensor(values: TensorValues, shape?: Shape, options?: TensorOptions): Tensor;
export function tensor(values: TensorValues, second?: Shape | TensorOptions, third: TensorOptions = {}): Tensor {
  const [shape, options] = isOptions(second) ? [undefined, second] : [second, third];
  checkKeys("tensor", options, optionNames);
  const isView = ArrayBuffer.isView(values);
  const flat = isView ? { values, shape: [values.length] } : flatten("tensor", values);
  const dtype = options.dtype ?? (isView ? dtypeOf(values) : "float32");
  const wanted = shape ?? flat.shape;
  checkDtype(dtype);
  checkShape("tensor", wanted);
  if (sizeOf(wanted) !== flat.values.length) {
    const expected = `${sizeOf(wanted)} for shape ${showShape(wanted)}`;
    throw new ShapeError(message("tensor", "number of values differs", { expected, got: String(flat.values.length) }));
  }
  const fits = isView && dtypeOf(values) === dtype; // its type holds nothing else
  if (dtype !== "float32" && !fits) checkIntegers("tensor", flat.values, dtype);
  const made = withOptions(constant(wanted, dtype), options);
  valuesOf(made).set(flat.values);
  return made;
}

/** Whether options stand in the place of a shape. */
function isOptions(second: Shape | TensorOptions | undefined): second is TensorOptions {
  return second?.constructor === Object;
}

/**
 * A tensor of zeros.
 * @throws {ShapeError} when the shape or a value does not fit
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {MemoryError} when the memory limit is reached
 */
export function zeros(shape: Shape, options?: TensorOptions): Tensor {
  return full(shape, 0, options);
}

/**
 * A tensor of ones.
 * @throws {ShapeError} when the shape or a value does not fit
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {MemoryError} when the memory limit is reached
 */
export function ones(shape: Shape, options?: TensorOptions): Tensor {
  return full(shape, 1, options);
}

/**
 * A tensor with one value everywhere.
 * @throws {ShapeError} when the shape or a value does not fit
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {MemoryError} when the memory limit is reached
 */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  checkKeys("full", options, optionNames);
  const dtype = options.dtype ?? "float32";
  checkDtype(dtype);
  checkShape("full", shape);
  if (dtype !== "float32") checkIntegers("full", [value], dtype);
  const made = withOptions(dtype === "float32" ? empty(shape) : constant(shape, dtype), options);
  if (dtype === "float32") fillFloat32(made.ptr, value, made.size);
  else valuesOf(made).fill(value);
  return made;
}

function valuesOf(made: Tensor): View {
  return heap().view(made.dtype, made.ptr, made.size);
}

function withOptions(made: Tensor, { requiresGrad = false, name }: TensorOptions): Tensor {
  if (requiresGrad && made.dtype !== "float32") {
    made.dispose();
    throw new UsageError(message("tensor", "only float32 tensors have gradients", { got: show(made.dtype) }));
  }
  made.requiresGrad = requiresGrad;
  made.name = name;
  return made;
}

function dtypeOf(values: ArrayBufferView): DType {
  if (values instanceof Float32Array) return "float32";
  if (values instanceof Int32Array) return "int32";
  if (values instanceof Uint8Array) return "uint8";
  const hint = "Convert it, for example with Float32Array.from(values).";
  throw new ShapeError(
    message("tensor", "unknown array type", {
      expected: "Float32Array, Int32Array or Uint8Array",
      got: show(values),
      hint,
    }),
  );
}

function checkDtype(dtype: DType): void {
  if (typeof dtype !== "string" || !Object.hasOwn(elementBytes, dtype)) {
    throw new UsageError(
      message("tensor", "unknown dtype", { expected: '"float32", "int32" or "uint8"', got: show(dtype) }),
    );
  }
}
