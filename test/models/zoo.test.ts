/** The ready networks: their sizes, that they train, that they come back from a file, and what they refuse. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../src/errors.js";
import { models } from "../../src/index.js";
import { categoricalCrossentropy } from "../../src/losses/index.js";
import { loadModel } from "../../src/models/file/loading.js";
import type { Model } from "../../src/models/model.js";
import { adam } from "../../src/optimizers/index.js";
import { tensor } from "../../src/tensor/create.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { Random } from "../../src/tensor/random.js";
import { expectSameBits } from "../support/compare.js";
import "../support/engine.js";

const count = (model: Model): number => model.weights.reduce((sum, { value }) => sum + value.size, 0);

/** Images with a bright stripe whose place is the class, and noise. */
function stripes(N: number, size: number): { x: Float32Array; y: Int32Array } {
  const random = new Random(5);
  const y = Int32Array.from({ length: N }, () => random.integer(4));
  const x = Float32Array.from({ length: N * size * size }, (_, i) => {
    const row = Math.floor(i / size) % size;
    const label = y[Math.floor(i / size / size)];
    return (Math.floor((4 * row) / size) === label ? 1 : 0) + drawNormal(random, 0, 0.3);
  });
  return { x, y };
}

async function lossesOf(model: Model, size: number, epochs: number): Promise<readonly number[]> {
  const { x, y } = stripes(64, size);
  model.compile({ optimizer: adam({ learningRate: 0.005 }), loss: categoricalCrossentropy({ fromLogits: true }) });
  const { history } = await model.fit(tensor(x, [64, size, size, 1]), tensor(y), { epochs, batchSize: 16 });
  return history.loss;
}

describe("sizes", () => {
  it("LeNet-5 has 61,706 parameters and ten logits", async () => {
    const model = models.lenet5();
    expect(count(model)).toBe(61_706);
    expect((await model.predict(tensor(new Float32Array(1568), [2, 28, 28, 1]))).shape).toEqual([2, 10]);
  });

  it("the residual network of one block a stage has 9 convolutions, of three 21", () => {
    const convolutions = (model: Model): number => model.layers.filter(({ kind }) => kind === "conv2d").length;
    expect(convolutions(models.smallResNet())).toBe(9);
    expect(convolutions(models.smallResNet({ blocks: 3 }))).toBe(21);
    const [first] = models.smallResNet({ filters: 4, inputShape: [8, 8, 3] }).weights;
    expect(first.value.shape).toEqual([3, 3, 3, 4]);
  });

  it("the residual network halves the image at stages 2 and 3, where the shortcut is a convolution as well", () => {
    const { layers } = models.smallResNet({ blocks: 2, filters: 4 });
    const convolutions = layers.flatMap(({ kind, config: { filters, kernelSize, strides, useBias } }) =>
      kind === "conv2d" ? [[filters, kernelSize, strides, useBias]] : [],
    );
    const plain = (filters: number, count: number): unknown[] => Array<unknown>(count).fill([filters, 3, 1, false]);
    const narrower = (filters: number): unknown[] => [
      [filters, 3, 2, false],
      ...plain(filters, 1),
      [filters, 1, 2, false],
      ...plain(filters, 2),
    ];
    expect(convolutions).toEqual([...plain(4, 5), ...narrower(8), ...narrower(16)]);
    const activations = layers.flatMap(({ kind, config }) =>
      kind === "batchNormalization" ? [config.activation] : [],
    );
    const [bent, straight] = ["relu", "linear"];
    const pair = [bent, straight];
    const shortcut = [...pair, straight, ...pair];
    expect(activations).toEqual([bent, ...pair, ...pair, ...shortcut, ...shortcut]);
  });

  it("LeNet-5 pools by the mean or by the maximum; residual highways add, plain ones do not", () => {
    const kinds = (model: Model): string[] => [...new Set(model.layers.map(({ kind }) => kind))];
    expect(kinds(models.lenet5({ pooling: "max" }))).toEqual(["conv2d", "maxPooling2d", "flatten", "dense"]);
    expect(kinds(models.lenet5({ pooling: "average" }))).toEqual(["conv2d", "averagePooling2d", "flatten", "dense"]);
    expect(kinds(models.highway({ depth: 2, connection: "residual" }))).toContain("add");
    expect(kinds(models.highway({ depth: 2, connection: "plain" }))).not.toContain("add");
  });

  it("a highway of depth 3: plain and residual have 3 · (50 · 50 + 50) between the ends, highway twice that", () => {
    const ends = 784 * 50 + 50 + 50 * 10 + 10;
    expect(count(models.highway({ depth: 3 }))).toBe(ends + 6 * 2550);
    expect(count(models.highway({ depth: 3, connection: "plain" }))).toBe(ends + 3 * 2550);
    expect(count(models.highway({ depth: 3, connection: "residual" }))).toBe(ends + 3 * 2550);
  });
});

describe("the seed", () => {
  const small = { inputShape: [12, 12, 1], classes: 2 };
  it.each<[string, (seed: number) => Model]>([
    ["lenet5", (seed) => models.lenet5({ ...small, seed })],
    ["smallResNet", (seed) => models.smallResNet({ ...small, filters: 1, seed })],
    ["highway", (seed) => models.highway({ ...small, depth: 1, units: 2, seed })],
    ["gpt", (seed) => models.gpt({ vocabulary: 3, context: 2, features: 4, blocks: 1, seed })],
  ])("of %s decides the bits of its weights", (_, make) => {
    const [first, again, other] = [3, 3, 4].map((seed) => make(seed).weights[0].value.toTypedArray());
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(make(3).seed).toBe(3);
  });
});

describe("training", () => {
  it.each<[string, () => Model]>([
    ["lenet5", () => models.lenet5({ inputShape: [12, 12, 1], classes: 4, activation: "relu", pooling: "max" })],
    ["smallResNet", () => models.smallResNet({ inputShape: [12, 12, 1], classes: 4, filters: 4, seed: 3 })],
    ["highway", () => models.highway({ inputShape: [12, 12, 1], classes: 4, depth: 20, units: 16 })],
  ])("%s learns stripes, and comes back from a file", async (name, make) => {
    const model = make();
    expect(model.name).toBe(name);
    const losses = await lossesOf(model, 12, 8);
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]);
    const again = await loadModel(await model.toBytes());
    const x = tensor(stripes(3, 12).x, [3, 12, 12, 1]);
    expectSameBits(name, (await again.predict(x)).toTypedArray(), (await model.predict(x)).toTypedArray());
  });

  it("forty highway layers learn what forty plain layers do not", async () => {
    const options = { inputShape: [12, 12, 1], classes: 4, depth: 40, units: 16, activation: "tanh" } as const;
    const highway = await lossesOf(models.highway(options), 12, 12);
    const plain = await lossesOf(models.highway({ ...options, connection: "plain" }), 12, 12);
    expect(highway.at(-1)).toBeLessThan(0.5 * plain.at(-1)!);
  });
});

describe("bad input", () => {
  it.each<[() => unknown, abstract new () => Error, string]>([
    [
      () => models.lenet5({ classes: 0 }),
      UsageError,
      "lenet5: classes is out of range; expected an integer in [1, ∞), got 0.",
    ],
    [
      () => models.lenet5({ pooling: "none" as never }),
      UsageError,
      'lenet5: unknown pooling; expected "average" or "max", got "none".',
    ],
    [() => models.lenet5({ inputShape: [8, 8, 1] }), ShapeError, "conv2d"],
    [
      () => models.smallResNet({ blocks: 0 }),
      UsageError,
      "smallResNet: blocks is out of range; expected an integer in [1, 1000], got 0.",
    ],
    [() => models.smallResNet({ blocks: 2 ** 31 }), UsageError, "expected an integer in [1, 1000], got 2147483648."],
    [() => models.highway({ depth: 2 ** 31 }), UsageError, "expected an integer in [0, 10000], got 2147483648."],
    [
      () => models.gpt({ vocabulary: 5, blocks: 2 ** 31 }),
      UsageError,
      "expected an integer in [1, 1000], got 2147483648.",
    ],
    [() => models.smallResNet({ inputShape: [28, 28] }), ShapeError, "conv2d"],
    [() => models.highway({} as never), UsageError, "highway: depth is missing; expected an integer in [0, 10000]."],
    [
      () => models.highway({ depth: 2, connection: "dense" as never }),
      UsageError,
      'highway: unknown connection; expected "highway", "residual" or "plain", got "dense".',
    ],
    [
      () => models.smallResNet({ stages: 2 } as never),
      UsageError,
      "smallResNet: unknown option; expected inputShape, classes, blocks, filters, name or seed",
    ],
  ])("case %#", (call, error, text) => {
    expect(call).toThrow(error);
    expect(call).toThrow(text);
  });
});
