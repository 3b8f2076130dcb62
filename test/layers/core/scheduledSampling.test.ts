/** Scheduled sampling: which tokens are replaced, by what, and how often; recorded steps read the rate; files; what is refused. */
import { afterAll, expect, it } from "vitest";
import { type Layer, layers, loadModel, losses, model, optimizers, tensor } from "../../../src/index.js";
import { RandomState } from "../../../src/tensor/randomState.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";

const [N, T, V] = [50, 20, 5];
const random = new RandomState(3);
afterAll(() => random.dispose());

/** The layer, built; its weight has a value. */
function sampling(rate: number): Layer {
  const layer = layers.scheduledSampling({ rate });
  const inputs = [layers.input({ shape: [T] }), layers.input({ shape: [T, V] })];
  const { weights } = model({ inputs, outputs: layer.apply(inputs) }); // gives the rate memory
  expect(weights.map(({ name }) => name)).toEqual(["scheduledSampling_1/rate"]);
  return layer;
}

/** Tokens 1, and logits whose likeliest token at step t is 2 + t % 3. */
const right = tensor(new Int32Array(N * T).fill(1), [N, T]);
const logits = tensor(
  Float32Array.from({ length: N * T * V }, (_, i) => Number(i % V === 2 + ((Math.floor(i / V) % T) % 3))),
  [N, T, V],
);
const called = (layer: Layer, training: boolean, mask?: Tensor): Int32Array => {
  const y = layer.call([right, logits], { training, random, stream: 1, masks: [mask, undefined] });
  return y.toTypedArray() as Int32Array;
};

it.each([0, 0.25, 0.7, 1])("rate %d: that share of the tokens is what the step before predicted", (rate) => {
  const y = called(sampling(rate), true);
  let replaced = 0;
  for (const [i, token] of y.entries()) {
    const t = i % T;
    if (token === 1) continue;
    expect(t).toBeGreaterThan(0);
    expect(token).toBe(2 + ((t - 1) % 3));
    replaced++;
  }
  const share = replaced / (N * (T - 1));
  expect(Math.abs(share - rate)).toBeLessThanOrEqual(4 * Math.sqrt((rate * (1 - rate)) / (N * (T - 1))));
});

it("hands the tokens on outside of training, and leaves those that do not count as they are", () => {
  expect(called(sampling(1), false).every((token) => token === 1)).toBe(true);
  const mask = tensor(Int32Array.from({ length: N * T }, (_, i) => Number(i % T < 6)), [N, T]); // prettier-ignore
  const y = called(sampling(1), true, mask);
  expect(y.every((token, i) => (i % T > 0 && i % T < 6 ? token > 1 : token === 1))).toBe(true);
});

/** A decoder that reads its own predictions now and then. */
function decoder(rate: number) {
  const written = layers.input({ shape: [T] });
  const [table, steps, output] = [
    layers.embedding({ inputDim: V, outputDim: 4 }),
    layers.gru({ units: 6, returnSequences: true }),
    layers.dense({ units: V }),
  ];
  const logitsOf = (tokens: typeof written) => output.apply(steps.apply(table.apply(tokens)));
  const mixed = layers.scheduledSampling({ rate, name: "sampling" }).apply([written, logitsOf(written)]);
  const net = model({ inputs: written, outputs: logitsOf(mixed), seed: 4 });
  net.compile({
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  });
  return net;
}
const sequences = tensor(Int32Array.from({ length: N * T }, (_, i) => (i * i + (i >> 3)) % V), [N, T]); // prettier-ignore

it("trains on fused layers, and at rate 0 to the bits of a network without it", async () => {
  const histories = await Promise.all(
    [0, 0.5].map((rate) => decoder(rate).fit(sequences, sequences, { epochs: 3, batchSize: 10 })),
  );
  const written = layers.input({ shape: [T] });
  const parts = [
    layers.embedding({ inputDim: V, outputDim: 4 }),
    layers.gru({ units: 6, returnSequences: true }),
    layers.dense({ units: V }),
  ];
  const bare = model({ inputs: written, outputs: parts.reduce((x, layer) => layer.apply(x), written), seed: 4 });
  bare.compile({
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  });
  const expected = await bare.fit(sequences, sequences, { epochs: 3, batchSize: 10 });
  expect(histories[0].history.loss).toEqual(expected.history.loss);
  expect(histories[1].history.loss).not.toEqual(expected.history.loss);
});

it("a recorded step reads the rate that was assigned: from 1 to 0, and it trains as without", async () => {
  const [changed, never] = [decoder(1), decoder(0)];
  const rate = changed.weights.find(({ name }) => name === "sampling/rate")!.value;
  rate.assign(Float32Array.of(0));
  const losses = [];
  for (const one of [changed, never])
    losses.push((await one.fit(sequences, sequences, { epochs: 2, batchSize: 10 })).history.loss);
  expect(losses[0]).toEqual(losses[1]);
  const again = await loadModel(await changed.toBytes());
  expectSameBits("logits", again.call([sequences])[0].toTypedArray(), changed.call([sequences])[0].toTypedArray());
  const callbacks = [
    {
      onEpochBegin(epoch: number) {
        rate.assign(Float32Array.of(epoch));
      },
    },
  ];
  const [first, second] = (await changed.fit(sequences, sequences, { epochs: 2, batchSize: 10, callbacks })).history.loss; // prettier-ignore
  expect(second).toBeGreaterThan(first); // its own predictions are harder to go on from
});

it("an input of numbers behind the logits need not be tokens", () => {
  const [written, state] = [layers.input({ shape: [4] }), layers.input({ shape: [6] })];
  const steps = layers.gru({ units: 6, returnSequences: true });
  const logitsOf = layers.dense({ units: V });
  const table = layers.embedding({ inputDim: V, outputDim: 4 });
  const first = logitsOf.apply(steps.apply([table.apply(written), state]));
  const mixed = layers.scheduledSampling({ rate: 0.5 }).apply([written, first]);
  const net = model({ inputs: [written, state], outputs: logitsOf.apply(steps.apply([table.apply(mixed), state])) });
  const numbers = tensor([[0.5, -1.5, 2, 7.25, -1, 0]]);
  expect(net.call([tensor([[1, 2, 3, 4]], undefined, { dtype: "int32" }), numbers])[0].shape).toEqual([1, 4, V]);
});

it.each([
  [{ rate: 1.5 }, "scheduledSampling: rate is out of range; expected a number in [0, 1], got 1.5."],
  [{}, "scheduledSampling: rate is missing; expected a number in [0, 1]."],
])("%j is refused", (options, text) => {
  expect(() => layers.scheduledSampling(options as never)).toThrow(text);
});

it("inputs that do not fit are refused", () => {
  const inputs = [layers.input({ shape: [4] }), layers.input({ shape: [5, 3] })];
  expect(() => layers.scheduledSampling({ rate: 0.5 }).apply(inputs)).toThrow(
    "scheduledSampling: the inputs do not fit; expected tokens [N, T] and logits [N, T, V], got [N, 4] and [N, 5, 3].",
  );
});
