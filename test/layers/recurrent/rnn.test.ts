/** Any cell over time: the LSTM's step against the fused layer, models as cells, constants with masks, carried states, files, and what is refused. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../../src/errors.js";
import {
  Layer,
  type LayerOptions,
  type Model,
  asLayer,
  bptt,
  initializers,
  layers,
  loadModel,
  losses,
  lstmCell,
  model,
  optimizers,
  sequential,
  tensor,
} from "../../../src/index.js";
import type { Parameter } from "../../../src/layers/parameter.js";
import type { Shape } from "../../../src/tensor/shape.js";
import { Random } from "../../../src/tensor/random.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { expectClose, expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";

const H = 3;

/** One step of an LSTM as a layer: [x (N, I), h, c] → [h, h, c]. */
class LstmStep extends Layer {
  override kind = "lstmStep";
  override options = {};
  #weights: readonly Parameter[] = [];

  constructor(options: LayerOptions = {}) {
    super(options);
  }

  override outputShape(): Shape {
    return [H];
  }

  override outputShapes(): readonly Shape[] {
    return [[H], [H], [H]];
  }

  protected override build([[I]]: readonly Shape[]): void {
    const weight = (name: string, shape: Shape): Parameter =>
      this.declare({ name, shape, initializer: initializers.glorotUniform() });
    this.#weights = [weight("kernel", [I, 4 * H]), weight("recurrentKernel", [H, 4 * H]), weight("bias", [4 * H])];
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return this.callMany(inputs)[0];
  }

  override callMany([x, h, c]: readonly Tensor[]): readonly Tensor[] {
    const [kernel, recurrentKernel, bias] = this.#weights.map(({ value }) => value);
    const [next, memory] = lstmCell(x, [h, c], { kernel, recurrentKernel, bias });
    return [next, next, memory];
  }
}
const lstmStates = [[H], [H]];

const draw = (shape: readonly number[], seed: number): Tensor => {
  const random = new Random(seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * random.uniform() - 1),
    shape,
  );
};
const mask = tensor([[1, 1, 0, 1, 1], [1, 0, 1, 1, 0]], undefined, { dtype: "int32" }); // prettier-ignore

/** The same network around the fused layer and around its step, with the same weights. */
function pair(options: object): readonly [fused: Model, stepped: Model] {
  const inputShape = [5, 2];
  const fused = sequential([layers.lstm({ units: H, inputShape, ...options }), layers.dense({ units: 2 })], {
    seed: 1,
  });
  const cell = new LstmStep();
  const stepped = sequential(
    [layers.rnn({ cell, states: lstmStates, inputShape, ...options }), layers.dense({ units: 2 })],
    { seed: 2 },
  );
  for (const [i, { value }] of fused.weights.entries()) value.assign(draw(value.shape, 10 + i));
  for (const [i, { value }] of stepped.weights.entries()) value.assign(fused.weights[i].value);
  return [fused, stepped];
}

describe("the step of an LSTM, with the fused layer's weights,", () => {
  it.each([
    [{}, undefined],
    [{ returnSequences: true }, undefined],
    [{ returnSequences: true }, mask],
    [{ goBackwards: true }, mask],
    [{ returnSequences: true, goBackwards: true }, mask],
    [{}, mask],
  ])("gives its outputs, and trains to its weights: %j, masked as in %#", async (options, given) => {
    const [fused, stepped] = pair(options);
    const x = draw([2, 5, 2], 1);
    const masked = given === undefined ? {} : { mask: given };
    const [expected, got] = [fused, stepped].map((one) => one.call([x], masked)[0].toTypedArray());
    expectClose("output", got, Float64Array.from(expected), [expected.length], { relative: 1e-5, absolute: 1e-6 });
    const y = draw("returnSequences" in options ? [2, 5, 2] : [2, 2], 2);
    for (const one of [fused, stepped]) {
      one.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
      await one.fit(x, y, { epochs: 3, batchSize: 2, ...masked });
    }
    for (const [i, { value, name }] of stepped.weights.entries())
      expectClose(name, value.toTypedArray(), Float64Array.from(fused.weights[i].value.toTypedArray()), value.shape, { relative: 1e-4, absolute: 1e-5 }); // prettier-ignore
  });

  it("carries its states along a sequence in windows, as the fused layer does", async () => {
    const [fused, stepped] = pair({ returnSequences: true, stateful: true, batchSize: 2 });
    const sequence = { x: draw([2, 15, 2], 3), y: draw([2, 15, 2], 4) };
    const results = [];
    for (const one of [fused, stepped]) {
      one.compile({ optimizer: optimizers.sgd({ learningRate: 0.05 }), loss: losses.meanSquaredError() });
      results.push((await bptt(one, sequence, { window: 5 })).windows.map(({ loss }) => loss));
    }
    expect(results[0]).toHaveLength(3);
    for (const [i, loss] of results[1].entries()) expect(loss).toBeCloseTo(results[0][i], 5);
  });

  it("what stands in the padding changes no bit of outputs and gradients", async () => {
    const x = draw([2, 5, 2], 1).toTypedArray() as Float32Array;
    const spoilt = x.map((value, i) => (mask.toTypedArray()[Math.floor(i / 2)] === 0 ? 1e30 : value));
    const trained = [];
    for (const values of [x, spoilt]) {
      const [, stepped] = pair({ returnSequences: true });
      stepped.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError() });
      await stepped.fit(tensor(values, [2, 5, 2]), draw([2, 5, 2], 2), { mask, batchSize: 2 });
      trained.push(stepped.weights.flatMap(({ value }) => [...value.toTypedArray()]));
    }
    expectSameBits("weights", Float32Array.from(trained[1]), Float32Array.from(trained[0]));
  });
});

/** A cell that looks at a memory in each step: attention, then a dense layer of step, state and context. */
function looking(): Layer {
  const [x, h, memory] = [
    layers.input({ shape: [2] }),
    layers.input({ shape: [4] }),
    layers.input({ shape: [null, 4] }),
  ];
  const query = layers.reshape({ targetShape: [1, 4] }).apply(h);
  const context = layers.reshape({ targetShape: [4] }).apply(layers.attention().apply([query, memory]));
  const next = layers.dense({ units: 4, activation: "tanh" }).apply(layers.concatenate().apply([x, h, context]));
  return asLayer(model({ inputs: [x, h, memory], outputs: [next, next], name: "looking", seed: 3 }));
}

describe("a model as the cell", () => {
  const build = (): Model => {
    const [x, memory] = [layers.input({ shape: [null, 2] }), layers.input({ shape: [null, 4] })];
    const rnn = layers.rnn({ cell: looking(), states: [[4]], constants: 1, returnSequences: true, returnState: true });
    const [y, last] = rnn.applyMany([x, memory]);
    return model({ inputs: [x, memory], outputs: [y, last], seed: 5 });
  };
  const [x, memory] = [draw([2, 3, 2], 1), draw([2, 4, 4], 2)];

  it("gets the constants and their masks: a masked memory is as a bare one", () => {
    const network = build();
    const counts = tensor([[1, 1, 0, 0], [1, 1, 0, 0]], undefined, { dtype: "int32" }); // prettier-ignore
    const [masked, last] = network.call([x, memory], { mask: [undefined, counts] });
    const short = Float32Array.from([0, 1].flatMap((n) => [...memory.toTypedArray().slice(16 * n, 16 * n + 8)]));
    const [bare] = network.call([x, tensor(short, [2, 2, 4])]);
    expectClose("outputs", masked.toTypedArray(), Float64Array.from(bare.toTypedArray()), masked.shape, {
      relative: 1e-6,
      absolute: 1e-7,
    });
    expect(masked.shape).toEqual([2, 3, 4]);
    expectSameBits(
      "last state",
      last.toTypedArray(),
      Float32Array.from([0, 1].flatMap((n) => [...masked.toTypedArray().slice(12 * n + 8, 12 * n + 12)])),
    );
  });

  it("trains recorded, on any length, and comes back from a file", async () => {
    const [x, memory] = [layers.input({ shape: [null, 2] }), layers.input({ shape: [null, 4] })];
    const rnn = layers.rnn({ cell: looking(), states: [[4]], constants: 1 });
    const network = model({
      inputs: [x, memory],
      outputs: layers.dense({ units: 1 }).apply(rnn.apply([x, memory])),
      seed: 5,
    });
    network.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: losses.meanSquaredError() });
    const data = [draw([8, 3, 2], 1), draw([8, 4, 4], 2)];
    const { history } = await network.fit(data, draw([8, 1], 3), { epochs: 60, batchSize: 4 });
    expect(history.loss.at(-1)).toBeLessThan(0.3 * history.loss[0]);
    const longer = [draw([2, 6, 2], 4), draw([2, 7, 4], 5)];
    const again = await loadModel(await network.toBytes());
    expect(again.weights.map(({ name }) => name)).toEqual(network.weights.map(({ name }) => name));
    expectSameBits(
      "loaded",
      (await again.predict(longer)).toTypedArray(),
      (await network.predict(longer)).toTypedArray(),
    );
  });
});

describe("refuses", () => {
  const step = (): Layer => new LstmStep();
  it.each<[string, () => unknown, abstract new () => Error, string]>([
    ["no cell", () => layers.rnn({ states: [[3]] } as never), UsageError, "rnn: cell cannot be wrapped; expected a layer, a recurrent layer, or a model as one: asLayer(model), got undefined."],
    ["no states", () => layers.rnn({ cell: step() }), UsageError, "rnn: states must be given; expected a list of shapes, such as [[32]] for one state of 32 numbers, got undefined."],
    ["sizes in place of shapes", () => layers.rnn({ cell: step(), states: [3] as never }), UsageError, "rnn: states must be given"],
    ["states that the cell does not give", () => sequential([layers.rnn({ cell: step(), states: [[3]], inputShape: [4, 2] })]).build([4, 2]), ShapeError, "rnn: the cell gives other states; expected an output, then states [N, 3], got [N, 3], [N, 3], [N, 3]."],
    ["too few inputs for its constants", () => sequential([layers.rnn({ cell: step(), states: lstmStates, constants: 1, inputShape: [4, 2] })]).build([4, 2]), ShapeError, "rnn: the inputs do not fit; expected x [N, T, …], states [N, 3], [N, 3] or none, 1 constants, got [N, 4, 2]."],
    ["stateful without batchSize", () => layers.rnn({ cell: step(), states: lstmStates, stateful: true }), UsageError, "rnn: a stateful layer needs batchSize"],
  ])("%s", (_, call, error, text) => {
    expect(call).toThrow(error);
    expect(call).toThrow(text);
  }); // prettier-ignore
});
