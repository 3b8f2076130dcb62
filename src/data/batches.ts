/**
 * From rows to batches: the rows of an epoch in a seeded order, gathered by a kernel into buffers that are the same for every batch.
 * Letters: N rows of the data, n rows of a batch. Does not know models or losses.
 */
import { gatherInto } from "../ops/gather.js";
import { empty, zeros } from "../tensor/create.js";
import { Random } from "../tensor/random.js";
import { keep } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";

/** A gathered batch: for each column its n rows. The tensors are views on the buffers and change with the next batch. */
export type Batch = readonly Tensor[];

/** Columns of data with N rows each, handed out batch by batch. */
export class Batches {
  /** N */
  readonly rows: number;
  readonly batchSize: number;
  /** Batches in an epoch; the last may be smaller. */
  readonly count: number;
  readonly #columns: readonly Tensor[];
  readonly #buffers: readonly Tensor[];
  readonly #indices: Tensor;
  readonly #views = new Map<number, { readonly indices: Tensor; readonly batch: Batch }>();

  /**
   * @param columns    (N, …) each; uint8 is read as fractions of 255
   * @param batchSize  n, 1 ≤ n; more than N is N
   * Errors: MemoryError.
   */
  constructor(columns: readonly Tensor[], batchSize: number) {
    this.rows = columns[0].shape[0];
    this.batchSize = Math.min(batchSize, this.rows);
    this.count = Math.ceil(this.rows / this.batchSize);
    this.#columns = columns;
    this.#buffers = columns.map(({ shape, dtype }) =>
      keep(empty([this.batchSize, ...shape.slice(1)], dtype === "uint8" ? "float32" : dtype)),
    );
    this.#indices = keep(zeros([this.batchSize], { dtype: "int32" }));
  }

  /** The order of an epoch's rows: a permutation that follows from seed and epoch alone, or as they stand. */
  order(shuffle: boolean, seed: number, epoch: number): Int32Array {
    return shuffle
      ? new Random(seed).fork(`epoch ${epoch}`).permutation(this.rows)
      : Int32Array.from({ length: this.rows }, (_, i) => i);
  }

  /** Rows of batch `b`. */
  sizeOf(b: number): number {
    return Math.min(this.batchSize, this.rows - b * this.batchSize);
  }

  /**
   * Says which rows are next: batch `b` of an epoch with that order. {@link gather} then fills the buffers.
   * @returns the number of rows n, and the buffers cut to it
   */
  select(order: Int32Array, b: number): { readonly n: number; readonly batch: Batch } {
    const rows = order.subarray(b * this.batchSize, Math.min((b + 1) * this.batchSize, this.rows));
    const { indices, batch } = this.#viewsOf(rows.length);
    indices.assign(rows);
    return { n: rows.length, batch };
  }

  /** Fills the buffers with the selected rows, n of them. Kernels only: it takes part in a recorded step. */
  gather(n: number): void {
    const { indices, batch } = this.#viewsOf(n);
    for (const [i, column] of this.#columns.entries()) gatherInto(batch[i], column, indices);
  }

  /** Frees the buffers. */
  dispose(): void {
    for (const { indices, batch } of this.#views.values()) for (const view of [indices, ...batch]) view.dispose();
    for (const buffer of [this.#indices, ...this.#buffers]) buffer.dispose();
  }

  #viewsOf(n: number): { readonly indices: Tensor; readonly batch: Batch } {
    let views = this.#views.get(n);
    if (views === undefined) {
      const batch = this.#buffers.map((buffer) => keep(buffer.section(0, [n, ...buffer.shape.slice(1)])));
      views = { indices: keep(this.#indices.section(0, [n])), batch };
      this.#views.set(n, views);
    }
    return views;
  }
}
