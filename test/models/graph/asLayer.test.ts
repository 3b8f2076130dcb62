/** A model as a layer of another: nested, shared, with several inputs, saved and loaded, trained and frozen. */
import { describe, expect, it } from "vitest";
import * as layers from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { asLayer } from "../../../src/models/asLayer.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { adam } from "../../../src/optimizers/index.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";

const { dense, dropout, input, subtract } = layers;
const compiled = (net: Model): Model => {
  net.compile({ optimizer: adam({ learningRate: 0.05 }), loss: meanSquaredError() });
  return net;
};
const x = tensor([[1, 2], [3, -1], [0, 1], [2, 2]]); // prettier-ignore
const y = tensor([[1], [2], [3], [0]]);
const valuesOf = (net: Model): number[][] => net.weights.map(({ value }) => [...value.toTypedArray()]);

/** Two dense layers, alone or as a model within. */
const flat = (): Model =>
  sequential([dense({ units: 4, activation: "tanh", inputShape: [2] }), dense({ units: 1 })], { seed: 3 });
const nested = (): Model => {
  const body = sequential([dense({ units: 4, activation: "tanh", inputShape: [2] })], { name: "body", seed: 3 });
  const symbol = input({ shape: [2] });
  return model({ inputs: symbol, outputs: dense({ units: 1 }).apply(asLayer(body).apply(symbol)), seed: 3 });
};

describe("a model as a layer", () => {
  it("has the bits of the same layers without it: weights, training, predictions", async () => {
    const [a, b] = [flat(), nested()];
    expect(b.weights.map(({ name }) => name)).toEqual([
      "body/dense_1/kernel",
      "body/dense_1/bias",
      "dense_1/kernel",
      "dense_1/bias",
    ]);
    expect(valuesOf(b)).toEqual(valuesOf(a));
    const histories = [await compiled(a).fit(x, y, { epochs: 5 }), await compiled(b).fit(x, y, { epochs: 5 })];
    expect(histories[1]).toEqual(histories[0]);
    expect(valuesOf(b)).toEqual(valuesOf(a));
    expect((await b.predict(x)).toArray()).toEqual((await a.predict(x)).toArray());
  });

  it("shared by two uses, it has one set of weights, and both give gradient", async () => {
    const encoder = asLayer(sequential([dense({ units: 3, inputShape: [2] })], { name: "encoder", seed: 1 }));
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    const net = model({ inputs: [a, b], outputs: subtract().apply([encoder.apply(a), encoder.apply(b)]), seed: 1 });
    expect(net.weights.map(({ name }) => name)).toEqual(["encoder/dense_1/kernel", "encoder/dense_1/bias"]);
    const before = valuesOf(net);
    const target = tensor([[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]]); // prettier-ignore
    await compiled(net).fit([x, tensor([[0, 0], [1, 1], [1, 0], [0, 2]])], target, { epochs: 2 }); // prettier-ignore
    expect(valuesOf(net)[0]).not.toEqual(before[0]);
    expect(valuesOf(net)[1]).toEqual(before[1]); // the bias goes out of the difference
  });

  it("that was trained before hands its weights over: the model around it trains them, and it no more", async () => {
    const body = compiled(sequential([dense({ units: 1, inputShape: [2] })], { name: "body", seed: 2 }));
    await body.fit(x, y, { epochs: 2 });
    const symbol = input({ shape: [2] });
    const around = compiled(
      model({ inputs: symbol, outputs: dense({ units: 1 }).apply(asLayer(body).apply(symbol)), seed: 3 }),
    );
    const before = valuesOf(around);
    await around.fit(x, y, { epochs: 2 });
    for (const [i, values] of valuesOf(around).entries()) expect(values).not.toEqual(before[i]);
    expect(valuesOf(body)).toEqual(valuesOf(around).slice(0, 2));
    await expect(body.fit(x, y)).rejects.toThrow('another model trains layer "dense_1" now');
  });

  it("shares its weights with the model it is made of, and gives the same layer again", async () => {
    const body = sequential([dense({ units: 1, inputShape: [2] })], { name: "body", seed: 2 });
    const symbol = input({ shape: [2] });
    const outer = compiled(model({ inputs: symbol, outputs: asLayer(body).apply(symbol) }));
    await outer.fit(x, y, { epochs: 3 });
    expect(valuesOf(body)).toEqual(valuesOf(outer));
    expect((await body.predict(x)).toArray()).toEqual((await outer.predict(x)).toArray());
    expect(asLayer(body)).toBe(asLayer(body));
  });

  it("two models with layers of the same names stand side by side", () => {
    const make = (name: string) => asLayer(sequential([dense({ units: 2, inputShape: [2] })], { name }));
    const symbol = input({ shape: [2] });
    const net = model({ inputs: symbol, outputs: make("second").apply(make("first").apply(symbol)) });
    expect(net.weights.map(({ name }) => name).filter((name) => name.endsWith("kernel"))).toEqual([
      "first/dense_1/kernel",
      "second/dense_1/kernel",
    ]);
  });

  it("models that have no name of their own stand side by side under numbers, as layers do", () => {
    const make = () => asLayer(sequential([dense({ units: 2, inputShape: [2] })]));
    const symbol = input({ shape: [2] });
    const net = model({ inputs: symbol, outputs: make().apply(make().apply(symbol)) });
    expect(net.layers.map(({ name }) => name)).toEqual(["model_1", "model_2"]);
  });

  it("takes the lengths of a network of sequences, and its carried states are reset, where these are in it alone", () => {
    const body = (): Model => sequential([layers.lstm({ units: 2, stateful: true, batchSize: 2, inputShape: [3, 1] })], { name: "body", seed: 1 }); // prettier-ignore
    const [alone, net] = [body(), sequential([asLayer(body())], { seed: 1 })];
    const sequences = tensor([[[1], [2], [3]], [[4], [5], [6]]]); // prettier-ignore
    const results = [alone, net].map((one) => {
      const call = (): number[] => [...one.call([sequences], { lengths: Int32Array.of(1, 3) })[0].toTypedArray()];
      const [first, second] = [call(), call()];
      one.resetStates();
      expect(call()).toEqual(first);
      expect(second).not.toEqual(first);
      return first;
    });
    expect(results[1]).toEqual(results[0]);
  });

  it("whose statistics it made itself: the averages of the model around it have the bits of the same layers without it", async () => {
    const normalized = () => [dense({ units: 2, inputShape: [2] }), layers.batchNormalization()];
    const body = sequential(normalized(), { seed: 1 });
    const nets = [sequential([...normalized(), dense({ units: 1 })], { seed: 1 }), sequential([asLayer(body), dense({ units: 1 })], { seed: 1 })]; // prettier-ignore
    expect(body.weights).toHaveLength(6);
    for (const [i, { value }] of nets[1].weights.entries()) value.assign(nets[0].weights[i].value.toTypedArray());
    for (const net of nets) {
      net.compile({ optimizer: adam({ learningRate: 0.05 }), loss: meanSquaredError(), averageDecay: 0.9 });
      await net.fit(x, y, { epochs: 3 });
    }
    const [a, b] = await Promise.all(nets.map((net) => net.predict(x)));
    expect(b.toArray()).toEqual(a.toArray());
  });

  it("may have several inputs and outputs, and a model within it", () => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [3] })];
    const inner = asLayer(sequential([dense({ units: 2, inputShape: [3] })], { name: "inner", seed: 1 }));
    const left = dense({ units: 2 }).apply(a);
    const pair = asLayer(model({ inputs: [a, b], outputs: [subtract().apply([left, inner.apply(b)]), left], name: "pair" })); // prettier-ignore
    const [p, q] = [input({ shape: [2] }), input({ shape: [3] })];
    const outputs = pair.applyMany([p, q]);
    expect(outputs.map(({ shape }) => shape)).toEqual([[2], [2]]);
    const net = model({ inputs: [p, q], outputs });
    expect(net.weights.map(({ name }) => name)).toContain("pair/inner/dense_1/kernel");
    expect(net.call([tensor([[1, 2]]), tensor([[1, 2, 3]])])).toHaveLength(2);
  });

  it("saved and loaded it computes the same, and goes on training from a checkpoint", async () => {
    const net = compiled(nested());
    await net.fit(x, y, { epochs: 2 });
    const again = await loadModel(await net.toBytes());
    expect(again.weights.map(({ name }) => name)).toEqual(net.weights.map(({ name }) => name));
    expect((await again.predict(x)).toArray()).toEqual((await net.predict(x)).toArray());
    expect(again.layers[0].config).toEqual(net.layers[0].config);
    const whole = compiled(nested());
    await whole.fit(x, y, { epochs: 4 });
    compiled(again);
    expect(again.layers.map(({ kind }) => kind)).toEqual(["model", "dense"]);
    expect(again.layers[0].trainable).toBe(true);
  });

  it("a mask goes through it, and is made in it", async () => {
    const body = sequential([layers.embedding({ inputDim: 6, outputDim: 3, maskZero: true, inputShape: [4] })], { name: "words", seed: 5 }); // prettier-ignore
    const make = (within: boolean): Model => {
      const symbol = input({ shape: [4] });
      const words = within ? asLayer(body) : layers.embedding({ inputDim: 6, outputDim: 3, maskZero: true });
      const states = layers.lstm({ units: 2 }).apply(words.apply(symbol));
      return model({ inputs: symbol, outputs: states, seed: 5 });
    };
    const tokens = tensor(Int32Array.of(1, 2, 0, 0, 3, 4, 5, 0), [2, 4]);
    const padded = tensor(Int32Array.of(1, 2, 0, 0, 3, 4, 5, 0), [2, 4]);
    const [a, b] = [make(false), make(true)];
    for (const [i, { value }] of b.weights.entries()) value.assign(a.weights[i].value.toTypedArray());
    expect((await b.predict(padded)).toArray()).toEqual((await a.predict(tokens)).toArray());
  });

  it("frozen it does not change, and dropout in it drops in training only", async () => {
    const body = sequential([dense({ units: 8, inputShape: [2] }), dropout({ rate: 0.5 })], { name: "body", seed: 1 });
    const layer = asLayer(body);
    layer.trainable = false;
    const symbol = input({ shape: [2] });
    const net = compiled(model({ inputs: symbol, outputs: dense({ units: 1 }).apply(layer.apply(symbol)), seed: 1 }));
    const before = valuesOf(net);
    await net.fit(x, y, { epochs: 2 });
    const after = valuesOf(net);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]).not.toEqual(before[2]);
    const [drop, keep] = [true, false].map((training) => net.call([x], { training })[0].toArray());
    expect(drop).not.toEqual(keep);
    expect((await loadModel(await net.toBytes())).layers.map(({ trainable }) => trainable)).toEqual([false, true]);
  });

  it("refuses another number of inputs, other features, and a model that is not built", () => {
    const body = asLayer(sequential([dense({ units: 1, inputShape: [2] })], { name: "body" }));
    const symbol = input({ shape: [2] });
    expect(() => body.apply([symbol, symbol])).toThrow("model: wrong number of inputs; expected 1, got 2.");
    expect(() => body.apply(input({ shape: [3] }))).toThrow(
      "dense: the layer was built for other inputs; expected [2], got [3].",
    );
    expect(() => asLayer(sequential([dense({ units: 1 })]))).toThrow("asLayer: ");
    expect(() => asLayer(dense({ units: 1 }) as never)).toThrow("asLayer: the first argument is not a model");
  });
});

describe("a model within another layer or model", () => {
  const step = (): Model => sequential([dense({ units: 3, activation: "tanh", inputShape: [2] })], { name: "step", seed: 4 }); // prettier-ignore
  const steps = tensor(
    Float32Array.from({ length: 12 }, (_, i) => i / 7),
    [2, 3, 2],
  );

  it("in timeDistributed: each step as the model has it, trained, saved and loaded, with the model's own weights", async () => {
    const inner = step();
    const outer = sequential([layers.timeDistributed({ layer: asLayer(inner), inputShape: [3, 2] })], { seed: 4 });
    expect(outer.weights.map(({ name }) => name)).toEqual([
      "timeDistributed_1/layer/dense_1/kernel",
      "timeDistributed_1/layer/dense_1/bias",
    ]);
    const alone = (): number[] => [...inner.call([tensor(steps.toTypedArray(), [6, 2])])[0].toTypedArray()];
    expect([...(await outer.predict(steps)).toTypedArray()]).toEqual(alone());
    const before = alone();
    await compiled(outer).fit(steps, zeros([2, 3, 3]), { epochs: 2 });
    expect(alone()).not.toEqual(before);
    expect([...(await outer.predict(steps)).toTypedArray()]).toEqual(alone());
    const again = await loadModel(await outer.toBytes());
    expect([...(await again.predict(steps)).toTypedArray()]).toEqual(alone());
    expect(again.weights.map(({ name }) => name)).toEqual(outer.weights.map(({ name }) => name));
  });

  it("first in a sequential model it brings its input's shape along, open sizes too", async () => {
    const net = sequential([asLayer(step()), dense({ units: 1 })]);
    expect(net.isBuilt).toBe(true);
    expect(net.inputShape).toEqual([2]);
    const open = sequential([layers.lstm({ units: 2, inputShape: [null, 2] })], { name: "any", seed: 1 });
    const around = sequential([asLayer(open), dense({ units: 1 })]);
    expect(around.inputShape).toEqual([null, 2]);
    expect((await around.predict(steps)).shape).toEqual([2, 1]);
    const again = await loadModel(await around.toBytes());
    expect((await again.predict(steps)).toArray()).toEqual((await around.predict(steps)).toArray());
  });

  it("a disposed model is no layer", () => {
    const gone = step();
    gone.dispose();
    expect(() => asLayer(gone)).toThrow("asLayer: the model was disposed.");
  });

  it("of two models around one the first that is compiled trains it, until it is disposed", async () => {
    const inner = step();
    const make = (): Model => compiled(sequential([asLayer(inner), dense({ units: 1 })]));
    const [first, second] = [make(), make()];
    const kernel = (): number[] => [...inner.weights[0].value.toTypedArray()];
    const before = kernel();
    await second.fit(x, y, { epochs: 1 });
    expect(kernel()).toEqual(before);
    await first.fit(x, y, { epochs: 1 });
    const after = kernel();
    expect(after).not.toEqual(before);
    first.dispose();
    await compiled(second).fit(x, y, { epochs: 1 });
    expect(kernel()).not.toEqual(after);
  });

  it("build and a lambda's outputShape take null; call compares open sizes as predict does", async () => {
    const net = sequential([layers.lambda({ function: (t) => t, outputShape: [null, 2] }), layers.lstm({ units: 1 })]);
    net.build([null, 2]);
    net.build([null, 2]);
    expect(net.inputShape).toEqual([null, 2]);
    expect(net.call([steps])[0].shape).toEqual([2, 1]);
    const [a, b] = [input({ shape: [null, 2] }), input({ shape: [null, 2] })];
    const sum = model({ inputs: [a, b], outputs: layers.add().apply([a, b]) });
    const short = zeros([2, 1, 2]);
    const text = "add: input shapes differ; expected [N, 3, 2], got [N, 1, 2].";
    await expect(sum.predict([steps, short])).rejects.toThrow(text);
    expect(() => sum.call([steps, short])).toThrow(text);
  });

  it("two functions of one name are not saved as one", async () => {
    const named = (f: (t: Tensor) => Tensor): ((t: Tensor) => Tensor) =>
      Object.defineProperty(f, "name", { value: "f" });
    const [f, g] = [named((t) => t), named((t) => t)];
    const net = (second: typeof f): Model => sequential([layers.lambda({ function: f, inputShape: [2] }), layers.lambda({ function: second })]); // prettier-ignore
    await expect(net(g).toBytes()).rejects.toThrow("lambda: two functions of one name cannot be saved");
    await expect(net(f).toBytes()).resolves.toBeInstanceOf(Uint8Array);
    const { timeDistributed, lambda } = layers;
    const within = (second: typeof f): Model =>
      sequential([
        timeDistributed({ layer: lambda({ function: f }), inputShape: [3, 2] }),
        asLayer(sequential([timeDistributed({ layer: lambda({ function: second }), inputShape: [3, 2] })])),
      ]);
    await expect(within(g).toBytes()).rejects.toThrow(
      'lambda: two functions of one name cannot be saved; expected a name for each function, got "f". Give one of them another name.',
    );
    await expect(within(f).toBytes()).resolves.toBeInstanceOf(Uint8Array);
  });

  it("applied directly and in timeDistributed, its weights would come back from a file as two: refused", () => {
    const inner = asLayer(step());
    const [vector, sequence] = [input({ shape: [2] }), input({ shape: [3, 2] })];
    const twice = [layers.timeDistributed({ layer: inner }).apply(sequence), inner.apply(vector)];
    expect(() => model({ inputs: [vector, sequence], outputs: twice })).toThrow(
      'model: two layers have the same weights; got "timeDistributed_1" and "step". Apply one of them twice, or copy a model: loadModel(await model.toBytes()).',
    );
    const [d, x] = [dense({ units: 2 }), input({ shape: [3, 2] })];
    const wrapped = layers.timeDistributed({ layer: d }).apply(x);
    expect(() => model({ inputs: [x, vector], outputs: [wrapped, d.apply(vector)] })).toThrow(
      'two layers have the same weights; got "timeDistributed_1" and "dense_1"',
    );
    expect(() => model({ inputs: vector, outputs: [inner.apply(vector), inner.apply(vector)] })).not.toThrow();
  });
});
