/** The options of what a layer multiplies its inputs by: kernels and biases. Letters: W kernel, b bias. */
import type { Constraint } from "../../constraints/constraint.js";
import type { Initializer } from "../../initializers/initializer.js";
import { glorotUniform, zeros } from "../../initializers/index.js";
import { type Table, flag } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { constraint, initializer, regularizer } from "../tableLayer.js";

/** Options of W and b; of a layer with several, of each. */
export interface ProjectionOptions {
  /** False leaves out b. Default true. */
  readonly useBias?: boolean;
  /** Default glorotUniform(). */
  readonly kernelInitializer?: Initializer | string;
  /** Default zeros(). */
  readonly biasInitializer?: Initializer | string;
  readonly kernelRegularizer?: Regularizer | string;
  readonly kernelConstraint?: Constraint | string;
  readonly biasRegularizer?: Regularizer | string;
  readonly biasConstraint?: Constraint | string;
}

/** The rows of these options. */
export const projectionTable = {
  useBias: flag(true),
  kernelInitializer: initializer(glorotUniform),
  biasInitializer: initializer(zeros),
  kernelRegularizer: regularizer,
  kernelConstraint: constraint,
  biasRegularizer: regularizer,
  biasConstraint: constraint,
} satisfies Table<ProjectionOptions>;
