/** The learning rate as training goes. */
import type { Callback } from "../../index.js";

const mostRates = 800;

/** Writes down the learning rate as training goes; halves their density whenever there are too many. */
export class RateRecorder implements Callback {
  steps: number[] = [];
  rates: number[] = [];
  #step = 0;
  #every = 1;

  onBatchEnd(_batch: number, _logs: unknown, training: { readonly learningRate: number }): void {
    if (this.#step++ % this.#every !== 0) return;
    this.steps.push(this.#step);
    this.rates.push(training.learningRate);
    if (this.steps.length < mostRates) return;
    this.steps = this.steps.filter((_, i) => i % 2 === 0);
    this.rates = this.rates.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }
}
