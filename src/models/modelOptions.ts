/**
 * Options of models and of their methods, except `compile` and `fit`, which have files of their own. Letters: N
 * samples.
 */
import type { Tensor } from "../tensor/tensor.js";
import type { GroupByLength } from "./input/groupByLengthOption.js";
import type { GivenMasks, OutputWeights, SampleWeight } from "./input/samples.js";

/** Options of {@link model} and {@link sequential}. */
export interface ModelOptions {
  /** The model's name in the summary. Default "model". */
  readonly name?: string;
  /**
   * Seed of the initial weights, of dropout and of the order of samples: an integer from 0 to 2³² − 1. Default: 0 for
   * the first model that is made without one, then 1, 2, …, so that models differ from each other and a program gives
   * the same bits each time.
   */
  readonly seed?: number;
}

/** Options of `call`. */
export interface CallOptions {
  /** True makes dropout drop elements, different ones in each call. Default false. */
  readonly training?: boolean;
  /**
   * Which steps count, (N, T) int32: 0 where a step is padding. For several inputs a list with one for each. Default:
   * all count.
   */
  readonly mask?: Tensor | readonly (Tensor | undefined)[];
  /**
   * In place of a mask, where padding stands behind: (N) integers from 0 to T, an array or a tensor. For networks with
   * a layer of sequences.
   */
  readonly lengths?: GivenMasks["lengths"];
}

/** Options of `predict`. */
export interface PredictOptions extends GivenMasks {
  /** Samples computed at once. Default 256. */
  readonly batchSize?: number;
  /**
   * As in fit: each batch is computed for as many steps as its sequences need. The results are in the order of the
   * samples. Default false.
   */
  readonly groupByLength?: GroupByLength;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends PredictOptions {
  /** Weight of each sample, (N), or of each output's samples, as in fit. Default 1. */
  readonly sampleWeight?: SampleWeight | OutputWeights;
}

/** Options of `evaluate` and `predict` on a stream of batches. */
export interface StreamOptions extends Pick<PredictOptions, "signal"> {
  /** Batches to take. Default: all, until the stream ends. */
  readonly steps?: number;
  /** Batches that an asynchronous stream is asked for ahead, as in `fit`. Default 0. */
  readonly prefetch?: number;
}
