/** Histograms of weights and gradients: what a frame holds, which frames stay, and that training has the same bits with them. */
import { describe, expect, it } from "vitest";
import { type WatchedWeight, histograms } from "../../src/callbacks/index.js";
import { layers, losses, optimizers, sequential } from "../../src/index.js";
import type { Model } from "../../src/models/model.js";
import { expectSameWeights, network, noise } from "../models/networks.js";
import "../support/engine.js";
import { fakeTraining } from "./training.js";

/** Feeds weights step by step, as a training does. */
function watched(options: Parameters<typeof histograms>[0] = {}) {
  const callback = histograms(options);
  let watch!: (weights: readonly WatchedWeight[]) => void;
  const training = { ...fakeTraining(), beforeUpdate: (given: typeof watch) => void (watch = given) };
  void callback.onTrainBegin!(training);
  const step = (values: readonly number[], gradients: readonly number[] = values): void =>
    watch([{ name: "w", value: { toTypedArray: () => values, grad: { toTypedArray: () => gradients } } }]);
  return { callback, step };
}

describe("a frame", () => {
  it("counts elements in equal parts of its range: 1 2 2 5 in 4 parts are 1 2 0 1", () => {
    const { callback, step } = watched({ bins: 4 });
    step([1, 2, 2, 5], [-2, 2]);
    const [{ name, values, gradients }] = callback.weights;
    expect(name).toBe("w");
    expect(values).toEqual([{ step: 0, low: 1, high: 5, counts: Uint32Array.of(1, 2, 0, 1), nonFinite: 0 }]);
    expect(gradients).toEqual([{ step: 0, low: -2, high: 2, counts: Uint32Array.of(1, 0, 0, 1), nonFinite: 0 }]);
  });

  it("counts what is NaN or infinite apart; elements that are all one, or none, have a range of nothing", () => {
    const { callback, step } = watched({ bins: 2 });
    step([NaN, 3, Infinity, 3], []);
    const [{ values, gradients }] = callback.weights;
    expect(values[0]).toEqual({ step: 0, low: 3, high: 3, counts: Uint32Array.of(2, 0), nonFinite: 2 });
    expect(gradients[0]).toEqual({ step: 0, low: 0, high: 0, counts: Uint32Array.of(0, 0), nonFinite: 0 });
  });

  it("has the largest element wherever it stands, and leaves what is infinite out of its parts", () => {
    const { callback, step } = watched({ bins: 2 });
    step([1, 0, Infinity, -Infinity], [5, 1]);
    const [{ values, gradients }] = callback.weights;
    expect(values[0]).toEqual({ step: 0, low: 0, high: 1, counts: Uint32Array.of(1, 1), nonFinite: 2 });
    expect(gradients[0]).toEqual({ step: 0, low: 1, high: 5, counts: Uint32Array.of(1, 1), nonFinite: 0 });
  });

  it("of a weight without a gradient holds nothing", () => {
    let watch!: (weights: readonly WatchedWeight[]) => void;
    const callback = histograms({ bins: 2 });
    expect([callback.name, callback.weights]).toEqual(["histograms", []]);
    void callback.onTrainBegin!({ ...fakeTraining(), beforeUpdate: (given: typeof watch) => void (watch = given) });
    watch([{ name: "w", value: { toTypedArray: () => [1], grad: undefined } }]);
    const [{ gradients }] = callback.weights;
    expect(gradients).toEqual([{ step: 0, low: 0, high: 0, counts: Uint32Array.of(0, 0), nonFinite: 0 }]);
  });
});

describe("frames", () => {
  it("of 4 at most: every second one goes when a fifth is due, and the distance doubles", () => {
    const { callback, step } = watched({ frames: 4 });
    const stepsAfter: number[][] = [];
    for (let i = 0; i < 40; i++) {
      step([i]);
      stepsAfter.push(callback.weights[0].values.map((frame) => frame.step));
    }
    expect(stepsAfter[3]).toEqual([0, 1, 2, 3]);
    expect(stepsAfter[4]).toEqual([0, 2, 4]);
    expect(stepsAfter[6]).toEqual([0, 2, 4, 6]);
    expect(stepsAfter[7]).toEqual([0, 2, 4, 6]); // the step after it is not due
    expect(stepsAfter[8]).toEqual([0, 4, 8]);
    expect(stepsAfter[39]).toEqual([0, 16, 32]);
    for (const steps of stepsAfter) expect(steps.length).toBeLessThanOrEqual(4);
    const [{ values, gradients }] = callback.weights;
    for (const frames of [values, gradients]) expect(frames.map(({ low }) => low)).toEqual([0, 16, 32]);
  });

  it("of 3 at most, an odd number, stay at equal distances too", () => {
    const { callback, step } = watched({ frames: 3 });
    for (let i = 0; i < 4; i++) step([i]);
    expect(callback.weights[0].values.map((frame) => frame.step)).toEqual([0, 2]);
    for (let i = 4; i < 100; i++) step([i]);
    expect(callback.weights[0].values.map((frame) => frame.step)).toEqual([0, 64]);
  });
});

describe("in fit", () => {
  const { x, y } = noise(3, 40);

  it("the first frame has the gradients of the first step, which plain gradient descent then subtracts; the same bits as without", async () => {
    const make = (): Model => {
      const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { seed: 1 });
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.5 }), loss: losses.meanSquaredError() });
      return model;
    };
    const [plain, model] = [make(), make()];
    const before = model.weights.map(({ value }) => value.item());
    const callback = histograms();
    await model.fit([[2]], [[10]], { callbacks: [callback] });
    await plain.fit([[2]], [[10]]);
    expectSameWeights(model, plain);
    expect(callback.weights.map(({ name }) => name).sort()).toEqual(["dense_1/bias", "dense_1/kernel"]);
    for (const { name, values, gradients } of callback.weights) {
      const i = model.weights.findIndex((weight) => weight.name === name);
      expect(values[0].low).toBe(before[i]);
      expect(model.weights[i].value.item()).toBeCloseTo(before[i] - 0.5 * gradients[0].low, 5);
    }
  });

  it.each([
    ["", 1],
    [", with steps of several batches", 2],
  ])("a frame a step%s, none after training", async (_, accumulate) => {
    const model = network();
    const callback = histograms({ only: (name) => name.endsWith("/kernel") });
    await model.fit(x, y, { epochs: 2, batchSize: 10, accumulate, callbacks: [callback] });
    const steps = 8 / accumulate;
    expect(callback.weights.map(({ name }) => name)).toEqual(["dense_1/kernel", "dense_2/kernel"]);
    const counted = Array.from({ length: steps }, (_, i) => i);
    for (const { values, gradients } of callback.weights) {
      expect(values.map(({ step }) => step)).toEqual(counted);
      expect(gradients.some(({ high }) => high > 0)).toBe(true);
    }
    await model.fit(x, y, { batchSize: 10 });
    expect(callback.weights[0].values.length).toBe(steps);
    await model.fit(x, y, { batchSize: 40, callbacks: [callback] });
    expect(callback.weights[0].values.length).toBe(1); // a training of its own
  });

  it("two of them see the same", async () => {
    const [a, b] = [histograms(), histograms()];
    await network().fit(x, y, { batchSize: 10, callbacks: [a, b] });
    expect(a.weights.length).toBe(4);
    expect(b.weights).toEqual(a.weights);
  });
});

it.each([
  [{ bins: 1 }, "histograms: bins is out of range; expected an integer in [2, 4096], got 1."],
  [{ frames: 1 }, "histograms: frames is out of range; expected an integer in [2, 65536], got 1."],
  [
    { only: "kernel" },
    'histograms: only must be a function; expected (name) => name.endsWith("/kernel"), got "kernel".',
  ],
])("%o is refused", (options, text) => {
  expect(() => histograms(options as never)).toThrow(text);
});
