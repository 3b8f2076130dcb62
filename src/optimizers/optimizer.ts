/**
 * What an optimizer is: hyperparameters and one pass over a slab. It holds no state: moments, step count and current learning rate are the
 * {@link OptimizerState}'s, one for each model, so that one optimizer value may serve many models.
 */
import type { Config } from "../config.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Schedule } from "./schedule.js";

/** A part of the parameter slab with its gradients and the optimizer's slots, all (n). */
export interface SlabRange {
  readonly values: Tensor;
  /** Cleared by the step that reads them. */
  readonly gradients: Tensor;
  /** One an entry of slotNames, zero before the first step. */
  readonly slots: readonly Tensor[];
  /** False for biases and the like, which weight decay leaves alone. */
  readonly decays: boolean;
}

/** How gradients are limited before the step; at most one. */
export interface Clipping {
  /** Each element to [−clipValue, clipValue]. */
  readonly clipValue?: number;
  /** Each parameter's gradient to this Euclidean norm. */
  readonly clipNorm?: number;
  /** All gradients together to this Euclidean norm. */
  readonly globalClipNorm?: number;
}

/** An optimizer's hyperparameters and its step. */
export interface Optimizer {
  readonly name: string;
  readonly learningRate: number | Schedule;
  readonly clipping: Clipping;
  /** Names of the state slabs, such as "m" and "v", as they stand in a checkpoint. */
  readonly slotNames: readonly string[];
  /** Writes the constants (β, ε, …) into a fresh optimizer block. */
  writeConstants(block: Tensor): void;
  /** One pass over a range. The learning rate, step count and gradient scale are read from the block, in memory. */
  step(range: SlabRange, block: Tensor): void;
  readonly config: Config;
}
