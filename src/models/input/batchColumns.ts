/** The roles of the columns of a gathered batch: inputs first, then targets, sample weights, and masks. */
import type { Tensor } from "../../tensor/tensor.js";
import type { Column } from "./columns.js";
import type { TrainingBatch } from "../step/training.js";

/** Columns of training or validation data: inputs, targets, and weights if there are any. */
export interface DataColumns {
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  /** Of the samples: none, one for all outputs, or one for each. */
  readonly weights: readonly Column[];
  /** The mask of each input for which the user gave one. */
  readonly masks: readonly (Column | undefined)[];
}

/** Columns in the order in which a batch holds them. */
export function tensorsOf(data: DataColumns): Tensor[] {
  return columnsOf(data).map(({ tensor }) => tensor);
}

/** The tensors of a gathered batch by their roles. */
export function splitBatch({ inputs, targets, weights, masks }: DataColumns, batch: readonly Tensor[]): TrainingBatch {
  const targetsEnd = inputs.length + targets.length;
  let at = targetsEnd + weights.length;
  return {
    inputs: batch.slice(0, inputs.length),
    targets: batch.slice(inputs.length, targetsEnd),
    weights: batch.slice(targetsEnd, at),
    masks: masks.map((mask) => mask && batch[at++]),
  };
}

/** All columns, in the same order. */
export function columnsOf({ inputs, targets, weights, masks }: DataColumns): Column[] {
  return [...inputs, ...targets, ...weights, ...masks].filter((column) => column !== undefined);
}
