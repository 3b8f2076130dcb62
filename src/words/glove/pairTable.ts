/**
 * Sums by key, in a hash table of fixed size: open addressing with linear probing. Keys are integers in [0, 2⁵³). Does
 * not grow: whoever adds takes the entries out when the table is full.
 */
import { type PairRun, pieceLength } from "./pairRuns.js";

/** The share of slots that are taken in a full table. */
const fullest = 0.75;

/** What stands in a slot without a key. */
const free = -1;

/** A table of 2ⁿ slots of 16 bytes. */
export class PairTable {
  /** Different keys of a full table. */
  readonly most: number;
  /** (slots, 2): a key and its sum. */
  readonly #slots: Float64Array<ArrayBuffer>;
  readonly #mask: number;
  readonly #shift: number;
  #size = 0;

  /** @param bits  n ≥ 2 */
  constructor(bits: number) {
    this.#slots = new Float64Array(2 * 2 ** bits).fill(free);
    this.#mask = 2 ** bits - 1;
    this.#shift = 32 - bits;
    this.most = Math.floor(fullest * 2 ** bits);
  }

  /** Different keys in the table. */
  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.most;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Adds to the sum of a key. */
  add(key: number, amount: number): void {
    const slots = this.#slots;
    const at = this.#find(key);
    if (slots[at] === key) {
      slots[at + 1] += amount;
      return;
    }
    slots[at] = key;
    slots[at + 1] = amount;
    this.#size++;
  }

  /** Takes out everything, in ascending order of the keys. */
  empty(): PairRun {
    const slots = this.#slots;
    const keys = new Float64Array(this.#size);
    for (let at = 0, i = 0; at < slots.length; at += 2) if (slots[at] !== free) keys[i++] = slots[at];
    keys.sort();
    const run: PairRun = [];
    for (let from = 0; from < keys.length; from += pieceLength) {
      const piece = keys.slice(from, from + pieceLength);
      run.push({ keys: piece, sums: piece.map((key) => slots[this.#find(key) + 1]) });
    }
    slots.fill(free);
    this.#size = 0;
    return run;
  }

  /** Where a key is in `slots`, or would be. */
  #find(key: number): number {
    const slots = this.#slots;
    const hash = Math.imul(key >>> 0, 0x9e3779b1) ^ Math.imul((key / 2 ** 32) >>> 0, 0x85ebca6b);
    let at = 2 * (hash >>> this.#shift);
    while (slots[at] !== key && slots[at] !== free) at = (at + 2) & (2 * this.#mask);
    return at;
  }
}
