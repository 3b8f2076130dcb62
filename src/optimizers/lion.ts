/**
 * Lion: every parameter moves by the learning rate, in the direction that a running mean of its gradients points to.
 * Defaults as in Keras. Letters: g the gradient, θ a parameter, m a running mean, λ weight decay.
 */
import { lionStep } from "../ops/inPlace/optimizerSteps.js";
import type { Optimizer, Schedule } from "./optimizer.js";
import { defineOptimizer } from "./defineOptimizer.js";
import { type OptimizerOptions, type OptimizerTable, fraction, optimizerTable, resolveOptions } from "./optimizerTable.js"; // prettier-ignore

/** Options of {@link lion}. */
export interface LionOptions extends OptimizerOptions {
  /** Default 0.001. A third to a tenth of a good rate of Adam is a good one, since steps are larger. */
  readonly learningRate?: number | Schedule;
  /** β₁ in [0, 1): what the direction of a step keeps of m. Default 0.9. */
  readonly beta1?: number;
  /** β₂ in [0, 1): what m keeps of itself. Default 0.99. */
  readonly beta2?: number;
}

/**
 * Lion: θ −= learningRate · (λ θ + sign(β₁ m + (1 − β₁) g)), then m = β₂ m + (1 − β₂) g. The sign of 0 is 0. Weight
 * decay is decoupled: it does not pass through the sign. Default λ 0. Half of Adam's state.
 * Source: Chen et al. 2023.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function lion(options: LionOptions = {}): Optimizer {
  const { values, common } = resolveOptions("lion", options, {
    ...optimizerTable(0.001),
    beta1: fraction(0.9),
    beta2: fraction(0.99),
  } satisfies OptimizerTable<LionOptions>);
  const { beta1, beta2 } = values;
  return defineOptimizer({
    ...common,
    constants: { beta1, beta2 },
    slots: [{ name: "mean", initial: 0 }],
    step: lionStep,
  });
}
