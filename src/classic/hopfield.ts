/**
 * Hopfield's network: N units of ±1, each connected with all others, which falls into patterns that were stored in it.
 * Its energy E = −½ sᵀ W s never rises where units change one by one. Letters: N units, P patterns, B states.
 * Sources: Hopfield 1982; pseudo-inverse: Personnaz, Guyon & Dreyfus 1985; capacity 0.138 N: Amit, Gutfreund &
 * Sompolinsky 1985.
 */
import { UsageError, message } from "../errors.js";
import { matmul } from "../ops/product/matmul.js";
import { checkObject, flag, integer, oneOf, resolve } from "../options.js";
import { Random } from "../tensor/random.js";
import { scope } from "../tensor/scope.js";
import { tensor } from "../tensor/create.js";
import { type Rows, type Samples, checkAmong, rowsOf } from "./rows.js";
import { SavedNetwork, type Stored, storedValues } from "./saved.js";

/** The patterns that Hebb's rule holds, for each unit: random ones, in a large network. */
const hebbCapacity = 0.138;
/** Fields nearer to 0 are rounding. */
const tolerance = 1e-6;

/** Options of {@link HopfieldNetwork}. */
export interface HopfieldOptions {
  /** N ≥ 2 */
  readonly units: number;
}

/** Options of {@link HopfieldNetwork.store}. */
export interface HopfieldStoreOptions {
  /**
   * "hebb": W += Σ p pᵀ / N, they join those stored before. "pseudo-inverse": W = Xᵀ (X Xᵀ)⁻¹ X, they replace them, and
   * each is a fixed point, however much they overlap. Default "hebb".
   */
  readonly rule?: "hebb" | "pseudo-inverse";
  /** Whether it warns of more patterns than the network can hold. Default true. */
  readonly warns?: boolean;
}

/** Options of {@link HopfieldNetwork.recall}. */
export interface HopfieldRecallOptions {
  /**
   * "asynchronous": one unit after another, in a new order each sweep, until none changes; "synchronous": all at once,
   * which may end in two states that alternate. Default "asynchronous".
   */
  readonly mode?: "asynchronous" | "synchronous";
  /** The most sweeps. Default 100. */
  readonly sweeps?: number;
  /** Of the orders. Default 0. */
  readonly seed?: number;
}

/** Where states have come to. */
export interface HopfieldResult {
  /** (B, N), ±1 */
  readonly states: Float32Array[];
  /** The energies of each state: at the beginning, and after each sweep. */
  readonly energies: readonly (readonly number[])[];
  /** True for the states that a further sweep leaves as they are. */
  readonly isStable: readonly boolean[];
}

/** A network without patterns: weights of zero. */
export class HopfieldNetwork extends SavedNetwork {
  /** N */
  readonly units: number;
  /** W, (N, N): symmetric, zero on the diagonal. */
  readonly weights: Float32Array;
  #patterns = 0;

  /** @throws {UsageError} when units is not an integer ≥ 2 */
  constructor(options: HopfieldOptions) {
    super();
    checkObject("HopfieldNetwork", "options", options);
    this.units = resolve("HopfieldNetwork", options, { units: integer("[2, 20000]") }).units;
    this.weights = new Float32Array(this.units ** 2);
  }

  /** P: how many patterns are stored. */
  get patterns(): number {
    return this.#patterns;
  }

  /**
   * P as a share of what the network can hold: of 0.138 N for Hebb's rule and random patterns. Above 1, recall fails;
   * `store` then warns.
   */
  get load(): number {
    return this.#patterns / (hebbCapacity * this.units);
  }

  /**
   * Stores patterns.
   * @param patterns  (P, N), ±1
   * @throws {ShapeError | UsageError} for patterns of another length or value, or for the pseudo-inverse of patterns one
   *   of which is a sum of others; nothing has changed then
   */
  store(patterns: Samples, options: HopfieldStoreOptions = {}): void {
    const op = "HopfieldNetwork.store";
    const { rule, warns } = resolve(op, options, {
      rule: oneOf(["hebb", "pseudo-inverse"], "hebb"),
      warns: flag(true),
    });
    const rows = this.#states(op, "patterns", patterns);
    const inverse = rule === "hebb" ? undefined : inverseOf(op, products(rows, rows), rows.count);
    const added = scope(() => {
      const x = tensor(rows.values, [rows.count, rows.width]);
      const left = inverse && matmul(tensor(inverse, [rows.count, rows.count]), x);
      return matmul(left ?? x, x, { transposeA: true }).toTypedArray();
    });
    const N = this.units;
    const scale = rule === "hebb" ? 1 / N : 1;
    for (let i = 0; i < N; i++)
      for (let j = 0; j < N; j++) {
        const at = i * N + j;
        this.weights[at] = i === j ? 0 : (rule === "hebb" ? this.weights[at] : 0) + scale * added[at];
      }
    this.#patterns = rule === "hebb" ? this.#patterns + rows.count : rows.count;
    const most = rule === "hebb" ? hebbCapacity * N : N - 1;
    if (this.#patterns > most && warns)
      console.warn(`lanegrad: ${this.#patterns} patterns are more than ${N} units hold by this rule, about ${Math.floor(most)}.`); // prettier-ignore
  }

  /**
   * Lets states fall to where they are stable.
   * @param states  (B, N), ±1
   * @throws {ShapeError | UsageError} for states of another length or value, or an option out of range
   */
  recall(states: Samples, options: HopfieldRecallOptions = {}): HopfieldResult {
    const op = "HopfieldNetwork.recall";
    const { mode, sweeps, seed } = resolve(op, options, {
      mode: oneOf(["asynchronous", "synchronous"], "asynchronous"),
      sweeps: integer("[1, ∞)", 100),
      seed: integer("[0, 4294967295]", 0),
    });
    const rows = this.#states(op, "states", states);
    const own = Array.from({ length: rows.count }, (_, b) => rows.values.slice(b * this.units, (b + 1) * this.units));
    const fields = this.#fields(own);
    const random = new Random(seed);
    const each = own.map((state, b) => {
      const field = fields[b];
      const energies = [energyOf(state, field)];
      let changed = 1;
      for (let sweep = 0; sweep < sweeps && changed > 0; sweep++) {
        changed = mode === "synchronous" ? this.#together(state, field) : this.#oneByOne(state, field, random);
        energies.push(energyOf(state, field));
      }
      return { energies, isStable: changed === 0 };
    });
    return { states: own, energies: each.map((one) => one.energies), isStable: each.map((one) => one.isStable) };
  }

  /** E of each state, (B). @param states (B, N), ±1 @throws {ShapeError | UsageError} for other states */
  energy(states: Samples): number[] {
    const rows = this.#states("HopfieldNetwork.energy", "states", states);
    const own = Array.from({ length: rows.count }, (_, b) => rows.values.slice(b * this.units, (b + 1) * this.units));
    return this.#fields(own).map((field, b) => energyOf(own[b], field));
  }

  #states(op: string, what: string, samples: Samples): Rows {
    const rows = rowsOf(op, what, samples, this.units);
    checkAmong(op, what, rows, [-1, 1]);
    return rows;
  }

  /** W s of each state. */
  #fields(states: readonly Float32Array[]): Float64Array[] {
    const N = this.units;
    const all = scope(() => {
      const flat = new Float32Array(states.length * N);
      for (const [b, state] of states.entries()) flat.set(state, b * N);
      return matmul(tensor(flat, [states.length, N]), tensor(this.weights, [N, N])).toTypedArray();
    });
    return states.map((_, b) => Float64Array.from(all.subarray(b * N, (b + 1) * N)));
  }

  /** @returns how many units changed */
  #oneByOne(state: Float32Array, field: Float64Array, random: Random): number {
    let changed = 0;
    for (const i of random.permutation(this.units)) {
      if (field[i] * state[i] >= -tolerance) continue; // a field of 0 leaves a unit as it is
      this.#flip(state, field, i);
      changed++;
    }
    return changed;
  }

  #together(state: Float32Array, field: Float64Array): number {
    const wrong = Array.from(state.keys()).filter((i) => field[i] * state[i] < -tolerance);
    for (const i of wrong) this.#flip(state, field, i);
    return wrong.length;
  }

  #flip(state: Float32Array, field: Float64Array, i: number): void {
    state[i] = -state[i];
    const row = this.weights.subarray(i * this.units, (i + 1) * this.units);
    for (let j = 0; j < field.length; j++) field[j] += 2 * row[j] * state[i];
  }

  /** @internal */
  stored(): Stored {
    const { units, weights } = this;
    return {
      kind: "hopfield",
      options: { units, patterns: this.#patterns },
      tensors: { weights: { shape: [units, units], values: weights } },
    };
  }

  /** @internal */
  static from(op: string, stored: Stored): HopfieldNetwork {
    const { units, patterns } = stored.options as { readonly units: number; readonly patterns: number };
    const made = new HopfieldNetwork({ units });
    made.weights.set(storedValues(op, stored, "weights", [units, units]));
    made.#patterns = integer("[0, ∞)")(op, "patterns", patterns);
    return made;
  }
}

/** −½ sᵀ W s, by the field W s. */
function energyOf(state: Float32Array, field: Float64Array): number {
  return -0.5 * field.reduce((sum, value, i) => sum + value * state[i], 0);
}

/** X Yᵀ, (P, P), in float64. */
function products(a: Rows, b: Rows): Float64Array {
  const all = new Float64Array(a.count * b.count);
  for (let i = 0; i < a.count; i++)
    for (let j = 0; j < b.count; j++)
      for (let k = 0; k < a.width; k++) all[i * b.count + j] += a.values[i * a.width + k] * b.values[j * b.width + k];
  return all;
}

/** The inverse of a matrix (P, P) by Gauss and Jordan, with pivots. @throws {UsageError} where it has none */
function inverseOf(op: string, matrix: Float64Array, P: number): Float32Array {
  const width = 2 * P;
  const rows = Array.from({ length: P }, (_, i) => {
    const row = new Float64Array(width);
    row.set(matrix.subarray(i * P, (i + 1) * P));
    row[P + i] = 1;
    return row;
  });
  for (let i = 0; i < P; i++) {
    let best = i;
    for (let k = i + 1; k < P; k++) if (Math.abs(rows[k][i]) > Math.abs(rows[best][i])) best = k;
    [rows[i], rows[best]] = [rows[best], rows[i]];
    const pivot = rows[i][i];
    if (Math.abs(pivot) < 1e-9 * matrix[0]) {
      const hint = "Leave out patterns that are there twice, reversed, or combined of others; or store by Hebb's rule.";
      throw new UsageError(message(op, "the patterns depend on each other, so that there is no pseudo-inverse", { hint })); // prettier-ignore
    }
    for (let k = i; k < width; k++) rows[i][k] /= pivot;
    for (const row of rows) {
      const factor = row[i];
      if (row === rows[i] || factor === 0) continue;
      for (let k = i; k < width; k++) row[k] -= factor * rows[i][k];
    }
  }
  return Float32Array.from(rows.flatMap((row) => [...row.subarray(P)]));
}
