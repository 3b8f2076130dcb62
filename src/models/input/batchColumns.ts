/** Which column of a gathered batch is what: inputs first, then targets, then sample weights, then masks. */
import type { Tensor } from "../../tensor/tensor.js";
import type { Column } from "./columns.js";
import type { TrainingBatch } from "../step/training.js";

/** Columns of training or validation data: inputs, targets, and weights where there are some. */
export interface DataColumns {
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  readonly weights: Column | undefined;
  /** For each input its mask, where users give some. */
  readonly masks: readonly (Column | undefined)[];
}

/** Columns in the order in which a batch holds them. */
export function tensorsOf(data: DataColumns): Tensor[] {
  return columnsOf(data).map(({ tensor }) => tensor);
}

/** A gathered batch by role. */
export function splitBatch({ inputs, targets, weights, masks }: DataColumns, batch: readonly Tensor[]): TrainingBatch {
  const targetsEnd = inputs.length + targets.length;
  let at = targetsEnd + (weights ? 1 : 0);
  return {
    inputs: batch.slice(0, inputs.length),
    targets: batch.slice(inputs.length, targetsEnd),
    weights: weights && batch[targetsEnd],
    masks: masks.map((mask) => mask && batch[at++]),
  };
}

/** All columns, in that order. */
export function columnsOf({ inputs, targets, weights, masks }: DataColumns): Column[] {
  return [...inputs, ...targets, weights, ...masks].filter((column) => column !== undefined);
}
