/** What is wrong with data, batch size and callbacks is found before the first step: no weight, statistic, state or progress has changed. */
import { describe, expect, it } from "vitest";
import { checkpoint, earlyStopping, reduceOnPlateau } from "../../../src/callbacks/index.js";
import { batchNormalization, conv2d, dense, flatten, lstm, timeDistributed } from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { accuracy } from "../../../src/metrics/index.js";
import type { FitOptions } from "../../../src/models/loop/fitOptions.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { adam } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { network, noise, normals } from "../networks.js";

/** Throws unless fit rejects with the text, not one batch has run, and a checkpoint afterwards has the bytes of one before. */
async function expectRefused(net: Model, data: { x: unknown; y: unknown }, options: FitOptions, text: string) {
  const before = await net.toBytes({ checkpoint: true });
  let batches = 0;
  const callbacks = [
    ...(options.callbacks ?? []),
    {
      onBatchEnd() {
        batches++;
      },
    },
  ];
  const fitting = net.fit(data.x as never, data.y as never, { ...options, callbacks });
  await expect(fitting).rejects.toThrow(text);
  expect(batches).toBe(0);
  expect(await net.toBytes({ checkpoint: true })).toEqual(before);
}

function normalized(layers: readonly Layer[], shape: readonly number[]): Model {
  const net = sequential([...layers, flatten(), dense({ units: 1 })]);
  net.build(shape);
  net.compile({ optimizer: adam(), loss: meanSquaredError() });
  return net;
}

describe("batch normalisation and a last batch of one sample", () => {
  const one =
    "batchNormalization: one value has no variance to train with; expected 2 or more values in each channel in every batch, got 1 in a batch of 1. Choose a batchSize that leaves 2 samples or more for the last batch of an epoch, leave out a sample, or freeze the layer.";

  it.each([
    ["33 samples, batchSize 32", 33, 32],
    ["9 samples, batchSize 4", 9, 4],
    ["5 samples, batchSize 1", 5, 1],
    ["1 sample, the default batchSize", 1, undefined],
  ])("%s", async (_, N, batchSize) => {
    const net = normalized([dense({ units: 3 }), batchNormalization()], [2]);
    const data = { x: normals(1, [N, 2]), y: normals(2, [N, 1]) };
    await expectRefused(net, data, batchSize === undefined ? {} : { batchSize }, one);
  });

  it("by validationSplit: 11 samples, 2 of them for validation, batchSize 8", async () => {
    const net = normalized([batchNormalization()], [2]);
    const data = { x: normals(1, [11, 2]), y: normals(2, [11, 1]) };
    await expectRefused(net, data, { batchSize: 8, validationSplit: 0.2 }, one);
  });

  it("within timeDistributed with a single step", async () => {
    const net = normalized([timeDistributed({ layer: batchNormalization() })], [1, 2]);
    await expectRefused(net, { x: normals(1, [3, 1, 2]), y: normals(2, [3, 1]) }, { batchSize: 2 }, one);
  });

  it("trains where a sample has several values in each channel, the layer is frozen, or only validation has one sample", async () => {
    const images = normalized([conv2d({ filters: 2, kernelSize: 2 }), batchNormalization()], [3, 3, 1]);
    await images.fit(normals(1, [3, 3, 3, 1]), normals(2, [3, 1]), { batchSize: 2 });
    const steps = normalized([timeDistributed({ layer: batchNormalization() })], [2, 2]);
    await steps.fit(normals(1, [3, 2, 2]), normals(2, [3, 1]), { batchSize: 2 });
    const norm = batchNormalization();
    norm.trainable = false;
    const frozen = normalized([norm], [2]);
    await frozen.fit(normals(1, [3, 2]), normals(2, [3, 1]), { batchSize: 2 });
    const validated = normalized([batchNormalization()], [2]);
    const validationData = { x: normals(1, [3, 2]), y: normals(2, [3, 1]) };
    await validated.fit(normals(1, [4, 2]), normals(2, [4, 1]), { batchSize: 2, validationData });
    await validated.evaluate(normals(1, [1, 2]), normals(2, [1, 1]));
  });
});

describe("data that do not fit the batches", () => {
  const { x, y } = noise(1, 12);
  const rows = (n: number) => noise(2, n);

  it.each<[string, { x: unknown; y: unknown }, FitOptions, string]>([
    [
      "a batch larger than the data, which would be another batchSize than was asked for",
      { x, y },
      { batchSize: 13 },
      "fit: batchSize is larger than the data; expected at most 12, the number of training samples, got 13.",
    ],
    [
      "a batch larger than what validationSplit leaves",
      { x, y },
      { batchSize: 12, validationSplit: 0.25 },
      "fit: batchSize is larger than the data; expected at most 9, the number of training samples, got 12.",
    ],
    ["no sample", { x: new Float32Array(0), y: new Int32Array(0) }, {}, "fit: "],
    ["no sample, as tensors", rows(0), {}, "fit: "],
    ["no sample for validation", { x, y }, { validationData: rows(0) }, "fit validationData: "],
    [
      "a validationSplit that takes none of 12",
      { x, y },
      { validationSplit: 0.05 },
      "fit: validationSplit leaves one part empty; expected at least one sample each, got 0.05 of 12.",
    ],
    [
      "a weight for a class that the output does not have",
      { x, y },
      { classWeight: { 3: 2 } },
      'fit: classWeight has a key that is not a class; expected labels 0 … 2, got "3".',
    ],
  ])("%s", async (_, data, options, text) => {
    const net = network();
    net.trainOnBatch([x], [y]).dispose();
    await expectRefused(net, data, options, text);
  });

  it("stateful layers: batches, of training or validation, of another size than theirs", async () => {
    const net = sequential([lstm({ units: 2, stateful: true, batchSize: 4, inputShape: [3, 2] })]);
    net.compile({ optimizer: adam(), loss: meanSquaredError() });
    const data = { x: normals(1, [8, 3, 2]), y: normals(2, [8, 2]) };
    const text = "lstm: the carried states are for another batch size; expected N = 4 (batchSize), got N = ";
    await expectRefused(net, data, { batchSize: 8 }, `${text}8`);
    const validationData = { x: normals(1, [6, 3, 2]), y: normals(2, [6, 2]) };
    await expectRefused(net, data, { batchSize: 4, validationData }, `${text}2`);
    await expectRefused(net, data, { batchSize: 4, validationSplit: 0.25 }, `${text}2`);
  });

  it("evaluate and predict on no samples", async () => {
    const net = network();
    const none = rows(0);
    await expect(net.evaluate(none.x, none.y)).rejects.toThrow("evaluate: ");
    expect((await net.predict(none.x).catch(String)) as string).toContain("predict: ");
  });
});

describe("a callback that watches a number which nobody measures", () => {
  const { x, y } = noise(1, 12);
  const wrong = (op: string, name: string): string =>
    `${op}: nothing of this name is measured; expected one of loss, accuracy, got monitor "${name}".`;

  it.each([
    [earlyStopping(), wrong("earlyStopping", "valLoss")],
    [earlyStopping({ monitor: "acc" }), wrong("earlyStopping", "acc")],
    [reduceOnPlateau(), wrong("reduceOnPlateau", "valLoss")],
    [checkpoint({ path: "never", saveBestOnly: true }), wrong("checkpoint", "valLoss")],
  ])("%o", async (callback, text) => {
    const net = network();
    await net.fit(x, y, { epochs: 1 });
    await expectRefused(net, { x, y }, { epochs: 2, resume: true, callbacks: [callback] }, text);
  });

  it("one that is measured by validation, or that nobody needs, is fine", async () => {
    const net = network();
    const never = checkpoint({ path: "never", everyEpochs: 9 });
    await net.fit(x, y, {
      validationSplit: 0.5,
      batchSize: 4,
      callbacks: [earlyStopping({ monitor: "valAccuracy" }), never],
    });
  });
});

it("labels are checked before the first step: cross-entropy of a class that the output does not have", async () => {
  const net = sequential([dense({ units: 3, inputShape: [2] })]);
  net.compile({ optimizer: adam(), loss: categoricalCrossentropy({ fromLogits: true }), metrics: [accuracy()] });
  const y = tensor(Int32Array.of(0, 1, 3));
  await expectRefused(net, { x: normals(1, [3, 2]), y }, {}, "sample 2");
});
