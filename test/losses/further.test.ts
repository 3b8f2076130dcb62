/** Poisson, log-cosh, focal, contrastive, triplet: values against float64, gradients against central differences of it. */
import { describe, expect, it } from "vitest";
import { type Tensor, layers, losses, optimizers, sequential, sum, tensor, zeros } from "../../src/index.js";
import { lossFrom } from "../../src/losses/registry.js";
import type { Loss } from "../../src/losses/loss.js";
import "../support/engine.js";

type Reference = (y: readonly number[], p: readonly number[]) => number;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const each =
  (f: (y: number, p: number) => number): Reference =>
  (y, p) =>
    mean(p.map((value, i) => f(y[i], value)));
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const focal =
  (gamma: number, alpha: number | undefined, isLogit = false) =>
  (y: number, given: number): number => {
    const p = isLogit ? sigmoid(given) : given;
    const q = y * p + (1 - y) * (1 - p);
    const weight = alpha === undefined ? 1 : y * alpha + (1 - y) * (1 - alpha);
    return -weight * (1 - q) ** gamma * (y * Math.log(p) + (1 - y) * Math.log(1 - p));
  };
const distance = (a: readonly number[], b: readonly number[]): number => Math.sqrt(a.reduce((s, x, i) => s + (x - b[i] + 1e-6) ** 2, 0)); // prettier-ignore

const softmax = (z: readonly number[]): number[] => {
  const powers = z.map(Math.exp);
  const whole = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / whole);
};
/** Over two rows of three classes. */
const classFocal =
  (gamma: number, alpha: readonly number[], areLogits = false): Reference =>
  (y, given) =>
    mean(
      [0, 3].map((from) => {
        const p = areLogits ? softmax(given.slice(from, from + 3)) : given.slice(from, from + 3);
        return p.reduce((s, q, i) => s - alpha[i] * (1 - q) ** gamma * y[from + i] * Math.log(q), 0);
      }),
    );

const yesNo = [1, 0, 0.25, 0, 1, 1];
const chances = [0.9, 0.2, 0.6, 0.5, 0.3, 0.75];
const cases: [string, Loss, Reference, number[], number[]][] = [
  ["poisson", losses.poisson(), each((y, p) => p - y * Math.log(p + 1e-7)), [0, 1, 3, 2, 7, 0], [0.5, 1.5, 2, 4, 6.5, 0.1]],
  ["logCosh", losses.logCosh(), each((y, p) => Math.log(Math.cosh(p - y))), [0, 1, -3, 2, 7, 0], [0.5, 1.25, 2, -4, 6.5, -0.1]],
  ["focal", losses.binaryFocalCrossentropy(), each(focal(2, undefined)), yesNo, chances],
  ["focal, γ 0", losses.binaryFocalCrossentropy({ gamma: 0 }), each(focal(0, undefined)), yesNo, chances],
  ["focal, γ 3, α", losses.binaryFocalCrossentropy({ gamma: 3, alpha: 0.25 }), each(focal(3, 0.25)), yesNo, chances],
  ["focal of logits", losses.binaryFocalCrossentropy({ fromLogits: true, alpha: 0.75 }), each(focal(2, 0.75, true)), yesNo, [2, -3, 0.5, 1, -1.5, 4]],
  ["focal over classes", losses.categoricalFocalCrossentropy(), classFocal(2, [0.25, 0.25, 0.25]), [0, 1, 0, 0.5, 0.25, 0.25], [0.2, 0.7, 0.1, 0.5, 0.3, 0.2]],
  ["focal over classes, α each", losses.categoricalFocalCrossentropy({ gamma: 1.5, alpha: [1, 2, 0.5] }), classFocal(1.5, [1, 2, 0.5]), [0, 1, 0, 1, 0, 0], [0.2, 0.7, 0.1, 0.5, 0.3, 0.2]],
  ["focal over logits", losses.categoricalFocalCrossentropy({ gamma: 3, fromLogits: true }), classFocal(3, [0.25, 0.25, 0.25], true), [0, 1, 0, 0.5, 0.5, 0], [2, -1, 0.5, 1, 3, -2]],
  ["percentages", losses.meanAbsolutePercentageError(), each((y, p) => (100 * Math.abs(p - y)) / Math.max(Math.abs(y), 1e-7)), [1, -2, 3, 0.5, 10, 4], [1.5, 2, 2.75, 0.25, 12, 3]],
  ["logarithms", losses.meanSquaredLogarithmicError(), each((y, p) => (Math.log1p(Math.max(p, 1e-7)) - Math.log1p(y)) ** 2), [1, 2, 0.5, 0, 10, 4], [1.5, 2.5, 0.25, 0.75, 12, 3]],
  ["squared hinge", losses.squaredHinge(), each((y, p) => Math.max(0, 1 - y * p) ** 2), [1, -1, 1, -1, 1, -1], [0.5, 0.25, 2, -3, -0.75, 0.1]],
  ["hinge over classes", losses.categoricalHinge(), (y, p) => mean([0, 3].map((from) => { const scores = p.slice(from, from + 3); const right = scores.reduce((s, v, i) => s + y[from + i] * v, 0); return Math.max(0, 1 + Math.max(...scores.map((v, i) => (1 - y[from + i]) * v)) - right); })), [0, 1, 0, 0, 0, 1], [0.2, 0.7, 0.4, 1.5, 0.3, 0.25]],
  ["contrastive", losses.contrastive({ margin: 1.5 }), each((y, d) => y * d * d + (1 - y) * Math.max(0, 1.5 - d) ** 2), [1, 0, 0, 1, 0, 1], [0.5, 0.25, 2, 1.75, 1, 0.1]],
  ["triplet", losses.triplet({ margin: 0.5 }), (_, p) => Math.max(0, distance(p.slice(0, 2), p.slice(2, 4)) - distance(p.slice(0, 2), p.slice(4)) + 0.5), [0, 0, 0, 0, 0, 0], [0.5, 1, 0.25, -1, 2, 1.5]],
]; // prettier-ignore

const shapeOf = ({ name }: Loss): number[] =>
  name === "triplet" ? [3, 2] : name.startsWith("categorical") ? [2, 3] : [6];

describe("value and gradient", () => {
  it.each(cases)("%s: as float64 has them", (_, loss, reference, y, p) => {
    const shape = [2, ...shapeOf(loss)];
    const other = p.map((value, i) => (loss.takes === "probabilities" ? 1 - value : value * (i % 2 ? 0.5 : 1.25)));
    const prediction = tensor([...p, ...other], shape, { requiresGrad: true });
    const target = tensor([...y, ...y], shape);
    const got: Tensor = loss.call(target, prediction);
    expect(got.shape).toEqual([2]);
    sum(got).backward();
    const gradient = prediction.grad!.toTypedArray();
    for (const [row, values] of [p, other].entries()) {
      const exact = values.map((v) => Math.fround(v));
      expect(Math.abs((got.toArray() as number[])[row] - reference(y, exact))).toBeLessThan(2e-6 * (1 + Math.abs(reference(y, exact)))); // prettier-ignore
      for (const [i] of exact.entries()) {
        const at = (h: number): number => reference(y, exact.map((v, k) => (k === i ? v + h : v))); // prettier-ignore
        const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
        expect(Math.abs(gradient[row * 6 + i] - slope)).toBeLessThan(2e-5 * (1 + Math.abs(slope)));
      }
    }
  });

  it.each(cases)("%s: its config makes it again", (_, loss) => {
    expect(lossFrom(JSON.parse(JSON.stringify(loss.config))).config).toEqual(loss.config);
  });
});

describe("edges", () => {
  it("log-cosh of 1e4, focal of certainty: finite, with finite gradients", () => {
    for (const [loss, values] of [
      [losses.logCosh(), [1e4, -1e4]],
      [losses.binaryFocalCrossentropy(), [0, 1]],
      [losses.binaryFocalCrossentropy({ gamma: 0.5 }), [1, 0]],
      [losses.binaryFocalCrossentropy({ fromLogits: true, gamma: 0.5 }), [200, -200]],
      [losses.binaryFocalCrossentropy({ fromLogits: true }), [-200, 200]],
    ] as [Loss, number[]][]) {
      const prediction = tensor([values], undefined, { requiresGrad: true });
      const got = loss.call(tensor([[1, 0]]), prediction);
      sum(got).backward();
      expect(Number.isFinite(got.item())).toBe(true);
      expect([...prediction.grad!.toTypedArray()].every(Number.isFinite)).toBe(true);
    }
  });

  it.each([false, true])("focal over classes: labels give what their one-hot rows do, fromLogits %s", (fromLogits) => {
    for (const alpha of [0.5, [1, 2, 0.5]]) {
      const loss = losses.categoricalFocalCrossentropy({ alpha, fromLogits });
      const values = fromLogits ? [2, -1, 0.5, 1, 3, -2] : [0.2, 0.7, 0.1, 0.5, 0.3, 0.2];
      const [a, b] = [0, 1].map(() => tensor(values, [2, 3], { requiresGrad: true }));
      const [rows, labels] = [
        loss.call(tensor([0, 1, 0, 0, 0, 1], [2, 3]), a),
        loss.call(tensor([1, 2], [2], { dtype: "int32" }), b),
      ];
      sum(rows).backward();
      sum(labels).backward();
      for (const [x, y] of [
        [rows, labels],
        [a.grad!, b.grad!],
      ])
        // prettier-ignore
        for (const [i, value] of x.toTypedArray().entries()) expect(y.toTypedArray()[i]).toBeCloseTo(value, 5);
    }
  });

  it("focal over classes: certain and right or wrong, all is finite", () => {
    for (const [fromLogits, values] of [
      [false, [1, 0]],
      [true, [200, -200]],
    ] as const)
      // prettier-ignore
      for (const label of [0, 1])
        for (const target of [tensor([label], [1], { dtype: "int32" }), tensor([[1 - label, label]])]) {
          const prediction = tensor([[...values]], undefined, { requiresGrad: true });
          const got = losses.categoricalFocalCrossentropy({ gamma: 0.5, fromLogits }).call(target, prediction);
          sum(got).backward();
          expect([got.item(), ...prediction.grad!.toTypedArray()].every(Number.isFinite)).toBe(true);
        }
  });

  it("a network learns embeddings from triplets", async () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [3, 4] })], { seed: 1 });
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: losses.triplet() });
    const x = tensor(
      Float32Array.from({ length: 8 * 12 }, (_, i) => Math.sin(i * i)),
      [8, 3, 4],
    );
    const { history } = await model.fit(x, zeros([8, 3]), { epochs: 30 });
    expect(history.loss[29]).toBeLessThan(history.loss[0] / 2);
  });

  it("targets, options and outputs that do not fit are refused", () => {
    expect(() => losses.poisson().checkTargets(tensor([[-1]]), [1])).toThrow("poisson: a target is out of range; expected a count in [0, ∞), got -1 in sample 0."); // prettier-ignore
    expect(() => losses.contrastive().checkTargets(tensor([[2]]), [1])).toThrow(
      "contrastive: a target is out of range",
    );
    expect(() => losses.triplet().checkTargets(zeros([1]), [2, 4])).toThrow("triplet: the output is not one of triplets; expected [N, 3, D]: anchor, same kind, another kind, got [N, 2, 4]."); // prettier-ignore
    expect(() => losses.triplet({ margin: 0 })).toThrow(
      "triplet: margin is out of range; expected a number in (0, ∞), got 0.",
    );
    expect(() => losses.binaryFocalCrossentropy({ alpha: 2 })).toThrow("alpha is out of range");
    const { categoricalFocalCrossentropy } = losses;
    for (const alpha of [[], [1, -1], "0.25"] as unknown[])
      expect(() => categoricalFocalCrossentropy({ alpha: alpha as number[] })).toThrow(
        "categoricalFocalCrossentropy: alpha is out of range; expected a number in [0, ∞), or a list with one for each class, got",
      );
    const labels = tensor([0], [1], { dtype: "int32" });
    expect(() => categoricalFocalCrossentropy({ alpha: [1, 2] }).checkTargets(labels, [3])).toThrow(
      "categoricalFocalCrossentropy: alpha does not fit the output; expected 3 weights, one for each class, got [1, 2].",
    );
  });
});
