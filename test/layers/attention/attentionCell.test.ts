/** A cell that looks before each step: against the formula step by step, masks of the memory, files, and what is refused; and recurrent layers as cells of rnn. */
import { describe, expect, it } from "vitest";
import {
  type Layer,
  type Model,
  type Tensor,
  add,
  concat,
  layers,
  loadModel,
  losses,
  matmul,
  mul,
  model,
  optimizers,
  reshape,
  sequential,
  softmax,
  sum,
  tanh,
  tensor,
} from "../../../src/index.js";
import { Random } from "../../../src/tensor/random.js";
import { expectClose, expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";

const [N, T, S, I, H, F] = [2, 4, 3, 2, 3, 4];

const draw = (shape: readonly number[], seed: number): Tensor => {
  const random = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(Float32Array.from({ length: size }, () => 2 * random.uniform() - 1), shape); // prettier-ignore
};
const x = draw([N, T, I], 1);
const memory = draw([N, S, F], 2);

/** A network around a cell that looks at the memory; its second input. */
function network(cell: Layer, options: object = {}, steps: number | null = T): Model {
  const inputs = [layers.input({ shape: [steps, I] }), layers.input({ shape: [null, F] })];
  const outputs = layers.rnn({ cell, constants: 1, returnSequences: true, ...options }).apply(inputs);
  return model({ inputs, outputs, seed: 3 });
}

const weightOf = (net: Model, end: string): Tensor => net.weights.find(({ name }) => name.endsWith(end))!.value;

describe("attentionCell", () => {
  it("is the formula: c = attention(h, memory), h = φ([x, c]·W + h·U + b)", () => {
    const net = network(layers.attentionCell({ cell: layers.simpleRnn({ units: H }) }));
    for (const [i, { value }] of net.weights.entries()) value.assign(draw(value.shape, 20 + i));
    const [A, W, U, b] = ["attention/kernel", "cell/kernel", "cell/recurrentKernel", "cell/bias"].map((end) => weightOf(net, end)); // prettier-ignore
    let h = tensor(new Float32Array(N * H), [N, H]);
    const expected: Tensor[] = [];
    for (let t = 0; t < T; t++) {
      const scores = sum(mul(reshape(matmul(h, A), [N, 1, F]), memory), 2); // (N, S)
      const c = sum(mul(reshape(softmax(scores), [N, S, 1]), memory), 1); // (N, F)
      const step = reshape(draw([N, T, I], 1), [N, T, I]).toTypedArray() as Float32Array;
      const xt = tensor(Float32Array.from({ length: N * I }, (_, k) => step[(Math.floor(k / I) * T + t) * I + (k % I)]), [N, I]); // prettier-ignore
      h = tanh(add(add(matmul(concat([xt, c], 1), W), matmul(h, U)), b));
      expected.push(reshape(h, [N, 1, H]));
    }
    const want = Float64Array.from(concat(expected, 1).toTypedArray());
    expectClose("y", net.call([x, memory])[0].toTypedArray(), want, [N, T, H], { relative: 1e-5, absolute: 1e-6 });
  });

  it("appends what it saw with returnContext", () => {
    const net = network(layers.attentionCell({ cell: layers.gru({ units: H }), returnContext: true }));
    expect(net.call([x, memory])[0].shape).toEqual([N, T, H + F]);
  });

  it("does not look at masked steps of the memory: as with a memory that ends there", () => {
    const net = network(
      layers.attentionCell({ cell: layers.lstm({ units: H }), attention: layers.additiveAttention({ units: 5 }) }),
    );
    const masked = net.call([x, memory], { mask: [undefined, tensor([[1, 1, 0], [1, 1, 0]], undefined, { dtype: "int32" })] }); // prettier-ignore
    const values = memory.toTypedArray() as Float32Array;
    const cut = tensor(Float32Array.from({ length: N * 2 * F }, (_, i) => values[Math.floor(i / (2 * F)) * S * F + (i % (2 * F))]), [N, 2, F]); // prettier-ignore
    const bare = Float64Array.from(net.call([x, cut])[0].toTypedArray());
    expectClose("y", masked[0].toTypedArray(), bare, [N, T, H], { relative: 1e-5, absolute: 1e-6 });
  });

  it("trains, and comes back from a file to the same bits", async () => {
    const net = network(
      layers.attentionCell({ cell: layers.lstm({ units: H }), attention: layers.attention({ score: "general", dropout: 0.2 }) }), // prettier-ignore
    );
    net.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: losses.meanSquaredError() });
    const { history } = await net.fit([x, memory], draw([N, T, H], 5), { epochs: 30, batchSize: 2 });
    expect(history.loss.at(-1)!).toBeLessThan(0.7 * history.loss[0]);
    const again = await loadModel(await net.toBytes());
    expectSameBits("y", again.call([x, memory])[0].toTypedArray(), net.call([x, memory])[0].toTypedArray());
  });

  it.each<[string, () => unknown, string]>([
    ["no memory", () => sequential([layers.rnn({ cell: layers.attentionCell({ cell: layers.gru({ units: 2 }) }), inputShape: [4, 2] })]).build([4, 2]), "attentionCell: the inputs do not fit; expected x [N, I], states [N, H], …, memory [N, S, F], got [N, 2], [N, 2]. In rnn, the memory is its constant: constants: 1."],
    ["no cell", () => layers.attentionCell({} as never), "attentionCell: cell cannot be wrapped; expected a layer, a recurrent layer, or a model as one: asLayer(model), got undefined."],
    ["no layer of attention", () => layers.attentionCell({ cell: layers.gru({ units: 2 }), attention: 3 as never }), "attentionCell: attention cannot be wrapped; expected a layer from [query, memory] to a context, got 3."],
    ["a cell that goes over time", () => layers.rnn({ cell: layers.gru({ units: 2, returnSequences: true }) }), "rnn: cell is more than a step; expected stateful, goBackwards and returnSequences left out, got \"gru\". rnn has these options itself."],
  ])("refuses %s", (_, make, text) => {
    expect(make).toThrow(text);
  }); // prettier-ignore
});

describe("a recurrent layer as the cell of rnn", () => {
  const kinds: readonly [string, () => Layer, (options: object) => Layer][] = [
    ["gru", () => layers.gru({ units: H }), (options) => layers.gru({ units: H, inputShape: [T, I], ...options })],
    ["lstm", () => layers.lstm({ units: H, peephole: true }), (options) => layers.lstm({ units: H, peephole: true, inputShape: [T, I], ...options })],
    ["simpleRnn", () => layers.simpleRnn({ units: H }), (options) => layers.simpleRnn({ units: H, inputShape: [T, I], ...options })],
  ]; // prettier-ignore
  const mask = tensor([[1, 1, 0, 1], [1, 0, 1, 1]], undefined, { dtype: "int32" }); // prettier-ignore

  it.each(kinds)("%s: gives what the fused layer gives, masked or not, and its gradients", (_, cell, fused) => {
    for (const options of [{}, { returnSequences: true }, { goBackwards: true }]) {
      const whole = sequential([fused(options)], { seed: 1 });
      const stepped = sequential([layers.rnn({ cell: cell(), inputShape: [T, I], ...options })], { seed: 2 });
      for (const [i, { value }] of stepped.weights.entries()) value.assign(whole.weights[i].value);
      for (const given of [{}, { mask }]) {
        const [want, got] = [whole, stepped].map((one) => one.call([x], given)[0]);
        expectClose("y", got.toTypedArray(), Float64Array.from(want.toTypedArray()), want.shape, { relative: 1e-5, absolute: 1e-6 }); // prettier-ignore
      }
    }
  });
});
