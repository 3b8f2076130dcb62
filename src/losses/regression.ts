/**
 * Losses that compare numbers. Letters: y targets and p predictions, (N, …), both with the same shape. Unless stated
 * otherwise, a sample's loss is the mean over its elements.
 */
import type { Op } from "../ops/defineOp.js";
import {
  absoluteErrorOp,
  cosineSimilarityOp,
  halfSquaredErrorOp,
  hingeOp,
  huberOp,
  rowLoss,
  squaredErrorOp,
} from "../ops/loss/rowLosses.js";
import { type Table, number, resolve } from "../options.js";
import { defineLoss } from "./defineLoss.js";
import type { Loss } from "./loss.js";
import { perSample } from "./perSample.js";
import { checkEach, checkSameAsOutput } from "./targets.js";

/** Mean of (p − y)². */
export function meanSquaredError(): Loss {
  return elementwise("meanSquaredError", squaredErrorOp);
}

/** ½‖p − y‖², a sum: its gradient is p − y. */
export function halfSquaredError(): Loss {
  return elementwise("halfSquaredError", halfSquaredErrorOp);
}

/** Mean of |p − y|; its gradient where p = y is 0. */
export function meanAbsoluteError(): Loss {
  return elementwise("meanAbsoluteError", absoluteErrorOp);
}

/** Options of {@link huber}. */
export interface HuberOptions {
  /** δ > 0: where the parabola ends and the straight line begins. Default 1. */
  readonly delta?: number;
}

/**
 * Mean of e²/2 where |e| ≤ δ, else δ|e| − δ²/2, with e = p − y. Source: Huber 1964.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function huber(options: HuberOptions = {}): Loss {
  const { delta } = resolve("huber", options, { delta: number("(0, ∞)", 1) } satisfies Table<HuberOptions>);
  return elementwise("huber", huberOp, delta, { delta });
}

/** Mean of max(0, 1 − y·p) for targets −1 and 1; p > 0 means 1. */
export function hinge(): Loss {
  const loss = elementwise("hinge", hingeOp);
  return defineLoss({
    ...loss,
    takes: "logits",
    checkTargets(targets, outputShape) {
      loss.checkTargets(targets, outputShape);
      const hint = "Map 0 and 1 to −1 and 1 with 2·y − 1.";
      checkEach("hinge", targets, (y) => y === -1 || y === 1, "−1 or 1", hint);
    },
  });
}

/**
 * −cos of the angle between p and y over the last axis, averaged over the others; −1 is best. A vector of zeros gives
 * 0.
 */
export function cosineSimilarity(): Loss {
  return elementwise("cosineSimilarity", cosineSimilarityOp);
}

function elementwise(name: string, op: Op<number>, parameter = 0, options: object = {}): Loss {
  return defineLoss({
    name,
    call: (target, prediction) => perSample(rowLoss(op, prediction, target, parameter)),
    checkTargets: (targets, outputShape) => checkSameAsOutput(name, targets, outputShape),
    config: { className: name, ...options },
  });
}
