/**
 * Adagrad, RMSProp, Adadelta: a learning rate for each element, from the squares of its gradients. Formulas as in
 * PyTorch, defaults as in Keras.
 * Letters: g the gradient + λ · θ, θ a parameter.
 */
import { adadeltaStep, adagradStep, rmspropStep } from "../ops/inPlace/optimizerSteps.js";
import { flag, number } from "../options.js";
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

/** Options of {@link adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: number | Schedule;
  /** The initial s, ≥ 0. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** ε > 0. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adagrad: s += g²; θ −= learningRate · g / (√s + ε).
 * Source: Duchi, Hazan & Singer 2011.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const { values, common } = resolveOptions("adagrad", options, {
    ...optimizerTable(0.001),
    initialAccumulatorValue: number("[0, ∞)", 0.1),
    epsilon,
  } satisfies OptimizerTable<AdagradOptions>);
  return defineOptimizer({
    ...common,
    constants: { epsilon: values.epsilon },
    slots: [{ name: "square", initial: values.initialAccumulatorValue }],
    step: adagradStep,
  });
}

/** Options of {@link rmsprop}. */
export interface RmspropOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: number | Schedule;
  /** ρ in [0, 1): the fraction of s that a step keeps. Default 0.9. */
  readonly rho?: number;
  /** μ in [0, 1). Default 0. */
  readonly momentum?: number;
  /** ε > 0. Default 1e-7. */
  readonly epsilon?: number;
  /** Divides by the standard deviation of the gradient instead of its root mean square. Default false. */
  readonly centered?: boolean;
}

/**
 * RMSProp: s = ρ s + (1 − ρ) g²; θ −= learningRate · d with d = g / (√s + ε). When centered, d = g / (√(s − a²) + ε)
 * with a = ρ a + (1 − ρ) g. With momentum, b = μ b + d and θ −= learningRate · b.
 * Source: Hinton 2012, lecture 6e; Graves 2013.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { values, common } = resolveOptions("rmsprop", options, {
    ...optimizerTable(0.001),
    rho: fraction(0.9),
    momentum: fraction(0),
    epsilon,
    centered: flag(false),
  } satisfies OptimizerTable<RmspropOptions>);
  const { rho, momentum, centered } = values;
  const names = ["square", ...(centered ? ["average"] : []), ...(momentum > 0 ? ["velocity"] : [])];
  return defineOptimizer({
    ...common,
    constants: { epsilon: values.epsilon, momentum, beta2: rho },
    slots: names.map((name) => ({ name, initial: 0 })),
    step: (range, block) => rmspropStep(range, block, centered, momentum > 0),
  });
}

/** Options of {@link adadelta}. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Default 0.001, as in Keras; the paper has 1. */
  readonly learningRate?: number | Schedule;
  /** ρ in [0, 1). Default 0.95. */
  readonly rho?: number;
  /** ε > 0. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adadelta: s = ρ s + (1 − ρ) g²; Δ = g · √(u + ε) / √(s + ε); u = ρ u + (1 − ρ) Δ²; θ −= learningRate · Δ.
 * Source: Zeiler 2012.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const { values, common } = resolveOptions("adadelta", options, {
    ...optimizerTable(0.001),
    rho: fraction(0.95),
    epsilon,
  } satisfies OptimizerTable<AdadeltaOptions>);
  const slots = [
    { name: "square", initial: 0 },
    { name: "updates", initial: 0 },
  ];
  return defineOptimizer({
    ...common,
    constants: { epsilon: values.epsilon, beta2: values.rho },
    slots,
    step: adadeltaStep,
  });
}
