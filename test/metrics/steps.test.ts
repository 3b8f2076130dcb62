/** Metrics of sequences, a score a step, and at the smallest number of classes: what a mutated metric once got away with (npm run mutants -- --room metrics). */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../src/errors.js";
import { accuracy, auc, confusionMatrix, f1, meanSquaredError, r2, topKAccuracy } from "../../src/metrics/index.js";
import type { Metric } from "../../src/metrics/metric.js";
import { newTotals, readTotals } from "../../src/ops/inPlace/metricTotals.js";
import { tensor } from "../../src/tensor/create.js";
import { scope } from "../../src/tensor/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

/** What a metric says after one batch. */
const measure = (metric: Metric, target: () => Tensor, prediction: () => Tensor, weights?: () => Tensor): number =>
  scope(() => {
    const x = prediction();
    const outputShape = x.shape.slice(1);
    const state = newTotals(metric.stateSize(outputShape));
    metric.update(state, target(), x, weights?.());
    return metric.result(readTotals(state), outputShape);
  });

/** 2 sequences of 2 steps over 3 classes: the classes 0, 2 and 1, 1 are predicted. */
const scores = (): Tensor => tensor([3, 1, 2, 1, 2, 3, 1, 3, 2, 0, 3, 1], [2, 2, 3]);
const labels = (): Tensor => tensor(Int32Array.of(0, 1, 1, 2), [2, 2]);

describe("metrics of 2 sequences of 2 steps over 3 classes", () => {
  it("accuracy and top 2 count steps", () => {
    expect(measure(accuracy(), labels, scores)).toBe(0.5);
    expect(measure(topKAccuracy({ k: 2 }), labels, scores)).toBe(1);
  });

  it("weights of sequences are those of their steps: 3 for the first, 1 for the second", () => {
    const first = (): Tensor => tensor(Int32Array.of(0, 2, 0, 0), [2, 2]);
    expect(measure(accuracy(), first, scores, () => tensor([3, 1]))).toBe(0.75);
  });

  it("f1 is the mean over the classes: 1, ½ and 0", () => {
    const target = (): Tensor => tensor(Int32Array.of(0, 1, 1, 1), [2, 2]);
    expect(measure(f1(), target, scores)).toBeCloseTo((1 + 0.8 + 0) / 3, 12);
  });
});

it("accuracy of one number a step, 2 sequences of 2 steps, is above ½: 3 of 4", () => {
  const target = (): Tensor => tensor([1, 0, 1, 0], [2, 2, 1]);
  expect(measure(accuracy(), target, () => tensor([0.9, 0.2, 0.3, 0.4], [2, 2, 1]))).toBe(0.75);
});

describe("auc", () => {
  it("takes scores as they are where nobody says that they are logits: 0.4 and 0.6 lie in 2 bins", () => {
    expect(measure(auc({ numThresholds: 2 }), () => tensor([[0], [1]]), () => tensor([[0.4], [0.6]]))).toBe(1); // prettier-ignore
  });

  it.each([{}, { fromLogits: true }, { fromLogits: false }])("keeps the options %o for a file", (options) => {
    expect(auc(options).config).toStrictEqual({ className: "auc", ...options, numThresholds: 200 });
  });

  it("refuses a fromLogits of 1", () => {
    expect(() => auc({ fromLogits: 1 as never })).toThrow(
      new UsageError("auc: fromLogits has the wrong type; expected true or false, got 1."),
    );
  });
});

it("topKAccuracy takes 2 classes, and refuses one", () => {
  const two = (): Tensor => tensor([[1, 2]]);
  expect(measure(topKAccuracy({ k: 1 }), () => tensor(Int32Array.of(1)), two)).toBe(1);
  expect(() => topKAccuracy().stateSize([1])).toThrow(
    new ShapeError("topKAccuracy: the output has only one class; expected [N, …, C] with C ≥ 2, got C = 1."),
  );
});

it("integer targets of the output's shape are refused where numbers are compared", () => {
  const target = (): Tensor => tensor(Int32Array.of(1, 2), [2, 1]);
  expect(() => measure(meanSquaredError(), target, () => tensor([[1], [2]]))).toThrow(
    new ShapeError("meanSquaredError: the targets do not fit the output; expected float32 [2, 1], got int32 [2, 1]."),
  );
});

it("r2 refuses weights of steps", () => {
  const x = (): Tensor => tensor([1, 2, 3, 4], [2, 2, 1]);
  expect(() => measure(r2(), x, x, () => tensor([1, 0, 1, 1], [2, 2]))).toThrow(
    new ShapeError("r2: r2 cannot be computed over masked steps. Use metrics.meanSquaredError instead."),
  );
});

describe("confusionMatrix", () => {
  it("of rows of one number: class 1 above ½, or above the threshold", () => {
    const given = { labels: tensor([[1], [0], [0.5]]), predictions: tensor([[0.4], [0.2], [0.9]]) };
    expect(confusionMatrix(given)).toEqual([
      [1, 1],
      [1, 0],
    ]);
    expect(confusionMatrix({ ...given, threshold: 0.3 })).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });

  it("refuses tensors of three axes", () => {
    const cube = tensor([1, 2], [1, 2, 1]);
    expect(() => confusionMatrix({ labels: [1], predictions: cube })).toThrow(UsageError);
  });
});
