/**
 * Metrics and their running totals in memory. A training and each evaluation have totals of their own, so that an
 * evaluation during training does not change the training's.
 */
import type { Metric } from "../../metrics/metric.js";
import type { Weighed } from "../../ops/loss/maskedLoss.js";
import { newTotals, readTotals } from "../../ops/inPlace/metricTotals.js";
import { keep } from "../../tensor/scope.js";
import type { Shape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";

/** Metrics of one output. */
export class RunningMetrics {
  readonly #outputShape: Shape;
  readonly #areLogits: boolean;
  readonly #metrics: readonly { readonly metric: Metric; readonly name: string; readonly totals: Tensor }[];

  /**
   * @param outputShape  without the batch axis
   * @param areLogits    true where the loss takes logits
   * @throws {ShapeError} when a metric does not fit the output
   * @throws {MemoryError}
   */
  constructor(metrics: readonly Metric[], outputShape: Shape, areLogits: boolean) {
    const sizes = metrics.map((metric) => metric.stateSize(outputShape));
    const names = uniqueNames(metrics);
    this.#outputShape = outputShape;
    this.#areLogits = areLogits;
    this.#metrics = metrics.map((metric, i) => ({ metric, name: names[i], totals: keep(newTotals(sizes[i])) }));
  }

  /** The running totals, one tensor for each metric. */
  get totals(): Tensor[] {
    return this.#metrics.map(({ totals }) => totals);
  }

  /** Adds a batch. Only calls kernels. */
  update({ target, prediction, metricWeights }: Weighed): void {
    noGrad(() => {
      for (const { metric, totals } of this.#metrics)
        metric.update(totals, target, prediction, metricWeights, this.#areLogits);
    });
  }

  /** Values since {@link reset}, by name. */
  results(): Record<string, number> {
    const values = this.#metrics.map(({ metric, name, totals }) => [
      name,
      metric.result(readTotals(totals), this.#outputShape),
    ]);
    return Object.fromEntries(values) as Record<string, number>;
  }

  /** The names in {@link results}. */
  get names(): string[] {
    return this.#metrics.map(({ name }) => name);
  }

  /** Sets all totals to 0. */
  reset(): void {
    for (const { totals } of this.#metrics) totals.assign(new Uint8Array(totals.size));
  }

  /** Copies of the totals, for a checkpoint. */
  copy(): Float64Array<ArrayBuffer>[] {
    return this.#metrics.map(({ totals }) => readTotals(totals));
  }

  dispose(): void {
    for (const { totals } of this.#metrics) totals.dispose();
  }
}

/** Names in the logs; metrics of the same name are numbered: accuracy, accuracy_2. */
function uniqueNames(metrics: readonly Metric[]): string[] {
  const counts = new Map([["loss", 1]]);
  return metrics.map(({ name }) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}
