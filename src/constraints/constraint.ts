/** What a constraint is: a rule that the values of a parameter obey after every step of the optimizer. */
import type { Config } from "../config.js";
import type { Tensor } from "../tensor/tensor.js";

/** A constraint on a parameter. */
export interface Constraint {
  /**
   * The values that take the place of w's after a step. It is recorded with the step: ops alone, no value is read.
   *
   * @param w  a parameter after the optimizer's step
   * @returns  a float32 tensor of its shape
   */
  constrain(w: Tensor): Tensor;
  readonly config: Config;
}
