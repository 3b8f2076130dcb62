/** Spread and size over axes: variance, standard deviation, norms. Composed of the reductions. */
import { UsageError, message, show } from "../../errors.js";
import { type Option, flag, number, resolve } from "../../options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkDtype, checkTensors } from "../defineOp.js";
import { mul, sub } from "../pointwise/arithmetic.js";
import { equal } from "../pointwise/compare.js";
import { abs, sqrt, square } from "../pointwise/unary.js";
import { where } from "../pointwise/where.js";
import { type Axes, axisSet, checkElements, max, mean, sum } from "./reduce.js";

/** Options of {@link variance} and {@link std}. */
export interface VarianceOptions {
  /** True keeps each reduced axis with size 1. Default false. */
  readonly keepDims?: boolean;
  /** What is taken from the number of elements before dividing by it: 1 estimates from a sample. Default 0. */
  readonly correction?: number;
}

const varianceTable = { keepDims: flag(false), correction: number("[0, ∞)", 0) };

/**
 * Variance over axes, Σ(x − mean)² / (n − correction).
 *
 * @param x     float32
 * @param axis  one axis, several, or undefined for all; negative axes count from the back
 * @returns     NaN over no elements
 * @throws {ShapeError} when an axis is out of range or x is not float32
 * @throws {UsageError} when an option is unknown, or correction leaves nothing to divide by
 */
export function variance(x: Tensor, axis?: Axes, options: VarianceOptions = {}): Tensor {
  return spread("variance", x, axis, options);
}

/**
 * Standard deviation over axes, √variance. Its derivative where all elements are equal is 0. Arguments and errors:
 * {@link variance}.
 */
export function std(x: Tensor, axis?: Axes, options: VarianceOptions = {}): Tensor {
  return root(spread("std", x, axis, options));
}

function spread(op: string, x: Tensor, axis: Axes, options: VarianceOptions): Tensor {
  checkTensors(op, [x]);
  checkDtype(op, "x", x, "float32");
  const { keepDims, correction } = resolve(op, options, varianceTable);
  const axes = [...axisSet(op, axis, x.rank)];
  const n = axes.reduce((count, i) => count * x.shape[i], 1);
  if (correction > 0 && correction >= n) {
    throw new UsageError(
      message(op, "correction leaves nothing to divide by", {
        expected: `less than ${n} elements`,
        got: `${correction}`,
      }),
    );
  }
  const average = mean(square(sub(x, mean(x, axes, { keepDims: true }))), axes, { keepDims });
  return correction === 0 ? average : mul(average, n / (n - correction));
}

/** Options of {@link norm}. */
export interface NormOrderOptions {
  /** 2: √Σx², the length. 1: Σ|x|. Infinity: max |x|. Default 2. */
  readonly order?: number;
  /** True keeps each reduced axis with size 1. Default false. */
  readonly keepDims?: boolean;
}

const order: Option<number> = (op, name, value = 2) => {
  if (value === 1 || value === 2 || value === Infinity) return value;
  throw new UsageError(message(op, `${name} is out of range`, { expected: "1, 2 or Infinity", got: show(value) }));
};
const normTable = { order, keepDims: flag(false) };

/**
 * Norm over axes: of all elements, or of the vectors along some axes. The derivative of the norm of zeros is 0.
 *
 * @param x     float32; squares beyond 3.4·10³⁸ are ∞
 * @param axis  one axis, several, or undefined for all; negative axes count from the back
 * @throws {ShapeError} when an axis is out of range, x is not float32, or has no elements where order is Infinity
 * @throws {UsageError} when an option is unknown, or the order is another one
 */
export function norm(x: Tensor, axis?: Axes, options: NormOrderOptions = {}): Tensor {
  checkTensors("norm", [x]);
  checkDtype("norm", "x", x, "float32");
  const { order: p, keepDims } = resolve("norm", options, normTable);
  const axes = [...axisSet("norm", axis, x.rank)];
  if (p === 2) return root(sum(square(x), axes, { keepDims }));
  if (p === 1) return sum(abs(x), axes, { keepDims });
  checkElements(
    "norm",
    x.shape,
    axes.map((i) => x.shape[i]),
  );
  return max(abs(x), axes, { keepDims });
}

/** √y, with derivative 0 where y is 0. */
function root(y: Tensor): Tensor {
  const isZero = equal(y, 0);
  return where(isZero, 0, sqrt(where(isZero, 1, y)));
}
