/** Loss and metrics over a data set, batch by batch, without training. Leaves a running epoch's metrics as they were. */
import type { Logs } from "../callbacks/callback.js";
import type { Batches } from "../data/batches.js";
import { breathe } from "../runtime/breathe.js";
import { type DataColumns, splitBatch } from "./batch.js";
import type { TrainingStep } from "./training.js";

/** @returns loss (the mean over the samples) and metrics, by name */
export async function evaluateBatches(
  step: TrainingStep,
  data: DataColumns,
  batches: Batches,
  signal: AbortSignal | undefined,
): Promise<Logs> {
  const totals = step.copyTotals();
  step.resetMetrics();
  try {
    const order = batches.order(false, 0, 0);
    let lossSum = 0;
    for (let b = 0; b < batches.count; b++) {
      await breathe();
      signal?.throwIfAborted();
      const batch = splitBatch(data, batches.load(order, b));
      lossSum += step.evaluate(batch) * batch.targets[0].shape[0];
    }
    return { loss: lossSum / batches.rows, ...step.metricResults() };
  } finally {
    step.restoreTotals(totals);
  }
}
