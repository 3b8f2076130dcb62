/**
 * What to say where the loss of a batch is not a number. Imported when that happens, and itself without imports but
 * errors: what it shared with the page, bundlers would put into files of its own.
 */
import { show } from "../../errors.js";
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

/** The advice after it. @param restores true where a callback puts other weights back */
export function adviceFor(where: string, restores: boolean): string {
  const advice = "Try a smaller learning rate, clipping (globalClipNorm: 1), or inputs scaled to about 1";
  return `It arose in ${where}. ${advice}; the weights are those before this batch${restores ? ", or what a callback restores" : ""}.`;
}

/** True where all values are numbers. */
function isFinite(tensor: Tensor): boolean {
  return tensor.toTypedArray().every(Number.isFinite);
}
