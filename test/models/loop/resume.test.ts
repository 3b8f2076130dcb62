/** Training that was stopped and resumed against training that was not: the same bits, with callbacks that remember. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkpoint, earlyStopping, reduceOnPlateau } from "../../../src/callbacks/index.js";
import { dense, dropout } from "../../../src/layers/index.js";
import { categoricalCrossentropy } from "../../../src/losses/index.js";
import { accuracy } from "../../../src/metrics/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { adam, nadam } from "../../../src/optimizers/index.js";
import { cosineDecay } from "../../../src/optimizers/schedules.js";
import { tensor } from "../../../src/tensor/create.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { Random } from "../../../src/tensor/random.js";
import { expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { stopAfterBatch } from "../networks.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-resume-"));
afterAll(() => rmSync(folder, { recursive: true }));

const random = new Random(4);
const x = tensor(
  Float32Array.from({ length: 60 * 5 }, () => drawNormal(random)),
  [60, 5],
);
const y = tensor(
  Int32Array.from({ length: 60 }, () => random.integer(3)),
  [60],
);

const make = (optimizer = adam({ learningRate: 0.01, globalClipNorm: 1 })): Model => {
  const model = sequential([
    dense({ units: 8, activation: "relu", inputShape: [5] }),
    dropout({ rate: 0.3 }),
    dense({ units: 3 }),
  ]);
  model.compile({ optimizer, loss: categoricalCrossentropy({ fromLogits: true }), metrics: [accuracy()] });
  return model;
};

const weights = Float32Array.from({ length: 60 }, (_, i) => 0.5 + (i % 3) / 2);

/** Nadam keeps a product besides its slots; the schedule counts steps. */
const scheduled = () =>
  nadam({ learningRate: cosineDecay({ initialLearningRate: 0.02, decaySteps: 10 }), weightDecay: 0.01 });

/** A plateau that is soon reached: what the callbacks remember decides the learning rate. */
const callbacks = (...more: ReturnType<typeof checkpoint>[]) => [
  ...more,
  reduceOnPlateau({ monitor: "valLoss", patience: 2, minDelta: 0.02, factor: 0.5, cooldown: 1 }),
  earlyStopping({ monitor: "valLoss", patience: 6, minDelta: 0.02 }),
];
const options = { epochs: 14, batchSize: 16, validationSplit: 0.25 };

function expectSame(a: Model, b: Model): void {
  for (const [i, { name, value }] of a.weights.entries()) {
    expectSameBits(name, b.weights[i].value.toTypedArray(), value.toTypedArray());
  }
}

describe("resuming is refused", () => {
  it("with another batch size or other data, in the middle of an epoch; nothing has changed then", async () => {
    const model = make();
    await model.fit(x, y, { epochs: 2, batchSize: 16, callbacks: [stopAfterBatch(1)] });
    const before = model.weights.map(({ value }) => value.toTypedArray());
    await expect(model.fit(x, y, { epochs: 2, batchSize: 15, resume: true })).rejects.toThrow(
      "fit: the batches differ from those that training began with; expected 32 samples in 2 batches, got 30 samples in 2 batches. Resuming needs the same data and batchSize.",
    );
    const few = [x.toTypedArray().slice(0, 100), y.toTypedArray().slice(0, 20)] as const;
    await expect(model.fit(...few, { epochs: 2, batchSize: 16, resume: true })).rejects.toThrow(
      "expected 32 samples in 2 batches, got 20 samples in 2 batches.",
    );
    expect(model.weights.map(({ value }) => value.toTypedArray())).toEqual(before);
    await model.fit(x, y, { epochs: 2, batchSize: 16, resume: true });
  });

  it("together with an initial epoch", async () => {
    await expect(make().fit(x, y, { epochs: 2, initialEpoch: 1, resume: true })).rejects.toThrow(
      "fit: resume and initialEpoch exclude each other; expected one of them.",
    );
  });
});

describe("resumed training has the weights and the history of training that never stopped", () => {
  it("from the checkpoint of any epoch, whichever place the checkpoint callback has", async () => {
    const whole = make();
    const path = join(folder, "{epoch}.safetensors");
    const { history, stopped, epochs } = await whole.fit(x, y, {
      ...options,
      callbacks: callbacks(checkpoint({ path })),
    });
    expect(epochs.length).toBeGreaterThan(6);
    for (const epoch of [1, 3, 6]) {
      const resumed = await loadModel(path.replace("{epoch}", String(epoch)));
      const rest = await resumed.fit(x, y, { ...options, callbacks: callbacks(), resume: true });
      expectSame(whole, resumed);
      expect(rest.history.valLoss).toEqual(history.valLoss.slice(epoch));
      expect(rest.stopped).toBe(stopped);
    }
  });

  it("from a checkpoint in the middle of an epoch, written after an abort, in the same process too", async () => {
    const whole = make();
    await whole.fit(x, y, { ...options, callbacks: callbacks() });
    const cut = make();
    const abort = new AbortController();
    let batches = 0;
    const stopper = {
      onBatchEnd() {
        if (++batches === 20) abort.abort(new Error("enough"));
      },
    };
    const interrupted = cut.fit(x, y, { ...options, callbacks: [stopper, ...callbacks()], signal: abort.signal });
    await expect(interrupted).rejects.toThrow("enough");
    const path = join(folder, "cut.safetensors");
    await cut.saveCheckpoint(path);
    const loaded = await loadModel(path);
    for (const model of [loaded, cut]) {
      await model.fit(x, y, { ...options, callbacks: callbacks(), resume: true });
      expectSame(whole, model);
    }
  });

  it.each([1, 2, 3, 4, 5, 7, 9, 11, 12])("from a checkpoint after step %i of 12, three to an epoch", async (steps) => {
    const options = { epochs: 4, batchSize: 16, validationSplit: 0.25, sampleWeight: weights };
    const whole = make(scheduled());
    const wanted = await whole.fit(x, y, { ...options, callbacks: callbacks() });
    const cut = make(scheduled());
    let bytes: Uint8Array | undefined;
    let done = 0;
    const keep = {
      async onBatchEnd() {
        if (++done === steps) bytes = await cut.toBytes({ checkpoint: true });
      },
    };
    await cut.fit(x, y, { ...options, callbacks: [keep, ...callbacks()] });
    expectSame(whole, cut);
    const resumed = await loadModel(bytes!);
    const rest = await resumed.fit(x, y, { ...options, callbacks: callbacks(), resume: true });
    expectSame(whole, resumed);
    const first = Math.floor((steps - 1) / 3); // the epoch of that step is finished after it
    expect(rest.epochs).toEqual(wanted.epochs.slice(first));
    for (const [name, values] of Object.entries(wanted.history))
      expect(rest.history[name]).toEqual(values.slice(first));
    for (const model of [whole, cut, resumed]) model.dispose();
  });

  it("from a checkpoint of a second fit, whose order of samples is another than that of the first", async () => {
    const [whole, cut] = [make(), make()];
    for (const model of [whole, cut]) await model.fit(x, y, { epochs: 2 });
    await whole.fit(x, y, { epochs: 3, batchSize: 16 });
    await cut.fit(x, y, { epochs: 3, batchSize: 16, callbacks: [stopAfterBatch(1)] });
    const resumed = await loadModel(await cut.toBytes({ checkpoint: true }));
    await resumed.fit(x, y, { epochs: 3, batchSize: 16, resume: true });
    expectSame(whole, resumed);
  });

  it("twice cut: a checkpoint of a resumed training", async () => {
    const whole = make();
    await whole.fit(x, y, { epochs: 3, batchSize: 16 });
    let model = make();
    for (const batch of [1, 2, 0, 1]) {
      await model.fit(x, y, { epochs: 3, batchSize: 16, callbacks: [stopAfterBatch(batch)], resume: true });
      model = await loadModel(await model.toBytes({ checkpoint: true }));
    }
    await model.fit(x, y, { epochs: 3, batchSize: 16, resume: true });
    expectSame(whole, model);
  });

  it("when all epochs are done, which does nothing", async () => {
    const model = make();
    await model.fit(x, y, { epochs: 2 });
    const { epochs } = await model.fit(x, y, { epochs: 2, resume: true });
    expect(epochs).toEqual([]);
    expect((await model.fit(x, y, { epochs: 3, resume: true })).epochs).toEqual([2]);
  });

  it("with a schedule by step and an optimizer that keeps a product", async () => {
    const optimizer = () => nadam({ learningRate: cosineDecay({ initialLearningRate: 0.02, decaySteps: 40 }) });
    const whole = make(optimizer());
    const path = join(folder, "n-{epoch}.safetensors");
    await whole.fit(x, y, { ...options, callbacks: [checkpoint({ path, everyEpochs: 5 })] });
    const resumed = await loadModel(path.replace("{epoch}", "5"));
    await resumed.fit(x, y, { ...options, resume: true });
    expectSame(whole, resumed);
  });
});
