/** What is seen and set while a model trains: the learning rate, the loss of a batch, an epoch that was not finished. */
import { describe, expect, it } from "vitest";
import { layers, losses, metrics, optimizers, record, schedules, sequential, tensor } from "../../../src/index.js";
import "../../support/engine.js";

const x = tensor(
  Float32Array.from({ length: 40 }, (_, i) => i / 40),
  [40, 1],
);
const make = (learningRate: Parameters<typeof optimizers.sgd>[0] = {}) => {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { seed: 1 });
  model.compile({ optimizer: optimizers.sgd(learningRate), loss: losses.meanSquaredError(), metrics: [metrics.r2()] });
  return model;
};
const kernel = (model: ReturnType<typeof make>): number => model.weights[0].value.toTypedArray()[0];

describe("model.learningRate", () => {
  it("is what the schedule gives for the next step, and what was assigned from then on", async () => {
    const learningRate = schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });
    const model = make({ learningRate });
    expect(model.learningRate).toBe(1);
    await model.fit(x, x, { batchSize: 20 });
    expect(model.learningRate).toBe(0.25);
    model.learningRate = 0.125;
    await model.fit(x, x, { batchSize: 20 });
    expect(model.learningRate).toBe(0.125);
  });

  it("of a recorded step: a replay uses what was assigned; 0 leaves the weights", () => {
    const model = make({ learningRate: 0.5 });
    const step = record(() => model.trainOnBatch([x], [x]));
    const before = kernel(model);
    model.learningRate = 0;
    step.replay();
    expect(kernel(model)).toBe(before);
    model.learningRate = 0.5;
    step.replay();
    expect(kernel(model)).not.toBe(before);
  });

  it("is refused below 0 and before compile", () => {
    expect(() => (make().learningRate = -1)).toThrow("sgd: learningRate is out of range");
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    expect(() => model.learningRate).toThrow("learningRate: the model is not compiled.");
  });
});

it("logs.loss is the mean so far, training.batchLoss that of the batch", async () => {
  const seen: [mean: number, batch: number][] = [];
  await make().fit(x, x, {
    batchSize: 10,
    callbacks: [{ onBatchEnd: (_, { loss }, training) => void seen.push([loss, training.batchLoss]) }],
  });
  for (const [i, [mean]] of seen.entries()) {
    const batches = seen.slice(0, i + 1).map(([, batch]) => batch);
    expect(mean).toBeCloseTo(batches.reduce((a, b) => a + b) / batches.length, 6);
  }
  expect(new Set(seen.map(([, batch]) => batch)).size).toBe(4);
});

it("stopped inside an epoch, fit returns the means so far of that epoch beside the whole ones", async () => {
  let steps = 0;
  let last: unknown;
  const { epochs, history, partial, stopped } = await make().fit(x, x, {
    epochs: 5,
    batchSize: 10,
    callbacks: [
      {
        onBatchEnd(_, logs, training) {
          last = logs;
          if (++steps === 6) training.stop("six are enough");
        },
      },
    ],
  });
  expect([epochs, history.loss.length, stopped]).toEqual([[0], 1, "six are enough"]);
  expect(partial).toEqual(last);
  expect(Object.keys(partial!)).toEqual(["loss", "r2"]);
  expect((await make().fit(x, x)).partial).toBeUndefined();
});
