/**
 * Adam and its kin: running means of the gradient and of its square, corrected for their start at 0. Formulas are PyTorch's, defaults Keras's.
 * Letters: g the gradient, θ a parameter, m and v the means, t the step from 1.
 *
 *   m = β₁ m + (1 − β₁) g     v = β₂ v + (1 − β₂) g²     m̂ = m / (1 − β₁ᵗ)     v̂ = v / (1 − β₂ᵗ)     θ −= learningRate · m̂ / (√v̂ + ε)
 */
import { adamStep, adamwStep, nadamStep } from "../ops/inPlace/optimizerSteps.js";
import type { Optimizer } from "./optimizer.js";
import { type OptimizerOptions, resolveOptions } from "./options.js";
import type { Schedule } from "./schedule.js";

/** Options of {@link nadam}, and those that {@link adam} and {@link adamw} share with it. */
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
  /** Use the largest v so far in the place of v. Default false. */
  readonly amsgrad?: boolean;
}

const defaults = { learningRate: 0.001, weightDecay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const mean = { name: "mean", initial: 0 };
const square = { name: "square", initial: 0 };
const largest = { name: "largest", initial: 0 };

/**
 * Adam. Weight decay is added to the gradient, g + λ θ; default 0.
 * Errors: UsageError for an option. Source: Kingma & Ba 2015; AMSGrad: Reddi, Kale & Kumar 2018.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const { values, common } = resolveOptions("adam", options, { ...defaults, amsgrad: false });
  return { ...common, constants: values, slots: slotsOf(values.amsgrad), step: adamStep };
}

/**
 * Adam with decoupled weight decay: first θ −= learningRate · λ · θ, then Adam's step without λ. Default λ 0.004.
 * Errors: UsageError for an option. Source: Loshchilov & Hutter 2019.
 */
export function adamw(options: AdamOptions = {}): Optimizer {
  const { values, common } = resolveOptions("adamw", options, { ...defaults, weightDecay: 0.004, amsgrad: false });
  return { ...common, constants: values, slots: slotsOf(values.amsgrad), step: adamwStep };
}

/**
 * Adam with Nesterov momentum: m̂ = (1 − μₜ) g / (1 − Π μ) + μₜ₊₁ m / (1 − Π μ · μₜ₊₁), where μₜ = β₁ (1 − ½ · 0.96^(0.004 t)).
 * Weight decay is added to the gradient; default 0.
 * Errors: UsageError for an option. Source: Dozat 2016.
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  const { values, common } = resolveOptions("nadam", options, defaults);
  return { ...common, constants: values, slots: [mean, square], step: nadamStep };
}

function slotsOf(amsgrad: boolean): Optimizer["slots"] {
  return amsgrad ? [mean, square, largest] : [mean, square];
}
