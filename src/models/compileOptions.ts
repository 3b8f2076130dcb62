/**
 * Options of `compile` and their checks: first the values themselves, then, once the outputs are known, whether they
 * fit them.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import type { Loss } from "../losses/loss.js";
import type { Metric } from "../metrics/metric.js";
import { checkBoolean, checkMember, checkNumber } from "../options.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import type { Shape } from "../tensor/shape.js";
import { type OwnFunction, lossOf, metricOf } from "./ownFunctions.js";
import { isListOf } from "../lists.js";

/** Options of `compile`. */
export interface CompileOptions {
  /** Or its name, such as "adam", where `lanegrad/names` was imported; so with loss and metrics. */
  readonly optimizer: Optimizer | string;
  /** One, or one for each output: losses.…, or a function of target and prediction. */
  readonly loss: Loss | OwnFunction | string | readonly (Loss | OwnFunction | string)[];
  /**
   * metrics.…, or functions of target and prediction; for a model with several outputs a list for each. Default none.
   */
  readonly metrics?:
    readonly (Metric | OwnFunction | string)[] | readonly (readonly (Metric | OwnFunction | string)[])[];
  /** Factor of each output's loss. Default 1. */
  readonly lossWeights?: readonly number[];
  /**
   * Keeps a moving average of all weights: after t steps average += (1 − d) (weight − average), with d =
   * min(averageDecay, (1 + t) / (10 + t)). The average is what evaluate, predict and call use and what is saved;
   * training continues with the weights themselves. In [0, 1), for example 0.998. Default: no average.
   */
  readonly averageDecay?: number;
  /**
   * Refuses a loss that takes logits after a sigmoid or softmax, and a loss that takes probabilities after any other
   * activation: either trains badly without an error. Set it to false where this is intended. Default true.
   */
  readonly checkLogits?: boolean;
}

/** The options, checked, with functions as what they stand for. */
export interface Compiled extends Pick<CompileOptions, "lossWeights" | "averageDecay"> {
  readonly checkLogits: boolean;
  readonly optimizer: Optimizer;
  readonly losses: readonly Loss[];
  /** A list for each output; none at all where there are no metrics. */
  readonly metrics: readonly (readonly Metric[])[];
}

/**
 * @throws {UsageError} for an unknown option, or a value that is not an optimizer, loss or metric: a string, or a
 *   function that was not called
 */
export function checkCompileOptions(options: CompileOptions): Compiled {
  checkKeys("compile", options, ["optimizer", "loss", "metrics", "lossWeights", "averageDecay", "checkLogits"]);
  const { optimizer, loss, metrics = [], lossWeights, averageDecay = 0, checkLogits = true } = options;
  checkBoolean("compile", "checkLogits", checkLogits);
  checkNumber("compile", "averageDecay", averageDecay, "[0, 1)");
  const losses = [loss]
    .flat()
    .map((each) => asValue("loss", each, "call checkTargets", "losses.meanSquaredError()", lossOf));
  const all: unknown = metrics;
  if (!Array.isArray(all)) {
    throw new UsageError(
      message("compile", "metrics must be a list", { expected: "[metrics.accuracy()]", got: show(metrics) }),
    );
  }
  const nested = all.some((one) => Array.isArray(one))
    ? all.map((one: unknown) => [one].flat())
    : all.length
      ? [all]
      : [];
  return {
    optimizer: checkMember("compile", "optimizer", optimizer, "step", "optimizers.adam()") as Optimizer,
    losses,
    metrics: nested.map((list) =>
      list.map((each: unknown) => asValue("metric", each, "update", "metrics.accuracy()", metricOf)),
    ),
    checkLogits,
    ...(lossWeights !== undefined && { lossWeights }),
    ...(options.averageDecay !== undefined && { averageDecay }),
  };
}

/**
 * The value, or what a function of two arguments stands for.
 * @throws {UsageError}
 */
function asValue<T>(what: string, value: unknown, method: string, example: string, wrap: (fn: OwnFunction) => T): T {
  if (typeof value === "function" && value.length > 1) return wrap(value as OwnFunction);
  return checkMember("compile", what, value, method, `${example} or a function of target and prediction`) as T;
}

/**
 * Checks the number of losses, weights and metrics.
 * @throws {UsageError | ShapeError} when it does not match the number of outputs
 */
export function checkForOutputCount({ losses, metrics, lossWeights }: Compiled, outputs: number): void {
  const expected = String(outputs);
  if (losses.length !== outputs) {
    const got = String(losses.length);
    throw new UsageError(message("compile", "number of losses differs from the number of outputs", { expected, got }));
  }
  if (lossWeights !== undefined && (lossWeights.length !== outputs || !isListOf(lossWeights, Number.isFinite))) {
    throw new UsageError(
      message("compile", "lossWeights do not fit", { expected: `${outputs} finite numbers`, got: show(lossWeights) }),
    );
  }
  if (metrics.length > 0 && metrics.length !== outputs) {
    const hint = "Pass a list for each: [[metrics.accuracy()], []].";
    throw new ShapeError(
      message("compile", "metrics are for another number of outputs", { expected, got: String(metrics.length), hint }),
    );
  }
}

/** Runs {@link checkForOutputCount}, and checks that the metrics fit. @param outputShapes without the batch axis */
export function checkForOutputs(options: Compiled, outputShapes: readonly Shape[]): void {
  checkForOutputCount(options, outputShapes.length);
  for (const [i, list] of options.metrics.entries()) for (const metric of list) metric.stateSize(outputShapes[i]);
}
