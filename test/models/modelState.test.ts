/** A model's state in its odd moments: never built, disposed, in use while something else is asked of it, measured. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Callback } from "../../src/callbacks/callback.js";
import { UsageError } from "../../src/errors.js";
import { batchNormalization, dense, embedding, flatten, lstm } from "../../src/layers/index.js";
import { binaryCrossentropy, meanSquaredError } from "../../src/losses/index.js";
import { mean, square, sub } from "../../src/ops/index.js";
import type { Model } from "../../src/models/model.js";
import { sequential } from "../../src/models/sequential.js";
import { sgd } from "../../src/optimizers/index.js";
import { memoryUsage } from "../../src/runtime/runtime.js";
import { tensor } from "../../src/tensor/create.js";
import "../support/engine.js";
import { normals, weightsOf } from "./networks.js";

const [x, y] = [normals(1, [12, 3]), normals(2, [12, 1])];
const compile = (model: Model, averageDecay?: number): Model => {
  const average = averageDecay === undefined ? {} : { averageDecay };
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError(), ...average });
  return model;
};
const network = (): Model =>
  sequential([dense({ units: 4, inputShape: [3] }), batchNormalization(), dense({ units: 1 })]);

describe("a model that was never built", () => {
  it("is disposed without a word, twice", async () => {
    const model = sequential([dense({ units: 1 })]);
    expect(model.insides.isDisposed).toBe(false);
    model.dispose();
    model.dispose();
    expect(model.insides.isDisposed).toBe(true);
    await expect(model.predict(x)).rejects.toThrow("predict: the model was disposed");
  });

  it("says what was asked of it", () => {
    const model = sequential([lstm({ units: 1, stateful: true, batchSize: 1 })]);
    for (const ask of ["inputShape", "layers", "weights"] as const)
      expect(() => model[ask]).toThrow(`${ask}: the shapes of the model are not known yet.`);
    for (const call of ["zeroGrad", "resetStates", "summary"] as const)
      expect(() => model[call]()).toThrow(`${call}: the shapes of the model are not known yet.`);
    expect(() => model.learningRate).toThrow("learningRate: the model is not compiled.");
    expect(() => (model.learningRate = 1)).toThrow("learningRate: the model is not compiled.");
  });

  it("predicts without being compiled, and takes tokens as what they are", async () => {
    expect((await sequential([dense({ units: 2 })]).predict(x)).shape).toEqual([12, 2]);
    const words = (): Model => sequential([embedding({ inputDim: 3, outputDim: 2 }), flatten(), dense({ units: 1 })]);
    expect((await words().predict([[0, 1], [2, 2]])).shape).toEqual([2, 1]); // prettier-ignore
    await expect(words().predict([[0, 3]])).rejects.toThrow("x has a token outside the vocabulary in sample 0");
  });
});

describe("while evaluate runs", () => {
  it("the model is not compiled, and takes no weights", async () => {
    const [model, other] = [compile(network()), compile(network())];
    const file = await other.toBytes();
    const before = weightsOf(model);
    const running = model.evaluate(x, y, { batchSize: 1 });
    const hint = "the model is being used. Await the running evaluate or predict first.";
    expect(() => compile(model)).toThrow(new UsageError(`compile: ${hint}`));
    await expect(model.loadWeights(file)).rejects.toThrow(`loadWeights: ${hint}`);
    await expect(model.loadWeights(5 as never)).rejects.toThrow(`loadWeights: ${hint}`); // before anything is read
    await running;
    expect(weightsOf(model)).toEqual(before);
    await model.loadWeights(file);
  });

  it("begun after loadWeights was called, it is found when the file has been read", async () => {
    const [model, other] = [compile(network()), compile(network())];
    const loading = model.loadWeights(await other.toBytes());
    const settled = Promise.allSettled([loading]);
    const running = model.evaluate(async function* () {
      await settled; // so that the evaluation outlasts the reading
      yield { x, y };
    });
    await expect(loading).rejects.toThrow("loadWeights: the model is being used.");
    await running;
  });
});

it("the size of a checkpoint is what saving one takes, optimizer and all", async () => {
  const model = network();
  model.compile({ optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), loss: meanSquaredError() });
  const folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
  const path = join(folder, "checkpoint");
  const sizes: number[][] = [];
  const onEpochEnd: Callback["onEpochEnd"] = async (_epoch, _logs, training) => {
    await training.saveCheckpoint(path);
    sizes.push([await training.checkpointSize(), statSync(path).size]);
  };
  await model.fit(x, y, { callbacks: [{ onEpochEnd }] });
  rmSync(folder, { recursive: true });
  expect(sizes[0][0]).toBe(sizes[0][1]);
  expect(sizes[0][0]).toBeGreaterThan((await model.toBytes()).length);
});

it("averages of the weights are memory of a training step: a copy of every parameter", () => {
  const [plain, averaged] = [compile(network()), compile(network(), 0.9)].map((model) => model.insides.stepMemory!);
  const values = network();
  values.build([3]);
  const size = values.weights.reduce((sum, { value }) => sum + 4 * value.size, 0);
  expect([averaged.fixed - plain.fixed, averaged.perSample]).toEqual([size, plain.perSample]);
});

it("resetStates passes by the layers that have none, and refuses what it always refused", () => {
  const model = sequential([lstm({ units: 2, stateful: true, batchSize: 2, inputShape: [3, 1] }), dense({ units: 1 })]);
  model.call([normals(1, [2, 3, 1])]);
  model.resetStates();
  const states = Object.entries(weightsOf(model)).filter(([name]) => /\/[hc]$/.test(name));
  expect(states.map(([, values]) => [...values])).toEqual([[0, 0, 0, 0], [0, 0, 0, 0]]); // prettier-ignore
});

it("a loss of one number a sample in a column is refused where there is one column, too", () => {
  const model = sequential([dense({ units: 1, inputShape: [3] })]);
  const loss = (target: typeof x, prediction: typeof x) => mean(square(sub(prediction, target)), 1, { keepDims: true });
  model.compile({ optimizer: sgd(), loss });
  expect(() => model.trainOnBatch([x], [y])).toThrow("gives a tensor that does not fit");
});

it("compile asks for logits unless it is told not to", () => {
  const model = sequential([dense({ units: 1, inputShape: [3], activation: "sigmoid" })]);
  const options = { optimizer: sgd(), loss: binaryCrossentropy({ fromLogits: true }) };
  expect(() => model.compile(options)).toThrow(UsageError);
  model.compile({ ...options, checkLogits: false });
});

it.each([1, 2, 3])("the first step leaves out the gradients of %d backward passes before it", (passes) => {
  const make = (): Model => compile(sequential([dense({ units: 1, inputShape: [3], useBias: false })]));
  const [model, fresh] = [make(), make()];
  for (let i = 0; i < passes; i++) mean(square(sub(model.call([x])[0], y))).backward();
  for (const one of [model, fresh]) one.trainOnBatch([x], [y]);
  expect(weightsOf(model)).toEqual(weightsOf(fresh));
});

it("notes that cannot be saved are refused by the function that was called", async () => {
  const model = compile(network());
  model.notes = { f: () => 1 };
  await expect(model.toBytes()).rejects.toThrow(/^toBytes: /);
  const sink = new WritableStream();
  await expect(model.save(sink)).rejects.toThrow(/^save: /);
  await expect(model.saveCheckpoint(sink)).rejects.toThrow(/^saveCheckpoint: /);
});

it("validation data whose last batch a stateful layer cannot take are refused before the first step", async () => {
  const layer = lstm({ units: 1, stateful: true, batchSize: 2, inputShape: [3, 1] });
  const model = compile(sequential([layer]));
  const [steps, targets] = [normals(1, [4, 3, 1]), normals(2, [4, 1])];
  const validationData = { x: normals(3, [3, 3, 1]), y: normals(4, [3, 1]) };
  const before = weightsOf(model);
  await expect(model.fit(steps, targets, { batchSize: 2, validationData })).rejects.toThrow("lstm: ");
  expect(weightsOf(model)).toEqual(before);
});

it("fit leaves no memory behind, with validation, data of its own and an error", async () => {
  const model = compile(network());
  const rows = x.toArray();
  const once = async (): Promise<number> => {
    await model.fit(rows, y.toArray(), { batchSize: 5, validationSplit: 0.25 });
    await expect(model.fit(rows, y.toArray(), { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough"); // prettier-ignore
    return memoryUsage().bytesInUse;
  };
  const before = await once();
  expect(await once()).toBeLessThanOrEqual(before); // less where the garbage collector has freed others
});

describe("predict and evaluate", () => {
  const rows = Array.from({ length: 12 }, (_, i) => [1, 2, i % 3, i % 2].map((token) => token % 3));
  const words = (): Model =>
    compile(
      sequential([
        embedding({ inputDim: 3, outputDim: 2, inputLength: 4, maskZero: true }),
        lstm({ units: 2 }),
        dense({ units: 1 }),
      ]),
    );

  it("go through the samples in their order, as states that are carried show", async () => {
    const model = compile(sequential([lstm({ units: 1, stateful: true, batchSize: 1, inputShape: [2, 1] })], { seed: 1 })); // prettier-ignore
    const samples = [3, -2, 1, -1, 2, -3, 0, 4].map((value) => [[value], [value / 2]]);
    const targets = samples.map((_, n) => [n % 3]);
    const given = { batchSize: 1 };
    const { loss } = await model.evaluate(samples, targets, given);
    const outputs = (await model.predict(samples, given)).toArray() as number[][];
    model.resetStates();
    const [called, wanted] = [samples.map((sample) => model.call([tensor([sample])])[0].item()), outputs.flat()];
    expect(called).toEqual(wanted);
    const errors = wanted.map((value, n) => (value - targets[n][0]) ** 2);
    expect(loss).toBeCloseTo(errors.reduce((a, b) => a + b) / 8, 6);
  });

  it("leave no memory behind, grouped by length or not", async () => {
    const model = words();
    const once = async (groupByLength: boolean): Promise<number> => {
      (await model.predict(rows, { batchSize: 5, groupByLength })).dispose();
      await model.evaluate(rows, y, { batchSize: 5, groupByLength });
      return memoryUsage().bytesInUse;
    };
    for (const isGrouped of [false, true]) {
      const before = await once(isGrouped);
      expect(await once(isGrouped)).toBeLessThanOrEqual(before); // less where the garbage collector has freed others
    }
  });

  it("with a signal that has aborted reject with its reason, and leave no memory behind", async () => {
    const [model, signal] = [words(), AbortSignal.abort(new Error("enough"))];
    const once = async (): Promise<number> => {
      await expect(model.predict(rows, { signal })).rejects.toThrow("enough");
      await expect(model.evaluate(rows, y, { signal })).rejects.toThrow("enough");
      return memoryUsage().bytesInUse;
    };
    const before = await once();
    expect(await once()).toBeLessThanOrEqual(before);
  });
});
