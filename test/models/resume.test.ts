/** Training that was stopped and resumed against training that was not: the same bits, with callbacks that remember. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkpoint, earlyStopping, reduceOnPlateau } from "../../src/callbacks/index.js";
import { dense, dropout } from "../../src/layers/index.js";
import { categoricalCrossentropy } from "../../src/losses/index.js";
import { accuracy } from "../../src/metrics/index.js";
import { loadModel } from "../../src/models/load.js";
import type { Model } from "../../src/models/model.js";
import { sequential } from "../../src/models/sequential.js";
import { adam, nadam } from "../../src/optimizers/index.js";
import { cosineDecay } from "../../src/optimizers/schedules.js";
import { tensor } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import { expectSameBits } from "../support/compare.js";
import "../support/engine.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-resume-"));
afterAll(() => rmSync(folder, { recursive: true }));

const random = new Random(4);
const x = tensor(
  Float32Array.from({ length: 60 * 5 }, () => random.normal()),
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
