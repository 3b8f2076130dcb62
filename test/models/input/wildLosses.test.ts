/**
 * Every loss with ±∞, NaN, ±1e38 and labels that are no classes in the padding under a mask: losses, gradients and
 * trained weights keep their bits. Letters: N samples, T steps, L of them count, C outputs.
 */
import { describe, expect, it } from "vitest";
import { dense, lstm } from "../../../src/layers/index.js";
import { maskedSteps } from "../../../src/layers/mask/maskedSteps.js";
import * as losses from "../../../src/losses/index.js";
import type { Loss } from "../../../src/losses/loss.js";
import { sequential } from "../../../src/models/sequential.js";
import { weightedMean } from "../../../src/ops/loss/weightedMean.js";
import { sequenceMask } from "../../../src/ops/recurrent/sequenceMask.js";
import { sgd } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import { sizeOf } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { weightsOf } from "../networks.js";

/** Half of the steps count: their weights in the mean are powers of 2, as without padding. */
const [N, T, L, C] = [2, 8, 4, 3];

const wild = [Infinity, -Infinity, NaN, 1e38, -1e38];
const noClasses = [-1, C, 2 ** 31 - 1, -(2 ** 31)];
const paddings = [[0], wild, [Infinity], [NaN]];
/** What targets may be in padding where training checks them all: a loss refuses what it does not take there too. */
const allowed: Readonly<Record<string, number>> = { poisson: 0, contrastive: 0, hinge: 1, squaredHinge: 1 };

/** How a loss is tried. */
interface Row {
  readonly loss: Loss;
  /** Targets: any numbers, −1 or 1, probabilities in rows of sum 1, or labels. Default: any numbers. */
  readonly targets?: "signs" | "probabilities" | "labels";
  /** The shape of one step's output. Default [C]. */
  readonly step?: readonly number[];
}

const { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } = losses;

/** A row at least for every loss of steps there is: one without does not compile. That of sequences has a test of its own: ctc.test.ts. */
const table: {
  readonly [name in Exclude<keyof typeof losses, "Loss" | "ctc">]: readonly Row[];
} = {
  meanSquaredError: [{ loss: losses.meanSquaredError() }],
  halfSquaredError: [{ loss: losses.halfSquaredError() }],
  meanAbsoluteError: [{ loss: losses.meanAbsoluteError() }],
  huber: [{ loss: losses.huber() }],
  hinge: [{ loss: losses.hinge(), targets: "signs" }],
  cosineSimilarity: [{ loss: losses.cosineSimilarity() }],
  meanAbsolutePercentageError: [{ loss: losses.meanAbsolutePercentageError() }],
  meanSquaredLogarithmicError: [{ loss: losses.meanSquaredLogarithmicError(), targets: "probabilities" }],
  squaredHinge: [{ loss: losses.squaredHinge(), targets: "signs" }],
  categoricalHinge: [{ loss: losses.categoricalHinge(), targets: "probabilities" }],
  logCosh: [{ loss: losses.logCosh() }],
  poisson: [{ loss: losses.poisson() }],
  contrastive: [{ loss: losses.contrastive() }],
  triplet: [{ loss: losses.triplet(), step: [3, 2] }],
  klDivergence: [{ loss: losses.klDivergence(), targets: "probabilities" }],
  binaryCrossentropy: [false, true].map((fromLogits) => ({
    loss: binaryCrossentropy({ fromLogits, labelSmoothing: fromLogits ? 0.1 : 0 }),
    targets: "probabilities",
  })),
  binaryFocalCrossentropy: [false, true].map((fromLogits) => ({
    loss: losses.binaryFocalCrossentropy({ fromLogits, alpha: 0.25 }),
    targets: "probabilities",
  })),
  categoricalFocalCrossentropy: [false, true].flatMap((fromLogits) => [
    { loss: losses.categoricalFocalCrossentropy({ fromLogits }), targets: "probabilities" as const },
    { loss: losses.categoricalFocalCrossentropy({ fromLogits }), targets: "labels" as const },
  ]),
  categoricalCrossentropy: [false, true].flatMap((fromLogits) => [
    { loss: categoricalCrossentropy({ fromLogits, labelSmoothing: 0.1 }), targets: "probabilities" as const },
    { loss: categoricalCrossentropy({ fromLogits }), targets: "labels" as const },
  ]),
  sparseCategoricalCrossentropy: [false, true].flatMap((fromLogits) => [
    { loss: sparseCategoricalCrossentropy({ fromLogits }), targets: "labels" as const },
    { loss: sparseCategoricalCrossentropy({ fromLogits, ignoreClass: -1 }), targets: "labels" as const },
  ]),
};

const rows = Object.entries(table).flatMap(([name, list]) =>
  list.map((row: Row) => {
    const { className: _, ...options } = row.loss.config;
    return { name: `${name} ${JSON.stringify(options)}, ${row.targets ?? "numbers"}`, ...row };
  }),
);

/** Numbers in (0, 1) that look like chance, the same for the same place among the steps that count. */
const draw = (n: number, t: number, c: number, seed: number): number =>
  0.5 + 0.45 * Math.sin(seed + 37 * n + 11 * t + 5 * c);

/** `value` of sample, step and place in it where a step counts, `padding` in turn elsewhere. */
const values = (
  steps: number,
  width: number,
  padding: readonly number[],
  value: (n: number, t: number, c: number) => number,
): number[] =>
  Array.from({ length: N * steps * width }, (_, i) => {
    const step = Math.floor(i / width);
    const [n, t] = [Math.floor(step / steps), step % steps];
    return t < L ? value(n, t, i % width) : padding[i % padding.length];
  });

/** Values (N, steps, …step). */
const filled = (steps: number, step: readonly number[], seed: number, padding: readonly number[]): Tensor =>
  tensor(
    values(steps, sizeOf(step), padding, (n, t, c) => draw(n, t, c, seed)),
    [N, steps, ...step],
  );

/** Targets (N, steps, …), as a row of the table wants them. */
function targetsOf({ targets, step = [C] }: Row, steps: number, padding: readonly number[]): Tensor {
  if (targets === undefined) return filled(steps, step, 2, padding);
  if (targets === "labels") {
    const labels = values(steps, 1, padding[0] === 0 ? [0] : noClasses, (n, t) => (n + t) % C);
    return tensor(Int32Array.from(labels), [N, steps]);
  }
  const value =
    targets === "signs"
      ? (n: number, t: number, c: number) => ((n + t + c) % 2 === 0 ? 1 : -1)
      : (n: number, t: number, c: number) => [0.5, 0.25, 0.25][(n + t + c) % C];
  return tensor(values(steps, C, padding, value), [N, steps, C]);
}

/** Of N · T values, or rows of values, those of steps that count. */
const counting = (values: ArrayLike<number>): number[] =>
  Array.from(values).filter((_, i) => Math.floor((i * N * T) / values.length) % T < L);

describe.each(rows)("$name", (row) => {
  const { loss, step = [C] } = row;

  it("a step's loss and gradient have the bits that they have without padding, whatever stands there", () => {
    const run = (steps: number, padding: readonly number[]) => {
      const p = filled(steps, step, 1, padding);
      p.requiresGrad = true;
      const mask = sequenceMask([L, L], steps);
      const y = targetsOf(row, steps, padding);
      const weighed = loss.countable?.(y, p, mask) ?? { target: y, prediction: p, mask };
      const rows = maskedSteps.weigh(weighed.target, weighed.prediction, undefined, weighed.mask);
      const each = rows.select!(loss.call(rows.target, rows.prediction));
      weightedMean(each, rows.lossWeights).backward();
      return { losses: [...each.toTypedArray()], gradient: [...p.grad!.toTypedArray()] };
    };
    const bare = run(L, [0]);
    expect(bare.losses.every((one) => Number.isFinite(one) && one !== 0)).toBe(true);
    expect(bare.gradient.filter((g) => g !== 0).length).toBeGreaterThan(4);
    for (const padding of paddings) {
      const { losses: each, gradient } = run(T, padding);
      expect(counting(each)).toEqual(bare.losses);
      expect(counting(gradient)).toEqual(bare.gradient);
      for (const all of [each, gradient]) expect(all.filter((one) => one !== 0)).toEqual(counting(all).filter((one) => one !== 0)); // prettier-ignore
    }
  });

  it.skipIf(step.length > 1)("trains to the same bits whatever stands in padding", () => {
    const activation = loss.takes === "probabilities" || loss.name === "poisson" ? "softmax" : "linear";
    const train = (padding: readonly number[]) => {
      const hidden = lstm({ units: 4, returnSequences: true });
      const chain = sequential([hidden, dense({ units: C, activation })], { seed: 4 });
      chain.build([T, 2]);
      chain.compile({ optimizer: sgd({ learningRate: 0.5 }), loss });
      const x = filled(T, [2], 3, padding);
      const y = targetsOf(
        row,
        T,
        row.targets === undefined && !(loss.name in allowed) ? padding : [allowed[loss.name] ?? 0],
      );
      const options = { mask: [sequenceMask([L, L], T)] };
      const means = [1, 2, 3].map(() => chain.trainOnBatch([x], [y], options).item());
      return { means, weights: weightsOf(chain) };
    };
    const zeros = train([0]);
    expect(zeros.means.every(Number.isFinite)).toBe(true);
    expect(train(wild)).toEqual(zeros);
  });
});
