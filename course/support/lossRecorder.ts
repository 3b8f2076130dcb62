/** The loss during training, step by step. */
import type { Callback, Logs } from "lanegrad";

/** The size of an epoch. */
interface Epoch {
  /** Samples of an epoch. */
  readonly rows: number;
  /** Samples of a step; the last step of an epoch may have fewer. */
  readonly batchSize: number;
}

/** Records the mean loss of every so many steps, over their samples. */
export class LossRecorder implements Callback {
  /** The last step of each mean, counted from 1. */
  readonly steps: number[] = [];
  readonly losses: number[] = [];
  readonly #every: number;
  readonly #epoch: Epoch;
  readonly #told: (step: number, loss: number) => void;
  #step = 0;
  /** Samples of the epoch so far, and the sum of their losses. */
  #seen = { samples: 0, loss: 0 };
  /** The same since the last mean. */
  #since = { samples: 0, loss: 0 };

  /** @param every steps of a mean, ≥ 1  @param told  called with each mean */
  constructor(every: number, epoch: Epoch, told: (step: number, loss: number) => void = () => undefined) {
    this.#every = every;
    this.#epoch = epoch;
    this.#told = told;
  }

  onEpochBegin(): void {
    this.#seen = { samples: 0, loss: 0 };
  }

  // logs.loss is the mean over the samples of the epoch so far
  onBatchEnd(batch: number, { loss: mean }: Logs): void {
    const { rows, batchSize } = this.#epoch;
    const samples = Math.min(rows, (batch + 1) * batchSize);
    const seen = { samples, loss: mean * samples };
    this.#since.samples += seen.samples - this.#seen.samples;
    this.#since.loss += seen.loss - this.#seen.loss;
    this.#seen = seen;
    if (++this.#step % this.#every !== 0) return;
    const loss = this.#since.loss / this.#since.samples;
    this.steps.push(this.#step);
    this.losses.push(loss);
    this.#told(this.#step, loss);
    this.#since = { samples: 0, loss: 0 };
  }
}
