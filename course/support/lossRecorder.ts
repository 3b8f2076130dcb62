/** The loss as training goes, step by step. */
import type { Callback, Logs } from "lanegrad";

/** Writes down the mean loss of every so many steps. */
export class LossRecorder implements Callback {
  /** The step that each mean ends with, from 1. */
  readonly steps: number[] = [];
  readonly losses: number[] = [];
  readonly #every: number;
  #step = 0;
  /** Losses of the epoch, added up. */
  #epoch = 0;
  /** Losses since the last mean, added up. */
  #sum = 0;

  readonly #told: (step: number, loss: number) => void;

  /** @param every steps of a mean, ≥ 1  @param told  called with each mean */
  constructor(every: number, told: (step: number, loss: number) => void = () => undefined) {
    this.#every = every;
    this.#told = told;
  }

  onEpochBegin(): void {
    this.#epoch = 0;
  }

  // logs.loss is the mean of the epoch so far
  onBatchEnd(batch: number, { loss }: Logs): void {
    const epoch = loss * (batch + 1);
    this.#sum += epoch - this.#epoch;
    this.#epoch = epoch;
    if (++this.#step % this.#every !== 0) return;
    this.steps.push(this.#step);
    this.losses.push(this.#sum / this.#every);
    this.#told(this.#step, this.#sum / this.#every);
    this.#sum = 0;
  }
}
