/**
 * Every public op, called with an argument that is missing or of another kind: an error of the library, or a result, never a foreign TypeError. One row a
 * function, with arguments that fit; each of them is then replaced by what users pass by mistake. An op without a row does not compile.
 */
import { expect, it } from "vitest";
import { LanegradError } from "../../src/errors.js";
import * as ops from "../../src/ops/index.js";
import { ones, zeros } from "../../src/tensor/create.js";
import { RandomState } from "../../src/tensor/randomState.js";
import { scope } from "../../src/tensor/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

type Functions = { [K in keyof typeof ops as (typeof ops)[K] extends (...args: never[]) => unknown ? K : never]: 0 };

const int = (...shape: number[]) => zeros(shape, { dtype: "int32" });
const random = (): RandomState => new RandomState(1);
const unary = () => [ones([2, 3])];
const binary = () => [ones([2, 3]), ones([2, 3])];
const image = () => ones([1, 4, 4, 2]);

/** Arguments that fit, options last. */
const rows: Record<Exclude<keyof Functions, "rowLoss">, () => unknown[]> = {
  activate: () => [ones([2]), "relu"],
  elu: () => [ones([2]), 1],
  gelu: unary,
  hardSigmoid: unary,
  leakyRelu: () => [ones([2]), 0.1],
  relu: unary,
  selu: unary,
  sigmoid: unary,
  silu: unary,
  softplus: unary,
  tanh: unary,
  argMax: () => [ones([2, 3]), 0],
  argMin: () => [ones([2, 3]), 0],
  add: binary,
  div: binary,
  maximum: binary,
  minimum: binary,
  mul: binary,
  sub: binary,
  broadcastTo: () => [ones([3]), [2, 3]],
  cast: () => [ones([3]), "int32"],
  equal: binary,
  greater: binary,
  greaterEqual: binary,
  less: binary,
  lessEqual: binary,
  notEqual: binary,
  concat: () => [[ones([2]), ones([2])], 0],
  stack: () => [[ones([2]), ones([2])], 0],
  conv1d: () => [ones([1, 4, 2]), ones([2, 2, 3]), ones([3]), {}],
  conv2d: () => [image(), ones([2, 2, 2, 3]), ones([3]), {}],
  conv2dTranspose: () => [image(), ones([2, 2, 3, 2]), ones([3]), {}],
  crossEntropy: () => [ones([2, 3]), int(2), {}],
  cutout: () => [image(), 1, random(), 0],
  dense: () => [ones([2, 3]), ones([3, 2]), ones([2]), "relu"],
  deskew: () => [ones([1, 4, 4, 1])],
  distort: () => [image(), {}, random(), 0],
  depthwiseConv2d: () => [image(), ones([2, 2, 2, 1]), ones([2]), {}],
  separableConv2d: () => [image(), ones([2, 2, 2, 1]), ones([1, 1, 2, 3]), ones([3]), {}],
  dropout: () => [ones([2]), 0.5, random(), 0],
  embedding: () => [ones([3, 2]), int(2, 2)],
  gatherRows: () => [ones([2, 3]), int(2)],
  gruCell: () => [ones([2, 3]), [ones([2, 1])], { kernel: ones([3, 3]), recurrentKernel: ones([1, 3]), bias: ones([2, 3]) }, {}], // prettier-ignore
  lstmCell: () => [ones([2, 3]), [ones([2, 1]), ones([2, 1])], { kernel: ones([3, 4]), recurrentKernel: ones([1, 4]), bias: ones([4]) }, {}], // prettier-ignore
  simpleRnnCell: () => [ones([2, 3]), [ones([2, 1])], { kernel: ones([3, 1]), recurrentKernel: ones([1, 1]), bias: ones([1]) }, {}], // prettier-ignore
  lstm: () => [ones([2, 2, 3]), { kernel: ones([3, 4]), recurrentKernel: ones([1, 4]), bias: ones([4]) }, {}],
  gru: () => [ones([2, 2, 3]), { kernel: ones([3, 3]), recurrentKernel: ones([1, 3]), bias: ones([2, 3]) }, {}],
  simpleRnn: () => [ones([2, 2, 3]), { kernel: ones([3, 1]), recurrentKernel: ones([1, 1]), bias: ones([1]) }, {}],
  matmul: () => [ones([2, 3]), ones([3, 2]), {}],
  randomInt: () => [[2], { low: 0, high: 5 }],
  randomNormal: () => [[2], {}],
  randomTruncatedNormal: () => [[2], {}],
  randomUniform: () => [[2], {}],
  setSeed: () => [3],
  max: () => [ones([2, 3]), [0], {}],
  mean: () => [ones([2, 3]), [0], {}],
  min: () => [ones([2, 3]), [0], {}],
  sum: () => [ones([2, 3]), [0], {}],
  sampleBilinear: () => [image(), zeros([1, 2, 4, 4])],
  expandDims: () => [ones([2]), 0],
  reshape: () => [ones([2, 3]), [6]],
  squeeze: () => [ones([1, 3]), [0]],
  sequenceMask: () => [[1, 2], 3],
  pad: () => [ones([2]), [[1, 1]], 0],
  slice: () => [ones([2, 3]), [0, 0], [1, 1]],
  logSoftmax: unary,
  softmax: unary,
  softmaxCrossEntropy: () => [ones([2, 3]), int(2), {}],
  transpose: () => [ones([2, 3]), [1, 0]],
  abs: unary,
  clip: () => [ones([2]), 0, 1],
  exp: unary,
  log: unary,
  negate: unary,
  pow: () => [ones([2]), 2],
  sqrt: unary,
  square: unary,
  weightedMean: () => [ones([2]), ones([2])],
  atan: unary,
  cos: unary,
  sin: unary,
  tan: unary,
  floor: unary,
  round: unary,
  sign: unary,
  cumprod: () => [ones([2, 3]), 0, { exclusive: true, reverse: true }],
  cumsum: () => [ones([2, 3]), 0, { exclusive: true, reverse: true }],
  defineGradient: () => [(x: Tensor) => x, ({ dOutput }: { dOutput: Tensor }) => dOutput],
  detach: unary,
  einsum: () => ["ij,jk->ik", ones([2, 3]), ones([3, 2])],
  flip: () => [ones([2, 3]), [0]],
  logSumExp: () => [ones([2, 3]), [0], { keepDims: true }],
  norm: () => [ones([2, 3]), [0], { order: 1, keepDims: true }],
  oneHot: () => [int(2), 3],
  outer: () => [ones([2]), ones([3])],
  prod: () => [ones([2, 3]), [0], {}],
  repeat: () => [ones([2, 3]), 2, 0],
  roll: () => [ones([2, 3]), [1], [0]],
  sort: () => [ones([2, 3]), 0, { descending: true }],
  argSort: () => [ones([2, 3]), 0, { descending: true }],
  split: () => [ones([2, 3]), [1, 1], 0],
  std: () => [ones([2, 3]), [0], { correction: 1, keepDims: true }],
  tile: () => [ones([2, 3]), [1, 2]],
  topK: () => [ones([2, 3]), 2, 1, { largest: false }],
  variance: () => [ones([2, 3]), [0], { correction: 1, keepDims: true }],
  where: () => [ones([2]), ones([2]), ones([2])],
  averagePool1d: () => [ones([1, 4, 2]), { poolSize: 2 }],
  averagePool2d: () => [image(), { poolSize: 2 }],
  globalAveragePool1d: () => [ones([1, 4, 2])],
  globalAveragePool2d: () => [image()],
  globalMaxPool1d: () => [ones([1, 4, 2])],
  globalMaxPool2d: () => [image()],
  maxPool1d: () => [ones([1, 4, 2]), { poolSize: 2 }],
  maxPool2d: () => [image(), { poolSize: 2 }],
  upsample2d: () => [image(), { size: 2 }],
  batchNorm: () => [ones([4, 2]), { gamma: ones([2]), beta: ones([2]) }],
  batchNormWith: () => [ones([4, 2]), ones([2]), ones([2]), { gamma: ones([2]) }],
  groupNorm: () => [ones([2, 4]), 2, { gamma: ones([4]) }],
  layerNorm: () => [ones([4, 2]), { gamma: ones([2]) }],
};

/** What users pass by mistake. @param it what stands there */
function mistakes(it: unknown): unknown[] {
  const common: unknown[] = [undefined, null, "x", 3, NaN, true, [1, 2], [[1], [2]], [undefined], {}, { x: 1 }, () => 1, 3n]; // prettier-ignore
  if (typeof it !== "object" || it === null || it.constructor !== Object) return common;
  const inner = Object.keys(it).flatMap((key) => common.map((bad) => ({ ...it, [key]: bad })));
  return [...common, ...inner];
}

it.each(Object.entries(rows))("%s", (name, row) => {
  const call = (ops as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
  const foreign: string[] = [];
  const attempt = (args: readonly unknown[], what: string): void => {
    try {
      scope(() => call(...args));
    } catch (error) {
      if (!(error instanceof LanegradError)) foreign.push(`${what}: ${String(error)}`);
    }
  };
  scope(() => {
    expect(() => call(...row())).not.toThrow();
    for (let i = 0; i <= row().length; i++) attempt(row().slice(0, i), `${i} arguments`);
    for (const [i, argument] of row().entries())
      for (const bad of mistakes(argument)) {
        let shown: string;
        try {
          shown = JSON.stringify(bad) ?? String(bad);
        } catch {
          shown = String(bad);
        }
        attempt(row().with(i, bad), `argument ${i} = ${shown}`);
      }
  });
  expect(foreign).toEqual([]);
});
