/**
 * Functions of the user's as losses and metrics: (target, prediction) ↦ a tensor, by ops alone. What they give is
 * checked here; where they stand in a checkpoint, it is by their names. Letters: N samples of a batch.
 */
import { functionConfig } from "../config.js";
import { ShapeError, UsageError, message, show } from "../errors.js";
import type { Loss } from "../losses/loss.js";
import type { Metric } from "../metrics/metric.js";
import { addMean } from "../ops/inPlace/metricTotals.js";
import { full } from "../tensor/create.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * A loss or metric as a function. It is recorded with the training step: ops alone, no value is read.
 *
 * @param target      (N, …) as the data have it
 * @param prediction  (N, …) the model's output
 * @returns (N), one number a sample; or a scalar, the mean over the batch, which weights and masks of samples cannot
 *   weigh
 */
export type OwnFunction = (target: Tensor, prediction: Tensor) => Tensor;

/** The function as a loss. */
export function lossOf(fn: OwnFunction): Loss {
  const name = fn.name || "loss";
  return {
    name,
    call(target, prediction) {
      const losses = checked("loss", name, fn(target, prediction), prediction);
      if (!prediction.requiresGrad || losses.requiresGrad) return losses;
      const hint = "Compute it from the prediction by ops.";
      throw new UsageError(message("fit", `loss ${show(name)} has no gradient`, { hint }));
    },
    checkTargets: () => undefined,
    config: functionConfig(fn, name),
  };
}

/** The function as a metric: its mean over the samples, or over the batches by their size. */
export function metricOf(fn: OwnFunction): Metric {
  const name = fn.name || "metric";
  return {
    name,
    stateSize: () => 2,
    update(state, target, prediction, weights) {
      const values = checked("metric", name, fn(target, prediction), prediction);
      if (values.rank === 1) addMean(state, values, weights, values.size);
      else addMean(state, values, full([], checkUnweighted(name, weights, prediction.shape[0])), 1);
    },
    result: ([sum, weight]) => sum / weight,
    config: functionConfig(fn, name),
  };
}

/** @returns N @throws {UsageError} when there are weights for what is one number a batch */
export function checkUnweighted(name: string, weights: Tensor | undefined, samples: number): number {
  if (weights === undefined) return samples;
  const hint = "Reduce over all axes but the first.";
  throw new UsageError(
    message("fit", `${show(name)} gives one number a batch, which weights and masks cannot weigh`, {
      expected: "[N], one number a sample",
      hint,
    }),
  );
}

/**
 * @throws {UsageError} for no tensor
 * @throws {ShapeError} for another shape
 */
function checked(kind: string, name: string, made: unknown, { shape: [N] }: Tensor): Tensor {
  const expected = `a float32 scalar, or [N] = [${N}] with one number a sample`;
  const wrong = `${kind} ${show(name)} gives`;
  if (!(made instanceof Tensor))
    throw new UsageError(message("fit", `${wrong} no tensor`, { expected, got: show(made) }));
  if (made.dtype === "float32" && (made.rank === 0 || (made.rank === 1 && made.size === N))) return made;
  const hint = "Reduce it, for example by mean(losses, 1).";
  throw new ShapeError(message("fit", `${wrong} a tensor that does not fit`, { expected, got: made.label(), hint }));
}
