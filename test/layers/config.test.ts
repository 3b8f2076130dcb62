/** Layers as they stand in files, layers of one's own, and names. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config.js";
import * as initializers from "../../src/initializers/index.js";
import {
  bidirectional,
  gridLstm,
  gru,
  layerNormLstm,
  lstm,
  masking,
  pyramid,
  repeatVector,
  simpleRnn,
  timeDistributed,
  activation,
  add,
  concatenate,
  dense,
  dropout,
  embedding,
  flatten,
  input,
  multiply,
  reshape,
} from "../../src/layers/index.js";
import { Layer, type LayerOptions } from "../../src/layers/layer.js";
import type { Parameter } from "../../src/layers/parameter.js";
import { layerFrom, layerKinds } from "../../src/layers/registry.js";
import { model, sequential } from "../../src/models/sequential.js";
import { mul } from "../../src/ops/pointwise/arithmetic.js";
import { l1l2 } from "../../src/regularizers/index.js";
import { regularizers } from "../../src/regularizers/registry.js";
import type { Shape } from "../../src/tensor/shape.js";
import { tensor } from "../../src/tensor/create.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

const { heNormal, ones } = initializers;

describe("a layer comes back from its configuration as JSON", () => {
  it.each([
    dense({ units: 3 }),
    dense({
      units: 3,
      activation: "gelu",
      useBias: false,
      kernelInitializer: heNormal(),
      biasInitializer: ones(),
      kernelRegularizer: l1l2({ l1: 0.1, l2: 0.2 }),
      biasRegularizer: l1l2({ l2: 0.3 }),
      name: "whole",
      inputShape: [5],
    }),
    activation({ activation: "softmax" }),
    dropout({ rate: 0.25 }),
    embedding({ inputDim: 5, outputDim: 2 }),
    embedding({
      inputDim: 5,
      outputDim: 2,
      inputLength: 3,
      embeddingsInitializer: ones(),
      embeddingsRegularizer: l1l2({ l2: 0.1 }),
      maskZero: true,
    }),
    flatten({ inputShape: [2, 3] }),
    reshape({ targetShape: [2, -1], name: "square" }),
    add(),
    multiply({ name: "gate" }),
    concatenate(),
    concatenate({ axis: 1 }),
    lstm({ units: 3, peephole: true, unitForgetBias: false, returnSequences: true, recurrentInitializer: ones() }),
    gru({
      units: 3,
      resetAfter: false,
      recurrentActivation: "hardSigmoid",
      dropout: 0.1,
      stateful: true,
      batchSize: 4,
    }),
    simpleRnn({
      units: 2,
      activation: "relu",
      recurrentDropout: 0.2,
      goBackwards: true,
      kernelRegularizer: l1l2({ l2: 1 }),
    }),
    layerNormLstm({ units: 2, epsilon: 1e-5, unitForgetBias: false, recurrentActivation: "hardSigmoid" }),
    gridLstm({ units: 2, depth: 3, tied: true }),
    bidirectional({ layer: lstm({ units: 3 }), mergeMode: "ave", name: "both" }),
    timeDistributed({ layer: dense({ units: 3 }) }),
    masking({ maskValue: -1 }),
    pyramid({ factor: 3 }),
    repeatVector({ n: 4 }),
  ])("$kind", (layer) => {
    const config = JSON.parse(JSON.stringify(layer.config)) as Config;
    const again = layerFrom(config);
    expect(again.kind).toBe(layer.kind);
    expect(again.name).toBe(layer.name);
    expect(again.inputShape).toEqual(layer.inputShape);
    expect(again.config).toEqual(config);
  });

  it("no layer, initializer and regularizer have the same class name: an option's value is read back by it", () => {
    const names = [...layerKinds, ...Object.keys(initializers), ...Object.keys(regularizers)];
    expect(names).toHaveLength(new Set(names).size);
  });

  it("options stand in a file in the order of the table, after name and inputShape, and without those that are nothing", () => {
    const layer = dense({ kernelRegularizer: l1l2({ l2: 0.5 }), units: 3, inputShape: [5], name: "first" });
    expect(JSON.stringify(layer.config)).toBe(
      '{"className":"dense","name":"first","inputShape":[5],"units":3,"activation":"linear","useBias":true,' +
        '"kernelInitializer":{"className":"glorotUniform"},"biasInitializer":{"className":"zeros"},' +
        '"kernelRegularizer":{"className":"l1l2","l1":0,"l2":0.5}}',
    );
  });

  it.each(["kernelInitializer", "kernelRegularizer", "layer"])("an unknown value is refused: %s", (option) => {
    const layer = option === "layer" ? "timeDistributed" : "dense";
    expect(() => layerFrom({ className: layer, units: 1, [option]: { className: "constructor" } })).toThrow(
      `loadModel: unknown ${option} "constructor"; expected the description of an initializer, a regularizer, a constraint or a layer.`,
    );
    expect(() => layerFrom({ className: layer, ...(layer === "dense" && { units: 1 }), [option]: 3 })).toThrow(
      /^\w+: (not a valid \w+|\w+ cannot be wrapped); expected (for example|a layer such as) .*, got 3\.$/,
    );
  });

  it("an unknown kind is refused", () => {
    expect(() => layerFrom({ className: "conv9d" })).toThrow(
      /^loadModel: unknown layer "conv9d"; expected one of activation, add, .*\. Register your own layers with loadModel\(file, \{ customLayers \}\)\.$/,
    );
    expect(() => layerFrom({ className: "toString" })).toThrow("loadModel: unknown layer");
  });
});

/** y = x ⊙ s with one learnt factor a feature. */
class Scale extends Layer {
  readonly kind = "scale";
  #factors!: Parameter;

  override get options(): Readonly<Record<string, unknown>> {
    return {};
  }

  override outputShape([shape]: readonly Shape[]): Shape {
    return shape;
  }

  protected override build([shape]: readonly Shape[]): void {
    this.#factors = this.declare({ name: "factors", shape, initializer: ones() });
  }

  override call([x]: readonly Tensor[]): Tensor {
    return mul(x, this.#factors.value);
  }
}

describe("a layer of one's own", () => {
  it("computes, without options too", () => {
    const layer = new Scale();
    const symbol = input({ shape: [3] });
    const scaled = model({ inputs: symbol, outputs: layer.apply(symbol) });
    scaled.weights[0].value.assign([1, 2, 3]);
    expect(scaled.call([tensor([[1, 1, 1], [2, 2, 2]])])[0].toArray()).toEqual([[1, 2, 3], [2, 4, 6]]); // prettier-ignore
    expect(scaled.weights[0].name).toBe("scale_1/factors");
  });

  it("has no value before a model was made of it", () => {
    const layer = new Scale();
    layer.apply(input({ shape: [2] }));
    expect(() => layer.parameters[0].value).toThrow(
      'layer: parameter "factors" has no value yet. Put the layer into a model first.',
    );
  });

  it("with a name that cannot stand in a file is refused when it is used", () => {
    const named = (name: unknown) => new Scale({ name } as LayerOptions).apply(input({ shape: [2] }));
    expect(() => named(7)).toThrow('scale: the name is invalid; expected a string without "/", got 7.');
  });
});

describe("names", () => {
  it("count by kind, around those that are taken", () => {
    const { layers } = sequential([
      dense({ units: 1, inputShape: [1] }),
      dense({ units: 1, name: "dense_2" }),
      dropout({ rate: 0 }),
      dense({ units: 1 }),
      dense({ units: 1, name: "last" }),
    ]);
    expect(layers.map(({ name }) => name)).toEqual(["dense_1", "dense_2", "dropout_1", "dense_3", "last"]);
  });

  it("stay what the first model made them", () => {
    const [a, b] = [dense({ units: 2 }), dense({ units: 2 })];
    const symbol = input({ shape: [2] });
    const inner = a.apply(symbol);
    model({ inputs: symbol, outputs: inner });
    expect(model({ inputs: symbol, outputs: b.apply(inner) }).layers.map(({ name }) => name)).toEqual([
      "dense_1",
      "dense_2",
    ]);
  });

  it("must differ", () => {
    const twice = [dense({ units: 1, name: "a", inputShape: [1] }), dense({ units: 1, name: "a" })];
    expect(() => sequential(twice)).toThrow(
      'model: two layers have the same name; expected unique names, got "a". Give one of them another name where it is made.',
    );
  });
});
