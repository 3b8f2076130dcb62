/**
 * Fuzzers: checks on cases drawn at random. A case is known by its number, from which everything in it follows, so that a failure is seen again by
 * `npm run fuzz -- NAME --from NUMBER --cases 1`. `npm test` plays the first few of each (fuzz.test.ts), `npm run fuzz` all (main.ts).
 */

/** One kind of check. */
export interface Fuzzer {
  /** What `npm run fuzz` calls it: a word or two with hyphens. */
  readonly name: string;
  /** What holds for every case, as a sentence. */
  readonly holds: string;
  /** The number of cases that `npm run fuzz` plays. */
  readonly cases: number;
  /** The number that `npm test` plays: about a second's worth. */
  readonly shortCases: number;
  /** Plays a case; throws where what must hold does not. */
  readonly play: (random: Draw) => void | Promise<void>;
}

/** Draws for one case: a 32-bit generator (mulberry32) started from the case's number. */
export class Draw {
  #state: number;

  /** @param seed  an integer ≥ 0 */
  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b9);
  }

  /** A number in [0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer in [low, high], both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** True with this probability. */
  chance(probability = 0.5): boolean {
    return this.uniform() < probability;
  }

  /** One of them. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)];
  }

  /** `n` numbers in [low, high). */
  numbers(n: number, low = -1, high = 1): Float32Array {
    return Float32Array.from({ length: n }, () => low + this.uniform() * (high - low));
  }
}
