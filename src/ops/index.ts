/**
 * The ops as functions, as users call them. The definition of each op is in its file, under the name of the function
 * and "Op".
 */
export { type Recomputed, recompute } from "./recompute.js";
export { type GradientCall, type Gradients, defineGradient } from "./defineGradient.js";
export { attention, attentionWeights } from "./attention/attention.js";
export type { AttentionDropout, AttentionOptions, AttentionWeightsOptions } from "./attention/attentionOptions.js";
export { type RotateOptions, rotate } from "./attention/rotate.js";
export { averagePool1d, averagePool2d, averagePool3d } from "./image/averagePool.js";
export { type Conv1dOptions, type Conv2dOptions, conv1d, conv2d } from "./image/conv2d.js";
export { type Conv3dOptions, conv3d } from "./image/conv3d.js";
export { type Conv2dTransposeOptions, conv2dTranspose } from "./image/conv2dTranspose.js";
export { cutout } from "./image/cutout.js";
export { type DepthwiseConv2dOptions, depthwiseConv2d, separableConv2d } from "./image/depthwiseConv2d.js";
export { deskew } from "./image/deskew.js";
export { distort, type DistortionOptions } from "./image/distortion.js";
export {
  globalAveragePool1d,
  globalAveragePool2d,
  globalAveragePool3d,
  globalMaxPool1d,
  globalMaxPool2d,
  globalMaxPool3d,
} from "./image/globalPool.js";
export { maxPool1d, maxPool2d, maxPool3d } from "./image/maxPool.js";
export type { PoolOptions } from "./image/poolGeometry.js";
export { sampleBilinear } from "./image/sampleBilinear.js";
export { type Interpolation, type UpsampleOptions, upsample2d } from "./image/upsample.js";
export { crossEntropy } from "./loss/crossEntropy.js";
export { ctcLoss, type CtcLossOptions } from "./loss/ctcLoss.js";
export { softmaxCrossEntropy } from "./loss/softmaxCrossEntropy.js";
export { weightedMean } from "./loss/weightedMean.js";
export { type BatchNormOptions, type BatchNormResult, batchNorm, batchNormWith, groupNorm } from "./norm/batchNorm.js";
export { type LayerNormOptions, layerNorm } from "./norm/layerNorm.js";
export type { NormOptions } from "./norm/normOptions.js";
export { logSoftmax, softmax } from "./norm/softmax.js";
export { argSort, sort, type Sorted, type SortOptions, topK, type TopKOptions } from "./order/sort.js";
export { type Activation, activate } from "./pointwise/activate.js";
export {
  elu,
  gelu,
  hardSigmoid,
  leakyRelu,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "./pointwise/activationFunctions.js";
export { atan, cos, sin, tan } from "./pointwise/angles.js";
export { type NumberOrTensor, add, div, maximum, minimum, mul, sub } from "./pointwise/arithmetic.js";
export { cast } from "./pointwise/cast.js";
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./pointwise/compare.js";
export { dropout } from "./pointwise/dropout.js";
export { floor, round, sign } from "./pointwise/rounding.js";
export { abs, clip, exp, log, negate, pow, sqrt, square } from "./pointwise/unary.js";
export { where } from "./pointwise/where.js";
export { dense } from "./product/dense.js";
export { einsum } from "./product/einsum.js";
export { type MatmulOptions, matmul } from "./product/matmul.js";
export { outer } from "./product/outer.js";
export {
  type DrawOptions,
  type NormalOptions,
  randomInt,
  randomNormal,
  randomTruncatedNormal,
  randomUniform,
  setSeed,
} from "./random.js";
export {
  type GruCellOptions,
  type LstmCellOptions,
  type SimpleRnnCellOptions,
  gruCell,
  lstmCell,
  simpleRnnCell,
} from "./recurrent/cells.js";
export { type GruOptions, type GruWeights, gru } from "./recurrent/gru.js";
export { type LstmOptions, type LstmWeights, lstm } from "./recurrent/lstm.js";
export type { SequenceOptions, SequenceResult } from "./recurrent/sequence.js";
export { sequenceMask } from "./recurrent/sequenceMask.js";
export { type SimpleRnnOptions, type SimpleRnnWeights, simpleRnn } from "./recurrent/simpleRnn.js";
export { argMax, argMin } from "./reduce/argExtremes.js";
export { argMaxWhere } from "./reduce/argMaxWhere.js";
export { type CumulativeOptions, cumprod, cumsum } from "./reduce/cumulative.js";
export { logSumExp } from "./reduce/logSumExp.js";
export { type Axes, type ReduceOptions, max, mean, min, prod, sum } from "./reduce/reduce.js";
export { norm, type NormOrderOptions, std, variance, type VarianceOptions } from "./reduce/statistics.js";
export { broadcastTo } from "./shape/broadcastTo.js";
export { concat, stack } from "./shape/concat.js";
export { detach } from "./shape/detach.js";
export { embedding } from "./shape/embedding.js";
export { flip, roll } from "./shape/flip.js";
export { gatherRows } from "./shape/gather.js";
export { oneHot } from "./shape/oneHot.js";
export { expandDims, reshape, squeeze } from "./shape/reshape.js";
export { pad, slice } from "./shape/slice.js";
export { split } from "./shape/split.js";
export { repeat, tile } from "./shape/tile.js";
export { transpose } from "./shape/transpose.js";
