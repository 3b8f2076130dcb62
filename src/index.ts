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
export type { Config } from "./config.js";
export * as optimizers from "./optimizers/index.js";
export type { Optimizer } from "./optimizers/optimizer.js";
export type { Schedule } from "./optimizers/schedule.js";
export * as schedules from "./optimizers/schedules.js";
export { version } from "./version.js";
