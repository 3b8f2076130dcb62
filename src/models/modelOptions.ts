/** Options of models and of what they do besides `compile` and `fit`, which have files of their own. Letters: N samples. */
import type { GroupByLength } from "./groupByLength.js";
import type { SampleWeight } from "./samples.js";

/** Options of {@link model} and {@link sequential}. */
export interface ModelOptions {
  /** What the summary calls it. Default "model". */
  readonly name?: string;
  /** Seed of the initial weights, of dropout and of the order of samples: an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
}

/** Options of `predict`. */
export interface PredictOptions {
  /** Samples computed at once. Default 256. */
  readonly batchSize?: number;
  /** As in fit: each batch is computed for as many steps as its sequences need. The results stand in the order of the samples. Default false. */
  readonly groupByLength?: GroupByLength;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends PredictOptions {
  /** Weight of each sample, (N). Default 1. */
  readonly sampleWeight?: SampleWeight;
}
