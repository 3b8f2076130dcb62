/** Constraints: Keras's formulas in float64, where they hold in a step, in a recording, and in files. */
import { describe, expect, it } from "vitest";
import { type Constraint, type Model, type Tensor, constraints, layers, loadModel, losses, mul, optimizers, record, sequential, tensor } from "../../src/index.js"; // prettier-ignore
import { constraintFrom } from "../../src/constraints/registry.js";
import { Random } from "../../src/tensor/random.js";
import "../support/engine.js";

const { maxNorm, minMaxNorm, nonNegative, unitNorm } = constraints;
const random = new Random(2);
const values = Array.from({ length: 12 }, () => 4 * random.uniform() - 2);

/** Keras's rule for norms over axis 0 of (4, 3), with `wanted` for each norm. */
const scaled = (wanted: (norm: number) => number): number[] => {
  const norms = [0, 1, 2].map((c) => Math.hypot(...[0, 1, 2, 3].map((r) => values[3 * r + c])));
  return values.map((w, i) => (w * wanted(norms[i % 3])) / (1e-7 + norms[i % 3]));
};
const within = (low: number, high: number, x: number): number => Math.min(high, Math.max(low, x));

const cases: [string, Constraint, number[]][] = [
  ["maxNorm", maxNorm(), scaled((norm) => Math.min(norm, 2))],
  ["maxNorm, 3", maxNorm({ maxValue: 3 }), scaled((norm) => Math.min(norm, 3))],
  ["unitNorm", unitNorm(), scaled(() => 1)],
  ["minMaxNorm", minMaxNorm({ minValue: 2.5, maxValue: 3 }), scaled((norm) => within(2.5, 3, norm))],
  ["minMaxNorm, ρ", minMaxNorm({ rate: 0.25 }), scaled((norm) => 0.25 * within(0, 1, norm) + 0.75 * norm)],
  ["nonNegative", nonNegative(), values.map((w) => w * Number(w >= 0))],
];

describe("the formulas are Keras's", () => {
  it.each(cases)("%s: within 1e-6 of float64", (_, constraint, expected) => {
    const got = constraint.constrain(tensor(values, [4, 3])).toTypedArray();
    for (const [i, value] of expected.entries()) expect(Math.abs(got[i] - value)).toBeLessThan(1e-6);
  });

  it.each(cases)("%s: its config makes it again", (_, { config }) => {
    expect(constraintFrom(JSON.parse(JSON.stringify(config))).config).toEqual(config);
  });

  it("norms of a convolution's kernel over [0, 1, 2]: one for each output", () => {
    const w = tensor(
      Array.from({ length: 2 * 2 * 3 * 2 }, () => random.uniform()),
      [2, 2, 3, 2],
    );
    const got = unitNorm({ axis: [0, 1, 2] })
      .constrain(w)
      .toTypedArray();
    for (const o of [0, 1]) expect(Math.hypot(...got.filter((_, i) => i % 2 === o))).toBeCloseTo(1, 6);
  });

  it("zeros stay zeros", () => {
    for (const [, constraint] of cases)
      expect([...constraint.constrain(tensor([0, 0], [2, 1])).toTypedArray()].every((w) => Math.abs(w) === 0)).toBe(
        true,
      );
  });
});

const x = tensor(
  Array.from({ length: 40 * 3 }, () => random.uniform()),
  [40, 3],
);
const y = tensor(
  Array.from({ length: 40 }, () => 5 * random.uniform() - 2),
  [40, 1],
);
const make = (options: Partial<layers.DenseOptions>, averageDecay?: number): Model => {
  const model = sequential([layers.dense({ units: 1, inputShape: [3], ...options })], { seed: 5 });
  const optimizer = optimizers.sgd({ learningRate: 0.5, momentum: 0.9 });
  model.compile({ optimizer, loss: losses.meanSquaredError(), ...(averageDecay !== undefined && { averageDecay }) });
  return model;
};
const kernelOf = (model: Model): number[] => [...model.weights[0].value.toTypedArray()];

describe("in training", () => {
  it("a kernel's norm is at most 0.5 and a bias is not negative after every step of fit, and without them they are", async () => {
    const given = { kernelConstraint: maxNorm({ maxValue: 0.5 }), biasConstraint: nonNegative() };
    const seen: boolean[] = [];
    for (const model of [make(given), make({})]) {
      const holds: boolean[] = [];
      const onBatchEnd = (): void => {
        holds.push(Math.hypot(...kernelOf(model)) <= 0.5 + 1e-6 && model.weights[1].value.toArray()[0 as never] >= 0);
      };
      await model.fit(x, y, { epochs: 4, batchSize: 8, callbacks: [{ onBatchEnd }] });
      expect(holds.length).toBe(20);
      seen.push(holds.every(Boolean));
    }
    expect(seen).toEqual([true, false]);
  });

  it("a step is the optimizer's, then the constraint: eager, recorded and in fit the same bits", async () => {
    const [fitted, eager, recorded, free] = [...[0, 1, 2].map(() => make({ kernelConstraint: unitNorm() })), make({})];
    await fitted.fit(x, y, { epochs: 3, batchSize: 40, shuffle: false });
    for (let i = 0; i < 3; i++) eager.trainOnBatch([x], [y]);
    const step = record(() => recorded.trainOnBatch([x], [y]));
    for (let i = 0; i < 2; i++) step.replay();
    expect(kernelOf(eager)).toEqual(kernelOf(fitted));
    expect(kernelOf(recorded)).toEqual(kernelOf(fitted));
    free.trainOnBatch([x], [y]);
    const once = make({ kernelConstraint: unitNorm() });
    once.trainOnBatch([x], [y]);
    expect(kernelOf(once)).toEqual([...unitNorm().constrain(free.weights[0].value).toTypedArray()]);
  });

  it("moving averages are of the constrained weights, and a frozen layer is left alone", async () => {
    const model = make({ kernelConstraint: nonNegative() }, 0.5);
    await model.fit(x, y, { epochs: 2, batchSize: 8 });
    const saved = await loadModel(await model.toBytes());
    expect(kernelOf(saved).every((w) => w >= 0)).toBe(true);
    const frozen = sequential([
      layers.dense({ units: 3, inputShape: [3], kernelConstraint: unitNorm() }),
      layers.dense({ units: 1 }),
    ]);
    frozen.layers[0].trainable = false;
    frozen.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError() });
    const before = kernelOf(frozen);
    await frozen.fit(x, y);
    expect(kernelOf(frozen)).toEqual(before);
  });

  it("every layer that takes regularizers takes constraints, and saves them", async () => {
    const kernelConstraint = maxNorm({ maxValue: 0.25 });
    const made = [
      layers.lstm({ units: 2, kernelConstraint, recurrentConstraint: maxNorm({ maxValue: 0.25 }), inputShape: [4, 3] }),
      layers.embedding({
        inputDim: 9,
        outputDim: 3,
        embeddingsConstraint: maxNorm({ maxValue: 0.25, axis: 1 }),
        inputShape: [4],
      }),
      layers.separableConv2d({
        filters: 2,
        kernelSize: 2,
        pointwiseConstraint: maxNorm({ maxValue: 0.25, axis: [0, 1, 2] }),
        inputShape: [3, 3, 2],
      }),
      layers.layerNormalization({ gammaConstraint: maxNorm({ maxValue: 0.25 }), inputShape: [4] }),
      layers.highway({ kernelConstraint, inputShape: [4] }),
    ];
    for (const layer of made) {
      const model = sequential([layer, layers.flatten(), layers.dense({ units: 1 })]);
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
      const vocabulary = layer.kind === "embedding" ? 9 : 2;
      const sample = layer.inputShape as readonly number[];
      const size = sample.reduce((a, b) => a * b, 6);
      const data = Float32Array.from({ length: size }, () => Math.floor(vocabulary * random.uniform()));
      const loaded = await loadModel(await model.toBytes({ checkpoint: true }));
      for (const each of [model, loaded]) {
        await each.fit(tensor(data, [6, ...sample]), tensor(data.slice(0, 6), [6, 1]), { shuffle: false });
        const [{ value }] = each.weights.filter(({ name }) => /kernel|Kernel|embed|gamma/.test(name)).slice(layer.kind === "separableConv2d" ? 1 : 0); // prettier-ignore
        const rows = value.shape.at(layer.kind === "embedding" ? 0 : -1)!;
        const flat = [...value.toTypedArray()];
        const norms = Array.from(
          { length: value.rank === 1 ? 1 : rows },
          (_, o) =>
          Math.hypot(...flat.filter((_, i) => (layer.kind === "embedding" ? Math.floor(i / 3) : value.rank === 1 ? 0 : i % rows) === o)), // prettier-ignore
        );
        expect(Math.max(...norms), layer.kind).toBeLessThan(0.2501);
      }
      expect(loaded.weights.map(({ value }) => [...value.toTypedArray()])).toEqual(
        model.weights.map(({ value }) => [...value.toTypedArray()]),
      );
    }
  });
});

describe("one's own, and what is refused", () => {
  class Halved implements Constraint {
    readonly config = { className: "halved" };
    constrain(w: Tensor): Tensor {
      return mul(w, 0.5);
    }
  }

  it("one's own holds in training and comes back by loadModel(…, { constraints })", async () => {
    const model = make({ kernelConstraint: new Halved() });
    const free = make({});
    model.trainOnBatch([x], [y]);
    free.trainOnBatch([x], [y]);
    expect(kernelOf(model)).toEqual(kernelOf(free).map((w) => w / 2));
    const bytes = await model.toBytes();
    await expect(loadModel(bytes)).rejects.toThrow(
      'loadModel: unknown kernelConstraint "halved"; expected the description of an initializer, a regularizer, a constraint or a layer. Give your own to loadModel(file, { functions, initializers, constraints, customLayers }), by name.',
    );
    const loaded = await loadModel(bytes, { constraints: { halved: () => new Halved() } });
    expect(loaded.layers[0].options.kernelConstraint).toEqual({ className: "halved" });
  });

  it("values that are none, and options out of range", () => {
    expect(() => layers.dense({ units: 1, kernelConstraint: maxNorm as never })).toThrow(
      "dense: not a valid kernelConstraint; expected for example constraints.maxNorm(), got function maxNorm. Call it: maxNorm(); your own is an object with constrain.",
    );
    expect(() => maxNorm({ maxValue: 0 })).toThrow(
      "maxNorm: maxValue is out of range; expected a number in (0, ∞), got 0.",
    );
    expect(() => minMaxNorm({ minValue: 2 })).toThrow(
      "minMaxNorm: minValue is above maxValue; expected minValue ≤ maxValue, got 2 and 1.",
    );
    expect(() => unitNorm({ axis: 0.5 })).toThrow(
      "unitNorm: axis has the wrong type; expected an axis or a list, got 0.5.",
    );
  });

  it("an axis that a parameter does not have, and one's own that gives another shape: by compile, before any step", () => {
    expect(() => make({ biasConstraint: unitNorm({ axis: 1 }) })).toThrow("sum: axis 1 is out of range");
    const wrong = { config: { className: "wrong" }, constrain: () => tensor([1]) };
    expect(() => make({ kernelConstraint: wrong })).toThrow(
      "assign: the values do not fit; expected Tensor(3, 1), got Tensor(1).",
    );
  });
});
