/** What a regularizer is: a penalty on a parameter, added to the loss, and its gradient: l1·Σ|θ| + l2·Σθ². */
import type { Config } from "../config.js";

/** A penalty on a parameter. */
export interface Regularizer {
  readonly l1: number;
  readonly l2: number;
  readonly config: Config;
}
