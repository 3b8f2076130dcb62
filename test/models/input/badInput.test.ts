/** What fit, evaluate, predict, call and trainOnBatch refuse, by text, before anything has changed: no weight, no callback called, nothing built. */
import { afterEach, describe, expect, it } from "vitest";
import { LanegradError } from "../../../src/errors.js";
import { dense } from "../../../src/layers/index.js";
import { binaryCrossentropy, categoricalCrossentropy, hinge, meanSquaredError } from "../../../src/losses/index.js";
import type { Loss } from "../../../src/losses/loss.js";
import type { FitOptions } from "../../../src/models/loop/fitOptions.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { sgd } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { expectWeights, weightsOf } from "../networks.js";

const x = [[1, 2], [3, 4], [5, 6], [7, 8]]; // prettier-ignore
const labels = [0, 1, 2, 0];
const oneHot = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]; // prettier-ignore
const numbers = [1, 2, 3, 4];

function compiled(units = 3, loss: Loss = categoricalCrossentropy({ fromLogits: true })): Model {
  const model = sequential([dense({ units, inputShape: [2] })]);
  model.compile({ optimizer: sgd(), loss });
  return model;
}

let begun = 0;
const watch = {
  onTrainBegin() {
    begun++;
  },
};
afterEach(() => expect(begun).toBe(0));

/** Expects that message from all of `ways` of a model whose weights then are as before. */
async function refuses(model: Model, message: string, ...ways: (() => Promise<unknown>)[]): Promise<void> {
  const before = weightsOf(model);
  for (const way of ways) {
    const trying = way();
    await expect(trying).rejects.toThrow(message);
    await expect(trying).rejects.toBeInstanceOf(LanegradError);
  }
  expectWeights(model, before);
}

describe("x", () => {
  it.each<[string, unknown]>([
    ["x is missing; expected a tensor, nested arrays or a typed array, got undefined.", undefined],
    ["x is missing; expected a tensor, nested arrays or a typed array, got null.", null],
    ["x does not fit the model; expected [N, 2], got x [4, 3].", [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]]], // prettier-ignore
    ["x does not fit the model; expected [N, 2], got x [4].", [1, 2, 3, 4]],
    ["x does not fit the model; expected [N, 2], got x [1, 4, 2].", [x]],
    ["x does not fit the model; expected [N, 2], got x [].", tensor(1)],
    [
      "x does not fit the model; expected [N, 2], got x [7]. A typed array holds N samples of 2 end to end.",
      new Float32Array(7),
    ],
    ["x is empty; expected N ≥ 1 samples, got [0].", []],
    ["x is empty; expected N ≥ 1 samples, got [0, 2].", new Float32Array(0)],
    ["x is empty; expected N ≥ 1 samples, got [0, 2].", tensor([], [0, 2])],
    ["x has a value that is not finite in sample 2; expected finite numbers, got NaN.", [[1, 2], [3, 4], [5, NaN], [7, 8]]], // prettier-ignore
    [
      "x has a value that is not finite in sample 1; expected finite numbers, got -Infinity.",
      Float32Array.of(1, 2, -Infinity, 4),
    ],
    [
      "x is of an unknown array type; expected Float32Array, Int32Array or Uint8Array, got Float64Array. Convert it, for example by Float32Array.from(values).",
      new Float64Array(8),
    ],
  ])("%s", async (message, wrong) => {
    const model = compiled();
    await refuses(model, `fit: ${message}`, () => model.fit(wrong as never, labels, { callbacks: [watch] }));
    await refuses(model, `evaluate: ${message}`, () => model.evaluate(wrong as never, labels));
    await refuses(model, `predict: ${message}`, () => model.predict(wrong as never));
  });

  it("rows of different lengths, or with something else in them, with their place", async () => {
    const model = compiled();
    await refuses(
      model,
      "fit x: values[2] has the wrong length; expected 2 values for shape [4, 2], got 1.",
      () => model.fit([[1, 2], [3, 4], [5], [7, 8]], labels), // prettier-ignore
    );
    await refuses(model, 'fit x: values[0][1] must be a number; got "2".', () => model.fit([[1, "2"]] as never, [0]));
  });

  it("integers for a layer that computes with real numbers", async () => {
    const model = compiled();
    await refuses(model, "dense: x has the wrong dtype; expected float32, got x int32 Tensor(2, 2).", () =>
      model.fit(new Int32Array(4), [0, 1]),
    );
  });

  it("a tensor that was freed, by its name", async () => {
    const model = compiled();
    const gone = tensor(x, undefined, { name: "gone" });
    gone.dispose();
    await refuses(
      model,
      'tensor: Tensor(4, 2) "gone" is used after it was freed.',
      () => model.fit(gone, labels, { callbacks: [watch] }),
      () => model.predict(gone),
    );
  });

  it("many at once for a model with one input", async () => {
    const model = compiled();
    const list = [tensor(x), tensor(x)];
    await refuses(model, "fit: number of inputs differs; expected x itself, got a list of 2.", () =>
      model.fit(list, labels),
    );
  });
});

describe("y", () => {
  const crossentropy = "categoricalCrossentropy: a target is out of range";

  it.each<[string, unknown, (number | undefined)?, Loss?]>([
    ["fit: y is missing; expected a tensor, nested arrays or a typed array, got undefined.", undefined],
    ["fit: x and y differ in the number of samples; expected the same N, got x [4, 2] and y [3].", [0, 1, 2]],
    [
      "fit: x and y differ in the number of samples; expected the same N, got x [4, 2] and y [5, 3].",
      [...oneHot, [1, 0, 0]],
    ],
    ["fit: x and y differ in the number of samples; expected the same N, got x [4, 2] and y [5].", new Uint8Array(5)],
    ["fit: y does not fit the model's output; expected [N, 3] or labels [N], got y [4, 2].", x],
    ["fit: y does not fit the model's output; expected [N, 3] or labels [N], got y [].", 1],
    ["fit: y does not fit the model's output; expected [N, 1], got y [4, 2].", x, 1, meanSquaredError()],
    ["fit: y is empty; expected N ≥ 1 samples, got [0].", []],
    ["fit: y has a label that is not an integer in sample 1; expected labels 0, 1, …, got 1.5.", [0, 1.5, 2, 0]],
    [
      "fit: y has a label that is not an integer in sample 3; expected labels 0, 1, …, got 4294967296.",
      [0, 1, 2, 2 ** 32],
    ],
    ["fit: y has a value that is not finite in sample 2; expected finite numbers, got NaN.", [0, 1, NaN, 0]],
    ["fit: y has a value that is not finite in sample 1; expected finite numbers, got Infinity.", [[1, 0, 0], [Infinity, 0, 0], [0, 0, 1], [0, 0, 1]]], // prettier-ignore
    [`${crossentropy}; expected a label in 0 … 2, got 3 in sample 1.`, [0, 3, 2, 0]],
    [`${crossentropy}; expected a label in 0 … 2, got -1 in sample 3.`, [0, 1, 2, -1]],
    [`${crossentropy}; expected a label in 0 … 2, got 255 in sample 2.`, Uint8Array.of(0, 1, 255, 0)],
    [`${crossentropy}; expected probabilities in [0, 1], got 2 in sample 0.`, [[2, 0, 0], ...oneHot.slice(1)]],
    [
      "binaryCrossentropy: a target is out of range; expected a probability in [0, 1], got 2 in sample 1.",
      numbers,
      1,
      binaryCrossentropy({ fromLogits: true }),
    ],
    [
      "hinge: a target is out of range; expected −1 or 1, got 0 in sample 0. Map 0 and 1 to −1 and 1 with 2·y − 1.",
      [0, 1, 1, 0],
      1,
      hinge(),
    ],
    [
      "meanSquaredError: the targets do not fit the output; expected float32 [N, 3], got int32 [4]. Integer labels are for losses.categoricalCrossentropy.",
      labels,
      3,
      meanSquaredError(),
    ],
    [
      "categoricalCrossentropy: the output has only one class; expected [N, …, C] with C ≥ 2, got [N, 1]. Use losses.binaryCrossentropy for a single probability.",
      labels,
      1,
    ],
  ])("%s", async (message, wrong, units = 3, loss?: Loss) => {
    const model = compiled(units, loss);
    await refuses(model, message, () => model.fit(x, wrong as never, { callbacks: [watch] }));
    await refuses(model, message.replace(/^fit/, "evaluate"), () => model.evaluate(x, wrong as never));
  });
});

describe("options of fit", () => {
  it.each<[string, unknown]>([
    [
      'fit: unknown option; expected epochs, batchSize, accumulate, shuffle, seed, validationSplit, validationData, validationSteps, validateEvery, classWeight, sampleWeight, mask, lengths, callbacks, initialEpoch, resume, groupByLength or signal, got "epoch".',
      { epoch: 3 },
    ],
    ["fit: the options must be an object; expected { epochs,", null],
    ["fit: the options must be an object; expected { epochs,", 5],
    ["fit: epochs is out of range; expected an integer in [1, ∞), got 0.", { epochs: 0 }],
    ['fit: epochs has the wrong type; expected an integer in [1, ∞), got "3".', { epochs: "3" }],
    ["fit: batchSize is out of range; expected an integer in [1, ∞), got 1.5.", { batchSize: 1.5 }],
    [
      "fit: batchSize is larger than the data; expected at most 4, the number of training samples, got 5.",
      { batchSize: 5 },
    ],
    [
      "fit: batchSize is larger than the data; expected at most 2, the number of training samples, got 3.",
      { batchSize: 3, validationSplit: 0.5 },
    ],
    ['fit: shuffle has the wrong type; expected true or false, got "batch".', { shuffle: "batch" }],
    ["fit: seed is out of range; expected an integer in [0, 4294967295], got -1.", { seed: -1 }],
    ["fit: initialEpoch is out of range; expected an integer in [0, 2], got 3.", { epochs: 2, initialEpoch: 3 }],
    [
      'fit: resume has the wrong type; expected true or false, got "model.safetensors".',
      { resume: "model.safetensors" },
    ],
    ["fit: validationSplit is out of range; expected a number in [0, 1), got 1.", { validationSplit: 1 }],
    [
      "fit: validationSplit leaves one part empty; expected at least one sample each, got 0.2 of 4.",
      { validationSplit: 0.2 },
    ],
    [
      "fit: validationSplit and validationData exclude each other; expected one of them.",
      { validationSplit: 0.5, validationData: { x, y: labels } },
    ],
    [
      "fit validationData: nothing to validate on; expected { x, y }, [x, y], a data set, or batches one by one, got [[[1, 2], [3, 4], [5, 6], [7, 8]]].",
      { validationData: [x] },
    ],
    [
      'fit validationData: unknown option; expected x, y, sampleWeight, mask or lengths, got "X".',
      { validationData: { X: x, y: labels } },
    ],
    [
      "fit validationData: y is missing; expected a tensor, nested arrays or a typed array, got undefined.",
      { validationData: { x } },
    ],
    [
      "fit validationData: x does not fit the model; expected [N, 2], got x [1, 3].",
      { validationData: { x: [[1, 2, 3]], y: [0] } },
    ],
    [
      "fit validationData: x and y differ in the number of samples; expected the same N, got x [4, 2] and y [1].",
      { validationData: { x, y: [0] } },
    ],
    ["fit: sampleWeight has the wrong length; expected 4, got 3.", { sampleWeight: [1, 2, 3] }],
    ["fit: sampleWeight must be a list; expected 4 numbers, got 1.", { sampleWeight: 1 }],
    ["fit: sampleWeight 2 is out of range; expected a number in [0, ∞), got -1.", { sampleWeight: [1, 1, -1, 1] }],
    ["fit: sampleWeight 0 is out of range; expected a number in [0, ∞), got NaN.", { sampleWeight: [NaN, 1, 1, 1] }],
    ['fit: classWeight has a key that is not a class; expected labels 0 … 2, got "3".', { classWeight: { 3: 1 } }],
    ['fit: classWeight has a key that is not a class; expected labels 0 … 2, got "cat".', { classWeight: { cat: 1 } }],
    ["fit: classWeight of class 1 is out of range; expected a number in [0, ∞), got -2.", { classWeight: { 1: -2 } }],
    ['fit: classWeight of class 0 is out of range; expected a number in [0, ∞), got "1".', { classWeight: { 0: "1" } }],
    [
      "fit: callbacks must be a list; expected [callbacks.earlyStopping(), { onEpochEnd(epoch, logs) {} }], got Object.",
      { callbacks: { onEpochEnd: () => undefined } },
    ],
    [
      "fit: callback 0 has an unknown hook, or none; expected some of onTrainBegin, onEpochBegin, onBatchEnd, afterBatch, onValidate, onEpochEnd, afterEpoch, onTrainEnd, onTrainAbort, got onEpochsEnd.",
      { callbacks: [{ onEpochsEnd: () => undefined }] },
    ],
    [
      "fit: callback 1 has an unknown hook, or none; expected some of onTrainBegin, onEpochBegin, onBatchEnd, afterBatch, onValidate, onEpochEnd, afterEpoch, onTrainEnd, onTrainAbort, got function earlyStopping. Call it: earlyStopping().",
      { callbacks: [watch, function earlyStopping() {}] },
    ],
    [
      "fit: signal must be an AbortSignal; got AbortController. Pass controller.signal.",
      { signal: new AbortController() },
    ],
  ])("%s", async (message, options) => {
    const model = compiled();
    const watched = typeof options === "object" && options !== null ? { callbacks: [watch], ...options } : options;
    await refuses(model, message, () => model.fit(x, labels, watched as FitOptions));
  });

  it("classWeight for several classes a sample", async () => {
    const model = sequential([dense({ units: 3, inputShape: [4, 2] })]);
    model.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }) });
    await refuses(model, "fit: classWeight needs one class per sample; expected an output [N, C], got [N, 4, 3].", () =>
      model.fit(new Float32Array(8), [[0, 1, 2, 0]], { classWeight: { 1: 2 } }),
    );
  });
});

describe("options of evaluate and predict", () => {
  it.each<[string, object]>([
    ["batchSize is out of range; expected an integer in [1, ∞), got 0.", { batchSize: 0 }],
    ["signal must be an AbortSignal; got true.", { signal: true }],
    ["signal must be an AbortSignal; got null.", { signal: null }],
  ])("%s", async (message, options) => {
    const model = compiled();
    await refuses(model, `evaluate: ${message}`, () => model.evaluate(x, labels, options));
    await refuses(model, `predict: ${message}`, () => model.predict(x, options));
  });

  it("those they do not have", async () => {
    const model = compiled();
    await refuses(
      model,
      'evaluate: unknown option; expected batchSize, signal, sampleWeight, groupByLength, mask or lengths, got "epochs".',
      () => model.evaluate(x, labels, { epochs: 1 } as never),
    );
    await refuses(
      model,
      'predict: unknown option; expected batchSize, signal, groupByLength, mask or lengths, got "sampleWeight".',
      () => model.predict(x, { sampleWeight: [] } as never),
    );
    await refuses(model, "evaluate: sampleWeight has the wrong length; expected 4, got 0.", () =>
      model.evaluate(x, labels, { sampleWeight: [] }),
    );
  });
});

describe("call and trainOnBatch", () => {
  const model = compiled();
  const [inputs, targets] = [tensor(x), tensor(Int32Array.from(labels))];

  it.each<[string, () => unknown]>([
    ["call: inputs must be a list of tensors; expected [tensor], got Tensor.", () => model.call(inputs as never)],
    [
      "call: inputs must be a list of tensors; expected [tensor], got [[[1, 2], [3, 4], [5, 6], [7, 8]]].",
      () => model.call([x] as never),
    ],
    ["call: input 0 does not fit the model; expected [N, 2], got nothing.", () => model.call([])],
    ["call: input 0 does not fit the model; expected [N, 2], got Tensor(4, 3).", () => model.call([tensor(oneHot)])],
    ["call: input 0 does not fit the model; expected [N, 2], got Tensor().", () => model.call([tensor(1)])],
    [
      "call: training has the wrong type; expected true or false, got 1.",
      () => model.call([inputs], { training: 1 as never }),
    ],
    [
      'call: unknown option; expected training, mask or lengths, got "train".',
      () => model.call([inputs], { train: true } as never),
    ],
    [
      "trainOnBatch: targets must be a list of tensors; expected [tensor], got Tensor.",
      () => model.trainOnBatch([inputs], targets as never),
    ],
    [
      "trainOnBatch: the targets do not fit the batch; expected target 0 of 4 rows, got nothing.",
      () => model.trainOnBatch([inputs], []),
    ],
    [
      "categoricalCrossentropy: the targets do not fit the output; expected float32 [N, 3] or int32 labels [N], got float32 [4].",
      () => model.trainOnBatch([inputs], [tensor(numbers)]),
    ],
  ])("%s", (message, way) => {
    const before = weightsOf(model);
    expect(way).toThrow(message);
    expectWeights(model, before);
  });
});

describe("a model that is not ready", () => {
  it("not compiled", async () => {
    const model = sequential([dense({ units: 3, inputShape: [2] })]);
    const hint = "the model is not compiled. Call model.compile({ optimizer, loss }) first.";
    await expect(model.fit(x, labels)).rejects.toThrow(`fit: ${hint}`);
    await expect(model.evaluate(x, labels)).rejects.toThrow(`evaluate: ${hint}`);
  });

  it("not built: wrong data leave it so, and the right ones then build it", async () => {
    const model = sequential([dense({ units: 4 }), dense({ units: 3 })]);
    model.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }) });
    for (const [wrongX, wrongY, options] of [
      [[[1, 2, NaN]], [0], {}],
      [[[1, 2, 3]], [7], {}],
      [new Float32Array(8), labels, {}], // 8 samples of one number, as far as anybody knows
      [x, [0], {}],
      [x, labels, { validationData: { x: [[1]], y: [0] } }],
      [x, labels, { batchSize: 100 }],
    ] as const) {
      await expect(model.fit(wrongX as never, wrongY as never, options)).rejects.toThrow(LanegradError);
      await expect(model.evaluate(wrongX as never, [9])).rejects.toThrow(LanegradError);
      expect(model.isBuilt).toBe(false);
    }
    await expect(model.predict([[Infinity]])).rejects.toThrow(LanegradError);
    expect(() => model.weights).toThrow("weights: the shapes of the model are not known yet.");
    await model.fit(x, labels);
    expect(model.inputShape).toEqual([2]);
  });

  it("not built: layers that do not fit the data name themselves", async () => {
    const model = sequential([dense({ units: 3 })]);
    model.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }) });
    await expect(model.fit(Int32Array.of(1, 2), [0, 1])).rejects.toThrow(
      "dense: the input has no feature axis; expected [N, …, I], got [N]. Write samples of one number as [[1], [2], …].",
    );
  });
});
