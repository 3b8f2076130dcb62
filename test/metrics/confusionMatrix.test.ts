/** Confusion matrices and the scores of each class. */
import { describe, expect, it } from "vitest";
import { classScores, confusionMatrix } from "../../src/metrics/index.js";
import { tensor } from "../../src/tensor/create.js";
import "../support/engine.js";

describe("confusionMatrix", () => {
  // sklearn.metrics.confusion_matrix's example
  const [labels, predictions] = [
    [2, 0, 2, 2, 0, 1],
    [0, 0, 2, 2, 0, 2],
  ];
  const matrix = [
    [2, 0, 0],
    [0, 0, 1],
    [1, 0, 2],
  ];

  it("counts by true class (rows) and predicted class (columns)", () => {
    expect(confusionMatrix({ labels, predictions })).toEqual(matrix);
    expect(confusionMatrix({ labels: Int32Array.from(labels), predictions: tensor(predictions) })).toEqual(matrix);
    expect(confusionMatrix({ labels, predictions, classes: 4 })).toEqual([
      ...matrix.map((row) => [...row, 0]),
      [0, 0, 0, 0],
    ]);
  });

  it("takes rows, whose largest element counts, the first of equal ones", () => {
    const rows = (classes: number[]) => tensor(classes.map((c) => [0, 1, 2].map((i) => (i === c ? 1 : 0))));
    expect(confusionMatrix({ labels: rows(labels), predictions: rows(predictions) })).toEqual(matrix);
    expect(confusionMatrix({ labels: [1], predictions: tensor([[1, 1]]) })).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  it("takes rows of one number as yes above ½", () => {
    expect(confusionMatrix({ labels: tensor([[0], [1], [1]]), predictions: tensor([[0.5], [0.6], [0.1]]) })).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it("takes rows of one logit as yes above 0 where the threshold says so; labels stay at ½", () => {
    const [labels, predictions] = [tensor([[0], [1], [1]]), tensor([[-0.5], [0.1], [-3]])];
    expect(confusionMatrix({ labels, predictions, threshold: 0 })).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it.each([
    [
      "confusionMatrix: labels and predictions differ in number; expected one prediction for each label, got 2 labels and 1 predictions.",
      { labels: [0, 1], predictions: [0] },
    ],
    [
      "confusionMatrix: labels are not classes; expected integers ≥ 0, got -1 in sample 1.",
      { labels: [0, -1], predictions: [0, 0] },
    ],
    [
      "confusionMatrix: predictions are not classes; expected integers ≥ 0, got 0.5 in sample 0.",
      { labels: [0], predictions: [0.5] },
    ],
    ["confusionMatrix: a class is out of range; expected 0 … 1, got 2.", { labels: [2], predictions: [0], classes: 2 }],
    [
      'confusionMatrix: unknown option; expected labels, predictions, classes or threshold, got "k".',
      { labels: [0], predictions: [0], k: 1 },
    ],
  ])("%s", (expected, options) => {
    expect(() => confusionMatrix(options)).toThrow(expected);
  });
});

describe("classScores", () => {
  it("says precision, recall, F1 and the numbers of samples of each class; ratios of nothing are 0", () => {
    const [a, b, c] = classScores([
      [3, 1, 0],
      [1, 4, 0],
      [0, 0, 0],
    ]);
    expect(a).toEqual({ precision: 3 / 4, recall: 3 / 4, f1: 6 / 8, support: 4, predicted: 4 });
    expect(b).toEqual({ precision: 4 / 5, recall: 4 / 5, f1: 8 / 10, support: 5, predicted: 5 });
    expect(c).toEqual({ precision: 0, recall: 0, f1: 0, support: 0, predicted: 0 });
  });
});
