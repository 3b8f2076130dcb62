/**
 * Sorted runs of keys with a sum each, and their merging: what a full table of pairs leaves behind. Runs lie in memory in
 * pieces, and a piece is let go when the merging is behind it. Does not write files, so that it works in pages, too.
 */

/** Keys in ascending order, all different, and a sum for each. */
export interface PairPiece {
  readonly keys: Float64Array;
  readonly sums: Float64Array;
}

/** Pieces one after the other; of 16 bytes an entry. */
export type PairRun = PairPiece[];

/** Entries of a piece. */
export const pieceLength = 2 ** 16;

/** A run that is read from its beginning, and emptied. */
class Reader {
  /** The next key, Infinity behind the last. */
  key = Infinity;
  sum = 0;
  readonly number: number;
  readonly #run: PairRun;
  #at = -1;

  constructor(run: PairRun, number: number) {
    this.#run = run;
    this.number = number;
    this.next();
  }

  next(): void {
    if (this.#run.length > 0 && ++this.#at === this.#run[0].keys.length) {
      this.#run.shift();
      this.#at = 0;
    }
    if (this.#run.length === 0) {
      this.key = Infinity;
      return;
    }
    this.key = this.#run[0].keys[this.#at];
    this.sum = this.#run[0].sums[this.#at];
  }
}

/** Runs that are read, and emptied, as one: its keys are those of all of them, its sums theirs, added in the order of the runs. */
export class MergedRuns {
  /** A heap by key, then by the number of the run: the next entry is of its first reader. */
  readonly #heap: Reader[];

  constructor(runs: readonly PairRun[]) {
    this.#heap = runs.map((run, number) => new Reader(run, number));
    for (let i = this.#heap.length - 1; i >= 0; i--) this.#settle(i);
  }

  /** The next key; Infinity when there is none. */
  get key(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0].key;
  }

  /** Takes the next key out. @returns its sum */
  take(): number {
    const { key } = this;
    let sum = 0;
    while (key < Infinity && this.#heap[0].key === key) {
      const first = this.#heap[0];
      sum += first.sum;
      first.next();
      this.#settle(0);
    }
    return sum;
  }

  /** Lets entry i of the heap, which may be too great, sink to its place. */
  #settle(i: number): void {
    const heap = this.#heap;
    const sinking = heap[i];
    for (;;) {
      let least = sinking;
      let place = i;
      for (let child = 2 * i + 1; child <= 2 * i + 2 && child < heap.length; child++) {
        const one = heap[child];
        if (one.key > least.key || (one.key === least.key && one.number > least.number)) continue;
        least = one;
        place = child;
      }
      if (place === i) return;
      heap[i] = least;
      heap[place] = sinking;
      i = place;
    }
  }
}
