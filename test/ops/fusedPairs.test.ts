/** Two ops in one: a layer with its activation folded in gives the values and all gradients of the layer and the activation one after the other. */
import { describe, expect, it } from "vitest";
import { type Activation, activate, activations } from "../../src/ops/pointwise/activate.js";
import * as ops from "../../src/ops/index.js";
import { tensor } from "../../src/tensor/create.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { Random } from "../../src/tensor/random.js";
import { scope } from "../../src/tensor/scope.js";
import { type Shape, sizeOf } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";

type Formula = (operands: readonly Tensor[], activation: Activation) => Tensor;

function normals(shape: Shape, seed: number, mean = 0): number[] {
  const random = new Random(seed);
  return Array.from({ length: sizeOf(shape) }, () => drawNormal(random, mean, 1));
}

/** Values and the gradients of all operands, each element of the output with a weight of its own. */
function valuesAndGradients(
  formula: (operands: readonly Tensor[]) => Tensor,
  shapes: readonly Shape[],
): Float32Array[] {
  return scope(() => {
    const operands = shapes.map((shape, i) =>
      tensor(normals(shape, i + 1, i === 0 ? 0.3 : 0), shape, { requiresGrad: true }),
    );
    const y = formula(operands);
    ops.sum(ops.mul(y, tensor(normals(y.shape, 9), y.shape))).backward();
    return [y, ...operands.map(({ grad }) => grad!)].map((x) => x.toTypedArray() as Float32Array);
  });
}

function expectSame(formula: Formula, shapes: readonly Shape[], activation: Activation): void {
  const fused = valuesAndGradients((operands) => formula(operands, activation), shapes);
  const apart = valuesAndGradients((operands) => activate(formula(operands, "linear"), activation), shapes);
  expect(fused[0].some((value) => value !== 0)).toBe(true);
  for (const [i, want] of apart.entries()) {
    const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const what = i === 0 ? "values" : `gradient of operand ${i - 1}`;
    expectClose(`${activation}: ${what}`, fused[i], Float64Array.from(want), [want.length], {
      relative: 1e-5,
      absolute: 1e-5 * largest,
    });
  }
}

const frozen = { mean: 0.2, variance: 1.7 };
const filled = (value: number, C: number): Tensor => tensor(new Float32Array(C).fill(value));
const pairs: Record<string, { readonly formula: Formula; readonly shapes: readonly (readonly Shape[])[] }> = {
  "batchNorm, its own statistics, γ and β": {
    formula: ([x, gamma, beta], activation) => ops.batchNorm(x, { gamma, beta, activation }).y,
    shapes: [[[7, 5], [5], [5]], [[3, 4, 5, 8], [8], [8]], [[5, 2, 35], [35], [35]], [[300, 3], [3], [3]], [[2, 259, 19], [19], [19]]], // prettier-ignore
  },
  "batchNorm, γ alone": {
    formula: ([x, gamma], activation) => ops.batchNorm(x, { gamma, activation }).y,
    shapes: [[[7, 5], [5]], [[261, 9], [9]]], // prettier-ignore
  },
  "batchNorm, β alone": {
    formula: ([x, beta], activation) => ops.batchNorm(x, { beta, activation }).y,
    shapes: [[[7, 5], [5]], [[261, 9], [9]]], // prettier-ignore
  },
  "batchNorm with given statistics": {
    formula([x, gamma, beta], activation) {
      const [mean, variance] = [filled(frozen.mean, x.shape.at(-1)!), filled(frozen.variance, x.shape.at(-1)!)];
      return ops.batchNormWith(x, mean, variance, { gamma, beta, activation });
    },
    shapes: [[[7, 5], [5], [5]], [[2, 131, 19], [19], [19]]], // prettier-ignore
  },
  dense: {
    formula: ([x, w, b], activation) => ops.dense(x, w, b, activation),
    shapes: [[[7, 5], [5, 3], [3]], [[33, 20], [20, 17], [17]]], // prettier-ignore
  },
  "dense without a bias": {
    formula: ([x, w], activation) => ops.dense(x, w, undefined, activation),
    shapes: [
      [
        [7, 5],
        [5, 3],
      ],
    ],
  },
  conv2d: {
    formula: ([x, w, bias], activation) => ops.conv2d(x, w, bias, { activation, padding: "same" }),
    shapes: [[[2, 5, 6, 3], [3, 3, 3, 5], [5]], [[1, 9, 9, 8], [3, 3, 8, 8], [8]]], // prettier-ignore
  },
};

describe.each(Object.entries(pairs))("%s", (_, { formula, shapes }) => {
  it.each(activations)(
    "with %s folded in is the two one after the other, in values and in every gradient",
    (activation) => {
      for (const each of shapes) expectSame(formula, each, activation);
    },
  );
});
