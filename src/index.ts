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
export { bptt, type BpttOptions, type BpttResult, type BpttWindow, type Sequence } from "./models/bptt.js";
export { modelToDot } from "./models/dot.js";
export type { History } from "./models/fit.js";
export type { FitOptions } from "./models/fitOptions.js";
export { foldBatchNormalization } from "./models/fold.js";
export { loadModel, type LoadOptions } from "./models/load.js";
export type { Model } from "./models/model.js";
export type { EvaluateOptions, ModelOptions, PredictOptions } from "./models/modelOptions.js";
export type { LoadedWeights, LoadWeightsOptions } from "./models/transfer.js";
export { model, sequential, type GraphOptions } from "./models/sequential.js";
export * as models from "./models/zoo/index.js";
export type { CompileOptions } from "./models/compileOptions.js";
export {
  abs,
  activate,
  add,
  argMax,
  argMin,
  averagePool1d,
  averagePool2d,
  batchNorm,
  batchNormWith,
  broadcastTo,
  cast,
  clip,
  concat,
  conv1d,
  conv2d,
  conv2dTranspose,
  crossEntropy,
  cutout,
  dense,
  depthwiseConv2d,
  deskew,
  distort,
  div,
  dropout,
  elu,
  embedding,
  equal,
  exp,
  expandDims,
  gatherRows,
  gelu,
  globalAveragePool1d,
  globalAveragePool2d,
  globalMaxPool1d,
  globalMaxPool2d,
  greater,
  greaterEqual,
  gru,
  groupNorm,
  gruCell,
  hardSigmoid,
  layerNorm,
  leakyRelu,
  less,
  lessEqual,
  log,
  logSoftmax,
  lstm,
  lstmCell,
  matmul,
  max,
  maxPool1d,
  maxPool2d,
  maximum,
  mean,
  min,
  minimum,
  mul,
  negate,
  notEqual,
  pad,
  pow,
  randomInt,
  randomNormal,
  randomTruncatedNormal,
  randomUniform,
  relu,
  reshape,
  sampleBilinear,
  selu,
  separableConv2d,
  sequenceMask,
  setSeed,
  sigmoid,
  silu,
  simpleRnn,
  simpleRnnCell,
  slice,
  softmax,
  softmaxCrossEntropy,
  softplus,
  sqrt,
  square,
  squeeze,
  stack,
  sub,
  sum,
  tanh,
  transpose,
  upsample2d,
  weightedMean,
  where,
  type Activation,
  type Axes,
  type Conv1dOptions,
  type Conv2dOptions,
  type Conv2dTransposeOptions,
  type DepthwiseConv2dOptions,
  type DistortionOptions,
  type BatchNormOptions,
  type BatchNormResult,
  type DrawOptions,
  type GruCellOptions,
  type GruOptions,
  type GruWeights,
  type Interpolation,
  type LayerNormOptions,
  type LstmCellOptions,
  type LstmOptions,
  type LstmWeights,
  type MatmulOptions,
  type NormOptions,
  type NormalOptions,
  type NumberOrTensor,
  type PoolOptions,
  type ReduceOptions,
  type SequenceOptions,
  type SequenceResult,
  type SimpleRnnCellOptions,
  type SimpleRnnOptions,
  type SimpleRnnWeights,
  type UpsampleOptions,
} from "./ops/index.js";
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
