/** Losses: the numbers that training minimises. */
export type { Loss } from "./loss.js";
export { binaryCrossentropy, categoricalCrossentropy, type CrossentropyOptions, klDivergence } from "./probability.js";
export { ctc, type CtcOptions } from "./ctc.js";
export { categoricalFocalCrossentropy, type CategoricalFocalOptions } from "./categoricalFocal.js";
export {
  cosineSimilarity,
  halfSquaredError,
  hinge,
  huber,
  type HuberOptions,
  meanAbsoluteError,
  meanSquaredError,
} from "./regression.js";
export {
  binaryFocalCrossentropy,
  contrastive,
  type FocalOptions,
  logCosh,
  type MarginOptions,
  poisson,
  triplet,
} from "./further.js";
export {
  categoricalHinge,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  squaredHinge,
} from "./relative.js";
export { sparseCategoricalCrossentropy, type SparseCrossentropyOptions } from "./sparse.js";
