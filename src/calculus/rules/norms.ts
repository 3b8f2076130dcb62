/** Rules of the normalising ops, by the formula that they stand for. Letters: forwardMode.ts; ops/norm/. */
import { type ColumnNorm, type Rectified, columnNormOp, givenNormOp } from "../../ops/norm/batchNorm.js";
import { type LayerNorm, layerNormOp } from "../../ops/norm/layerNorm.js";
import { type Affine, affineOperands } from "../../ops/norm/normOptions.js";
import { relu } from "../../ops/pointwise/activationFunctions.js";
import { add, div, mul, sub } from "../../ops/pointwise/arithmetic.js";
import { sqrt, square } from "../../ops/pointwise/unary.js";
import { mean } from "../../ops/reduce/reduce.js";
import { reshape } from "../../ops/shape/reshape.js";
import { sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Rules } from "../rule.js";
import { through } from "./kinds.js";

/** γ x̂ + β. */
function scaled(x: Tensor, affine: Affine, rest: readonly Tensor[]): Tensor {
  const { gamma, beta } = affineOperands(affine, rest);
  const y = gamma === undefined ? x : mul(x, gamma);
  return beta === undefined ? y : add(y, beta);
}

/** x with mean 0 and variance 1 over the axes. */
function standardized(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centered = sub(x, mean(x, axes, { keepDims: true }));
  return div(centered, sqrt(add(mean(square(centered), axes, { keepDims: true }), epsilon)));
}

const overLayer = ([x, ...rest]: readonly Tensor[], norm: LayerNorm): Tensor[] => {
  const last = x.shape.map((_, axis) => axis).slice(-norm.axes);
  return [scaled(standardized(x, last, norm.epsilon), norm, rest)];
};

const overColumns = ([x, ...rest]: readonly Tensor[], norm: ColumnNorm): Tensor[] => {
  const C = x.shape.at(-1)!;
  const G = norm.groups;
  const S = C === 0 ? 0 : sizeOf(x.shape) / C;
  const columns =
    G === undefined
      ? standardized(reshape(x, [S, C]), [0], norm.epsilon)
      : standardized(reshape(x, [x.shape[0], sizeOf(x.shape.slice(1, -1)), G, C / G]), [1, 3], norm.epsilon);
  const y = scaled(reshape(columns, x.shape), norm, rest);
  return [norm.rectifies ? relu(y) : y];
};

const withGiven = ([x, average, variance, ...rest]: readonly Tensor[], norm: Rectified): Tensor[] => {
  const y = scaled(div(sub(x, average), sqrt(add(variance, norm.epsilon))), norm, rest);
  return [norm.rectifies ? relu(y) : y];
};

export const normRules: Rules = [
  [layerNormOp, through(overLayer)],
  [columnNormOp, through(overColumns)],
  [givenNormOp, through(withGiven)],
];
