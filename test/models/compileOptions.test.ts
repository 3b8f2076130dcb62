/** What compile refuses, before anything has changed. */
import { expect, it } from "vitest";
import { dense, input } from "../../src/layers/index.js";
import * as losses from "../../src/losses/index.js";
import * as metrics from "../../src/metrics/index.js";
import type { CompileOptions } from "../../src/models/compileOptions.js";
import { model, sequential } from "../../src/models/sequential.js";
import * as optimizers from "../../src/optimizers/index.js";
import "../support/engine.js";

const fits = { optimizer: optimizers.sgd(), loss: losses.meanSquaredError() };

it.each([
  ["compile: optimizer is missing; expected for example optimizers.adam().", { optimizer: undefined }],
  [
    "compile: loss is missing; expected for example losses.meanSquaredError() or a function of target and prediction.",
    { loss: undefined },
  ],
  [
    'compile: not a valid optimizer; expected for example optimizers.adam(), got "adam". Or import "lanegrad/names" once, for names.',
    { optimizer: "adam" },
  ],
  [
    "compile: not a valid optimizer; expected for example optimizers.adam(), got function adam. Call it: adam(); your own is an object with step.",
    { optimizer: optimizers.adam },
  ],
  [
    'compile: not a valid loss; expected for example losses.meanSquaredError() or a function of target and prediction, got "mse". Or import "lanegrad/names" once, for names.',
    { loss: ["mse"] },
  ],
  [
    "compile: not a valid loss; expected for example losses.meanSquaredError() or a function of target and prediction, got function hinge. Call it: hinge().",
    { loss: losses.hinge },
  ],
  [
    "compile: not a valid loss; expected for example losses.meanSquaredError() or a function of target and prediction, got Object.",
    { loss: { name: "own", call: () => undefined, config: {} } }, // without checkTargets
  ],
  ["compile: metrics must be a list; expected [metrics.accuracy()], got Object.", { metrics: metrics.accuracy() }],
  [
    "compile: not a valid metric; expected for example metrics.accuracy() or a function of target and prediction, got function auc. Call it: auc().",
    { metrics: [metrics.auc] },
  ],
  [
    'compile: unknown option; expected optimizer, loss, metrics, lossWeights, averageDecay or checkLogits, got "optimiser".',
    { optimiser: fits.optimizer },
  ],
  [
    "compile: number of losses differs from the number of outputs; expected 1, got 2.",
    { loss: [fits.loss, fits.loss] },
  ],
  ["compile: lossWeights do not fit; expected 1 finite numbers, got [1, 2].", { lossWeights: [1, 2] }],
  ["auc: the output is not a single number; expected [N, 1], got [N, 3].", { metrics: [metrics.auc()] }],
])("%s", (expected, wrong) => {
  const model = sequential([dense({ units: 3, inputShape: [2] })]);
  model.compile(fits);
  expect(() => model.compile({ ...fits, ...wrong } as unknown as CompileOptions)).toThrow(expected);
});

it("a function of one argument is no loss, and where it has no name nothing is said to be called by it", () => {
  const one = sequential([dense({ units: 3, inputShape: [2] })]);
  const loss = [(target: unknown) => target] as never;
  expect(() => one.compile({ ...fits, loss })).toThrow(/^compile: not a valid loss; .* got function \(anonymous\)\.$/);
});

it("weights of several losses must all be numbers", () => {
  const x = input({ shape: [2] });
  const two = model({ inputs: x, outputs: [dense({ units: 1 }).apply(x), dense({ units: 1 }).apply(x)] });
  const options = { ...fits, loss: [fits.loss, fits.loss] };
  two.compile({ ...options, lossWeights: [1, 0.5] });
  expect(() => two.compile({ ...options, lossWeights: [1, NaN] })).toThrow("expected 2 finite numbers, got [1, NaN].");
});

it("metrics of the same name are numbered", async () => {
  const model = sequential([dense({ units: 3, inputShape: [2] })]);
  const loss = losses.categoricalCrossentropy({ fromLogits: true });
  const { topKAccuracy } = metrics;
  model.compile({ optimizer: fits.optimizer, loss, metrics: [topKAccuracy({ k: 1 }), topKAccuracy({ k: 3 })] });
  const logs = await model.evaluate([[1, 2]], Int32Array.of(1));
  expect(Object.keys(logs)).toEqual(["loss", "topKAccuracy", "topKAccuracy_2"]);
  expect(logs.topKAccuracy_2).toBe(1);
});
