/**
 * What a regularizer is: a penalty l1·Σ|θ| + l2·Σθ² on a parameter θ, which training adds to the loss; its gradient is
 * l1·sign θ + 2·l2·θ.
 */
import type { Config } from "../config.js";

/** A penalty on a parameter. */
export interface Regularizer {
  readonly l1: number;
  readonly l2: number;
  readonly config: Config;
}
