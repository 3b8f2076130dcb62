/** What users pass as data: types alone. Letters: N samples. */
import type { Tensor, TensorValues } from "../tensor/tensor.js";

/** Inputs or targets: a tensor (N, …), nested arrays, or a typed array of N samples end to end. */
export type Data = Tensor | TensorValues;

/** Inputs or targets of a model: one, or a list for several. */
export type DataList = Data | readonly Data[];

/** A weight ≥ 0 for each sample, (N). */
export type SampleWeight = ArrayLike<number> | Tensor;

/** Weight of each class, by label. */
export type ClassWeight = Readonly<Record<number, number>>;

/** x, y and weights. */
export interface Samples {
  readonly x: DataList;
  readonly y: DataList;
  /** Weight of each sample in the loss and the metrics. Default 1. */
  readonly sampleWeight?: SampleWeight | undefined;
}
