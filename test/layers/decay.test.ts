/** Which parameters weight decay shrinks: a table over all layers. Kernels and tables decay; biases, scales, peepholes and statistics do not. */
import { expect, it } from "vitest";
import * as layers from "../../src/layers/index.js";
import { type Layer, SymbolicTensor } from "../../src/layers/layer.js";
import { layerFrom } from "../../src/layers/registry.js";
import { asLayer } from "../../src/models/asLayer.js";
import { model } from "../../src/models/sequential.js";
import { Weights } from "../../src/models/step/weights.js";
import { adamw, sgd } from "../../src/optimizers/index.js";
import { OptimizerState } from "../../src/optimizers/state.js";
import { RandomState } from "../../src/tensor/randomState.js";
import type { Shape } from "../../src/tensor/shape.js";
import "../support/engine.js";

interface Line {
  readonly layer: Layer;
  readonly inputs: readonly Shape[];
  /** Names of the parameters that decay. */
  readonly decays: readonly string[];
  /** Names of those that are trained and do not. */
  readonly stays: readonly string[];
}

const [image, sequence, film]: Shape[] = [[6, 6, 4], [5, 3], [5, 6, 6, 4]]; // prettier-ignore
const kernels = ["kernel", "recurrentKernel"];
const norm = ["gamma", "beta"];
const both = (names: readonly string[]): string[] => ["forward", "backward"].flatMap((way) => names.map((name) => `${way}/${name}`)); // prettier-ignore
const gridSides = ["time", "depth"].flatMap((side) => [1, 2].map((level) => ({ side, level })));

/** The step of a simple recurrent network, as a model. */
function denseStep(): Layer {
  const [x, h] = [layers.input({ shape: [3] }), layers.input({ shape: [2] })];
  const next = layers.dense({ units: 2, activation: "tanh" }).apply(layers.concatenate().apply([x, h]));
  return asLayer(model({ inputs: [x, h], outputs: [next, next], name: "step" }));
}

/** A line for each layer with parameters, with all options that add some. */
const table: Record<string, Line> = {
  additiveAttention: {
    layer: layers.additiveAttention({ units: 2 }),
    inputs: [sequence],
    decays: ["queryKernel", "keyKernel", "scoreKernel"],
    stays: ["bias"],
  },
  attention: { layer: layers.attention({ score: "general" }), inputs: [sequence], decays: ["kernel"], stays: [] },
  attentionCell: {
    layer: layers.attentionCell({ cell: layers.gru({ units: 2 }), attention: layers.additiveAttention({ units: 2 }) }),
    inputs: [[3], [2], [5, 3]],
    decays: [
      "cell/kernel",
      "cell/recurrentKernel",
      "attention/queryKernel",
      "attention/keyKernel",
      "attention/scoreKernel",
    ],
    stays: ["cell/bias", "attention/bias"],
  },
  batchNormalization: { layer: layers.batchNormalization(), inputs: [image], decays: [], stays: norm },
  bidirectional: {
    layer: layers.bidirectional({ layer: layers.lstm({ units: 2, peephole: true }) }),
    inputs: [sequence],
    decays: both(kernels),
    stays: both(["bias", "peepholes"]),
  },
  conv1d: {
    layer: layers.conv1d({ filters: 2, kernelSize: 3 }),
    inputs: [sequence],
    decays: ["kernel"],
    stays: ["bias"],
  },
  conv2d: { layer: layers.conv2d({ filters: 2, kernelSize: 3 }), inputs: [image], decays: ["kernel"], stays: ["bias"] },
  conv2dTranspose: {
    layer: layers.conv2dTranspose({ filters: 2, kernelSize: 3 }),
    inputs: [image],
    decays: ["kernel"],
    stays: ["bias"],
  },
  conv3d: { layer: layers.conv3d({ filters: 2, kernelSize: 3 }), inputs: [film], decays: ["kernel"], stays: ["bias"] },
  convLstm2d: {
    layer: layers.convLstm2d({ filters: 2, kernelSize: 3 }),
    inputs: [film],
    decays: kernels,
    stays: ["bias"],
  },
  dense: { layer: layers.dense({ units: 2 }), inputs: [[3]], decays: ["kernel"], stays: ["bias"] },
  depthwiseConv2d: {
    layer: layers.depthwiseConv2d({ kernelSize: 3 }),
    inputs: [image],
    decays: ["depthwiseKernel"],
    stays: ["bias"],
  },
  embedding: {
    layer: layers.embedding({ inputDim: 5, outputDim: 2 }),
    inputs: [[5]],
    decays: ["embeddings"],
    stays: [],
  },
  gridLstm: {
    layer: layers.gridLstm({ units: 2 }),
    inputs: [sequence],
    decays: [
      "inputKernel",
      ...gridSides.flatMap(({ side, level }) => [`${side}Kernel_${level}`, `${side}RecurrentKernel_${level}`]),
    ],
    stays: ["inputBias", ...gridSides.map(({ side, level }) => `${side}Bias_${level}`)],
  },
  groupNormalization: { layer: layers.groupNormalization({ groups: 2 }), inputs: [image], decays: [], stays: norm },
  gru: { layer: layers.gru({ units: 2 }), inputs: [sequence], decays: kernels, stays: ["bias"] },
  highway: { layer: layers.highway({}), inputs: [[3]], decays: ["kernel", "gateKernel"], stays: ["bias", "gateBias"] },
  layerNormLstm: {
    layer: layers.layerNormLstm({ units: 2 }),
    inputs: [sequence],
    decays: kernels,
    stays: ["bias", "kernelGamma", "recurrentGamma", "stateGamma", "stateBeta"],
  },
  layerNormalization: { layer: layers.layerNormalization(), inputs: [[3]], decays: [], stays: norm },
  lstm: {
    layer: layers.lstm({ units: 2, peephole: true }),
    inputs: [sequence],
    decays: kernels,
    stays: ["bias", "peepholes"],
  },
  multiHeadAttention: {
    layer: layers.multiHeadAttention({ heads: 2, keyDim: 2 }),
    inputs: [sequence],
    decays: ["query", "key", "value", "output"].map((part) => `${part}Kernel`),
    stays: ["query", "key", "value", "output"].map((part) => `${part}Bias`),
  },
  positionalEmbedding: {
    layer: layers.positionalEmbedding({ maxLength: 9 }),
    inputs: [sequence],
    decays: ["embeddings"],
    stays: [],
  },
  reversibleEmbedding: {
    layer: layers.reversibleEmbedding({ inputDim: 9, outputDim: 4 }),
    inputs: [[5]],
    decays: ["embeddings"],
    stays: [],
  },
  rnn: {
    layer: layers.rnn({ cell: denseStep(), states: [[2]] }),
    inputs: [sequence],
    decays: ["cell/dense_1/kernel"],
    stays: ["cell/dense_1/bias"],
  },
  scheduledSampling: { layer: layers.scheduledSampling({ rate: 0.5 }), inputs: [[5], [5, 9]], decays: [], stays: [] },
  separableConv2d: {
    layer: layers.separableConv2d({ filters: 2, kernelSize: 3 }),
    inputs: [image],
    decays: ["depthwiseKernel", "pointwiseKernel"],
    stays: ["bias"],
  },
  simpleRnn: { layer: layers.simpleRnn({ units: 2 }), inputs: [sequence], decays: kernels, stays: ["bias"] },
  timeDistributed: {
    layer: layers.timeDistributed({ layer: layers.dense({ units: 2 }) }),
    inputs: [sequence],
    decays: ["layer/kernel"],
    stays: ["layer/bias"],
  },
};
/** Layers that have no parameters, or none that is trained. */
const bare = [
  ...[
    "activation",
    "add",
    "averagePooling1d",
    "averagePooling2d",
    "averagePooling3d",
    "concatenate",
    "cropping2d",
    "cutout",
    "deskew",
    "dropout",
  ],
  ...[
    "flatten",
    "gaussianDropout",
    "gaussianNoise",
    "globalAveragePooling1d",
    "globalAveragePooling2d",
    "globalAveragePooling3d",
    "globalMaxPooling1d",
  ],
  ...[
    "globalMaxPooling2d",
    "globalMaxPooling3d",
    "masking",
    "maxPooling1d",
    "maxPooling2d",
    "maxPooling3d",
    "multiply",
    "normalization",
    "pyramid",
    "randomDistortion",
  ],
  ...["average", "dot", "elu", "lambda", "leakyRelu", "maximum", "minimum", "permute", "randomCrop", "randomFlip"],
  ...["rescaling", "sinusoidalPositions", "subtract", "unitNormalization"],
  ...["repeatVector", "reshape", "spatialDropout1d", "spatialDropout2d", "upSampling2d", "zeroPadding2d"],
];

/** The kinds that a file may hold, from the error for one that it may not. */
function kinds(): string[] {
  try {
    layerFrom({ className: "none" });
  } catch (error) {
    return /expected one of (.*)\. Register/.exec((error as Error).message)![1].split(", ");
  }
  return [];
}

it("has a line for every layer, or knows it as one without parameters", () => {
  expect([...Object.keys(table), ...bare].toSorted()).toEqual(kinds().toSorted());
});

it.each(Object.entries(table))(
  "%s: weight decay halves kernels and tables, and leaves all else to the bit",
  (_, { layer, inputs, decays, stays }) => {
    layer.apply(inputs.map((shape) => new SymbolicTensor(shape)));
    layer.giveName("it");
    const trained = layer.parameters.filter(({ spec }) => spec.trainable !== false).map(({ spec }) => spec.name);
    expect(trained.toSorted()).toEqual([...decays, ...stays].toSorted());
    const random = new RandomState(1);
    const weights = new Weights([layer], random);
    weights.prepareTraining();
    const { values, gradients, rules } = weights.forOptimizer();
    for (const optimizer of [
      sgd({ learningRate: 0.5, weightDecay: 1 }),
      adamw({ learningRate: 0.5, weightDecay: 1 }),
    ]) {
      for (const { value } of weights.all) value.assign(new Float32Array(value.size).fill(1));
      const state = new OptimizerState(optimizer, values, gradients, rules.map((rule) => ({ ...rule, rows: undefined }))); // prettier-ignore
      state.step();
      for (const { name, value } of weights.all) {
        const want = decays.includes(name.slice("it/".length)) ? 0.5 : 1;
        expect(
          value.toTypedArray().every((x) => x === want),
          `${optimizer.name}: ${name}`,
        ).toBe(true);
      }
      state.dispose();
    }
    weights.dispose();
    random.dispose();
  },
);
