/** Losses and metrics of outputs with a step each leave out the steps that are padding: values worked out by hand. */
import { describe, expect, it } from "vitest";
import { ones } from "../../src/initializers/index.js";
import { dense, embedding, lstm, masking, timeDistributed } from "../../src/layers/index.js";
import { judgeSteps } from "../../src/layers/judgeSteps.js";
import { categoricalCrossentropy, meanSquaredError } from "../../src/losses/index.js";
import { accuracy, meanAbsoluteError, r2 } from "../../src/metrics/index.js";
import type { Metric } from "../../src/metrics/metric.js";
import { bptt } from "../../src/models/bptt.js";
import type { Model } from "../../src/models/model.js";
import { sequential } from "../../src/models/sequential.js";
import { sgd } from "../../src/optimizers/index.js";
import { tensor } from "../../src/tensor/create.js";
import "../support/engine.js";
import { weightsOf } from "./networks.js";

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
    await expect(echo([r2()]).evaluate(x, y)).rejects.toThrow("r2: masked steps have no variance of their own");
  });

  it("weighs steps by what counts: 4/2 · (1, 0, 3, 0), and nothing where nothing counts", () => {
    const mask = (...values: number[]) => tensor(Int32Array.from(values), [2, 2]);
    const y = tensor(new Float32Array(12), [2, 2, 3]);
    const { target, prediction, metricWeights, lossWeights } = judgeSteps(y, y, tensor([1, 3]), mask(7, 0, 1, 0));
    expect([target.shape, prediction.shape]).toEqual([[4, 3], [4, 3]]); // prettier-ignore
    expect([metricWeights!.toArray(), lossWeights!.toArray()]).toEqual([
      [1, 0, 3, 0],
      [2, 0, 6, 0],
    ]);
    expect(judgeSteps(y, y, undefined, mask(0, 0, 0, 0)).lossWeights!.toArray()).toEqual([0, 0, 0, 0]);
  });
});

it("a mask that ends before the output changes nothing: the loss of the last step alone", async () => {
  const model = sequential([masking({ inputShape: [3, 1] }), lstm({ units: 2 }), dense({ units: 1 })]);
  model.compile({ optimizer: sgd(), loss: meanSquaredError() });
  const outputs = (await model.predict(x)).toTypedArray();
  const { loss } = await model.evaluate(x, [[1], [2]]); // prettier-ignore
  expect(loss).toBeCloseTo(((outputs[0] - 1) ** 2 + (outputs[1] - 2) ** 2) / 2, 6);
});
