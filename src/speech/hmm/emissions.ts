/**
 * What the states of a hidden Markov model emit, and how Baum–Welch fits it: an interface, and its simplest case, a
 * table of symbols. Mixtures of Gaussians are in mixtures.ts. Letters: T frames, S states, U of them that a recording
 * can be in, K symbols.
 * Source: Rabiner 1989, sections II and III.C.
 */
import { DataError, ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import { checkNumber } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import { showShape } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";

/** The distributions that the states of a model emit from. */
export interface Emissions<Own = unknown> {
  /** S */
  readonly states: number;
  /**
   * ln p(observation t | state s).
   * @param observations  of T frames, as the kind of emissions takes them
   * @param states        the U states that are asked for. Default: all
   * @returns (T, U) float32
   */
  logLikelihoods(observations: Tensor, states?: Int32Array): Tensor;
  /** Begins a step of Baum–Welch, or of expectation and maximization. */
  collect(): Collector<Own>;
}

/** Sums up who emitted what. As baumWelch calls it: states and posteriors are not checked. */
export interface Collector<Own> {
  /**
   * Takes one recording: its likelihoods in U states, and a function that takes their posteriors (T, U) and adds them.
   */
  visit(observations: Tensor, states: Int32Array): Visit;
  /** The distributions that maximize the expected likelihood. A state that was never visited keeps its own. */
  estimate(): Own;
}

/** One recording within a step. */
export interface Visit {
  /** (T, U): ln p(observation t | state u). */
  readonly logLikelihoods: ArrayLike<number>;
  /** Adds the recording to the sums. @param posteriors  (T, U) */
  add(posteriors: Float64Array): void;
}

/** Options of {@link SymbolTable}. */
export interface SymbolTableOptions {
  /** How often each symbol is taken to have been seen in each state beside what was seen, at least 0. Default 0. */
  readonly prior?: number;
}

/** Emissions of a discrete model: a probability for each of K symbols in each state. */
export class SymbolTable implements Emissions<SymbolTable> {
  readonly states: number;
  /** K */
  readonly symbols: number;
  /** (S, K) */
  readonly probabilities: Float64Array;
  readonly #prior: number;

  /**
   * @param probabilities  (S, K), rows of which sum to 1
   * @throws {ShapeError} unless they are a matrix
   * @throws {UsageError} when a row does not sum to 1, or an option is wrong
   */
  constructor(probabilities: Tensor, options: SymbolTableOptions = {}) {
    const op = "speech.SymbolTable";
    checkMatrix(op, "probabilities", probabilities, "[S, K]");
    checkKeys(op, options, ["prior"]);
    const { prior = 0 } = options;
    checkNumber(op, "prior", prior, "[0, ∞)");
    [this.states, this.symbols] = probabilities.shape;
    this.probabilities = Float64Array.from(probabilities.toTypedArray());
    this.#prior = prior;
    checkRows(op, "probabilities", this.probabilities, this.symbols);
  }

  /**
   * @param observations  (T) int32, in [0, K)
   * @throws {ShapeError} unless they are a vector of int32
   * @throws {UsageError} for a state out of range
   * @throws {DataError} for a symbol out of range
   */
  logLikelihoods(observations: Tensor, states?: Int32Array): Tensor {
    const op = "SymbolTable.logLikelihoods";
    const asked = statesOf(op, this.states, states);
    return tensor(this.#logs(this.#read(op, observations), asked), [observations.shape[0], asked.length]);
  }

  collect(): Collector<SymbolTable> {
    const { symbols: K } = this;
    const counts = new Float64Array(this.states * K).fill(this.#prior);
    return {
      visit: (observations, states) => {
        const seen = this.#read("SymbolTable.collect", observations);
        const add = (posteriors: Float64Array): void => {
          for (let t = 0; t < seen.length; t++)
            for (let u = 0; u < states.length; u++)
              counts[states[u] * K + seen[t]] += posteriors[t * states.length + u];
        };
        return { logLikelihoods: this.#logs(seen, states), add };
      },
      estimate: () => {
        const probabilities = this.probabilities.slice();
        for (let s = 0; s < this.states; s++) {
          const row = counts.subarray(s * K, (s + 1) * K);
          const sum = row.reduce((a, b) => a + b);
          if (sum > 0) probabilities.set(row.map((count) => count / sum), s * K); // prettier-ignore
        }
        return new SymbolTable(tensor(Float32Array.from(probabilities), [this.states, K]), { prior: this.#prior });
      },
    };
  }

  #logs(seen: ArrayLike<number>, states: Int32Array): Float32Array {
    const logs = new Float32Array(seen.length * states.length);
    for (let t = 0; t < seen.length; t++)
      for (let u = 0; u < states.length; u++)
        logs[t * states.length + u] = Math.log(this.probabilities[states[u] * this.symbols + seen[t]]);
    return logs;
  }

  #read(op: string, x: Tensor): ArrayLike<number> {
    if (!(x instanceof Tensor) || x.rank !== 1 || x.dtype !== "int32" || x.size === 0) {
      const got = x instanceof Tensor ? `${x.dtype} ${showShape(x.shape)}` : show(x);
      throw new ShapeError(message(op, "these are no symbols", { expected: "an int32 tensor [T] with T ≥ 1", got }));
    }
    const seen = x.toTypedArray();
    const wrong = seen.findIndex((symbol) => symbol < 0 || symbol >= this.symbols);
    if (wrong < 0) return seen;
    const got = `${seen[wrong]} in frame ${wrong}`;
    throw new DataError(message(op, "a symbol is out of range", { expected: `[0, K) with K = ${this.symbols}`, got }));
  }
}

/** The states that are asked for, by default all. @throws {UsageError} unless they are an Int32Array in [0, S) */
export function statesOf(op: string, S: number, states: Int32Array | undefined): Int32Array {
  if (states === undefined) return Int32Array.from({ length: S }, (_, s) => s);
  if (states instanceof Int32Array && states.length > 0 && states.every((s) => s >= 0 && s < S)) return states;
  throw new UsageError(message(op, "states do not fit", { expected: `an Int32Array in [0, ${S})`, got: show(states) }));
}

/** @throws {ShapeError} unless `x` is a float32 matrix with elements */
export function checkMatrix(op: string, name: string, x: unknown, shape: string): asserts x is Tensor {
  if (x instanceof Tensor && x.rank === 2 && x.dtype === "float32" && x.size > 0) return;
  const got = x instanceof Tensor ? `${x.dtype} ${showShape(x.shape)}` : show(x);
  throw new ShapeError(message(op, `${name} do not fit`, { expected: `a float32 tensor ${shape}`, got }));
}

/** @throws {UsageError} unless rows of `width` numbers ≥ 0 sum to 1 */
export function checkRows(op: string, name: string, values: Float64Array, width: number): void {
  for (let at = 0; at < values.length; at += width) {
    const row = values.subarray(at, at + width);
    const sum = row.reduce((a, b) => a + b);
    if (row.every((value) => value >= 0) && Math.abs(sum - 1) < 1e-4) continue;
    const got = `${show([...row])} in row ${at / width}`;
    throw new UsageError(message(op, `${name} do not fit`, { expected: "rows ≥ 0 with the sum 1", got }));
  }
}
