/** A metric whose methods say what is wrong with their arguments, whoever calls them: explained.ts. */
import { UsageError, message, show } from "../errors.js";
import { explained } from "../explained.js";
import { checkTensors } from "../ops/defineOp.js";
import { sampleShape } from "../tensor/shape.js";
import type { Metric } from "./metric.js";

/** The metric with these checks. */
export function defineMetric(metric: Metric): Metric {
  const { name } = metric;
  return explained(metric, {
    stateSize: (outputShape: readonly number[]) => sampleShape(name, outputShape),
    update: (...[state, target, prediction, weights]: readonly unknown[]) =>
      checkTensors(
        name,
        [state, target, prediction, ...(weights === undefined ? [] : [weights])],
        "state target prediction weights",
      ),
    result(totals: unknown, outputShape: readonly number[]) {
      if (!(totals instanceof Float64Array))
        throw new UsageError(message(name, "these are no totals", { expected: "a Float64Array", got: show(totals) }));
      sampleShape(name, outputShape);
    },
  });
}
