/**
 * Metrics of numbers. Letters: y targets and p predictions, (N, …), both with the same shape. A sample's error is the
 * mean over its elements.
 */
import { ShapeError, message } from "../errors.js";
import type { Op } from "../ops/defineOp.js";
import { addDetermination, addMean } from "../ops/inPlace/metricTotals.js";
import { div, maximum, mul, sub } from "../ops/pointwise/arithmetic.js";
import { abs } from "../ops/pointwise/unary.js";
import { mean } from "../ops/reduce/reduce.js";
import { reshape } from "../ops/shape/reshape.js";
import { absoluteErrorOp, rowLoss, squaredErrorOp } from "../ops/loss/rowLosses.js";
import { showShape, sizeOf } from "../tensor/shape.js";
import { defineMetric } from "./defineMetric.js";
import type { Metric } from "./metric.js";
import { checkSame } from "./places.js";

/** The mean of |p − y|, weighted by sample. */
export function meanAbsoluteError(): Metric {
  return meanError("meanAbsoluteError", absoluteErrorOp);
}

/** The mean of (p − y)², weighted by sample. */
export function meanSquaredError(): Metric {
  return meanError("meanSquaredError", squaredErrorOp);
}

/** The root of the mean of (p − y)², weighted by sample. */
export function rootMeanSquaredError(): Metric {
  const squared = meanSquaredError();
  const name = "rootMeanSquaredError";
  const result: Metric["result"] = (totals, shape) => Math.sqrt(squared.result(totals, shape));
  return { ...squared, name, result, config: { className: name } };
}

function meanError(name: string, op: Op<number>): Metric {
  return defineMetric({
    name,
    stateSize: () => 2,
    update(state, target, prediction, weights) {
      checkSame(name, target, prediction);
      addMean(state, rowLoss(op, prediction, target), weights, prediction.shape[0]);
    },
    result: ([sum, weight]) => sum / weight,
    config: { className: name },
  });
}

/** Mean of 100·|p − y| / max(|y|, 1e-7), in percent, weighted by sample, as in Keras. */
export function meanAbsolutePercentageError(): Metric {
  const name = "meanAbsolutePercentageError";
  return defineMetric({
    name,
    stateSize: () => 2,
    update(state, target, prediction, weights) {
      checkSame(name, target, prediction);
      const errors = div(abs(sub(prediction, target)), maximum(abs(target), 1e-7));
      const rows = weights?.size ?? prediction.shape[0];
      addMean(state, mean(reshape(mul(errors, 100), [rows, rows === 0 ? 1 : errors.size / rows]), 1), weights, rows);
    },
    result: ([sum, weight]) => sum / weight,
    config: { className: name },
  });
}

/**
 * The coefficient of determination, 1 − Σ (y − p)² / Σ (y − ȳ)²: 1 is perfect, 0 is no better than always predicting
 * the mean. Averaged over several outputs. NaN or −∞ when the targets do not vary.
 */
export function r2(): Metric {
  const name = "r2";
  return defineMetric({
    name,
    stateSize(outputShape) {
      const size = 4 * sizeOf(outputShape);
      if (!Number.isNaN(size)) return size;
      const [expected, got] = ["an output whose sizes are known", showShape(["N", ...outputShape])];
      throw new ShapeError(message(name, "its totals need a size that is not known", { expected, got }));
    },
    update(state, target, prediction, weights) {
      checkSame(name, target, prediction);
      const columns = state.shape[0] / 4;
      const shape = [prediction.size / columns, columns];
      if (weights !== undefined && weights.size !== shape[0]) {
        const hint = "Use metrics.meanSquaredError instead.";
        throw new ShapeError(message(name, "r2 cannot be computed over masked steps", { hint }));
      }
      addDetermination(state, reshape(prediction, shape), reshape(target, shape), weights);
    },
    result(totals) {
      const C = totals.length / 4;
      let sum = 0;
      for (let c = 0; c < C; c++) sum += 1 - totals[3 * C + c] / totals[2 * C + c];
      return sum / C;
    },
    config: { className: name },
  });
}
