/**
 * What each layer does with a mask: a row for every kind there is, as docs/masks.md prints them, checked by what the layers do (masks.test.ts). Typed by the
 * registry of layers, so that a layer without a row does not compile. Letters: N samples, T steps, F features.
 */
import * as layers from "../../src/layers/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { mul } from "../../src/ops/pointwise/arithmetic.js";
import { asLayer } from "../../src/models/asLayer.js";
import { model } from "../../src/models/sequential.js";
import type { LayerKind } from "../../src/layers/registry.js";
import type { Shape } from "../../src/tensor/shape.js";

/**
 * makes   gives a mask, made of its input and joined with the one that this has
 * keeps   works step by step: what counts depends on what counts, and the mask goes on as it is
 * uses    works over steps and leaves out those that do not count; the mask goes on where the output has steps
 * merges  makes one mask of those of its inputs
 * ends    no mask goes on; padding is numbers like others
 */
export type MaskRule = "makes" | "keeps" | "uses" | "merges" | "ends";

/** One row. */
export interface MaskRow {
  readonly does: MaskRule;
  /** What exactly, as the documentation has it. */
  readonly how: string;
  readonly make: () => Layer;
  /** Of the input, (N, T, …). Default [3, 4, 4]. */
  readonly shape?: Shape;
  /** Of further inputs, whose steps all count. Default: none. */
  readonly others?: readonly Shape[];
  /** For a layer that uses a mask: whether it goes on. Default false. */
  readonly goesOn?: boolean;
}

const image = { shape: [3, 4, 5, 4] } as const;
const film = { shape: [3, 4, 3, 5, 2] } as const;
const units = 3;
const recurrent =
  "skips the steps that do not count: the state stays. Their outputs are 0, and the mask goes on with returnSequences, turned round with goBackwards";
const images = "images have no steps";

/** A cell that adds each step to its state. */
function runningSum(): Layer {
  const [x, sum] = [layers.input({ shape: [4] }), layers.input({ shape: [4] })];
  const next = layers.add().apply([x, sum]);
  return asLayer(model({ inputs: [x, sum], outputs: [next, next], name: "runningSum" }));
}

/** By kind; a second row where options change the rule. */
export const maskTable: { readonly [kind in LayerKind]: readonly MaskRow[] } = {
  activation: [{ does: "keeps", how: "step by step", make: () => layers.activation({ activation: "softmax" }) }],
  add: [
    { does: "merges", how: "a step counts where it does in all inputs that have a mask", make: () => layers.add() },
  ],
  additiveAttention: [
    { does: "uses", how: "as attention", make: () => layers.additiveAttention({ units }), goesOn: true },
  ],
  attention: [
    {
      does: "uses",
      how: "values that do not count have weight 0, and the mask of the queries goes on; a query for which none counts gets 0",
      make: () => layers.attention({ score: "general" }),
      goesOn: true,
    },
  ],
  attentionCell: [
    {
      does: "ends",
      how: "a cell sees one step; steps of the memory that do not count have weight 0",
      make: () => layers.attentionCell({ cell: layers.gru({ units }) }),
      shape: [3, 4],
      others: [
        [3, units],
        [3, 5, 2],
      ],
    },
  ],
  average: [{ does: "merges", how: "as add", make: () => layers.average() }],
  averagePooling1d: [
    { does: "ends", how: "as in Keras, padding is in the windows", make: () => layers.averagePooling1d() },
  ],
  averagePooling2d: [{ does: "ends", how: images, make: () => layers.averagePooling2d(), ...image }],
  averagePooling3d: [{ does: "ends", how: "as conv3d", make: () => layers.averagePooling3d(), ...film }],
  batchNormalization: [
    {
      does: "uses",
      how: "mean, variance and moving averages are those of the steps that count, and the mask goes on; outside of training step by step",
      make: () => layers.batchNormalization({ activation: "tanh" }),
      goesOn: true,
    },
  ],
  bidirectional: [
    {
      does: "uses",
      how: "as the layer in it, in both directions",
      make: () => layers.bidirectional({ layer: layers.gru({ units, returnSequences: true }) }),
      goesOn: true,
    },
    { does: "uses", how: "", make: () => layers.bidirectional({ layer: layers.lstm({ units }) }) },
  ],
  concatenate: [
    {
      does: "merges",
      how: "along time the masks stand one after the other, and all steps count of an input without one; along another axis as add",
      make: () => layers.concatenate(),
    },
  ],
  conv1d: [
    {
      does: "ends",
      how: "as in Keras, padding is in the windows; as zeros under a given mask and behind masking, as the vector of token 0 behind an embedding",
      make: () => layers.conv1d({ filters: 2, kernelSize: 3 }),
    },
  ],
  conv2d: [{ does: "ends", how: images, make: () => layers.conv2d({ filters: 2, kernelSize: 3 }), ...image }],
  conv2dTranspose: [
    { does: "ends", how: images, make: () => layers.conv2dTranspose({ filters: 2, kernelSize: 3 }), ...image },
  ],
  conv3d: [
    {
      does: "ends",
      how: "as in Keras, padding is in the windows, also where the first axis is time",
      make: () => layers.conv3d({ filters: 2, kernelSize: 2 }),
      ...film,
    },
  ],
  convLstm2d: [
    {
      does: "uses",
      how: recurrent,
      make: () => layers.convLstm2d({ filters: 2, kernelSize: 2, returnSequences: true }),
      ...film,
      goesOn: true,
    },
    {
      does: "uses",
      how: "",
      make: () => layers.convLstm2d({ filters: 2, kernelSize: [1, 3], padding: "same", goBackwards: true }),
      ...film,
    },
  ],
  cropping2d: [{ does: "ends", how: images, make: () => layers.cropping2d({ cropping: [0, 1] }), ...image }],
  cutout: [{ does: "ends", how: images, make: () => layers.cutout({ size: 2 }), ...image }],
  dense: [{ does: "keeps", how: "step by step, on the last axis", make: () => layers.dense({ units }) }],
  depthwiseConv2d: [{ does: "ends", how: images, make: () => layers.depthwiseConv2d({ kernelSize: 3 }), ...image }],
  deskew: [{ does: "ends", how: images, make: () => layers.deskew(), shape: [3, 4, 4, 1] }],
  dot: [
    {
      does: "merges",
      how: "a step counts where it does in the first input, whose steps are those of the result",
      make: () => layers.dot(),
    },
  ],
  dropout: [{ does: "keeps", how: "element by element", make: () => layers.dropout({ rate: 0.4 }) }],
  elu: [{ does: "keeps", how: "element by element", make: () => layers.elu({ alpha: 0.5 }) }],
  embedding: [
    {
      does: "makes",
      how: "with maskZero: token 0 is padding. Else the mask of the tokens goes on",
      make: () => layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true }),
      shape: [3, 4],
    },
    { does: "keeps", how: "", make: () => layers.embedding({ inputDim: 9, outputDim: 4 }), shape: [3, 4] },
  ],
  flatten: [{ does: "ends", how: "there are no steps any more", make: () => layers.flatten() }],
  gaussianDropout: [{ does: "keeps", how: "element by element", make: () => layers.gaussianDropout({ rate: 0.4 }) }],
  gaussianNoise: [{ does: "keeps", how: "element by element", make: () => layers.gaussianNoise({ stddev: 0.4 }) }],
  globalAveragePooling1d: [
    {
      does: "uses",
      how: "the mean of the steps that count, 0 where none does",
      make: () => layers.globalAveragePooling1d(),
    },
    { does: "uses", how: "", make: () => layers.globalAveragePooling1d({ keepDims: true }) },
  ],
  globalAveragePooling2d: [
    {
      does: "uses",
      how: "as globalAveragePooling1d, where the first axis is time",
      make: () => layers.globalAveragePooling2d(),
      ...image,
    },
  ],
  globalAveragePooling3d: [
    {
      does: "uses",
      how: "as globalAveragePooling1d, where the first axis is time",
      make: () => layers.globalAveragePooling3d(),
      ...film,
    },
  ],
  globalMaxPooling1d: [
    {
      does: "uses",
      how: "the largest of the steps that count, 0 where none does",
      make: () => layers.globalMaxPooling1d(),
    },
  ],
  globalMaxPooling2d: [
    {
      does: "uses",
      how: "as globalMaxPooling1d, where the first axis is time",
      make: () => layers.globalMaxPooling2d(),
      ...image,
    },
  ],
  globalMaxPooling3d: [
    {
      does: "uses",
      how: "as globalMaxPooling1d, where the first axis is time",
      make: () => layers.globalMaxPooling3d(),
      ...film,
    },
  ],
  gridLstm: [
    {
      does: "uses",
      how: "skips the steps that do not count along time. Their outputs are 0, and the mask goes on with returnSequences",
      make: () => layers.gridLstm({ units, returnSequences: true }),
      goesOn: true,
    },
    { does: "uses", how: "", make: () => layers.gridLstm({ units }) },
  ],
  groupNormalization: [
    {
      does: "uses",
      how: "mean and variance are those of the steps that count, and the mask goes on",
      make: () => layers.groupNormalization({ groups: 2 }),
      goesOn: true,
    },
    { does: "uses", how: "", make: () => layers.groupNormalization({ groups: 2 }), goesOn: true, ...image },
  ],
  gru: [
    { does: "uses", how: recurrent, make: () => layers.gru({ units, returnSequences: true }), goesOn: true },
    { does: "uses", how: "", make: () => layers.gru({ units, resetAfter: false }) },
  ],
  highway: [{ does: "keeps", how: "step by step, on the last axis", make: () => layers.highway() }],
  lambda: [
    {
      does: "ends",
      how: "nothing is known of the function",
      make: () => layers.lambda({ function: (x) => mul(x, 2) }),
    },
  ],
  layerNormalization: [
    {
      does: "keeps",
      how: "step by step; where time is among the axes, mean and variance are those of the steps that count",
      make: () => layers.layerNormalization(),
    },
    { does: "uses", how: "", make: () => layers.layerNormalization({ axis: [1, 2] }), goesOn: true },
  ],
  layerNormLstm: [
    { does: "uses", how: recurrent, make: () => layers.layerNormLstm({ units, returnSequences: true }), goesOn: true },
    { does: "uses", how: "", make: () => layers.layerNormLstm({ units }) },
  ],
  leakyRelu: [{ does: "keeps", how: "element by element", make: () => layers.leakyRelu({ slope: 0.1 }) }],
  lstm: [
    { does: "uses", how: recurrent, make: () => layers.lstm({ units, returnSequences: true }), goesOn: true },
    { does: "uses", how: "", make: () => layers.lstm({ units, goBackwards: true }) },
  ],
  masking: [
    {
      does: "makes",
      how: "a step whose features all are maskValue is padding, and becomes 0",
      make: () => layers.masking(),
    },
  ],
  maximum: [{ does: "merges", how: "as add", make: () => layers.maximum() }],
  maxPooling1d: [{ does: "ends", how: "as in Keras, padding is in the windows", make: () => layers.maxPooling1d() }],
  maxPooling2d: [{ does: "ends", how: images, make: () => layers.maxPooling2d(), ...image }],
  maxPooling3d: [{ does: "ends", how: "as conv3d", make: () => layers.maxPooling3d(), ...film }],
  minimum: [{ does: "merges", how: "as add", make: () => layers.minimum() }],
  multiHeadAttention: [
    {
      does: "uses",
      how: "as attention; a query for which no value counts gets the bias of the output",
      make: () => layers.multiHeadAttention({ heads: 2, keyDim: 2, rotary: true }),
      goesOn: true,
    },
  ],
  multiply: [{ does: "merges", how: "as add", make: () => layers.multiply() }],
  normalization: [
    { does: "keeps", how: "element by element", make: () => layers.normalization({ mean: 1, variance: 4 }) },
  ],
  permute: [
    {
      does: "keeps",
      how: "where time stays the first axis; else the mask ends",
      make: () => layers.permute({ dims: [1, 3, 2] }),
      shape: [3, 4, 2, 3],
    },
    { does: "ends", how: "", make: () => layers.permute({ dims: [2, 1] }) },
  ],
  positionalEmbedding: [
    {
      does: "keeps",
      how: "step by step; positions count padding too",
      make: () => layers.positionalEmbedding({ maxLength: 5 }),
    },
  ],
  pyramid: [
    {
      does: "uses",
      how: "padding becomes zeros; a joined step counts where one of its steps does",
      make: () => layers.pyramid(),
      goesOn: true,
    },
  ],
  randomCrop: [{ does: "ends", how: images, make: () => layers.randomCrop({ height: 3, width: 4 }), ...image }],
  randomDistortion: [{ does: "ends", how: images, make: () => layers.randomDistortion({ rotation: 5 }), ...image }],
  randomFlip: [{ does: "ends", how: images, make: () => layers.randomFlip(), ...image }],
  repeatVector: [
    { does: "ends", how: "its input has no steps", make: () => layers.repeatVector({ n: 2 }), shape: [3, 4] },
  ],
  rescaling: [{ does: "keeps", how: "element by element", make: () => layers.rescaling({ scale: 2, offset: -1 }) }],
  reshape: [
    {
      does: "keeps",
      how: "where the first size stays, so that steps stay steps; else the mask ends",
      make: () => layers.reshape({ targetShape: [4, 2, 2] }),
    },
    { does: "ends", how: "", make: () => layers.reshape({ targetShape: [2, 8] }) },
  ],
  reversibleEmbedding: [
    {
      does: "keeps",
      how: "as embedding, and for vectors step by step",
      make: () => layers.reversibleEmbedding({ inputDim: 9, outputDim: 4 }),
      shape: [3, 4],
    },
  ],
  rnn: [
    {
      does: "uses",
      how: recurrent,
      make: () => layers.rnn({ cell: runningSum(), states: [[4]], returnSequences: true }),
      goesOn: true,
    },
    { does: "uses", how: "", make: () => layers.rnn({ cell: runningSum(), states: [[4]] }) },
  ],
  scheduledSampling: [
    {
      does: "keeps",
      how: "a token that does not count is not replaced",
      make: () => layers.scheduledSampling({ rate: 0.5 }),
      shape: [3, 4],
      others: [[3, 4, 9]],
    },
  ],
  separableConv2d: [
    { does: "ends", how: images, make: () => layers.separableConv2d({ filters: 2, kernelSize: 3 }), ...image },
  ],
  simpleRnn: [
    { does: "uses", how: recurrent, make: () => layers.simpleRnn({ units, returnSequences: true }), goesOn: true },
    { does: "uses", how: "", make: () => layers.simpleRnn({ units }) },
  ],
  sinusoidalPositions: [{ does: "keeps", how: "as positionalEmbedding", make: () => layers.sinusoidalPositions() }],
  spatialDropout1d: [
    { does: "keeps", how: "the same features in all steps", make: () => layers.spatialDropout1d({ rate: 0.4 }) },
  ],
  spatialDropout2d: [
    {
      does: "keeps",
      how: "the same channels everywhere",
      make: () => layers.spatialDropout2d({ rate: 0.4 }),
      ...image,
    },
  ],
  subtract: [{ does: "merges", how: "as add", make: () => layers.subtract() }],
  timeDistributed: [
    {
      does: "keeps",
      how: "step by step; batch normalisation in it takes the statistics of the steps that count",
      make: () => layers.timeDistributed({ layer: layers.dense({ units }) }),
    },
    {
      does: "uses",
      how: "",
      make: () => layers.timeDistributed({ layer: layers.batchNormalization() }),
      goesOn: true,
    },
  ],
  unitNormalization: [
    {
      does: "keeps",
      how: "step by step, where the vectors do not lie along time; else the mask ends",
      make: () => layers.unitNormalization(),
    },
    { does: "ends", how: "", make: () => layers.unitNormalization({ axis: 1 }) },
  ],
  upSampling2d: [{ does: "ends", how: images, make: () => layers.upSampling2d(), ...image }],
  zeroPadding2d: [{ does: "ends", how: images, make: () => layers.zeroPadding2d(), ...image }],
};

/** The table as it stands in docs/masks.md: a line for each layer. */
export function maskMarkdown(): string {
  return Object.entries(maskTable)
    .map(([kind, [{ does, how }]]) => `- \`${kind}\` **${does}**: ${how}.`)
    .join("\n");
}
