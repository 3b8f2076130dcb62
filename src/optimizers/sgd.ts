/** Gradient descent, optionally with momentum. Letters: g the gradient + λ · θ, v the velocity, θ a parameter. */
import { momentumStep, sgdStep } from "../ops/inPlace/optimizerSteps.js";
import { flag } from "../options.js";
import { defineOptimizer } from "./defineOptimizer.js";
import type { Optimizer, Schedule } from "./optimizer.js";
import {
  type OptimizerOptions,
  type OptimizerTable,
  fraction,
  optimizerTable,
  resolveOptions,
} from "./optimizerTable.js";

/** Options of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** Default 0.01. */
  readonly learningRate?: number | Schedule;
  /** μ in [0, 1). Default 0. */
  readonly momentum?: number;
  /** Looks one step ahead along the velocity. Default false; has no effect without momentum. */
  readonly nesterov?: boolean;
}

/**
 * Gradient descent: θ −= learningRate · g. With momentum v = μ v + g and θ −= learningRate · v; with Nesterov
 * θ −= learningRate · (g + μ v). As in PyTorch, the learning rate is not folded into v. Weight decay (default 0) is
 * added to the gradient: g = gradient + λ θ.
 *
 * Source: Polyak 1964; Nesterov 1983; Sutskever et al. 2013.
 * @throws {UsageError} when an option is unknown or out of range
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { values, common } = resolveOptions("sgd", options, {
    ...optimizerTable(0.01),
    momentum: fraction(0),
    nesterov: flag(false),
  } satisfies OptimizerTable<SgdOptions>);
  const { momentum, nesterov } = values;
  return defineOptimizer({
    ...common,
    constants: { momentum },
    slots: momentum === 0 ? [] : [{ name: "velocity", initial: 0 }],
    step: momentum === 0 ? sgdStep : (range, block) => momentumStep(range, block, nesterov),
  });
}
