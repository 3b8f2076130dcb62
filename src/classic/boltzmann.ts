/**
 * A Boltzmann machine of a few units, all connected: states s of 0 and 1 with probability exp(−E(s)) / Z,
 * E(s) = −½ sᵀ W s − bᵀ s. Small enough that all 2ⁿ states can be counted, so that what Gibbs sampling finds can be compared
 * with what is exact. Letters: n units, of which the first V are visible and are what is learnt.
 * Source: Ackley, Hinton & Sejnowski 1985.
 */
import { checkObject, integer, number, oneOf, resolve } from "../options.js";
import { Random } from "../tensor/random.js";
import { type Samples, checkAmong, rowsOf } from "./rows.js";
import { SavedNetwork, type Stored, storedValues } from "./saved.js";

/** Options of {@link BoltzmannMachine}. */
export interface BoltzmannOptions {
  /** V */
  readonly visible: number;
  /** Default 0. V + hidden ≤ 16. */
  readonly hidden?: number;
  /** Weights begin as uniform numbers in [−spread, spread). Default 0.1. */
  readonly spread?: number;
  /** Of these. Default 0. */
  readonly seed?: number;
}

/** Options of {@link BoltzmannMachine.fit}. */
export interface BoltzmannMachineFitOptions {
  /** Default 200. */
  readonly epochs?: number;
  /** Default 0.5. */
  readonly learningRate?: number;
  /** "exact": over all states. "sampled": by so many sweeps of Gibbs sampling. Default "exact". */
  readonly expectations?: "exact" | "sampled";
  /** Sweeps of each expectation. Default 200. */
  readonly sweeps?: number;
  /** Of the draws. Default 0. */
  readonly seed?: number;
}

/** A machine, untrained. */
export class BoltzmannMachine extends SavedNetwork {
  readonly visible: number;
  readonly hidden: number;
  /** W, (n, n): symmetric, zero on the diagonal. */
  readonly weights: Float64Array;
  /** b, (n) */
  readonly biases: Float64Array;

  /** @throws {UsageError} for an option that is unknown or out of range */
  constructor(options: BoltzmannOptions) {
    super();
    const op = "BoltzmannMachine";
    checkObject(op, "options", options);
    const { visible, hidden, spread, seed } = resolve(op, options, {
      ...{ visible: integer("[1, 16]"), hidden: integer("[0, 15]", 0), seed: integer("[0, 4294967295]", 0) },
      spread: number("[0, ∞)", 0.1),
    });
    integer("[1, 16]")(op, "the number of all units", visible + hidden);
    [this.visible, this.hidden] = [visible, hidden];
    const n = visible + hidden;
    const random = new Random(seed);
    this.weights = new Float64Array(n * n);
    this.biases = new Float64Array(n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) this.weights[i * n + j] = this.weights[j * n + i] = random.uniform(-spread, spread);
  }

  /** n */
  get units(): number {
    return this.visible + this.hidden;
  }

  /** P of each of the 2ⱽ states of the visible units; bit i of a state's number is unit i. */
  probabilities(): Float64Array {
    const all = this.#all();
    const own = new Float64Array(2 ** this.visible);
    for (const [state, p] of all.entries()) own[state % own.length] += p;
    return own;
  }

  /**
   * Relative frequencies of the visible states in Gibbs sampling, after a tenth of the sweeps has been left out.
   * @throws {UsageError} for sweeps out of range
   */
  sampled(sweeps: number, seed = 0): Float64Array {
    integer("[1, ∞)")("BoltzmannMachine.sampled", "sweeps", sweeps);
    const own = new Float64Array(2 ** this.visible);
    const random = new Random(seed);
    const state = Float64Array.from({ length: this.units }, () => Math.round(random.uniform()));
    const lead = Math.floor(sweeps / 10);
    for (let sweep = 0; sweep < lead + sweeps; sweep++) {
      this.#sweep(state, random, 0);
      if (sweep >= lead) own[numberOf(state.subarray(0, this.visible))] += 1 / sweeps;
    }
    return own;
  }

  /**
   * Raises the likelihood of samples: W += η (⟨s sᵀ⟩ with the samples on the visible units − ⟨s sᵀ⟩ free), b alike.
   * @param x  (N, V): 0 or 1
   * @returns the Kullback–Leibler divergence of the machine from the samples, before each epoch
   * @throws {ShapeError | UsageError} for other samples or options, before anything has changed
   */
  fit(x: Samples, options: BoltzmannMachineFitOptions = {}): number[] {
    const op = "BoltzmannMachine.fit";
    const { epochs, learningRate, expectations, sweeps, seed } = resolve(op, options, {
      ...{ epochs: integer("[1, ∞)", 200), learningRate: number("(0, ∞)", 0.5), sweeps: integer("[1, ∞)", 200) },
      expectations: oneOf(["exact", "sampled"], "exact"),
      seed: integer("[0, 4294967295]", 0),
    });
    const rows = rowsOf(op, "x", x, this.visible);
    checkAmong(op, "x", rows, [0, 1]);
    const data = new Float64Array(2 ** this.visible);
    for (let k = 0; k < rows.count; k++)
      data[numberOf(rows.values.subarray(k * rows.width, (k + 1) * rows.width))] += 1 / rows.count;
    const random = new Random(seed);
    const divergences: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) {
      const model = this.probabilities();
      divergences.push(data.reduce((sum, p, state) => (p > 0 ? sum + p * Math.log(p / model[state]) : sum), 0));
      const moments = expectations === "exact" ? this.#exactMoments(data) : this.#sampledMoments(data, sweeps, random);
      this.#learn(moments, learningRate);
    }
    return divergences;
  }

  /** P of all 2ⁿ states. */
  #all(): Float64Array {
    const n = this.units;
    const energies = Float64Array.from({ length: 2 ** n }, (_, state) => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        if (!((state >> i) & 1)) continue;
        sum += this.biases[i];
        for (let j = 0; j < i; j++) if ((state >> j) & 1) sum += this.weights[i * n + j];
      }
      return sum;
    });
    const most = energies.reduce((a, b) => Math.max(a, b), -Infinity);
    const weights = energies.map((one) => Math.exp(one - most));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((one) => one / total);
  }

  /** ⟨sᵢ sⱼ⟩ with the data minus free; on the diagonal ⟨sᵢ⟩. */
  #exactMoments(data: Float64Array): Float64Array {
    const all = this.#all();
    const model = this.probabilities();
    const moments = new Float64Array(this.units ** 2);
    for (const [state, p] of all.entries()) {
      const visible = state % data.length;
      this.#addMoments(moments, bitsOf(state, this.units), p * (data[visible] / model[visible] - 1));
    }
    return moments;
  }

  #sampledMoments(data: Float64Array, sweeps: number, random: Random): Float64Array {
    const moments = new Float64Array(this.units ** 2);
    const free = Float64Array.from({ length: this.units }, () => Math.round(random.uniform()));
    for (let sweep = 0; sweep < sweeps; sweep++) {
      this.#sweep(free, random, 0);
      this.#addMoments(moments, free, -1 / sweeps);
    }
    for (const [visible, p] of data.entries()) {
      if (p === 0) continue;
      const state = bitsOf(visible, this.units);
      const times = this.hidden === 0 ? 1 : sweeps;
      for (let sweep = 0; sweep < times; sweep++) {
        this.#sweep(state, random, this.visible);
        this.#addMoments(moments, state, p / times);
      }
    }
    return moments;
  }

  #addMoments(moments: Float64Array, state: Float64Array, weight: number): void {
    const n = this.units;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) moments[i * n + j] += weight * state[i] * state[j];
  }

  #learn(moments: Float64Array, rate: number): void {
    const n = this.units;
    for (let i = 0; i < n; i++) {
      this.biases[i] += rate * moments[i * n + i];
      for (let j = 0; j < n; j++) if (i !== j) this.weights[i * n + j] += rate * moments[i * n + j];
    }
  }

  /** Draws each unit from `first` on, given all others. */
  #sweep(state: Float64Array, random: Random, first: number): void {
    const n = this.units;
    for (let i = first; i < n; i++) {
      let field = this.biases[i];
      for (let j = 0; j < n; j++) field += this.weights[i * n + j] * state[j];
      state[i] = random.uniform() < 1 / (1 + Math.exp(-field)) ? 1 : 0;
    }
  }

  /** @internal */
  stored(): Stored {
    const { visible, hidden, weights, biases, units: n } = this;
    const tensors = {
      weights: { shape: [n, n], values: Float32Array.from(weights) },
      biases: { shape: [n], values: Float32Array.from(biases) },
    };
    return { kind: "boltzmann", options: { visible, hidden }, tensors };
  }

  /** @internal */
  static from(op: string, stored: Stored): BoltzmannMachine {
    const made = new BoltzmannMachine(stored.options as unknown as BoltzmannOptions);
    made.weights.set(storedValues(op, stored, "weights", [made.units, made.units]));
    made.biases.set(storedValues(op, stored, "biases", [made.units]));
    return made;
  }
}

function numberOf(state: ArrayLike<number>): number {
  return Array.from(state).reduce((sum, bit, i) => sum + bit * 2 ** i, 0);
}

function bitsOf(state: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => (state >> i) & 1);
}
