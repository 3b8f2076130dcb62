/** The moving average of the weights: its values, that it is what is evaluated, predicted with and saved, and that training resumes with it. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/errors.js";
import { earlyStopping } from "../../../src/callbacks/index.js";
import { batchNormalization, dense } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { memoryUsage } from "../../../src/runtime/runtime.js";
import { adam } from "../../../src/optimizers/index.js";
import { l2 } from "../../../src/regularizers/index.js";
import { expectClose, expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { expectSameWeights, haveOtherWeights, normals, stopAfterBatch, weightsOf } from "../networks.js";

const decay = 0.3;
const [x, y] = [normals(1, [24, 3]), normals(2, [24, 1])];

function make(average: { readonly averageDecay?: number } = { averageDecay: decay }): Model {
  const model = sequential([
    dense({ units: 4, inputShape: [3], kernelRegularizer: l2(0.01) }),
    batchNormalization({ momentum: 0.8 }),
    dense({ units: 1 }),
  ]);
  const optimizer = adam({ learningRate: 0.05 });
  model.compile({ optimizer, loss: meanSquaredError(), ...average });
  return model;
}

/** A model with the averages as its weights. */
const averaged = async (model: Model): Promise<Model> => loadModel(await model.toBytes());

describe("averageDecay", () => {
  it("averages all weights and moving statistics with min(decay, (1 + t) / (10 + t)), and leaves training as it is", async () => {
    const [model, plain] = [make(), make({})];
    const want: Record<string, Float64Array> = {};
    for (const [name, values] of Object.entries(weightsOf(model))) want[name] = Float64Array.from(values);
    let t = 0;
    const onBatchEnd = (): void => {
      t++;
      const d = Math.min(decay, (1 + t) / (10 + t));
      for (const [name, values] of Object.entries(weightsOf(model))) {
        want[name] = want[name].map((average, i) => average + (1 - d) * (values[i] - average));
      }
    };
    await model.fit(x, y, { epochs: 2, batchSize: 8, callbacks: [{ onBatchEnd }] });
    await plain.fit(x, y, { epochs: 2, batchSize: 8 });
    expect(t).toBe(6);
    expectSameWeights(model, plain);
    const saved = await averaged(model);
    expect(haveOtherWeights(saved, model)).toBe(true);
    for (const [name, values] of Object.entries(weightsOf(saved))) {
      expectClose(name, values, want[name], [values.length], { relative: 1e-5, absolute: 1e-6 });
    }
  });

  it("is what predict, call, evaluate and validation compute with", async () => {
    const model = make();
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 8, validationData: { x, y } });
    const saved = await averaged(model);
    const want = (await saved.predict(x)).toTypedArray();
    expectSameBits("predict", (await model.predict(x)).toTypedArray(), want);
    expectSameBits("call", model.call([x])[0].toTypedArray(), want);
    saved.compile({ optimizer: adam(), loss: meanSquaredError() });
    const { loss } = await saved.evaluate(x, y);
    expect((await model.evaluate(x, y)).loss).toBe(loss);
    expect(history.valLoss.at(-1)).toBeCloseTo(loss, 5);
  });

  it("resumes bit for bit from a checkpoint, weights and averages", async () => {
    const options = { epochs: 3, batchSize: 8 };
    const whole = make();
    await whole.fit(x, y, options);
    const part = make();
    await part.fit(x, y, { ...options, callbacks: [stopAfterBatch(1)] });
    const resumed = await loadModel(await part.toBytes({ checkpoint: true }));
    expectSameWeights(resumed, part);
    await resumed.fit(x, y, { ...options, resume: true });
    expectSameWeights(resumed, whole);
    expectSameWeights(await averaged(resumed), await averaged(whole));
  });

  it("follows trainOnBatch, and the best weights that earlyStopping puts back", async () => {
    const [byHand, byFit] = [make(), make()];
    byHand.trainOnBatch([x], [y]);
    await byFit.fit(x, y, { batchSize: 24, shuffle: false });
    expectSameWeights(await averaged(byHand), await averaged(byFit));
    const model = make();
    const losses: number[] = [];
    await model.fit(x, y, {
      epochs: 12,
      batchSize: 8,
      validationData: { x: normals(5, [10, 3]), y: normals(6, [10, 1]) },
      callbacks: [
        { onEpochEnd: (_, logs) => void losses.push(logs.valLoss) },
        earlyStopping({ monitor: "valLoss", patience: 1, restoreBestWeights: true }),
      ],
    });
    const { loss } = await model.evaluate(normals(5, [10, 3]), normals(6, [10, 1]), { batchSize: 8 });
    expect(loss).toBe(Math.min(...losses));
  });

  it("compiling again makes the averages the weights", async () => {
    const model = make();
    await model.fit(x, y, { batchSize: 8 });
    const want = await averaged(model);
    model.compile({ optimizer: adam(), loss: meanSquaredError() });
    expectSameWeights(model, want);
  });

  it("its memory is freed when the model is compiled again", async () => {
    const model = make();
    const bytes: number[] = [];
    for (let i = 0; i < 3; i++) {
      model.compile({ optimizer: adam(), loss: meanSquaredError(), averageDecay: decay });
      await model.fit(x, y, { batchSize: 8 });
      bytes.push(memoryUsage().bytesInUse);
    }
    expect(bytes[2]).toBeLessThanOrEqual(bytes[1]); // less where what earlier tests left was collected
  });

  it.each([1, -0.1, NaN, "0.9"])("refuses %s", (averageDecay) => {
    expect(() => make({ averageDecay: averageDecay as number })).toThrow(UsageError);
  });
});
