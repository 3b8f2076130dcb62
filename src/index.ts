/** The public API: re-exports only. */
export type { Callback, Logs, Training } from "./callbacks/callback.js";
export * as callbacks from "./callbacks/index.js";
export type { Config } from "./config.js";
export type { Dataset, Split } from "./data/dataset.js";
export * as datasets from "./data/index.js";
export * as text from "./data/text/index.js";
export type { Tokenizer } from "./data/text/tokenizer.js";
export { DataError, LanegradError, MemoryError, ShapeError, ThreadError, UsageError } from "./errors.js";
export { loadFromIndexedDb, saveToIndexedDb } from "./io/indexedDb.js";
export * as initializers from "./initializers/index.js";
export type { Initializer } from "./initializers/initializer.js";
export * as layers from "./layers/index.js";
export {
  Layer,
  type CallContext,
  type LayerOptions,
  type Parameter,
  type ParameterSpec,
  type SymbolicTensor,
} from "./layers/layer.js";
export * as losses from "./losses/index.js";
export type { Loss } from "./losses/loss.js";
export * as metrics from "./metrics/index.js";
export type { Metric } from "./metrics/metric.js";
export { bptt, type BpttOptions, type BpttResult, type BpttWindow, type Sequence } from "./models/loop/bptt.js";
export { modelToDot } from "./models/dot.js";
export type { History } from "./models/loop/fit.js";
export type { FitOptions } from "./models/loop/fitOptions.js";
export { foldBatchNormalization } from "./models/graph/fold.js";
export { loadModel, type LoadOptions } from "./models/file/loading.js";
export type { Model } from "./models/model.js";
export type { EvaluateOptions, ModelOptions, PredictOptions } from "./models/modelOptions.js";
export type { LoadedWeights, LoadWeightsOptions } from "./models/file/transfer.js";
export { model, sequential, type GraphOptions } from "./models/sequential.js";
export * as models from "./models/zoo/index.js";
export type { CompileOptions } from "./models/compileOptions.js";
export * from "./ops/index.js";
export * as optimizers from "./optimizers/index.js";
export type { Optimizer } from "./optimizers/optimizer.js";
export type { Schedule } from "./optimizers/schedule.js";
export * as schedules from "./optimizers/schedules.js";
export * as regularizers from "./regularizers/index.js";
export type { Regularizer } from "./regularizers/regularizer.js";
export type { BuildName, ModuleSource } from "./runtime/load.js";
export type { DType, View } from "./runtime/memory.js";
export { init, type InitOptions } from "./runtime/init.js";
export { info, memoryUsage, type Info } from "./runtime/runtime.js";
export { full, ones, tensor, zeros, type TensorOptions } from "./tensor/create.js";
export type { NestedNumbers } from "./tensor/nested.js";
export { drawNormal } from "./tensor/drawNormal.js";
export { Random } from "./tensor/random.js";
export { type Recording, record } from "./tensor/record.js";
export { scope } from "./tensor/scope.js";
export type { Shape } from "./tensor/shape.js";
export { noGrad } from "./tensor/tape.js";
export { RandomState } from "./tensor/randomState.js";
export type { Tensor, TensorValues } from "./tensor/tensor.js";
export { version } from "./version.js";
