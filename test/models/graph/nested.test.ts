/**
 * What a model as a layer hands through of the layers within it: random numbers, frozen layers, rows of tables, tokens, masks, carried states,
 * checks of batches, and memory.
 */
import { describe, expect, it } from "vitest";
import * as layers from "../../../src/layers/index.js";
import type { Layer, SymbolicTensor } from "../../../src/layers/layer.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { asLayer } from "../../../src/models/asLayer.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { adam } from "../../../src/optimizers/index.js";
import { ones, tensor } from "../../../src/tensor/create.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { expectSameWeights, normals, weightsOf } from "../networks.js";

const { add, batchNormalization, dense, dropout, embedding, flatten, input, lstm, timeDistributed } = layers;
const compiled = (net: Model): Model => {
  net.compile({ optimizer: adam({ learningRate: 0.05 }), loss: meanSquaredError() });
  return net;
};
const within = (...stack: Layer[]): Layer => asLayer(sequential(stack, { name: "body", seed: 1 }));
const bitsOf = (values: Tensor): string => values.toTypedArray().join();

it("every dropout within, at any depth, drops other elements", () => {
  const drop = (x: SymbolicTensor, n: number): SymbolicTensor[] =>
    Array.from({ length: n }, () => dropout({ rate: 0.5 }).apply(x));
  const nest = (outputs: (x: SymbolicTensor) => SymbolicTensor[], name: string): Layer => {
    const x = input({ shape: [64] });
    return asLayer(model({ inputs: x, outputs: outputs(x), name }));
  };
  const inmost = nest((x) => drop(x, 1), "inmost");
  const middle = nest((x) => [...inmost.applyMany(x), ...drop(x, 2)], "middle");
  const outer = nest((x) => [...middle.applyMany(x), ...drop(x, 5)], "outer");
  const x = input({ shape: [64] });
  const net = model({ inputs: x, outputs: [...drop(x, 2), ...outer.applyMany(x), ...drop(x, 6)], seed: 1 });
  const dropped = net.call([ones([1, 64])], { training: true }).map(bitsOf);
  expect(new Set(dropped).size).toBe(2 + (1 + 2 + 5) + 6);
});

describe("a frozen layer", () => {
  const x = normals(1, [4, 2]);
  const y = normals(2, [4, 1]);

  it("within a model that is trained stays as it is, and what lies beside it does not", async () => {
    const body = sequential([
      dense({ units: 3, inputShape: [2], useBias: false }),
      dense({ units: 2, useBias: false }),
    ]);
    body.layers[0].trainable = false;
    const net = compiled(sequential([asLayer(body), dense({ units: 1, useBias: false })], { seed: 1 }));
    const before = Object.values(weightsOf(net));
    await net.fit(x, y);
    const isSame = Object.values(weightsOf(net)).map((values, i) => values.join() === before[i].join());
    expect(isSame).toEqual([true, false, false]);
  });

  it("is frozen by the layer that is in the model, though a wrapper has taken the same model since", async () => {
    const layer = within(dense({ units: 2, inputShape: [2] }));
    const net = sequential([layer, dense({ units: 1 })]);
    timeDistributed({ layer }).apply(input({ shape: [3, 2] }));
    layer.trainable = false;
    const before = weightsOf(net);
    compiled(net).trainOnBatch([x], [y]);
    const after = weightsOf(net);
    expect(after["body/dense_1/kernel"]).toEqual(before["body/dense_1/kernel"]);
    expect(after["dense_1/kernel"]).not.toEqual(before["dense_1/kernel"]);
  });
});

describe("an embedding within a model", () => {
  const make = (isNested: boolean): Model => {
    const table = embedding({ inputDim: 9, outputDim: 3, inputLength: 2 });
    return compiled(sequential([isNested ? within(table) : table, flatten(), dense({ units: 1 })], { seed: 3 }));
  };
  const batches = [[[0, 1], [1, 1]], [[2, 3], [4, 2]], [[1, 5], [6, 7]], [[3, 3], [3, 3]]]; // prettier-ignore
  const targets = tensor([[1], [-1]]);

  it("is trained row by row, with the bits of one that is not within", () => {
    const nets = [make(false), make(true)];
    const table = (net: Model): number[][] => net.weights[0].value.toArray() as number[][];
    const [before] = nets.map(table);
    for (const batch of batches) {
      const tokens = tensor(Int32Array.from(batch.flat()), [2, 2]);
      for (const net of nets) net.trainOnBatch([tokens], [targets]);
    }
    const [alone, nested] = nets.map((net) =>
      Object.values(weightsOf(net)).map(({ buffer }) => new Uint8Array(buffer)),
    );
    expect(nested).toEqual(alone);
    expect(table(nets[1]).map((row, i) => row.join() !== before[i].join())).toEqual([true, true, true, true, true, true, true, true, false]); // prettier-ignore
  });

  it("gives its memory back with the last of the models that have it", () => {
    const body = sequential([embedding({ inputDim: 9, outputDim: 3, inputLength: 2 })]);
    const net = compiled(sequential([asLayer(body), flatten(), dense({ units: 1 })]));
    net.trainOnBatch([tensor(Int32Array.of(1, 2), [1, 2])], [tensor([[1]])]);
    const { value } = net.weights[0];
    net.dispose();
    expect(value.isDisposed).toBe(false);
    body.dispose();
    expect(value.isDisposed).toBe(true);
  });

  it("has its tokens checked, in a wrapper and behind another layer too", async () => {
    const words = (): Layer => within(embedding({ inputDim: 9, outputDim: 3, inputLength: 2 }));
    const wrong =
      "predict: x has a token outside the vocabulary in sample 1; expected integers 0 ≤ token < inputDim = 9, got 9.";
    const steps = sequential([timeDistributed({ layer: words() })]);
    const outputs = await steps.predict([[[0, 1]], [[2, 3]]]); // prettier-ignore
    expect(outputs.shape).toEqual([2, 1, 2, 3]);
    await expect(sequential([timeDistributed({ layer: words() })]).predict([[[0, 1]], [[2, 9]]])).rejects.toThrow(wrong); // prettier-ignore
    await expect(sequential([words()]).predict([[0, 1], [2, 9]])).rejects.toThrow(wrong); // prettier-ignore
    await expect(sequential([layers.reshape({ targetShape: [2] }), words()]).predict([[[0], [1]], [[9], [1]]])).rejects.toThrow(wrong); // prettier-ignore
  });

  it("has a vocabulary of its own for each input of the model, and other inputs are numbers", async () => {
    const symbols = (): SymbolicTensor[] => [input({ shape: [2] }), input({ shape: [2] }), input({ shape: [2, 1] })];
    const [a, b, c] = symbols();
    const few = embedding({ inputDim: 3, outputDim: 2 }).apply(a);
    const many = embedding({ inputDim: 8, outputDim: 2 }).apply(b);
    const outputs = add().apply([few, many, dense({ units: 2 }).apply(c)]);
    const given = symbols();
    const body = asLayer(model({ inputs: [a, b, c], outputs, name: "body" }));
    const net = model({ inputs: given, outputs: body.apply(given) });
    const numbers = [[[0.5], [-1]]];
    expect((await net.predict([[[1, 2]], [[7, 0]], numbers])).shape).toEqual([1, 2, 2]);
    await expect(net.predict([[[1, 3]], [[7, 0]], numbers])).rejects.toThrow("x[0] has a token outside the vocabulary in sample 0; expected integers 0 ≤ token < inputDim = 3, got 3."); // prettier-ignore
    await expect(net.predict([[[1, 2]], [[7, 8]], numbers])).rejects.toThrow("x[1] has a token outside the vocabulary in sample 0; expected integers 0 ≤ token < inputDim = 8, got 8."); // prettier-ignore
  });
});

describe("padding", () => {
  type Part = (x: SymbolicTensor) => readonly SymbolicTensor[];
  const both: Part = (x) => [dense({ units: 2 }).apply(x), lstm({ units: 2, returnSequences: true }).apply(x)];
  /** Both as they are, and within a model. */
  const forms = (features: number): Part[] => {
    const x = input({ shape: [3, features] });
    const layer = asLayer(model({ inputs: x, outputs: both(x), name: "body" }));
    return [both, (given) => layer.applyMany(given)];
  };

  it("is cleared in what is given to the model around it, as without it", () => {
    const [alone, nested] = forms(1).map((part) => {
      const x = input({ shape: [3, 1] });
      const net = model({ inputs: x, outputs: part(x), seed: 1 });
      return net.call([tensor([[[1], [NaN], [Infinity]]])], { lengths: [1] }).map((y) => y.toArray());
    });
    expect(nested.flat(3).every(Number.isFinite)).toBe(true);
    expect(nested).toEqual(alone);
  });

  it("that is found outside is not cleared within: layers that read no mask see it, as without it", () => {
    const [alone, nested] = forms(2).map((part) => {
      const x = input({ shape: [3] });
      const words = embedding({ inputDim: 4, outputDim: 2, maskZero: true }).apply(x);
      const net = model({ inputs: x, outputs: part(words), seed: 1 });
      return net.call([tensor(Int32Array.of(1, 0, 0), [1, 3])]).map((y) => y.toArray() as number[][][]);
    });
    expect(nested).toEqual(alone);
    expect(nested[0][0][1]).not.toEqual([0, 0]);
  });
});

describe("a stateful layer within a model", () => {
  const make = (): Model => {
    const layer = within(lstm({ units: 2, stateful: true, batchSize: 2, inputShape: [3, 1] }));
    return compiled(sequential([layer, dense({ units: 1 })], { seed: 1 }));
  };
  const [x, y] = [normals(1, [4, 3, 1]), normals(2, [4, 1])];
  const options = { batchSize: 2, shuffle: false };

  it("carries states from batch to batch, which an evaluation meanwhile does not disturb", async () => {
    const [plain, watched] = [make(), make()];
    await plain.fit(x, y, options);
    const onBatchEnd = (): Promise<void> => watched.evaluate(x, y, { batchSize: 2 }).then(() => undefined);
    await watched.fit(x, y, { ...options, callbacks: [{ onBatchEnd }] });
    expectSameWeights(watched, plain);
  });

  it("takes no batch of another size, which is said before the first step", async () => {
    const net = make();
    const before = weightsOf(net);
    const [samples, targets] = [normals(1, [3, 3, 1]), normals(2, [3, 1])];
    await expect(net.fit(samples, targets, options)).rejects.toThrow("model: the carried states are for another batch size; expected N = 2 (batchSize), got N = 1."); // prettier-ignore
    expect(weightsOf(net)).toEqual(before);
  });
});

it("a batch that a layer within cannot train on is refused before the first step", async () => {
  const net = compiled(sequential([within(dense({ units: 2, inputShape: [2] }), batchNormalization()), dense({ units: 1 })])); // prettier-ignore
  const before = weightsOf(net);
  await expect(net.fit(normals(1, [5, 2]), normals(2, [5, 1]), { batchSize: 4 })).rejects.toThrow(
    "batchNormalization: one value has no variance to train with; expected 2 or more values in each channel in every batch, got 1 in a batch of 1.",
  );
  expect(weightsOf(net)).toEqual(before);
});

describe("the layer itself", () => {
  it("brings the shape of its input along if it has one input", () => {
    const [a, b] = [input({ shape: [null, 2] }), input({ shape: [3] })];
    const outputs = dense({ units: 1 }).apply(a);
    expect(asLayer(model({ inputs: a, outputs })).inputShape).toEqual([null, 2]);
    expect(asLayer(model({ inputs: [a, b], outputs: [outputs, b] })).inputShape).toBeUndefined();
  });

  it("has no place beside a layer that is within it", () => {
    const [layer, x] = [dense({ units: 2 }), input({ shape: [2] })];
    const body = asLayer(model({ inputs: x, outputs: layer.apply(x), name: "body" }));
    expect(() => model({ inputs: x, outputs: [layer.apply(x), body.apply(x)] })).toThrow(
      'model: two layers have the same weights; got "body" and "dense_1".',
    );
  });

  it("is one of the library's in a file, and keeps its name in a wrapper if it has one", () => {
    const step = (name?: string): Layer => asLayer(sequential([dense({ units: 1, inputShape: [2] })], { ...(name && { name }) })); // prettier-ignore
    expect(Object.keys(step("step").config)).toEqual(["className", "name", "architecture"]);
    const { layer: named } = timeDistributed({ layer: step("step") }).config;
    expect(named).toMatchObject({ className: "model", name: "step" });
    expect(timeDistributed({ layer: step() }).config.layer).not.toHaveProperty("name");
  });
});
