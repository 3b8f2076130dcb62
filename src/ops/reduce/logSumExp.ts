/** The logarithm of a sum of exponentials. Composed of the reductions. */
import { checkKeys } from "../../errors.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkDtype, checkTensors } from "../defineOp.js";
import { add, sub } from "../pointwise/arithmetic.js";
import { equal } from "../pointwise/compare.js";
import { clip, exp, log } from "../pointwise/unary.js";
import { where } from "../pointwise/where.js";
import { reshape } from "../shape/reshape.js";
import { type Axes, type ReduceOptions, axisSet, checkElements, max, sum } from "./reduce.js";

/** The largest number of float32. */
const largest = 3.4028234663852886e38;

/**
 * ln Σeˣ over axes, without overflow: the largest element m is taken out first, ln Σeˣ = m + ln Σeˣ⁻ᵐ. Its gradient is
 * the softmax of x.
 *
 * @param x     float32
 * @param axis  one axis, several, or undefined for all; negative axes count from the back
 * @returns     −∞ where all elements are −∞, with gradient 0
 * @throws {ShapeError} when an axis is out of range or empty, or x is not float32
 * @throws {UsageError} when an option is unknown
 */
export function logSumExp(x: Tensor, axis?: Axes, options: ReduceOptions = {}): Tensor {
  checkTensors("logSumExp", [x]);
  checkDtype("logSumExp", "x", x, "float32");
  checkKeys("logSumExp", options, ["keepDims"]);
  const axes = [...axisSet("logSumExp", axis, x.rank)];
  checkElements(
    "logSumExp",
    x.shape,
    axes.map((axis) => x.shape[axis]),
  );
  const m = noGrad(() => clip(max(x, axes, { keepDims: true }), -largest, largest));
  const total = sum(exp(sub(x, m)), axes, options);
  const isZero = equal(total, 0);
  const logarithm = where(isZero, -Infinity, log(where(isZero, 1, total)));
  return add(logarithm, reshape(m, total.shape));
}
