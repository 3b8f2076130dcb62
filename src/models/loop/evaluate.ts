/**
 * Loss and metrics over a data set, batch by batch, without training. The metrics of a training in progress are not
 * touched.
 */
import type { Logs } from "../../callbacks/callback.js";
import { Batches } from "../../data/batches.js";
import type { Lengths } from "../../data/lengths.js";
import type { OwnStates } from "../../layers/sequencePart.js";
import { breathe } from "../../runtime/breathe.js";
import { type DataColumns, splitBatch, tensorsOf } from "../input/batchColumns.js";
import { type LossSums, addLoss, meanLoss } from "../step/epochLoss.js";
import type { Interrupts } from "./interrupts.js";
import type { EpochSteps, MakeSteps } from "../step/epochSteps.js";
import type { RunningMetrics } from "../step/runningMetrics.js";
import { Steps } from "../step/steps.js";
import type { TrainingStep } from "../step/training.js";

/** The evaluation of a data set, run once or after every epoch. */
export class Evaluation {
  readonly #metrics: RunningMetrics;
  readonly #states: OwnStates | undefined;
  readonly #steps: EpochSteps;

  /** @param makeSteps where batches come from a stream, of which `data` is the first @throws {MemoryError} */
  constructor(step: TrainingStep, data: DataColumns, batchSize: number, lengths?: Lengths, makeSteps?: MakeSteps) {
    const metrics = step.newMetrics();
    this.#metrics = metrics;
    const states = (this.#states = step.newStates());
    const stepsOn = (columns: DataColumns): Steps =>
      new Steps(new Batches(tensorsOf(columns), batchSize, lengths), (batch) =>
        inStates(states, () => step.evaluate(splitBatch(columns, batch), metrics)),
      );
    this.#steps = makeSteps?.(stepsOn) ?? stepsOn(data);
  }

  /**
   * Evaluates all batches. Carried states begin at zero; those of the model do not change.
   * @returns loss (the mean over the samples, or over the steps that count) and metrics, by name
   */
  async run(checkInterrupts: Interrupts): Promise<Logs> {
    const { batches } = this.#steps;
    const order = batches.order(false, 0, 0);
    this.#metrics.reset();
    this.#states?.reset();
    const sums: LossSums = [];
    for (let b = 0; b < batches.count; b++) {
      await breathe();
      checkInterrupts();
      if (this.#steps.next !== undefined) {
        if (!(await this.#steps.next({ epoch: 0, batch: b }))) break;
        checkInterrupts();
      }
      addLoss(sums, this.#steps.run(order, b), batches.sizeOf(b));
    }
    return { loss: meanLoss(sums), ...this.#metrics.results() };
  }

  dispose(): void {
    this.#steps.dispose();
    this.#metrics.dispose();
    this.#states?.dispose();
  }
}

/** Runs `fn`, which calls layers, with separate states if layers carry states. */
export function inStates<T>(states: OwnStates | undefined, fn: () => T): T {
  return states === undefined ? fn() : states.use(fn);
}
