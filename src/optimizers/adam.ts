/**
 * Adam and its relatives: running means of the gradient and of its square, corrected for their start at 0. Formulas as
 * in PyTorch, defaults as in Keras.
 * Letters: g the gradient, θ a parameter, m and v the means, t the step, counted from 1.
 *
 *   m = β₁ m + (1 − β₁) g     v = β₂ v + (1 − β₂) g²     m̂ = m / (1 − β₁ᵗ)     v̂ = v / (1 − β₂ᵗ)
 *   θ −= learningRate · m̂ / (√v̂ + ε)
 */
import { adamStep, adamwStep, nadamStep } from "../ops/inPlace/optimizerSteps.js";
import { flag } from "../options.js";
import type { Optimizer, Schedule } from "./optimizer.js";
import { defineOptimizer } from "./defineOptimizer.js";
import {
  type OptimizerOptions,
  type OptimizerTable,
  epsilon,
  fraction,
  optimizerTable,
  resolveOptions,
} from "./optimizerTable.js";

/** Options of {@link nadam}, and those that it shares with {@link adam} and {@link adamw}. */
export interface NadamOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: number | Schedule;
  /** β₁ in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** β₂ in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε > 0. Default 1e-7. */
  readonly epsilon?: number;
}

/** Options of {@link adam} and {@link adamw}. */
export interface AdamOptions extends NadamOptions {
  /** Uses the largest v so far instead of v. Default false. */
  readonly amsgrad?: boolean;
}

function nadamTable(weightDecay?: number) {
  return {
    ...optimizerTable(0.001, weightDecay),
    beta1: fraction(0.9),
    beta2: fraction(0.999),
    epsilon,
  } satisfies OptimizerTable<NadamOptions>;
}

function adamTable(weightDecay?: number) {
  return { ...nadamTable(weightDecay), amsgrad: flag(false) } satisfies OptimizerTable<AdamOptions>;
}

const mean = { name: "mean", initial: 0 };
const square = { name: "square", initial: 0 };
const largest = { name: "largest", initial: 0 };

/**
 * Adam. Weight decay is added to the gradient, g + λ θ; default 0.
 * Source: Kingma & Ba 2015; AMSGrad: Reddi, Kale & Kumar 2018.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const { values, common } = resolveOptions("adam", options, adamTable());
  return defineOptimizer({ ...common, constants: values, slots: slotsOf(values.amsgrad), step: adamStep });
}

/**
 * Adam with decoupled weight decay: first θ −= learningRate · λ · θ, then Adam's step without λ. Default λ 0.004.
 * Source: Loshchilov & Hutter 2019.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function adamw(options: AdamOptions = {}): Optimizer {
  const { values, common } = resolveOptions("adamw", options, adamTable(0.004));
  return defineOptimizer({ ...common, constants: values, slots: slotsOf(values.amsgrad), step: adamwStep });
}

/**
 * Adam with Nesterov momentum: m̂ = (1 − μₜ) g / (1 − Π μ) + μₜ₊₁ m / (1 − Π μ · μₜ₊₁), where μₜ = β₁
 * (1 − ½ · 0.96^(0.004 t)). Weight decay is added to the gradient; default 0.
 * Source: Dozat 2016.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  const { values, common } = resolveOptions("nadam", options, nadamTable());
  return defineOptimizer({ ...common, constants: values, slots: [mean, square], step: nadamStep });
}

function slotsOf(amsgrad: boolean): Optimizer["slots"] {
  return amsgrad ? [mean, square, largest] : [mean, square];
}
