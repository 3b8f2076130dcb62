/** The types of data that users pass. Letters: N samples, T steps. */
import type { SequenceLengths } from "../../layers/mask/givenLengths.js";
import type { Tensor, TensorValues } from "../../tensor/tensor.js";

/** Inputs or targets: a tensor (N, …), nested arrays, or a typed array of N samples end to end. */
export type Data = Tensor | TensorValues;

/** Inputs or targets of a model: one, or a list for several. */
export type DataList = Data | readonly Data[];

/** A weight ≥ 0 for each sample, (N), or for each step of the outputs, a tensor or nested lists of (N, T). */
export type SampleWeight = ArrayLike<number> | readonly (readonly number[])[] | Tensor;

/**
 * Weights for each output of a model with several, under the name of the layer that gives it; an output that is left out
 * has weights 1.
 */
export type OutputWeights = Readonly<Record<string, SampleWeight | undefined>>;

/** Weight of each class, by label. */
export type ClassWeight = Readonly<Record<number, number>>;

/**
 * Which steps of sequences count. For a model with several inputs a list with one entry for each; undefined for an
 * input without a mask.
 */
export interface GivenMasks {
  /**
   * (N, T): 0 where a step is padding. Layers, losses and metrics leave padding out: docs/masks.md. Default: all steps
   * count.
   */
  readonly mask?: Data | readonly (Data | undefined)[] | undefined;
  /** Instead of a mask, where padding follows the sequence: (N) integers from 0 to T. */
  readonly lengths?: SequenceLengths | readonly (SequenceLengths | undefined)[] | undefined;
}

/** x, y and weights. */
export interface Samples extends GivenMasks {
  readonly x: DataList;
  readonly y: DataList;
  /** Weight of each sample in the loss and the metrics, of all outputs or of each. Default 1. */
  readonly sampleWeight?: SampleWeight | OutputWeights | undefined;
}

/** One batch of a stream: n samples of the model's inputs and targets, as `fit` takes them. */
export type StreamBatch = Samples | readonly [x: DataList, y: DataList, sampleWeight?: SampleWeight | OutputWeights];

/** Batches one by one: an iterable or a generator, asynchronous or not, or a function that makes one for each epoch. */
export type BatchSource =
  Iterable<StreamBatch> | AsyncIterable<StreamBatch> | (() => Iterable<StreamBatch> | AsyncIterable<StreamBatch>);

/** What `predict` takes of a stream: x of each batch, by itself or with what goes with it. */
export type InputBatch = DataList | (Pick<Samples, "x"> & GivenMasks);

/** Inputs batch by batch, as {@link BatchSource} gives samples. */
export type InputSource =
  Iterable<InputBatch> | AsyncIterable<InputBatch> | (() => Iterable<InputBatch> | AsyncIterable<InputBatch>);
