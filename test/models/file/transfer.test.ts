/** Weights taken over by name: what is loaded and what is not, that the rest stays, and that nothing changes where something does not fit. */
import { describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../../src/errors.js";
import { batchNormalization, dense } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { sgd } from "../../../src/optimizers/index.js";
import "../../support/engine.js";
import { expectSameWeights, expectWeights, normals, weightsOf } from "../networks.js";

const make = (head: string, units: number, seed: number): Model =>
  sequential([dense({ units: 4, name: "body", inputShape: [3] }), batchNormalization({ name: "norm" }), dense({ units, name: head })], { seed }); // prettier-ignore

describe("loadWeights", () => {
  it("takes all weights of the same architecture, moving statistics and checkpoints too", async () => {
    const trained = make("head", 2, 1);
    trained.compile({ optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), loss: meanSquaredError() });
    await trained.fit(normals(1, [12, 3]), normals(2, [12, 2]), { batchSize: 4 });
    const other = make("head", 2, 7);
    const names = await other.loadWeights(await trained.toBytes({ checkpoint: true }));
    expectSameWeights(other, trained);
    expect(names).toEqual({ loaded: Object.keys(weightsOf(trained)), skipped: [], unused: [] });
  });

  it("by name takes what both have, leaves the new head, and says what it did", async () => {
    const [trained, other] = [make("head", 2, 1), make("newHead", 5, 7)];
    const [want, before] = [weightsOf(trained), weightsOf(other)];
    const names = await other.loadWeights(await trained.toBytes(), { byName: true });
    const shared = ["body/kernel", "body/bias", "norm/gamma", "norm/beta", "norm/movingMean", "norm/movingVariance"];
    expect(names).toEqual({
      loaded: shared,
      skipped: ["newHead/kernel", "newHead/bias"],
      unused: ["head/kernel", "head/bias"],
    });
    expectWeights(other, { ...before, ...Object.fromEntries(shared.map((name) => [name, want[name]])) });
  });

  it("a frozen body stays as it was loaded while the head is trained", async () => {
    const [trained, other] = [make("head", 2, 1), make("newHead", 1, 7)];
    await other.loadWeights(await trained.toBytes(), { byName: true });
    for (const layer of other.layers) layer.trainable = layer.name === "newHead";
    other.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
    const before = weightsOf(other);
    await other.fit(normals(3, [16, 3]), normals(4, [16, 1]), { epochs: 2, batchSize: 4 });
    for (const [name, values] of Object.entries(weightsOf(other))) {
      if (name.startsWith("newHead")) expect(values, name).not.toEqual(before[name]);
      else expect(values, name).toEqual(before[name]);
    }
  });

  it("is what a moving average begins with", async () => {
    const [trained, other] = [make("head", 2, 1), make("head", 2, 7)];
    other.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError(), averageDecay: 0.9 });
    await other.loadWeights(await trained.toBytes());
    const x = normals(5, [2, 3]);
    expect((await other.predict(x)).toArray()).toEqual((await trained.predict(x)).toArray());
  });

  it.each<[string, Model, { byName?: boolean }]>([
    [
      'loadWeights: the file is of another architecture; expected the weights of this model, got a file without ["newHead/kernel", "newHead/bias"] ' +
        'and with ["head/kernel", "head/bias"]. Pass { byName: true } to load the weights that both have.',
      make("newHead", 2, 7),
      {},
    ],
    [
      'loadWeights: weight "head/kernel" does not fit; expected F32 [4, 5], got F32 [4, 2]. To keep the weights of the layer, give it another name.',
      make("head", 5, 7),
      { byName: true },
    ],
    [
      'loadWeights: the file has no weight of the model; expected ["alone/kernel", "alone/bias"], got ["body/kernel", "body/bias", ' +
        '"norm/gamma", "norm/beta", "norm/movingMean", "norm/movingVariance", "head/kernel", "head/bias"]. Give matching layers the same names.',
      sequential([dense({ units: 1, name: "alone", inputShape: [3] })]),
      { byName: true },
    ],
  ])("%s", async (text, model, options) => {
    const before = weightsOf(model);
    await expect(model.loadWeights(await make("head", 2, 1).toBytes(), options)).rejects.toThrow(new DataError(text));
    expectWeights(model, before);
  });

  it("refuses a misspelt option, a model that is not built, and one that is being trained", async () => {
    const bytes = await make("head", 2, 1).toBytes();
    const model = make("head", 2, 7);
    await expect(model.loadWeights(bytes, { byname: true } as never)).rejects.toThrow(UsageError);
    await expect(sequential([dense({ units: 1 })]).loadWeights(bytes)).rejects.toThrow(UsageError);
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
    const training = model.fit(normals(1, [12, 3]), normals(2, [12, 2]), { batchSize: 4 });
    await expect(model.loadWeights(bytes)).rejects.toThrow("loadWeights: the model is being trained.");
    await training;
  });
});
