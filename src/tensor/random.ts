/**
 * Random numbers on the JavaScript side: xoshiro128**, one stream for each seed, the same bits in every engine.
 * Streams are derived, not stored: `new Random(seed).fork("shuffle").fork(epoch)` is the stream of that epoch whatever
 * was drawn before, so a resumed run needs no saved generator. Does not fill tensors: kernels draw those from a counter
 * in linear memory. Normal numbers are in drawNormal.ts. Not for secrets.
 * Source: Blackman & Vigna 2021, "Scrambled linear pseudorandom number generators".
 */
import { message, show, UsageError } from "../errors.js";

const twoTo32 = 2 ** 32;

/** The integers 0 … n − 1 in order. A loop: `Int32Array.from({ length: n }, …)` takes 200 ns a number, this 3. */
export function ascending(n: number): Int32Array<ArrayBuffer> {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  return order;
}

/** A seeded generator of random numbers. The same seed gives the same numbers everywhere. */
export class Random {
  /** The seed of this stream. */
  readonly seed: number;
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  /**
   * @param seed  any safe integer, negative ones included
   * @throws {UsageError} when the seed is not a safe integer
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new UsageError(message("Random", "seed must be a safe integer", { got: show(seed) }));
    }
    this.seed = seed;
    const low = seed | 0;
    const high = Math.floor(seed / twoTo32) | 0;
    this.#s0 = mix(mix(1, low), high);
    this.#s1 = mix(mix(2, low), high);
    this.#s2 = mix(mix(3, low), high);
    this.#s3 = mix(mix(4, low), high) | 1; // the state must not be all zeros
  }

  /** The next 32 random bits, as an integer in [0, 2³²). */
  bits(): number {
    const scrambled = Math.imul(this.#s1, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const t = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= t;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result >>> 0;
  }

  /**
   * A number in [low, high), one of 2³² equally likely values. Default: in [0, 1).
   * @throws {UsageError} for bounds that are not numbers
   */
  uniform(low = 0, high = 1): number {
    if (typeof low !== "number" || typeof high !== "number") {
      throw new UsageError(message("Random.uniform", "low and high must be numbers"));
    }
    return low + (high - low) * (this.bits() / twoTo32);
  }

  /** An integer in [0, n), all equally likely. @throws {UsageError} when n is not an integer in [1, 2³²] */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > twoTo32) {
      throw new UsageError(
        message("Random.integer", "n is out of range", { expected: "an integer in [1, 2³²]", got: show(n) }),
      );
    }
    const limit = twoTo32 - (twoTo32 % n); // draws at or above it would favour small results
    let draw = this.bits();
    while (draw >= limit) draw = this.bits();
    return draw % n;
  }

  /** Shuffles `values` in place (Fisher–Yates) and returns it. */
  shuffle<T extends Int32Array | unknown[]>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
    return values;
  }

  /** The integers 0 … n − 1 in random order, (n) int32. @throws {UsageError} when n is not an integer in [0, 2³¹) */
  permutation(n: number): Int32Array<ArrayBuffer> {
    if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) {
      throw new UsageError(
        message("Random.permutation", "n is out of range", { expected: "an integer in [0, 2³¹)", got: show(n) }),
      );
    }
    return this.shuffle(ascending(n));
  }

  /**
   * An independent stream named by `label`. It depends only on this stream's seed and the label, not on what was drawn
   * before; this stream is unchanged. A number and its decimal string are different labels.
   * @throws {UsageError} when a number is not a safe integer
   */
  fork(label: number | string): Random {
    if (typeof label !== "string" && !Number.isSafeInteger(label)) {
      throw new UsageError(
        message("Random.fork", "label has the wrong type", {
          expected: "a string or a safe integer",
          got: show(label),
        }),
      );
    }
    const words =
      typeof label === "string" ? [...new TextEncoder().encode(label)] : [label | 0, Math.floor(label / twoTo32) | 0];
    const length = typeof label === "string" ? words.length + 1 : 0;
    const hash = (salt: number) =>
      [this.seed | 0, Math.floor(this.seed / twoTo32) | 0, length, ...words].reduce(mix, salt) >>> 0;
    return new Random(hash(5) + (hash(6) >>> 11) * twoTo32);
  }
}

/**
 * One round of hashing: mixes `word` into `hash` so that every bit depends on it (a step of splitmix32: the golden
 * ratio, then MurmurHash3's finaliser).
 */
function mix(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x85ebca6b) + 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}
