/** Metrics by name, for loading models. Only code that loads a model imports this file. */
import { type Makers, makeFrom } from "../config.js";
import { accuracy, topKAccuracy } from "./accuracy.js";
import { auc, prAuc } from "./auc.js";
import { f1, precision, recall } from "./precisionRecall.js";
import type { Metric } from "./metric.js";
import {
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  r2,
  rootMeanSquaredError,
} from "./regression.js";

const metrics: Makers<Metric> = {
  accuracy,
  topKAccuracy,
  precision,
  recall,
  f1,
  auc,
  prAuc,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  r2,
  rootMeanSquaredError,
};

/**
 * The metric that a config describes.
 * @throws {DataError} when its className is unknown
 * @throws {UsageError} when an option is unknown or out of range
 */
export function metricFrom(config: unknown): Metric {
  return makeFrom("metric", metrics, config, "metrics");
}
