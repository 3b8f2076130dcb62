/** Metrics: numbers that say how good a model is. */
export { accuracy, topKAccuracy, type TopKAccuracyOptions } from "./accuracy.js";
export type { ThresholdOptions } from "./answers.js";
export { auc, type AucOptions, prAuc } from "./auc.js";
export { f1, precision, recall } from "./precisionRecall.js";
export { type ClassScores, classScores, confusionMatrix, type ConfusionMatrixOptions } from "./confusionMatrix.js";
export type { Metric } from "./metric.js";
export {
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  r2,
  rootMeanSquaredError,
} from "./regression.js";
