/** No leak: what training, evaluation and prediction use is given back, also where they fail. */
import { afterEach, describe, expect, it } from "vitest";
import { memoryUsage } from "../../../src/runtime/runtime.js";
import { dense, dropout } from "../../../src/layers/index.js";
import { categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { decodeSafetensors, encodeSafetensors } from "../../../src/io/safetensors.js";
import { accuracy, auc } from "../../../src/metrics/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import * as networks from "../networks.js";

const { x, y } = networks.noise(1, 50);
const bytes = (): number => memoryUsage().bytesInUse;

/** As in networks.ts, disposed after the test: what the garbage collector frees at a moment of its own would disturb the next one. */
function network(...args: Parameters<typeof networks.network>): Model {
  const model = networks.network(...args);
  models.push(model);
  return model;
}
const models: Model[] = [];
afterEach(() => models.splice(0).forEach((model) => model.dispose()));

/** Throws unless `work`, done once before, leaves memory as it is when it is done `times` times more. */
async function expectNoLeak(work: () => unknown, times = 5): Promise<void> {
  await work();
  const before = bytes();
  for (let i = 0; i < times; i++) await work();
  expect(bytes()).toBe(before);
}

const full = { batchSize: 16, validationSplit: 0.2, sampleWeight: new Float32Array(50).fill(1), classWeight: { 1: 2 } };

describe("memory in use is the same after", () => {
  it("1,000 steps as after 10, within one fit", async () => {
    const model = network();
    const seen: number[] = [];
    await model.fit(x, y, { ...full, epochs: 400, callbacks: [{ onBatchEnd: () => void seen.push(bytes()) }] });
    expect(seen.length).toBeGreaterThan(1000);
    expect(seen.at(-1)).toBe(seen[10]);
    expect(Math.max(...seen)).toBe(seen[10]);
  });

  it("the last of several calls of fit, with everything on", async () => {
    const model = network();
    await expectNoLeak(() => model.fit(x, y, full));
    await expectNoLeak(() => model.fit(x.toTypedArray(), y.toArray(), full));
  });

  it("evaluate and predict, which only leaves its result", async () => {
    const model = network();
    await expectNoLeak(() => model.evaluate(x, y, { batchSize: 16, sampleWeight: new Float32Array(50) }));
    await expectNoLeak(async () => (await model.predict(x.toArray(), { batchSize: 16 })).dispose());
    await expectNoLeak(() => model.trainOnBatch([x], [y]).dispose());
  });

  it("compiling again, with other metrics and another optimizer", async () => {
    const model = network();
    const loss = categoricalCrossentropy({ fromLogits: true });
    await expectNoLeak(async () => {
      model.compile({ optimizer: adam({ globalClipNorm: 1 }), loss, metrics: [accuracy(), accuracy()] });
      await model.fit(x, y);
      model.compile({ optimizer: sgd({ momentum: 0.9 }), loss });
      await model.fit(x, y);
    });
  });

  it("a model was made, trained, saved, loaded, and all of it disposed", async () => {
    await expectNoLeak(async () => {
      const model = network();
      await model.fit(x, y, full);
      const loaded = await loadModel(await model.toBytes({ checkpoint: true }));
      await loaded.fit(x, y, { ...full, epochs: 2, resume: true });
      model.dispose();
      loaded.dispose();
    });
  });

  it("a model was built from its data and disposed", async () => {
    await expectNoLeak(async () => {
      const model = sequential([dropout({ rate: 0.1 }), dense({ units: 1 })]);
      model.compile({ optimizer: adam(), loss: meanSquaredError() });
      await model.fit([1, 2, 3], [1, 2, 3]);
      model.dispose();
    });
  });
});

describe("memory in use is the same after a failing", () => {
  const fails = (work: () => Promise<unknown>) => async () => {
    await expect(work()).rejects.toThrow();
  };

  it.each<[string, (model: Model) => Promise<unknown>]>([
    ["fit: data that do not fit", (model) => model.fit([[1, 2]], [0])],
    ["fit: a value that is no number", (model) => model.fit([[1, 2, 3, 4, NaN]], [0])],
    ["fit: a label out of range", (model) => model.fit(x.toTypedArray(), new Array(50).fill(9))],
    ["fit: targets of another number", (model) => model.fit(x.toTypedArray(), [1, 2])],
    ["fit: weights of another number", (model) => model.fit(x.toTypedArray(), y.toArray(), { sampleWeight: [1] })],
    ["fit: an unknown class", (model) => model.fit(x.toTypedArray(), y, { ...full, classWeight: { 7: 1 } })],
    [
      "fit: validation data that do not fit",
      (model) => model.fit(x.toTypedArray(), y, { validationData: { x: [[1]], y: [0] } }),
    ],
    ["fit: a batch that is too large", (model) => model.fit(x.toTypedArray(), y, { batchSize: 51 })],
    ["fit: a split that leaves nothing", (model) => model.fit(x.toTypedArray(), y, { validationSplit: 0.001 })],
    [
      "fit: another batch size than the one to resume",
      async (model) => {
        await model.fit(x, y, { batchSize: 10, callbacks: [networks.stopAfterBatch(1)] });
        await model.fit(x.toTypedArray(), y, { batchSize: 11, resume: true });
      },
    ],
    [
      "fit: an error of a callback",
      (model) =>
        model.fit(x.toTypedArray(), y, { callbacks: [{ onEpochEnd: () => Promise.reject(new Error("mine")) }] }),
    ],
    ["fit: an abort", (model) => model.fit(x.toTypedArray(), y, { signal: AbortSignal.abort() })],
    ["evaluate: an abort", (model) => model.evaluate(x.toTypedArray(), y, { signal: AbortSignal.abort() })],
    ["predict: an abort", (model) => model.predict(x.toTypedArray(), { signal: AbortSignal.abort() })],
    ["evaluate: targets that do not fit", (model) => model.evaluate(x.toTypedArray(), [[1, 2]])],
    ["predict: inputs that do not fit", (model) => model.predict([[1, 2]])],
  ])("%s", async (_, work) => {
    const model = network();
    await expectNoLeak(fails(() => work(model)));
  });

  it("fit: a loss that is no number", async () => {
    const model = network(0, { optimizer: sgd({ learningRate: 1e30 }) });
    const initial = model.weights.map(({ value }) => value.toTypedArray());
    await expectNoLeak(
      fails(async () => {
        for (const [i, { value }] of model.weights.entries()) value.assign(initial[i]);
        await model.fit(x.toTypedArray(), y, { epochs: 9 });
      }),
    );
  });

  it("step: a layer that throws in the middle of the forward pass", async () => {
    const model = network();
    const integers = tensor(new Int32Array(250), [50, 5]); // no float32: the first layer refuses it
    await expectNoLeak(fails(() => model.fit(integers, y)));
  });

  it("compile: metrics that do not fit", async () => {
    const model = network();
    await expectNoLeak(() =>
      expect(() =>
        model.compile({
          optimizer: sgd(),
          loss: categoricalCrossentropy({ fromLogits: true }),
          metrics: [accuracy(), auc()],
        }),
      ).toThrow("auc"),
    );
  });

  it("loadModel: a file whose last tensor is missing", async () => {
    const file = decodeSafetensors(await network().toBytes({ checkpoint: true }));
    const rest = [...file.tensors].slice(0, -1).map(([name, entry]) => ({ name, ...entry }));
    await expectNoLeak(fails(() => loadModel(encodeSafetensors(rest, file.metadata))));
  });
});
