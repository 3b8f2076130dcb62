/**
 * What an optimizer is: hyperparameters and one pass over a slab. It holds no state: moments, step count and current
 * learning rate belong to an {@link OptimizerState}, one per model or list of tensors, so one optimizer can serve many.
 */
import type { Config } from "../config.js";
import type { OptimizerBlock, OptimizerConstants, SlabRange } from "../ops/inPlace/optimizerSteps.js";
import type { Slab } from "../tensor/slab.js";
import type { Tensor } from "../tensor/tensor.js";

/** A learning rate that changes with the step, or with time. */
export interface Schedule {
  /**
   * The learning rate of a step.
   * @param step     counted from 0 over the whole training
   * @param seconds  of training so far, from the clock of a schedule that goes by time
   */
  at(step: number, seconds?: number): number;
  /** Makes a clock that begins at 0, for a schedule that goes by time. Each training has its own. */
  readonly newClock?: () => Clock;
  readonly config: Config;
}

/** How long training has gone on: from its first step on, without the time between two calls of `fit`. */
export interface Clock {
  /** So far. Assigning continues from there. */
  seconds: number;
  /** Lets it run, if it does not. */
  run(): void;
  stop(): void;
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

/** What came of a step that evaluates the loss several times. */
export interface WholeBatchResult {
  /** Of the weights as they now are. */
  readonly loss: number;
  /** False where the weights are those before. */
  readonly isStep: boolean;
  /** True where no step lowers the loss by more than rounding. */
  readonly isOver: boolean;
}

/** Steps that evaluate the loss of all samples several times each. */
export interface WholeBatchSteps {
  /** Makes a step. Where the loss is not finite to begin with, nothing changes. */
  run(): WholeBatchResult;
  dispose(): void;
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
  /**
   * Where a step needs the loss of all samples, several times: makes what makes steps.
   * @param ranges    the parameters with their gradients
   * @param slots     by name
   * @param steps     made before, of which the slots know
   * @param evaluate  computes the loss of all samples, and its gradients, for the weights as they are
   * @internal
   */
  wholeBatch?(
    ranges: readonly SlabRange[],
    slots: ReadonlyMap<string, Slab>,
    steps: number,
    evaluate: () => number,
  ): WholeBatchSteps;
  /**
   * Puts the optimizer to work on tensors of your own, or on the weights of a model that is not compiled, for training
   * loops written by hand:
   *
   *   const optimizer = optimizers.adam().for([w, b]);
   *   const step = record(() => { const loss = …; loss.backward(); optimizer.step(); return loss; });
   *
   * The tensors' values move into one block, and so do their gradients, so that a step is one pass over them; a tensor
   * that shares its memory with another tensor or a recording stays where it is. Weight decay reaches all of them.
   *
   * @param tensors  float32 tensors that require a gradient, each once
   * @throws {UsageError} for what is not such a tensor, or is trained already by a model or another optimizer
   * @throws {MemoryError} when there is no room; nothing has changed then
   */
  for(tensors: readonly Tensor[]): TensorOptimizer;
  readonly config: Config;
}

/** An optimizer at work on tensors, made by {@link Optimizer.for}. */
export interface TensorOptimizer {
  /**
   * The learning rate of the next step. Assigning replaces the optimizer's number or schedule from now on, also in
   * replays of a recorded step.
   */
  learningRate: number;
  /** Steps made, replays included. */
  readonly stepCount: number;
  /**
   * One training step: reads and clears the gradients, updates the tensors. Kernels only: it may be recorded.
   * @throws {UsageError} for a schedule that gives no learning rate, or where a tensor was freed or is trained by a
   *   model since
   */
  step(): void;
  /**
   * Sets the gradients to zero. A step has done so already; it is for gradients that are not to be used. It may be
   * recorded.
   */
  zeroGrad(): void;
  /** Frees gradients and state at once, and leaves the tensors as they are. A garbage collector does it, too. */
  dispose(): void;
  /** `using optimizer = …` disposes it at the end of the block. */
  [Symbol.dispose](): void;
}
