/**
 * Losses of errors in proportion, and of margins squared or between classes: Keras's, written over the ops. Letters: y
 * targets and p predictions, (N, …) of the same shape; a sample's loss is the mean over its elements unless said
 * otherwise.
 */
import { add, div, maximum, mul, sub } from "../ops/pointwise/arithmetic.js";
import { abs, log, square } from "../ops/pointwise/unary.js";
import { relu } from "../ops/pointwise/activationFunctions.js";
import { max, sum } from "../ops/reduce/reduce.js";
import type { Tensor } from "../tensor/tensor.js";
import { defineLoss } from "./defineLoss.js";
import type { Loss } from "./loss.js";
import { perSample } from "./perSample.js";
import { hinge } from "./regression.js";
import { checkRange, checkSameAsOutput } from "./targets.js";

/** What Keras keeps divisors and arguments of logarithms away from zero by. */
const tiny = 1e-7;

/** Mean of 100·|p − y| / max(|y|, 1e-7), in percent. As Keras's MeanAbsolutePercentageError. */
export function meanAbsolutePercentageError(): Loss {
  const name = "meanAbsolutePercentageError";
  return defineLoss({
    name,
    call: (target, prediction) => perSample(mul(div(abs(sub(prediction, target)), maximum(abs(target), tiny)), 100)),
    checkTargets: (targets, outputShape) => checkSameAsOutput(name, targets, outputShape),
    config: { className: name },
  });
}

/**
 * Mean of (ln(1 + p) − ln(1 + y))² for targets y ≥ 0; both are taken to be at least 1e-7. As Keras's
 * MeanSquaredLogarithmicError.
 */
export function meanSquaredLogarithmicError(): Loss {
  const name = "meanSquaredLogarithmicError";
  const logarithm = (x: Tensor): Tensor => log(add(maximum(x, tiny), 1));
  return defineLoss({
    name,
    call: (target, prediction) => perSample(square(sub(logarithm(prediction), logarithm(target)))),
    checkTargets(targets, outputShape) {
      checkSameAsOutput(name, targets, outputShape);
      checkRange(name, targets, 0, Infinity, "a number in [0, ∞)");
    },
    config: { className: name },
  });
}

/** Mean of max(0, 1 − y·p)² for targets −1 and 1; p > 0 means 1. */
export function squaredHinge(): Loss {
  const name = "squaredHinge";
  const signs = hinge();
  return defineLoss({
    name,
    takes: "logits",
    call: (target, prediction) => perSample(square(relu(sub(1, mul(target, prediction))))),
    checkTargets: (targets, outputShape) => signs.checkTargets(targets, outputShape),
    config: { className: name },
  });
}

/**
 * max(0, 1 + the highest score of a wrong class − the score of the right one) for one-hot rows y (N, …, C); averaged
 * over further axes. As Keras's CategoricalHinge, in which scores of wrong classes below 0 count as 0.
 */
export function categoricalHinge(): Loss {
  const name = "categoricalHinge";
  return defineLoss({
    name,
    call(target, prediction) {
      const right = sum(mul(target, prediction), -1);
      const wrong = max(mul(sub(1, target), prediction), -1);
      return perSample(relu(add(sub(wrong, right), 1)));
    },
    checkTargets(targets, outputShape) {
      checkSameAsOutput(name, targets, outputShape);
      checkRange(name, targets, 0, 1, "0 or 1, one-hot");
    },
    config: { className: name },
  });
}
