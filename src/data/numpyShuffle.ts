/**
 * The order that `numpy.random.RandomState(seed).shuffle` gives 0 … N − 1, so that data sets are in the same order as
 * in Keras.
 * Source: Matsumoto & Nishimura 1998, "Mersenne Twister"; NumPy's legacy `random_interval` (a mask, and rejection of
 * draws that are too large).
 */
import { ascending } from "../tensor/random.js";

/** As much of NumPy's RandomState as shuffling needs. */
export class NumpyShuffler {
  readonly #state = new Uint32Array(624);
  #at = 624;

  /** @param seed an integer in [0, 2³²) */
  constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < 624; i++) {
      const before = this.#state[i - 1];
      this.#state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** 0 … count − 1, shuffled; each call continues the random sequence of the one before. */
  permutation(count: number): Int32Array {
    const order = ascending(count);
    for (let i = count - 1; i > 0; i--) {
      const mask = 2 ** (32 - Math.clz32(i)) - 1;
      let j = this.#bits() & mask;
      while (j > i) j = this.#bits() & mask;
      const kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }

  #bits(): number {
    if (this.#at === 624) this.#twist();
    let y = this.#state[this.#at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  #twist(): void {
    const s = this.#state;
    for (let i = 0; i < 624; i++) {
      const y = (s[i] & 0x80000000) | (s[(i + 1) % 624] & 0x7fffffff);
      s[i] = s[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}
