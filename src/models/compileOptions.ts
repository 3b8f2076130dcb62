/**
 * Options of `compile` and their checks: first the values themselves, then, once the outputs are known, whether they
 * fit them.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import type { Loss } from "../losses/loss.js";
import type { Metric } from "../metrics/metric.js";
import { checkBoolean, checkNumber } from "../options.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import type { Shape } from "../tensor/shape.js";

/** Options of `compile`. */
export interface CompileOptions {
  readonly optimizer: Optimizer;
  /** One loss, or one for each output. */
  readonly loss: Loss | readonly Loss[];
  /** Metrics, for a model with one output. Default: none. */
  readonly metrics?: readonly Metric[];
  /** Factor of each output's loss in the sum. Default 1. */
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

/**
 * Checks the values of the options.
 * @throws {UsageError} for an unknown option, or when an optimizer, loss or metric is not one: a string, or a function
 *   that was not called
 */
export function checkCompileOptions(options: CompileOptions): void {
  checkKeys("compile", options, ["optimizer", "loss", "metrics", "lossWeights", "averageDecay", "checkLogits"]);
  const { optimizer, loss, metrics = [], averageDecay = 0, checkLogits = true } = options;
  checkBoolean("compile", "checkLogits", checkLogits);
  checkNumber("compile", "averageDecay", averageDecay, "[0, 1)");
  checkValue("optimizer", optimizer, "step", "optimizers.adam()");
  for (const each of Array.isArray(loss) ? loss : [loss]) checkValue("loss", each, "call", "losses.meanSquaredError()");
  if (!Array.isArray(metrics)) {
    throw new UsageError(
      message("compile", "metrics must be a list", { expected: "[metrics.accuracy()]", got: show(metrics) }),
    );
  }
  for (const metric of metrics) checkValue("metric", metric, "update", "metrics.accuracy()");
}

function checkValue(what: string, value: unknown, method: string, example: string): void {
  if (typeof value === "object" && value !== null && method in value) return;
  if (value === undefined)
    throw new UsageError(message("compile", `${what} is missing`, { expected: `for example ${example}` }));
  const hint = typeof value === "function" ? { hint: `Call it: ${value.name}().` } : {};
  throw new UsageError(
    message("compile", `not a valid ${what}`, { expected: `for example ${example}`, got: show(value), ...hint }),
  );
}

/** The losses as a list. */
export function lossesOf({ loss }: CompileOptions): readonly Loss[] {
  return Array.isArray(loss) ? (loss as readonly Loss[]) : [loss as Loss];
}

/**
 * Checks the number of losses, weights and metrics.
 * @throws {UsageError | ShapeError} when it does not match the number of outputs
 */
export function checkForOutputCount(options: CompileOptions, outputs: number): void {
  const { metrics = [], lossWeights } = options;
  const count = lossesOf(options).length;
  if (count !== outputs) {
    const [expected, got] = [String(outputs), String(count)];
    throw new UsageError(message("compile", "number of losses differs from the number of outputs", { expected, got }));
  }
  if (lossWeights !== undefined && (lossWeights.length !== outputs || !lossWeights.every(Number.isFinite))) {
    throw new UsageError(
      message("compile", "lossWeights do not fit", { expected: `${outputs} finite numbers`, got: show(lossWeights) }),
    );
  }
  if (metrics.length > 0 && outputs > 1) {
    throw new ShapeError(
      message("compile", "metrics are for models with one output", { expected: "1 output", got: String(outputs) }),
    );
  }
}

/** Runs {@link checkForOutputCount}, and checks that the metrics fit. @param outputShapes without the batch axis */
export function checkForOutputs(options: CompileOptions, outputShapes: readonly Shape[]): void {
  checkForOutputCount(options, outputShapes.length);
  for (const metric of options.metrics ?? []) metric.stateSize(outputShapes[0]);
}
