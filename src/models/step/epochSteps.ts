/**
 * What the training loop needs of the steps of an epoch, whether their batches are in memory or come from a stream, and
 * whether a step has one part or several.
 */
import type { Batches } from "../../data/batches.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { DataColumns } from "../input/batchColumns.js";
import type { Steps } from "./steps.js";

/** What a step gives: the tensors of its last part with the terms of all, and the loss. */
export interface AccumulatedStep {
  readonly results: readonly Tensor[];
  readonly loss: number;
}

/** The same, of an optimizer that may find no step: the reason why training is then to end. */
export interface WholeStep extends AccumulatedStep {
  readonly stopped: string | undefined;
}

/** The steps of an epoch, as Steps (steps.ts) gives them. */
export interface EpochSteps {
  readonly batches: Pick<
    Batches,
    "rows" | "batchSize" | "count" | "grouping" | "padding" | "order" | "sizeOf" | "select"
  >;
  run(order: Int32Array, b: number): Tensor[];
  /** Where a step has several parts or evaluations: makes it, in place of {@link run} and an update. */
  train?(order: Int32Array, b: number): AccumulatedStep & Partial<WholeStep>;
  /** How often the last step evaluated the loss, where that is not once. */
  readonly evaluations?: number;
  dispose(): void;
  /** Where batches are yet to come: gets the next. Resolves to false where the epoch ends before it. */
  next?(place: { readonly epoch: number; readonly batch: number }): Promise<boolean>;
  /** As {@link next}, but the batch is kept, and loaded by what this resolves to. */
  take?(place: { readonly epoch: number; readonly batch: number }): Promise<(() => void) | undefined>;
}

/** Makes the steps of an epoch where they are on other batches than those of the data. */
export type MakeSteps = (stepsOn: (data: DataColumns) => Steps) => EpochSteps;
