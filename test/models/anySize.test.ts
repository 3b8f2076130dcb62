/** Models for samples of any size, inputShape [null, …]: they compute what a model built at that size does, to the bit. */
import { describe, expect, it, vi } from "vitest";
import * as layers from "../../src/layers/index.js";
import { meanSquaredError, sparseCategoricalCrossentropy } from "../../src/losses/index.js";
import { accuracy, r2 } from "../../src/metrics/index.js";
import { loadModel } from "../../src/models/file/loading.js";
import { bptt } from "../../src/models/loop/bptt.js";
import { mostSizes } from "../../src/models/loop/streamSteps.js";
import type { Model } from "../../src/models/model.js";
import { model, sequential } from "../../src/models/sequential.js";
import { adam } from "../../src/optimizers/index.js";
import { launcher } from "../../src/runtime/runtime.js";
import { tensor } from "../../src/tensor/create.js";
import type { SampleShape, Shape } from "../../src/tensor/shape.js";
import { sizeOf } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

/** Numbers that repeat nowhere. */
const wave = (shape: Shape, phase = 0): Tensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.3 * i + phase)),
    shape,
  );
const valuesOf = (net: Model): number[][] => net.weights.map(({ value }) => [...value.toTypedArray()]);

/** A network, the shape of its samples with null, and a sample of some sizes with its target. */
interface Net {
  readonly name: string;
  readonly make: (inputShape: SampleShape) => Model;
  readonly open: SampleShape;
  readonly sizes: readonly Shape[];
  readonly target: (N: number, sample: Shape) => Tensor;
}

const { conv1d, conv2d, dense, globalAveragePooling1d, globalAveragePooling2d, gru, lstm } = layers;
const nets: readonly Net[] = [
  {
    name: "a recurrent network of sequences of any length",
    make: (inputShape) => sequential([lstm({ units: 3, inputShape }), dense({ units: 2 })], { seed: 4 }),
    open: [null, 4],
    sizes: [[5, 4], [1, 4], [9, 4]], // prettier-ignore
    target: (N) => wave([N, 2], 1),
  },
  {
    name: "a target for each step",
    make: (inputShape) =>
      sequential([gru({ units: 3, returnSequences: true, inputShape }), layers.layerNormalization(), dense({ units: 2 })], { seed: 4 }), // prettier-ignore
    open: [null, 4],
    sizes: [[5, 4], [3, 4]], // prettier-ignore
    target: (N, [T]) => wave([N, T, 2], 1),
  },
  {
    name: "convolution and pooling over time",
    make: (inputShape) =>
      sequential(
        [
          conv1d({ filters: 3, kernelSize: 3, padding: "same", activation: "relu", inputShape }),
          layers.maxPooling1d(),
          layers.batchNormalization(),
          globalAveragePooling1d(),
          dense({ units: 2 }),
        ],
        { seed: 4 },
      ),
    open: [null, 4],
    sizes: [[6, 4], [9, 4]], // prettier-ignore
    target: (N) => wave([N, 2], 1),
  },
  {
    name: "images of any size",
    make: (inputShape) =>
      sequential(
        [
          conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape }),
          layers.maxPooling2d(),
          layers.dropout({ rate: 0.2 }),
          conv2d({ filters: 3, kernelSize: 2, strides: 2, padding: "same" }),
          globalAveragePooling2d(),
          dense({ units: 2 }),
        ],
        { seed: 4 },
      ),
    open: [null, null, 3],
    sizes: [[8, 8, 3], [7, 10, 3]], // prettier-ignore
    target: (N) => wave([N, 2], 1),
  },
  {
    name: "numbers of any length, with a branch and a nested join",
    make(inputShape) {
      const x = layers.input({ shape: inputShape });
      const a = dense({ units: 3 }).apply(x);
      const b = layers.timeDistributed({ layer: dense({ units: 3, activation: "tanh" }) }).apply(x);
      const joined = layers.concatenate().apply([layers.add().apply([a, b]), x]);
      return model({ inputs: x, outputs: dense({ units: 2 }).apply(layers.globalMaxPooling1d().apply(joined)), seed: 4 }); // prettier-ignore
    },
    open: [null, 4],
    sizes: [[5, 4], [2, 4]], // prettier-ignore
    target: (N) => wave([N, 2], 1),
  },
];

const compiled = (net: Model): Model => {
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: meanSquaredError() });
  return net;
};

describe.each(nets)("$name", ({ make, open, sizes, target }) => {
  it("fits, evaluates, predicts and is called with the bits of a model that is built at that size", async () => {
    for (const sample of sizes) {
      const [any, fixed] = [compiled(make(open)), compiled(make(sample))];
      expect(valuesOf(any)).toEqual(valuesOf(fixed));
      const [x, y] = [wave([6, ...sample]), target(6, sample)];
      const run = async (net: Model) => ({
        fitted: (await net.fit(x, y, { epochs: 2, batchSize: 4, validationSplit: 0.4 })).history,
        evaluated: await net.evaluate(x, y, { batchSize: 4 }),
        predicted: (await net.predict(x, { batchSize: 4 })).toArray(),
        called: net.call([x])[0].toArray(),
        step: net.trainOnBatch([x], [y]).item(),
        weights: valuesOf(net),
      });
      expect(await run(any)).toEqual(await run(fixed));
    }
  });

  it("one model for all sizes, from one fit to the next, and in a stream of them", async () => {
    const [one, other] = [compiled(make(open)), compiled(make(open))];
    const batches = [0, 1, 0, 1, 1].map((i) => {
      const sample = sizes[i];
      return { x: wave([3, ...sample], i), y: target(3, sample) };
    });
    for (const { x, y } of batches) await one.fit(x, y, { batchSize: 3, shuffle: false });
    await other.fit(() => batches, { epochs: 1 });
    expect(valuesOf(other)).toEqual(valuesOf(one));
  });

  it("comes back from a file with its open sizes", async () => {
    const net = make(open);
    const again = await loadModel(await net.toBytes());
    expect(JSON.parse(JSON.stringify(again.inputShape))).toEqual(open);
    for (const sample of sizes) {
      const x = wave([2, ...sample]);
      expect((await again.predict(x)).toArray()).toEqual((await net.predict(x)).toArray());
    }
  });
});

describe("sequences of tokens of any length", () => {
  const make = (inputShape: SampleShape): Model =>
    sequential(
      [
        layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true, inputShape }),
        lstm({ units: 3 }),
        dense({ units: 2, activation: "softmax" }),
      ],
      { seed: 2 },
    );
  const tokens = (N: number, T: number): Tensor => tensor(Int32Array.from({ length: N * T }, (_, i) => (i * 7) % 9), [N, T]); // prettier-ignore

  it("masks, groups by length and accuracy work as at a known length", async () => {
    const labels = tensor(Int32Array.of(0, 1, 1, 0, 1));
    const runs = [make([null]), make([6])].map(async (net) => {
      net.compile({ optimizer: adam(), loss: sparseCategoricalCrossentropy(), metrics: [accuracy()] });
      const { history } = await net.fit(tokens(5, 6), labels, { epochs: 2, batchSize: 2, groupByLength: true });
      return { history, evaluated: await net.evaluate(tokens(5, 6), labels), weights: valuesOf(net) };
    });
    const [any, fixed] = await Promise.all(runs);
    expect(any).toEqual(fixed);
  });

  it("a saved model of a known length is loaded for any", async () => {
    const net = make([6]);
    const again = await loadModel(await net.toBytes(), { inputShape: [null] });
    expect((await again.predict(tokens(2, 6))).toArray()).toEqual((await net.predict(tokens(2, 6))).toArray());
    expect((await again.predict(tokens(2, 11))).shape).toEqual([2, 2]);
  });

  it("bptt trains on windows of it", async () => {
    const run = async (inputShape: SampleShape): Promise<number[][]> => {
      const net = compiled(sequential([gru({ units: 2, returnSequences: true, inputShape }), dense({ units: 1 })], { seed: 1 })); // prettier-ignore
      await bptt(net, { x: wave([2, 12, 3]), y: wave([2, 12, 1]) }, { window: 5, carryState: false });
      return valuesOf(net);
    };
    expect(await run([null, 3])).toEqual(await run([5, 3]));
  });

  it("a length that comes back in a stream is replayed: one recording a length, one of the update", async () => {
    const net = compiled(sequential([lstm({ units: 3, inputShape: [null, 2] }), dense({ units: 1 })], { seed: 3 }));
    const recorded = vi.spyOn(launcher(), "record");
    await net.fit(() => [3, 5, 3, 4, 5, 3].map((T) => ({ x: wave([2, T, 2]), y: wave([2, 1]) })), { epochs: 3 });
    expect(recorded).toHaveBeenCalledTimes(4);
    recorded.mockRestore();
  });

  it(`a stream keeps the recordings of ${mostSizes} sizes at most, and one that comes back is the same`, async () => {
    const net = compiled(sequential([lstm({ units: 3, inputShape: [null, 2] }), dense({ units: 1 })], { seed: 3 }));
    const lengths = [...Array(2 * mostSizes).keys(), 1, 0].map((i) => i + 1);
    await net.fit(() => lengths.map((T) => ({ x: wave([2, T, 2]), y: wave([2, 1]) })), { epochs: 2 });
    const plain = compiled(sequential([lstm({ units: 3, inputShape: [null, 2] }), dense({ units: 1 })], { seed: 3 }));
    for (let epoch = 0; epoch < 2; epoch++)
      for (const T of lengths) await plain.fit(wave([2, T, 2]), wave([2, 1]), { shuffle: false });
    expect(valuesOf(net)).toEqual(valuesOf(plain));
  });
});

describe("what needs a size says so", () => {
  it.each<[string, () => unknown]>([
    [
      "dense: its weights need a size that is null; got kernel [null, 2]. Say it in inputShape, or pool over that axis before.",
      () => sequential([layers.flatten({ inputShape: [null, 4] }), dense({ units: 2 })]),
    ],
    ["dense: its weights need a size that is null", () => sequential([dense({ units: 2, inputShape: [null] })])],
    ["lstm: its weights need a size that is null", () => sequential([lstm({ units: 2, inputShape: [4, null] })])],
    [
      "conv2d: the number of channels is not known; expected [N, …, C] with a known C, got [N, 8, 8, null].",
      () => sequential([conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, null] })]),
    ],
    [
      "r2: its totals need a size that is not known; expected an output whose sizes are known, got [N, null, 1].",
      () =>
        sequential([dense({ units: 1, inputShape: [null, 3] })]).compile({
          optimizer: adam(),
          loss: meanSquaredError(),
          metrics: [r2()],
        }),
    ],
    [
      "layerNormalization: its weights need a size that is null",
      () => sequential([layers.layerNormalization({ axis: [1, 2], inputShape: [null, 3] })]),
    ],
    [
      "add: input shapes differ; expected [N, null, 4], got [N, 5, 4].",
      () => layers.add().apply([layers.input({ shape: [null, 4] }), layers.input({ shape: [5, 4] })]),
    ],
    [
      "input: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got [-1].",
      () => layers.input({ shape: [null, -1] }),
    ],
  ])("%s", (text, call) => {
    expect(call).toThrow(text);
  });

  it("data that do not fit are refused before anything is trained", async () => {
    const net = compiled(sequential([conv1d({ filters: 2, kernelSize: 4, inputShape: [null, 2] }), globalAveragePooling1d()])); // prettier-ignore
    const before = valuesOf(net);
    await expect(net.fit(wave([3, 5, 3]), wave([3, 2]))).rejects.toThrow(
      "fit: x does not fit the model; expected [N, null, 2], got x [3, 5, 3].",
    );
    await expect(net.fit(wave([3, 2, 2]), wave([3, 2]))).rejects.toThrow(
      "conv1d: the window is larger than the padded input; expected a window of at most 2 along T (input 2, padding 0 + 0), got 4.",
    );
    expect(() => net.call([wave([3, 5, 3])])).toThrow("call: input 0 does not fit the model; expected [N, null, 2]");
    await expect(net.predict(new Float32Array(12))).rejects.toThrow(
      "A typed array holds N samples of one size end to end",
    );
    expect(valuesOf(net)).toEqual(before);
  });

  it("an open axis is null where shapes are read, as it was given, and not NaN", async () => {
    const x = layers.input({ shape: [null, 2] });
    const states = lstm({ units: 3, returnSequences: true }).apply(x);
    const net = model({ inputs: x, outputs: dense({ units: 2 }).apply(states), seed: 1 });
    expect([x.shape, states.shape, net.inputShape]).toEqual([[null, 2], [null, 3], [null, 2]]); // prettier-ignore
    expect((await loadModel(await net.toBytes())).inputShape).toEqual([null, 2]);
    expect(layers.input({ shape: states.shape }).shape).toEqual([null, 3]);
  });

  it("the summary shows what is open", () => {
    const net = compiled(sequential([lstm({ units: 3, inputShape: [null, 2] }), dense({ units: 1 })]));
    let text = "";
    net.summary((line) => (text += line));
    expect(text).toContain("[N, null, 2]");
    expect(text).toContain("and more with the size of a sample");
  });
});
