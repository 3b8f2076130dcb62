/** Batch normalisation folded away: the same predictions without its weights; what cannot be folded stays. */
import { expect, it } from "vitest";
import { activation, add, batchNormalization, conv2d, dense, flatten, input } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { foldBatchNormalization } from "../../../src/models/graph/fold.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { sgd } from "../../../src/optimizers/index.js";
import { smallResNet } from "../../../src/models/zoo/index.js";
import { expectClose } from "../../support/compare.js";
import "../../support/engine.js";
import { normals, weightsOf } from "../networks.js";

const norms = (of: Model): number => of.layers.filter(({ kind }) => kind === "batchNormalization").length;

/** Trains a little, folds, and compares predictions. */
async function folded(network: Model, shape: readonly number[], outputs: number): Promise<Model> {
  network.compile({ optimizer: sgd({ learningRate: 0.02 }), loss: meanSquaredError() });
  const x = normals(1, [12, ...shape]);
  await network.fit(x, normals(2, [12, outputs]), { epochs: 3, batchSize: 6 });
  for (const { name, value } of network.weights)
    if (name.endsWith("bias")) value.assign(Float32Array.from({ length: value.size }, (_, i) => Math.cos(i)));
  const before = weightsOf(network);
  const result = await foldBatchNormalization(network);
  const want = await network.predict(x);
  const got = await result.predict(x);
  expectClose("folded", got.toTypedArray(), Float64Array.from(want.toTypedArray()), want.shape, { relative: 1e-4, absolute: 1e-5 }); // prettier-ignore
  expect(weightsOf(network)).toEqual(before);
  return result;
}

it("after dense and convolution, with a bias and without, with γ and β and without", async () => {
  const network = sequential([
    conv2d({ filters: 5, kernelSize: 3, useBias: false, inputShape: [6, 5, 2] }),
    batchNormalization({ momentum: 0.5 }),
    activation({ activation: "relu" }),
    flatten(),
    dense({ units: 4, name: "hidden" }),
    batchNormalization({ momentum: 0.5, scale: false, epsilon: 0.01, activation: "tanh" }),
    dense({ units: 3 }),
    batchNormalization({ momentum: 0.5, center: false }),
  ]);
  const result = await folded(network, [6, 5, 2], 3);
  expect(norms(result)).toBe(0);
  expect(Object.keys(weightsOf(result)).filter((name) => name.endsWith("bias"))).toHaveLength(3);
});

it("all of a residual network", async () => {
  const result = await folded(smallResNet({ inputShape: [8, 8, 1], filters: 4, classes: 3 }), [8, 8, 1], 3);
  expect(norms(result)).toBe(0);
});

it("not behind an activation, behind an input, or where somebody else reads what is normalised", async () => {
  const x = input({ shape: [4] });
  const first = batchNormalization({ momentum: 0.5 }).apply(x);
  const bent = batchNormalization({ momentum: 0.5 }).apply(dense({ units: 4, activation: "relu" }).apply(first));
  const read = dense({ units: 4 }).apply(bent);
  const joined = add().apply([read, batchNormalization({ momentum: 0.5 }).apply(read)]);
  const result = await folded(model({ inputs: x, outputs: dense({ units: 2 }).apply(joined) }), [4], 2);
  expect(norms(result)).toBe(3);
});

it("not a normalisation that two layers share, nor one behind a layer that is used twice: 1 and 2 stay", async () => {
  const x = input({ shape: [4] });
  const shared = batchNormalization({ momentum: 0.5 });
  const both = add().apply([shared.apply(dense({ units: 3 }).apply(x)), shared.apply(dense({ units: 3 }).apply(x))]);
  expect(norms(await folded(model({ inputs: x, outputs: both }), [4], 3))).toBe(1);
  const twice = dense({ units: 4 });
  const once = batchNormalization({ momentum: 0.5 }).apply(twice.apply(x));
  const again = batchNormalization({ momentum: 0.5 }).apply(twice.apply(once));
  expect(norms(await folded(model({ inputs: x, outputs: again }), [4], 4))).toBe(2);
});

it("not behind a convolution whose output another layer reads as well, before it or after it: 1 stays of 2", async () => {
  for (const first of [true, false]) {
    const x = input({ shape: [5, 5, 2] });
    const y = conv2d({ filters: 3, kernelSize: 3 }).apply(x);
    const [norm, rest] = [batchNormalization({ momentum: 0.5 }), conv2d({ filters: 3, kernelSize: 1 })];
    const [a, b] = first ? [norm.apply(y), rest.apply(y)] : [rest.apply(y), norm.apply(y)];
    const joined = flatten().apply(batchNormalization({ momentum: 0.5 }).apply(conv2d({ filters: 1, kernelSize: 3 }).apply(add().apply([a, b])))); // prettier-ignore
    expect(norms(await folded(model({ inputs: x, outputs: joined }), [5, 5, 2], 1))).toBe(1);
  }
});

it("not behind a layer whose output is one of the model's", async () => {
  const x = input({ shape: [4] });
  const y = dense({ units: 3 }).apply(x);
  const network = model({ inputs: x, outputs: [y, batchNormalization({ momentum: 0.5 }).apply(y)] });
  network.compile({ optimizer: sgd({ learningRate: 0.02 }), loss: [meanSquaredError(), meanSquaredError()] });
  const data = normals(1, [12, 4]);
  await network.fit(data, [normals(2, [12, 3]), normals(3, [12, 3])], { epochs: 2, batchSize: 6 });
  const result = await foldBatchNormalization(network);
  expect(norms(result)).toBe(1);
  const [want, got] = [network.call([data]), result.call([data])];
  for (const [i, { shape }] of want.entries()) {
    expectClose(`output ${i}`, got[i].toTypedArray(), Float64Array.from(want[i].toTypedArray()), shape, { relative: 1e-4, absolute: 1e-5 }); // prettier-ignore
  }
});
