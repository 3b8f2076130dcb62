/** The dense layer against float64: values, shapes, parameters, and what it refuses. */
import { describe, expect, it } from "vitest";
import { zeros as zeroed } from "../../src/initializers/index.js";
import { dense, input } from "../../src/layers/index.js";
import { model, sequential } from "../../src/models/sequential.js";
import type { Activation } from "../../src/ops/pointwise/activate.js";
import { l2 } from "../../src/regularizers/index.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";
import type { Operand } from "../support/operands.js";
import { run } from "./calls.js";

const functions: Partial<Record<Activation, (z: number) => number>> = {
  linear: (z) => z,
  relu: (z) => Math.max(0, z),
  tanh: Math.tanh,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  silu: (z) => z / (1 + Math.exp(-z)),
};

/** x·W + b in plain loops, rows of x being all its axes but the last. */
function affine(x: Operand, W: Operand, b: Operand | undefined): Float64Array {
  const [I, O] = W.shape;
  const rows = x.values.length / I;
  return Float64Array.from({ length: rows * O }, (_, at) => {
    const [row, o] = [Math.floor(at / O), at % O];
    let sum = b?.values[o] ?? 0;
    for (let i = 0; i < I; i++) sum += x.values[row * I + i] * W.values[i * O + o];
    return sum;
  });
}

describe("values against float64, relative 1e-5 and absolute 2e-6", () => {
  const bound = { relative: 1e-5, absolute: 2e-6 };

  it.each(Object.keys(functions) as (keyof typeof functions)[])("activation %s", (activation) => {
    const { inputs, parameters, output } = run(dense({ units: 9, activation }), [[5, 7]]);
    const want = affine(inputs[0], parameters[0], parameters[1]).map(functions[activation]!);
    expect(output.shape).toEqual([5, 9]);
    expectClose(activation, output.toTypedArray(), want, output.shape, bound);
  });

  it("softmax over the last axis", () => {
    const { inputs, parameters, output } = run(dense({ units: 4, activation: "softmax" }), [[6, 3]]);
    const powers = affine(inputs[0], parameters[0], parameters[1]).map(Math.exp);
    const want = powers.map((power, at) => {
      const row = Math.floor(at / 4) * 4;
      return power / powers.subarray(row, row + 4).reduce((sum, value) => sum + value);
    });
    expectClose("softmax", output.toTypedArray(), want, output.shape, bound);
  });

  it("without bias, on the last axis of sequences", () => {
    const { inputs, parameters, output } = run(dense({ units: 3, useBias: false }), [[2, 4, 5]]);
    expect(parameters.map(({ shape }) => shape)).toEqual([[5, 3]]);
    expect(output.shape).toEqual([2, 4, 3]);
    expectClose("sequence", output.toTypedArray(), affine(inputs[0], parameters[0], undefined), output.shape, bound);
  });
});

it("has kernel (I, O) and bias (O), the bias without weight decay, named after the layer", () => {
  const model = sequential([dense({ units: 3, inputShape: [2], name: "first" })]);
  expect(model.weights.map(({ name, value }) => [name, value.shape])).toEqual([
    ["first/kernel", [2, 3]],
    ["first/bias", [3]],
  ]);
  expect(model.weights.map(({ parameter }) => parameter.spec.decays)).toEqual([undefined, false]);
  expect(model.weights[1].value.toArray()).toEqual([0, 0, 0]);
});

it("shared by two inputs of one shape, has one set of parameters", () => {
  const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
  const layer = dense({ units: 3 });
  const twice = model({ inputs: [a, b], outputs: [layer.apply(a), layer.apply(b)] });
  expect(twice.weights.length).toBe(2);
  expect(twice.layers).toEqual([layer]);
});

describe("refuses", () => {
  it.each([
    ["dense: units is missing; expected an integer in [1, ∞).", {}],
    ["dense: units is out of range; expected an integer in [1, ∞), got 2.5.", { units: 2.5 }],
    ["dense: units is out of range; expected an integer in [1, ∞), got 0.", { units: 0 }],
    [
      "dense: the options must be an object; expected { units, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, kernelConstraint, biasRegularizer, biasConstraint, name, inputShape }, got 3.",
      3,
    ],
    [
      'dense: unknown activation; expected linear, relu, leakyRelu, sigmoid, hardSigmoid, tanh, elu, selu, gelu, silu, softplus, softmax, got "Relu".',
      { units: 1, activation: "Relu" },
    ],
    [
      'dense: unknown option; expected units, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, kernelConstraint, biasRegularizer, biasConstraint, name or inputShape, got "unit".',
      { units: 1, unit: 2 },
    ],
    ["dense: useBias has the wrong type; expected true or false, got 1.", { units: 1, useBias: 1 }],
    [
      'dense: not a valid kernelInitializer; expected for example initializers.heNormal(), got "heNormal". Or import "lanegrad/names" once, for names.',
      { units: 1, kernelInitializer: "heNormal" },
    ],
    [
      "dense: not a valid biasInitializer; expected for example initializers.heNormal(), got function zeros. Call it: zeros(); your own is an object with fill.",
      { units: 1, biasInitializer: zeroed },
    ],
    [
      "dense: not a valid kernelRegularizer; expected for example regularizers.l2(1e-4), got function l2. Call it: l2(); your own is an object with penalty.",
      { units: 1, kernelRegularizer: l2 },
    ],
    ['dense: the name is invalid; expected a string without "/", got "".', { units: 1, name: "" }],
    ['dense: the name is invalid; expected a string without "/", got "a/b".', { units: 1, name: "a/b" }],
    [
      "dense: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got 2.",
      { units: 1, inputShape: 2 },
    ],
    [
      "dense: the shape is invalid; expected [integers ≥ 0, …] with a product below 2³¹, got [-1].",
      { units: 1, inputShape: [null, -1] },
    ],
  ])("%s", (expected, options) => {
    expect(() => dense(options as never)).toThrow(expected);
  });

  it("a sample without axes", () => {
    expect(() => dense({ units: 1 }).apply(input({ shape: [] }))).toThrow(
      "dense: the input has no feature axis; expected [N, …, I], got [N]. Write samples of one number as [[1], [2], …].",
    );
  });

  it("another input once it has parameters", () => {
    const layer = dense({ units: 2 });
    layer.apply(input({ shape: [3] }));
    expect(() => layer.apply(input({ shape: [4] }))).toThrow(
      "dense: the layer was built for other inputs; expected [3], got [4].",
    );
  });
});
