/**
 * What to say where the loss of a batch is not a number. Imported when that happens, and itself without imports but
 * errors: what it shared with the page, bundlers would put into files of its own.
 */
import type { Callback } from "../../callbacks/callback.js";
import { UsageError, message, show } from "../../errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { TrainingBatch, TrainingStep } from "../step/training.js";

/**
 * Where the loss of a batch that was refused comes from, in words: a weight that is not finite, else the first layer
 * whose output on this batch is not, else the loss function.
 */
export function whereNonFinite(step: TrainingStep, batch: TrainingBatch): string {
  const weight = step.weights.all.find(({ value }) => !isFinite(value));
  if (weight !== undefined) return `weight ${show(weight.name)}, which an earlier step has spoilt`;
  let layer: string | undefined;
  step.watch(batch, (name, output) => {
    if (layer === undefined && !isFinite(output)) layer = name;
  });
  return layer === undefined ? "the loss function" : `layer ${show(layer)}`;
}

/**
 * The error that says so, with advice.
 * @param place      of the batch, both numbers from 0
 * @param callbacks  one of which may put other weights back
 */
export function diverged(
  loss: number,
  place: { readonly epoch: number; readonly batch: number },
  where: string,
  callbacks: readonly Callback[],
): UsageError {
  const restores = callbacks.some((one) => "onTrainAbort" in one) ? ", or what a callback restores" : "";
  const advice = "Try a smaller learning rate, clipping (globalClipNorm: 1), or inputs scaled to about 1";
  const hint = `It arose in ${where}. ${advice}; the weights are those before this batch${restores}.`;
  const wrong = `the loss became ${loss} in epoch ${place.epoch + 1}, batch ${place.batch + 1}`;
  return new UsageError(message("fit", wrong, { expected: "a finite loss", hint }));
}

/** True where all values are numbers. */
function isFinite(tensor: Tensor): boolean {
  return tensor.toTypedArray().every(Number.isFinite);
}
