/** One table for tokens and logits: both directions, training of all rows against a network with a transposed product, files, and what is refused. */
import { expect, it } from "vitest";
import { layers, loadModel, losses, model, models, optimizers, tensor } from "../../../src/index.js";
import type { Model } from "../../../src/index.js";
import { expectClose, expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";

const [V, D] = [7, 3];
const tokens = tensor([[1, 2, 3, 0], [4, 1, 1, 2]], undefined, { dtype: "int32" }); // prettier-ignore

/** Tokens to vectors to logits, with a layer between. */
function tied(): Model {
  const table = layers.reversibleEmbedding({ inputDim: V, outputDim: D, name: "table" });
  const read = layers.input({ shape: [null] });
  const between = layers.dense({ units: D, activation: "tanh", name: "between" }).apply(table.apply(read));
  return model({ inputs: read, outputs: table.apply(between), seed: 5 });
}

it("has one table, and its logits are the products with the rows", () => {
  const net = tied();
  expect(net.weights.map(({ name }) => name)).toEqual(["table/embeddings", "between/kernel", "between/bias"]);
  const [E, W] = net.weights.map(({ value }) => value.toArray() as number[][]);
  const logits = net.call([tokens])[0].toArray() as number[][][];
  const vector = W[0].map((_, j) => Math.tanh(E[4].reduce((sum, e, i) => sum + e * W[i][j], 0)));
  const expected = E.map((row) => row.reduce((sum, e, j) => sum + e * vector[j], 0));
  for (const [v, value] of logits[1][0].entries()) expect(value).toBeCloseTo(expected[v], 5);
});

it("trains the table by both uses: central differences of the loss", async () => {
  const net = tied();
  const table = net.weights[0].value;
  const targets = tensor([[2, 3, 1, 1], [1, 1, 2, 5]], undefined, { dtype: "int32" }); // prettier-ignore
  const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
  net.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss });
  const before = Float32Array.from(table.toTypedArray());
  const lossAt = async (values: Float32Array): Promise<number> => {
    table.assign(values);
    return (await net.evaluate(tokens, targets)).loss;
  };
  const step = 1e-2;
  const expected = new Float64Array(V * D);
  for (let i = 0; i < V * D; i++) {
    const [up, down] = [Float32Array.from(before), Float32Array.from(before)];
    up[i] += step;
    down[i] -= step;
    expected[i] = ((await lossAt(up)) - (await lossAt(down))) / (2 * step);
  }
  table.assign(before);
  net.trainOnBatch([tokens], [targets]);
  const got = Float32Array.from(table.toTypedArray(), (value, i) => before[i] - value); // rate 1
  expectClose("gradient", got, expected, [V, D], { relative: 2e-2, absolute: 2e-4 });
  expect(got.slice(6 * D).some((g) => g !== 0)).toBe(true); // a row that no token has
});

it("takes vectors that come from an input of numbers, which need not be tokens", () => {
  const table = layers.reversibleEmbedding({ inputDim: V, outputDim: D });
  const [read, state] = [layers.input({ shape: [null] }), layers.input({ shape: [D] })];
  const steps = layers.gru({ units: D, returnSequences: true }).apply([table.apply(read), state]);
  const net = model({ inputs: [read, state], outputs: table.apply(steps) });
  const numbers = tensor([[0.5, -1.5, 2], [0, 7.5, 0.25]]); // prettier-ignore
  expect(net.call([tokens, numbers])[0].shape).toEqual([2, 4, V]);
  expect(() => net.call([numbers, numbers])).toThrow("must hold tokens");
});

it("comes back from a file with one table", async () => {
  const net = tied();
  const again = await loadModel(await net.toBytes());
  expect(again.weights).toHaveLength(3);
  expectSameBits("logits", again.call([tokens])[0].toTypedArray(), net.call([tokens])[0].toTypedArray());
});

it("a tied GPT has V·F weights fewer than one that is not, and its bias", () => {
  const size = (net: Model): number => {
    net.build([null]);
    return net.weights.reduce((sum, { value }) => sum + value.size, 0);
  };
  const options = { vocabulary: 11, context: 8, features: 8, blocks: 1, heads: 2, seed: 1 };
  expect(size(models.gpt(options)) - size(models.gpt({ ...options, tied: true }))).toBe(11 * 8 + 11);
});

it.each([
  [[4, 2], "[N, 4, 2]"],
  [[4, 2, 3], "[N, 4, 2, 3]"],
])("inputs of shape %j are refused", (shape, got) => {
  const table = layers.reversibleEmbedding({ inputDim: V, outputDim: D });
  expect(() => table.apply(layers.input({ shape }))).toThrow(
    `reversibleEmbedding: the input does not fit; expected tokens [N, T], or vectors [N, T, 3], got ${got}.`,
  );
});
