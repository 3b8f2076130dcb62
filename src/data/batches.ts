/**
 * From rows to batches: the rows of an epoch in a seeded order, gathered by a kernel into buffers that all batches
 * share.
 * Letters: N rows of the data, n rows of a batch. Does not know models or losses.
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
  /** If rows are grouped by length. */
  readonly lengths: Lengths | undefined;
  /** The views of the buffers, by n and the steps. */
  readonly #views = new Map<number, { readonly indices: Tensor; readonly batch: Batch }>();

  /**
   * @param columns    (N, …) each; uint8 is read as fractions of 255
   * @param batchSize  n ≥ 1; if larger than N, N
   * @param lengths    if rows are grouped by length: Note [Groups by length]
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

  /** The order of an epoch's rows: a permutation that depends on the seed and the number of passes before, or the given order. */
  order(shuffle: boolean, seed: number, passes: number): Int32Array {
    const random = new Random(seed).fork(`epoch ${passes}`);
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
   * @returns the number of rows n, the steps of its sequences (undefined where rows are not grouped by length), and views
   *   of the buffers of that size: the same array for the same n and steps
   */
  select(
    order: Int32Array,
    b: number,
  ): { readonly n: number; readonly steps: readonly number[] | undefined; readonly batch: Batch } {
    const rows = order.subarray(b * this.batchSize, Math.min((b + 1) * this.batchSize, this.rows));
    const steps = this.lengths?.stepsOf(rows);
    const { indices, batch } = this.#viewsOf(rows.length, steps);
    indices.assign(rows);
    return { n: rows.length, steps, batch };
  }

  /** Fills the buffers with the selected rows, n rows of so many steps. Only calls kernels, so that it can be recorded. */
  gather(n: number, steps?: readonly number[]): void {
    const { indices, batch } = this.#viewsOf(n, steps);
    for (const [i, column] of this.#columns.entries()) {
      const cut = steps && this.lengths!.cutOf(i, steps);
      if (cut === undefined) gatherInto(batch[i], column, indices);
      else gatherStepsInto(batch[i], column, indices, cut.from);
    }
  }

  /** The share of padding in all steps selected so far, in percent; undefined where rows are not grouped by length. */
  get padding(): number | undefined {
    return this.lengths?.padding;
  }

  /** Frees the buffers. */
  dispose(): void {
    for (const { indices, batch } of this.#views.values()) for (const view of [indices, ...batch]) view.dispose();
    for (const buffer of [this.#indices, ...this.#buffers]) buffer.dispose();
  }

  #viewsOf(n: number, steps: readonly number[] | undefined): { readonly indices: Tensor; readonly batch: Batch } {
    const key = (steps === undefined ? 0 : this.lengths!.keyOf(steps)) * (this.batchSize + 1) + n;
    let views = this.#views.get(key);
    if (views === undefined) {
      const batch = this.#buffers.map((buffer, i) => {
        const cut = steps && this.lengths!.cutOf(i, steps);
        const rest = buffer.shape.slice(1);
        return keep(buffer.section(0, cut === undefined ? [n, ...rest] : [n, cut.steps, ...rest.slice(1)]));
      });
      views = { indices: keep(this.#indices.section(0, [n])), batch };
      this.#views.set(key, views);
    }
    return views;
  }
}
