/** Average precision and the mean absolute percentage error: against plain loops in float64. */
import { describe, expect, it } from "vitest";
import { type Metric, layers, losses, metrics, optimizers, sequential, tensor, zeros } from "../../src/index.js";
import { metricFrom } from "../../src/metrics/registry.js";
import { newTotals, readTotals } from "../../src/ops/inPlace/metricTotals.js";
import "../support/engine.js";

/** A metric of batches, each a target, a prediction and weights. */
function measured(metric: Metric, batches: [number[], number[], number[]?][]): number {
  const state = newTotals(metric.stateSize([1]));
  for (const [y, p, w] of batches)
    metric.update(state, tensor(y, [y.length, 1]), tensor(p, [p.length, 1]), w && tensor(w));
  return metric.result(readTotals(state), [1]);
}

describe("prAuc", () => {
  const scores = Array.from({ length: 40 }, (_, i) => ((i * 37) % 100) / 100 + 0.0025);
  const yes = scores.map((_, i) => ((i * i) % 7 < 3 ? 1 : 0));

  it("is the mean over the positives of the precision at their score", () => {
    const positives = scores.filter((_, i) => yes[i] === 1);
    const precisions = positives.map((score) => {
      const above = scores.flatMap((other, i) => (other >= score ? [yes[i]] : []));
      return above.reduce<number>((a, b) => a + b, 0) / above.length;
    });
    const wanted = precisions.reduce((a, b) => a + b, 0) / positives.length;
    expect(measured(metrics.prAuc(), [[yes.slice(0, 13), scores.slice(0, 13)], [yes.slice(13), scores.slice(13)]])).toBeCloseTo(wanted, 12); // prettier-ignore
  });

  it("is 1 where all positives are above, their share where all scores are equal, NaN without any", () => {
    expect(
      measured(metrics.prAuc(), [
        [
          [1, 1, 0, 0],
          [0.9, 0.8, 0.7, 0.1],
        ],
      ]),
    ).toBe(1);
    expect(
      measured(metrics.prAuc(), [
        [
          [1, 0, 0, 0],
          [0.5, 0.5, 0.5, 0.5],
        ],
      ]),
    ).toBe(0.25);
    expect(
      measured(metrics.prAuc(), [
        [
          [0, 0],
          [0.5, 0.1],
        ],
      ]),
    ).toBeNaN();
  });

  it("weighs samples", () => {
    expect(
      measured(metrics.prAuc(), [
        [
          [1, 0, 1],
          [0.9, 0.8, 0.7],
          [1, 2, 3],
        ],
      ]),
    ).toBeCloseTo((1 + 3 * (4 / 6)) / 4, 12);
  });
});

describe("meanAbsolutePercentageError", () => {
  it("is in percent of the target, at least of 1e-7, weighted by sample", () => {
    const metric = metrics.meanAbsolutePercentageError();
    expect(measured(metric, [[[2, -4], [3, -3]], [[10], [10]]])).toBeCloseTo((50 + 25 + 0) / 3, 4); // prettier-ignore
    expect(
      measured(metric, [
        [
          [2, -4],
          [3, -3],
          [3, 1],
        ],
      ]),
    ).toBeCloseTo((150 + 25) / 4, 4);
    expect(measured(metric, [[[0], [1e-7]]])).toBeCloseTo(100, 3);
  });

  it("of an empty batch counts nothing", () => {
    const metric = metrics.meanAbsolutePercentageError();
    const state = zeros([2]);
    metric.update(state, zeros([0, 2]), zeros([0, 2]), undefined);
    expect(state.toArray()).toEqual([0, 0]);
  });

  it("is measured while a model trains", async () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [1] })]);
    model.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError(), metrics: [metrics.meanAbsolutePercentageError()] }); // prettier-ignore
    const x = tensor([[1], [2], [3]]);
    const y = [[1, 2], [2, 4], [4, 8]]; // prettier-ignore
    const logs = await model.evaluate(x, y);
    const p = (await model.predict(x)).toArray() as number[][];
    const wanted = y.flatMap((row, n) => row.map((value, k) => (100 * Math.abs(p[n][k] - value)) / value));
    expect(logs.meanAbsolutePercentageError).toBeCloseTo(wanted.reduce((a, b) => a + b, 0) / 6, 3);
  });
});

it("configs make them again", () => {
  for (const metric of [metrics.prAuc({ numThresholds: 50 }), metrics.meanAbsolutePercentageError()])
    expect(metricFrom(JSON.parse(JSON.stringify(metric.config))).config).toEqual(metric.config);
});

describe("rootMeanSquaredError", () => {
  it("is the root of the mean over all batches, weighted by sample", () => {
    const metric = metrics.rootMeanSquaredError();
    expect(measured(metric, [[[1, 2], [1, 4]], [[0], [3]]])).toBeCloseTo(Math.sqrt(13 / 3), 6); // prettier-ignore
    expect(measured(metric, [[[1, 2], [1, 4], [1, 3]]])).toBeCloseTo(Math.sqrt(3), 6); // prettier-ignore
    expect(metric.name).toBe("rootMeanSquaredError");
    expect(metricFrom(metric.config).config).toEqual(metric.config);
  });
});
