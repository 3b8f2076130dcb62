/** A block that is computed again in the backward pass: the bits of training without, less memory, saved and loaded. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  Random,
  asLayer,
  init,
  layers,
  loadModel,
  losses,
  memoryUsage,
  model as graphModel,
  optimizers,
  sequential,
  tensor,
} from "../../../src/index.js";
import type { Layer, Model } from "../../../src/index.js";

beforeAll(() => init());

const block = (): Layer[] => [
  layers.dense({ units: 24, activation: "relu", inputShape: [24] }),
  layers.batchNormalization(),
  layers.dropout({ rate: 0.3 }),
  layers.gaussianNoise({ stddev: 0.1 }),
  layers.dense({ units: 24, activation: "tanh" }),
];

/** 24 numbers, blocks past which their input goes, too, 3 logits. */
function network(blocks: number, recompute: boolean): Model {
  const x = layers.input({ shape: [24] });
  let a = x;
  for (let i = 0; i < blocks; i++) {
    const inner = asLayer(sequential(block(), { name: `block_${i}`, seed: i }), { recompute });
    a = layers.add().apply([inner.apply(a), a]);
  }
  return graphModel({ inputs: x, outputs: layers.dense({ units: 3 }).apply(a), seed: 7 });
}

function compiled(model: Model): Model {
  model.compile({ optimizer: optimizers.adam(), loss: losses.categoricalCrossentropy({ fromLogits: true }) });
  return model;
}

function samples(N: number) {
  const random = new Random(1);
  const x = tensor(Float32Array.from({ length: N * 24 }, () => random.uniform(-1, 1)), [N, 24]); // prettier-ignore
  return { x, y: tensor(Int32Array.from({ length: N }, () => random.integer(3))) };
}

const weightsOf = (model: Model): [string, number[]][] => model.weights.map(({ name, value }) => [name, [...value.toTypedArray()].map(Number)]); // prettier-ignore

describe("asLayer with recompute", () => {
  it("three epochs of fit give the same bits, with dropout, noise and moving averages of batch normalization", async () => {
    const { x, y } = samples(70);
    const trained = [];
    for (const recompute of [false, true]) {
      const model = compiled(network(3, recompute));
      const { history } = await model.fit(x, y, { epochs: 3, batchSize: 32 });
      const { loss } = await model.evaluate(x, y);
      trained.push({ loss: history.loss, evaluated: loss, weights: weightsOf(model) });
      model.dispose();
    }
    expect(trained[1]).toEqual(trained[0]);
  });

  it("masks go through: a block of embedding and LSTM on padded sequences gives the same bits", async () => {
    const random = new Random(2);
    const x = tensor(Int32Array.from({ length: 20 * 6 }, (_, i) => (i % 6 < 4 ? 1 + random.integer(9) : 0)), [20, 6]); // prettier-ignore
    const y = tensor(Int32Array.from({ length: 20 }, () => random.integer(2)));
    const losses_ = [];
    for (const recompute of [false, true]) {
      const inner = sequential(
        [
          layers.embedding({ inputDim: 10, outputDim: 5, maskZero: true, inputShape: [6] }),
          layers.lstm({ units: 4, returnSequences: true, dropout: 0.2 }),
        ],
        { name: "block", seed: 1 },
      );
      const model = compiled(sequential([asLayer(inner, { recompute }), layers.lstm({ units: 3 }), layers.dense({ units: 2 })], { seed: 3 })); // prettier-ignore
      const { history } = await model.fit(x, y, { epochs: 3, batchSize: 8 });
      losses_.push([history.loss, weightsOf(model)]);
      model.dispose();
    }
    expect(losses_[1]).toEqual(losses_[0]);
  });

  it("a step of 40 blocks needs less than half of the memory", async () => {
    const { x, y } = samples(2000);
    const peaks = [];
    for (const recompute of [true, false]) {
      const model = compiled(network(40, recompute));
      await model.fit(x, y, { epochs: 1, batchSize: 2000 });
      peaks.push(memoryUsage().peakBytes);
      model.dispose();
    }
    expect(peaks[0]).toBeLessThan(peaks[1] / 2);
  });

  it("is saved and loaded with the outer model, answers with the same bits and can be trained on", async () => {
    const { x, y } = samples(40);
    const model = compiled(network(2, true));
    await model.fit(x, y, { epochs: 1, batchSize: 20 });
    const loaded = await loadModel(await model.toBytes());
    const block = loaded.layers.find(({ kind }) => kind === "model") as unknown as { readonly recomputes: boolean };
    expect(block.recomputes).toBe(true);
    const [before, after] = [model, loaded].map((one) => one.predict(x));
    expect([...(await after).toTypedArray()]).toEqual([...(await before).toTypedArray()]);
    await compiled(loaded).fit(x, y, { epochs: 1, batchSize: 20 });
    expect(weightsOf(loaded).map(([name]) => name)).toEqual(weightsOf(model).map(([name]) => name));
    for (const one of [model, loaded]) one.dispose();
  });

  it("refuses another kind, another answer for the same model, and stateful layers", () => {
    const inner = sequential(block());
    expect(() => asLayer(inner, { recompute: 1 as never })).toThrow(/^asLayer: recompute/);
    expect(() => asLayer(inner, { recomputes: true } as never)).toThrow(/^asLayer: .*recomputes/);
    const layer = asLayer(inner, { recompute: true });
    expect(asLayer(inner)).toBe(layer);
    expect(() => asLayer(inner, { recompute: false })).toThrow("asLayer: the layer of this model has recompute: true. Each call for a model gives the same layer"); // prettier-ignore
    const stateful = sequential([layers.lstm({ units: 2, stateful: true, batchSize: 4, inputShape: [3, 2] })]);
    expect(() => asLayer(stateful, { recompute: true })).toThrow("asLayer: a block with stateful layers cannot be recomputed"); // prettier-ignore
  });
});
