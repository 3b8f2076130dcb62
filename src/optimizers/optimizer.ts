/**
 * What an optimizer is: hyperparameters and one pass over a slab. It holds no state: moments, step count and current learning rate are the
 * {@link OptimizerState}'s, one for each model, so that one optimizer value may serve many models.
 */
import type { Config } from "../config.js";
import type { OptimizerBlock, OptimizerConstants, SlabRange } from "../ops/inPlace/optimizerSteps.js";
import type { Schedule } from "./schedule.js";

/** How gradients are limited before the step; at most one. */
export interface Clipping {
  /** Each element to [−clipValue, clipValue]. */
  readonly clipValue?: number;
  /** Each parameter's gradient to this Euclidean norm. */
  readonly clipNorm?: number;
  /** All gradients together to this Euclidean norm. */
  readonly globalClipNorm?: number;
}

/** A state slab of an optimizer. */
export interface Slot {
  /** As it stands in a checkpoint: "mean", "square", … */
  readonly name: string;
  /** What every element is before the first step. */
  readonly initial: number;
}

/** An optimizer's hyperparameters and its step. */
export interface Optimizer {
  readonly name: string;
  readonly learningRate: number | Schedule;
  /** λ ≥ 0; biases and the like do not decay. */
  readonly weightDecay: number;
  readonly clipping: Clipping;
  readonly constants: OptimizerConstants;
  readonly slots: readonly Slot[];
  /** One pass over a range. The learning rate, step count and gradient scale are read from the block, in memory. */
  step(range: SlabRange, block: OptimizerBlock): void;
  readonly config: Config;
}
