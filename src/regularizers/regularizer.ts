/**
 * What a regularizer is: a penalty l1·Σ|θ| + l2·Σθ² on a parameter θ, which training adds to the loss; its gradient is
 * l1·sign θ + 2·l2·θ.
 */
import type { Config } from "../config.js";
import type { Tensor } from "../tensor/tensor.js";

/** A penalty on a parameter. Made by `regularizers.l1`, `l2` or `l1l2`. */
export interface Regularizer {
  readonly l1: number;
  readonly l2: number;
  /** The penalty of θ, a scalar. Only calls kernels. @internal */
  penalty(parameter: Tensor): Tensor;
  /** Adds the penalty's gradient to that of θ. Only calls kernels. @internal */
  addGradient(gradient: Tensor, parameter: Tensor): void;
  readonly config: Config;
}
