/**
 * The training loop: epochs, batches in a seeded order, validation, callbacks. A batch goes the way of DESIGN: gather, gradients, update; the loss is read once.
 * Letters: N samples. Does not know what a step computes (training.ts) or where weights lie (weights.ts).
 */
import type { Callback, Logs, Training } from "../callbacks/callback.js";
import { Batches } from "../data/batches.js";
import { UsageError, checkKeys, message, show } from "../errors.js";
import { type DataColumns, splitBatch, tensorsOf } from "./batch.js";
import type { DataList } from "./data.js";
import { breathe } from "../runtime/breathe.js";
import { evaluateBatches } from "./evaluate.js";
import type { Progress } from "./progress.js";
import type { TrainingBatch, TrainingStep } from "./training.js";

/** Options of `fit`. */
export interface FitOptions {
  /** Train until this many epochs are done, those of earlier calls not counted. Default 1. */
  readonly epochs?: number;
  /** Samples a step. Default 32; more than there are samples is an error. */
  readonly batchSize?: number;
  /** Take the samples in another order each epoch. Default true. */
  readonly shuffle?: boolean;
  /** Seed of that order. Default: the model's. */
  readonly seed?: number;
  /** Part of the samples, taken from the end before shuffling, that is kept for validation: 0 ≤ v < 1. Default 0. */
  readonly validationSplit?: number;
  /** Samples to judge by after each epoch. */
  readonly validationData?: { readonly x: DataList; readonly y: DataList };
  /** Weight of each class in the loss, by label. Default 1. */
  readonly classWeight?: Readonly<Record<number, number>>;
  /** Weight of each sample in the loss, (N). Default 1. */
  readonly sampleWeight?: ArrayLike<number>;
  readonly callbacks?: readonly Callback[];
  /** Number of the first epoch, for one who continues by hand. Default 0. */
  readonly initialEpoch?: number;
  /** Go on where the checkpoint that the model was loaded from stood, to the bit. Needs the same data and options, callbacks included. Default false. */
  readonly resume?: boolean;
  /** Aborting ends training after the current step; fit then rejects with the signal's reason, and the model may be saved. */
  readonly signal?: AbortSignal;
}

/** What `fit` returns. */
export interface History {
  /** Numbers of the epochs, from 0. */
  readonly epochs: readonly number[];
  /** Values at the end of each epoch, by name: loss, the metrics, and with validation valLoss, valAccuracy, … */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Why training ended early, if it did. */
  readonly stopped: string | undefined;
}

/** What the loop needs of a model. */
export interface Trainable {
  readonly step: TrainingStep;
  readonly progress: Progress;
  readonly seed: number;
  copyWeights(): Float32Array[];
  restoreWeights(weights: readonly Float32Array[]): void;
  saveCheckpoint(path: string): Promise<void>;
}

/** Throws UsageError for an option that is unknown or out of range. @param samples N */
export function checkFitOptions(options: FitOptions, samples: number): void {
  checkKeys("fit", options, [
    "epochs",
    "batchSize",
    "shuffle",
    "seed",
    "validationSplit",
    "validationData",
    "classWeight",
    "sampleWeight",
    "callbacks",
    "initialEpoch",
    "resume",
    "signal",
  ]);
  const { epochs = 1, batchSize = 32, initialEpoch = 0, seed = 0, validationSplit = 0, validationData } = options;
  checkInteger("epochs", epochs, 1, Infinity);
  checkInteger("batchSize", batchSize, 1, Infinity);
  checkInteger("initialEpoch", initialEpoch, 0, epochs);
  checkInteger("seed", seed, 0, 2 ** 32 - 1);
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new UsageError(
      message("fit", "validationSplit out of range", {
        expected: "0 ≤ validationSplit < 1",
        got: show(validationSplit),
      }),
    );
  }
  if (validationSplit > 0 && validationData !== undefined) {
    throw new UsageError(
      message("fit", "validationSplit and validationData exclude each other", { expected: "one of them" }),
    );
  }
  const rest = samples - Math.floor(samples * validationSplit);
  if (options.batchSize !== undefined && batchSize > rest) {
    const hint = "A batch cannot be larger than the training data.";
    throw new UsageError(
      message("fit", "batchSize out of range", {
        expected: `at most ${rest}, the number of training samples`,
        got: String(batchSize),
        hint,
      }),
    );
  }
}

/** Trains. @returns the history; the model's progress is where training stands, also after an error. */
export async function runFit(
  model: Trainable,
  data: DataColumns,
  validation: DataColumns | undefined,
  options: FitOptions,
): Promise<History> {
  const { epochs = 1, batchSize = 32, shuffle = true, seed = model.seed, callbacks = [], signal } = options;
  const { step, progress } = model;
  if (!options.resume) progress.restart(options.initialEpoch ?? 0);
  if (!options.resume) step.resetMetrics();
  const batches = new Batches(tensorsOf(data), batchSize);
  const validationBatches = validation && new Batches(tensorsOf(validation), batchSize);
  const history: Record<string, number[]> = {};
  const numbers: number[] = [];
  let stopped: string | undefined;
  const training: Training = {
    epochs,
    batches: batches.count,
    get learningRate() {
      return step.optimizer.learningRate;
    },
    set learningRate(rate) {
      step.optimizer.learningRate = rate;
    },
    copyWeights: () => model.copyWeights(),
    restoreWeights: (weights) => model.restoreWeights(weights),
    saveCheckpoint: (path) => model.saveCheckpoint(path),
    stop: (reason) => {
      stopped ??= reason;
    },
  };
  try {
    let logs: Logs = {};
    const restoreCallbacks = progress.begin(callbacks);
    for (const callback of callbacks) await callback.onTrainBegin?.(training);
    if (options.resume) restoreCallbacks();
    while (progress.epoch < epochs && stopped === undefined) {
      const { epoch } = progress;
      if (progress.batch === 0) for (const callback of callbacks) await callback.onEpochBegin?.(epoch, training);
      const order = batches.order(shuffle, seed, epoch);
      while (progress.batch < batches.count && stopped === undefined) {
        await breathe();
        signal?.throwIfAborted();
        const batch = splitBatch(data, batches.load(order, progress.batch));
        const loss = step.gradients(batch);
        if (Number.isFinite(loss)) step.update();
        else step.discard();
        progress.add(loss, batch.targets[0].shape[0]);
        for (const callback of callbacks) {
          await callback.onBatchEnd?.(progress.batch - 1, { loss: progress.loss, ...step.metricResults() }, training);
        }
        if (!Number.isFinite(loss) && stopped === undefined) throw diverged(step, batch, loss, progress);
      }
      if (progress.batch < batches.count) break; // stopped in the middle
      logs = { loss: progress.loss, ...step.metricResults() };
      if (validation && validationBatches)
        logs = { ...logs, ...prefixed(await evaluateBatches(step, validation, validationBatches, signal)) };
      numbers.push(epoch);
      for (const [name, value] of Object.entries(logs)) (history[name] ??= []).push(value);
      progress.nextEpoch();
      step.resetMetrics();
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, training);
      for (const callback of callbacks) await callback.afterEpoch?.(epoch, logs, training);
    }
    for (const callback of callbacks) await callback.onTrainEnd?.(logs, training);
    return { epochs: numbers, history, stopped };
  } finally {
    batches.dispose();
    validationBatches?.dispose();
  }
}

function prefixed(logs: Logs): Logs {
  return Object.fromEntries(
    Object.entries(logs).map(([name, value]) => [`val${name[0].toUpperCase()}${name.slice(1)}`, value]),
  );
}

function diverged(
  step: TrainingStep,
  batch: TrainingBatch,
  loss: number,
  { epoch, batch: done }: Progress,
): UsageError {
  const layer = step.firstNonFinite(batch);
  const where = layer === undefined ? "the loss function" : `layer ${show(layer)}`;
  const hint = `It arose in ${where}. Try a smaller learning rate, clipping (globalClipNorm: 1), or inputs scaled to about 1; the weights are those before this step.`;
  return new UsageError(
    message("fit", `the loss became ${loss} in epoch ${epoch + 1}, batch ${done}`, { expected: "a finite loss", hint }),
  );
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const expected = most === Infinity ? `an integer ≥ ${least}` : `an integer from ${least} to ${most}`;
  throw new UsageError(message("fit", `${name} out of range`, { expected, got: show(value) }));
}
