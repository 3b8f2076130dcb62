/**
 * How often words occur near each other in a text: each pair of places at a distance d ≤ window counts 1/d for the two
 * words. Sums are of whole numbers, of 2⁻²⁴, so that they are exact, in whatever order and in however many parts they are
 * added. Letters: V words.
 */
import { Random } from "../../tensor/random.js";
import { MergedRuns, type PairRun, pieceLength } from "./pairRuns.js";
import { PairTable } from "./pairTable.js";
import { PairKeys, rounds } from "./tournament.js";

/** What 1 is counted as. */
const one = 2 ** 24;

/** Slots of the table are 2 to this power: 64 MiB. */
const tableBits = 22;

/** Places of the text, or entries of runs, between two looks at the clock. */
const stretch = 2 ** 14;

/** Pairs of a match, in random order. */
export interface MatchPairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** How often they occur near each other, of a word with itself twice that: as often as i near j, and j near i. */
  readonly counts: Float32Array;
}

/** Counts the pairs of a text, in steps. */
export class PairCounter {
  readonly #tokens: Int32Array;
  readonly #keys: PairKeys;
  readonly #table: PairTable;
  readonly #weights: Float64Array;
  readonly #runs: PairRun[] = [];
  /** Entries of all runs, and of the one that others were merged to the last time. */
  #spilled = 0;
  #settled = 0;
  #position = 0;

  /** @param bits  slots of the table are 2 to this power */
  constructor(tokens: Int32Array, V: number, window: number, bits = tableBits) {
    this.#tokens = tokens;
    this.#keys = new PairKeys(V);
    this.#table = new PairTable(bits);
    this.#weights = Float64Array.from({ length: window + 1 }, (_, d) => Math.round(one / d)); // [0] is not used
  }

  /** How many words of the text are behind. */
  get behind(): number {
    return this.#position;
  }

  /** Pairs that are counted, those in several runs as often. */
  get pairs(): number {
    return this.#table.size + this.#spilled;
  }

  /** What tables and runs take. */
  get bytes(): number {
    return this.#table.bytes + 16 * this.#spilled;
  }

  /** Counts some more of the text. @returns false where it has ended */
  next(): boolean {
    const tokens = this.#tokens;
    const weights = this.#weights;
    const end = Math.min(tokens.length, this.#position + stretch);
    for (let at = this.#position; at < end; at++) {
      const far = Math.min(weights.length - 1, at);
      for (let d = 1; d <= far; d++) {
        this.#table.add(this.#keys.keyOf(tokens[at], tokens[at - d]), weights[d]);
        if (this.#table.isFull) this.#spill();
      }
    }
    this.#position = end;
    return end < tokens.length;
  }

  #spill(): void {
    this.#spilled += this.#table.size;
    this.#runs.push(this.#table.empty());
    if (this.#spilled < 2 * this.#settled + 8 * this.#table.most) return;
    const merged = new MergedRuns(this.#runs.splice(0));
    const run: PairRun = [];
    while (merged.key < Infinity) run.push(nextPiece(merged));
    this.#settled = this.#spilled = run.reduce((sum, { keys }) => sum + keys.length, 0);
    this.#runs.push(run);
  }

  /**
   * Takes the pairs out, match after match in the order of `rounds`. @param seed of their order within a match
   */
  *matches(seed: number): Generator<MatchPairs> {
    this.#runs.push(this.#table.empty());
    const merged = new MergedRuns(this.#runs.splice(0));
    const random = new Random(seed).fork("pairs");
    for (const match of rounds.flat().keys()) {
      const end = this.#keys.endOf(match);
      const [keys, sums]: [number[], number[]] = [[], []];
      while (merged.key < end) {
        keys.push(merged.key);
        sums.push(merged.take());
      }
      yield this.#shuffled(keys, sums, match, random.fork(match));
    }
  }

  #shuffled(keys: number[], sums: number[], match: number, random: Random): MatchPairs {
    const { length } = keys;
    const [first, second, counts] = [new Int32Array(length), new Int32Array(length), new Float32Array(length)];
    for (let i = 0; i < length; i++) {
      // The entry goes to a place among those before it, whose entry moves to place i.
      const to = random.integer(i + 1);
      first[i] = first[to];
      second[i] = second[to];
      counts[i] = counts[to];
      const [a, b] = this.#keys.pairOf(keys[i], match);
      first[to] = a;
      second[to] = b;
      counts[to] = (a === b ? 2 : 1) * (sums[i] / one);
    }
    return { first, second, counts };
  }
}

function nextPiece(merged: MergedRuns): PairRun[number] {
  const [keys, sums] = [new Float64Array(pieceLength), new Float64Array(pieceLength)];
  let i = 0;
  for (; i < pieceLength && merged.key < Infinity; i++) {
    keys[i] = merged.key;
    sums[i] = merged.take();
  }
  return { keys: keys.slice(0, i), sums: sums.slice(0, i) };
}
