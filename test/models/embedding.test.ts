/** Training with embeddings: the lazy update against float64, what stays as it is, tokens that are refused, resuming, several threads. */
import { describe, expect, it } from "vitest";
import { constant, ones } from "../../src/initializers/index.js";
import { dense, dropout, embedding, flatten, input, lstm, reshape } from "../../src/layers/index.js";
import { Layer } from "../../src/layers/layer.js";
import { categoricalCrossentropy, meanSquaredError } from "../../src/losses/index.js";
import { loadModel } from "../../src/models/file/loading.js";
import type { Model } from "../../src/models/model.js";
import { model as functional, sequential } from "../../src/models/sequential.js";
import { adam, adamw, rmsprop, sgd } from "../../src/optimizers/index.js";
import type { Optimizer } from "../../src/optimizers/optimizer.js";
import { l2 } from "../../src/regularizers/index.js";
import { matmul } from "../../src/ops/product/matmul.js";
import { transpose } from "../../src/ops/shape/transpose.js";
import { memoryUsage } from "../../src/runtime/runtime.js";
import { tensor } from "../../src/tensor/create.js";
import { record } from "../../src/tensor/record.js";
import type { Shape } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import * as reference from "../optimizers/reference.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";
import { expectSameWeights, stopAfterBatch, weightsOf } from "./networks.js";

const [V, D, T] = [9, 3, 2];
const int32 = { dtype: "int32" } as const;

/** Batches of two sequences; 8 never occurs, 0 in the first batch alone. */
const batches = [
  [[0, 1], [1, 1]],
  [[2, 3], [4, 2]],
  [[1, 5], [6, 7]],
  [[3, 3], [3, 3]],
]; // prettier-ignore

/** Tokens to vectors, and a fixed sum of them: the loss is the mean of (Σ E − y)², so that gradients follow by hand. */
function summing(optimizer: Optimizer, { regularizer = false } = {}): Model {
  const model = sequential([
    embedding({
      inputDim: V,
      outputDim: D,
      inputLength: T,
      embeddingsInitializer: constant({ value: 0.5 }),
      ...(regularizer && { embeddingsRegularizer: l2(0.05) }),
    }),
    flatten(),
    dense({ units: 1, kernelInitializer: ones(), useBias: false }),
  ]);
  model.build([T]);
  model.layers[2].trainable = false;
  model.compile({ optimizer, loss: meanSquaredError() });
  return model;
}

const targets = tensor([[1], [-1]]);

/** What `summing` learns from the batches in float64, where a row that does not occur keeps value and slots. `limit` clips all gradients by norm. */
function expected(rule: reference.Rule, limit = Infinity, decay = 0): number[] {
  const table = Array.from({ length: V }, () => Array<number>(D).fill(0.5));
  const slots = table.map((row) => row.map((): Record<string, number> => ({})));
  for (const [i, batch] of batches.entries()) {
    const gradients = new Map<number, number>();
    for (const [n, tokens] of batch.entries()) {
      const y = tokens.flatMap((token) => table[token]).reduce((sum, x) => sum + x, 0);
      for (const token of tokens) gradients.set(token, (gradients.get(token) ?? 0) + y - [1, -1][n]);
    }
    const norm = Math.hypot(...[...gradients.values()].flatMap((g) => Array<number>(D).fill(g)));
    const scale = Math.min(1, limit / norm);
    for (const [row, g] of gradients) {
      table[row] = table[row].map((theta, d) => rule(theta * (1 - decay), g * scale, slots[row][d], i + 1));
    }
  }
  return table.flat();
}

const bound = { relative: 2e-6, absolute: 2e-6 };

/** Scores of all tokens from a vector: x · Eᵀ with the table E of an embedding, of which it has no weights of its own. */
class TiedScores extends Layer {
  readonly kind = "tiedScores";
  readonly options = {};
  readonly #table: Layer;

  constructor(table: Layer) {
    super({});
    this.#table = table;
  }

  override outputShape(): Shape {
    return [V];
  }

  override call([x]: readonly Tensor[]): Tensor {
    return matmul(x, transpose(this.#table.parameters[0].value));
  }
}

describe("rows that do not occur are left alone, as with PyTorch's SparseAdam", () => {
  it.each<[string, Optimizer, number[]]>([
    ["sgd", sgd({ learningRate: 0.1 }), expected(reference.sgd(0.1))],
    ["sgd with momentum", sgd({ learningRate: 0.1, momentum: 0.9 }), expected(reference.momentum(0.1, 0.9, false))],
    ["rmsprop", rmsprop({ learningRate: 0.1 }), expected(reference.rmsprop(0.1, 0.9, 0, 1e-7, false))],
    ["adam", adam({ learningRate: 0.1 }), expected(reference.adam(0.1, 0.9, 0.999, 1e-7))],
    [
      "adam, clipped to global norm 1",
      adam({ learningRate: 0.1, globalClipNorm: 1 }),
      expected(reference.adam(0.1, 0.9, 0.999, 1e-7), 1),
    ],
    ["sgd, clipped to norm 2", sgd({ learningRate: 0.1, clipNorm: 2 }), expected(reference.sgd(0.1), 2)],
    [
      "adamw, whose decay shrinks the rows that occur",
      adamw({ learningRate: 0.1, weightDecay: 0.5 }),
      expected(reference.adam(0.1, 0.9, 0.999, 1e-7), Infinity, 0.05),
    ],
  ])("%s: four steps are within 2e-6 of float64", (name, optimizer, want) => {
    const model = summing(optimizer);
    for (const batch of batches) model.trainOnBatch([tensor(batch, undefined, int32)], [targets]);
    expectClose(name, weightsOf(model)["embedding_1/embeddings"], Float64Array.from(want), [V, D], bound);
  });

  it("also in a recorded step, which visits the rows of the batch that the buffer holds", () => {
    const [eager, recorded] = [summing(adam({ learningRate: 0.1 })), summing(adam({ learningRate: 0.1 }))];
    const x = tensor(batches[0], undefined, int32);
    const step = record(() => recorded.trainOnBatch([x], [targets]));
    for (const [i, batch] of batches.entries()) {
      eager.trainOnBatch([tensor(batch, undefined, int32)], [targets]);
      if (i > 0) {
        x.assign(batch.flat());
        step.replay();
      }
    }
    expectSameWeights(recorded, eager);
  });

  it("but a regularizer touches all rows, and then all are updated", () => {
    const model = summing(sgd({ learningRate: 0.1 }), { regularizer: true });
    model.trainOnBatch([tensor(batches[0], undefined, int32)], [targets]);
    const table = weightsOf(model)["embedding_1/embeddings"];
    expect(table[8 * D]).toBeCloseTo(0.5 - 0.1 * 0.1 * 0.5, 6);
  });
});

describe("a table that the output layer shares", () => {
  /** @param isLazy false: a regularizer that adds nothing keeps the model from listing rows, so that every step visits all */
  function tied(isLazy: boolean, optimizer: Optimizer): Model {
    const table = embedding({
      ...{ inputDim: V, outputDim: D, inputLength: T },
      ...(!isLazy && { embeddingsRegularizer: l2(0) }),
    });
    const x = input({ shape: [T], name: "x" });
    const y = new TiedScores(table).apply(dense({ units: D }).apply(flatten().apply(table.apply(x))));
    const model = functional({ inputs: x, outputs: y, seed: 5 });
    model.compile({ optimizer, loss: categoricalCrossentropy({ fromLogits: true }) });
    return model;
  }
  const labels = tensor([1, 4], undefined, int32);

  it.each<[string, () => Optimizer]>([
    ["adam", () => adam({ learningRate: 0.1, globalClipNorm: 0.5 })],
    ["sgd with momentum", () => sgd({ learningRate: 0.1, momentum: 0.9 })],
  ])("%s updates every row, since each has a gradient: as where no rows are listed", (_, optimizer) => {
    const [lazy, whole] = [tied(true, optimizer()), tied(false, optimizer())];
    const before = weightsOf(lazy)["embedding_1/embeddings"];
    for (const batch of batches)
      for (const model of [lazy, whole]) model.trainOnBatch([tensor(batch, undefined, int32)], [labels]);
    const after = weightsOf(lazy)["embedding_1/embeddings"];
    for (let row = 0; row < V; row++) expect(after[row * D], `row ${row}`).not.toBe(before[row * D]);
    for (const [name, values] of Object.entries(weightsOf(whole)))
      expectClose(name, weightsOf(lazy)[name], Float64Array.from(values), [values.length], bound);
  });

  it("also in a recorded step, and fit", async () => {
    const make = (): Model => tied(true, adam({ learningRate: 0.1 }));
    const [eager, recorded, fitted] = [make(), make(), make()];
    const x = tensor(batches[0], undefined, int32);
    const step = record(() => recorded.trainOnBatch([x], [labels]));
    for (const [i, batch] of batches.entries()) {
      eager.trainOnBatch([tensor(batch, undefined, int32)], [labels]);
      if (i > 0) {
        x.assign(batch.flat());
        step.replay();
      }
    }
    expectSameWeights(recorded, eager);
    const all = batches.flat();
    await fitted.fit(
      tensor(all, undefined, int32),
      tensor(
        all.map((_, i) => [1, 4][i % 2]),
        undefined,
        int32,
      ),
      {
        ...{ batchSize: 2, shuffle: false },
      },
    );
    expectSameWeights(fitted, eager);
  });
});

describe("a step that was thrown away", () => {
  it("leaves no gradient and no listed row behind", async () => {
    const fresh = summing(adam({ learningRate: 0.1 }));
    const spoilt = summing(adam({ learningRate: 0.1 }));
    const huge = tensor([[3e38], [3e38]]);
    await expect(spoilt.fit(tensor(batches[1], undefined, int32), huge, { batchSize: 2 })).rejects.toThrow(
      "the loss became",
    );
    for (const model of [fresh, spoilt]) {
      await model.fit(tensor(batches[0], undefined, int32), targets, { batchSize: 2 });
    }
    expectSameWeights(spoilt, fresh);
  });
});

describe("tokens", () => {
  const model = summing(sgd());
  const shapeless = sequential([embedding({ inputDim: V, outputDim: D }), flatten(), dense({ units: 1 })]);
  shapeless.compile({ optimizer: sgd(), loss: meanSquaredError() });

  it.each<[string, unknown]>([
    [
      "x has a token outside the vocabulary in sample 1; expected integers 0 ≤ token < inputDim = 9, got 9.",
      [
        [0, 1],
        [2, 9],
      ],
    ],
    [
      "x has a token outside the vocabulary in sample 0; expected integers 0 ≤ token < inputDim = 9, got -1.",
      [
        [0, -1],
        [2, 3],
      ],
    ],
    [
      "x has a token outside the vocabulary in sample 1; expected integers 0 ≤ token < inputDim = 9, got 1.5.",
      [
        [0, 1],
        [1.5, 3],
      ],
    ],
    [
      "x has a token outside the vocabulary in sample 1; expected integers 0 ≤ token < inputDim = 9, got 255.",
      Uint8Array.of(1, 2, 255, 0),
    ],
    [
      "x has a token outside the vocabulary in sample 0; expected integers 0 ≤ token < inputDim = 9, got 2147483647.",
      Int32Array.of(2147483647, 2, 2, 0),
    ],
  ])("%s", async (text, x) => {
    const before = weightsOf(model);
    for (const which of [model, shapeless]) {
      if (which === shapeless && ArrayBuffer.isView(x)) continue; // only the model tells where samples begin
      const y = [[1], [2]];
      await expect(which.fit(x as never, y)).rejects.toThrow(`fit: ${text}`);
      await expect(which.evaluate(x as never, y)).rejects.toThrow(`evaluate: ${text}`);
      await expect(which.predict(x as never)).rejects.toThrow(`predict: ${text}`);
    }
    expect(weightsOf(model)).toEqual(before);
    expect(shapeless.isBuilt).toBe(false);
  });

  it("in validation data, behind a reshape, and in loops written by hand are refused too", async () => {
    const wrong = [[0, 1], [2, 9]]; // prettier-ignore
    const right = tensor(batches[0], undefined, int32);
    await expect(model.fit(right, targets, { validationData: { x: wrong, y: targets } })).rejects.toThrow(
      "fit validationData: x has a token outside the vocabulary in sample 1",
    );
    const symbol = input({ shape: [1, 2] });
    const table = embedding({ inputDim: V, outputDim: 1 });
    const behind = functional({ inputs: symbol, outputs: table.apply(reshape({ targetShape: [2] }).apply(symbol)) });
    await expect(behind.predict([wrong, wrong])).rejects.toThrow("predict: x does not fit the model");
    await expect(behind.predict(wrong.map((row) => [row]))).rejects.toThrow(
      "predict: x has a token outside the vocabulary in sample 1",
    );
    const text =
      "input 0 has a token outside the vocabulary in sample 1; expected int32, 0 ≤ token < inputDim = 9, got 9.";
    expect(() => model.call([tensor(wrong, undefined, int32)])).toThrow(`call: ${text}`);
    expect(() => model.trainOnBatch([tensor(wrong, undefined, int32)], [targets])).toThrow(`trainOnBatch: ${text}`);
    expect(() => model.call([tensor(wrong)])).toThrow(
      "call: input 0 must hold tokens; expected int32, 0 ≤ token < inputDim = 9, got Tensor(2, 2).",
    );
  });

  it("are taken as nested arrays, floats, bytes and int32 alike", async () => {
    const rows = batches[2];
    const results = await Promise.all(
      [
        rows,
        tensor(rows),
        tensor(rows, undefined, int32),
        Uint8Array.from(rows.flat()),
        Float32Array.from(rows.flat()),
      ].map(async (x) => [...(await model.predict(x)).toTypedArray()]),
    );
    for (const result of results) expect(result).toEqual(results[0]);
  });
});

describe("options", () => {
  it.each<[string, object]>([
    [
      "embedding: inputDim is out of range; expected an integer in [1, 2147483647], got 0.",
      { inputDim: 0, outputDim: 2 },
    ],
    ["embedding: outputDim is missing; expected an integer in [1, ∞).", { inputDim: 3 }],
    [
      "embedding: inputLength is out of range; expected an integer in [1, ∞), got 0.",
      { inputDim: 3, outputDim: 2, inputLength: 0 },
    ],
    ["embedding: not a valid embeddingsInitializer", { inputDim: 3, outputDim: 2, embeddingsInitializer: 1 }],
    ["embedding: unknown option", { inputDim: 3, outputDim: 2, units: 3 }],
  ])("%s", (text, options) => {
    expect(() => embedding(options as never)).toThrow(text);
  });

  it("inputLength is checked where the layer is used", () => {
    const layer = embedding({ inputDim: 3, outputDim: 2, inputLength: 4 });
    expect(() => layer.apply(input({ shape: [5] }))).toThrow(
      "embedding: the sequences do not have inputLength steps; expected [N, 4], got [N, 5].",
    );
  });
});

describe("maskZero", () => {
  const padded = tensor([[0, 0, 3, 4], [1, 2, 0, 0], [0, 5, 0, 6]], undefined, int32); // prettier-ignore
  const make = (length: number, seed = 3): Model => {
    const model = sequential(
      [
        embedding({ inputDim: V, outputDim: D, maskZero: true, inputShape: [length] }),
        dropout({ rate: 0.5 }),
        lstm({ units: 4 }),
        dense({ units: 1 }),
      ],
      { seed },
    );
    model.compile({ optimizer: adam({ learningRate: 0.1 }), loss: meanSquaredError() });
    return model;
  };

  it("skips padding wherever it stands: the same outputs as without it, within 1e-6", async () => {
    const whole = (await make(4).predict(padded)).toTypedArray();
    const cut = (await make(2).predict([[3, 4], [1, 2], [5, 6]])).toTypedArray(); // prettier-ignore
    expectClose("outputs", whole, Float64Array.from(cut), [3, 1], { relative: 1e-6, absolute: 1e-7 });
  });

  it("sends no gradient to row 0", () => {
    const model = make(4);
    const before = weightsOf(model)["embedding_1/embeddings"];
    model.trainOnBatch([padded], [tensor([[1], [2], [3]])]);
    const after = weightsOf(model)["embedding_1/embeddings"];
    const moved = Array.from({ length: V }, (_, row) =>
      before.some((x, i) => Math.floor(i / D) === row && x !== after[i]),
    );
    expect(moved).toEqual([false, true, true, true, true, true, true, false, false]);
  });

  it("a sequence of padding alone has the initial state, 0, and trains nothing of the embedding", async () => {
    const model = make(2);
    const empty = [[1, 2], [0, 0]]; // prettier-ignore
    const { history } = await model.fit(empty, [[1], [2]]);
    expect(history.loss[0]).toBeGreaterThan(0);
    const outputs = (await model.predict(empty)).toArray();
    expect(model.call([tensor(empty, undefined, int32)])[0].toArray()).toEqual(outputs);
    const before = weightsOf(model)["embedding_1/embeddings"];
    await model.fit([[0, 0], [0, 0]], [[1], [2]]); // prettier-ignore
    expect(weightsOf(model)["embedding_1/embeddings"]).toEqual(before);
  });

  it("refuses what is no sequence", () => {
    expect(() => embedding({ inputDim: 3, outputDim: 2, maskZero: true }).apply(input({ shape: [2, 2] }))).toThrow(
      "embedding: maskZero needs sequences; expected [N, T], got [N, 2, 2].",
    );
  });
});

/** A network for 40 sequences of 5 tokens out of 50. */
function network(): Model {
  const model = sequential([
    embedding({ inputDim: 50, outputDim: 6, inputShape: [5] }),
    dropout({ rate: 0.2 }),
    flatten(),
    dense({ units: 3 }),
  ]);
  const loss = categoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer: adam({ learningRate: 0.01, amsgrad: true, globalClipNorm: 1 }), loss });
  return model;
}

const x = tensor(
  Int32Array.from({ length: 200 }, (_, i) => (i * i * 7 + i) % 47),
  [40, 5],
);
const y = tensor(Int32Array.from({ length: 40 }, (_, i) => i % 3));

it("a run that was stopped in the middle of an epoch, saved, loaded and resumed has the weights of one that was not", async () => {
  const whole = network();
  await whole.fit(x, y, { epochs: 3, batchSize: 8 });
  const part = network();
  await part.fit(x, y, { epochs: 3, batchSize: 8, callbacks: [stopAfterBatch(2)] });
  const resumed = await loadModel(await part.toBytes({ checkpoint: true }));
  await resumed.fit(x, y, { epochs: 3, batchSize: 8, resume: true });
  expectSameWeights(resumed, whole);
});

it("frees the list of rows with the model", async () => {
  const before = memoryUsage().bytesInUse;
  const model = network();
  await model.fit(x, y, { batchSize: 8 });
  model.dispose();
  expect(memoryUsage().bytesInUse).toBeLessThanOrEqual(before); // less where the garbage collector has freed what other tests left
});
