/**
 * Metrics with their totals in memory: what a training or an evaluation has measured so far. Each of the two has totals
 * of its own, so that an evaluation in the middle of a training leaves the training's alone. For a model with several
 * outputs, the mean of each output's loss is one of the metrics.
 */
import type { Metric } from "../../metrics/metric.js";
import type { Weighed } from "../../ops/loss/maskedLoss.js";
import { addMean, newTotals, readTotals } from "../../ops/inPlace/metricTotals.js";
import { full } from "../../tensor/create.js";
import { keep } from "../../tensor/scope.js";
import type { Shape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";

/** What is measured of an output. */
export interface MeasuredOutput {
  readonly metrics: readonly Metric[];
  /** Without the batch axis. */
  readonly shape: Shape;
  /** True where the loss takes logits. */
  readonly areLogits: boolean;
  /** What the names begin with: "dense_2_"; nothing where there is one output. */
  readonly prefix: string;
}

/** Totals of an output's metric, or of its loss where there is no metric. */
interface Measure {
  readonly output: MeasuredOutput;
  readonly i: number;
  readonly metric: Metric | undefined;
  readonly name: string;
  readonly totals: Tensor;
}

/** Metrics of all outputs. */
export class RunningMetrics {
  readonly #measures: readonly Measure[];

  /**
   * @throws {ShapeError} when a metric does not fit its output
   * @throws {MemoryError}
   */
  constructor(outputs: readonly MeasuredOutput[]) {
    const counts = new Map([["loss", 1]]);
    const measure = (output: MeasuredOutput, i: number, metric?: Metric): Measure => {
      const name = uniqueName(counts, `${output.prefix}${metric?.name ?? "loss"}`);
      return { output, i, metric, name, totals: keep(newTotals(metric?.stateSize(output.shape) ?? 2)) };
    };
    this.#measures = [
      ...outputs.flatMap((output, i) => output.metrics.map((metric) => measure(output, i, metric))),
      ...(outputs.length > 1 ? outputs.map((output, i) => measure(output, i)) : []),
    ];
  }

  /** The totals: a tensor for each metric and, where there are several outputs, then one for the loss of each. */
  get totals(): Tensor[] {
    return this.#measures.map(({ totals }) => totals);
  }

  /** Adds a batch. Kernels only. @param losses of each output, scalars */
  update(rows: readonly Weighed[], losses: readonly Tensor[]): void {
    noGrad(() => {
      for (const { output, i, metric, totals } of this.#measures) {
        const { target, prediction, metricWeights, count } = rows[i];
        if (metric) metric.update(totals, target, prediction, metricWeights, output.areLogits);
        else addMean(totals, losses[i], count ?? full([], prediction.shape[0]), 1);
      }
    });
  }

  /** Values since {@link reset}, by name. */
  results(): Record<string, number> {
    const values = this.#measures.map(({ output, metric, name, totals }) => {
      const [sum, weight] = readTotals(totals);
      return [name, metric ? metric.result(readTotals(totals), output.shape) : sum / weight];
    });
    return Object.fromEntries(values) as Record<string, number>;
  }

  /** The names in {@link results}. */
  get names(): string[] {
    return this.#measures.map(({ name }) => name);
  }

  /** Sets all totals to 0. */
  reset(): void {
    for (const totals of this.totals) totals.assign(new Uint8Array(totals.size));
  }

  /** Copies of the totals, for a checkpoint. */
  copy(): Float64Array<ArrayBuffer>[] {
    return this.totals.map(readTotals);
  }

  dispose(): void {
    for (const totals of this.totals) totals.dispose();
  }
}

/** Names in the logs; two metrics of the same name get numbers: accuracy, accuracy_2. */
function uniqueName(counts: Map<string, number>, name: string): string {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count === 1 ? name : `${name}_${count}`;
}
