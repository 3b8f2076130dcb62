/**
 * Losses of probabilities: cross-entropies and the Kullback–Leibler divergence. From logits they are exact at any
 * magnitude and cheaper: leave out the last activation and set fromLogits. Letters: y targets, p probabilities, z
 * logits, C classes, ε label smoothing.
 */
import { crossEntropy } from "../ops/loss/crossEntropy.js";
import { binaryCrossEntropyOp, kullbackLeiblerOp, rowLoss, sigmoidCrossEntropyOp } from "../ops/loss/rowLosses.js";
import { softmaxCrossEntropy } from "../ops/loss/softmaxCrossEntropy.js";
import { type Table, flag, number, resolve } from "../options.js";
import { defineLoss } from "./defineLoss.js";
import type { Loss } from "./loss.js";
import { perSample } from "./perSample.js";
import { checkClasses, checkRange, checkSameAsOutput } from "./targets.js";

/** Options of the cross-entropies. */
export interface CrossentropyOptions {
  /** True when the model gives logits: it has no sigmoid or softmax at its end. Default false. */
  readonly fromLogits?: boolean;
  /** ε in [0, 1): moves the targets by this fraction towards the uniform distribution. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Mean of −y′ ln p − (1 − y′) ln(1 − p) over a sample's elements, y′ = (1 − ε) y + ε/2, for targets (N, …) in [0, 1].
 * Probabilities are clipped to [1e-7, 1 − 1e-7], as in Keras; logits are not.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function binaryCrossentropy(options: CrossentropyOptions = {}): Loss {
  const name = "binaryCrossentropy";
  const { fromLogits, labelSmoothing } = checkOptions(name, options);
  const op = fromLogits ? sigmoidCrossEntropyOp : binaryCrossEntropyOp;
  return defineLoss({
    name,
    takes: kindOf(fromLogits),
    call: (target, prediction) => rowLoss(op, prediction, target, labelSmoothing),
    checkTargets(targets, outputShape) {
      checkSameAsOutput(name, targets, outputShape);
      checkRange(name, targets, 0, 1, "a probability in [0, 1]");
    },
    config: { className: name, fromLogits, labelSmoothing },
  });
}

/**
 * −Σ y′ ln p over the classes, y′ = (1 − ε) y + ε/C, with p = softmax(z) from logits. Targets are rows (N, …, C) of
 * probabilities, such as one-hot rows, or int32 labels (N, …), which are cheaper. Averages over further axes.
 * Probabilities are clipped to [1e-7, 1 − 1e-7], as in Keras; logits are not.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function categoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const name = "categoricalCrossentropy";
  const { fromLogits, labelSmoothing } = checkOptions(name, options);
  const op = fromLogits ? softmaxCrossEntropy : crossEntropy;
  return defineLoss({
    name,
    takes: kindOf(fromLogits),
    call: (target, prediction) => perSample(op(prediction, target, { labelSmoothing })),
    checkTargets: (targets, outputShape) => checkClasses(name, targets, outputShape),
    config: { className: name, fromLogits, labelSmoothing },
  });
}

/** Σ y ln(y / p) over the last axis, both clipped to [1e-7, 1] as in Keras; averaged over further axes. */
export function klDivergence(): Loss {
  const name = "klDivergence";
  return defineLoss({
    name,
    takes: kindOf(false),
    call: (target, prediction) => perSample(rowLoss(kullbackLeiblerOp, prediction, target)),
    checkTargets(targets, outputShape) {
      checkSameAsOutput(name, targets, outputShape);
      checkRange(name, targets, 0, 1, "a probability in [0, 1]");
    },
    config: { className: name },
  });
}

function kindOf(fromLogits: boolean): NonNullable<Loss["takes"]> {
  return fromLogits ? "logits" : "probabilities";
}

function checkOptions(op: string, options: CrossentropyOptions): Required<CrossentropyOptions> {
  const table = { fromLogits: flag(false), labelSmoothing: number("[0, 1)", 0) } satisfies Table<CrossentropyOptions>;
  return resolve(op, options, table);
}
