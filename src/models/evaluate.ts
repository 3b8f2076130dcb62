/** Loss and metrics over a data set, batch by batch, without training. Leaves a running epoch's metrics as they were. */
import type { Logs } from "../callbacks/callback.js";
import { Batches } from "../data/batches.js";
import { breathe } from "../runtime/breathe.js";
import { type DataColumns, splitBatch, tensorsOf } from "./batch.js";
import { Steps } from "./steps.js";
import type { TrainingStep } from "./training.js";

/** The evaluation of a data set, to be run once or after every epoch. */
export function evaluationSteps(step: TrainingStep, data: DataColumns, batchSize: number): Steps {
  return new Steps(new Batches(tensorsOf(data), batchSize), (batch) => [step.evaluate(splitBatch(data, batch))]);
}

/** @returns loss (the mean over the samples) and metrics, by name */
export async function evaluateBatches(
  step: TrainingStep,
  steps: Steps,
  signal: AbortSignal | undefined,
): Promise<Logs> {
  const { batches } = steps;
  const totals = step.copyTotals();
  step.resetMetrics();
  try {
    const order = batches.order(false, 0, 0);
    let lossSum = 0;
    for (let b = 0; b < batches.count; b++) {
      await breathe();
      signal?.throwIfAborted();
      const [loss] = steps.run(order, b);
      lossSum += loss.item() * batches.sizeOf(b);
    }
    return { loss: lossSum / batches.rows, ...step.metricResults() };
  } finally {
    step.restoreTotals(totals);
  }
}
