/** A loss whose output has no gradient although layers before it are trained: refused, where it trained nothing in silence. */
import { describe, expect, it } from "vitest";
import { batchNormalization, embedding, flatten, input, lambda, attention, additiveAttention, dense, multiHeadAttention } from "../../../src/layers/index.js"; // prettier-ignore
import type { Layer } from "../../../src/layers/layer.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import type { Model } from "../../../src/models/model.js";
import { model } from "../../../src/models/sequential.js";
import { sgd } from "../../../src/optimizers/index.js";
import { detach } from "../../../src/ops/index.js";
import { zeros } from "../../../src/tensor/create.js";
import { randomNormal } from "../../../src/ops/random.js";
import "../../support/engine.js";

const x = randomNormal([4, 3, 2], { seed: 1 });
const [y, weights] = [zeros([4, 3, 2]), zeros([4, 1, 3, 3])];

/** Attention behind a dense layer, with its weights as a second output. */
function looking(layer: Layer, lossWeights?: readonly number[], isFrozen = false): Model {
  const inputs = input({ shape: [3, 2] });
  const before = dense({ units: 2 });
  if (isFrozen) before.trainable = false;
  const outputs = layer.applyMany(before.apply(inputs));
  const net = model({ inputs, outputs: [dense({ units: 2 }).apply(outputs[0]), outputs[1]], seed: 1 });
  const loss = [meanSquaredError(), meanSquaredError()];
  net.compile({ optimizer: sgd(), loss, ...(lossWeights && { lossWeights }) });
  return net;
}

describe.each<[string, () => Layer]>([
  ["attention", () => attention({ returnWeights: true, name: "looks" })],
  ["additiveAttention", () => additiveAttention({ units: 2, returnWeights: true, name: "looks" })],
  ["multiHeadAttention", () => multiHeadAttention({ heads: 1, keyDim: 2, returnWeights: true, name: "looks" })],
])("a loss on the weights of %s", (_, make) => {
  it("is refused by fit and trainOnBatch, which change no weight", async () => {
    const net = looking(make());
    const before = net.weights.map(({ value }) => [...value.toTypedArray()]);
    const wrong = 'output 1, of layer "looks", has no gradient';
    await expect(net.fit(x, [y, weights])).rejects.toThrow(`fit: ${wrong}. 0 in lossWeights only measures it.`);
    expect(() => net.trainOnBatch([x], [y, weights])).toThrow(wrong);
    expect(net.weights.map(({ value }) => [...value.toTypedArray()])).toEqual(before);
    expect(await net.evaluate(x, [y, weights])).toHaveProperty("loss");
  });

  it("with the lossWeight 0 it is measured", async () => {
    const { history } = await looking(make(), [1, 0]).fit(x, [y, weights], { epochs: 2 });
    expect(history.loss[1]).toBeLessThan(history.loss[0]);
  });
});

it("where all layers before it are frozen a loss is only measured, as it was meant", async () => {
  const net = looking(attention({ returnWeights: true }), undefined, true);
  expect((await net.fit(x, [y, weights])).history.loss[0]).toBeGreaterThan(0);
});

it("a lambda that detaches what trained layers give is noticed as well", async () => {
  const inputs = input({ shape: [2] });
  const table = flatten().apply(embedding({ inputDim: 3, outputDim: 2 }).apply(inputs));
  const cut = lambda({ function: (t) => detach(t), name: "cut" }).apply(table);
  const net = model({ inputs, outputs: [dense({ units: 1 }).apply(table), cut], seed: 1 });
  net.compile({ optimizer: sgd(), loss: [meanSquaredError(), meanSquaredError()] });
  await expect(net.fit(zeros([2, 2], { dtype: "int32" }), [zeros([2, 1]), zeros([2, 4])])).rejects.toThrow(
    'output 1, of layer "cut", has no gradient',
  );
});

describe("what is trained before a layer that detaches", () => {
  const x = zeros([2, 2]);

  function cutBehind(...before: readonly Layer[]): Model {
    const inputs = input({ shape: [2] });
    const read = before.reduce((symbol, layer) => layer.apply(symbol), inputs);
    const cut = lambda({ function: (t) => detach(t), name: "cut" }).apply(read);
    const net = model({ inputs, outputs: [dense({ units: 2 }).apply(inputs), cut], seed: 1 });
    net.compile({ optimizer: sgd(), loss: [meanSquaredError(), meanSquaredError()] });
    return net;
  }

  it("is noticed behind a frozen layer, too", async () => {
    for (const at of [0, 1]) {
      const layers = [dense({ units: 2 }), dense({ units: 2 })];
      layers[at].trainable = false;
      await expect(cutBehind(...layers).fit(x, [x, x])).rejects.toThrow('output 1, of layer "cut", has no gradient');
    }
  });

  it("is nothing where there are statistics alone, which move without a gradient", async () => {
    const { history } = await cutBehind(batchNormalization({ center: false, scale: false })).fit(x, [x, x]);
    expect(history.loss).toHaveLength(1);
  });
});
