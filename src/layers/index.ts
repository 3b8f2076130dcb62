/** Layers: parameters and a formula over ops. */
export { activation, type ActivationOptions } from "./activation.js";
export { cutout, type CutoutOptions, randomDistortion, type RandomDistortionOptions } from "./augmentation.js";
export { conv1d, type Conv1dOptions, conv2d, type Conv2dOptions } from "./conv.js";
export { conv2dTranspose, type Conv2dTransposeOptions } from "./convTranspose.js";
export { bidirectional, type BidirectionalOptions, type MergeMode } from "./bidirectional.js";
export { dense, type DenseOptions } from "./dense.js";
export {
  depthwiseConv2d,
  type DepthwiseConv2dOptions,
  separableConv2d,
  type SeparableConv2dOptions,
} from "./depthwise.js";
export { deskew } from "./deskew.js";
export { dropout, type DropoutOptions } from "./dropout.js";
export { embedding, type EmbeddingOptions } from "./embedding.js";
export { gridLstm, type GridLstmOptions } from "./gridLstm.js";
export { gru, type GruLayerOptions } from "./gru.js";
export { input, type InputOptions } from "./input.js";
export { layerNormLstm, type LayerNormLstmOptions } from "./layerNormLstm.js";
export { lstm, type LstmLayerOptions } from "./lstm.js";
export { masking, type MaskingOptions } from "./masking.js";
export { add, concatenate, type ConcatenateOptions, multiply } from "./merge.js";
export { flatten, reshape, type ReshapeOptions } from "./reshape.js";
export {
  averagePooling1d,
  averagePooling2d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  maxPooling1d,
  maxPooling2d,
  type GlobalPoolingOptions,
  type PoolingOptions,
} from "./pooling.js";
export {
  cropping2d,
  upSampling2d,
  zeroPadding2d,
  type Borders,
  type CroppingOptions,
  type UpSamplingOptions,
  type ZeroPaddingOptions,
} from "./resizing.js";
export { pyramid, type PyramidOptions } from "./pyramid.js";
export type { Recurrent } from "./recurrent.js";
export type { RecurrentOptions } from "./recurrentCell.js";
export { repeatVector, type RepeatVectorOptions } from "./repeatVector.js";
export { simpleRnn } from "./simpleRnn.js";
export { timeDistributed, type TimeDistributedOptions } from "./timeDistributed.js";
export { highway, type HighwayOptions } from "./highway.js";
export {
  gaussianDropout,
  gaussianNoise,
  spatialDropout1d,
  spatialDropout2d,
  type GaussianNoiseOptions,
} from "./noise.js";
export {
  batchNormalization,
  groupNormalization,
  layerNormalization,
  type BatchNormalizationOptions,
  type GroupNormalizationOptions,
  type LayerNormalizationOptions,
  type NormalizationOptions,
} from "./normalization.js";
