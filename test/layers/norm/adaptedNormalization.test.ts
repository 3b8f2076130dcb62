/** layers.normalization: statistics of data against plain loops, given ones, saving, and what does not fit. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../../src/errors.js";
import {
  asLayer,
  layers,
  loadModel,
  losses,
  optimizers,
  sequential,
  sum,
  tensor,
  type Layer,
  type Shape,
} from "../../../src/index.js";
import "../../support/engine.js";

type Options = Parameters<typeof layers.normalization>[0];

const outputs = async (layer: Layer, x: Parameters<ReturnType<typeof sequential>["predict"]>[0]): Promise<number[]> => [
  ...(await sequential([layer]).predict(x)).toTypedArray(),
];

/** Features by the axes of the option, then z-scores, in float64. */
function normalized(x: ArrayLike<number>, shape: Shape, kept: readonly number[]): number[] {
  const keyOf = (i: number): string => {
    const index: number[] = [];
    for (let d = shape.length - 1, rest = i; d >= 0; d--) {
      index[d] = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
    }
    return kept.map((axis) => index[axis]).join();
  };
  const groups = new Map<string, number[]>();
  for (let i = 0; i < x.length; i++) groups.set(keyOf(i), [...(groups.get(keyOf(i)) ?? []), x[i]]);
  return Array.from(x, (value, i) => {
    const group = groups.get(keyOf(i))!;
    const mean = group.reduce((a, b) => a + b) / group.length;
    const variance = group.reduce((sum, one) => sum + (one - mean) ** 2, 0) / group.length;
    return (value - mean) / Math.max(Math.sqrt(variance), 1e-7);
  });
}

describe("adapt", () => {
  const shape = [6, 3, 4];
  const values = Float32Array.from({ length: 72 }, (_, i) => 5 + Math.sin(i * 1.7) * (1 + (i % 4)));
  it.each<[Options, number[]]>([
    [{}, [2]],
    [{ axis: -1 }, [2]],
    [{ axis: 1 }, [1]],
    [{ axis: [1, 2] }, [1, 2]],
    [{ axis: [-1, -2] }, [1, 2]],
    [{ axis: null }, []],
  ])("%o: mean 0 and variance 1 for each feature, within 1e-5 of plain loops", async (options, kept) => {
    const x = tensor(values, shape);
    const layer = layers.normalization(options);
    layer.adapt(x);
    const y = await outputs(layer, x);
    const expected = normalized(values, shape, kept);
    for (const [i, one] of y.entries()) expect(Math.abs(one - expected[i])).toBeLessThan(1e-5);
  });

  it("takes nested arrays, bytes as fractions of 255, and typed arrays where the shape is known", async () => {
    const rows = [[0, 10], [255, 30]]; // prettier-ignore
    const [nested, bytes, typed] = [
      layers.normalization(),
      layers.normalization(),
      layers.normalization({ inputShape: [2] }),
    ];
    nested.adapt(rows);
    bytes.adapt(tensor(Uint8Array.from(rows.flat()), [2, 2]));
    typed.adapt(Float32Array.from(rows.flat()));
    expect(await outputs(nested, rows)).toEqual([-1, -1, 1, 1]);
    expect(await outputs(typed, rows)).toEqual([-1, -1, 1, 1]);
    const seen = await outputs(bytes, tensor(Uint8Array.from(rows.flat()), [2, 2]));
    for (const [i, one] of [-1, -1, 1, 1].entries()) expect(seen[i]).toBeCloseTo(one, 5);
  });

  it("a feature that is constant becomes 0 there, and what it is off elsewhere", async () => {
    const layer = layers.normalization();
    layer.adapt([[0.1, 1], [0.1, 3]]); // prettier-ignore
    expect(await outputs(layer, [[0.1, 2], [1.1, 2]])).toEqual([0, 0, 1, 0]); // prettier-ignore
  });

  it("years keep their differences: 2001 … 2004 have the deviation of 1 … 4", async () => {
    const layer = layers.normalization();
    layer.adapt([[2001], [2002], [2003], [2004]]);
    const y = await outputs(layer, [[2001], [2004]]);
    expect(y[1]).toBeCloseTo(1.5 / Math.sqrt(1.25), 5);
    expect(y[0]).toBe(-y[1]);
  });

  it("may come after the model was made and trained, and again", async () => {
    const layer = layers.normalization();
    const model = sequential([layer, layers.dense({ units: 1, useBias: false })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
    const data = { x: [[1], [3]], y: [[0], [1]] };
    model.build([1]);
    layer.adapt([[0], [1]]);
    await model.fit(data);
    const before = (await model.predict([[3]])).item();
    layer.adapt(data.x);
    layer.adapt(Float32Array.of(0, 8, 0, 8));
    await model.fit(data, { epochs: 2 });
    expect(model.weights.slice(0, 2).map(({ value, name }) => [name, value.toArray()])).toEqual([
      ["normalization_1/mean", [4]],
      ["normalization_1/variance", [16]],
    ]);
    expect((await model.predict([[3]])).item()).not.toBe(before);
  });
});

describe("mean and variance as options", () => {
  it("for each feature, or one for all", async () => {
    expect(await outputs(layers.normalization({ mean: [1, 2], variance: [4, 1] }), [[3, 3]])).toEqual([1, 1]);
    expect(await outputs(layers.normalization({ mean: 1, variance: 4 }), [[3, 5]])).toEqual([1, 2]);
  });

  it("invert gives back what was normalised", async () => {
    const given = { mean: [1, 2], variance: [4, 9] };
    expect(await outputs(layers.normalization({ ...given, invert: true }), [[1, 1]])).toEqual([3, 5]);
  });

  it("a variance of 0 divides by 1e-7", async () => {
    expect((await outputs(layers.normalization({ mean: 0, variance: 0 }), [[1]]))[0]).toBeCloseTo(1e7, -1);
  });
});

it("gradients go through it: the deviation divides them", () => {
  const model = sequential([layers.normalization({ inputShape: [2], mean: 0, variance: [4, 16] })]);
  const x = tensor([[1, 1]], undefined, { requiresGrad: true });
  const [y] = model.call([x]);
  sum(y).backward();
  expect(x.grad!.toArray()).toEqual([[0.5, 0.25]]);
});

it("what adapt took is saved with the model, options too; training leaves it as it is", async () => {
  const layer = layers.normalization({ axis: -1 });
  layer.adapt([[0, 1], [2, 5]]); // prettier-ignore
  const model = sequential([
    layer,
    layers.normalization({ mean: [0, 0], variance: [1, 4], invert: true }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: optimizers.adam(), loss: losses.meanSquaredError() });
  await model.fit([[0, 1], [2, 5]], [[0], [1]], { epochs: 3 }); // prettier-ignore
  const loaded = await loadModel(await model.toBytes());
  expect(loaded.weights.slice(0, 4).map(({ value }) => value.toArray())).toEqual([[1, 3], [1, 4], [0, 0], [1, 4]]); // prettier-ignore
  expect(loaded.layers.map((one) => one.config)).toEqual(model.layers.map((one) => one.config));
  expect((await loaded.predict([[7, 7]])).item()).toBe((await model.predict([[7, 7]])).item());
});

describe("is refused", () => {
  it.each<[Options, string]>([
    [{ axis: 0 }, "normalization: axis out of range; expected integers other than 0, the batch, or null, got 0."],
    [{ axis: [] }, "axis out of range"],
    [{ mean: 1 }, "normalization: mean and variance go together; expected both or neither, got mean alone."],
    [{ variance: 1 }, "got variance alone."],
    [{ mean: 1, variance: -1 }, "normalization: variance is out of range; expected numbers ≥ 0, got -1."],
    [{ mean: ["a"] as never, variance: 1 }, "mean is out of range"],
    [{ mean: NaN, variance: 1 }, "mean is out of range"],
    [{ epsilon: 1 } as never, "unknown option"],
  ])("%o", (options, text) => {
    expect(() => layers.normalization(options)).toThrow(UsageError);
    expect(() => layers.normalization(options)).toThrow(text);
  });

  it.each<[string, () => unknown, string]>([
    ["an axis that x does not have", () => sequential([layers.normalization({ axis: 3, inputShape: [2] })]), "normalization"],
    ["the batch from the end", () => sequential([layers.normalization({ axis: -2, inputShape: [2] })]), "normalization: axis out of range; expected an axis other than the batch, got -2 for x [N, 2]."],
    ["other numbers of means than features", () => sequential([layers.normalization({ mean: [1], variance: [1], inputShape: [2] })]), "normalization: number of values of mean differs; expected 2 for features [2], got 1."],
    ["another input than adapt was given", () => { const layer = layers.normalization({ inputShape: [3] }); layer.adapt([[1, 2]]); sequential([layer]); }, "the input has other features than the data of adapt; expected [2], as adapt was given, got [3]."],
    ["data of another shape than the model", () => { const layer = layers.normalization({ inputShape: [3] }); sequential([layer]); layer.adapt([[1, 2]]); }, "normalization.adapt: the data do not fit the layer; expected [N, 3], got [1, 2]."],
    ["half a row", () => { layers.normalization({ inputShape: [2] }).adapt(new Float32Array(3)); }, "normalization.adapt: the data do not fit the layer"],
    ["a typed array of unknown shape", () => { layers.normalization().adapt(new Float32Array(3)); }, "normalization.adapt: the shape of a sample is not known yet; got Float32Array. Give a tensor, or inputShape."],
    ["NaN", () => { layers.normalization().adapt([[1], [NaN]]); }, "normalization.adapt: x has a value that is not finite; expected finite numbers, got NaN in sample 1."],
    ["a variance beyond float32", () => { layers.normalization().adapt([[1e20], [3e20]]); }, "normalization.adapt: x has values that are too far apart; expected deviations below 1.8e19, got a variance beyond float32."],
    ["no samples", () => { layers.normalization().adapt([]); }, "normalization.adapt"],
  ])("%s", (_, act, text) => {
    expect(act).toThrow(ShapeError);
    expect(act).toThrow(text);
  }); // prettier-ignore

  it("adapt where mean and variance are given", () => {
    expect(() => { layers.normalization({ mean: 1, variance: 1 }).adapt([[1]]); }).toThrow(UsageError); // prettier-ignore
  });
});

it("adapt takes (N) samples of one number, as fit does", async () => {
  const layer = layers.normalization({ inputShape: [1] });
  layer.adapt([1, 3]);
  expect(await outputs(layer, [1, 3])).toEqual([-1, 1]);
});

describe("a layer that was never adapted", () => {
  const wrong =
    'normalization "scale": mean and variance are not known yet. Call adapt(x) of the layer with the training data, or give it mean and variance.';
  const rows = [[1, 2], [3, 4]]; // prettier-ignore
  const blank = () => layers.normalization({ inputShape: [2], name: "scale" });
  const compiled = (layer: Layer) => {
    const model = sequential([layer, layers.dense({ units: 1 })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
    return model;
  };

  it("fit, evaluate, predict, call and trainOnBatch refuse, each time; after adapt they do not", async () => {
    const layer = blank();
    const model = compiled(layer);
    for (let i = 0; i < 2; i++) {
      await expect(model.fit(rows, [1, 2])).rejects.toThrow(wrong);
      await expect(model.evaluate(rows, [1, 2])).rejects.toThrow(wrong);
      await expect(model.predict(rows)).rejects.toThrow(wrong);
      expect(() => model.call([tensor(rows)])).toThrow(wrong);
      expect(() => model.trainOnBatch([tensor(rows)], [tensor([[1], [2]])])).toThrow(wrong);
    }
    layer.adapt(rows);
    await model.fit(rows, [1, 2]);
  });

  it("inside another model, and inside timeDistributed", async () => {
    const inner = sequential([blank()], { name: "inner" });
    await expect(compiled(asLayer(inner)).fit(rows, [1, 2])).rejects.toThrow(wrong);
    const steps = sequential([layers.timeDistributed({ layer: blank(), inputShape: [1, 2] })]);
    await expect(steps.predict([rows.slice(0, 1)])).rejects.toThrow(wrong);
  });

  it("with mean and variance in the options, from a file, and with weights of a file it computes", async () => {
    const known = layers.normalization({ inputShape: [2], name: "scale", mean: 0, variance: 1 });
    expect(await outputs(known, rows)).toEqual([1, 2, 3, 4]);
    const adapted = blank();
    adapted.adapt(rows);
    const model = sequential([adapted]);
    const bytes = await model.toBytes();
    expect([...(await (await loadModel(bytes)).predict(rows)).toTypedArray()]).toEqual([-1, -1, 1, 1]);
    const fresh = sequential([blank()]);
    await fresh.loadWeights(bytes);
    expect([...(await fresh.predict(rows)).toTypedArray()]).toEqual([-1, -1, 1, 1]);
  });

  it("refuses after it was saved and loaded, too; mean 0 and variance 1 in a file are known", async () => {
    const loaded = await loadModel(await sequential([blank()]).toBytes());
    await expect(loaded.predict(rows)).rejects.toThrow(wrong);
    const known = sequential([layers.normalization({ inputShape: [2], name: "scale", mean: 0, variance: 1 })]);
    await loaded.loadWeights(await known.toBytes());
    expect([...(await loaded.predict(rows)).toTypedArray()]).toEqual([1, 2, 3, 4]);
  });

  it("data that are on one scale already are data: adapt with mean 0 and variance 1", async () => {
    const layer = blank();
    layer.adapt([[-1, -1], [1, 1]]); // prettier-ignore
    expect(await outputs(layer, rows)).toEqual([1, 2, 3, 4]);
  });
});
