/**
 * A competitive layer: the unit whose vector is nearest to a sample wins and moves towards it, w += η (x − w). Units that
 * begin far from all samples never win: they are dead. With a conscience, units that win too often yield to others: the
 * squared distance of unit k counts as larger by γ (p − 1/K), p its running share of wins. Letters: N samples, F numbers of
 * each, K units. Sources: Rumelhart & Zipser 1985; DeSieno 1988.
 */
import { checkObject, integer, number, resolve } from "../options.js";
import { Random } from "../tensor/random.js";
import { nearest } from "./nearest.js";
import { type Samples, rowsOf } from "./rows.js";
import { SavedNetwork, type Stored, storedValues } from "./saved.js";

/** Options of {@link CompetitiveNetwork}. */
export interface CompetitiveOptions {
  /** K */
  readonly units: number;
  /** F */
  readonly inputs: number;
  /** The vectors begin as uniform numbers in [−spread, spread). Default 1. */
  readonly spread?: number;
  /** Of these. Default 0. */
  readonly seed?: number;
}

/** Options of {@link CompetitiveNetwork.fit}. */
export interface CompetitiveFitOptions {
  /** Default 20. */
  readonly epochs?: number;
  /** η of the first sample; it falls linearly to a hundredth. Default 0.1. */
  readonly learningRate?: number;
  /** γ ≥ 0, in units of squared distance. Default 0: no conscience. */
  readonly conscience?: number;
  /** Of the order. Default 0. */
  readonly seed?: number;
}

/** Of a win, what joins a unit's running share. */
const memory = 0.002;

/** A layer with random vectors. */
export class CompetitiveNetwork extends SavedNetwork {
  readonly units: number;
  readonly inputs: number;
  /** (K, F) */
  readonly weights: Float32Array;

  /** @throws {UsageError} for an option that is unknown or out of range */
  constructor(options: CompetitiveOptions) {
    super();
    const op = "CompetitiveNetwork";
    checkObject(op, "options", options);
    const { units, inputs, spread, seed } = resolve(op, options, {
      ...{ units: integer("[1, 65536]"), inputs: integer("[1, ∞)") },
      spread: number("[0, ∞)", 1),
      seed: integer("[0, 4294967295]", 0),
    });
    [this.units, this.inputs] = [units, inputs];
    const random = new Random(seed);
    this.weights = Float32Array.from({ length: units * inputs }, () => random.uniform(-spread, spread));
  }

  /**
   * Trains the layer.
   * @param x  (N, F)
   * @returns the mean distance of a sample from its winner, of each epoch
   * @throws {ShapeError | UsageError} for other samples or options, before anything has changed
   */
  fit(x: Samples, options: CompetitiveFitOptions = {}): number[] {
    const op = "CompetitiveNetwork.fit";
    const { epochs, learningRate, conscience, seed } = resolve(op, options, {
      ...{ epochs: integer("[1, ∞)", 20), learningRate: number("(0, 1]", 0.1) },
      conscience: number("[0, ∞)", 0),
      seed: integer("[0, 4294967295]", 0),
    });
    const { values, count, width: F } = rowsOf(op, "x", x, this.inputs);
    const random = new Random(seed);
    const shares = new Float64Array(this.units).fill(1 / this.units);
    const errors: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) {
      let distance = 0;
      for (const [i, n] of random.permutation(count).entries()) {
        const sample = values.subarray(n * F, (n + 1) * F);
        const biases = conscience === 0 ? undefined : shares.map((share) => conscience * (1 / this.units - share));
        const { unit, squared } = nearest(this.weights, sample, biases);
        const rate = learningRate * (1 - (0.99 * (epoch + i / count)) / epochs);
        for (let j = 0; j < F; j++) this.weights[unit * F + j] += rate * (sample[j] - this.weights[unit * F + j]);
        if (conscience > 0) for (const k of shares.keys()) shares[k] += memory * ((k === unit ? 1 : 0) - shares[k]);
        distance += Math.sqrt(squared);
      }
      errors.push(distance / count);
    }
    return errors;
  }

  /** The winner of each sample, (N). @throws {ShapeError | UsageError} for other samples */
  winners(x: Samples): Int32Array {
    const { values, count, width: F } = rowsOf("CompetitiveNetwork.winners", "x", x, this.inputs);
    return Int32Array.from(
      { length: count },
      (_, n) => nearest(this.weights, values.subarray(n * F, (n + 1) * F)).unit,
    );
  }

  /** The units that win no sample. @throws {ShapeError | UsageError} for other samples */
  deadUnits(x: Samples): number[] {
    const won = new Set(this.winners(x));
    return Array.from({ length: this.units }, (_, k) => k).filter((k) => !won.has(k));
  }

  /** @internal */
  stored(): Stored {
    const { units, inputs, weights } = this;
    return { kind: "competitive", options: { units, inputs }, tensors: { weights: { shape: [units, inputs], values: weights } } }; // prettier-ignore
  }

  /** @internal */
  static from(op: string, stored: Stored): CompetitiveNetwork {
    const made = new CompetitiveNetwork(stored.options as unknown as CompetitiveOptions);
    made.weights.set(storedValues(op, stored, "weights", [made.units, made.inputs]));
    return made;
  }
}
