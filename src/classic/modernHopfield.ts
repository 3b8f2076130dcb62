/**
 * A Hopfield network of real numbers with exponential capacity: one step is attention, s′ = Xᵀ softmax(β X s), with the
 * patterns as keys and values. Letters: N units, P patterns, B states.
 * Source: Ramsauer et al. 2020, "Hopfield networks is all you need".
 */
import { matmul } from "../ops/product/matmul.js";
import { softmax } from "../ops/norm/softmax.js";
import { mul } from "../ops/pointwise/arithmetic.js";
import { checkNumber, checkObject, integer, number, resolve, unchecked } from "../options.js";
import { tensor } from "../tensor/create.js";
import { scope } from "../tensor/scope.js";
import { type Samples, rowsOf } from "./rows.js";
import { SavedNetwork, type Stored, storedValues } from "./saved.js";

/** Options of {@link ModernHopfieldNetwork}. */
export interface ModernHopfieldOptions {
  /** X, (P, N) */
  readonly patterns: Samples;
  /** β > 0: how sharply the nearest pattern is chosen. Default 1. */
  readonly beta?: number;
}

/** A network that holds the patterns it was made of. */
export class ModernHopfieldNetwork extends SavedNetwork {
  readonly beta: number;
  /** N */
  readonly units: number;
  /** P */
  readonly patterns: number;
  readonly #values: Float32Array;

  /** @throws {ShapeError | UsageError} for no patterns or β out of range */
  constructor(options: ModernHopfieldOptions) {
    super();
    const op = "ModernHopfieldNetwork";
    checkObject(op, "options", options);
    const { patterns, beta } = resolve(op, options, { patterns: unchecked<Samples>(), beta: number("(0, ∞)", 1) });
    const rows = rowsOf(op, "patterns", patterns);
    this.beta = beta;
    [this.patterns, this.units, this.#values] = [rows.count, rows.width, rows.values];
  }

  /**
   * Moves states by so many steps.
   * @param states  (B, N) @param steps ≥ 1, default 1, which suffices where patterns are far from each other
   * @returns (B, N) each
   * @throws {ShapeError | UsageError} for states of another length, or steps out of range
   */
  recall(states: Samples, steps = 1): Float32Array[] {
    const op = "ModernHopfieldNetwork.recall";
    integer("[1, ∞)")(op, "steps", steps);
    const rows = rowsOf(op, "states", states, this.units);
    const all = scope(() => {
      const x = tensor(this.#values, [this.patterns, this.units]);
      let s = tensor(rows.values, [rows.count, rows.width]);
      for (let i = 0; i < steps; i++) s = matmul(softmax(mul(matmul(s, x, { transposeB: true }), this.beta)), x);
      return s.toTypedArray() as Float32Array;
    });
    return Array.from({ length: rows.count }, (_, b) => all.slice(b * this.units, (b + 1) * this.units));
  }

  /**
   * E = −ln Σ exp(β X s) / β + ½ sᵀ s of each state, (B); it never rises from step to step. @param states (B, N) @throws
   * {ShapeError | UsageError} for states of another length
   */
  energy(states: Samples): number[] {
    const rows = rowsOf("ModernHopfieldNetwork.energy", "states", states, this.units);
    return Array.from({ length: rows.count }, (_, b) => {
      const state = rows.values.subarray(b * this.units, (b + 1) * this.units);
      const scores = Array.from({ length: this.patterns }, (_, p) => {
        const pattern = this.#values.subarray(p * this.units, (p + 1) * this.units);
        return this.beta * pattern.reduce((sum, value, i) => sum + value * state[i], 0);
      });
      const most = scores.reduce((a, score) => Math.max(a, score), -Infinity);
      const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0);
      const squares = state.reduce((total, value) => total + value * value, 0);
      return -(most + Math.log(sum)) / this.beta + squares / 2;
    });
  }

  /** @internal */
  stored(): Stored {
    const { beta, patterns, units } = this;
    const tensors = { patterns: { shape: [patterns, units], values: this.#values } };
    return { kind: "modern-hopfield", options: { beta, patterns, units }, tensors };
  }

  /** @internal */
  static from(op: string, stored: Stored): ModernHopfieldNetwork {
    const { beta, patterns, units } = stored.options as { beta: number; patterns: number; units: number };
    checkNumber(op, "patterns", patterns, "[1, ∞)");
    const values = storedValues(op, stored, "patterns", [patterns, units]);
    return new ModernHopfieldNetwork({ beta, patterns: tensor(values, [patterns, units]) });
  }
}
