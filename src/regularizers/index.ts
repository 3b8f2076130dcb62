/** Regularizers: penalties on parameters. Letters: θ a parameter, λ the strength. */
import { checkKeys } from "../errors.js";
import { checkNumber } from "../options.js";
import type { Regularizer } from "./regularizer.js";

export type { Regularizer } from "./regularizer.js";

/** The penalty λ·Σ|θ|, of gradient λ·sign θ. Errors: UsageError unless λ is a number ≥ 0. */
export function l1(lambda: number): Regularizer {
  checkNumber("l1", "lambda", lambda, "[0, ∞)");
  return penalty(lambda, 0);
}

/** The penalty λ·Σθ², of gradient 2λ·θ, as in Keras. Errors: UsageError unless λ is a number ≥ 0. */
export function l2(lambda: number): Regularizer {
  checkNumber("l2", "lambda", lambda, "[0, ∞)");
  return penalty(0, lambda);
}

/** Options of {@link l1l2}. */
export interface L1L2Options {
  /** Default 0. */
  readonly l1?: number;
  /** Default 0. */
  readonly l2?: number;
}

/** The sum of both penalties, l1·Σ|θ| + l2·Σθ². Errors: UsageError for an option. */
export function l1l2(options: L1L2Options = {}): Regularizer {
  checkKeys("l1l2", options, ["l1", "l2"]);
  const { l1 = 0, l2 = 0 } = options;
  checkNumber("l1l2", "l1", l1, "[0, ∞)");
  checkNumber("l1l2", "l2", l2, "[0, ∞)");
  return penalty(l1, l2);
}

function penalty(l1: number, l2: number): Regularizer {
  return { l1, l2, config: { className: "l1l2", l1, l2 } };
}
