/** What changes a step of fit, against float64 loops on a linear layer: weights of samples and classes, penalties, clipping, schedules, frozen layers. */
import { describe, expect, it } from "vitest";
import { dense, dropout } from "../../../src/layers/index.js";
import { binaryCrossentropy, categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { accuracy } from "../../../src/metrics/index.js";
import type { FitOptions } from "../../../src/models/loop/fitOptions.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { adamw, sgd } from "../../../src/optimizers/index.js";
import type { Optimizer } from "../../../src/optimizers/optimizer.js";
import { exponentialDecay, piecewiseConstantDecay } from "../../../src/optimizers/schedules.js";
import { l1l2, l2 } from "../../../src/regularizers/index.js";
import type { Regularizer } from "../../../src/regularizers/regularizer.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { Random } from "../../../src/tensor/random.js";
import { tensor } from "../../../src/tensor/create.js";
import { expectClose } from "../../support/compare.js";
import "../../support/engine.js";
import { Linear, type LinearStep } from "../linear.js";
import { expectWeights, network, noise, weightsOf } from "../networks.js";

const bound = { relative: 1e-5, absolute: 1e-6 };
const random = new Random(3);
const rows = (N: number, width: number): number[][] =>
  Array.from({ length: N }, () => Array.from({ length: width }, () => Math.fround(drawNormal(random))));
const N = 6;
const x = rows(N, 3);
const y = rows(N, 2);

/** Steps over the whole batch, here and in float64; the losses and the weights must agree. */
async function compare(
  optimizer: Optimizer,
  fitOptions: FitOptions,
  reference: (step: number) => Omit<LinearStep, "x" | "y">,
  regularizer?: Regularizer,
): Promise<void> {
  const layer = dense({ units: 2, inputShape: [3], ...(regularizer && { kernelRegularizer: regularizer }) });
  const model = sequential([layer]);
  model.compile({ optimizer, loss: meanSquaredError() });
  const [kernel, bias] = model.weights.map(({ value }) => value);
  bias.assign([0.5, -0.25]);
  const linear = new Linear(kernel.toTypedArray(), bias.toTypedArray());
  const epochs = 5;
  const { history } = await model.fit(x, y, { epochs, batchSize: N, ...fitOptions });
  const losses = Array.from({ length: epochs }, (_, step) => linear.step({ x, y, ...reference(step) }));
  expectClose("losses", history.loss, losses, [epochs], bound);
  expectClose("kernel", kernel.toTypedArray(), linear.W, [3, 2], bound);
  expectClose("bias", bias.toTypedArray(), linear.b, [2], bound);
}

const rate = { learningRate: 0.1 };

describe("five steps against float64, relative 1e-5:", () => {
  it("plain SGD", () => compare(sgd(rate), {}, () => rate));

  it("weights of samples, as numbers, a typed array and a tensor", async () => {
    const weights = [1, 0, 2.5, 0.5, 1, 3];
    const reference = () => ({ ...rate, weights });
    await compare(sgd(rate), { sampleWeight: weights, shuffle: false }, reference);
    await compare(sgd(rate), { sampleWeight: Float64Array.from(weights), shuffle: false }, reference);
    await compare(sgd(rate), { sampleWeight: tensor(weights), shuffle: false }, reference);
  });

  it("an L2 penalty", () => compare(sgd(rate), {}, () => ({ ...rate, penalty: { l1: 0, l2: 0.3 } }), l2(0.3)));

  it("L1 and L2 penalties", () =>
    compare(sgd(rate), {}, () => ({ ...rate, penalty: { l1: 0.05, l2: 0.2 } }), l1l2({ l1: 0.05, l2: 0.2 })));

  it("gradients clipped by value", () =>
    compare(sgd({ ...rate, clipValue: 0.2 }), {}, () => ({
      ...rate,
      clip: (gradients) => gradients.map((list) => list.map((g) => Math.min(0.2, Math.max(-0.2, g)))),
    })));

  const norm = (values: readonly number[]): number => Math.hypot(...values);
  const limited = (values: readonly number[], factor: number): number[] => values.map((g) => g * Math.min(1, factor));

  it("each gradient clipped by its norm", () =>
    compare(sgd({ ...rate, clipNorm: 0.4 }), {}, () => ({
      ...rate,
      clip: (gradients) => gradients.map((list) => limited(list, 0.4 / norm(list))),
    })));

  it("all gradients clipped by their norm together", () =>
    compare(sgd({ ...rate, globalClipNorm: 0.5 }), {}, () => ({
      ...rate,
      clip: (gradients) => gradients.map((list) => limited(list, 0.5 / norm(gradients.flat()))),
    })));

  it("a schedule by step", () => {
    const options = { initialLearningRate: 0.2, decaySteps: 2, decayRate: 0.5 };
    return compare(sgd({ learningRate: exponentialDecay(options) }), {}, (step) => ({
      learningRate: 0.2 * 0.5 ** (step / 2),
    }));
  });
});

it("a schedule counts steps over epochs and calls: rates by batch 0.4, 0.4, 0.4, 0.1, 0.1, 0.1", async () => {
  const model = network(0, {
    optimizer: sgd({ learningRate: piecewiseConstantDecay({ boundaries: [2], values: [0.4, 0.1] }) }),
  });
  const rates: number[] = [];
  const watch = {
    onBatchEnd: (_: number, __: object, training: { learningRate: number }) => void rates.push(training.learningRate),
  };
  const data = noise(1, 8);
  await model.fit(data.x, data.y, { batchSize: 4, epochs: 2, callbacks: [watch] });
  await model.fit(data.x, data.y, { batchSize: 4, epochs: 1, callbacks: [watch] });
  expect(rates).toEqual([0.4, 0.4, 0.1, 0.1, 0.1, 0.1]); // after a step: the rate of the next one
});

describe("weights in loss and metrics, by hand", () => {
  /** A model whose logits are given: the input itself. */
  async function lossOf(logits: number[][], labels: number[], fitOptions: FitOptions) {
    const model = sequential([dense({ units: 3, useBias: false, inputShape: [3] })]);
    const loss = categoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss, metrics: [accuracy()] });
    model.weights[0].value.assign([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const { history } = await model.fit(logits, labels, { batchSize: logits.length, ...fitOptions });
    return history;
  }
  const logits = [[2, 0, 1], [0, 1, 3], [1, 1, 1], [4, 0, 0]]; // prettier-ignore
  const labels = [0, 1, 2, 0];
  const losses = logits.map((z, n) => Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[labels[n]]);
  const mean = (weights: readonly number[]): number =>
    losses.reduce((sum, loss, n) => sum + loss * weights[n], 0) / losses.length;

  it("of samples: Σ w·l / N, and accuracy Σ w·right / Σ w", async () => {
    const history = await lossOf(logits, labels, { sampleWeight: [1, 2, 0, 0.5] });
    expect(history.loss[0]).toBeCloseTo(mean([1, 2, 0, 0.5]), 5);
    expect(history.accuracy[0]).toBeCloseTo(1.5 / 3.5, 5);
  });

  it("of classes: by label, 1 where nothing is said", async () => {
    const history = await lossOf(logits, labels, { classWeight: { 0: 3, 1: 0.5 } });
    expect(history.loss[0]).toBeCloseTo(mean([3, 0.5, 1, 3]), 5);
  });

  it("of classes by one-hot rows", async () => {
    const rows = labels.map((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0)));
    const history = await lossOf(logits, rows as never, { classWeight: { 0: 3, 1: 0.5 } });
    expect(history.loss[0]).toBeCloseTo(mean([3, 0.5, 1, 3]), 5);
  });

  it("of classes and samples: their product", async () => {
    const history = await lossOf(logits, labels, { classWeight: { 0: 3 }, sampleWeight: [1, 2, 0, 0.5] });
    expect(history.loss[0]).toBeCloseTo(mean([3, 2, 0, 1.5]), 5);
  });

  it("of classes count in training alone, of samples in the split for validation too", async () => {
    const twice = [...logits, ...logits];
    const weights = [1, 1, 1, 1, 1, 2, 0, 0.5];
    const options = { validationSplit: 0.5, batchSize: 4 };
    const byClass = await lossOf(twice, [...labels, ...labels], { ...options, classWeight: { 0: 3, 1: 0.5 } });
    expect(byClass.loss[0]).toBeCloseTo(mean([3, 0.5, 1, 3]), 5);
    expect(byClass.valLoss[0]).toBeCloseTo(mean([1, 1, 1, 1]), 5);
    const bySample = await lossOf(twice, [...labels, ...labels], { ...options, sampleWeight: weights });
    expect(bySample.loss[0]).toBeCloseTo(mean([1, 1, 1, 1]), 5);
    expect(bySample.valLoss[0]).toBeCloseTo(mean([1, 2, 0, 0.5]), 5);
  });

  it("of samples in validation data and in evaluate", async () => {
    const sampleWeight = [1, 2, 0, 0.5];
    const history = await lossOf(logits, labels, { validationData: { x: logits, y: labels, sampleWeight } });
    expect(history.valLoss[0]).toBeCloseTo(mean(sampleWeight), 5);
  });

  it("of the two classes of one probability", async () => {
    const model = sequential([dense({ units: 1, useBias: false, activation: "sigmoid", inputShape: [1] })]);
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss: binaryCrossentropy() });
    model.weights[0].value.assign([1]);
    const p = 1 / (1 + Math.exp(-1));
    const { history } = await model.fit([1, 1, 1], [0, 1, 1], { classWeight: { 0: 10, 1: 0.5 } });
    expect(history.loss[0]).toBeCloseTo((-10 * Math.log(1 - p) - Math.log(p)) / 3, 5);
  });
});

it("evaluate adds the penalties to the loss, as training does", async () => {
  const model = sequential([dense({ units: 2, inputShape: [3], kernelRegularizer: l2(1) })]);
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss: meanSquaredError() });
  const { history } = await model.fit(x, y, { batchSize: N });
  expect((await model.evaluate(x, y)).loss).toBeCloseTo(history.loss[0], 5);
});

describe("frozen layers", () => {
  const data = noise(4, 20);
  const frozen = (optimizer: Optimizer = sgd()): Model => {
    const model = sequential([
      dense({ units: 6, activation: "tanh", inputShape: [5], kernelRegularizer: l2(0.1) }),
      dropout({ rate: 0.2 }),
      dense({ units: 6, activation: "tanh" }),
      dense({ units: 3 }),
    ]);
    model.layers[0].trainable = false;
    model.layers[2].trainable = false;
    model.compile({ optimizer, loss: categoricalCrossentropy({ fromLogits: true }) });
    return model;
  };

  it.each([sgd({ momentum: 0.9, weightDecay: 0.1 }), adamw({ weightDecay: 0.1 }), sgd({ globalClipNorm: 0.1 })])(
    "$name: keep every bit, also under weight decay and clipping; the others change",
    async (optimizer) => {
      const model = frozen(optimizer);
      const before = weightsOf(model);
      await model.fit(data.x, data.y, { epochs: 3 });
      const after = weightsOf(model);
      for (const name of ["dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias"]) {
        expect(after[name]).toEqual(before[name]);
      }
      expect(after["dense_3/kernel"]).not.toEqual(before["dense_3/kernel"]);
    },
  );

  it("that are thawed later train after the next compile, and are refused before it", async () => {
    const model = frozen();
    await model.fit(data.x, data.y);
    model.layers[0].trainable = true;
    await expect(model.fit(data.x, data.y)).rejects.toThrow(
      'fit: layers were frozen or unfrozen since compile; got trainable true in layer "dense_1". Call compile again; the optimizer then starts afresh.',
    );
    model.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }) });
    const before = weightsOf(model);
    await model.fit(data.x, data.y);
    expect(weightsOf(model)["dense_1/kernel"]).not.toEqual(before["dense_1/kernel"]);
    expect(weightsOf(model)["dense_2/kernel"]).toEqual(before["dense_2/kernel"]);
  });

  it("all of them: evaluate works, fit says that there is nothing to train", async () => {
    const model = frozen();
    for (const layer of model.layers) layer.trainable = false;
    model.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }) });
    const before = weightsOf(model);
    expect((await model.evaluate(data.x, data.y)).loss).toBeGreaterThan(0);
    await expect(model.fit(data.x, data.y)).rejects.toThrow(
      "fit: there is nothing to train; expected a layer with parameters that is neither frozen nor trained by another model.",
    );
    expectWeights(model, before);
  });
});
