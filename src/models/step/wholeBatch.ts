/**
 * Steps of optimizers that evaluate the loss of all samples several times, such as L-BFGS: each epoch is one step of one
 * batch, in the same order of rows every time, so that the loss is a function of the weights alone.
 *
 * Imported where a model is trained so, and itself without imports but errors: what it shared with the page, bundlers
 * would put into files of its own.
 */
import { UsageError, message } from "../../errors.js";
import type { WholeBatchSteps } from "../../optimizers/optimizer.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { EpochSteps, WholeStep } from "./epochSteps.js";
import type { TrainingStep } from "./training.js";

/** Steps of the whole batch. */
export class WholeBatch implements EpochSteps {
  readonly batches: EpochSteps["batches"];
  readonly #step: TrainingStep;
  readonly #steps: EpochSteps;
  readonly #descent: WholeBatchSteps;
  #order!: Int32Array;
  #results!: readonly Tensor[];
  evaluations = 0;

  /** @throws {UsageError} where an epoch has several batches or parts, or a weight has a constraint */
  constructor(step: TrainingStep, steps: EpochSteps) {
    const { batches } = steps;
    const { name } = step.optimizer.optimizer;
    if (batches.count !== 1 || steps.train || steps.next) {
      const parts = steps.next ? "a stream" : steps.train ? "accumulate" : undefined;
      const [expected, got] = [
        'batchSize: "full"',
        parts ?? `${batches.count} batches of ${batches.batchSize} samples`,
      ];
      const hint = "It compares losses of the same samples.";
      throw new UsageError(message("fit", `${name} needs all samples in one batch`, { expected, got, hint }));
    }
    const constrained = step.weights.trainable.find(({ parameter }) => parameter.spec.constraint);
    if (constrained !== undefined) {
      const hint = "Leave out the constraint, or take another optimizer.";
      throw new UsageError(message("fit", `${name} keeps no constraint, and ${constrained.name} has one`, { hint }));
    }
    this.#step = step;
    this.#steps = steps;
    this.batches = {
      ...{ rows: batches.rows, batchSize: batches.batchSize, count: 1, grouping: batches.grouping, padding: undefined },
      order: (_, seed, epoch) => batches.order(false, seed, epoch),
      sizeOf: (b) => batches.sizeOf(b),
      select: (order, b) => batches.select(order, b),
    };
    this.#descent = step.optimizer.wholeBatch(() => this.#evaluate())!;
  }

  train(order: Int32Array): WholeStep {
    const step = this.#step;
    this.#order = order;
    this.evaluations = 0;
    step.begin();
    try {
      const { loss, isStep, isOver } = this.#descent.run();
      if (isStep) step.completeStep();
      if (!Number.isFinite(loss)) step.refuse();
      const stopped = isOver ? "no step lowers the loss any more" : undefined;
      step.discard();
      return { results: this.#results, loss, stopped };
    } catch (error) {
      step.refuse();
      throw error;
    }
  }

  /** Loss, NaN where a gradient is not finite, and gradients of all samples, as if this were the step's first evaluation. */
  #evaluate(): number {
    this.#step.refuse();
    this.evaluations++;
    this.#results = this.#steps.run(this.#order, 0);
    const { optimizer } = this.#step;
    optimizer.measureGradients();
    return this.#results[0].item() + 0 * optimizer.gradientNorm; // 0 · ∞ is NaN
  }

  run(): never {
    throw new UsageError(message("fit", "a step of the whole batch is made by train"));
  }

  dispose(): void {
    this.#descent.dispose();
    this.#steps.dispose();
  }
}
