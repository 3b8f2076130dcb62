/**
 * What an optimizer is: hyperparameters and one pass over a slab. It holds no state: moments, step count and current
 * learning rate belong to an {@link OptimizerState}, one per model, so one optimizer can serve many models.
 */
import type { Config } from "../config.js";
import type { OptimizerBlock, OptimizerConstants, SlabRange } from "../ops/inPlace/optimizerSteps.js";

/** A learning rate that changes with the step. */
export interface Schedule {
  /** The learning rate of step `step`, counted from 0 over the whole training. */
  at(step: number): number;
  readonly config: Config;
}

/** How gradients are limited before the step; at most one of these. */
export interface Clipping {
  /** Limits each element to [−clipValue, clipValue]. */
  readonly clipValue?: number;
  /** Limits the Euclidean norm of each parameter's gradient. */
  readonly clipNorm?: number;
  /** Limits the Euclidean norm of all gradients together. */
  readonly globalClipNorm?: number;
}

/** A state slab of an optimizer. */
export interface Slot {
  /** Its name in a checkpoint: "mean", "square", … */
  readonly name: string;
  /** The value of every element before the first step. */
  readonly initial: number;
}

/** An optimizer's hyperparameters and its step. */
export interface Optimizer {
  readonly name: string;
  readonly learningRate: number | Schedule;
  /** λ ≥ 0. Biases and normalisation parameters do not decay. */
  readonly weightDecay: number;
  readonly clipping: Clipping;
  readonly constants: OptimizerConstants;
  readonly slots: readonly Slot[];
  /** One pass over a range. The learning rate, step count and gradient scale are read from the block in memory. */
  step(range: SlabRange, block: OptimizerBlock): void;
  readonly config: Config;
}
