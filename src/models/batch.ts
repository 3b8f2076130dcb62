/** Which column of a gathered batch is what: inputs first, then targets, then sample weights. */
import type { Tensor } from "../tensor/tensor.js";
import type { Column } from "./columns.js";
import type { TrainingBatch } from "./training.js";

/** Columns of training or validation data: inputs, targets, and weights where there are some. */
export interface DataColumns {
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  readonly weights: Column | undefined;
}

/** Columns in the order in which a batch holds them. */
export function tensorsOf(data: DataColumns): Tensor[] {
  return columnsOf(data).map(({ tensor }) => tensor);
}

/** A gathered batch by role. */
export function splitBatch({ inputs, targets, weights }: DataColumns, batch: readonly Tensor[]): TrainingBatch {
  const targetsEnd = inputs.length + targets.length;
  return {
    inputs: batch.slice(0, inputs.length),
    targets: batch.slice(inputs.length, targetsEnd),
    weights: weights && batch[targetsEnd],
  };
}

/** All columns, in that order. */
export function columnsOf({ inputs, targets, weights }: DataColumns): Column[] {
  return [...inputs, ...targets, ...(weights ? [weights] : [])];
}
