/** Regularizers: penalties on parameters. Letters: θ a parameter, λ the strength. */
import { addPenaltyGradient, penalty as penaltyOf } from "../ops/inPlace/regularization.js";
import { type Table, checkNumber, number, resolve } from "../options.js";
import type { Regularizer } from "./regularizer.js";

export type { Regularizer } from "./regularizer.js";

/** The penalty λ·Σ|θ|, with gradient λ·sign θ. @throws {UsageError} when λ is not a number ≥ 0 */
export function l1(lambda: number): Regularizer {
  checkNumber("l1", "lambda", lambda, "[0, ∞)");
  return regularizer(lambda, 0);
}

/** The penalty λ·Σθ², with gradient 2λ·θ, as in Keras. @throws {UsageError} when λ is not a number ≥ 0 */
export function l2(lambda: number): Regularizer {
  checkNumber("l2", "lambda", lambda, "[0, ∞)");
  return regularizer(0, lambda);
}

/** Options of {@link l1l2}. */
export interface L1L2Options {
  /** Default 0. */
  readonly l1?: number;
  /** Default 0. */
  readonly l2?: number;
}

/** The sum of both penalties, l1·Σ|θ| + l2·Σθ². @throws {UsageError} when an option is unknown or out of range */
export function l1l2(options: L1L2Options = {}): Regularizer {
  const lambda = number("[0, ∞)", 0);
  const { l1, l2 } = resolve("l1l2", options, { l1: lambda, l2: lambda } satisfies Table<L1L2Options>);
  return regularizer(l1, l2);
}

function regularizer(l1: number, l2: number): Regularizer {
  return {
    l1,
    l2,
    penalty: (parameter) => penaltyOf(parameter, l1, l2),
    addGradient: (gradient, parameter) => addPenaltyGradient(gradient, parameter, l1, l2),
    config: { className: "l1l2", l1, l2 },
  };
}
