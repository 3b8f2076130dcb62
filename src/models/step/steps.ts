/**
 * One computation for every batch, recorded at the first batch of each size (rows, and steps where they are grouped by
 * length) and replayed for the others: gathering the rows, then whatever is to be done with them. Does not know what
 * that is. Letters: n rows of a batch.
 *
 * Note [Nothing to replay]. In a single pass over the data, nobody would replay the recording of a size that only one
 * batch has. Such a batch is computed by the same kernels without a recording: a prediction of one sample takes half
 * the time.
 */
import type { Batch, Batches } from "../../data/batches.js";
import { type Recording, record } from "../../tensor/record.js";
import { scope } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";

/** A computation on batches, as recordings. */
export class Steps {
  readonly batches: Batches;
  readonly #compute: (batch: Batch) => Tensor[];
  /** By the buffers of a batch, which are the same for all batches of a size. */
  readonly #recordings: Map<Batch, Recording<Tensor[]>>;

  readonly #isOnce: boolean;
  /** What was computed without a recording. */
  #made: Tensor[] = [];

  /**
   * @param compute  from a gathered batch to the tensors that are read afterwards; kernels only
   * @param isOnce   true where no batch is run twice: Note [Nothing to replay]
   */
  constructor(batches: Batches, compute: (batch: Batch) => Tensor[], isOnce: boolean) {
    this.batches = batches;
    this.#isOnce = isOnce;
    this.#compute = compute;
    this.#recordings = batches.lengths?.recentlyUsed(free) ?? new Map<Batch, Recording<Tensor[]>>();
  }

  /**
   * Gathers batch `b` of an epoch with that order of rows and computes.
   * @returns its results, which the next run overwrites
   */
  run(order: Int32Array, b: number): Tensor[] {
    const { n, steps, batch } = this.batches.select(order, b);
    const known = this.#recordings.get(batch);
    if (known !== undefined) {
      known.replay();
      return known.result;
    }
    const compute = (): Tensor[] => {
      this.batches.gather(n, steps);
      return this.#compute(batch);
    };
    const { count, batchSize } = this.batches;
    if (this.#isOnce && (count === 1 || n < batchSize)) {
      return (this.#made = scope(compute));
    }
    const recording = record(compute);
    this.#recordings.set(batch, recording);
    return recording.result;
  }

  /** Frees the recordings, their results, and the batches' buffers. */
  dispose(): void {
    for (const tensor of this.#made) tensor.dispose();
    for (const recording of this.#recordings.values()) free(recording);
    this.batches.dispose();
  }
}

function free(recording: Recording<Tensor[]>): void {
  for (const tensor of recording.result) tensor.dispose();
  recording.dispose();
}
