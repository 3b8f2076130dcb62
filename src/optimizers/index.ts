/** Optimizers: how gradients change parameters. */
export { adam, type AdamOptions, adamw, nadam, type NadamOptions } from "./adam.js";
export { adamax } from "./adamax.js";
export {
  adadelta,
  type AdadeltaOptions,
  adagrad,
  type AdagradOptions,
  rmsprop,
  type RmspropOptions,
} from "./adaptive.js";
export { lbfgs, type LbfgsOptions } from "./lbfgs.js";
export { lion, type LionOptions } from "./lion.js";
export type { Clipping, Optimizer, TensorOptimizer } from "./optimizer.js";
export type { OptimizerOptions } from "./optimizerTable.js";
export { sgd, type SgdOptions } from "./sgd.js";
