/** The public API: re-exports only. */
export { DataError, LanegradError, MemoryError, ShapeError, UsageError } from "./errors.js";
export type { BuildName, ModuleSource } from "./runtime/load.js";
export type { DType, View } from "./runtime/memory.js";
export { info, init, memoryUsage, type Info, type InitOptions } from "./runtime/runtime.js";
export { full, ones, tensor, zeros, type TensorOptions } from "./tensor/create.js";
export type { NestedNumbers } from "./tensor/nested.js";
export { scope } from "./tensor/scope.js";
export type { Shape } from "./tensor/shape.js";
export { noGrad } from "./tensor/tape.js";
export type { Tensor, TensorValues } from "./tensor/tensor.js";
export { version } from "./version.js";
