/**
 * The training of word vectors by GloVe: vectors and their sums of squares lie in memory, and a kernel learns from blocks
 * of entries that JavaScript hands over. The formulas, and Note [GloVe rows], are beside the kernel in assembly/words/glove.ts.
 * Letters: V words, D dimensions, S columns of a row. Not differentiable.
 */
import { gloveStep } from "#wasm/kernels";
import { heap } from "../../runtime/runtime.js";
import { Slab } from "../../tensor/slab.js";

/** What a training consists of. */
export interface GloveTrainingOptions {
  /** V */
  readonly words: number;
  /** D */
  readonly dimensions: number;
  /** A first value of what is learnt. */
  readonly draw: () => number;
  /** How many blocks there are in a step, at most. */
  readonly blocks: number;
  /** Entries of a block, at most; a multiple of 4. */
  readonly capacity: number;
  readonly learningRate: number;
  /** The weight of an entry that occurs x times is min(1, (x / most)^power). */
  readonly power: number;
  readonly most: number;
}

/** Entries: words i and j, which occur so many times near each other. Blocks of a step have no words in common. */
export interface EntryBlock {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** > 0 */
  readonly counts: Float32Array;
}

/** A training. No scope frees it. */
export class GloveTraining {
  readonly #options: GloveTrainingOptions;
  /** S */
  readonly #columns: number;
  readonly #slab: Slab;

  /** @throws {MemoryError} when the memory limit is reached */
  constructor(options: GloveTrainingOptions) {
    const { words, dimensions, blocks, capacity } = options;
    this.#options = options;
    this.#columns = 4 * Math.ceil((dimensions + 2) / 4);
    this.#slab = new Slab([[4 * words * this.#columns], [4 * blocks * capacity], [blocks], [blocks]]);
    this.#fill();
  }

  /** Learns from a block each, side by side. @returns Σ f (w_i·c_j + b_i + b̃_j − ln x)² before it, both directions of each entry */
  step(list: readonly EntryBlock[]): number {
    const { capacity, learningRate, power, most } = this.#options;
    const [rows, entries, sizes, losses] = this.#slab.sections;
    for (const [i, { first, second, counts }] of list.entries()) {
      const at = entries.ptr + 16 * i * capacity;
      heap().view("int32", at, first.length).set(first);
      heap()
        .view("int32", at + 4 * capacity, first.length)
        .set(second);
      heap()
        .view("float32", at + 8 * capacity, first.length)
        .set(counts);
    }
    heap()
      .view("int32", sizes.ptr, list.length)
      .set(list.map(({ first }) => first.length));
    gloveStep(rows.ptr, entries.ptr, sizes.ptr, losses.ptr, list.length, capacity, this.#columns, learningRate, power, most); // prettier-ignore
    return heap()
      .view("float32", losses.ptr, list.length)
      .reduce((sum, loss) => sum + loss, 0);
  }

  /** w + c of each word, (V, D). */
  vectors(): Float32Array<ArrayBuffer> {
    const { words, dimensions: D } = this.#options;
    const S = this.#columns;
    const rows = this.#rows();
    const sums = new Float32Array(words * D);
    for (let word = 0, to = 0; word < words; word++) {
      const from = 4 * S * word;
      for (let d = 0; d < D; d++) sums[to++] = rows[from + d] + rows[from + 2 * S + d];
    }
    return sums;
  }

  dispose(): void {
    this.#slab.dispose();
  }

  #rows(): Float32Array {
    const [rows] = this.#slab.sections;
    return heap().view("float32", rows.ptr, rows.size);
  }

  /** Writes rows as training begins: Note [GloVe rows]. */
  #fill(): void {
    const { words, dimensions: D, draw } = this.#options;
    const S = this.#columns;
    const rows = this.#rows();
    for (let from = 0; from < 4 * S * words; from += 2 * S) {
      const [bias, fixed] = from % (4 * S) === 0 ? [D, D + 1] : [D + 1, D];
      for (let d = 0; d < D; d++) rows[from + d] = draw();
      rows[from + bias] = draw();
      rows[from + fixed] = 1;
      rows.fill(1, from + S, from + 2 * S);
      rows[from + S + fixed] = Infinity;
    }
  }
}
