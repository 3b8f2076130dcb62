/**
 * The rows of a table that a step's gradients have touched: a list in memory, so that a recorded step visits the rows
 * of its own batch. Its layout is Note [Row list] in assembly/gather/rowList.ts. Letters: V rows of the table. Does not
 * hold gradients.
 */
import { clearRowList, collectAllRows, collectRows, rowListBytes } from "#wasm/kernels";
import { rowListHead } from "#wasm/layout-gather";
import { heap } from "../../runtime/runtime.js";
import { fillStruct } from "../../runtime/struct.js";
import { Slab } from "../../tensor/slab.js";
import type { Tensor } from "../../tensor/tensor.js";

/** A list of rows, initially empty. No scope frees it. */
export class RowList {
  readonly #slab: Slab;

  /**
   * @param rows       V
   * @param rowLength  the elements of a row
   * @throws {MemoryError} when the memory limit is reached
   */
  constructor(rows: number, rowLength: number) {
    this.#slab = new Slab([[Math.ceil(rowListBytes(rows) / 4)]]);
    fillStruct(this.ptr, rowListHead, { count: 0, tableRows: rows, rowLength, unused: 0 });
  }

  /** Address, in bytes. */
  get ptr(): number {
    return this.#slab.whole.ptr;
  }

  /** The number of listed rows. Not for recorded functions. */
  get length(): number {
    return heap().view("int32", this.ptr + rowListHead.at.count, 1)[0];
  }

  /** Lists rows that are not listed yet. @param indices int32, each a row of the table */
  add(indices: Tensor): void {
    collectRows(this.ptr, indices.ptr, indices.size);
  }

  /** Lists all rows that are not listed yet. */
  addAll(): void {
    collectAllRows(this.ptr);
  }

  /** Empties the list; its gradients must be zero. */
  clear(): void {
    clearRowList(this.ptr);
  }

  dispose(): void {
    this.#slab.dispose();
  }
}

/** The list as an argument of kernels; 0 stands for all elements. */
export function rowsPtr(rows: RowList | undefined): number {
  return rows === undefined ? 0 : rows.ptr;
}
