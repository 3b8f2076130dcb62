/**
 * One training step of a compiled model, in two halves: gradients and loss from a batch, then the update. Between them the loss is read, so that a loss
 * that is not a number stops training before a weight has changed.
 * Letters: N samples of the batch. Does not know epochs, order or callbacks.
 */
import { UsageError, message, show } from "../../errors.js";
import type { OwnStates } from "../../layers/sequencePart.js";
import type { Parameter } from "../../layers/parameter.js";
import type { Loss } from "../../losses/loss.js";
import { addPenaltyGradient, penalty } from "../../ops/inPlace/regularization.js";
import type { Judged, MaskedSteps } from "../../ops/loss/maskedLoss.js";
import { apply } from "../../ops/defineOp.js";
import { totalLossOp } from "../../ops/loss/totalLoss.js";
import { weightedMean } from "../../ops/loss/weightedMean.js";
import { OptimizerState } from "../../optimizers/state.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { launcher } from "../../runtime/runtime.js";
import type { RandomState } from "../../tensor/randomState.js";
import { type Recording, record, unrecorded } from "../../tensor/record.js";
import { scope } from "../../tensor/scope.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Compiled, checkForOutputs } from "../compileOptions.js";
import { checkUnweighted } from "../ownFunctions.js";
import type { Graph } from "../graph/graph.js";
import { RunningMetrics } from "./runningMetrics.js";
import { StepState } from "./stepState.js";
import { WeightAverage } from "./weightAverage.js";
import type { Weights } from "./weights.js";

/** A batch: inputs, targets, and weights (N) where there are some. */
export interface TrainingBatch {
  readonly inputs: readonly Tensor[];
  readonly targets: readonly Tensor[];
  readonly weights: Tensor | undefined;
  /** For each input its mask, where users give some. */
  readonly masks?: readonly (Tensor | undefined)[];
}

/** The compiled part of a model: loss, metrics, optimizer. */
export class TrainingStep {
  readonly losses: readonly Loss[];
  readonly options: Compiled;
  readonly optimizer: OptimizerState;
  /** Those of the running epoch. */
  readonly metrics: RunningMetrics;
  /** Where the model was compiled with an averageDecay. */
  readonly average: WeightAverage | undefined;
  readonly #graph: Graph;
  readonly weights: Weights;
  readonly #random: RandomState;
  /** What a mask means to losses and metrics; undefined where neither a layer nor the caller has brought it. */
  maskedSteps: MaskedSteps | undefined;
  readonly #trained: ReadonlySet<Parameter>;
  readonly #penalized: readonly { readonly parameter: Parameter; readonly regularizer: Regularizer }[];
  /** What stood before the batch that is under way. */
  readonly #before: StepState;
  /** The count of changes of the gradients when they were last cleared. */
  #cleanAt = -1;
  #update: Recording<void> | undefined;

  /** Errors: UsageError or ShapeError for losses, weights or metrics that do not match the outputs; MemoryError. */
  constructor(graph: Graph, weights: Weights, random: RandomState, options: Compiled) {
    this.#graph = graph;
    this.weights = weights;
    this.#random = random;
    this.maskedSteps = graph.layers.find(({ sequences }) => sequences)?.sequences?.maskedSteps;
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
    const { values, gradients, rules } = weights.forOptimizer();
    this.optimizer = new OptimizerState(options.optimizer, values, gradients, rules);
    const { averageDecay } = options;
    this.average = averageDecay === undefined ? undefined : new WeightAverage(weights, averageDecay);
    this.#before = new StepState([...weights.changedInForward, ...this.metrics.totals]);
  }

  /** The metrics with totals of their own, for an evaluation. */
  newMetrics(): RunningMetrics {
    const { outputs } = this.#graph;
    return new RunningMetrics(
      outputs.map(({ shape, origin }, i) => ({
        metrics: this.options.metrics[i] ?? [],
        shape,
        areLogits: this.losses[i].takes === "logits",
        prefix: outputs.length > 1 ? `${origin?.layer.name}_` : "",
      })),
    );
  }

  /** Throws UsageError where no parameter is trained, or a layer was frozen or thawed since compile. */
  checkTrainable(op: string): void {
    const now = new Set(this.weights.trainable.map(({ parameter }) => parameter));
    const changed = this.weights.all.find(({ parameter }) => now.has(parameter) !== this.#trained.has(parameter));
    if (changed !== undefined && !changed.parameter.layer.isFrozen && this.#trained.has(changed.parameter)) {
      const hint = "Call compile again to train the rest, or make a copy of the layer by save and loadModel.";
      throw new UsageError(message(op, `another model trains layer ${show(changed.layer.name)} now`, { hint }));
    }
    if (changed !== undefined) {
      const got = `trainable ${!changed.parameter.layer.isFrozen} in layer ${show(changed.layer.name)}`;
      const hint = "Call compile again: the optimizer starts anew then.";
      throw new UsageError(message(op, "layers were frozen or thawed since compile", { got, hint }));
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
    const expected = "a layer with parameters that is not frozen";
    throw new UsageError(message(op, "there is nothing to train", { expected }));
  }

  /**
   * Forward and backward: adds ∂loss/∂parameter to the gradient slab, adds the batch to the metrics. Kernels only: it is recorded.
   * @returns the loss, a scalar: mean over the batch plus the penalties; not a number where training has diverged, and then {@link refuse} is due. Where
   * outputs have masks, also its terms with their weights: Note [The loss of an epoch] in epochLoss.ts
   */
  gradients(batch: TrainingBatch): Tensor[] {
    return this.weights.isolated(() => {
      const rows = this.#judged(batch, true);
      const { losses, means } = this.#loss(rows, batch);
      losses[0].backward();
      for (const { parameter, regularizer } of this.#penalized) {
        addPenaltyGradient(parameter.value.grad!, parameter.value, regularizer.l1, regularizer.l2);
      }
      this.metrics.update(rows, means);
      return losses;
    });
  }

  /**
   * The second half of a step: one pass of the optimizer over the slab, which clears the gradients, and the next random numbers. Recorded the first time,
   * then replayed, until {@link rest}.
   */
  update(): void {
    this.optimizer.prepare();
    if (this.#update !== undefined) this.#update.replay();
    else {
      this.#update = record(() => {
        this.optimizer.run();
        this.average?.update(this.optimizer.block);
        this.#random.advance();
      });
    }
    this.#cleanAt = this.weights.gradientVersion;
  }

  /**
   * Both halves at once, for one who does not look at the loss in between. It may be recorded.
   * @returns the loss
   */
  train(batch: TrainingBatch): Tensor {
    const clean = (): void => void (this.#cleanAt = this.weights.gradientVersion);
    unrecorded(() => this.begin());
    launcher().recorder?.around(() => this.begin(), clean);
    try {
      const [loss] = this.gradients(batch);
      this.optimizer.step();
      this.average?.update(this.optimizer.block);
      this.#random.advance();
      clean();
      return loss;
    } catch (error) {
      unrecorded(() => this.refuse());
      throw error;
    }
  }

  /** Clears gradients that are not to be used. */
  discard(): void {
    this.weights.clearGradients();
    this.#cleanAt = this.weights.gradientVersion;
  }

  /**
   * Clears gradients that a `backward` of somebody else has left, and notes what {@link refuse} is to go back to. To be called before {@link gradients} or
   * a replay of it, outside of recordings.
   */
  begin(): void {
    if (this.weights.gradientVersion !== this.#cleanAt) this.discard();
    this.#before.save();
  }

  /** Undoes {@link gradients}: moving statistics, carried states and totals of metrics stand where they were at {@link begin}, no gradient is left. */
  refuse(): void {
    this.discard();
    this.#before.restore();
  }

  /** Loss of a batch without training, which `metrics` add up. Kernels only: it is recorded. @returns the loss, as {@link gradients} */
  evaluate(batch: TrainingBatch, metrics: RunningMetrics): Tensor[] {
    return noGrad(() => {
      return this.averaged(() => {
        const rows = this.#judged(batch, false);
        const { losses, means } = this.#loss(rows, batch);
        metrics.update(rows, means);
        return losses;
      });
    });
  }

  /** States for an evaluation of its own. Errors: MemoryError */
  newStates(): OwnStates | undefined {
    return this.#graph.newStates();
  }

  /** Goes forward without training and without results, for the states that stateful layers carry. Kernels only. */
  forward(inputs: readonly Tensor[], given: TrainingBatch["masks"]): void {
    noGrad(() => scope(() => void this.#graph.run(inputs, { random: this.#random, training: false, given })));
  }

  /** Goes forward as in training once more on a batch that was refused, and shows every layer's output. Nothing has changed afterwards. */
  watch({ inputs, masks: given }: TrainingBatch, watch: (layer: string, output: Tensor) => void): void {
    noGrad(() => scope(() => void this.#graph.run(inputs, { random: this.#random, training: true, given }, watch)));
    this.#before.restore();
  }

  /** Runs `fn`, which calls layers, with the averages as the weights, where there are some. */
  averaged<T>(fn: () => T): T {
    return this.average === undefined ? fn() : this.average.use(fn);
  }

  /** Ends a training: the recorded update is freed, so that nothing holds the memory of a model that nobody uses where it is. */
  rest(): void {
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

  /** The outputs of a batch beside their targets. */
  #judged({ inputs, targets, weights, masks: given }: TrainingBatch, training: boolean): Judged[] {
    const { outputs, masks } = this.#graph.runMasked(inputs, { random: this.#random, training, given });
    return outputs.map((prediction, i) => {
      const [target, mask] = [targets[i], masks[i]];
      const countable = this.losses[i].countable?.(target, prediction, mask);
      if (countable) return countable.steps.judge(countable.target, countable.prediction, weights, countable.mask);
      if (mask === undefined && weights?.rank !== 2)
        return { target, prediction, lossWeights: weights, metricWeights: weights };
      if (this.maskedSteps !== undefined) return this.maskedSteps.judge(target, prediction, weights, mask);
      const hint = "Call fit or evaluate with a mask first.";
      throw new UsageError(message("model", "what a mask means to the loss is not loaded", { hint }));
    });
  }

  /** The loss of a batch, with its terms where outputs have masks, and the mean of each output by itself. */
  #loss(rows: readonly Judged[], { inputs }: TrainingBatch): { losses: Tensor[]; means: Tensor[] } {
    const means = this.losses.map((loss, i) => {
      const { target, prediction, lossWeights, select } = rows[i];
      const losses = loss.call(target, prediction);
      if (losses.rank > 0) return weightedMean(select?.(losses) ?? losses, lossWeights);
      checkUnweighted(loss.name, lossWeights, 0);
      return losses;
    });
    const scaled = means.map((mean, i) => {
      const factor = this.options.lossWeights?.[i] ?? 1;
      return factor === 1 ? mean : apply(totalLossOp, [mean], [factor]);
    });
    const penalties = noGrad(() =>
      this.#penalized.map(({ parameter, regularizer: { l1, l2 } }) => penalty(parameter.value, l1, l2)),
    );
    const terms = [...scaled, ...penalties];
    const loss = terms.length === 1 ? terms[0] : apply(totalLossOp, terms, Array<number>(terms.length).fill(1));
    const counts = rows.map(({ count }) => count);
    if (!counts.some(Boolean)) return { losses: [loss], means };
    return {
      losses: [loss, rows.find(({ terms }) => terms)!.terms!(scaled, counts, penalties, inputs[0].shape[0])],
      means,
    };
  }
}
