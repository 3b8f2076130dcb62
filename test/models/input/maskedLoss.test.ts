/** Losses and metrics of outputs with a step each leave out the steps that are padding: values worked out by hand. */
import { describe, expect, it } from "vitest";
import { constant, ones } from "../../../src/initializers/index.js";
import { dense, embedding, input, lstm, masking, timeDistributed } from "../../../src/layers/index.js";
import { maskedSteps } from "../../../src/layers/mask/maskedSteps.js";
import { categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { accuracy, meanAbsoluteError, r2 } from "../../../src/metrics/index.js";
import type { Metric } from "../../../src/metrics/metric.js";
import { bptt } from "../../../src/models/loop/bptt.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { model as functional, sequential } from "../../../src/models/sequential.js";
import { sgd } from "../../../src/optimizers/index.js";
import { l2 } from "../../../src/regularizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { Random } from "../../../src/tensor/random.js";
import "../../support/engine.js";
import { expectSameWeights, stopAfterBatch, weightsOf } from "../networks.js";

/** Says what it reads: steps of 0 are padding. Errors where a step counts: 1, 2 and 2. */
const [x, y] = [[[[1], [2], [0]], [[3], [0], [0]]], [[[0], [0], [5]], [[1], [7], [7]]]]; // prettier-ignore

function echo(metrics: readonly Metric[] = [meanAbsoluteError()], T = 3): Model {
  const model = sequential([
    masking({ inputShape: [T, 1] }),
    timeDistributed({ layer: dense({ units: 1, kernelInitializer: ones() }) }),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 0.3 }), loss: meanSquaredError(), metrics });
  return model;
}

/** Kernel and bias. */
const weights = (model: Model): number[] => Object.values(weightsOf(model)).map(([value]) => value);

describe("a mask that reaches the output", () => {
  it("leaves padding out of loss and metrics: (1² + 2² + 2²) / 3 and (1 + 2 + 2) / 3", async () => {
    const logs = await echo().evaluate(x, y);
    expect(logs.loss).toBeCloseTo(3, 6);
    expect(logs.meanAbsoluteError).toBeCloseTo(5 / 3, 6);
  });

  it("trains by the steps that count alone: gradients 22/3 and 10/3", async () => {
    const [fitted, single] = [echo(), echo()];
    const { history } = await fitted.fit(x, y, { batchSize: 2 });
    expect(history.loss[0]).toBeCloseTo(3, 6);
    expect(history.meanAbsoluteError[0]).toBeCloseTo(5 / 3, 6);
    expect(single.trainOnBatch([tensor(x)], [tensor(y)]).item()).toBeCloseTo(3, 6);
    for (const model of [fitted, single]) {
      const [kernel, bias] = weights(model);
      expect(kernel).toBeCloseTo(1 - (0.3 * 22) / 3, 5);
      expect(bias).toBeCloseTo((-0.3 * 10) / 3, 5);
    }
  });

  it("weighs a step by its sample's weight too: (1² + 2² + ½ · 2²) / 3 and (1 + 2 + ½ · 2) / 2½", async () => {
    const logs = await echo().evaluate(x, y, { sampleWeight: [1, 0.5] });
    expect(logs.loss).toBeCloseTo(7 / 3, 6);
    expect(logs.meanAbsoluteError).toBeCloseTo(1.6, 6);
  });

  it("is heeded by bptt, whose gradients have the mean of a window's steps", async () => {
    const model = echo();
    const { windows } = await bptt(model, { x, y }, { window: 3, carryState: false });
    expect(windows[0].loss).toBeCloseTo(3, 6);
  });

  it("has the same loss however much padding there is", async () => {
    const tag = (T: number): Model => {
      const model = sequential(
        [
          embedding({ inputDim: 9, outputDim: 4, maskZero: true, inputLength: T }),
          lstm({ units: 5, returnSequences: true }),
          dense({ units: 3 }),
        ],
        { seed: 2 },
      );
      const loss = categoricalCrossentropy({ fromLogits: true });
      model.compile({ optimizer: sgd(), loss, metrics: [accuracy()] });
      return model;
    };
    const [tokens, tags] = [[[1, 2, 3], [4, 5, 0]], [[0, 1, 2], [1, 0, 2]]]; // prettier-ignore
    const wider = (rows: number[][], filler: number): number[][] => rows.map((row) => [...row, filler, filler]);
    const short = await tag(3).evaluate(tokens, tags);
    const long = await tag(5).evaluate(wider(tokens, 0), wider(tags, 2));
    expect(long.loss).toBeCloseTo(short.loss, 5);
    expect(long.accuracy).toBeCloseTo(short.accuracy, 6);
    const outputs = (await tag(3).predict(tokens)).toArray() as number[][][];
    const right = outputs.flatMap((steps, n) => steps.map((z, t) => z.indexOf(Math.max(...z)) === tags[n][t]));
    right.pop(); // padding
    expect(short.accuracy).toBeCloseTo(right.filter(Boolean).length / 5, 6);
  });

  it("has no r2", async () => {
    await expect(echo([r2()]).evaluate(x, y)).rejects.toThrow("r2: r2 cannot be computed over masked steps");
  });

  it("weighs steps by what counts: 4/2 · (1, 0, 3, 0), and nothing where nothing counts", () => {
    const mask = (...values: number[]) => tensor(Int32Array.from(values), [2, 2]);
    const y = tensor(new Float32Array(12), [2, 2, 3]);
    const { target, prediction, metricWeights, lossWeights } = maskedSteps.weigh(
      y,
      y,
      tensor([1, 3]),
      mask(7, 0, 1, 0),
    );
    expect([target.shape, prediction.shape]).toEqual([[4, 3], [4, 3]]); // prettier-ignore
    expect([metricWeights!.toArray(), lossWeights!.toArray()]).toEqual([
      [1, 0, 3, 0],
      [2, 0, 6, 0],
    ]);
    expect(maskedSteps.weigh(y, y, undefined, mask(0, 0, 0, 0)).lossWeights!.toArray()).toEqual([0, 0, 0, 0]);
  });
});

it("a mask that ends before the output changes nothing: the loss of the last step alone", async () => {
  const model = sequential([masking({ inputShape: [3, 1] }), lstm({ units: 2 }), dense({ units: 1 })]);
  model.compile({ optimizer: sgd(), loss: meanSquaredError() });
  const outputs = (await model.predict(x)).toTypedArray();
  const { loss } = await model.evaluate(x, [[1], [2]]); // prettier-ignore
  expect(loss).toBeCloseTo(((outputs[0] - 1) ** 2 + (outputs[1] - 2) ** 2) / 2, 6);
});

describe("the loss of masked outputs does not depend on how the data are cut into batches", () => {
  /** 11 sequences of up to 6 steps, one of them padding alone; the same targets wherever padding stands. */
  const lengths = [6, 1, 3, 0, 2, 6, 1, 1, 5, 4, 2];
  const draw = new Random(4);
  const long = lengths.map((length) => Array.from({ length: 6 }, (_, t) => [t < length ? drawNormal(draw, 2) : 0]));
  const wanted = lengths.map(() => Array.from({ length: 6 }, () => [drawNormal(draw, 0, 3)]));
  const weights = lengths.map((_, n) => 0.5 + (n % 3));
  /** Σ w·(prediction − target)² / steps that count, in float64: the network says what it reads. */
  const loss = (w: readonly number[]): number => {
    const terms = lengths.flatMap((length, n) =>
      long[n].slice(0, length).map(([value], t) => w[n] * (Math.fround(value) - Math.fround(wanted[n][t][0])) ** 2),
    );
    return terms.reduce((sum, term) => sum + term, 0) / terms.length;
  };
  const ones = lengths.map(() => 1);

  it.each([1, 3, 4, 11])(
    "evaluate with batches of %i: the mean over the 31 steps that count, also with sample weights",
    async (batchSize) => {
      const model = echo([meanAbsoluteError()], 6);
      expect((await model.evaluate(long, wanted, { batchSize })).loss / loss(ones)).toBeCloseTo(1, 6);
      const weighted = await model.evaluate(long, wanted, { batchSize, sampleWeight: weights });
      expect(weighted.loss / loss(weights)).toBeCloseTo(1, 6);
    },
  );

  it.each([1, 3, 4, 11])(
    "the loss that fit reports of an epoch, with batches of %i and a learning rate of 0",
    async (batchSize) => {
      const model = echo([], 6);
      model.compile({ optimizer: sgd({ learningRate: 1e-30 }), loss: meanSquaredError() });
      const validationData = { x: long, y: wanted, sampleWeight: weights };
      const { history } = await model.fit(long, wanted, { batchSize, validationData });
      expect(history.loss[0] / loss(ones)).toBeCloseTo(1, 6);
      expect(history.valLoss[0] / loss(weights)).toBeCloseTo(1, 6);
    },
  );

  it("of two outputs each has its own steps, and penalties are added once", async () => {
    const x = input({ shape: [6, 1] });
    const masked = masking().apply(x);
    const say = () => dense({ units: 1, kernelInitializer: constant({ value: 1 }), kernelRegularizer: l2(0.125) });
    const net = functional({ inputs: x, outputs: [say().apply(masked), say().apply(x)] });
    net.compile({ optimizer: sgd(), loss: [meanSquaredError(), meanSquaredError()], lossWeights: [1, 0.5] });
    const all = long.flatMap((steps, n) =>
      steps.map(([value], t) => (Math.fround(value) - Math.fround(wanted[n][t][0])) ** 2),
    );
    const want = loss(ones) + (0.5 * all.reduce((sum, term) => sum + term, 0)) / all.length + 0.25; // two penalties of 0.25 / 2
    for (const batchSize of [1, 4, 11])
      expect((await net.evaluate(long, [wanted, wanted], { batchSize })).loss / want).toBeCloseTo(1, 6);
  });

  it("where no step counts at all it is 0, in evaluate, fit and bptt, and nothing is trained but by penalties", async () => {
    const nothing = long.map((steps) => steps.map(() => [0]));
    const model = echo([], 6);
    const before = weightsOf(model);
    expect((await model.evaluate(nothing, wanted, { batchSize: 4 })).loss).toBe(0);
    const { history } = await model.fit(nothing, wanted, { batchSize: 4 });
    expect(history.loss).toEqual([0]);
    expect((await bptt(model, { x: nothing, y: wanted }, { window: 6, carryState: false })).loss).toBe(0);
    expect(weightsOf(model)).toEqual(before);
  });

  it("bptt: the mean over the steps that count of all windows", async () => {
    const model = sequential([masking(), dense({ units: 1, kernelInitializer: constant({ value: 1 }) })]);
    model.compile({ optimizer: sgd({ learningRate: 1e-30 }), loss: meanSquaredError() });
    const { loss: mean } = await bptt(model, { x: long, y: wanted }, { window: 2, carryState: false });
    expect(mean / loss(ones)).toBeCloseTo(1, 6);
  });

  it("a resumed epoch goes on with the sums: the same loss to the bit", async () => {
    const whole = echo([], 6);
    const { history } = await whole.fit(long, wanted, { batchSize: 2, epochs: 2 });
    const first = echo([], 6);
    await first.fit(long, wanted, { batchSize: 2, epochs: 2, callbacks: [stopAfterBatch(2)] });
    const second = await loadModel(await first.toBytes({ checkpoint: true }));
    const resumed = await second.fit(long, wanted, { batchSize: 2, epochs: 2, resume: true });
    expect(resumed.history.loss).toEqual(history.loss);
    expectSameWeights(second, whole);
  });
});
