/**
 * Rosenblatt's perceptron: a threshold unit, whose weights change by each sample that it gets wrong. Letters: N samples,
 * F inputs, w weights with the bias last, z = (x, 1), t = ±1 the target.
 * Sources: Rosenblatt 1958; Novikoff 1962.
 */
import { UsageError, message } from "../errors.js";
import { checkNumber, checkObject, flag, integer, number, resolve } from "../options.js";
import { Random } from "../tensor/random.js";
import { type Samples, checkAmong, rowsOf } from "./rows.js";
import { SavedNetwork, type Stored, storedValues } from "./saved.js";

/** Options of {@link Perceptron}. */
export interface PerceptronOptions {
  /** F ≥ 1 */
  readonly inputs: number;
}

/** Options of {@link Perceptron.fit}. */
export interface PerceptronFitOptions {
  /** Default 1,000. */
  readonly epochs?: number;
  /** η > 0. It scales all weights and changes no answer. Default 1. */
  readonly learningRate?: number;
  /** Takes the samples in another order each epoch. Default true. */
  readonly shuffle?: boolean;
  /** Of that order. Default 0. */
  readonly seed?: number;
  /** Called after each epoch with the number of samples that it got wrong. */
  readonly onEpoch?: (epoch: number, mistakes: number) => void;
}

/** How a training of a perceptron ended. */
export interface PerceptronResult {
  /** True if it got all samples of the last epoch right. */
  readonly converged: boolean;
  /** Changes of the weights. */
  readonly updates: number;
  /** Mistakes of each epoch. */
  readonly mistakes: readonly number[];
  /**
   * Novikoff's bound of the number of changes from zero weights, (R / γ)², R the length of the longest z, γ the margin of
   * the weights that were found; undefined where they do not separate the samples.
   */
  readonly bound: number | undefined;
}

/** A perceptron of one unit, with weights of zero. */
export class Perceptron extends SavedNetwork {
  readonly inputs: number;
  /** w, (F + 1): the bias last. */
  readonly weights: Float64Array;

  /** @throws {UsageError} when inputs is not an integer ≥ 1 */
  constructor(options: PerceptronOptions) {
    super();
    checkObject("Perceptron", "options", options);
    this.inputs = resolve("Perceptron", options, { inputs: integer("[1, ∞)") }).inputs;
    this.weights = new Float64Array(this.inputs + 1);
  }

  /**
   * Goes through the samples until all are right: w += η t z for each that is wrong. Where classes can be separated by a
   * plane, it ends.
   * @param x  (N, F)
   * @param y  (N): 0 or 1
   * @throws {ShapeError | UsageError} for other samples, labels or options; nothing has changed then
   */
  fit(x: Samples, y: Samples, options: PerceptronFitOptions = {}): PerceptronResult {
    const op = "Perceptron.fit";
    const { epochs, learningRate, shuffle, seed, onEpoch } = resolve(op, options, {
      epochs: integer("[1, ∞)", 1000),
      learningRate: number("(0, ∞)", 1),
      shuffle: flag(true),
      seed: integer("[0, 4294967295]", 0),
      onEpoch: (_op, _name, value) => value as PerceptronFitOptions["onEpoch"],
    });
    const rows = rowsOf(op, "x", x, this.inputs);
    const labels = rowsOf(op, "y", y);
    checkAmong(op, "y", labels, [0, 1]);
    if (labels.values.length !== rows.count) {
      const [expected, got] = [`${rows.count}, as x has samples`, `${labels.values.length}`];
      throw new UsageError(message(op, "the number of labels differs", { expected, got }));
    }
    const random = new Random(seed);
    const order = Array.from({ length: rows.count }, (_, i) => i);
    const mistakes: number[] = [];
    let updates = 0;
    for (let epoch = 0; epoch < epochs && mistakes.at(-1) !== 0; epoch++) {
      if (shuffle) random.shuffle(order);
      let wrong = 0;
      for (const n of order) {
        const sample = rows.values.subarray(n * this.inputs, (n + 1) * this.inputs);
        const target = 2 * labels.values[n] - 1;
        if (target * this.#sum(sample) > 0) continue;
        for (const [i, value] of sample.entries()) this.weights[i] += learningRate * target * value;
        this.weights[this.inputs] += learningRate * target;
        wrong++;
      }
      updates += wrong;
      mistakes.push(wrong);
      onEpoch?.(epoch, wrong);
    }
    return { converged: mistakes.at(-1) === 0, updates, mistakes, bound: this.#bound(rows.values, labels.values) };
  }

  /** The classes, (N): 1 where the sum is above 0. @param x (N, F) @throws {ShapeError | UsageError} for other samples */
  predict(x: Samples): Int32Array {
    const { values, count } = rowsOf("Perceptron.predict", "x", x, this.inputs);
    const sample = (n: number): Float32Array => values.subarray(n * this.inputs, (n + 1) * this.inputs);
    return Int32Array.from({ length: count }, (_, n) => (this.#sum(sample(n)) > 0 ? 1 : 0));
  }

  #sum(sample: Float32Array): number {
    return sample.reduce((sum, value, i) => sum + value * this.weights[i], this.weights[this.inputs]);
  }

  #bound(x: Float32Array, y: Float32Array): number | undefined {
    const length = Math.hypot(...this.weights);
    let [longest, margin] = [0, Infinity];
    for (const [n, label] of y.entries()) {
      const sample = x.subarray(n * this.inputs, (n + 1) * this.inputs);
      longest = Math.max(longest, Math.hypot(...sample, 1));
      margin = Math.min(margin, ((2 * label - 1) * this.#sum(sample)) / length);
    }
    return margin > 0 ? (longest / margin) ** 2 : undefined;
  }

  /** @internal */
  stored(): Stored {
    const weights = { shape: [this.weights.length], values: Float32Array.from(this.weights) };
    return { kind: "perceptron", options: { inputs: this.inputs }, tensors: { weights } };
  }

  /** @internal */
  static from(op: string, stored: Stored): Perceptron {
    const made = new Perceptron(stored.options as unknown as PerceptronOptions);
    made.weights.set(storedValues(op, stored, "weights", [made.inputs + 1]));
    for (const value of made.weights) checkNumber(op, "a weight", value, "(-∞, ∞)");
    return made;
  }
}
