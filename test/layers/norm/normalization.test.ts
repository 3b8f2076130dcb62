/** Layers that normalise: training and prediction against float64, moving averages, freezing, checkpoints, files, bad input. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../../src/config.js";
import { ShapeError, UsageError } from "../../../src/errors.js";
import { constant, ones } from "../../../src/initializers/index.js";
import {
  activation,
  batchNormalization,
  dense,
  groupNormalization,
  highway,
  input,
  layerNormalization,
} from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { layerFrom } from "../../../src/layers/registry.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { groupNorm, layerNorm } from "../../../src/ops/index.js";
import { sgd } from "../../../src/optimizers/index.js";
import { l1l2 } from "../../../src/regularizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import { expectClose } from "../../support/compare.js";
import "../../support/engine.js";
import { expectSameWeights, normals, stopAfterBatch, weightsOf } from "../../models/networks.js";
import { run } from "../calls.js";

const bound = { relative: 1e-5, absolute: 1e-5 };

/** Mean and variance of each of C columns. */
function moments(values: ArrayLike<number>, C: number): { mean: number; variance: number }[] {
  return Array.from({ length: C }, (_, c) => {
    const column = Array.from(values).filter((_value, i) => i % C === c);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    return { mean, variance: column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length };
  });
}

describe("batchNormalization", () => {
  it("takes the batch's statistics in training, and moves the moving ones by 1 − momentum", () => {
    const model = sequential([batchNormalization({ momentum: 0.75, inputShape: [2, 3] })]);
    const x = normals(1, [5, 2, 3]);
    const want = moments(x.toTypedArray(), 3);
    const [y] = model.call([x], { training: true });
    const hat = Float64Array.from(x.toTypedArray(), (value, i) => {
      return (value - want[i % 3].mean) / Math.sqrt(want[i % 3].variance + 1e-3);
    });
    expectClose("training", y.toTypedArray(), hat, y.shape, bound);
    const { movingMean, movingVariance } = byName(model);
    expectClose(
      "movingMean",
      movingMean,
      Float64Array.from(want, ({ mean }) => 0.25 * mean),
      [3],
      bound,
    );
    expectClose("movingVariance", movingVariance, Float64Array.from(want, ({ variance }) => 0.75 + 0.25 * variance), [3], bound); // prettier-ignore
    const [predicted] = model.call([x]);
    const given = Float64Array.from(x.toTypedArray(), (value, i) => {
      return (value - movingMean[i % 3]) / Math.sqrt(movingVariance[i % 3] + 1e-3);
    });
    expectClose("prediction", predicted.toTypedArray(), given, y.shape, bound);
    expect(byName(model)).toEqual({ ...byName(model), movingMean, movingVariance });
  });

  it("uses the moving statistics where it is frozen, and leaves them", () => {
    const layer = batchNormalization({ inputShape: [3] });
    layer.trainable = false;
    const model = sequential([layer]);
    const before = weightsOf(model);
    const x = normals(2, [4, 3]);
    const [y] = model.call([x], { training: true });
    const root = Math.sqrt(1 + 1e-3);
    expectClose(
      "frozen",
      y.toTypedArray(),
      Float64Array.from(x.toTypedArray(), (value) => value / root),
      y.shape,
      bound,
    );
    expect(weightsOf(model)).toEqual(before);
  });

  it("has gradients for γ, β and x, and none for the moving statistics", async () => {
    const model = sequential([dense({ units: 4, inputShape: [3] }), batchNormalization(), dense({ units: 1 })]);
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
    const before = weightsOf(model);
    const { history } = await model.fit(normals(3, [32, 3]), normals(4, [32, 1]), { epochs: 30, batchSize: 8 });
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0]);
    for (const [name, values] of Object.entries(weightsOf(model))) {
      if (name === "dense_1/bias") continue; // the mean takes it away again
      expect(values, name).not.toEqual(before[name]);
    }
  });

  it.each(["relu", "tanh"] as const)(
    "with activation %s trains to the bits of a layer of its own after it",
    async (name) => {
      const train = async (after: readonly Layer[], own: typeof name | "linear"): Promise<Model> => {
        const first = dense({ units: 19, inputShape: [3] });
        const model = sequential([first, batchNormalization({ activation: own }), ...after, dense({ units: 1 })]);
        model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
        await model.fit(normals(3, [40, 3]), normals(4, [40, 1]), { epochs: 3, batchSize: 8 });
        return model;
      };
      const [own, after] = [await train([], name), await train([activation({ activation: name })], "linear")];
      expectSameWeights(own, after);
      const x = normals(7, [5, 3]);
      const outputs = [own, after].map((model) => [...model.call([x])[0].toTypedArray()]);
      expect(outputs[0]).toEqual(outputs[1]);
      expect(() => batchNormalization({ activation: "sinus" as "relu" })).toThrow(
        "batchNormalization: unknown activation; expected linear, relu",
      );
    },
  );

  it("resumes bit for bit from a checkpoint in the middle of an epoch, moving statistics included", async () => {
    const make = (): Model => {
      const model = sequential([dense({ units: 4, inputShape: [3] }), batchNormalization(), dense({ units: 1 })]);
      model.compile({ optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }), loss: meanSquaredError() });
      return model;
    };
    const [x, y] = [normals(5, [40, 3]), normals(6, [40, 1])];
    const whole = make();
    await whole.fit(x, y, { epochs: 3, batchSize: 8 });
    const part = make();
    await part.fit(x, y, { epochs: 3, batchSize: 8, callbacks: [stopAfterBatch(2)] });
    const resumed = await loadModel(await part.toBytes({ checkpoint: true }));
    await resumed.fit(x, y, { epochs: 3, batchSize: 8, resume: true });
    expectSameWeights(resumed, whole);
  });

  it("says in training that a batch of one sample has no variance, and predicts it", async () => {
    const model = sequential([batchNormalization({ inputShape: [3] }), dense({ units: 1 })]);
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
    await expect(model.fit(normals(7, [9, 3]), normals(8, [9, 1]), { batchSize: 4 })).rejects.toThrow(
      new ShapeError(
        "batchNormalization: one value has no variance to train with; expected 2 or more values in each channel in every batch, got 1 in a batch of 1. " +
          "Choose a batchSize that leaves 2 samples or more for the last batch of an epoch, leave out a sample, or freeze the layer.",
      ),
    );
    expect((await model.predict(normals(9, [1, 3]))).shape).toEqual([1, 1]);
  });
});

/** The weights of a model of one layer, without the layer's name. */
function byName(model: Model): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(weightsOf(model)).map(([name, values]) => [name.split("/")[1], values]));
}

describe("layerNormalization and groupNormalization", () => {
  it.each<[Layer, Shape, number]>([
    [layerNormalization(), [4, 3, 5], 1],
    [layerNormalization({ axis: [1, 2] }), [4, 3, 5], 2],
    [layerNormalization({ axis: [-1, -2, -3], epsilon: 0.1 }), [2, 3, 2, 4], 3],
  ])("layer %#: the op over the last axes, the same in training", (layer, shape, axes) => {
    const { inputs, parameters, output } = run(layer, [shape], { training: true });
    const [gamma, beta] = parameters.map((p) => tensor(Float32Array.from(p.values), p.shape));
    expect(parameters.map((p) => p.shape)).toEqual([shape.slice(-axes), shape.slice(-axes)]);
    const epsilon = layer.options["epsilon"] as number;
    const want = layerNorm(tensor(Float32Array.from(inputs[0].values), shape), { axes, gamma, beta, epsilon });
    expect([...output.toTypedArray()]).toEqual([...want.toTypedArray()]);
  });

  it("group: the op, with γ and β by channel", () => {
    const { inputs, parameters, output } = run(groupNormalization({ groups: 3 }), [[4, 3, 6]]);
    const [gamma, beta] = parameters.map((p) => tensor(Float32Array.from(p.values), p.shape));
    const want = groupNorm(tensor(Float32Array.from(inputs[0].values), [4, 3, 6]), 3, { gamma, beta });
    expect([...output.toTypedArray()]).toEqual([...want.toTypedArray()]);
  });
});

describe("highway", () => {
  it("y = t h + (1 − t) x", () => {
    const { inputs, parameters, output } = run(highway({ activation: "tanh" }), [[3, 5]]);
    const [kernel, bias, gateKernel, gateBias] = parameters.map(({ values }) => values);
    const product = (row: number, w: Float64Array, b: Float64Array, o: number): number =>
      [0, 1, 2, 3, 4].reduce((sum, i) => sum + inputs[0].values[5 * row + i] * w[5 * i + o], b[o]);
    const want = inputs[0].values.map((x, at) => {
      const [row, o] = [Math.floor(at / 5), at % 5];
      const h = Math.tanh(product(row, kernel, bias, o));
      const t = 1 / (1 + Math.exp(-product(row, gateKernel, gateBias, o)));
      return t * h + (1 - t) * x;
    });
    expectClose("highway", output.toTypedArray(), want, [3, 5], bound);
  });

  it("lets its input pass at first: the gate's bias begins at −2", () => {
    const model = sequential([highway({ inputShape: [4] })]);
    expect([...weightsOf(model)["highway_1/gateBias"]]).toEqual([-2, -2, -2, -2]);
  });
});

describe("files and bad input", () => {
  it.each<[Layer]>([
    [batchNormalization()],
    [
      batchNormalization({
        momentum: 0.9,
        epsilon: 1e-5,
        center: false,
        gammaInitializer: constant({ value: 0.5 }),
        gammaRegularizer: l1l2({ l2: 0.1 }),
        movingMeanInitializer: ones(),
        name: "norm",
      }),
    ],
    [layerNormalization({ axis: [1, 2], scale: false, inputShape: [2, 3] })],
    [groupNormalization({ groups: 4, betaRegularizer: l1l2({ l1: 0.1 }) })],
    [highway({ activation: "tanh", gateBiasInitializer: constant({ value: -1 }) })],
  ])("$kind %# comes back from its configuration as JSON", (layer) => {
    const config = JSON.parse(JSON.stringify(layer.config)) as Config;
    expect(layerFrom(config).config).toEqual(config);
  });

  it("without center and scale there are only the moving statistics", () => {
    const model = sequential([batchNormalization({ center: false, scale: false, inputShape: [4] })]);
    expect(Object.keys(byName(model))).toEqual(["movingMean", "movingVariance"]);
    const [y] = model.call([normals(1, [3, 4])], { training: true });
    expect(sizeOf(y.shape)).toBe(12);
  });

  it.each<[() => unknown, abstract new () => Error, string]>([
    [
      () => batchNormalization({ momentum: 1.5 }),
      UsageError,
      "batchNormalization: momentum is out of range; expected a number in [0, 1], got 1.5.",
    ],
    [
      () => layerNormalization({ epsilon: 0 }),
      UsageError,
      "layerNormalization: epsilon is out of range; expected a number in (0, ∞), got 0.",
    ],
    [
      () => layerNormalization({ axis: 0 }),
      UsageError,
      "layerNormalization: axis is out of range; expected integers other than 0 (the batch axis), got 0.",
    ],
    [
      () => layerNormalization({ axis: 1 }).apply(input({ shape: [2, 3] })),
      ShapeError,
      "layerNormalization: only the last axes can be normalised; expected the last axes of x [N, 2, 3], got 1.",
    ],
    [
      () => groupNormalization({ groups: 4 }).apply(input({ shape: [2, 6] })),
      UsageError,
      "groupNormalization: groups do not divide the channels; expected a divisor of C = 6, got 4.",
    ],
    [
      () => batchNormalization().apply(input({ shape: [] })),
      ShapeError,
      "batchNormalization: the input has no channel axis; expected [N, …, C], got [N].",
    ],
    [
      () => highway().apply(input({ shape: [] })),
      ShapeError,
      "highway: the input has no feature axis; expected [N, …, F], got [N].",
    ],
    [
      () => batchNormalization({ centre: false } as never),
      UsageError,
      /^batchNormalization: unknown option; expected epsilon, center, scale, .* got "centre"\.$/ as never,
    ],
  ])("case %#", (call, error, text) => {
    expect(call).toThrow(error);
    expect(call).toThrow(text);
  });
});
