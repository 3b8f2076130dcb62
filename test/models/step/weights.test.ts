/** The slabs of a model's weights: what is in which, who trains it, what a step may change, and what is left in peace. */
import { describe, expect, it } from "vitest";
import { MemoryError } from "../../../src/errors.js";
import { ones } from "../../../src/initializers/index.js";
import { batchNormalization, dense, embedding, flatten, input, lstm } from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { Parameter } from "../../../src/layers/parameter.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { StepState } from "../../../src/models/step/stepState.js";
import { Weights } from "../../../src/models/step/weights.js";
import { sgd } from "../../../src/optimizers/index.js";
import { l2 } from "../../../src/regularizers/index.js";
import { memoryUsage } from "../../../src/runtime/runtime.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import { RandomState } from "../../../src/tensor/randomState.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { normals, weightsOf } from "../networks.js";

const [x, y] = [normals(1, [8, 3]), normals(2, [8, 2])];

/** A body of two layers with moving statistics, and a head. */
const network = (): Model =>
  sequential([
    dense({ units: 4, inputShape: [3], name: "body" }),
    batchNormalization({ name: "norm" }),
    dense({ units: 2, name: "head" }),
  ]);

/** The first two layers of `base` under a head of its own. */
function beside(base: Model): Model {
  const symbol = input({ shape: [3] });
  const body = base.layers[1].apply(base.layers[0].apply(symbol));
  return model({ inputs: symbol, outputs: dense({ units: 2, name: "other" }).apply(body) });
}

const compile = (net: Model, averageDecay?: number): Model => {
  const average = averageDecay === undefined ? {} : { averageDecay };
  net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError(), ...average });
  return net;
};

const slabs = (net: Model): Weights => net.insides.bound("test").weights;
const namesOf = (net: Model, values: readonly Tensor[]): string[] =>
  values.map((value) => slabs(net).all.find((weight) => weight.value === value)?.name ?? `${value.size} in one`);
const gradientsOf = (net: Model): unknown => slabs(net).forOptimizer().gradients;

describe("what is averaged", () => {
  it("is what the model made, frozen or not, each value once: those with weight decay first, then moving statistics", () => {
    const net = network();
    net.layers[0].trainable = false;
    compile(net);
    expect(slabs(net).averaged.map((values) => namesOf(net, values))).toEqual([
      ["body/kernel", "head/kernel", "body/bias", "norm/gamma", "norm/beta", "head/bias"],
      ["norm/movingMean", "norm/movingVariance"],
    ]);
  });

  it("is not what another model made and trains: its new values are used at once", async () => {
    const base = compile(network());
    const net = compile(beside(base), 0.9);
    expect(slabs(net).averaged.map((values) => namesOf(net, values))).toEqual([["other/kernel", "other/bias"], []]);
    const before = (await net.predict(x)).toArray();
    await base.fit(x, y, { batchSize: 8 });
    expect((await net.predict(x)).toArray()).not.toEqual(before);
  });

  it("is what another model made and this one trains, but not its moving statistics where there is nothing to train", () => {
    const base = network();
    base.build([3]);
    slabs(base);
    const net = compile(beside(base));
    expect(slabs(net).averaged.map((values) => namesOf(net, values))).toEqual([
      ["body/kernel", "other/kernel", "body/bias", "norm/gamma", "norm/beta", "other/bias"],
      ["norm/movingMean", "norm/movingVariance"],
    ]);
  });
});

it("a step may change the moving statistics of another model's layers, and its own in one piece", () => {
  const base = compile(network());
  expect(namesOf(base, slabs(base).changedInForward)).toEqual(["32 in one"]);
  const net = compile(beside(base));
  expect(namesOf(net, slabs(net).changedInForward)).toEqual(["0 in one", "norm/movingMean", "norm/movingVariance"]);
});

describe("the gradients", () => {
  it("keep their slab when a model is compiled again, and get another when it trains other weights", async () => {
    const base = await loadModel(await compile(network()).toBytes({ checkpoint: true }));
    const first = gradientsOf(base);
    compile(base);
    expect(gradientsOf(base)).toBe(first);
    const loaded = await loadModel(await compile(network()).toBytes({ checkpoint: true }));
    const before = gradientsOf(loaded);
    compile(beside(loaded));
    compile(loaded);
    expect(gradientsOf(loaded)).not.toBe(before);
    expect(slabs(loaded).trainable.map(({ name }) => name)).toEqual(["head/kernel", "head/bias"]);
  });

  it("get another slab when as many weights are trained, some of them others", async () => {
    const made = sequential([
      batchNormalization({ inputShape: [3], name: "norm" }),
      dense({ units: 2, name: "body" }),
      dense({ units: 2, name: "head" }),
    ]);
    const base = await loadModel(await compile(made).toBytes({ checkpoint: true }));
    const [at, after] = [input({ shape: [3] }), input({ shape: [2] })];
    const bodyAlone = compile(model({ inputs: at, outputs: base.layers[1].apply(at) }));
    compile(base);
    const before = gradientsOf(base);
    expect(slabs(base).trainable.map(({ name }) => name)).toEqual([
      "norm/gamma",
      "norm/beta",
      "head/kernel",
      "head/bias",
    ]);
    bodyAlone.dispose();
    slabs(base).isFirm = false;
    compile(model({ inputs: after, outputs: base.layers[2].apply(after) }));
    compile(base);
    expect(gradientsOf(base)).not.toBe(before);
    expect(slabs(base).trainable.map(({ name }) => name)).toEqual([
      "norm/gamma",
      "norm/beta",
      "body/kernel",
      "body/bias",
    ]);
    await base.fit(x, y, { batchSize: 8 });
  });

  it("get a smaller slab when the last of the weights are not trained any more", async () => {
    const made = sequential([dense({ units: 4, inputShape: [3] }), batchNormalization()]);
    const base = await loadModel(await compile(made).toBytes({ checkpoint: true }));
    const before = gradientsOf(base);
    const symbol = input({ shape: [4] });
    compile(model({ inputs: symbol, outputs: base.layers[1].apply(symbol) }));
    compile(base);
    expect(slabs(base).forOptimizer().values).toHaveLength(2);
    expect(gradientsOf(base)).not.toBe(before);
  });

  it("have no version and nothing to clear before there are any", () => {
    const net = network();
    net.build([3]);
    slabs(net).clearGradients();
    expect(slabs(net).gradientVersion).toBe(0);
    compile(net);
    const version = slabs(net).gradientVersion;
    slabs(net).clearGradients();
    expect(slabs(net).gradientVersion).toBeGreaterThan(version);
  });

  it("reach the optimizer with rules: what is frozen, what decays, which rows", () => {
    const net = sequential([
      embedding({ inputDim: 5, outputDim: 2, inputLength: 3, name: "table" }),
      lstm({ units: 2, peephole: true, name: "lstm" }),
      dense({ units: 1, name: "head" }),
    ]);
    net.layers[2].trainable = false;
    net.compile({ optimizer: sgd(), loss: meanSquaredError() });
    const { values, rules } = slabs(net).forOptimizer();
    expect(namesOf(net, values).map((name, i) => [name, rules[i].trainable, rules[i].decays, rules[i].rows !== undefined])).toEqual([
      ["table/embeddings", true, true, true],
      ["lstm/kernel", true, true, false],
      ["lstm/recurrentKernel", true, true, false],
      ["head/kernel", false, true, false],
      ["lstm/bias", true, false, false],
      ["lstm/peepholes", true, false, false],
      ["head/bias", false, false, false],
    ]); // prettier-ignore
  });

  it("of an embedding are kept by rows, unless a penalty reaches them all", () => {
    const rowsOf = (table: ReturnType<typeof embedding>): boolean[] => {
      const net = sequential([table, flatten(), dense({ units: 1 })]);
      net.compile({ optimizer: sgd(), loss: meanSquaredError() });
      const [{ value, parameter }] = net.weights;
      return [parameter.rows !== undefined, value.listed !== undefined, value.grad?.listed !== undefined];
    };
    const options = { inputDim: 5, outputDim: 2, inputLength: 3 };
    expect(rowsOf(embedding(options))).toEqual([true, true, true]);
    expect(rowsOf(embedding({ ...options, embeddingsRegularizer: l2(0.1) }))).toEqual([false, false, false]);
  });
});

describe("a layer that is frozen", () => {
  it("is left by the model that trained it, so that another may train it", async () => {
    const base = compile(network());
    const { parameter, value } = slabs(base).all[0];
    expect([parameter.trainer, value.grad !== undefined]).toEqual([slabs(base), true]);
    base.layers[0].trainable = false;
    compile(base);
    expect([parameter.trainer, value.grad, value.requiresGrad]).toEqual([undefined, undefined, false]);
    base.layers[0].trainable = true;
    const net = compile(beside(base));
    expect(slabs(net).trainable.map(({ name }) => name)).toEqual([
      "body/kernel",
      "body/bias",
      "other/kernel",
      "other/bias",
    ]);
    const before = weightsOf(net)["body/kernel"];
    await net.fit(x, y, { batchSize: 8 });
    expect(weightsOf(net)["body/kernel"]).not.toEqual(before);
  });

  it("stays with a model that would hand it over to one that trains it", async () => {
    const base = await loadModel(await compile(network()).toBytes({ checkpoint: true }));
    base.layers[0].trainable = false;
    compile(beside(base));
    base.layers[0].trainable = true;
    const { parameter, value } = slabs(base).all[0];
    expect([parameter.trainer, value.grad !== undefined]).toEqual([slabs(base), true]);
  });
});

it("where the second slab finds no memory, the first is free again", () => {
  const owner = { name: "vast", isFrozen: false, parameters: [] as Parameter[] };
  const small = new Parameter({ name: "kernel", shape: [100], initializer: ones() }, owner);
  const vast = new Parameter({ name: "mean", shape: [2 ** 30], initializer: ones(), trainable: false }, owner);
  owner.parameters.push(small, vast);
  const random = new RandomState(0);
  const { bytesInUse } = memoryUsage();
  expect(() => new Weights([owner as unknown as Layer], random)).toThrow(MemoryError);
  expect([memoryUsage().bytesInUse, small.isBound]).toEqual([bytesInUse, false]);
  random.dispose();
});

describe("StepState", () => {
  it("puts back what stood at the last save, whatever the type, and tells of the change", () => {
    const [a, b] = [tensor([1, 2, 3]), tensor(Int32Array.of(4, 5))];
    const state = new StepState([a, b]);
    state.save();
    a.assign([7, 8, 9]);
    b.assign([0, 0]);
    const { version } = a;
    state.restore();
    expect([a.toArray(), b.toArray()]).toEqual([[1, 2, 3], [4, 5]]); // prettier-ignore
    expect(a.version).toBeGreaterThan(version);
    state.dispose();
  });

  it("takes no memory for what has no elements, and frees all it took", () => {
    const values = tensor([1, 2, 3]);
    const none = zeros([0]);
    const { bytesInUse } = memoryUsage();
    const alone = new StepState([values]);
    const taken = memoryUsage().bytesInUse - bytesInUse;
    const state = new StepState([none, values]);
    expect(memoryUsage().bytesInUse).toBe(bytesInUse + 2 * taken);
    state.save();
    state.restore();
    state.dispose();
    alone.dispose();
    expect([taken > 0, memoryUsage().bytesInUse]).toEqual([true, bytesInUse]);
  });
});
