/** Layers: parameters, and a formula over ops. */
export { activation, type ActivationOptions } from "./core/activation.js";
export { additiveAttention, type AdditiveAttentionOptions } from "./attention/additiveAttention.js";
export { attention, type AttentionLayerOptions, type AttentionScore } from "./attention/attention.js";
export { multiHeadAttention, type MultiHeadAttentionOptions } from "./attention/multiHeadAttention.js";
export {
  positionalEmbedding,
  type PositionalEmbeddingOptions,
  sinusoidalPositions,
  type SinusoidalPositionsOptions,
} from "./attention/positions.js";
export { cutout, type CutoutOptions, randomDistortion, type RandomDistortionOptions } from "./image/augmentation.js";
export {
  conv1d,
  type Conv1dOptions,
  conv2d,
  type Conv2dOptions,
  conv3d,
  type Conv3dOptions,
} from "./image/convolution.js";
export { conv2dTranspose, type Conv2dTransposeOptions } from "./image/transposedConvolution.js";
export { attentionCell, type AttentionCellOptions } from "./recurrent/attentionCell.js";
export { bidirectional, type BidirectionalOptions, type MergeMode } from "./recurrent/bidirectional.js";
export { dot, type DotOptions } from "./core/dot.js";
export { lambda, type LambdaFunction, type LambdaOptions } from "./core/lambda.js";
export { permute, type PermuteOptions } from "./core/permute.js";
export { rescaling, type RescalingOptions } from "./core/rescaling.js";
export { elu, type EluOptions, leakyRelu, type LeakyReluOptions } from "./core/slopes.js";
export { unitNormalization, type UnitNormalizationOptions } from "./core/unitNormalization.js";
export { randomCrop, type RandomCropOptions, randomFlip, type RandomFlipOptions } from "./image/flipsAndCrops.js";
export { dense, type DenseOptions } from "./core/dense.js";
export {
  depthwiseConv2d,
  type DepthwiseConv2dOptions,
  separableConv2d,
  type SeparableConv2dOptions,
} from "./image/depthwiseConvolution.js";
export { deskew } from "./image/deskew.js";
export { dropout, type DropoutOptions } from "./core/dropout.js";
export { embedding, type EmbeddingOptions } from "./core/embedding.js";
export { convLstm2d, type ConvLstm2dOptions } from "./recurrent/convLstm2d.js";
export { reversibleEmbedding } from "./core/reversibleEmbedding.js";
export { scheduledSampling, type ScheduledSamplingOptions } from "./core/scheduledSampling.js";
export { gridLstm, type GridLstmOptions } from "./recurrent/gridLstm.js";
export { gru, type GruLayerOptions } from "./recurrent/gru.js";
export { input, type InputOptions } from "./input.js";
export { rnn, type RnnOptions } from "./recurrent/rnn.js";
export { layerNormLstm, type LayerNormLstmOptions } from "./recurrent/layerNormLstm.js";
export { lstm, type LstmLayerOptions } from "./recurrent/lstm.js";
export { masking, type MaskingOptions } from "./mask/masking.js";
export {
  add,
  average,
  concatenate,
  type ConcatenateOptions,
  maximum,
  minimum,
  multiply,
  subtract,
} from "./core/merge.js";
export { flatten, reshape, type ReshapeOptions } from "./core/reshape.js";
export {
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
  type GlobalPoolingOptions,
  type PoolingOptions,
} from "./image/pooling.js";
export {
  cropping2d,
  upSampling2d,
  zeroPadding2d,
  type Borders,
  type CroppingOptions,
  type UpSamplingOptions,
  type ZeroPaddingOptions,
} from "./image/resizing.js";
export { pyramid, type PyramidOptions } from "./recurrent/pyramid.js";
export type { Recurrent } from "./recurrent/recurrentLayer.js";
export type { RecurrentOptions } from "./recurrent/recurrentCell.js";
export { repeatVector, type RepeatVectorOptions } from "./core/repeatVector.js";
export { simpleRnn } from "./recurrent/simpleRnn.js";
export { timeDistributed, type TimeDistributedOptions } from "./recurrent/timeDistributed.js";
export { highway, type HighwayOptions } from "./core/highway.js";
export {
  gaussianDropout,
  gaussianNoise,
  spatialDropout1d,
  spatialDropout2d,
  type GaussianNoiseOptions,
} from "./core/noise.js";
export { normalization, type AdaptableLayer, type AdaptedNormalizationOptions } from "./norm/adaptedNormalization.js";
export {
  batchNormalization,
  groupNormalization,
  layerNormalization,
  type BatchNormalizationOptions,
  type GroupNormalizationOptions,
  type LayerNormalizationOptions,
  type NormalizationOptions,
} from "./norm/normalization.js";
