/** Training steps outside of `fit`: the same bits as inside, eager or recorded. */
import { describe, expect, it } from "vitest";
import { type Model, ShapeError, UsageError, layers, losses, memoryUsage, optimizers } from "../../../src/index.js";
import { record, sequential, tensor } from "../../../src/index.js";
import "../../support/engine.js";

const N = 5;
const values = Float32Array.from({ length: N * 4 }, (_, i) => Math.sin(i));
const labels = Int32Array.from({ length: N }, (_, i) => i % 3);

function compiled(): Model {
  const model = sequential([
    layers.dense({ units: 7, activation: "tanh", inputShape: [4] }),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 3 }),
  ]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.1 }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
  });
  return model;
}

const weightsOf = (model: Model): number[] => model.weights.flatMap(({ value }) => [...value.toTypedArray()]);

describe("trainOnBatch", () => {
  it("three steps, eager or recorded, give the bits of three epochs of fit on that batch", async () => {
    using x = tensor(values, [N, 4]);
    using y = tensor(labels);
    const fitted = compiled();
    const { history } = await fitted.fit(x, y, { batchSize: N, epochs: 3, shuffle: false });
    const eager = compiled();
    const eagerLosses = [1, 2, 3].map(() => eager.trainOnBatch([x], [y]).item());
    const recorded = compiled();
    const step = record(() => recorded.trainOnBatch([x], [y]));
    const recordedLosses = [step.result.item()];
    for (const _ of [2, 3]) {
      step.replay();
      recordedLosses.push(step.result.item());
    }
    expect(eagerLosses).toEqual(history.loss);
    expect(recordedLosses).toEqual(history.loss);
    expect(weightsOf(eager)).toEqual(weightsOf(fitted));
    expect(weightsOf(recorded)).toEqual(weightsOf(fitted));
    step.dispose();
    for (const model of [fitted, eager, recorded]) model.dispose();
  });

  it("frees all but the loss: 100 steps leave the heap where 1 step left it", () => {
    using x = tensor(values, [N, 4]);
    using y = tensor(labels);
    const model = compiled();
    model.trainOnBatch([x], [y]).dispose();
    const { bytesInUse } = memoryUsage();
    for (let i = 0; i < 100; i++) model.trainOnBatch([x], [y]).dispose();
    expect(memoryUsage().bytesInUse).toBe(bytesInUse);
    model.dispose();
  });

  it("refuses a model that is not compiled, and inputs or targets that do not fit", () => {
    using x = tensor(values, [N, 4]);
    using y = tensor(labels);
    const model = compiled();
    const before = weightsOf(model);
    const plain = sequential([layers.dense({ units: 3, inputShape: [4] })]);
    expect(() => plain.trainOnBatch([x], [y])).toThrow(
      new UsageError("trainOnBatch: the model is not compiled. Call model.compile({ optimizer, loss }) first."),
    );
    expect(() => model.trainOnBatch([y], [y])).toThrow(
      new ShapeError("trainOnBatch: input 0 does not fit the model; expected [N, 4], got int32 Tensor(5)."),
    );
    expect(() => model.trainOnBatch([x], [])).toThrow(
      new ShapeError("trainOnBatch: the targets do not fit the batch; expected target 0 of 5 rows, got nothing."),
    );
    using few = tensor(labels.slice(1));
    expect(() => model.trainOnBatch([x], [few])).toThrow(/expected target 0 of 5 rows, got int32 Tensor\(4\)\.$/);
    using wrong = tensor(labels.map((label) => label + 1));
    expect(() => model.trainOnBatch([x], [wrong])).toThrow(
      /a target is out of range; expected a label in 0 … 2, got 3/,
    );
    expect(weightsOf(model)).toEqual(before);
  });
});
