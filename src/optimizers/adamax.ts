/**
 * Adamax: Adam with the largest gradient so far, slowly forgotten, in the place of its root mean square. Formula as in
 * PyTorch, defaults as in Keras. Letters: g the gradient + λ · θ, θ a parameter, t the step, counted from 1.
 */
import { adamaxStep } from "../ops/inPlace/optimizerSteps.js";
import type { NadamOptions } from "./adam.js";
import type { Optimizer } from "./optimizer.js";
import { defineOptimizer } from "./defineOptimizer.js";
import { type OptimizerTable, epsilon, fraction, optimizerTable, resolveOptions } from "./optimizerTable.js";

/**
 * Adamax: m = β₁ m + (1 − β₁) g; u = max(β₂ u, |g| + ε); θ −= learningRate / (1 − β₁ᵗ) · m / u. Weight decay is added
 * to the gradient; default 0. Options are nadam's, with the same defaults.
 * Source: Kingma & Ba 2015, section 7.1.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function adamax(options: NadamOptions = {}): Optimizer {
  const { values, common } = resolveOptions("adamax", options, {
    ...optimizerTable(0.001),
    beta1: fraction(0.9),
    beta2: fraction(0.999),
    epsilon,
  } satisfies OptimizerTable<NadamOptions>);
  const slots = ["mean", "largest"].map((name) => ({ name, initial: 0 }));
  return defineOptimizer({ ...common, constants: values, slots, step: adamaxStep });
}
