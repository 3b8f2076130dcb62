/**
 * What to say where the loss or the gradient of a batch is not a number. Imported when that happens, and itself without
 * imports but errors: what it shared with the page, bundlers would put into files of its own.
 */
import type { Callback } from "../../callbacks/callback.js";
import { UsageError, message, show } from "../../errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { TrainingBatch, TrainingStep } from "../step/training.js";

/** The place of a batch, both numbers from 0. */
interface Place {
  readonly epoch: number;
  readonly batch: number;
}

const advice = "Try a smaller learning rate, clipping (globalClipNorm: 1), or inputs scaled to about 1";

/**
 * The error for a batch that was refused, with where its loss or gradient stopped being finite: in a weight; else in the
 * first layer whose output on this batch is not finite; else in the loss function, or in its slope.
 * @param loss       NaN or ±∞; also where the loss is finite and the gradient is not
 * @param callbacks  one of which may put other weights back
 */
export function diverged(
  step: TrainingStep,
  batch: TrainingBatch,
  loss: number,
  { epoch, batch: b }: Place,
  callbacks: readonly Callback[],
): UsageError {
  const weight = spoiltWeight(step);
  const layer = weight === undefined ? spoiltLayer(step, batch) : undefined;
  const slope = weight === undefined && layer === undefined ? spoiltGradient(step, batch) : undefined;
  const where =
    weight !== undefined
      ? `weight ${show(weight)}, which was not finite before this batch`
      : layer !== undefined
        ? `layer ${show(layer)}`
        : slope === undefined
          ? "the loss function"
          : `${slope}, while the loss is finite`;
  const [what, expected] =
    slope === undefined
      ? [`the loss became ${loss}`, "a finite loss"]
      : ["the gradient became NaN or infinite", "finite gradients"];
  const hint = `It arose in ${where}. ${advice}; the weights are those before this batch${restored(callbacks)}.`;
  return new UsageError(message("fit", `${what} in epoch ${epoch + 1}, batch ${b + 1}`, { expected, hint }));
}

/**
 * Checks the weights after an epoch whose last step was not known to be the last.
 * @param place  of the batch behind it
 * @throws {UsageError} when one is not finite
 */
export function checkWeights(step: TrainingStep, { epoch, batch }: Place, callbacks: readonly Callback[]): void {
  const weight = spoiltWeight(step);
  if (weight === undefined) return;
  const wrong = `the gradient became NaN or infinite in epoch ${epoch + 1}, batch ${batch}`;
  const hint = `It spoilt weight ${show(weight)}, which stays so${restored(callbacks)}. ${advice}.`;
  throw new UsageError(message("fit", wrong, { expected: "finite gradients", hint }));
}

function restored(callbacks: readonly Callback[]): string {
  return callbacks.some((one) => "onTrainAbort" in one) ? ", or what a callback restores" : "";
}

/** The first weight that is not finite. */
function spoiltWeight(step: TrainingStep): string | undefined {
  return step.weights.all.find(({ value }) => !isFinite(value))?.name;
}

/** The first layer whose output on this batch is not finite. */
function spoiltLayer(step: TrainingStep, batch: TrainingBatch): string | undefined {
  let layer: string | undefined;
  step.watch(batch, (name, output) => {
    if (layer === undefined && !isFinite(output)) layer = name;
  });
  return layer;
}

/**
 * Where the loss of the batch is finite: the last weight whose gradient is not, computed once more and refused again, or
 * the other parts of a step of several.
 */
function spoiltGradient(step: TrainingStep, batch: TrainingBatch): string | undefined {
  step.begin();
  try {
    const [loss, ...others] = step.gradients(batch);
    const isLoss = !isFinite(loss);
    for (const one of [loss, ...others]) one.dispose();
    if (isLoss) return undefined;
    const weight = step.weights.trainable.findLast(({ value }) => !isFinite(value.grad!))?.name;
    return weight === undefined ? "an earlier part of this step" : `the gradient of weight ${show(weight)}`;
  } finally {
    step.refuse();
  }
}

/** True where all values are numbers. */
function isFinite(tensor: Tensor): boolean {
  return tensor.toTypedArray().every(Number.isFinite);
}
