/** Where training stands: the epoch, the batch in it, the loss so far. What a checkpoint needs to go on as if nothing had happened. */

/** The state of `fit` between two steps. */
export class Progress {
  /** Epochs done, which is the number of the current one. */
  epoch = 0;
  /** Batches done in this epoch. */
  batch = 0;
  #lossSum = 0;
  #samples = 0;

  /** Mean loss over this epoch's samples so far. */
  get loss(): number {
    return this.#lossSum / this.#samples;
  }

  /** Counts a batch of `samples` samples with that mean loss. */
  add(loss: number, samples: number): void {
    this.#lossSum += loss * samples;
    this.#samples += samples;
    this.batch++;
  }

  nextEpoch(): void {
    this.restart(this.epoch + 1);
  }

  restart(epoch: number): void {
    this.epoch = epoch;
    this.batch = 0;
    this.#lossSum = 0;
    this.#samples = 0;
  }

  /** As plain data; numbers survive JSON exactly. */
  toJSON(): Readonly<Record<string, number>> {
    return { epoch: this.epoch, batch: this.batch, lossSum: this.#lossSum, samples: this.#samples };
  }

  /** Takes over what toJSON gave. */
  restore(data: Readonly<Record<string, number>>): void {
    this.epoch = data.epoch;
    this.batch = data.batch;
    this.#lossSum = data.lossSum;
    this.#samples = data.samples;
  }
}
