/** Layers of one model applied in another, as in transfer learning: which of the two trains them, and what happens when one of them ends. */
import { describe, expect, it } from "vitest";
import { batchNormalization, dense, embedding, flatten, input } from "../../../src/layers/index.js";
import { categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { memoryUsage } from "../../../src/runtime/runtime.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { expectSameWeights, network, noise, normals, weightsOf } from "../networks.js";
import { collectGarbage } from "../../support/garbage.js";

const { x, y } = noise(1, 24);
const loss = categoricalCrossentropy({ fromLogits: true });
const options = { batchSize: 8, epochs: 2 };

/** A trained body, as bytes. */
async function trained(checkpoint: boolean): Promise<Uint8Array> {
  const base = sequential(
    [
      dense({ units: 8, activation: "relu", inputShape: [5], name: "first" }),
      batchNormalization({ name: "norm" }),
      dense({ units: 6, activation: "relu", name: "second" }),
      dense({ units: 3, name: "old" }),
    ],
    { seed: 1 },
  );
  base.compile({ optimizer: adam({ learningRate: 0.01 }), loss });
  await base.fit(x, y, options);
  return base.toBytes({ checkpoint });
}

/** The layers of `base` but the last, with a new one. */
function withNewHead(base: Model): Model {
  const symbol = input({ shape: [5] });
  const body = base.layers.slice(0, 3).reduce((made, layer) => layer.apply(made), symbol);
  return model({ inputs: symbol, outputs: dense({ units: 3, name: "new" }).apply(body), seed: 9 });
}

/** The same network of layers of its own, with the same values. */
async function copyOf(net: Model): Promise<Model> {
  const copy = sequential(
    [
      dense({ units: 8, activation: "relu", inputShape: [5], name: "first" }),
      batchNormalization({ name: "norm" }),
      dense({ units: 6, activation: "relu", name: "second" }),
      dense({ units: 3, name: "new" }),
    ],
    { seed: 9 },
  );
  await copy.loadWeights(await net.toBytes());
  return copy;
}

const compile = (net: Model): Model => {
  net.compile({
    optimizer: adam({ learningRate: 0.01, weightDecay: 0.01, globalClipNorm: 1 }),
    loss,
    averageDecay: 0.9,
  });
  return net;
};

describe.each([
  ["a file", false],
  ["a checkpoint, which comes compiled", true],
])("a layer of a model that was loaded from %s, applied in a new model", (_, checkpoint) => {
  it("trains there: the same bits as in a network of its own, weights, averages and moving statistics", async () => {
    const net = withNewHead(await loadModel(await trained(checkpoint)));
    const alone = await copyOf(net);
    for (const one of [net, alone]) await compile(one).fit(x, y, options);
    expectSameWeights(net, alone);
    expect(await net.evaluate(x, y)).toEqual(await alone.evaluate(x, y));
    expect((await net.predict(x)).toArray()).toEqual((await alone.predict(x)).toArray());
  });

  it("its checkpoint goes on to the same bits", async () => {
    const net = compile(withNewHead(await loadModel(await trained(checkpoint))));
    await net.fit(x, y, options);
    const loaded = await loadModel(await net.toBytes({ checkpoint: true }));
    for (const one of [net, loaded]) await one.fit(x, y, { ...options, epochs: 4, resume: true });
    expectSameWeights(loaded, net);
  });

  it.each(["before the new one is compiled", "after it", "after it has trained"])(
    "goes on when the old model is disposed %s",
    async (when) => {
      const base = await loadModel(await trained(checkpoint));
      const net = withNewHead(base);
      const kept = withNewHead(await loadModel(await trained(checkpoint)));
      if (when.startsWith("before")) base.dispose();
      compile(net);
      if (when === "after it") base.dispose();
      await net.fit(x, y, options);
      base.dispose();
      await net.fit(x, y, options);
      await compile(kept).fit(x, y, options);
      await kept.fit(x, y, options);
      expectSameWeights(net, kept);
      expect((await net.predict(x)).toArray()).toEqual((await kept.predict(x)).toArray());
      await expect(base.predict(x)).rejects.toThrow("predict: the model was disposed");
    },
  );

  it("the old model says that it does not train it any more, and changes nothing", async () => {
    const base = await loadModel(await trained(checkpoint));
    if (!checkpoint) return; // it is not compiled, and cannot train
    const net = compile(withNewHead(base));
    const before = weightsOf(base);
    const wrong = 'fit: another model trains layer "first" now. Call compile again to train the rest';
    await expect(base.fit(x, y, options)).rejects.toThrow(wrong);
    expect(weightsOf(base)).toEqual(before);
    base.compile({ optimizer: sgd({ learningRate: 0.1 }), loss });
    await base.fit(x, y, options);
    const after = weightsOf(base);
    const changed = Object.keys(before).filter((name) => after[name].some((value, i) => value !== before[name][i]));
    expect(changed).toEqual(["norm/movingMean", "norm/movingVariance", "old/kernel", "old/bias"]);
    net.dispose();
    base.compile({ optimizer: sgd({ learningRate: 0.1 }), loss });
    await base.fit(x, y, options);
    expect(weightsOf(base)["first/kernel"]).not.toEqual(after["first/kernel"]);
  });
});

describe("layers of a model that is compiled", () => {
  it("that has trained since it was loaded are used as they are, and summary says so", async () => {
    const base = await loadModel(await trained(true));
    await base.fit(x, y, { ...options, epochs: 3, resume: true });
    const net = compile(withNewHead(base));
    const before = weightsOf(base);
    await net.fit(x, y, options);
    expect(weightsOf(base)["first/kernel"]).toEqual(before["first/kernel"]);
    let table = "";
    net.summary((text) => void (table = text));
    expect(table).toContain("first (dense)              [N, 8]         48 frozen\n");
  });

  it("a checkpoint of the model that does not train them goes on to the same bits", async () => {
    const first = network();
    const symbol = input({ shape: [5] });
    const second = model({
      inputs: symbol,
      outputs: dense({ units: 3, name: "head" }).apply(first.layers[0].apply(symbol)),
    });
    second.compile({ optimizer: adam(), loss });
    await second.fit(x, y, options);
    const loaded = await loadModel(await second.toBytes({ checkpoint: true }));
    expect(loaded.layers.map(({ trainable }) => trainable)).toEqual([false, true]);
    for (const one of [second, loaded]) await one.fit(x, y, { ...options, epochs: 4, resume: true });
    expectSameWeights(loaded, second);
  });

  it("live as long as one of both models, and their memory is free afterwards", async () => {
    const round = async (): Promise<void> => {
      const base = await loadModel(await trained(true));
      const net = compile(withNewHead(base));
      await net.fit(x, y, options);
      base.dispose();
      (await net.predict(x)).dispose();
      net.dispose();
    };
    const bytes = await trained(true);
    const once = async (): Promise<number> => {
      const before = await collectGarbage();
      const base = await loadModel(bytes);
      const net = compile(withNewHead(base));
      await net.fit(x, y, options);
      base.dispose();
      (await net.predict(x)).dispose();
      net.dispose();
      return memoryUsage().bytesInUse - before;
    };
    await round();
    expect([await once(), await once()]).toEqual([0, 0]);
  });
});

it("an embedding of another model trains lazily: rows that no batch has stay as they are", async () => {
  const tokens = tensor(
    Int32Array.from({ length: 16 }, (_, i) => i % 4),
    [8, 2],
  );
  const targets = normals(1, [8, 1]);
  const base = sequential([embedding({ inputDim: 6, outputDim: 3, inputLength: 2, name: "table" }), flatten()]);
  const symbol = input({ shape: [2] });
  await base.predict(tokens);
  const outputs = dense({ units: 1 }).apply(flatten().apply(base.layers[0].apply(symbol)));
  const net = model({ inputs: symbol, outputs });
  net.compile({ optimizer: adam(), loss: meanSquaredError() });
  const before = weightsOf(net)["table/embeddings"];
  await net.fit(tokens, targets, { epochs: 3, batchSize: 4 });
  base.dispose();
  await net.fit(tokens, targets, { epochs: 3, batchSize: 4 });
  const after = weightsOf(net)["table/embeddings"];
  expect(after.subarray(12)).toEqual(before.subarray(12));
  for (let i = 0; i < 12; i++) expect(after[i]).not.toBe(before[i]);
});
