/**
 * Kohonen's map: units in the plane whose vectors spread over the samples, neighbours in the plane near to each other.
 * Letters: K units, F numbers of a sample, N samples, σ radius, η learning rate, h = exp(−d² / 2 σ²) the neighbourhood of
 * a unit and the nearest one, d their distance in the plane.
 * Sources: Kohonen 1982; batch map: Kohonen 1995; topographic error: Kiviluoto 1996.
 */
import { UsageError, message } from "../errors.js";
import { matmul } from "../ops/product/matmul.js";
import { checkNumber, checkObject, integer, number, oneOf, optional, resolve, unchecked } from "../options.js";
import { breathe } from "../runtime/breathe.js";
import { tensor, zeros } from "../tensor/create.js";
import { Random } from "../tensor/random.js";
import { scope } from "../tensor/scope.js";
import { MapGrid, type Topology } from "./mapGrid.js";
import { nearest } from "./nearest.js";
import { type Rows, type Samples, rowsOf } from "./rows.js";
import { SavedNetwork, type Stored, storedValues } from "./saved.js";
import { type Winners, eachWinners, sumRows } from "./winners.js";

/** Options of {@link SelfOrganizingMap}. */
export interface SelfOrganizingMapOptions {
  readonly rows: number;
  readonly columns: number;
  /** F */
  readonly inputs: number;
  /** Default "rectangular". */
  readonly topology?: Topology;
}

/** Options of {@link SelfOrganizingMap.fit}. */
export interface MapFitOptions {
  /**
   * "batch": all samples, then each unit becomes the mean of the samples near to it, weighed by h. "online": after each
   * sample w += η h (x − w). Default "batch".
   */
  readonly method?: "batch" | "online";
  /** Default 20. */
  readonly epochs?: number;
  /** σ of the first epoch; default half of the longer side. */
  readonly radius?: number;
  /** σ of the last epoch, to which it falls geometrically. Default 0.5. */
  readonly finalRadius?: number;
  /** η of the first sample, for "online"; it falls linearly to a hundredth. Default 0.5. */
  readonly learningRate?: number;
  /** Of the samples that the vectors begin with, and of the order. Default 0. */
  readonly seed?: number;
  /** Called after each epoch. The quantization error is that before the epoch's change, for "online" during it. */
  readonly onEpoch?: (epoch: number, quantizationError: number) => unknown;
  /** Aborting ends training after the current block of samples; the map is as the last epoch left it. */
  readonly signal?: AbortSignal;
}

/** How well a map fits samples. */
export interface MapErrors {
  /** The mean distance of a sample from the nearest unit. */
  readonly quantizationError: number;
  /** The share of samples whose two nearest units are no neighbours. */
  readonly topographicError: number;
}

/** A map, untrained: vectors of zero. */
export class SelfOrganizingMap extends SavedNetwork {
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
  readonly topology: Topology;
  /** The vectors of the units, row by row, (K, F). */
  readonly weights: Float32Array;
  readonly #grid: MapGrid;
  #isTrained = false;

  /** @throws {UsageError} for an empty map, or an option that is unknown or out of range */
  constructor(options: SelfOrganizingMapOptions) {
    super();
    const op = "SelfOrganizingMap";
    checkObject(op, "options", options);
    const side = integer("[1, 4096]");
    const values = resolve(op, options, {
      ...{ rows: side, columns: side, inputs: integer("[1, ∞)") },
      topology: oneOf(["rectangular", "hexagonal"], "rectangular"),
    });
    ({ rows: this.rows, columns: this.columns, inputs: this.inputs, topology: this.topology } = values);
    this.#grid = new MapGrid(this.rows, this.columns, this.topology);
    this.weights = new Float32Array(this.rows * this.columns * this.inputs);
  }

  /** The places of the units in the plane, (K, 2): x, y. Neighbours are at distance 1. */
  get places(): Float64Array {
    return this.#grid.places.slice();
  }

  /**
   * Trains the map. The first time its vectors begin as samples, drawn by the seed; again it goes on from where it is.
   * @param x  (N, F), N ≥ 2
   * @returns the quantization error of each epoch
   * @throws {ShapeError | UsageError} for other samples or options, before anything has changed
   */
  async fit(x: Samples, options: MapFitOptions = {}): Promise<number[]> {
    const op = "SelfOrganizingMap.fit";
    const values = resolve(op, options, {
      ...{ method: oneOf(["batch", "online"], "batch"), epochs: integer("[1, ∞)", 20) },
      radius: number("(0, ∞)", Math.max(this.rows, this.columns, 2) / 2),
      finalRadius: number("(0, ∞)", 0.5),
      learningRate: number("(0, 1]", 0.5),
      seed: integer("[0, 4294967295]", 0),
      onEpoch: unchecked<MapFitOptions["onEpoch"]>(),
      signal: optional(unchecked<AbortSignal>()),
    });
    const samples = rowsOf(op, "x", x, this.inputs);
    if (samples.count < 2) throw new UsageError(message(op, "a map needs several samples", { expected: "at least 2", got: "1" })); // prettier-ignore
    const random = new Random(values.seed);
    if (!this.#isTrained) this.#begin(samples, random);
    this.#isTrained = true;
    const errors: number[] = [];
    for (let epoch = 0; epoch < values.epochs; epoch++) {
      const share = values.epochs === 1 ? 1 : epoch / (values.epochs - 1);
      const radius = values.radius * (values.finalRadius / values.radius) ** share;
      const error =
        values.method === "batch"
          ? await this.#batchEpoch(samples, radius, values.signal)
          : await this.#onlineEpoch(samples, random, (done) => {
              const all = (epoch + done) / values.epochs;
              const sigma = values.radius * (values.finalRadius / values.radius) ** all;
              return { sigma, eta: values.learningRate * (1 - 0.99 * all) };
            }, values.signal); // prettier-ignore
      errors.push(error);
      values.onEpoch?.(epoch, error);
    }
    return errors;
  }

  /** The nearest unit of each sample, (N). @throws {ShapeError | UsageError} for other samples */
  async winners(x: Samples): Promise<Int32Array> {
    const samples = rowsOf("SelfOrganizingMap.winners", "x", x, this.inputs);
    const units = new Int32Array(samples.count);
    await eachWinners(samples, this.weights, 1, (block) => units.set(block.units, block.from));
    return units;
  }

  /** Quantization and topographic error on samples. @throws {ShapeError | UsageError} for other samples */
  async errors(x: Samples): Promise<MapErrors> {
    const samples = rowsOf("SelfOrganizingMap.errors", "x", x, this.inputs);
    let [distance, torn] = [0, 0];
    const count = Math.min(2, this.rows * this.columns);
    await eachWinners(samples, this.weights, count, ({ units, distances }) => {
      for (const [i, own] of distances.entries()) {
        distance += own;
        if (count === 2 && !this.#grid.areNeighbours(units[2 * i], units[2 * i + 1])) torn++;
      }
    });
    return { quantizationError: distance / samples.count, topographicError: torn / samples.count };
  }

  /**
   * The mean distance of each unit's vector from those of its neighbours, (K): high between clusters, the U-matrix.
   */
  uMatrix(): Float64Array {
    const [K, F] = [this.rows * this.columns, this.inputs];
    return Float64Array.from({ length: K }, (_, a) => {
      let [sum, count] = [0, 0];
      for (let b = 0; b < K; b++) {
        if (!this.#grid.areNeighbours(a, b)) continue;
        let squares = 0;
        for (let i = 0; i < F; i++) squares += (this.weights[a * F + i] - this.weights[b * F + i]) ** 2;
        sum += Math.sqrt(squares);
        count++;
      }
      return count === 0 ? 0 : sum / count;
    });
  }

  #begin({ values, count, width }: Rows, random: Random): void {
    for (let k = 0; k < this.rows * this.columns; k++) {
      const n = random.integer(count);
      this.weights.set(values.subarray(n * width, (n + 1) * width), k * width);
    }
  }

  async #batchEpoch(samples: Rows, radius: number, signal: AbortSignal | undefined): Promise<number> {
    const [K, F] = [this.rows * this.columns, this.inputs];
    const sums = zeros([K, F], { requiresGrad: true });
    const counts = new Float64Array(K);
    let distance = 0;
    const add = ({ x, units, distances }: Winners): void => {
      for (const unit of units) counts[unit]++;
      distance = distances.reduce((sum, own) => sum + own, distance);
      sumRows(sums, x, units);
    };
    try {
      await eachWinners(samples, this.weights, 1, add, signal);
      const kernel = new Float32Array(K * K);
      for (let a = 0; a < K; a++) {
        const near = this.#grid.neighbourhood(a, radius);
        const weight = near.reduce((sum, h, b) => sum + h * counts[b], 0);
        if (weight > 1e-12) kernel.set(near.map((h) => h / weight), a * K); // prettier-ignore
      }
      const moved = scope(() => matmul(tensor(kernel, [K, K]), sums.grad!).toTypedArray());
      for (let a = 0; a < K; a++)
        if (kernel[a * K + a] > 0) this.weights.set(moved.subarray(a * F, (a + 1) * F), a * F);
    } finally {
      sums.dispose();
    }
    return distance / samples.count;
  }

  async #onlineEpoch(
    { values, count, width: F }: Rows,
    random: Random,
    rates: (done: number) => { readonly sigma: number; readonly eta: number },
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let distance = 0;
    for (const [i, n] of random.permutation(count).entries()) {
      await breathe();
      signal?.throwIfAborted();
      const x = values.subarray(n * F, (n + 1) * F);
      const { unit, squared } = nearest(this.weights, x);
      const { sigma, eta } = rates(i / count);
      for (const [k, h] of this.#grid.neighbourhood(unit, sigma).entries()) {
        const rate = eta * h;
        if (rate < 1e-6) continue;
        for (let j = 0; j < F; j++) this.weights[k * F + j] += rate * (x[j] - this.weights[k * F + j]);
      }
      distance += Math.sqrt(squared);
    }
    return distance / count;
  }

  /** @internal */
  stored(): Stored {
    const { rows, columns, inputs, topology, weights } = this;
    const shape = [rows * columns, inputs];
    return {
      kind: "map",
      options: { rows, columns, inputs, topology },
      tensors: { weights: { shape, values: weights } },
    };
  }

  /** @internal */
  static from(op: string, stored: Stored): SelfOrganizingMap {
    const made = new SelfOrganizingMap(stored.options as unknown as SelfOrganizingMapOptions);
    made.weights.set(storedValues(op, stored, "weights", [made.rows * made.columns, made.inputs]));
    for (const value of made.weights) checkNumber(op, "a weight", value, "(-∞, ∞)");
    made.#isTrained = true;
    return made;
  }
}
