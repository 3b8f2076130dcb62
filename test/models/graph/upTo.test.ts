/** upTo: the output of an inner layer as a model; inputGradients: what a prediction hangs on. */
import { describe, expect, it } from "vitest";
import {
  type Model,
  type Tensor,
  inputGradients,
  layers,
  loadModel,
  losses,
  model as graphModel,
  optimizers,
  sequential,
  slice,
  sum,
  tensor,
  upTo,
} from "../../../src/index.js";
import "../../support/engine.js";

const make = (): Model =>
  sequential(
    [
      layers.dense({ units: 5, activation: "tanh", inputShape: [4] }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 3 }),
    ],
    { name: "whole", seed: 7 },
  );
const x = tensor(
  Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
  [6, 4],
);

describe("upTo", () => {
  it("gives what the layer gives, with the weights of the model, trained ones too", async () => {
    const model = make();
    const inner = upTo(model, "dense_1");
    expect([inner.name, inner.seed]).toEqual([model.name, model.seed]);
    expect(inner.weights.map(({ value }) => value)).toEqual(model.weights.slice(0, 2).map(({ value }) => value));
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.5 }), loss: losses.meanSquaredError() });
    await model.fit(x, tensor(new Float32Array(18).fill(1), [6, 3]), { epochs: 3 });
    const [kernel, bias] = model.weights.map(({ value }) => value.toTypedArray());
    const wanted = Float64Array.from({ length: 30 }, (_, at) => {
      const [n, o] = [Math.floor(at / 5), at % 5];
      return Math.tanh(bias[o] + Array.from({ length: 4 }, (_, i) => Math.sin(n * 4 + i) * kernel[i * 5 + o]).reduce((a, b) => a + b, 0)); // prettier-ignore
    });
    const got = (await inner.predict(x)).toTypedArray();
    wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 5));
    expect((await upTo(model, "dense_2").predict(x)).toArray()).toEqual((await model.predict(x)).toArray());
  });

  it("of a loaded model outlives it, and takes only the inputs that it needs", async () => {
    const [a, b] = [layers.input({ shape: [2] }), layers.input({ shape: [3] })];
    const [left, right] = [layers.dense({ units: 4, name: "left" }).apply(a), layers.dense({ units: 4, name: "right" }).apply(b)]; // prettier-ignore
    const both = graphModel({ inputs: [a, b], outputs: layers.add({ name: "both" }).apply([left, right]) });
    const loaded = await loadModel(await both.toBytes());
    const inner = upTo(loaded, "right");
    expect(inner.inputShape).toEqual([3]);
    const input = tensor([[1, 2, 3]]);
    const before = (await inner.predict(input)).toArray();
    loaded.dispose();
    expect((await inner.predict(input)).toArray()).toEqual(before);
    expect((await loadModel(await inner.toBytes())).layers.map(({ name }) => name)).toEqual(["right"]);
  });

  it("names the layers that there are", () => {
    expect(() => upTo(make(), "dense_3")).toThrow(
      'upTo: unknown layer; expected dense_1, dropout_1, dense_2, got "dense_3".',
    );
    expect(() => upTo(sequential([layers.dense({ units: 1 })]), "dense_1")).toThrow("upTo: ");
  });
});

describe("inputGradients", () => {
  /** Σ of the chosen scores for other inputs, in float32. */
  const score = (model: Model, values: Float32Array, of: (row: number[]) => number): number =>
    (model.call([tensor(values, [6, 4])])[0].toArray() as number[][]).reduce((total, row) => total + of(row), 0);

  it.each<[string, ((outputs: readonly Tensor[]) => Tensor) | undefined, (row: number[]) => number]>([
    ["the highest score of each sample", undefined, (row) => Math.max(...row)],
    ["one class", ([y]) => sum(slice(y, [0, 1], [-1, 1])), (row) => row[1]],
  ])("of %s are central differences", (_, of, reference) => {
    const model = make();
    const [gradient] = inputGradients(model, [x], of && { of });
    expect(gradient.shape).toEqual([6, 4]);
    const values = x.toTypedArray() as Float32Array;
    gradient.toTypedArray().forEach((got, i) => {
      const at = (h: number): number => score(model, values.map((v, k) => (k === i ? v + h : v)), reference); // prettier-ignore
      expect(Math.abs(got - (at(1e-2) - at(-1e-2)) / 2e-2)).toBeLessThan(2e-3);
    });
  });

  it("of a model that is not built, and of steps: the highest score of each step", () => {
    const model = sequential([layers.dense({ units: 3 })]);
    const steps = tensor(Float32Array.from({ length: 16 }, (_, i) => Math.sin(3 * i)), [2, 4, 2]); // prettier-ignore
    const [gradient] = inputGradients(model, [steps]);
    expect(model.inputShape).toEqual([4, 2]);
    const [kernel, scores] = [model.weights[0].value.toArray(), model.call([steps])[0].toArray()] as [number[][], number[][][]]; // prettier-ignore
    const wanted = scores.map((rows) => rows.map((row) => kernel.map((of) => of[row.indexOf(Math.max(...row))])));
    expect(gradient.toArray()).toEqual(wanted);
  });

  it("of two inputs, for each", () => {
    const [a, b] = [layers.input({ shape: [2] }), layers.input({ shape: [3] })];
    const joined = layers.concatenate().apply([a, b]);
    const model = graphModel({ inputs: [a, b], outputs: layers.dense({ units: 1 }).apply(joined) });
    const gradients = inputGradients(model, [tensor([[1, 2]]), tensor([[3, 4, 5]])]);
    expect(gradients.flatMap((one) => [...one.toTypedArray()])).toEqual([...model.weights[0].value.toTypedArray()]);
  });

  it("of an output that is one number a sample: their sum", () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] }), layers.reshape({ targetShape: [] })]);
    const [gradient] = inputGradients(model, [tensor([[1, 2], [3, 4], [5, 6]])]); // prettier-ignore
    const kernel = [...model.weights[0].value.toTypedArray()];
    expect(gradient.toArray()).toEqual([kernel, kernel, kernel]);
  });

  it("leaves weights that need no gradient so: moving statistics", () => {
    const model = sequential([layers.dense({ units: 3, inputShape: [4] }), layers.batchNormalization()]);
    const before = model.weights.map(({ value }) => value.requiresGrad);
    inputGradients(model, [x]);
    expect(before).toContain(false);
    expect(model.weights.map(({ value }) => value.requiresGrad)).toEqual(before);
  });

  it("leaves the gradients of weights, and the inputs, as they are", () => {
    const model = make();
    inputGradients(model, [x]);
    expect(model.weights.map(({ value }) => [value.grad, value.requiresGrad])).toEqual(
      Array(4).fill([undefined, true]),
    );
    expect([x.requiresGrad, x.grad]).toEqual([false, undefined]);
  });

  it("refuses tokens and what is no list", () => {
    const model = make();
    expect(() => inputGradients(model, x as never)).toThrow("inputGradients: not a list of float32 tensors; expected [x], got Tensor."); // prettier-ignore
    expect(() => inputGradients(model, [])).toThrow("inputGradients: not a list of float32 tensors; expected [x], got");
    expect(() => inputGradients(model, [x, tensor(Int32Array.of(1), [1, 1])])).toThrow("Tokens have no gradient");
    expect(() => inputGradients(model, [tensor(Int32Array.of(1, 2, 3, 4), [1, 4])])).toThrow("Tokens have no gradient");
  });
});
