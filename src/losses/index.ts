/** Losses: the numbers that training minimises. */
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
