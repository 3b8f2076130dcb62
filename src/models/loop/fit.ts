/**
 * The training loop: epochs, batches in a seeded order, validation, callbacks. For each batch its rows are selected,
 * the recorded step gathers them and computes loss and gradients, the loss is read once, and the recorded update
 * changes the weights. Does not know what a step computes (training.ts) or where weights are stored (weights.ts).
 */
import type { Callback, Logs, Training } from "../../callbacks/callback.js";
import { maskTools } from "../../ops/loss/weightedMean.js";
import { breathe } from "../../runtime/breathe.js";
import { keep } from "../../tensor/scope.js";
import { type DataColumns, splitBatch } from "../input/batchColumns.js";
import type { FitData } from "../input/data.js";
import { columnSteps, evaluationTools } from "./columnSteps.js";
import type { Evaluation } from "./evaluate.js";
import { type FitOptions, rowsPerBatch } from "./fitOptions.js";
import type { History } from "./history.js";
import type { Trainable } from "./trainable.js";
import type { Steps } from "../step/steps.js";
import type { AccumulatedStep, EpochSteps, MakeSteps, WholeStep } from "../step/epochSteps.js";

/** Trains. @returns the history. The model's progress says how far training has come, also after an error. */
export async function runFit(
  model: Trainable,
  data: FitData,
  options: FitOptions,
  makeSteps?: MakeSteps,
): Promise<History> {
  const { step, progress } = model;
  const { initialEpoch = 0, resume = false, groupByLength, accumulate = 1 } = options;
  const batchSize = rowsPerBatch(options);
  const groups = groupByLength ? await import("../input/lengthGroups.js") : undefined;
  const lengths = groups?.groupsOf("fit", model.layers, data.training, groupByLength);
  const accumulation =
    accumulate > 1
      ? new (await import("../step/accumulation.js")).Accumulation(step, accumulate, { ...maskTools, keep })
      : undefined;
  const stepsOn = (columns: DataColumns, n = Infinity): Steps =>
    columnSteps(columns, n, lengths, (batch) => step.gradients(batch, accumulation?.weigh));
  const steps = makeSteps?.(stepsOn) ?? stepsOn(data.training, batchSize);
  const parts = accumulation?.of(steps) ?? steps;
  const isWhole = step.optimizer.optimizer.wholeBatch !== undefined;
  const training = isWhole ? new (await import("../step/wholeBatch.js")).WholeBatch(step, parts) : parts;
  let validation: (Pick<Evaluation, "run"> & Partial<Evaluation>) | undefined;
  try {
    step.checkTrainable("fit");
    const names = ["loss", ...step.metrics.names];
    const measured = (data.validation ?? data.evaluate) ? [...names, ...names.map(validationName)] : names;
    for (const callback of options.callbacks ?? []) callback.checkLogs?.(measured);
    if (resume && !makeSteps) {
      const { checkBatches } = await import("./resuming.js");
      checkBatches(progress.toJSON(), training.batches);
    }
    validation =
      data.validation &&
      new (await import("./evaluate.js")).Evaluation(
        evaluationTools,
        step,
        data.validation,
        batchSize,
        groups?.groupsOf("fit", model.layers, data.validation, groupByLength),
      );
    if (data.evaluate) validation = { run: data.evaluate };
    if (!resume) {
      progress.restart(initialEpoch);
      step.metrics.reset();
    }
    step.discard(); // gradients that a backward outside of fit has left
    const inside = options.validateEvery && (await import("./validateEvery.js")).validateEvery(options);
    const history = await new Fit(model, data, training, validation, { ...options, ...inside?.options }).run();
    return { ...history, ...inside?.results };
  } finally {
    step.rest();
    training.dispose();
    validation?.dispose?.();
  }
}

/** "valLoss" for "loss". */
function validationName(name: string): string {
  return `val${name[0].toUpperCase()}${name.slice(1)}`;
}

/** One call of fit. */
class Fit implements Training {
  readonly epochs: number;
  readonly #model: Trainable;
  readonly #data: FitData;
  readonly #training: EpochSteps;
  readonly #validation: Pick<Evaluation, "run"> | undefined;
  readonly #options: FitOptions;
  readonly #callbacks: readonly Callback[];
  readonly #batchCallbacks: readonly Callback[];
  batchLoss = NaN;
  #stopped: string | undefined;

  constructor(
    model: Trainable,
    data: FitData,
    training: EpochSteps,
    validation: Pick<Evaluation, "run"> | undefined,
    options: FitOptions,
  ) {
    this.epochs = options.epochs ?? 1;
    this.#model = model;
    this.#data = data;
    this.#training = training;
    this.#validation = validation;
    this.#options = options;
    this.#callbacks = options.callbacks ?? [];
    this.#batchCallbacks = this.#callbacks.filter((one) => "onBatchEnd" in one || "afterBatch" in one);
  }

  get epoch(): number {
    return this.#model.progress.epoch;
  }

  get batches(): number {
    return this.#training.batches.count;
  }

  get learningRate(): number {
    return this.#model.step.optimizer.learningRate;
  }

  set learningRate(rate: number) {
    this.#model.step.optimizer.learningRate = rate;
  }

  get gradientNorm(): number | undefined {
    const { optimizer } = this.#model.step;
    return optimizer.optimizer.clipping.globalClipNorm === undefined ? undefined : optimizer.gradientNorm;
  }

  get evaluations(): number {
    return this.#training.evaluations ?? 1;
  }

  copyWeights(): Float32Array[] {
    return this.#model.copyWeights();
  }

  restoreWeights(weights: readonly Float32Array[]): void {
    this.#model.restoreWeights(weights);
  }

  saveCheckpoint(path: string): Promise<void> {
    return this.#model.saveCheckpoint(path);
  }

  checkpointSize(): Promise<number> {
    return this.#model.checkpointSize();
  }

  beforeUpdate(watch: Parameters<Training["beforeUpdate"]>[0]): void {
    const { step } = this.#model;
    const others = step.beforeUpdate;
    step.beforeUpdate = () => {
      others?.();
      watch(step.weights.trainable);
    };
  }

  stop(reason: string): void {
    this.#stopped ??= reason;
  }

  async run(): Promise<History> {
    const restoreCallbacks = this.#model.progress.begin(this.#callbacks);
    try {
      return await this.#run(restoreCallbacks);
    } catch (error) {
      for (const callback of this.#callbacks) {
        try {
          callback.onTrainAbort?.(this);
        } catch {
          // the error that ended training is the one to report
        }
      }
      throw error;
    }
  }

  async #run(restoreCallbacks: () => void): Promise<History> {
    const { progress, step } = this.#model;
    const epochs: number[] = [];
    const history: Record<string, number[]> = {};
    let logs: Logs = {};
    let partial: Logs | undefined;
    for (const callback of this.#callbacks) await callback.onTrainBegin?.(this);
    if (this.#options.resume) restoreCallbacks();
    while (progress.epoch < this.epochs && this.#stopped === undefined) {
      const { epoch } = progress;
      if (progress.batch === 0) for (const callback of this.#callbacks) await callback.onEpochBegin?.(epoch, this);
      await this.#epoch();
      if (progress.batch < this.batches) {
        partial = this.#logs(progress.loss); // stopped in the middle
        break;
      }
      logs = { ...this.#logs(progress.loss), ...(await this.validate()) };
      epochs.push(epoch);
      for (const [name, value] of Object.entries(logs)) (history[name] ??= []).push(value);
      progress.nextEpoch();
      step.metrics.reset();
      for (const callback of this.#callbacks) await callback.onEpochEnd?.(epoch, logs, this);
      for (const callback of this.#callbacks) await callback.afterEpoch?.(epoch, logs, this);
    }
    for (const callback of this.#callbacks) await callback.onTrainEnd?.(logs, this);
    const { padding } = this.#training.batches;
    return {
      epochs,
      history,
      stopped: this.#stopped,
      ...(partial && { partial }),
      ...(padding !== undefined && { padding }),
    };
  }

  /**
   * Trains on the remaining batches of an epoch. In the step that is known to be the last one, the norm of the
   * gradients is checked with the loss (TrainingStep.settle). An epoch may also end unforeseen, because its stream has
   * no more batches or a callback stops it; then the weights are checked instead, after that step.
   */
  async #epoch(): Promise<void> {
    const { shuffle = true, seed = this.#model.seed } = this.#options;
    const { progress, checkInterrupts } = this.#model;
    const { batches } = this.#training;
    const order = batches.order(shuffle, seed, progress.passes);
    let end = 0; // batches of the epoch, as far as known when the last of its steps was made
    while (progress.batch < this.batches && this.#stopped === undefined) {
      await breathe();
      checkInterrupts();
      if (this.#training.next !== undefined) {
        if (!(await this.#training.next(progress))) break;
        checkInterrupts();
      }
      const { batch } = progress;
      end = this.batches;
      const { results, loss, stopped } = this.#training.train?.(order, batch) ?? this.#step(order, batch);
      if (!Number.isFinite(loss)) {
        await this.#diverged(order, loss);
        return;
      }
      this.batchLoss = loss;
      progress.add(results, batches.sizeOf(batch), batches.grouping, loss);
      await this.#batchEnd(batch, progress.loss);
      if (stopped !== undefined) this.stop(stopped);
    }
    if (progress.batch < end) (await import("./diverged.js")).checkWeights(this.#model.step, progress, this.#callbacks);
  }

  /**
   * Trains on one batch.
   * @returns the results of the step and the value of the loss, or NaN where the loss is finite but the gradients are
   *   not (TrainingStep.settle). If the value is not finite, no weight has changed
   */
  #step(order: Int32Array, batch: number): AccumulatedStep & Partial<WholeStep> {
    const { step } = this.#model;
    step.begin();
    try {
      const results = this.#training.run(order, batch);
      return { results, loss: step.settle(results[0].item(), batch + 1 === this.batches) };
    } catch (error) {
      step.refuse();
      throw error;
    }
  }

  async #batchEnd(batch: number, loss: number): Promise<void> {
    if (this.#batchCallbacks.length === 0) return;
    const logs = this.#logs(loss);
    for (const callback of this.#batchCallbacks) await callback.onBatchEnd?.(batch, logs, this);
    for (const callback of this.#batchCallbacks) await callback.afterBatch?.(batch, logs, this);
  }

  #logs(loss: number): Logs {
    return { loss, ...this.#model.step.metrics.results() };
  }

  async validate(): Promise<Logs> {
    if (this.#validation === undefined) return {};
    const logs = await this.#validation.run(this.#model.checkInterrupts);
    return Object.fromEntries(Object.entries(logs).map(([name, value]) => [validationName(name), value]));
  }

  /** Handles a loss or gradient that is not finite: a callback may end training, otherwise it is an error. */
  async #diverged(order: Int32Array, loss: number): Promise<void> {
    const { progress, step } = this.#model;
    const { batch } = this.#training.batches.select(order, progress.batch); // its buffers still hold the rows
    const { diverged } = await import("./diverged.js");
    const error = diverged(step, splitBatch(this.#data.training, batch), loss, progress, this.#callbacks);
    await this.#batchEnd(progress.batch, loss);
    if (this.#stopped === undefined) throw error;
  }
}
