/** Models that are no chains: branches, joins, shared layers, several inputs and outputs, layers of another model. */
import { describe, expect, it } from "vitest";
import {
  activation,
  add,
  concatenate,
  dense,
  dropout,
  embedding,
  input,
  multiply,
  reshape,
} from "../../../src/layers/index.js";
import { Layer } from "../../../src/layers/layer.js";
import { categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { accuracy } from "../../../src/metrics/index.js";
import type { Model } from "../../../src/models/model.js";
import { Chain } from "../../../src/models/graph/chain.js";
import { Graph } from "../../../src/models/graph/graph.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { heap, memoryUsage } from "../../../src/runtime/runtime.js";
import { tensor } from "../../../src/tensor/create.js";
import { scope } from "../../../src/tensor/scope.js";
import { noGrad } from "../../../src/tensor/tape.js";
import type { Shape } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { calledKernels } from "../../support/kernelTable.js";
import { expectClose } from "../../support/compare.js";
import "../../support/engine.js";
import { expectWeights, network, noise, normals, weightsOf } from "../networks.js";

const bound = { relative: 1e-5, absolute: 1e-6 };

/** Sets all weights to 1, 2, 3, … tenths, so that results can be computed by hand. */
function number(model: Model): Model {
  let next = 1;
  for (const { value } of model.weights) value.assign(Float32Array.from({ length: value.size }, () => next++ / 10));
  return model;
}

const outputOf = (model: Model, ...inputs: Tensor[]): unknown => model.call(inputs)[0].toArray();

describe("values by hand", () => {
  const x = tensor([[1, 2]]);

  it("a residual block: x + f(x)", () => {
    const symbol = input({ shape: [2] });
    const block = number(model({ inputs: symbol, outputs: add().apply([symbol, dense({ units: 2 }).apply(symbol)]) }));
    // W = [[.1, .2], [.3, .4]], b = [.5, .6]: f = [.1 + .6 + .5, .2 + .8 + .6]
    expectClose("block", (outputOf(block, x) as number[][])[0], [1 + 1.2, 2 + 1.6], [2], bound);
  });

  it("a gate: z ⊙ x, the branch's input used twice by one call", () => {
    const symbol = input({ shape: [2] });
    const square = multiply().apply([symbol, symbol]);
    const gate = model({ inputs: symbol, outputs: multiply().apply([square, symbol]) });
    expect(outputOf(gate, x)).toEqual([[1, 8]]);
  });

  it("one layer for two inputs: its output differs, its weights do not", () => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    const encode = dense({ units: 1, useBias: false });
    const both = number(model({ inputs: [a, b], outputs: concatenate().apply([encode.apply(a), encode.apply(b)]) }));
    expect(both.weights.length).toBe(1);
    expectClose("both", (outputOf(both, x, tensor([[3, 4]])) as number[][])[0], [0.5, 1.1], [2], bound);
  });

  it("its gradient is the sum over both uses", async () => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    const encode = dense({ units: 1, useBias: false });
    const both = number(model({ inputs: [a, b], outputs: add().apply([encode.apply(a), encode.apply(b)]) }));
    both.compile({ optimizer: sgd({ learningRate: 1 }), loss: meanSquaredError() });
    const before = both.weights[0].value.toTypedArray();
    await both.fit([tensor([[1, 2]]), tensor([[3, 4]])], [[0]]);
    const error = 0.5 + 1.1; // z = .1 + .4 + .3 + .8, dL/dz = 2z, dz/dW = x_a + x_b
    const want = [before[0] - 2 * error * 4, before[1] - 2 * error * 6];
    expectClose("kernel", both.weights[0].value.toTypedArray(), want, [2, 1], bound);
  });

  it("a layer on its own output: two steps of one recurrence", () => {
    const symbol = input({ shape: [1] });
    const step = dense({ units: 1 });
    const twice = number(model({ inputs: symbol, outputs: step.apply(step.apply(symbol)) }));
    expectClose("twice", (outputOf(twice, tensor([[3]])) as number[][])[0], [0.1 * (0.1 * 3 + 0.2) + 0.2], [1], bound);
  });

  it("layers are computed, and numbered, in the order of the operands", () => {
    const symbol = input({ shape: [2] });
    const [first, second] = [dense({ units: 2 }), dense({ units: 2 })];
    const joined = add().apply([first.apply(symbol), second.apply(symbol)]);
    const { layers } = model({ inputs: symbol, outputs: joined });
    expect([first.name, second.name, layers.map(({ kind }) => kind)]).toEqual([
      "dense_1",
      "dense_2",
      ["dense", "dense", "add"],
    ]);
  });

  it("a thousand layers on top of each other", () => {
    let symbol = input({ shape: [1] });
    const first = symbol;
    for (let i = 0; i < 1000; i++) symbol = add().apply([symbol, first]);
    expect(outputOf(model({ inputs: first, outputs: symbol }), tensor([[2]]))).toEqual([[2002]]);
  });
});

describe("several inputs and outputs", () => {
  function twoHeads(): Model {
    const [a, b] = [input({ shape: [5], name: "left" }), input({ shape: [2], name: "right" })];
    const joined = concatenate().apply([dense({ units: 4, activation: "tanh" }).apply(a), b]);
    const outputs = [dense({ units: 3 }).apply(joined), dense({ units: 1 }).apply(joined)];
    return model({ inputs: [a, b], outputs });
  }
  const N = 24;
  const { x, y } = noise(1, N);
  const right = normals(2, [N, 2]);
  const target = normals(3, [N, 1]);
  const loss = [categoricalCrossentropy({ fromLogits: true }), meanSquaredError()];

  it("train together: the loss is the sum of both, each with its weight", async () => {
    const both = twoHeads();
    both.compile({ optimizer: sgd({ learningRate: 0 }), loss, lossWeights: [2, 0.5] });
    const { history } = await both.fit([x, right], [y, target], { batchSize: N });
    const [logits, numbers] = await both.predictAll([x, right]);
    const labels = y.toTypedArray();
    const z = logits.toArray() as number[][];
    const entropies = z.map((row, n) => Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)) - row[labels[n]]);
    const wanted = target.toTypedArray();
    const squares = Array.from(numbers.toTypedArray(), (p, n) => (p - wanted[n]) ** 2);
    const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value) / N;
    expect(history.loss[0]).toBeCloseTo(2 * mean(entropies) + 0.5 * mean(squares), 4);
    expect((await both.evaluate([x, right], [y, target])).loss).toBeCloseTo(history.loss[0], 5);
  });

  it("a weight of 0 leaves an output's own weights as they are", async () => {
    const both = twoHeads();
    both.compile({ optimizer: sgd(), loss, lossWeights: [1, 0] });
    const before = weightsOf(both);
    await both.fit([x, right], [y, target], { epochs: 2 });
    const after = weightsOf(both);
    expect(after["dense_3/kernel"]).toEqual(before["dense_3/kernel"]);
    expect(after["dense_2/kernel"]).not.toEqual(before["dense_2/kernel"]);
  });

  it("learn", async () => {
    const both = twoHeads();
    both.compile({ optimizer: adam({ learningRate: 0.05 }), loss });
    const { history } = await both.fit([x, right], [y, target], { epochs: 100, validationSplit: 0.25 });
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0] / 4);
    expect(Object.keys(history)).toEqual(["loss", "dense_2_loss", "dense_3_loss", "valLoss", "valDense_2_loss", "valDense_3_loss"]); // prettier-ignore
  });

  it("take typed and nested arrays for each, too", async () => {
    const [a, b] = [twoHeads(), twoHeads()];
    for (const each of [a, b]) each.compile({ optimizer: sgd(), loss });
    await a.fit([x, right], [y, target]);
    await b.fit([x.toTypedArray(), right.toArray()], [y.toTypedArray(), target.toTypedArray()]);
    expectWeights(b, weightsOf(a));
  });

  it("predict gives the first output, predictAll all of them", async () => {
    const both = twoHeads();
    const all = await both.predictAll([x, right], { batchSize: 7 });
    expect(all.map(({ shape }) => shape)).toEqual([
      [N, 3],
      [N, 1],
    ]);
    expect((await both.predict([x, right])).toArray()).toEqual(all[0].toArray());
    expect(both.call([x, right]).map((output) => output.toArray())).toEqual(all.map((output) => output.toArray()));
  });

  it("are counted, and their data named in messages", async () => {
    const both = twoHeads();
    both.compile({ optimizer: sgd(), loss });
    await expect(both.fit(x, [y, target])).rejects.toThrow(
      "fit: number of inputs differs; expected a list of 2, got Tensor.",
    );
    await expect(both.fit([x, right], y)).rejects.toThrow(
      "fit: number of targets differs; expected a list of 2, got Tensor.",
    );
    await expect(both.fit([x, right, right], [y, target])).rejects.toThrow(
      "fit: number of inputs differs; expected a list of 2, got a list of 3.",
    );
    await expect(both.fit([right, x], [y, target])).rejects.toThrow(
      "fit: left does not fit the model; expected [N, 5], got left [24, 2].",
    );
    await expect(both.fit([x, normals(1, [3, 2])], [y, target])).rejects.toThrow(
      "fit: left and right differ in the number of samples; expected the same N, got left [24, 5] and right [3, 2].",
    );
    await expect(both.fit([x, right], [y, normals(1, [3, 1])])).rejects.toThrow(
      "fit: x[0] and y[1] differ in the number of samples; expected the same N, got x[0] [24, 5] and y[1] [3, 1].",
    );
    await expect(both.fit([x, right], [y, target], { classWeight: { 0: 2 } })).rejects.toThrow(
      "fit: classWeight is for models with one output; expected 1 output, got 2. Use sampleWeight.",
    );
    expect(() => both.compile({ optimizer: sgd(), loss: loss[0] })).toThrow(
      "compile: number of losses differs from the number of outputs; expected 2, got 1.",
    );
    expect(() => both.compile({ optimizer: sgd(), loss, metrics: [accuracy()] })).toThrow(
      "compile: metrics are for another number of outputs; expected 2, got 1.",
    );
  });
});

describe("a part of a graph as a model of its own", () => {
  it("from an input to a layer in the middle, with the same weights", () => {
    const symbol = input({ shape: [2] });
    const code = dense({ units: 3 }).apply(symbol);
    const whole = number(model({ inputs: symbol, outputs: dense({ units: 2 }).apply(code) }));
    const encoder = model({ inputs: symbol, outputs: code });
    expect(encoder.weights[0].value).toBe(whole.weights[0].value);
  });

  it("from the middle to the end: what comes before is not computed", async () => {
    const symbol = input({ shape: [2] });
    const code = dense({ units: 3 }).apply(symbol);
    const whole = number(model({ inputs: symbol, outputs: dense({ units: 2 }).apply(code) }));
    const encoder = model({ inputs: symbol, outputs: code });
    const decoder = model({ inputs: code, outputs: whole.layers[1].apply(code) });
    const x = normals(1, [10, 2]);
    const codes = await encoder.predict(x);
    expect((await decoder.predict(codes, { batchSize: 4 })).toArray()).toEqual((await whole.predict(x)).toArray());
  });

  it("trains only what it made itself; the gradients of the other model's layers are not even computed", async () => {
    const first = network();
    const { x, y } = noise(1, 20);
    await first.fit(x, y);
    const symbol = input({ shape: [5] });
    const body = first.layers[0].apply(symbol);
    const second = model({ inputs: symbol, outputs: dense({ units: 3, name: "head" }).apply(body) });
    second.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }) });
    const before = weightsOf(second);
    const called = calledKernels(() => void second.trainOnBatch([x], [y]));
    expect(called.filter((name) => name === "gemm").length).toBe(3); // two forward, one for the head's kernel
    await second.fit(x, y, { epochs: 2 });
    const after = weightsOf(second);
    expect(after["dense_1/kernel"]).toEqual(before["dense_1/kernel"]);
    expect(after["head/kernel"]).not.toEqual(before["head/kernel"]);
    const firstBefore = weightsOf(first);
    await first.fit(x, y);
    expect(weightsOf(first)["dense_1/kernel"]).not.toEqual(firstBefore["dense_1/kernel"]);
  });

  it("adversaries: each trains its own half through the other", async () => {
    const [noiseIn, sampleIn] = [input({ shape: [2] }), input({ shape: [2] })];
    const critique = [dense({ units: 4, activation: "tanh" }), dense({ units: 1 })];
    const generate = dense({ units: 2 });
    const criticized = (symbol: typeof noiseIn) => critique.reduce((s, layer) => layer.apply(s), symbol);
    const critic = model({ inputs: sampleIn, outputs: criticized(sampleIn) });
    critic.compile({ optimizer: sgd(), loss: meanSquaredError() });
    const forger = model({ inputs: noiseIn, outputs: criticized(generate.apply(noiseIn)) });
    forger.compile({ optimizer: sgd(), loss: meanSquaredError() });
    const x = normals(1, [8, 2]);
    const critics = weightsOf(critic);
    const kernel = forger.weights[0].value.toTypedArray();
    await forger.fit(x, new Float32Array(8).fill(1), { epochs: 2 });
    expectWeights(critic, critics);
    expect(forger.weights[0].value.toTypedArray()).not.toEqual(kernel);
    await critic.fit(x, new Float32Array(8), { epochs: 2 });
    expect(weightsOf(critic)).not.toEqual(critics);
  });
});

describe("the gradient of the input is not computed", () => {
  it.each([1, 2, 3])(
    "%i dense layers: a matrix product for each forward, each kernel, and each input but the first",
    (count) => {
      const layers = Array.from({ length: count }, (_, i) => dense({ units: 4, ...(i === 0 && { inputShape: [5] }) }));
      const chain = sequential([...layers, activation({ activation: "tanh" })]);
      chain.compile({ optimizer: sgd(), loss: meanSquaredError() });
      const [x, y] = [normals(1, [6, 5]), normals(2, [6, 4])];
      const called = calledKernels(() => void chain.trainOnBatch([x], [y]));
      expect(called.filter((name) => name === "gemm").length).toBe(count + count + (count - 1));
    },
  );

  it("nor are those of frozen layers in front", () => {
    const chain = sequential([
      dense({ units: 4, activation: "relu", inputShape: [5] }),
      dense({ units: 4, activation: "relu" }),
      dropout({ rate: 0.5 }),
      dense({ units: 4 }),
    ]);
    chain.layers[0].trainable = chain.layers[1].trainable = false;
    chain.compile({ optimizer: sgd(), loss: meanSquaredError() });
    const [x, y] = [normals(1, [6, 5]), normals(2, [6, 4])];
    const called = calledKernels(() => void chain.trainOnBatch([x], [y]));
    expect(called.filter((name) => name === "gemm").length).toBe(3 + 1);
    expect(called).not.toContain("dropoutBackward");
  });
});

it("frees what no later layer reads: thirty layers of 64 KiB take no more than a few of them", () => {
  const layers = Array.from({ length: 30 }, (_, i) => activation({ activation: "tanh", ...(i === 0 && { inputShape: [16384] }) })); // prettier-ignore
  const deep = sequential(layers);
  const x = tensor(new Float32Array(16384), [1, 16384]);
  const { bytesInUse } = memoryUsage();
  heap().resetPeak();
  noGrad(() => scope(() => void deep.call([x])));
  expect(memoryUsage().peakBytes - bytesInUse).toBeLessThan(5 * 65536);
});

it("tokens that two layers read must be in the smaller vocabulary", () => {
  for (const sizes of [[5, 3], [3, 5]]) {
    const x = input({ shape: [2] });
    const both = sizes.map((inputDim) => embedding({ inputDim, outputDim: 2 }).apply(x));
    expect(new Graph([x], [add().apply(both)]).tokenRules).toMatchObject([{ vocabulary: 3 }]);
  }
  const chain = new Chain([activation({ activation: "tanh" }), embedding({ inputDim: 5, outputDim: 2 })]);
  expect(chain.tokens).toMatchObject({ vocabulary: 5 });
  expect(new Chain([activation({ activation: "tanh" })]).tokens).toBeUndefined();
}); // prettier-ignore

it("what is no layer, and nobody can explain, has no hint", () => {
  expect(() => sequential([undefined as never])).toThrow(/got undefined\.$/);
});

it("a chain in which a layer does not fit builds none of its layers", () => {
  const first = dense({ units: 3 });
  const chain = sequential([first, reshape({ targetShape: [5] })]);
  expect(() => chain.build([4])).toThrow("reshape: number of elements differs");
  const other = sequential([first]);
  other.build([7]);
  expect(other.weights[0].value.shape).toEqual([7, 3]);
});

describe("refuses", () => {
  const symbol = input({ shape: [2], name: "x" });

  it.each<[string, () => unknown]>([
    ["sequential: no layers; expected a list of at least one layer, got [].", () => sequential([])],
    [
      "sequential: no layers; expected a list of at least one layer, got Dense.",
      () => sequential(dense({ units: 1 }) as never),
    ],
    [
      "sequential: item 0 is not a layer; expected layers.dense(…) or another, got SymbolicTensor. The first layer's inputShape takes the place of layers.input().",
      () => sequential([symbol as never]),
    ],
    [
      "sequential: item 1 is not a layer; expected layers.dense(…) or another, got function dense. Call it.",
      () => sequential([dense({ units: 1 }), dense as never]),
    ],
    [
      "sequential: item 0 is not a layer; expected layers.dense(…) or another, got Model. A model becomes a layer by asLayer(model).",
      () => sequential([sequential([dense({ units: 1 })]) as never]),
    ],
    [
      "sequential: item 0 is not a layer; expected layers.dense(…) or another, got function Own. Make one by new.",
      () => {
        class Own extends Layer {
          override readonly kind = "own";
          override readonly options = {};
          override outputShape([shape]: readonly Shape[]): Shape {
            return shape;
          }
          override call([x]: readonly Tensor[]): Tensor {
            return x;
          }
        }
        return sequential([Own as never]);
      },
    ],
    [
      "sequential: item 0 is not a layer; expected layers.dense(…) or another, got undefined.",
      () => sequential([undefined as never]),
    ],
    [
      'model: two layers have the same name; expected unique names, got "a". Give one of them another name where it is made.',
      () => sequential([dense({ units: 1, name: "a", inputShape: [2] }), dense({ units: 1, name: "a" })]),
    ],
    ["model: outputs are missing; expected outputs: one symbolic tensor", () => model({ inputs: symbol, outputs: [] })],
    [
      "model: inputs are missing; expected inputs: one symbolic tensor",
      () => model({ inputs: [symbol, tensor([1])] as never, outputs: symbol }),
    ],
    [
      "sequential: a layer is used twice; expected different layers, got dense. Make two layers, or use model({ inputs, outputs }) to share one.",
      () => {
        const layer = dense({ units: 2, inputShape: [2] });
        return sequential([layer, layer]);
      },
    ],
    [
      "reshape: number of elements differs; expected 2 a sample, as in [N, 2], got [N, 3].",
      () => sequential([dense({ units: 2, inputShape: [2] }), reshape({ targetShape: [3] })]),
    ],
    [
      'model: an output depends on input "x", which is not among the inputs. List every layers.input() that the outputs depend on.',
      () => model({ inputs: input({ shape: [2] }), outputs: dense({ units: 1 }).apply(symbol) }),
    ],
    [
      "model: an output depends on an input, which is not among the inputs.",
      () => model({ inputs: symbol, outputs: dense({ units: 1 }).apply(input({ shape: [2] })) }),
    ],
    [
      "model: inputs are missing; expected inputs: one symbolic tensor, or a list of them, got undefined. Begin with layers.input({ shape }) and apply layers to it.",
      () => model({ outputs: symbol } as never),
    ],
    [
      "model: outputs are missing; expected outputs: one symbolic tensor, or a list of them, got [Dense].",
      () => model({ inputs: symbol, outputs: [dense({ units: 1 })] as never }),
    ],
    [
      'model: input 1 is listed twice; expected different inputs, got "x".',
      () => model({ inputs: [symbol, symbol], outputs: add().apply([symbol, symbol]) }),
    ],
    [
      'model: unknown option; expected inputs, outputs, name or seed, got "layers".',
      () => model({ inputs: symbol, outputs: symbol, layers: [] } as never),
    ],
    [
      "model: seed is out of range; expected an integer in [0, 4294967295], got -1.",
      () => sequential([dense({ units: 1 })], { seed: -1 }),
    ],
    [
      "activation: outputShape says another shape than call makes; expected [N, 3], got Tensor(1, 2).",
      () => {
        const layer = activation({ activation: "tanh", inputShape: [2] });
        return sequential([Object.assign(layer, { outputShapes: () => [[3]] })]).call([tensor([[1, 2]])]);
      },
    ],
    ["model: name must be a string; got 1.", () => sequential([dense({ units: 1 })], { name: 1 as never })],
  ])("%s", (expected, make) => {
    expect(make).toThrow(expected);
  });
});
