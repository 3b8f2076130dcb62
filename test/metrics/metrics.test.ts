/** Metrics on small examples whose values are known (scikit-learn's documentation, or by hand), and against float64 on random ones. */
import { describe, expect, it } from "vitest";
import * as metrics from "../../src/metrics/index.js";
import type { Metric } from "../../src/metrics/metric.js";
import { metricFrom } from "../../src/metrics/registry.js";
import { newTotals, readTotals, writeTotals } from "../../src/ops/inPlace/metricTotals.js";
import { tensor } from "../../src/tensor/create.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { Random } from "../../src/tensor/random.js";
import { scope } from "../../src/tensor/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

const { accuracy, auc, f1, meanAbsoluteError, meanSquaredError, precision, r2, recall, topKAccuracy } = metrics;

type Rows = readonly (number | readonly number[])[];
type Batch = readonly [target: Rows | Int32Array | Tensor, prediction: Rows | Tensor, weights?: readonly number[]];

const labels = (...values: number[]): Int32Array => Int32Array.from(values);
const asTensor = (rows: Rows | Int32Array | Tensor): Tensor =>
  Array.isArray(rows) || rows instanceof Int32Array ? tensor(rows as Rows) : (rows as Tensor);

/** What a metric says after these batches. */
function measure(metric: Metric, ...batches: Batch[]): number {
  return scope(() => {
    const outputShape = asTensor(batches[0][1]).shape.slice(1);
    const state = newTotals(metric.stateSize(outputShape));
    for (const [target, prediction, weights] of batches) {
      metric.update(state, asTensor(target), asTensor(prediction), weights && tensor([...weights]));
    }
    return metric.result(readTotals(state), outputShape);
  });
}

/** Columns: a number a sample. */
const column = (...values: number[]): number[][] => values.map((value) => [value]);
/** Scores that make `classes` the predictions, of C. */
const scoresOf = (C: number, ...classes: number[]): number[][] =>
  classes.map((label) => Array.from({ length: C }, (_, c) => (c === label ? 2 : c / C)));

describe("accuracy", () => {
  const scores = [
    [0.1, 0.7, 0.2],
    [0.5, 0.3, 0.2],
    [0.3, 0.3, 0.4],
    [0.4, 0.4, 0.2],
  ];

  it("of classes, from labels or one-hot rows: the highest score, the first of equal ones", () => {
    expect(measure(accuracy(), [labels(1, 0, 1, 0), scores])).toBe(0.75);
    expect(measure(accuracy(), [labels(1, 0, 1, 1), scores])).toBe(0.5);
    const oneHot = [
      [0, 1, 0],
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
    ];
    expect(measure(accuracy(), [oneHot, scores])).toBe(0.75);
  });

  it("of classes, weighted by sample where a sample has several places", () => {
    const both = tensor([...scores.slice(0, 2), ...scores.slice(2)].flat(), [2, 2, 3]);
    const target = tensor(Int32Array.of(1, 1, 2, 1), [2, 2]);
    expect(measure(accuracy(), [target, both, [3, 1]])).toBe(0.5);
  });

  it.each([accuracy(), topKAccuracy({ k: 2 })])(
    "$name refuses targets of another shape than labels or scores",
    (metric) => {
      const wrong = `${metric.name}: the targets do not fit the output; expected 4 labels, int32, or the shape [4, 3], got`;
      expect(() => measure(metric, [column(1, 0, 1, 0), scores])).toThrow(`${wrong} Tensor(4, 1).`);
      expect(() => measure(metric, [labels(1, 0), scores])).toThrow(`${wrong} int32 Tensor(2).`);
    },
  );

  it("of one number: above ½, or above the threshold for logits", () => {
    expect(measure(accuracy(), [column(1, 0, 1, 0), column(0.9, 0.1, 0.5, 0.6)])).toBe(0.5);
    expect(measure(accuracy({ threshold: 0 }), [column(1, 0, 1, 0), column(3, -1, 0.2, 0.3)])).toBe(0.75);
  });

  it("of several answers, with a threshold: each for itself", () => {
    const target = [
      [1, 0, 1],
      [0, 0, 1],
    ];
    const prediction = [
      [0.9, 0.6, 0.2],
      [0.1, 0.2, 0.8],
    ];
    expect(measure(accuracy({ threshold: 0.5 }), [target, prediction])).toBeCloseTo(4 / 6, 7);
    expect(measure(accuracy({ threshold: 0.5 }), [target, prediction, [3, 1]])).toBeCloseTo(6 / 12, 7);
  });

  it("of several places a sample, with the sample's weight", () => {
    const prediction = [
      [
        [1, 0],
        [1, 0],
      ],
      [
        [0, 1],
        [0, 1],
      ],
    ];
    const state = newTotals(2);
    const target = tensor(labels(0, 1, 1, 1), [2, 2]);
    accuracy().update(state, target, tensor(prediction), tensor([3, 1]));
    expect(accuracy().result(readTotals(state), [2, 2])).toBeCloseTo(5 / 8, 7);
  });

  it("counts a prediction of NaN as wrong, not as absent", () => {
    expect(
      measure(accuracy(), [
        labels(0, 1),
        [
          [NaN, NaN],
          [0, 1],
        ],
      ]),
    ).toBe(0.5);
    expect(measure(accuracy(), [column(1, 1), column(NaN, 1)])).toBe(0.5);
  });

  it("weighs samples and adds up batches of different sizes", () => {
    expect(measure(accuracy(), [labels(1, 0, 1, 1), scores, [1, 2, 3, 2]])).toBe(3 / 8);
    expect(measure(accuracy(), [labels(1), [scores[0]]], [labels(1, 1, 1), scores.slice(1)])).toBe(0.25);
  });
});

describe("topKAccuracy", () => {
  // sklearn.metrics.top_k_accuracy_score's example
  const scores = [
    [0.5, 0.2, 0.2],
    [0.3, 0.4, 0.2],
    [0.2, 0.4, 0.3],
    [0.7, 0.2, 0.1],
  ];

  it.each([
    [1, 0.5],
    [2, 0.75],
    [3, 1],
    [9, 1],
  ])("k = %i: %d", (k, expected) => {
    expect(measure(topKAccuracy({ k }), [labels(0, 1, 2, 2), scores])).toBe(expected);
  });

  it("with k = 1 is accuracy", () => {
    expect(measure(topKAccuracy({ k: 1 }), [labels(0, 1, 2, 2), scores])).toBe(
      measure(accuracy(), [labels(0, 1, 2, 2), scores]),
    );
  });
});

describe("precision, recall, F1", () => {
  const target = column(1, 1, 1, 0, 0, 1);
  const prediction = column(0.9, 0.8, 0.2, 0.7, 0.1, 0.4); // 2 TP, 1 FP, 2 FN

  it("of one number: those of yes", () => {
    expect(measure(precision(), [target, prediction])).toBeCloseTo(2 / 3, 12);
    expect(measure(recall(), [target, prediction])).toBe(0.5);
    expect(measure(f1(), [target, prediction])).toBeCloseTo(4 / 7, 12);
    const weights = [1, 2, 3, 4, 5, 6]; // TP 3, FP 4, FN 9
    expect(measure(precision(), [target, prediction, weights])).toBeCloseTo(3 / 7, 12);
    expect(measure(recall(), [target, prediction, weights])).toBe(0.25);
    expect(measure(f1(), [target, prediction, weights])).toBeCloseTo(6 / 19, 12);
  });

  it("move with the threshold", () => {
    expect(measure(precision({ threshold: 0.75 }), [target, prediction])).toBe(1);
    expect(measure(recall({ threshold: 0 }), [target, prediction])).toBe(1);
  });

  it("of classes: the mean over them (sklearn's example: 2/9, 1/3, 4/15)", () => {
    const [truth, guesses] = [labels(0, 1, 2, 0, 1, 2), scoresOf(3, 0, 2, 1, 0, 0, 1)];
    expect(measure(precision(), [truth, guesses])).toBeCloseTo(2 / 9, 12);
    expect(measure(recall(), [truth, guesses])).toBeCloseTo(1 / 3, 12);
    expect(measure(f1(), [truth, guesses])).toBeCloseTo(4 / 15, 12);
  });

  it("of two classes: the mean over both, not the second alone", () => {
    const [truth, guesses] = [labels(0, 0, 0, 1), scoresOf(2, 0, 0, 1, 1)];
    expect(measure(precision(), [truth, guesses])).toBeCloseTo((1 + 1 / 2) / 2, 12);
    expect(measure(recall(), [truth, guesses])).toBeCloseTo((2 / 3 + 1) / 2, 12);
    const yes = column(0, 0, 0, 1);
    expect(measure(precision(), [yes, column(0.1, 0.2, 0.9, 0.8)])).toBe(0.5);
  });

  it("leave out classes that do not occur at all", () => {
    expect(measure(f1(), [labels(0, 1), scoresOf(5, 0, 1)])).toBe(1);
    expect(measure(f1(), [labels(0, 1), scoresOf(5, 0, 4)])).toBeCloseTo(1 / 3, 12);
  });

  it("are 0 where there is nothing to be right about", () => {
    expect(measure(precision(), [column(1, 0), column(0, 0)])).toBe(0);
    expect(measure(recall(), [column(0, 0), column(1, 0)])).toBe(0);
    expect(measure(f1(), [column(0, 0), column(0, 0)])).toBe(0);
  });
});

describe("auc", () => {
  it.each([
    ["sklearn's example", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.75],
    ["one tie between the classes", [0, 0, 1, 1], [0.2, 0.5, 0.5, 0.9], 0.875],
    ["all the same", [0, 1, 0, 1, 1], [0.5, 0.5, 0.5, 0.5, 0.5], 0.5],
    ["perfect, with both ends", [0, 0, 1, 1], [0, 0.3, 0.7, 1], 1],
    ["upside down", [1, 1, 0], [0.1, 0.2, 0.9], 0],
  ])("%s: %j by %j is %d", (_, target, scores, expected) => {
    expect(measure(auc(), [column(...target), column(...scores)])).toBe(expected);
  });

  it("weighs pairs by both weights", () => {
    // pairs: (0.4 over 0.3) 2·1, (0.4 under 0.5) 2·3, (0.9 over both) 1·1 + 1·3
    const got = measure(auc(), [column(0, 1, 0, 1), column(0.3, 0.4, 0.5, 0.9), [1, 2, 3, 1]]);
    expect(got).toBeCloseTo(6 / 12, 12);
  });

  it("takes logits", () => {
    expect(measure(auc({ fromLogits: true }), [column(0, 0, 1, 1), column(-3, 0.5, -0.5, 2)])).toBe(0.75);
  });

  it("is within 0.002 of the exact one for 5,000 random scores in batches", () => {
    const random = new Random(3);
    const target = Array.from({ length: 5000 }, () => random.integer(2));
    const scores = target.map((t) => Math.fround(1 / (1 + Math.exp(-drawNormal(random, t, 1.5)))));
    const positives = scores.filter((_, i) => target[i] === 1);
    const negatives = scores.filter((_, i) => target[i] === 0);
    let won = 0;
    for (const p of positives) for (const n of negatives) won += p > n ? 1 : p === n ? 0.5 : 0;
    const batches = Array.from({ length: 50 }, (_, b): Batch => {
      const part = (list: number[]) => column(...list.slice(100 * b, 100 * b + 100));
      return [part(target), part(scores)];
    });
    expect(Math.abs(measure(auc(), ...batches) - won / (positives.length * negatives.length))).toBeLessThan(0.002);
  });

  it("is not a number where one class is missing", () => {
    expect(measure(auc(), [column(1, 1), column(0.1, 0.9)])).toBeNaN();
  });
});

describe("meanAbsoluteError, meanSquaredError, r2", () => {
  const [target, prediction] = [column(3, -0.5, 2, 7), column(2.5, 0, 2, 8)]; // sklearn's example

  it("sklearn's example: 0.5, 0.375, 0.9486081370449679", () => {
    expect(measure(meanAbsoluteError(), [target, prediction])).toBe(0.5);
    expect(measure(meanSquaredError(), [target, prediction])).toBe(0.375);
    expect(measure(r2(), [target, prediction])).toBeCloseTo(0.9486081370449679, 6);
  });

  it("with weights", () => {
    const weights = [1, 2, 0, 4];
    expect(measure(meanAbsoluteError(), [target, prediction, weights])).toBeCloseTo((0.5 + 1 + 4) / 7, 7);
    expect(measure(meanSquaredError(), [target, prediction, weights])).toBeCloseTo((0.25 + 0.5 + 4) / 7, 7);
    const mean = (3 - 1 + 28) / 7;
    const spread = (3 - mean) ** 2 + 2 * (0.5 + mean) ** 2 + 4 * (7 - mean) ** 2;
    expect(measure(r2(), [target, prediction, weights])).toBeCloseTo(1 - 4.75 / spread, 6);
  });

  it("of several outputs: the mean (sklearn's example: 0.9368005266622779), also in batches", () => {
    const many: Batch = [
      [
        [0.5, 1],
        [-1, 1],
        [7, -6],
      ],
      [
        [0, 2],
        [-1, 2],
        [8, -5],
      ],
    ];
    expect(measure(r2(), many)).toBeCloseTo(0.9368005266622779, 6);
    const [t, p] = many as [number[][], number[][]];
    expect(measure(r2(), [t.slice(0, 1), p.slice(0, 1)], [t.slice(1), p.slice(1)])).toBeCloseTo(0.9368005266622779, 6);
    expect(measure(meanAbsoluteError(), many)).toBeCloseTo((0.75 + 0.5 + 1) / 3, 6);
  });

  it("r2 of targets far from 0 is right to 1e-4", () => {
    const far = (rows: number[][]) => rows.map(([x]) => [x + 10000]);
    expect(measure(r2(), [far(target), far(prediction)])).toBeCloseTo(0.9486081370449679, 4);
  });

  it("r2 is 0 for the mean and below for worse", () => {
    expect(measure(r2(), [column(1, 2, 3), column(2, 2, 2)])).toBe(0);
    expect(measure(r2(), [column(1, 2, 3), column(3, 2, 1)])).toBe(-3);
  });
});

describe("every metric", () => {
  const all = [
    accuracy(),
    topKAccuracy({ k: 2 }),
    precision({ threshold: 0.25 }),
    recall(),
    f1(),
    auc(),
    meanAbsoluteError(),
    meanSquaredError(),
    r2(),
  ];

  it.each(all)("$name: is not a number before anything was added", (metric) => {
    const outputShape = metric.name === "topKAccuracy" ? [3] : [1];
    expect(metric.result(new Float64Array(metric.stateSize(outputShape)), outputShape)).toBeNaN();
  });

  it.each(all)("$name: a config makes the same metric again", (metric) => {
    expect(metricFrom(JSON.parse(JSON.stringify(metric.config))).config).toEqual(metric.config);
  });

  it.each(all.filter(({ name }) => name !== "topKAccuracy"))("$name: refuses targets of another shape", (metric) => {
    const update = () => metric.update(newTotals(400), tensor([[1, 0]]), tensor([[1]]), undefined);
    expect(update).toThrow(
      `${metric.name}: the targets do not fit the output; expected float32 [1, 1], got float32 [1, 2].`,
    );
  });
});

describe("errors", () => {
  it.each([
    ["topKAccuracy: k is out of range; expected an integer in [1, ∞), got 0.", () => topKAccuracy({ k: 0 })],
    [
      "topKAccuracy: the output has only one class; expected [N, …, C] with C ≥ 2, got C = 1.",
      () => topKAccuracy().stateSize([1]),
    ],
    ["accuracy: threshold is out of range; expected a number in (-∞, ∞), got NaN.", () => accuracy({ threshold: NaN })],
    ['precision: unknown option; expected threshold, got "average".', () => precision({ average: "micro" } as never)],
    [
      "auc: numThresholds is out of range; expected an integer in [2, 1048576], got 1.",
      () => auc({ numThresholds: 1 }),
    ],
    ["auc: the output is not a single number; expected [N, 1], got [N, 3].", () => auc().stateSize([3])],
    [
      'metric: unknown metric "mse"; expected one of accuracy, auc, f1, meanAbsoluteError, meanAbsolutePercentageError, meanSquaredError, prAuc, precision, r2, recall, rootMeanSquaredError, topKAccuracy.',
      () => metricFrom({ className: "mse" }),
    ],
    ["Give your own to loadModel(file, { metrics: { mse } }).", () => metricFrom({ className: "mse" })],
  ] as [string, () => unknown][])("%s", (expected, make) => {
    expect(make).toThrow(expected);
  });
});

describe("long data sets", () => {
  const random = new Random(7);
  const N = 1000;
  const draw = (C: number): Float32Array => Float32Array.from({ length: N * C }, () => random.uniform());
  const yes = { target: draw(1).map(Math.round), prediction: draw(1), C: 1 };
  const classes = { target: Int32Array.from(draw(1), (x) => Math.floor(3 * x)), prediction: draw(3), C: 3 };
  const cases: [string, Metric, typeof yes | typeof classes][] = [
    ["accuracy of yes-or-no answers", accuracy(), yes],
    ["accuracy of classes", accuracy(), classes],
    ["topKAccuracy", topKAccuracy({ k: 2 }), classes],
    ["precision", precision(), yes],
    ["recall of classes", recall(), classes],
    ["f1", f1(), yes],
    ["auc", auc(), yes],
    ["meanAbsoluteError", meanAbsoluteError(), yes],
    ["meanSquaredError", meanSquaredError(), yes],
    ["r2", r2(), yes],
  ];

  /** Totals of the 1,000 samples in batches of `size`, added to totals that begin with `start`. */
  function totalsOf(
    metric: Metric,
    { target, prediction, C }: (typeof cases)[0][2],
    size: number,
    start = 0,
  ): Float64Array {
    return scope(() => {
      const state = newTotals(metric.stateSize([C]));
      writeTotals(state, readTotals(state).fill(start));
      for (let at = 0; at < N; at += size) {
        const labels = target.slice(at, at + size);
        const y = C === 1 ? tensor(labels, [labels.length, 1]) : tensor(labels);
        const rows = prediction.slice(at * C, (at + size) * C);
        metric.update(state, y, tensor(rows, [rows.length / C, C]), undefined);
      }
      return readTotals(state);
    });
  }

  it.each(cases)("%s: 1,000 samples in batches of 1, 7, 333 and 1,000 give the same bits", (_, metric, data) => {
    const whole = totalsOf(metric, data, N);
    for (const size of [1, 7, 333]) expect(totalsOf(metric, data, size)).toEqual(whole);
  });

  it.each(cases.slice(0, 7))(
    "%s: 1,000 samples count 1,000 behind 2²⁴ and behind 2⁵² in each cell",
    (_, metric, data) => {
      const plain = totalsOf(metric, data, 100);
      for (const start of [2 ** 24, 2 ** 52]) {
        expect(totalsOf(metric, data, 100, start).map((total) => total - start)).toEqual(plain);
      }
    },
  );

  it("accuracy of 40,000,000 samples is 0.75 where 30,000,000 are right", () => {
    const state = newTotals(2);
    scope(() => {
      const n = 4_000_000;
      const [target, prediction] = [new Int32Array(n), new Float32Array(2 * n)];
      for (let i = 0; i < n; i++) prediction[2 * i + (i % 4 === 0 ? 1 : 0)] = 1;
      const [y, p] = [tensor(target), tensor(prediction, [n, 2])];
      for (let batch = 0; batch < 10; batch++) accuracy().update(state, y, p, undefined);
    });
    expect([...readTotals(state)]).toEqual([30_000_000, 40_000_000]);
    expect(accuracy().result(readTotals(state), [2])).toBe(0.75);
    state.dispose();
  });
});
