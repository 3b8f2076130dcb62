/** Layers without parameters: values against plain loops, shapes, and what they refuse. */
import { describe, expect, it } from "vitest";
import { activation, add, concatenate, dropout, flatten, input, multiply, reshape } from "../../src/layers/index.js";
import { sequential } from "../../src/models/sequential.js";
import { tensor } from "../../src/tensor/create.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";
import { run } from "./calls.js";

const exact = { relative: 0, absolute: 0 };
const rounded = { relative: 1e-6, absolute: 1e-7 };

describe("values", () => {
  it("activation: f of each element", () => {
    const { inputs, output } = run(activation({ activation: "tanh" }), [[3, 2, 5]]);
    expect(output.shape).toEqual([3, 2, 5]);
    expectClose("tanh", output.toTypedArray(), inputs[0].values.map(Math.tanh), output.shape, rounded);
  });

  it("flatten and reshape: the same elements in the same order", () => {
    for (const [layer, shape] of [
      [flatten(), [4, 30]],
      [reshape({ targetShape: [6, 5] }), [4, 6, 5]],
      [reshape({ targetShape: [3, -1, 2] }), [4, 3, 5, 2]],
      [reshape({ targetShape: [-1] }), [4, 30]],
    ] as const) {
      const { inputs, output } = run(layer, [[4, 2, 3, 5]]);
      expect(output.shape).toEqual(shape);
      expectClose(layer.kind, output.toTypedArray(), inputs[0].values, output.shape, exact);
    }
  });

  it("flatten of samples without axes gives one feature", () => {
    expect(run(flatten(), [[3]]).output.shape).toEqual([3, 1]);
  });

  it("add and multiply: sums and products of two and of three inputs", () => {
    const shape = [3, 2, 4];
    for (const shapes of [
      [shape, shape],
      [shape, shape, shape],
    ]) {
      const sum = run(add(), shapes);
      const product = run(multiply(), shapes);
      const fold = (of: (a: number, b: number) => number): Float64Array =>
        sum.inputs[0].values.map((_, i) => sum.inputs.map(({ values }) => values[i]).reduce(of));
      expectClose(
        "add",
        sum.output.toTypedArray(),
        fold((a, b) => a + b),
        shape,
        rounded,
      );
      expectClose(
        "multiply",
        product.output.toTypedArray(),
        fold((a, b) => a * b),
        shape,
        rounded,
      );
    }
  });

  it("concatenate: inputs side by side along any axis but the batch", () => {
    for (const [axis, shapes, shape] of [
      [undefined, [[2, 3], [2, 1], [2, 4]], [2, 8]], // prettier-ignore
      [-1, [[2, 3], [2, 1]], [2, 4]], // prettier-ignore
      [1, [[2, 3, 2], [2, 1, 2]], [2, 4, 2]], // prettier-ignore
      [-2, [[2, 3, 2], [2, 1, 2]], [2, 4, 2]], // prettier-ignore
      [2, [[2, 3, 2], [2, 3, 4]], [2, 3, 6]], // prettier-ignore
    ] as const) {
      const { inputs, output } = run(concatenate(axis === undefined ? {} : { axis }), shapes);
      expect(output.shape).toEqual(shape);
      const along = axis === undefined || axis === -1 || axis === 2 ? shape.length - 1 : 1;
      const inner = shape.slice(along + 1).reduce((size, n) => size * n, 1);
      const outer = output.size / (shape[along] * inner);
      const want = Array.from({ length: outer }, (_, row) =>
        inputs.flatMap(({ values }) => {
          const length = values.length / outer;
          return [...values.subarray(row * length, (row + 1) * length)];
        }),
      ).flat();
      expectClose(`axis ${axis}`, output.toTypedArray(), want, output.shape, exact);
    }
  });
});

describe("dropout", () => {
  it("outside of training does nothing", () => {
    const { inputs, output } = run(dropout({ rate: 0.5 }), [[4, 8]]);
    expectClose("dropout", output.toTypedArray(), inputs[0].values, output.shape, exact);
  });

  it("in training zeroes a quarter of 40,000 elements, ± 1 %, and scales the others by 4/3", () => {
    const { inputs, output } = run(dropout({ rate: 0.25 }), [[200, 200]], { training: true });
    const values = output.toTypedArray();
    const zeros = values.filter((value) => value === 0).length;
    expect(Math.abs(zeros / values.length - 0.25)).toBeLessThan(0.01);
    const want = inputs[0].values.map((value, i) => (values[i] === 0 ? 0 : value / 0.75));
    expectClose("dropout", values, want, output.shape, rounded);
  });

  it("drops other elements in each call, and in each layer", () => {
    const model = sequential([dropout({ rate: 0.5, inputShape: [100] }), dropout({ rate: 0.5 })]);
    const x = tensor(new Float32Array(100).fill(1), [1, 100]);
    const masks = [1, 2].map(() => model.call([x], { training: true })[0].toTypedArray());
    expect(masks[0]).not.toEqual(masks[1]);
    const kept = masks[0].filter((value) => value > 0);
    expect(new Set(kept)).toEqual(new Set([4])); // two layers with one mask would keep every second
    expect(kept.length).toBeLessThan(40);
  });

  it("with rate 0 does nothing in training either", () => {
    const { inputs, output } = run(dropout({ rate: 0 }), [[4, 8]], { training: true });
    expectClose("dropout", output.toTypedArray(), inputs[0].values, output.shape, exact);
  });
});

describe("refuses", () => {
  const symbol = (...shape: number[]) => input({ shape });

  it.each<[string, () => unknown]>([
    ["activation: unknown activation; expected linear, relu", () => activation({ activation: "swish" })],
    [
      'activation: the options must be an object; expected { activation, name, inputShape }, got "relu".',
      () => activation("relu" as never),
    ],
    ["dropout: rate is out of range; expected a number in [0, 1), got 1.", () => dropout({ rate: 1 })],
    ["dropout: rate is missing; expected a number in [0, 1).", () => dropout({} as never)],
    [
      "dropout: the options must be an object; expected { rate, name, inputShape }, got 0.5.",
      () => dropout(0.5 as never),
    ],
    [
      "dropout: the options must be an object; expected { rate, name, inputShape }, got undefined.",
      () => dropout(undefined as never),
    ],
    [
      'flatten: unknown option; expected name or inputShape, got "dataFormat".',
      () => flatten({ dataFormat: "x" } as never),
    ],
    [
      "reshape: targetShape is not a shape; expected integers ≥ 0, at most one −1, got undefined.",
      () => reshape({} as never),
    ],
    [
      "reshape: targetShape is not a shape; expected integers ≥ 0, at most one −1, got [-1, -1].",
      () => reshape({ targetShape: [-1, -1] }),
    ],
    [
      "reshape: targetShape is not a shape; expected integers ≥ 0, at most one −1, got [1.5].",
      () => reshape({ targetShape: [1.5] }),
    ],
    [
      "reshape: number of elements differs; expected 6 a sample, as in [N, 2, 3], got [N, 4].",
      () => reshape({ targetShape: [4] }).apply(symbol(2, 3)),
    ],
    [
      "reshape: number of elements differs; expected 6 a sample, as in [N, 2, 3], got [N, 4, -1].",
      () => reshape({ targetShape: [4, -1] }).apply(symbol(2, 3)),
    ],
    [
      "reshape: number of elements differs; expected 0 a sample, as in [N, 0], got [N, 0, -1].",
      () => reshape({ targetShape: [0, -1] }).apply(symbol(0)),
    ],
    [
      "input: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got undefined.",
      () => input({} as never),
    ],
    ["input: the options must be an object; expected { shape, name }, got [784].", () => input([784] as never)],
    [
      'input: unknown option; expected shape or name, got "dtype".',
      () => input({ shape: [1], dtype: "float32" } as never),
    ],
    ["add: input shapes differ; expected [N, 2], got [N, 3].", () => add().apply([symbol(2), symbol(3)])],
    [
      "multiply: input shapes differ; expected [N, 2], got [N, 1].",
      () => multiply().apply([symbol(2), symbol(2), symbol(1)]),
    ],
    [
      "add: wrong number of inputs; expected 2 or more, got 1. Apply it to a list: add().apply([a, b]).",
      () => add().apply(symbol(2)),
    ],
    [
      "concatenate: wrong number of inputs; expected 2 or more, got 1. Apply it to a list: concatenate().apply([a, b]).",
      () => concatenate().apply([symbol(2)]),
    ],
    [
      "concatenate: axis is out of range; expected an integer other than 0 (the batch axis), got 0.",
      () => concatenate({ axis: 0 }),
    ],
    [
      "concatenate: axis is out of range; expected an integer other than 0 (the batch axis), got -2.",
      () => concatenate({ axis: -2 }).apply([symbol(2), symbol(2)]),
    ],
    [
      "concatenate: axis 2 is out of range for a tensor of rank 2; expected an integer in [-2, 2).",
      () => concatenate({ axis: 2 }).apply([symbol(2), symbol(2)]),
    ],
    [
      "concatenate: input shapes differ; expected [N, 2, 3] except along axis 1, got [N, 2, 4].",
      () => concatenate({ axis: 1 }).apply([symbol(2, 3), symbol(2, 4)]),
    ],
    [
      "concatenate: input shapes differ; expected [N, 2, 3] except along axis 2, got [N, 3].",
      () => concatenate().apply([symbol(2, 3), symbol(3)]),
    ],
    ["flatten: wrong number of inputs; expected 1, got 2.", () => flatten().apply([symbol(2), symbol(2)])],
    [
      "flatten: apply() takes symbolic tensors; expected the result of layers.input() or of another layer's apply(), or a list of them, got Tensor. To compute with numbers, put the layer into a model and call predict().",
      () => flatten().apply(tensor([1]) as never),
    ],
    [
      "flatten: apply() takes symbolic tensors; expected the result of layers.input() or of another layer's apply(), or a list of them, got undefined.",
      () => flatten().apply(undefined as never),
    ],
    [
      "flatten: apply() takes symbolic tensors; expected the result of layers.input() or of another layer's apply(), or a list of them, got [Flatten].",
      () => flatten().apply([flatten()] as never),
    ],
  ])("%s", (expected, make) => {
    expect(make).toThrow(expected);
  });
});
