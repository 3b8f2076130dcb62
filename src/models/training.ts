/**
 * One training step of a compiled model, in two halves: gradients and loss from a batch, then the update. Between them the loss is read, so that a loss
 * that is not a number stops training before a weight has changed.
 * Letters: N samples of the batch. Does not know epochs, order or callbacks.
 */
import { ShapeError, message } from "../errors.js";
import type { Loss } from "../losses/loss.js";
import type { Metric } from "../metrics/metric.js";
import { add, mul } from "../ops/arithmetic.js";
import { weightedMean } from "../ops/weightedMean.js";
import type { RandomState } from "../tensor/randomState.js";
import { addPenaltyGradient, penalty } from "../ops/regularization.js";
import { OptimizerState } from "../optimizers/state.js";
import type { Regularizer } from "../regularizers/regularizer.js";
import { heap } from "../runtime/runtime.js";
import { zeros } from "../tensor/create.js";
import { type Recording, record } from "../tensor/record.js";
import { keep, scope } from "../tensor/scope.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type CompileOptions, checkForOutputs } from "./compileOptions.js";
import type { Graph } from "./graph.js";
import type { Weights } from "./weights.js";

/** A metric and its totals. */
interface RunningMetric {
  readonly metric: Metric;
  readonly name: string;
  readonly totals: Tensor;
}

/** A batch: inputs, targets, and weights (N) where there are some. */
export interface TrainingBatch {
  readonly inputs: readonly Tensor[];
  readonly targets: readonly Tensor[];
  readonly weights: Tensor | undefined;
}

/** The compiled part of a model: loss, metrics, optimizer. */
export class TrainingStep {
  readonly losses: readonly Loss[];
  readonly optimizer: OptimizerState;
  readonly options: CompileOptions;
  readonly #graph: Graph;
  readonly #weights: Weights;
  readonly #context: { readonly random: RandomState };
  readonly #metrics: readonly RunningMetric[];
  #update: Recording<void> | undefined;
  readonly #penalized: readonly { readonly value: Tensor; readonly regularizer: Regularizer }[];

  /** Errors: UsageError or ShapeError for losses, weights or metrics that do not match the outputs; MemoryError. */
  constructor(graph: Graph, weights: Weights, random: RandomState, options: CompileOptions) {
    this.#graph = graph;
    this.#weights = weights;
    this.#context = { random };
    this.options = options;
    this.losses = Array.isArray(options.loss) ? (options.loss as readonly Loss[]) : [options.loss as Loss];
    checkForOutputs(this.losses, options, graph.outputs.length);
    const names = uniqueNames(options.metrics ?? []);
    this.#metrics = (options.metrics ?? []).map((metric, i) => ({
      metric,
      name: names[i],
      totals: keep(zeros([metric.stateSize(graph.outputs[0].shape)])),
    }));
    weights.prepareTraining();
    this.#penalized = weights.trainable.flatMap(({ parameter: { spec }, value }) =>
      spec.regularizer ? [{ value, regularizer: spec.regularizer }] : [],
    );
    const { values, gradients, rules } = weights.forOptimizer();
    this.optimizer = new OptimizerState(options.optimizer, values, gradients, rules);
  }

  /** Names of the metrics, in order. */
  get metricNames(): readonly string[] {
    return this.#metrics.map(({ name }) => name);
  }

  /**
   * Forward and backward: adds ∂loss/∂parameter to the gradient slab, adds the batch to the metrics. Kernels only: it is recorded.
   * @returns the loss, a scalar: mean over the batch plus the penalties; not a number where training has diverged, and then {@link discard} is due
   */
  gradients({ inputs, targets, weights }: TrainingBatch): Tensor {
    const outputs = this.#graph.run(inputs, { ...this.#context, training: true });
    const loss = this.#loss(outputs, targets, weights);
    loss.backward();
    for (const { value, regularizer } of this.#penalized) {
      addPenaltyGradient(value.grad!, value, regularizer.l1, regularizer.l2);
    }
    this.#updateMetrics(outputs, targets, weights);
    this.#context.random.advance();
    return loss;
  }

  /** Throws ShapeError where targets of a batch of N samples do not fit the outputs, or a value is out of its range. */
  checkTargets(op: string, targets: readonly Tensor[], N: number): void {
    for (const [i, loss] of this.losses.entries()) {
      const target = targets.at(i);
      if (target?.shape[0] !== N) {
        const [expected, got] = [`target ${i} of ${N} rows`, target?.label() ?? "nothing"];
        throw new ShapeError(message(op, "the targets do not fit the batch", { expected, got }));
      }
      loss.checkTargets(target, this.#graph.outputs[i].shape);
    }
  }

  /** The second half of a step: one pass of the optimizer over the slab, which clears the gradients. Recorded the first time, then replayed. */
  update(): void {
    this.optimizer.prepare();
    if (this.#update === undefined) this.#update = record(() => this.optimizer.run());
    else this.#update.replay();
  }

  /** Clears gradients that are not to be used. */
  discard(): void {
    this.#weights.clearGradients();
  }

  /** Loss and metrics of a batch without training. Kernels only: it is recorded. @returns the loss, penalties included */
  evaluate({ inputs, targets, weights }: TrainingBatch): Tensor {
    return noGrad(() => {
      const outputs = this.#graph.run(inputs, { ...this.#context, training: false });
      this.#updateMetrics(outputs, targets, weights);
      return this.#loss(outputs, targets, weights);
    });
  }

  /** Metrics since {@link resetMetrics}, by name. */
  metricResults(): Record<string, number> {
    return Object.fromEntries(
      this.#metrics.map(({ metric, name, totals }) => [
        name,
        metric.result(heap().view("float32", totals.ptr, totals.size), this.#graph.outputs[0].shape),
      ]),
    );
  }

  resetMetrics(): void {
    for (const { totals } of this.#metrics) totals.assign(new Float32Array(totals.size));
  }

  /** Copies of the metrics' totals, for a checkpoint. */
  copyTotals(): Float32Array[] {
    return this.#metrics.map(({ totals }) => totals.toTypedArray() as Float32Array);
  }

  restoreTotals(values: readonly Float32Array[]): void {
    for (const [i, { totals }] of this.#metrics.entries()) totals.assign(values[i]);
  }

  /** The first layer whose output on this batch is not finite, for the message when the loss is not; undefined where all are finite. */
  firstNonFinite({ inputs }: TrainingBatch): string | undefined {
    let found: string | undefined;
    const watch = (name: string, output: Tensor): void => {
      const values = heap().view("float32", output.ptr, output.size);
      if (found === undefined && !values.every(Number.isFinite)) found = name;
    };
    const context = { ...this.#context, training: false };
    noGrad(() => scope(() => void this.#graph.run(inputs, context, watch)));
    return found;
  }

  /** Frees totals and optimizer state. */
  dispose(): void {
    this.#update?.dispose();
    this.optimizer.dispose();
    for (const { totals } of this.#metrics) totals.dispose();
  }

  #loss(outputs: readonly Tensor[], targets: readonly Tensor[], weights: Tensor | undefined): Tensor {
    const means = this.losses.map((loss, i) => {
      const mean = weightedMean(loss.call(targets[i], outputs[i]), weights);
      const factor = this.options.lossWeights?.[i] ?? 1;
      return factor === 1 ? mean : mul(mean, factor);
    });
    const penalties = noGrad(() => this.#penalized.map(({ value, regularizer: { l1, l2 } }) => penalty(value, l1, l2)));
    return [...means, ...penalties].reduce((sum, term) => add(sum, term));
  }

  #updateMetrics(outputs: readonly Tensor[], targets: readonly Tensor[], weights: Tensor | undefined): void {
    noGrad(() => {
      for (const { metric, totals } of this.#metrics) metric.update(totals, targets[0], outputs[0], weights);
    });
  }
}

/** Two metrics of the same name get numbers: accuracy, accuracy_2. */
function uniqueNames(metrics: readonly Metric[]): string[] {
  const counts = new Map<string, number>();
  return metrics.map(({ name }) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}
