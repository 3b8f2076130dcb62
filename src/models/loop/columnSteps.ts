/**
 * Steps on columns of data. Also the functions that evaluate.ts is handed instead of importing them: it is loaded only
 * when something is evaluated, and bundlers would put what it shared with a page into files of its own.
 */
import { Batches } from "../../data/batches.js";
import type { Lengths } from "../../data/lengths.js";
import { breathe } from "../../runtime/breathe.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type DataColumns, splitBatch, tensorsOf } from "../input/batchColumns.js";
import { addLoss, meanLoss } from "../step/epochLoss.js";
import { Steps } from "../step/steps.js";
import type { TrainingBatch } from "../step/training.js";

/** Steps of batchSize rows each. @param compute as for {@link Steps}, of a batch by its roles @param isOnce as there */
export function columnSteps(
  columns: DataColumns,
  batchSize: number,
  lengths: Lengths | undefined,
  compute: (batch: TrainingBatch) => Tensor[],
  isOnce = false,
): Steps {
  const batches = new Batches(tensorsOf(columns), batchSize, lengths);
  return new Steps(batches, (batch) => compute(splitBatch(columns, batch)), isOnce);
}

/** The functions that an evaluation is handed. */
export const evaluationTools = { columnSteps, addLoss, meanLoss, breathe };
