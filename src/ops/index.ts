/** All ops: their definitions, which the test table is typed by, and the functions that users call. */
export { type Activation, activate, activations } from "./activation.js";
export {
  elu,
  eluOp,
  gelu,
  geluOp,
  hardSigmoid,
  hardSigmoidOp,
  leakyRelu,
  leakyReluOp,
  relu,
  reluOp,
  selu,
  seluOp,
  sigmoid,
  sigmoidOp,
  silu,
  siluOp,
  softplus,
  softplusOp,
  tanh,
  tanhOp,
} from "./activations.js";
export { argMax, argMaxOp, argMin, argMinOp } from "./argExtremes.js";
export {
  type NumberOrTensor,
  add,
  addOp,
  div,
  divOp,
  maximum,
  maximumOp,
  minimum,
  minimumOp,
  mul,
  mulOp,
  sub,
  subOp,
} from "./arithmetic.js";
export { broadcastTo, broadcastToOp } from "./broadcastTo.js";
export { cast, castOp } from "./cast.js";
export {
  equal,
  equalOp,
  greater,
  greaterEqual,
  greaterEqualOp,
  greaterOp,
  less,
  lessEqual,
  lessEqualOp,
  lessOp,
  notEqual,
  notEqualOp,
} from "./compare.js";
export {
  type GruCellOptions,
  type LstmCellOptions,
  type SimpleRnnCellOptions,
  gruCell,
  lstmCell,
  simpleRnnCell,
} from "./cells.js";
export { concat, concatOp, stack } from "./concat.js";
export { type Conv1dOptions, type Conv2dOptions, conv1d, conv2d, conv2dOp } from "./conv2d.js";
export { type Conv2dTransposeOptions, conv2dTranspose, conv2dTransposeOp } from "./conv2dTranspose.js";
export { crossEntropy, crossEntropyOp } from "./crossEntropy.js";
export { cutout, cutoutOp } from "./cutout.js";
export { dense, denseOp } from "./dense.js";
export { deskew, deskewFieldOp } from "./deskew.js";
export { distort, distortionFieldOp, type DistortionOptions } from "./distortion.js";
export { type DepthwiseConv2dOptions, depthwiseConv2d, depthwiseConv2dOp, separableConv2d } from "./depthwiseConv2d.js";
export { dropout, dropoutOp } from "./dropout.js";
export { embedding, embeddingOp } from "./embedding.js";
export { gatherRows, gatherRowsOp } from "./gather.js";
export { type LstmOptions, type LstmWeights, lstm, lstmOp } from "./lstm.js";
export { type GruOptions, type GruWeights, gru, gruOp } from "./gru.js";
export { type MatmulOptions, matmul, matmulOp } from "./matmul.js";
export {
  type DrawOptions,
  type NormalOptions,
  randomInt,
  randomNormal,
  randomTruncatedNormal,
  randomUniform,
  setSeed,
} from "./random.js";
export { type Axes, type ReduceOptions, max, maxOp, mean, meanOp, min, minOp, sum, sumOp } from "./reduce.js";
export {
  absoluteErrorOp,
  binaryCrossEntropyOp,
  cosineSimilarityOp,
  halfSquaredErrorOp,
  hingeOp,
  huberOp,
  kullbackLeiblerOp,
  rowLoss,
  sigmoidCrossEntropyOp,
  squaredErrorOp,
} from "./rowLosses.js";
export { sampleBilinear, sampleBilinearOp } from "./sampleBilinear.js";
export { expandDims, reshape, reshapeOp, squeeze } from "./reshape.js";
export { sequenceMask } from "./sequenceMask.js";
export type { SequenceOptions, SequenceResult } from "./sequence.js";
export { type SimpleRnnOptions, type SimpleRnnWeights, simpleRnn, simpleRnnOp } from "./simpleRnn.js";
export { pad, padOp, slice, sliceOp } from "./slice.js";
export { logSoftmax, logSoftmaxOp, softmax, softmaxOp } from "./softmax.js";
export { softmaxCrossEntropy, softmaxCrossEntropyOp } from "./softmaxCrossEntropy.js";
export { transpose, transposeOp } from "./transpose.js";
export {
  abs,
  absOp,
  clip,
  clipOp,
  exp,
  expOp,
  log,
  logOp,
  negate,
  negateOp,
  pow,
  powOp,
  sqrt,
  sqrtOp,
  square,
  squareOp,
} from "./unary.js";
export { weightedMean, weightedMeanOp } from "./weightedMean.js";
export { where, whereOp } from "./where.js";
export { averagePool1d, averagePool2d, averagePoolOp } from "./averagePool.js";
export { globalAveragePool1d, globalAveragePool2d, globalMaxPool1d, globalMaxPool2d } from "./globalPool.js";
export { maxPool1d, maxPool2d, maxPoolOp } from "./maxPool.js";
export type { PoolOptions } from "./poolGeometry.js";
export { type Interpolation, type UpsampleOptions, upsample2d, upsampleOp } from "./upsample.js";
export {
  type BatchNormOptions,
  type BatchNormResult,
  batchNorm,
  batchNormWith,
  columnNormOp,
  givenNormOp,
  groupNorm,
} from "./batchNorm.js";
export { type LayerNormOptions, layerNorm, layerNormOp } from "./layerNorm.js";
export type { NormOptions } from "./normOptions.js";
