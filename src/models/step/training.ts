/**
 * One training step of a compiled model, in two halves: gradients and loss from a batch, then the update. The loss is
 * read between them, so that a loss that is not finite stops training before a weight has changed.
 * Letters: N samples of the batch. Does not know epochs, order or callbacks.
 */
import type { Constraint } from "../../constraints/constraint.js";
import { UsageError, message, show } from "../../errors.js";
import type { OwnStates } from "../../layers/sequencePart.js";
import type { Parameter } from "../../layers/parameter.js";
import type { Loss } from "../../losses/loss.js";
import type { Weighed } from "../../ops/loss/maskedLoss.js";
import { OptimizerState } from "../../optimizers/state.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { launcher } from "../../runtime/runtime.js";
import type { RandomState } from "../../tensor/randomState.js";
import { empty } from "../../tensor/create.js";
import { type Recording, record, unrecorded } from "../../tensor/record.js";
import { scope } from "../../tensor/scope.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Compiled, checkForOutputs } from "../compileOptions.js";
import type { Graph } from "../graph/graph.js";
import { type BatchLoss, type TrainingBatch, batchLoss, checkGradients, weighedOutputs } from "./batchLoss.js";
import { RunningMetrics } from "./runningMetrics.js";
import { StepState } from "./stepState.js";
import { WeightAverage } from "./weightAverage.js";
import type { Weights } from "./weights.js";

export type { TrainingBatch } from "./batchLoss.js";

/** The compiled part of a model: loss, metrics, optimizer. */
export class TrainingStep {
  readonly losses: readonly Loss[];
  readonly options: Compiled;
  readonly optimizer: OptimizerState;
  /** The metrics of the running epoch. */
  readonly metrics: RunningMetrics;
  /** The averages, if the model was compiled with an averageDecay. */
  readonly average: WeightAverage | undefined;
  readonly #graph: Graph;
  readonly weights: Weights;
  readonly random: RandomState;
  readonly #trained: ReadonlySet<Parameter>;
  readonly #penalized: readonly { readonly parameter: Parameter; readonly regularizer: Regularizer }[];
  readonly #constrained: readonly { readonly value: Tensor; readonly constraint: Constraint }[];
  /** The state before the current batch. */
  readonly #before: StepState;
  /** Called before each {@link update}, until {@link rest}. */
  beforeUpdate: (() => void) | undefined;
  /** The version of the gradients when they were last cleared. */
  #cleanAt = -1;
  #update: Recording<void> | undefined;

  /**
   * @throws {UsageError | ShapeError} when losses, weights or metrics do not match the outputs
   * @throws {MemoryError}
   */
  constructor(graph: Graph, weights: Weights, random: RandomState, options: Compiled) {
    this.#graph = graph;
    this.weights = weights;
    this.random = random;
    this.options = options;
    this.losses = options.losses;
    checkForOutputs(options, graph.outputShapes);
    this.metrics = this.newMetrics();
    weights.prepareTraining();
    const { trainable } = weights;
    this.#trained = new Set(trainable.map(({ parameter }) => parameter));
    this.#penalized = trainable.flatMap(({ parameter }) =>
      parameter.spec.regularizer ? [{ parameter, regularizer: parameter.spec.regularizer }] : [],
    );
    this.#constrained = trainable.flatMap(({ value, parameter: { spec } }) =>
      spec.constraint ? [{ value, constraint: spec.constraint }] : [],
    );
    this.#constrain(({ shape }) => empty(shape)); // a wrong one is noticed before a step
    const { values, gradients, rules } = weights.forOptimizer();
    this.optimizer = new OptimizerState(options.optimizer, values, gradients, rules);
    const { averageDecay } = options;
    this.average = averageDecay === undefined ? undefined : new WeightAverage(weights, averageDecay);
    this.#before = new StepState([...weights.changedInForward, ...this.metrics.totals]);
  }

  /** The metrics with separate totals, for an evaluation. */
  newMetrics(): RunningMetrics {
    const { outputs, outputNames } = this.#graph;
    return new RunningMetrics(
      outputs.map(({ sizes: shape }, i) => ({
        metrics: this.options.metrics[i] ?? [],
        shape,
        areLogits: this.losses[i].takes === "logits",
        prefix: outputs.length > 1 ? `${outputNames[i]}_` : "",
      })),
    );
  }

  /** @throws {UsageError} when no parameter is trained, or a layer was frozen or unfrozen since compile */
  checkTrainable(op: string): void {
    const now = new Set(this.weights.trainable.map(({ parameter }) => parameter));
    const changed = this.weights.all.find(({ parameter }) => now.has(parameter) !== this.#trained.has(parameter));
    if (changed !== undefined && !changed.parameter.layer.isFrozen && this.#trained.has(changed.parameter)) {
      const hint = "Call compile again to train the rest, or make a copy of the layer by save and loadModel.";
      throw new UsageError(message(op, `another model trains layer ${show(changed.layer.name)} now`, { hint }));
    }
    if (changed !== undefined) {
      const got = `trainable ${!changed.parameter.layer.isFrozen} in layer ${show(changed.layer.name)}`;
      const hint = "Call compile again; the optimizer then starts afresh.";
      throw new UsageError(message(op, "layers were frozen or unfrozen since compile", { got, hint }));
    }
    const cut = this.weights.trainable.find(({ value }) => !value.requiresGrad);
    if (cut !== undefined) {
      const hint = "Freeze a layer by trainable = false, then compile.";
      throw new UsageError(
        message(op, `requiresGrad of ${show(cut.name)} is false, but its layer is trained`, { hint }),
      );
    }
    this.weights.isFirm = true;
    if (now.size > 0) return;
    const expected = "a layer with parameters that is neither frozen nor trained by another model";
    throw new UsageError(message(op, "there is nothing to train", { expected }));
  }

  /**
   * Forward and backward: adds ∂loss/∂parameter to the gradient slab and the batch to the metrics. Only calls kernels,
   * since it is recorded.
   * @returns the loss, a scalar: the mean over the batch plus the penalties. If it is not finite, call {@link refuse}.
   *   Where outputs have masks, also its terms with their weights: Note [The loss of an epoch] in epochLoss.ts
   * @param weigh  where the batch is only a part of a step: gives the number that is differentiated in place of the
   *   loss. Call {@link penalize} at the end of the step then: Note [Accumulated gradients] in accumulation.ts
   */
  gradients(batch: TrainingBatch, weigh?: (loss: Tensor, rows: readonly Weighed[]) => Tensor): Tensor[] {
    return this.weights.isolated(() => {
      const rows = this.#forward(batch, true);
      const { losses, means } = this.#loss(rows, batch);
      checkGradients(this.#graph, means, this.options.lossWeights);
      (weigh?.(losses[0], rows) ?? losses[0]).backward();
      if (!weigh) this.penalize();
      this.metrics.update(rows, means);
      return losses;
    });
  }

  /** Adds the gradients of the penalties. Kernels only. */
  penalize(): void {
    for (const { parameter, regularizer } of this.#penalized) {
      regularizer.addGradient(parameter.value.grad!, parameter.value);
    }
  }

  /**
   * The second half of a step: one pass of the optimizer over the slab, which clears the gradients, and the next random
   * numbers. Recorded the first time, then replayed until {@link rest}.
   */
  update(): void {
    this.beforeUpdate?.();
    this.optimizer.prepare();
    if (this.#update !== undefined) this.#update.replay();
    else {
      this.#update = record(() => {
        this.optimizer.run();
        this.#finish();
      });
    }
    this.#cleanAt = this.weights.gradientVersion;
  }

  /**
   * Ends a step whose {@link gradients} have been computed, by {@link update} or, where the loss is not finite, by
   * {@link refuse}.
   * @param isLast  true in the last step of an epoch, after which no loss would show that its gradients were not
   *   finite: their norm must then be finite as well
   * @returns the loss; NaN where that norm is not finite
   */
  settle(loss: number, isLast: boolean): number {
    if (isLast && Number.isFinite(loss)) {
      this.optimizer.measureGradients();
      loss += 0 * this.optimizer.gradientNorm; // 0 · ∞ is NaN
    }
    if (Number.isFinite(loss)) this.update();
    else this.refuse();
    return loss;
  }

  /**
   * Runs {@link gradients} and {@link update} without reading the loss in between. It may be recorded.
   * @returns the loss
   */
  train(batch: TrainingBatch): Tensor {
    const clean = (): void => void (this.#cleanAt = this.weights.gradientVersion);
    unrecorded(() => this.begin());
    launcher().recorder?.around(() => this.begin(), clean);
    try {
      const [loss] = this.gradients(batch);
      this.optimizer.step();
      this.#finish();
      clean();
      return loss;
    } catch (error) {
      unrecorded(() => this.refuse());
      throw error;
    }
  }

  /** Counts a step that an optimizer of whole batches has made, and does what follows it; random numbers stay the same. */
  completeStep(): void {
    this.beforeUpdate?.();
    this.optimizer.prepare();
    this.optimizer.block.advance();
    this.average?.update(this.optimizer.block);
  }

  /** What follows the optimizer in a step: constraints, the average, the next random numbers. Kernels only. */
  #finish(): void {
    this.#constrain((value) => value);
    this.average?.update(this.optimizer.block);
    this.random.advance();
  }

  #constrain(into: (value: Tensor) => Tensor): void {
    for (const { value, constraint } of this.#constrained)
      noGrad(() => scope(() => into(value).assign(constraint.constrain(value))));
  }

  /** Clears gradients that are not to be used. */
  discard(): void {
    this.weights.clearGradients();
    this.#cleanAt = this.weights.gradientVersion;
  }

  /**
   * Clears gradients left by a `backward` outside of training, and stores the state that {@link refuse} restores. Call
   * it before {@link gradients} or a replay of it, outside of recordings.
   */
  begin(): void {
    if (this.weights.gradientVersion !== this.#cleanAt) this.discard();
    this.#before.save();
  }

  /**
   * Undoes {@link gradients}: restores moving statistics, carried states and totals of metrics to what they were at
   * {@link begin}, and clears the gradients.
   */
  refuse(): void {
    this.discard();
    this.#before.restore();
  }

  /**
   * Loss of a batch without training; `metrics` add the batch. Only calls kernels, since it is recorded.
   * @returns the loss, as {@link gradients} does
   */
  evaluate(batch: TrainingBatch, metrics: RunningMetrics): Tensor[] {
    return noGrad(() => {
      return this.averaged(() => {
        const rows = this.#forward(batch, false);
        const { losses, means } = this.#loss(rows, batch);
        metrics.update(rows, means);
        return losses;
      });
    });
  }

  /** Separate states for an evaluation. @throws {MemoryError} */
  newStates(): OwnStates | undefined {
    return this.#graph.newStates();
  }

  /**
   * Runs forward without training and without results, to advance the states of stateful layers. Only calls kernels.
   */
  forward(inputs: readonly Tensor[], given: TrainingBatch["masks"]): void {
    noGrad(() => scope(() => void this.#graph.run(inputs, { random: this.random, training: false, given })));
  }

  /**
   * Goes forward as in training once more on a batch that was refused, and shows every layer's output. Nothing has
   * changed afterwards.
   */
  watch({ inputs, masks: given }: TrainingBatch, watch: (layer: string, output: Tensor) => void): void {
    noGrad(() => scope(() => void this.#graph.run(inputs, { random: this.random, training: true, given }, watch)));
    this.#before.restore();
  }

  /** Runs `fn`, which calls layers, with the averages as the weights, if there are any. */
  averaged<T>(fn: () => T): T {
    return this.average === undefined ? fn() : this.average.use(fn);
  }

  /** Ends a training: frees the recorded update, which would pin the memory of an idle model, and stops the clock. */
  rest(): void {
    this.beforeUpdate = undefined;
    this.optimizer.clock?.stop();
    this.#update?.dispose();
    this.#update = undefined;
  }

  /** Frees totals, averages and optimizer state. */
  dispose(): void {
    this.rest();
    this.average?.dispose();
    this.optimizer.dispose();
    this.metrics.dispose();
    this.#before.dispose();
  }

  /** The outputs of a batch with their targets and weights. */
  #forward(batch: TrainingBatch, training: boolean): Weighed[] {
    return weighedOutputs(this.#graph, this.losses, batch, { random: this.random, training });
  }

  #loss(rows: readonly Weighed[], { inputs }: TrainingBatch): BatchLoss {
    const penalties = noGrad(() =>
      this.#penalized.map(({ parameter, regularizer }) => regularizer.penalty(parameter.value)),
    );
    return batchLoss(this.losses, this.options.lossWeights, rows, penalties, inputs[0].shape[0]);
  }
}
