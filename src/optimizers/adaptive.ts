/**
 * Adagrad, RMSProp, Adadelta: a learning rate for each element, from the squares of its gradients. Formulas are PyTorch's, defaults Keras's.
 * Letters: g the gradient + λ · θ, θ a parameter.
 */
import { adadeltaStep, adagradStep, rmspropStep } from "../ops/inPlace/optimizerSteps.js";
import type { Optimizer } from "./optimizer.js";
import { type OptimizerOptions, resolveOptions } from "./options.js";
import type { Schedule } from "./schedule.js";

/** Options of {@link adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: number | Schedule;
  /** s before the first step, ≥ 0. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** ε > 0. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adagrad: s += g²; θ −= learningRate · g / (√s + ε).
 * Errors: UsageError for an option. Source: Duchi, Hazan & Singer 2011.
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const { values, common } = resolveOptions("adagrad", options, {
    learningRate: 0.001,
    weightDecay: 0,
    initialAccumulatorValue: 0.1,
    epsilon: 1e-7,
  });
  const { epsilon, initialAccumulatorValue } = values;
  return {
    ...common,
    constants: { epsilon },
    slots: [{ name: "square", initial: initialAccumulatorValue }],
    step: adagradStep,
  };
}

/** Options of {@link rmsprop}. */
export interface RmspropOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: number | Schedule;
  /** ρ in [0, 1): how much of s is kept. Default 0.9. */
  readonly rho?: number;
  /** μ in [0, 1). Default 0. */
  readonly momentum?: number;
  /** ε > 0. Default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the standard deviation of the gradient instead of its root mean square. Default false. */
  readonly centered?: boolean;
}

/**
 * RMSProp: s = ρ s + (1 − ρ) g²; d = g / (√s + ε), centered g / (√(s − a²) + ε) with a = ρ a + (1 − ρ) g; θ −= learningRate · d,
 * or with momentum b = μ b + d and θ −= learningRate · b.
 * Errors: UsageError for an option. Source: Hinton 2012, lecture 6e; Graves 2013.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { values, common } = resolveOptions("rmsprop", options, {
    learningRate: 0.001,
    weightDecay: 0,
    rho: 0.9,
    momentum: 0,
    epsilon: 1e-7,
    centered: false,
  });
  const { rho, momentum, epsilon, centered } = values;
  const names = ["square", ...(centered ? ["average"] : []), ...(momentum > 0 ? ["velocity"] : [])];
  return {
    ...common,
    constants: { epsilon, momentum, beta2: rho },
    slots: names.map((name) => ({ name, initial: 0 })),
    step: (range, block) => rmspropStep(range, block, centered, momentum > 0),
  };
}

/** Options of {@link adadelta}. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Default 0.001, as in Keras; the paper's is 1. */
  readonly learningRate?: number | Schedule;
  /** ρ in [0, 1). Default 0.95. */
  readonly rho?: number;
  /** ε > 0. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adadelta: s = ρ s + (1 − ρ) g²; Δ = g · √(u + ε) / √(s + ε); u = ρ u + (1 − ρ) Δ²; θ −= learningRate · Δ.
 * Errors: UsageError for an option. Source: Zeiler 2012.
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const { values, common } = resolveOptions("adadelta", options, {
    learningRate: 0.001,
    weightDecay: 0,
    rho: 0.95,
    epsilon: 1e-7,
  });
  const slots = [
    { name: "square", initial: 0 },
    { name: "updates", initial: 0 },
  ];
  return { ...common, constants: { epsilon: values.epsilon, beta2: values.rho }, slots, step: adadeltaStep };
}
