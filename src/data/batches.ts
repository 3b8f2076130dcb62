/**
 * From rows to batches: the rows of an epoch in a seeded order, gathered by a kernel into buffers that all batches
 * share.
 * Letters: N rows of the data, n rows of a batch, L steps of its sequences where rows are grouped by length. Does not
 * know models or losses.
 */
import { gatherInto, gatherStepsInto } from "../ops/shape/gather.js";
import { empty, zeros } from "../tensor/create.js";
import { ascending, Random } from "../tensor/random.js";
import { keep } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Lengths } from "./lengths.js";

/** A gathered batch: n rows of each column. The tensors are views of the buffers and change with the next batch. */
export type Batch = readonly Tensor[];

/** Columns of data with N rows each, given out batch by batch. */
export class Batches {
  /** N */
  readonly rows: number;
  readonly batchSize: number;
  /** Batches in an epoch; the last may be smaller. */
  readonly count: number;
  readonly #columns: readonly Tensor[];
  readonly #buffers: readonly Tensor[];
  readonly #indices: Tensor;
  /** Of column 0, if rows are grouped by length. */
  readonly lengths: Lengths | undefined;
  /** The views of the buffers, by n and L. */
  readonly #views = new Map<number, { readonly indices: Tensor; readonly batch: Batch }>();
  #computedSteps = 0;
  #tokens = 0;

  /**
   * @param columns    (N, …) each; uint8 is read as fractions of 255
   * @param batchSize  n ≥ 1; if larger than N, N
   * @param lengths    of column 0, (N, T) int32, if rows are grouped by length: Note [Groups by length]
   * @throws {MemoryError}
   */
  constructor(columns: readonly Tensor[], batchSize: number, lengths?: Lengths) {
    this.lengths = lengths;
    this.rows = columns[0].shape[0];
    this.batchSize = Math.min(batchSize, this.rows);
    this.count = Math.ceil(this.rows / this.batchSize);
    this.#columns = columns;
    this.#buffers = columns.map(({ shape, dtype }) =>
      keep(empty([this.batchSize, ...shape.slice(1)], dtype === "uint8" ? "float32" : dtype)),
    );
    this.#indices = keep(zeros([this.batchSize], { dtype: "int32" }));
  }

  /** The order of an epoch's rows: a permutation that depends on seed and epoch alone, or the given order. */
  order(shuffle: boolean, seed: number, epoch: number): Int32Array {
    const random = new Random(seed).fork(`epoch ${epoch}`);
    if (this.lengths !== undefined) return this.lengths.order(this.batchSize, shuffle, random);
    return shuffle ? random.permutation(this.rows) : ascending(this.rows);
  }

  /** The multiple that lengths are rounded up to; false where rows are not grouped by length. */
  get grouping(): number | false {
    return this.lengths?.multiple ?? false;
  }

  /** Rows of batch `b`. */
  sizeOf(b: number): number {
    return Math.min(this.batchSize, this.rows - b * this.batchSize);
  }

  /**
   * Selects the rows of batch `b` of an epoch with that order. {@link gather} then fills the buffers.
   * @returns the number of rows n, the number of steps L (undefined where rows are not grouped by length), and views of
   *   the buffers of that size: the same array for the same n and L
   */
  select(
    order: Int32Array,
    b: number,
  ): { readonly n: number; readonly steps: number | undefined; readonly batch: Batch } {
    const rows = order.subarray(b * this.batchSize, Math.min((b + 1) * this.batchSize, this.rows));
    const steps = this.lengths && this.#stepsOf(this.lengths, rows);
    const { indices, batch } = this.#viewsOf(rows.length, steps);
    indices.assign(rows);
    return { n: rows.length, steps, batch };
  }

  /** Fills the buffers with the selected rows, n rows of L steps. Only calls kernels, so that it can be recorded. */
  gather(n: number, steps?: number): void {
    const { indices, batch } = this.#viewsOf(n, steps);
    for (const [i, column] of this.#columns.entries()) {
      if (i > 0 || steps === undefined) gatherInto(batch[i], column, indices);
      else gatherStepsInto(batch[i], column, indices, this.lengths!.isPaddedInFront ? column.shape[1] - steps : 0);
    }
  }

  /** The share of padding in all steps selected so far, in percent; undefined where rows are not grouped by length. */
  get padding(): number | undefined {
    return this.#computedSteps === 0 ? undefined : 100 * (1 - this.#tokens / this.#computedSteps);
  }

  /** Frees the buffers. */
  dispose(): void {
    for (const { indices, batch } of this.#views.values()) for (const view of [indices, ...batch]) view.dispose();
    for (const buffer of [this.#indices, ...this.#buffers]) buffer.dispose();
  }

  /** L; also counts its padding. */
  #stepsOf({ tokens, rounded }: Lengths, rows: Int32Array): number {
    const steps = rows.reduce((most, row) => Math.max(most, rounded[row]), 0);
    this.#computedSteps += steps * rows.length;
    this.#tokens += rows.reduce((sum, row) => sum + tokens[row], 0);
    return steps;
  }

  #viewsOf(n: number, steps: number | undefined): { readonly indices: Tensor; readonly batch: Batch } {
    const key = (steps ?? 0) * (this.batchSize + 1) + n;
    let views = this.#views.get(key);
    if (views === undefined) {
      const batch = this.#buffers.map(({ shape }, i) =>
        keep(this.#buffers[i].section(0, i === 0 && steps !== undefined ? [n, steps] : [n, ...shape.slice(1)])),
      );
      views = { indices: keep(this.#indices.section(0, [n])), batch };
      this.#views.set(key, views);
    }
    return views;
  }
}
