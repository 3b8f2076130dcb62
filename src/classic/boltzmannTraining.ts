/**
 * Contrastive divergence as a recorded step: gather a batch, up, down and up again k times, and the difference of the two
 * correlations into weights with momentum. Letters: B samples and chains, V visible and H hidden units, k steps, η learning
 * rate, μ momentum, λ decay of weights; ⟨v hᵀ⟩ at the data minus at the chains.
 */
import { Batches } from "../data/batches.js";
import { combine } from "../ops/inPlace/vectors.js";
import { activate } from "../ops/pointwise/activate.js";
import { add, sub } from "../ops/pointwise/arithmetic.js";
import { less } from "../ops/pointwise/compare.js";
import { negate, square } from "../ops/pointwise/unary.js";
import { dense } from "../ops/product/dense.js";
import { matmul } from "../ops/product/matmul.js";
import { fillNormal, fillUniform } from "../ops/random.js";
import { sum } from "../ops/reduce/reduce.js";
import { concat } from "../ops/shape/concat.js";
import { breathe } from "../runtime/breathe.js";
import { empty, zeros } from "../tensor/create.js";
import { RandomState } from "../tensor/randomState.js";
import { type Recording, record } from "../tensor/record.js";
import { keep } from "../tensor/scope.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";

/** Options of the training of a restricted Boltzmann machine. */
export interface BoltzmannFitOptions {
  /** Default 10. */
  readonly epochs?: number;
  /** Samples of a step, and chains. What is left of an epoch beyond whole batches is left out. Default 100. */
  readonly batchSize?: number;
  /** η. Default 0.05 for binary visible units, 0.005 for real ones. */
  readonly learningRate?: number;
  /** μ in [0, 1). Default 0.9. */
  readonly momentum?: number;
  /** λ ≥ 0: each step shrinks W by the factor 1 − η λ. Default 0.0002. */
  readonly weightDecay?: number;
  /**
   * "cd": the chains of each batch begin at its samples. "pcd": they go on from batch to batch, for weights that describe
   * what is far from the samples, too. Default "cd".
   */
  readonly method?: "cd" | "pcd";
  /** k. Default 1. */
  readonly steps?: number;
  /** Of order and draws. Default 0. */
  readonly seed?: number;
  /** Called after each epoch with the mean squared difference of a visible unit and its reconstruction. */
  readonly onEpoch?: (epoch: number, reconstructionError: number) => unknown;
  /** Aborting ends training after the current batch; the weights are as it left them. */
  readonly signal?: AbortSignal;
}

/** The parameters of a machine, as tensors that no scope frees. */
export interface BoltzmannWeights {
  /** W, (V, H) */
  readonly weights: Tensor;
  /** a, (V) */
  readonly visible: Tensor;
  /** b, (H) */
  readonly hidden: Tensor;
  /** Whether v is real, of variance 1, and not binary. */
  readonly isReal: boolean;
}

/** Options with their values. */
export interface BoltzmannFit extends Required<Omit<BoltzmannFitOptions, "onEpoch" | "signal">> {
  readonly onEpoch: BoltzmannFitOptions["onEpoch"] | undefined;
  readonly signal: AbortSignal | undefined;
}

/** P(h = 1 | v), (B, H). */
export function up({ weights, hidden }: BoltzmannWeights, v: Tensor): Tensor {
  return dense(v, weights, hidden, "sigmoid");
}

/** The mean of v given h, (B, V). */
export function down({ weights, visible, isReal }: BoltzmannWeights, h: Tensor): Tensor {
  const mean = add(matmul(h, weights, { transposeB: true }), visible);
  return isReal ? mean : activate(mean, "sigmoid");
}

/** 1 with probability p, else 0. */
export function drawBinary(p: Tensor, random: RandomState, stream: number): Tensor {
  const u = empty(p.shape);
  fillUniform(u, random, 0, 1, stream);
  return less(u, p);
}

/** v, drawn from its mean. */
export function drawVisible({ isReal }: BoltzmannWeights, mean: Tensor, random: RandomState, stream: number): Tensor {
  if (!isReal) return drawBinary(mean, random, stream);
  const noise = empty(mean.shape);
  fillNormal(noise, random, 0, 1, stream);
  return add(mean, noise);
}

/** Trains. @param x (N, V) float32, or uint8, which is read as fractions of 255 @returns the error of each epoch */
export async function trainBoltzmann(machine: BoltzmannWeights, x: Tensor, options: BoltzmannFit): Promise<number[]> {
  const { epochs, seed, onEpoch, signal } = options;
  const batches = new Batches([x], options.batchSize);
  const { batchSize } = batches;
  const count = Math.floor(batches.rows / batchSize);
  const state = new LearningState(machine, batchSize, seed);
  let step: Recording<void> | undefined;
  try {
    const errors: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = batches.order(true, seed, epoch);
      state.error.assign([0]);
      for (let b = 0; b < count; b++) {
        await breathe();
        signal?.throwIfAborted();
        const { batch, n } = batches.select(order, b);
        if (step !== undefined) step.replay();
        else {
          step = record(() => {
            batches.gather(n);
            noGrad(() => state.learn(batch[0], options));
          });
        }
      }
      errors.push(state.error.item() / (count * batchSize * x.shape[1]));
      onEpoch?.(epoch, errors[epoch]);
    }
    return errors;
  } finally {
    step?.dispose();
    batches.dispose();
    state.dispose();
  }
}

/** What a step changes: the machine, velocities, chains, the sum of squared errors, random numbers. */
class LearningState {
  readonly #machine: BoltzmannWeights;
  readonly #velocities: BoltzmannWeights;
  /** The visible units of the chains, (B, V). */
  readonly #chains: Tensor;
  readonly #random: RandomState;
  readonly error = keep(zeros([1]));

  constructor(machine: BoltzmannWeights, batchSize: number, seed: number) {
    this.#machine = machine;
    const [weights, visible, hidden] = [machine.weights, machine.visible, machine.hidden].map(({ shape }) => keep(zeros(shape))); // prettier-ignore
    this.#velocities = { weights, visible, hidden, isReal: machine.isReal };
    this.#chains = keep(zeros([batchSize, machine.visible.size]));
    this.#random = new RandomState(seed);
  }

  /** A step on a batch v₀, (B, V). Kernels only, since it is recorded. */
  learn(v0: Tensor, { method, steps, learningRate, momentum, weightDecay }: BoltzmannFit): void {
    const machine = this.#machine;
    const random = this.#random;
    const isPersistent = method === "pcd";
    const h0 = up(machine, v0);
    let h = isPersistent ? up(machine, this.#chains) : h0;
    let v = v0;
    for (let k = 0; k < steps; k++) {
      v = down(machine, drawBinary(h, random, 2 * k));
      if (isPersistent || k + 1 < steps) v = drawVisible(machine, v, random, 2 * k + 1);
      h = up(machine, v);
    }
    if (isPersistent) this.#chains.assign(v);
    const rate = learningRate / v0.shape[0];
    const { weights, visible, hidden } = this.#velocities;
    const difference = matmul(concat([v0, v], 0), concat([h0, negate(h)], 0), { transposeA: true });
    combine(weights, momentum, weights, rate, difference);
    combine(visible, momentum, visible, rate, sum(sub(v0, v), 0));
    combine(hidden, momentum, hidden, rate, sum(sub(h0, h), 0));
    combine(machine.weights, 1 - learningRate * weightDecay, machine.weights, 1, weights);
    machine.visible.addAssign(visible);
    machine.hidden.addAssign(hidden);
    const rebuilt = isPersistent ? down(machine, h0) : v;
    this.error.addAssign(sum(square(sub(v0, rebuilt))).share([1]));
    random.advance();
  }

  dispose(): void {
    const { weights, visible, hidden } = this.#velocities;
    for (const one of [weights, visible, hidden, this.#chains, this.error]) one.dispose();
    this.#random.dispose();
  }
}
