/** Gradient descent, with momentum where asked for. Letters: g the gradient + λ · θ, v the velocity, θ a parameter. */
import { momentumStep, sgdStep } from "../ops/inPlace/optimizerSteps.js";
import type { Optimizer } from "./optimizer.js";
import { type OptimizerOptions, resolveOptions } from "./options.js";
import type { Schedule } from "./schedule.js";

/** Options of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** Default 0.01. */
  readonly learningRate?: number | Schedule;
  /** μ in [0, 1). Default 0. */
  readonly momentum?: number;
  /** Look one step ahead along the velocity. Default false; does nothing without momentum. */
  readonly nesterov?: boolean;
}

/**
 * Gradient descent: θ −= learningRate · g. With momentum v = μ v + g, θ −= learningRate · v, and with Nesterov θ −= learningRate · (g + μ v).
 * As PyTorch: the learning rate is not folded into v. Weight decay is added to the gradient, g = gradient + λ θ. Default 0.
 *
 * Errors: UsageError for an option.
 * Source: Polyak 1964; Nesterov 1983; Sutskever et al. 2013.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { values, common } = resolveOptions("sgd", options, {
    learningRate: 0.01,
    weightDecay: 0,
    momentum: 0,
    nesterov: false,
  });
  const { momentum, nesterov } = values;
  return {
    ...common,
    constants: { momentum },
    slots: momentum === 0 ? [] : [{ name: "velocity", initial: 0 }],
    step: momentum === 0 ? sgdStep : (range, block) => momentumStep(range, block, nesterov),
  };
}
