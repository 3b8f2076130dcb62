/** Losses against PyTorch's values and gradients, known values, checks of targets, and how they are written down. */
import { describe, expect, it } from "vitest";
import * as losses from "../../src/losses/index.js";
import type { Loss } from "../../src/losses/loss.js";
import { lossFrom } from "../../src/losses/registry.js";
import { ones, tensor } from "../../src/tensor/create.js";
import { scope } from "../../src/tensor/scope.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";
import { goldenLosses } from "../support/golden.js";

const golden = goldenLosses();
const bound = { relative: 1e-5, absolute: 1e-6 };

/** Losses and ∂(mean loss)/∂prediction. */
function run(loss: Loss, target: number[][] | Int32Array, prediction: number[][]) {
  return scope(() => {
    const p = tensor(prediction, undefined, { requiresGrad: true });
    const l = loss.call(tensor(target), p);
    l.backward(ones(l.shape));
    return { losses: [...l.toTypedArray()], gradient: [...p.grad!.toTypedArray()].map((g) => g / prediction.length) };
  });
}

describe("PyTorch's losses and gradients, to 1e-5", () => {
  const {
    binaryCrossentropy,
    categoricalCrossentropy,
    cosineSimilarity,
    hinge,
    huber,
    klDivergence,
    meanAbsoluteError,
    meanSquaredError,
  } = losses;
  it.each([
    ["meanSquaredError", meanSquaredError()],
    ["meanAbsoluteError", meanAbsoluteError()],
    ["huber", huber()],
    ["hinge", hinge()],
    ["klDivergence", klDivergence()],
    ["cosineSimilarity", cosineSimilarity()],
    ["binaryCrossentropy", binaryCrossentropy()],
    ["binaryCrossentropyFromLogits", binaryCrossentropy({ fromLogits: true })],
    ["categoricalCrossentropyFromLogits", categoricalCrossentropy({ fromLogits: true })],
    ["categoricalCrossentropySmoothed", categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 })],
    ["sparseCategoricalCrossentropyFromLogits", categoricalCrossentropy({ fromLogits: true })],
    ["sparseCategoricalCrossentropy", categoricalCrossentropy()],
  ] as const)("%s", (name, loss) => {
    const { prediction, target, samples, gradient } = golden.cases[name];
    const [N, C] = golden.shape;
    const rows = (flat: readonly number[]) => Array.from({ length: N }, (_, i) => flat.slice(i * C, (i + 1) * C));
    const got = run(loss, target.length === N ? Int32Array.from(target) : rows(target), rows(prediction));
    expectClose(name, got.losses, samples, [N], bound);
    expectClose(`${name}, gradient`, got.gradient, gradient, [N, C], bound);
  });
});

describe("known values", () => {
  it("halfSquaredError: ½ Σ, whose gradient is the difference", () => {
    const got = run(losses.halfSquaredError(), [[1, 2, 3]], [[2, 0, 3]]);
    expect(got).toEqual({ losses: [2.5], gradient: [1, -2, 0] });
  });

  it("huber: the straight part begins at delta", () => {
    expect(run(losses.huber({ delta: 2 }), [[0], [0], [0]], [[1], [2], [5]]).losses).toEqual([0.5, 2, 8]);
  });

  it("cosineSimilarity: −1, 0, 1 for the same, an orthogonal, the opposite direction, and 0 for zeros", () => {
    const target = [
      [3, 4],
      [3, 4],
      [3, 4],
      [3, 4],
    ];
    const got = run(losses.cosineSimilarity(), target, [
      [6, 8],
      [-4, 3],
      [-3, -4],
      [0, 0],
    ]).losses;
    expectClose("cosineSimilarity", got, [-1, 0, 1, 0], [4], { relative: 1e-6, absolute: 1e-7 });
  });

  it("binaryCrossentropy: certain and wrong costs −ln 1e-7 from probabilities, |z| from logits", () => {
    const got = run(losses.binaryCrossentropy(), [[1], [0]], [[0], [0]]).losses;
    expectClose("probabilities", got, [-Math.log(1e-7), 0], [2], { relative: 1e-5, absolute: 2e-7 });
    const logits = run(losses.binaryCrossentropy({ fromLogits: true }), [[1], [0]], [[-500], [-500]]).losses;
    expect(logits).toEqual([500, 0]);
  });

  it("labels, one-hot rows and smoothing say the same, from logits and from probabilities", () => {
    const z = [
      [1, -2, 0.5],
      [0, 3, -1],
    ];
    const p = z.map((row) => {
      const total = row.reduce((s, x) => s + Math.exp(x), 0);
      return row.map((x) => Math.exp(x) / total);
    });
    const oneHot = [
      [0, 0, 1],
      [0, 1, 0],
    ];
    for (const labelSmoothing of [0, 0.2]) {
      const want = p.map(
        (row, i) =>
          -row.reduce((s, q, c) => s + ((1 - labelSmoothing) * oneHot[i][c] + labelSmoothing / 3) * Math.log(q), 0),
      );
      for (const target of [oneHot, Int32Array.of(2, 1)]) {
        for (const fromLogits of [false, true]) {
          const loss = losses.categoricalCrossentropy({ fromLogits, labelSmoothing });
          const title = JSON.stringify({ fromLogits, labelSmoothing });
          expectClose(title, run(loss, target, fromLogits ? z : p).losses, want, [2], {
            relative: 1e-6,
            absolute: 1e-6,
          });
        }
      }
    }
  });

  it("a sample of several places counts as their mean", () => {
    scope(() => {
      const z = tensor([
        [
          [1, 2, 3],
          [0, 0, 0],
        ],
        [
          [5, 1, 1],
          [2, 2, 9],
        ],
      ]); // (N, T, C) = (2, 2, 3)
      const labels = tensor(Int32Array.of(2, 0, 0, 1), [2, 2]);
      const flat = (row: number[], label: number) => Math.log(row.reduce((s, x) => s + Math.exp(x), 0)) - row[label];
      const want = [(flat([1, 2, 3], 2) + flat([0, 0, 0], 0)) / 2, (flat([5, 1, 1], 0) + flat([2, 2, 9], 1)) / 2];
      const got = losses.categoricalCrossentropy({ fromLogits: true }).call(labels, z).toTypedArray();
      expectClose("(N, T, C)", got, want, [2], { relative: 1e-6, absolute: 1e-6 });
      const angles = losses.cosineSimilarity().call(z, z).toTypedArray();
      expectClose("cosine", angles, [-0.5, -1], [2], { relative: 1e-6, absolute: 1e-6 }); // a row of zeros gives 0
    });
  });
});

describe("a config makes the same loss again", () => {
  it.each(Object.entries(losses))("%s", (name, make) => {
    const loss = make();
    expect(loss.name).toBe(name);
    expect(lossFrom(JSON.parse(JSON.stringify(loss.config))).config).toEqual(loss.config);
  });

  it("with its options", () => {
    const loss = losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 });
    expect(lossFrom(loss.config).config).toEqual({
      className: "categoricalCrossentropy",
      fromLogits: true,
      labelSmoothing: 0.1,
    });
    expect(lossFrom(losses.huber({ delta: 3 }).config).config).toEqual({ className: "huber", delta: 3 });
  });
});

describe("errors", () => {
  const { binaryCrossentropy, categoricalCrossentropy, hinge, huber, klDivergence, meanSquaredError } = losses;
  const labels = (...values: number[]) => tensor(Int32Array.from(values));
  it.each([
    [
      "meanSquaredError: the targets do not fit the output; expected float32 [N, 3], got int32 [2]. Integer labels are for losses.categoricalCrossentropy.",
      () => meanSquaredError().checkTargets(labels(0, 1), [3]),
    ],
    [
      "meanSquaredError: the targets do not fit the output; expected float32 [N, 3], got float32 [1, 2].",
      () => meanSquaredError().checkTargets(tensor([[0, 1]]), [3]),
    ],
    [
      "hinge: a target is out of range; expected −1 or 1, got 0 in sample 1. Map 0 and 1 to −1 and 1 with 2·y − 1.",
      () =>
        hinge().checkTargets(
          tensor([
            [1, -1],
            [-1, 0],
          ]),
          [2],
        ),
    ],
    [
      "binaryCrossentropy: a target is out of range; expected a probability in [0, 1], got 2 in sample 2.",
      () => binaryCrossentropy().checkTargets(tensor([[0], [1], [2]]), [1]),
    ],
    [
      "klDivergence: a target is out of range; expected a probability in [0, 1], got -1 in sample 0.",
      () => klDivergence().checkTargets(tensor([[-1, 2]]), [2]),
    ],
    [
      "categoricalCrossentropy: a target is out of range; expected a label in 0 … 9, got 10 in sample 1.",
      () => categoricalCrossentropy().checkTargets(labels(9, 10), [10]),
    ],
    [
      "categoricalCrossentropy: a target is out of range; expected a label in 0 … 9, got -1 in sample 2.",
      () => categoricalCrossentropy().checkTargets(labels(0, 9, -1), [10]),
    ],
    [
      "categoricalCrossentropy: a target is out of range; expected probabilities in [0, 1], got 3 in sample 0.",
      () => categoricalCrossentropy().checkTargets(tensor([[3, 0]]), [2]),
    ],
    [
      "categoricalCrossentropy: the output has only one class; expected [N, …, C] with C ≥ 2, got [N, 1]. Use losses.binaryCrossentropy for a single probability.",
      () => categoricalCrossentropy().checkTargets(labels(0), [1]),
    ],
    [
      "categoricalCrossentropy: the targets do not fit the output; expected float32 [N, 4, 3] or int32 labels [N, 4], got int32 [2].",
      () => categoricalCrossentropy().checkTargets(labels(0, 1), [4, 3]),
    ],
    ["huber: delta is out of range; expected a number in (0, ∞), got 0.", () => huber({ delta: 0 })],
    [
      "binaryCrossentropy: labelSmoothing is out of range; expected a number in [0, 1), got 1.",
      () => binaryCrossentropy({ labelSmoothing: 1 }),
    ],
    [
      "categoricalCrossentropy: fromLogits has the wrong type; expected true or false, got 1.",
      () => categoricalCrossentropy({ fromLogits: 1 as never }),
    ],
    [
      'categoricalCrossentropy: unknown option; expected fromLogits or labelSmoothing, got "from_logits".',
      () => categoricalCrossentropy({ from_logits: true } as never),
    ],
    [
      'loss: unknown loss "mse"; expected one of binaryCrossentropy, binaryFocalCrossentropy, categoricalCrossentropy, categoricalFocalCrossentropy, categoricalHinge, contrastive, cosineSimilarity, ctc, halfSquaredError, hinge, huber, klDivergence, logCosh, meanAbsoluteError, meanAbsolutePercentageError, meanSquaredError, meanSquaredLogarithmicError, poisson, sparseCategoricalCrossentropy, squaredHinge, triplet.',
      () => lossFrom({ className: "mse" }),
    ],
    [
      "squaredError: target and prediction differ in shape; expected target [1, 3], as the prediction, got [1, 2].",
      () => meanSquaredError().call(tensor([[0, 1]]), tensor([[0, 1, 2]])),
    ],
  ] as [string, () => unknown][])("%s", (expected, make) => {
    expect(make).toThrow(expected);
  });

  it("takes what fits", () => {
    expect(() => categoricalCrossentropy().checkTargets(labels(0, 9), [10])).not.toThrow();
    expect(() => categoricalCrossentropy().checkTargets(tensor([[0.5, 0.5]]), [2])).not.toThrow();
    expect(() => binaryCrossentropy().checkTargets(tensor([[0.5], [1]]), [1])).not.toThrow();
    expect(() => hinge().checkTargets(tensor([[1, -1]]), [2])).not.toThrow();
  });
});
