/**
 * Losses for counts, outliers, rare classes and distances, written over the ops. Letters: y targets and p predictions,
 * (N, …) of the same shape; a sample's loss is the mean over its elements unless said otherwise.
 */
import { ShapeError, message } from "../errors.js";
import { relu, sigmoid, softplus } from "../ops/pointwise/activationFunctions.js";
import { add, mul, sub } from "../ops/pointwise/arithmetic.js";
import { abs, clip, log, pow, sqrt, square } from "../ops/pointwise/unary.js";
import { sum } from "../ops/reduce/reduce.js";
import { reshape } from "../ops/shape/reshape.js";
import { slice } from "../ops/shape/slice.js";
import { type Table, flag, number, optional, resolve } from "../options.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { defineLoss } from "./defineLoss.js";
import type { Loss } from "./loss.js";
import { perSample } from "./perSample.js";
import { checkRange, checkSameAsOutput } from "./targets.js";

/** What Keras clips probabilities to, and adds to what it takes the logarithm of. */
const tiny = 1e-7;

/** Mean of p − y·ln(p + 1e-7), for counts y ≥ 0 and predicted rates p > 0. As Keras's Poisson. */
export function poisson(): Loss {
  const name = "poisson";
  return defineLoss({
    name,
    call: (target, prediction) => perSample(sub(prediction, mul(target, log(add(prediction, tiny))))),
    checkTargets(targets, outputShape) {
      checkSameAsOutput(name, targets, outputShape);
      checkRange(name, targets, 0, Infinity, "a count in [0, ∞)");
    },
    config: { className: name },
  });
}

/**
 * Mean of ln cosh(e) = |e| + softplus(−2|e|) − ln 2, with e = p − y: a square near 0, a straight line far from it. As
 * Keras's LogCosh.
 */
export function logCosh(): Loss {
  const name = "logCosh";
  return defineLoss({
    name,
    call(target, prediction) {
      const e = abs(sub(prediction, target));
      return perSample(sub(add(e, softplus(mul(e, -2))), Math.LN2));
    },
    checkTargets: (targets, outputShape) => checkSameAsOutput(name, targets, outputShape),
    config: { className: name },
  });
}

/** Options of {@link binaryFocalCrossentropy}. */
export interface FocalOptions {
  /** γ ≥ 0: how much easy samples count less; 0 is binaryCrossentropy. Default 2. */
  readonly gamma?: number;
  /** α in [0, 1]: weight of yes, that of no is 1 − α. Default: both count 1. */
  readonly alpha?: number;
  /** The model gives logits: no sigmoid at its end. Default false. */
  readonly fromLogits?: boolean;
}

/**
 * Focal loss, mean of −(1 − q)^γ ln q with q = p where y = 1 and 1 − p where y = 0, for targets in [0, 1]; between them
 * both terms are weighed by y and 1 − y. Probabilities are clipped to [1e-7, 1 − 1e-7], as in Keras's
 * BinaryFocalCrossentropy; logits are not.
 * @throws {UsageError} when an option is out of range
 * Source: Lin et al. 2017.
 */
export function binaryFocalCrossentropy(options: FocalOptions = {}): Loss {
  const name = "binaryFocalCrossentropy";
  const { gamma, alpha, fromLogits } = resolve(name, options, {
    gamma: number("[0, ∞)", 2),
    alpha: optional(number("[0, 1]")),
    fromLogits: flag(false),
  } satisfies Table<FocalOptions>);
  return defineLoss({
    name,
    takes: fromLogits ? "logits" : "probabilities",
    call(target, prediction) {
      const p = fromLogits ? sigmoid(prediction) : clip(prediction, tiny, 1 - tiny);
      const [q, no] = [sub(1, p), sub(1, target)];
      // −ln p and −ln(1 − p)
      const [yesLoss, noLoss] = fromLogits
        ? [softplus(mul(prediction, -1)), softplus(prediction)]
        : [mul(log(p), -1), mul(log(q), -1)];
      const easy = add(mul(target, p), mul(no, q)); // the probability of what is true
      const entropy = add(mul(target, yesLoss), mul(no, noLoss));
      const focal = gamma === 0 ? entropy : mul(pow(clip(sub(1, easy), tiny, 1), gamma), entropy);
      return perSample(alpha === undefined ? focal : mul(focal, add(mul(target, 2 * alpha - 1), 1 - alpha)));
    },
    checkTargets(targets, outputShape) {
      checkSameAsOutput(name, targets, outputShape);
      checkRange(name, targets, 0, 1, "a probability in [0, 1]");
    },
    config: { className: name, gamma, ...(alpha !== undefined && { alpha }), fromLogits },
  });
}

/** Options of {@link contrastive} and {@link triplet}. */
export interface MarginOptions {
  /** m > 0: from which distance on two of different kinds are far enough from each other. Default 1. */
  readonly margin?: number;
}

/**
 * Mean of y·d² + (1 − y)·max(0, m − d)², where the prediction d ≥ 0 is the distance of a pair and y is 1 for a pair of
 * the same kind, 0 for another.
 * @throws {UsageError} when an option is out of range
 * Source: Hadsell, Chopra & LeCun 2006.
 */
export function contrastive(options: MarginOptions = {}): Loss {
  const name = "contrastive";
  const { margin } = marginOf(name, options);
  return defineLoss({
    name,
    call: (target, d) => perSample(add(mul(target, square(d)), mul(sub(1, target), square(relu(sub(margin, d)))))),
    checkTargets(targets, outputShape) {
      checkSameAsOutput(name, targets, outputShape);
      checkRange(name, targets, 0, 1, "1 for a pair of the same kind, else 0");
    },
    config: { className: name, margin },
  });
}

/**
 * max(0, ‖a − b‖ − ‖a − c‖ + m) for predictions (N, 3, D) of embeddings: an anchor a, one of the same kind b, one of
 * another kind c. Distances are as in PyTorch's TripletMarginLoss, with 1e-6 added to each difference. The targets are
 * not looked at: zeros of (N, 3) will do.
 * @throws {UsageError} when an option is out of range
 * Source: Schroff, Kalenichenko & Philbin 2015.
 */
export function triplet(options: MarginOptions = {}): Loss {
  const name = "triplet";
  const { margin } = marginOf(name, options);
  return defineLoss({
    name,
    call(_target, prediction) {
      checkTriplets(name, prediction.shape.slice(1));
      const [N, , D] = prediction.shape;
      const [a, b, c] = [0, 1, 2].map((i) => reshape(slice(prediction, [0, i, 0], [N, 1, D]), [N, D]));
      const distance = (x: Tensor): Tensor => sqrt(sum(square(add(sub(a, x), 1e-6)), 1));
      return relu(add(sub(distance(b), distance(c)), margin));
    },
    checkTargets: (_targets, outputShape) => checkTriplets(name, outputShape),
    config: { className: name, margin },
  });
}

function checkTriplets(op: string, shape: readonly number[]): void {
  if (shape.length === 2 && shape[0] === 3) return;
  const expected = "[N, 3, D]: anchor, same kind, another kind";
  throw new ShapeError(message(op, "the output is not one of triplets", { expected, got: showShape(["N", ...shape]) }));
}

function marginOf(op: string, options: MarginOptions): { readonly margin: number } {
  return resolve(op, options, { margin: number("(0, ∞)", 1) } satisfies Table<MarginOptions>);
}
