/** Losses: what training makes small. */
export type { Loss } from "./loss.js";
export { binaryCrossentropy, categoricalCrossentropy, type CrossentropyOptions, klDivergence } from "./probability.js";
export {
  cosineSimilarity,
  halfSquaredError,
  hinge,
  huber,
  type HuberOptions,
  meanAbsoluteError,
  meanSquaredError,
} from "./regression.js";
export { sparseCategoricalCrossentropy, type SparseCrossentropyOptions } from "./sparse.js";
