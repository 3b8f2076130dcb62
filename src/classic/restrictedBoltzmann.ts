/**
 * The restricted Boltzmann machine: visible units v, hidden units h, connections between the two layers alone, and an
 * energy E(v, h) = −aᵀv − bᵀh − vᵀW h (binary v), or ½ ‖v − a‖² − bᵀh − vᵀW h (real v, of variance 1). Letters: N samples,
 * V visible and H hidden units, B chains.
 * Sources: Smolensky 1986; contrastive divergence: Hinton 2002; persistent: Tieleman 2008; practice: Hinton 2010.
 */
import { UsageError, message } from "../errors.js";
import { activate } from "../ops/pointwise/activate.js";
import { sub } from "../ops/pointwise/arithmetic.js";
import { square } from "../ops/pointwise/unary.js";
import { dense } from "../ops/product/dense.js";
import { matmul } from "../ops/product/matmul.js";
import { randomUniform } from "../ops/random.js";
import { sum } from "../ops/reduce/reduce.js";
import { checkObject, integer, number, oneOf, resolve, unchecked } from "../options.js";
import { tensor, zeros } from "../tensor/create.js";
import { drawNormal } from "../tensor/drawNormal.js";
import { Random } from "../tensor/random.js";
import { RandomState } from "../tensor/randomState.js";
import { record } from "../tensor/record.js";
import { keep, scope } from "../tensor/scope.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  type BoltzmannFitOptions,
  type BoltzmannWeights,
  down,
  drawBinary,
  drawVisible,
  trainBoltzmann,
  up,
} from "./boltzmannTraining.js";
import { type Rows, type Samples, rowsOf } from "./rows.js";
import { SavedNetwork, type Stored, storedValues } from "./saved.js";

/** Options of {@link RestrictedBoltzmannMachine}. */
export interface RestrictedBoltzmannOptions {
  /** V */
  readonly visible: number;
  /** H */
  readonly hidden: number;
  /** "binary": 0 or 1, or probabilities; "real": of mean 0 and variance 1. Default "binary". */
  readonly visibleUnits?: "binary" | "real";
  /** Of the initial weights, N(0, 0.01²). Default 0. */
  readonly seed?: number;
}

/** Options of {@link RestrictedBoltzmannMachine.sample}. */
export interface BoltzmannSampleOptions {
  /** Chains that begin at random. Default 16. Not beside `from`. */
  readonly count?: number;
  /** Where chains begin, (B, V). */
  readonly from?: Samples;
  /** Steps of Gibbs sampling. Default 1,000. */
  readonly steps?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** Samples of a block. */
const block = 2000;

/** A machine, untrained: small random weights. */
export class RestrictedBoltzmannMachine extends SavedNetwork {
  /** V */
  readonly visible: number;
  /** H */
  readonly hidden: number;
  readonly visibleUnits: "binary" | "real";
  readonly #machine: BoltzmannWeights;

  /** @throws {UsageError} for an option that is unknown or out of range @throws {MemoryError} */
  constructor(options: RestrictedBoltzmannOptions) {
    super();
    const op = "RestrictedBoltzmannMachine";
    checkObject(op, "options", options);
    const { visible, hidden, visibleUnits, seed } = resolve(op, options, {
      ...{ visible: integer("[1, ∞)"), hidden: integer("[1, ∞)") },
      visibleUnits: oneOf(["binary", "real"], "binary"),
      seed: integer("[0, 4294967295]", 0),
    });
    [this.visible, this.hidden, this.visibleUnits] = [visible, hidden, visibleUnits];
    const random = new Random(seed);
    const initial = Float32Array.from({ length: visible * hidden }, () => drawNormal(random, 0, 0.01));
    this.#machine = {
      weights: keep(tensor(initial, [visible, hidden])),
      visible: keep(zeros([visible])),
      hidden: keep(zeros([hidden])),
      isReal: visibleUnits === "real",
    };
  }

  /** W (V, H), a (V), b (H): the tensors themselves, which training changes. */
  get parameters(): { readonly weights: Tensor; readonly visibleBias: Tensor; readonly hiddenBias: Tensor } {
    const { weights, visible, hidden } = this.#machine;
    return { weights, visibleBias: visible, hiddenBias: hidden };
  }

  /**
   * Trains by contrastive divergence.
   * @param x  (N, V): in [0, 1] for binary units. A uint8 tensor is read as fractions of 255
   * @returns the mean squared error of reconstruction of each epoch
   * @throws {ShapeError | UsageError} for other samples or options, before anything has changed
   */
  async fit(x: Samples, options: BoltzmannFitOptions = {}): Promise<number[]> {
    const op = "RestrictedBoltzmannMachine.fit";
    const values = resolve(op, options, {
      ...{ epochs: integer("[1, ∞)", 10), batchSize: integer("[1, ∞)", 100), steps: integer("[1, ∞)", 1) },
      learningRate: number("(0, ∞)", this.#machine.isReal ? 0.005 : 0.05),
      momentum: number("[0, 1)", 0.9),
      weightDecay: number("[0, ∞)", 0.0002),
      method: oneOf(["cd", "pcd"], "cd"),
      seed: integer("[0, 4294967295]", 0),
      onEpoch: unchecked<BoltzmannFitOptions["onEpoch"]>(),
      signal: unchecked<AbortSignal | undefined>(),
    });
    const rows = this.#rows(op, x);
    const samples = keep(tensor(rows.values, [rows.count, rows.width]));
    try {
      return await trainBoltzmann(this.#machine, samples, values);
    } finally {
      samples.dispose();
    }
  }

  /** P(h = 1 | v), the features of each sample, (N, H). @throws {ShapeError | UsageError} for other samples */
  features(x: Samples): Tensor {
    const rows = this.#rows("RestrictedBoltzmannMachine.features", x);
    const out = new Float32Array(rows.count * this.hidden);
    this.#each(rows, (v, from) => out.set(up(this.#machine, v).toTypedArray(), from * this.hidden));
    return tensor(out, [rows.count, this.hidden]);
  }

  /** The mean of v given its features: what the machine makes of each sample, (N, V). @throws as {@link features} */
  reconstruct(x: Samples): Tensor {
    const rows = this.#rows("RestrictedBoltzmannMachine.reconstruct", x);
    const out = new Float32Array(rows.values.length);
    this.#each(rows, (v, from) =>
      out.set(down(this.#machine, up(this.#machine, v)).toTypedArray(), from * this.visible),
    );
    return tensor(out, [rows.count, this.visible]);
  }

  /**
   * F(v) = −ln Σ exp(−E(v, h)) over all h, (N): lower for what is more probable. The difference between held-out and
   * training samples grows where the machine learns its samples by heart. @throws as {@link features}
   */
  freeEnergy(x: Samples): Float64Array {
    const rows = this.#rows("RestrictedBoltzmannMachine.freeEnergy", x);
    const out = new Float64Array(rows.count);
    const { weights, visible, hidden, isReal } = this.#machine;
    this.#each(rows, (v, from) => {
      const rest = sum(activate(dense(v, weights, hidden), "softplus"), -1).toTypedArray();
      const own = isReal ? sum(square(sub(v, visible)), -1) : matmul(v, visible.share([this.visible, 1]));
      for (const [i, value] of own.toTypedArray().entries()) out[from + i] = (isReal ? value / 2 : -value) - rest[i];
    });
    return out;
  }

  /**
   * Fantasies: the means of the visible units after steps of Gibbs sampling, (B, V).
   * @throws {ShapeError | UsageError} for other samples or options
   */
  sample(options: BoltzmannSampleOptions = {}): Tensor {
    const op = "RestrictedBoltzmannMachine.sample";
    const { count, from, steps, seed } = resolve(op, options, {
      ...{ count: integer("[1, ∞)", 16), steps: integer("[1, ∞)", 1000), seed: integer("[0, 4294967295]", 0) },
      from: unchecked<Samples | undefined>(),
    });
    const begin = from === undefined ? undefined : this.#rows(op, from);
    const B = begin?.count ?? count;
    const random = new RandomState(seed);
    const v = keep(begin ? tensor(begin.values, [B, this.visible]) : randomUniform([B, this.visible], { seed }));
    const machine = this.#machine;
    const step = (): void => {
      noGrad(() => v.assign(drawVisible(machine, down(machine, drawBinary(up(machine, v), random, 0)), random, 1)));
      random.advance();
    };
    try {
      const recording = steps > 1 ? record(step) : undefined;
      for (let i = 2; i < steps; i++) recording!.replay();
      recording?.dispose();
      return noGrad(() => down(machine, drawBinary(up(machine, v), random, 0)));
    } finally {
      v.dispose();
      random.dispose();
    }
  }

  /** Frees the parameters at once. A garbage collector does it, too. */
  dispose(): void {
    const { weights, visible, hidden } = this.#machine;
    for (const one of [weights, visible, hidden]) one.dispose();
  }

  #rows(op: string, x: Samples): Rows {
    const rows = rowsOf(op, "x", x, this.visible);
    if (this.#machine.isReal) return rows;
    const wrong = rows.values.findIndex((value) => value < 0 || value > 1);
    if (wrong < 0) return rows;
    const [expected, got] = [
      "0 to 1, for binary units",
      `${rows.values[wrong]} in sample ${Math.floor(wrong / this.visible)}`,
    ];
    throw new UsageError(message(op, "x has another value", { expected, got, hint: 'Choose visibleUnits: "real".' }));
  }

  #each({ values, count, width }: Rows, visit: (v: Tensor, from: number) => void): void {
    for (let from = 0; from < count; from += block) {
      const end = Math.min(count, from + block);
      scope(() => noGrad(() => visit(tensor(values.subarray(from * width, end * width), [end - from, width]), from)));
    }
  }

  /** @internal */
  stored(): Stored {
    const { visible, hidden, visibleUnits } = this;
    const { weights, visibleBias, hiddenBias } = this.parameters;
    const of = (one: Tensor) => ({ shape: one.shape, values: one.toTypedArray() as Float32Array });
    const tensors = { weights: of(weights), visibleBias: of(visibleBias), hiddenBias: of(hiddenBias) };
    return { kind: "restricted-boltzmann", options: { visible, hidden, visibleUnits }, tensors };
  }

  /** @internal */
  static from(op: string, stored: Stored): RestrictedBoltzmannMachine {
    const made = new RestrictedBoltzmannMachine(stored.options as unknown as RestrictedBoltzmannOptions);
    for (const [name, one] of Object.entries(made.parameters)) one.assign(storedValues(op, stored, name, one.shape));
    return made;
  }
}
