/** sparseCategoricalCrossentropy with labels that do not count, and weights of steps: against plain loops in float64. */
import { describe, expect, it } from "vitest";
import {
  type Model,
  layers,
  losses,
  metrics,
  optimizers,
  reshape,
  sequential,
  softmaxCrossEntropy,
  tensor,
  weightedMean,
} from "../../src/index.js";
import { lossFrom } from "../../src/losses/registry.js";
import "../support/engine.js";

const [N, T, C] = [5, 4, 3];
const x = tensor(
  Float32Array.from({ length: N * T * 2 }, (_, i) => Math.sin(i)),
  [N, T, 2],
);
const labels = Array.from({ length: N }, (_, n) =>
  Array.from({ length: T }, (_, t) => ((n + t) % 4 === 3 ? -1 : (n * t) % 3)),
);
const weights = Array.from({ length: N }, (_, n) => Array.from({ length: T }, (_, t) => ((2 * n + t) % 4) / 2));

function compiled(loss = losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: -1 })): Model {
  const model = sequential([layers.dense({ units: C, inputShape: [T, 2] })], { seed: 1 });
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.5 }), loss, metrics: [metrics.accuracy()] });
  return model;
}

/** −ln p of each place, and whether it is right, in float64. */
async function places(model: Model): Promise<{ losses: number[][]; right: boolean[][] }> {
  const logits = (await model.predict(x)).toArray() as number[][][];
  const each = logits.map((rows, n) =>
    rows.map((z, t) => {
      const label = Math.max(labels[n][t], 0);
      return {
        loss: Math.log(z.reduce((sum, v) => sum + Math.exp(v), 0)) - z[label],
        right: z.indexOf(Math.max(...z)) === label,
      };
    }),
  );
  return {
    losses: each.map((row) => row.map(({ loss }) => loss)),
    right: each.map((row) => row.map(({ right }) => right)),
  };
}
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
const counted = labels.flat().map((label) => (label === -1 ? 0 : 1));

describe("ignoreClass", () => {
  it("loss and accuracy are means over the labels that count, whatever the batch size", async () => {
    const model = compiled();
    const { losses: each, right } = await places(model);
    for (const batchSize of [5, 2]) {
      const logs = await model.evaluate(x, labels, { batchSize });
      expect(logs.loss).toBeCloseTo(sum(each.flat().map((l, i) => l * counted[i])) / sum(counted), 5);
      expect(logs.accuracy).toBeCloseTo(sum(right.flat().map((r, i) => Number(r) * counted[i])) / sum(counted), 6);
    }
  });

  it("a step is the step of a mean over the labels that count, and what is ignored has no gradient", async () => {
    const model = compiled();
    const wanted = compiled();
    await model.fit(x, labels, { batchSize: N });
    const [z] = wanted.call([x], { training: true });
    const flat = tensor(
      Int32Array.from(labels.flat(), (label) => Math.max(label, 0)),
      [N, T],
    );
    const scale = tensor(Float32Array.from(counted, (one) => (one * N * T) / sum(counted)));
    weightedMean(reshape(softmaxCrossEntropy(z, flat), [N * T]), scale).backward();
    for (const [i, { value }] of wanted.weights.entries()) {
      value.subAssign(value.grad!, 0.5);
      const got = model.weights[i].value.toTypedArray();
      value.toTypedArray().forEach((w, k) => expect(got[k]).toBeCloseTo(w, 6));
    }
  });

  it("works on (N) labels, on images, and where none counts", async () => {
    const flat = sequential([layers.dense({ units: C, inputShape: [2] })], { seed: 1 });
    const image = sequential([layers.dense({ units: C, inputShape: [2, 3, 2] })], { seed: 1 });
    for (const [model, shape] of [
      [flat, []],
      [image, [2, 3]],
    ] as [Model, number[]][]) {
      model.compile({
        optimizer: optimizers.sgd(),
        loss: losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: 7 }),
      });
      const n = shape.reduce((a, b) => a * b, 3);
      const inputs = tensor(
        Float32Array.from({ length: n * 2 }, (_, i) => Math.cos(i)),
        [3, ...shape, 2],
      );
      const some = tensor(
        Int32Array.from({ length: n }, (_, i) => [7, 0, 2][i % 3]),
        [3, ...shape],
      );
      const none = tensor(new Int32Array(n).fill(7), [3, ...shape]);
      const { history } = await model.fit(inputs, some, { epochs: 3 });
      expect(history.loss[2]).toBeLessThan(history.loss[0]);
      expect((await model.evaluate(inputs, none)).loss).toBe(0);
    }
  });

  it("a mask and ignored labels leave out what either does", async () => {
    const model = compiled();
    const mask = labels.map((row, n) => row.map((_, t) => (t > n % 3 ? 0 : 1)));
    const masked = labels.map((row, n) => row.map((label, t) => (mask[n][t] ? label : -1)));
    const [a, b] = [await model.evaluate(x, labels, { mask }), await model.evaluate(x, masked)];
    expect(a.loss).toBeCloseTo(b.loss, 6);
    expect(a.accuracy).toBe(b.accuracy);
  });

  it("without ignoreClass is categoricalCrossentropy, to the bit", async () => {
    const all = labels.map((row) => row.map((label) => Math.max(label, 0)));
    const [a, b] = [
      losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      losses.categoricalCrossentropy({ fromLogits: true }),
    ].map(compiled);
    expect((await a.fit(x, all, { epochs: 2 })).history).toEqual((await b.fit(x, all, { epochs: 2 })).history);
  });

  it("its config makes it again; labels out of range and rows of probabilities are refused", async () => {
    const loss = losses.sparseCategoricalCrossentropy({ ignoreClass: 255 });
    expect(lossFrom(JSON.parse(JSON.stringify(loss.config))).config).toEqual({ className: "sparseCategoricalCrossentropy", fromLogits: false, ignoreClass: 255 }); // prettier-ignore
    const model = compiled();
    await expect(model.fit(x, labels.map((row) => row.map(() => 3)))).rejects.toThrow("sparseCategoricalCrossentropy: a target is out of range; expected a label in 0 … 2, or ignoreClass -1, got 3 in sample 0."); // prettier-ignore
    await expect(model.fit(x, labels.map((row) => row.map(() => [1, 0, 0])))).rejects.toThrow("the targets are no labels; expected int32 labels, got float32 [5, 4, 3]."); // prettier-ignore
    expect(() => losses.sparseCategoricalCrossentropy({ ignoreClass: 0.5 })).toThrow("ignoreClass is out of range");
  });
});

describe("weights of steps", () => {
  it.each(["nested lists", "a tensor"])("as %s weigh loss and metrics step by step", async (form) => {
    const model = compiled(losses.categoricalCrossentropy({ fromLogits: true }));
    const all = labels.map((row) => row.map((label) => Math.max(label, 0)));
    const { losses: each, right } = await places(model);
    const sampleWeight = form === "a tensor" ? tensor(weights) : weights;
    const w = weights.flat();
    const logs = await model.evaluate(x, all, { batchSize: 2, sampleWeight });
    expect(logs.loss).toBeCloseTo(sum(each.flat().map((l, i) => l * w[i])) / (N * T), 5);
    expect(logs.accuracy).toBeCloseTo(sum(right.flat().map((r, i) => Number(r) * w[i])) / sum(w), 5);
    const { history } = await model.fit(x, all, { batchSize: N, sampleWeight });
    expect(history.loss[0]).toBeCloseTo(logs.loss, 5);
  });

  it("together with ignored labels and a mask, divide by the steps that count", async () => {
    const model = compiled();
    const { losses: each } = await places(model);
    const w = weights.flat();
    const { loss } = await model.evaluate(x, labels, { sampleWeight: weights });
    expect(loss).toBeCloseTo(sum(each.flat().map((l, i) => l * w[i] * counted[i])) / sum(counted), 5);
    const ones = labels.map((row) => row.map(() => 1));
    expect((await model.evaluate(x, labels, { sampleWeight: weights, mask: ones })).loss).toBeCloseTo(loss, 6);
  });

  it("of other shapes, uneven or below 0 are refused", async () => {
    const model = compiled();
    const fit = (sampleWeight: unknown): Promise<unknown> =>
      model.fit(x, labels, { sampleWeight: sampleWeight as number[][] });
    await expect(fit(weights.map((row) => row.slice(1)))).rejects.toThrow("fit: sampleWeight does not fit the outputs; expected [N] = [5], or [N, T] for outputs [N, T, …], got [5, 3] for outputs [[4, 3]]."); // prettier-ignore
    await expect(fit([[1], [1, 2]])).rejects.toThrow("got rows of different lengths");
    await expect(fit(weights.map((row) => row.map(() => -1)))).rejects.toThrow("sampleWeight 0 is out of range; expected a number in [0, ∞), got -1."); // prettier-ignore
  });
});
