/** A training that only remembers what callbacks do to it, and a loop that calls them as fit does. */
import type { Callback, Logs, Training } from "../../src/callbacks/callback.js";

export interface FakeTraining extends Training {
  readonly saved: string[];
  readonly restored: number[];
  stopped: string | undefined;
  /** Stands for all weights. */
  weight: number;
}

export function fakeTraining(epochs = 100): FakeTraining {
  const training: FakeTraining = {
    epoch: 0,
    batchLoss: NaN,
    epochs,
    batches: 1,
    gradientNorm: undefined,
    evaluations: 1,
    learningRate: 1,
    weight: 0,
    stopped: undefined,
    saved: [],
    restored: [],
    copyWeights: () => [Float32Array.of(training.weight)],
    restoreWeights: ([weights]) => void training.restored.push(weights[0]),
    beforeUpdate: () => undefined,
    validate: () => Promise.resolve({}),
    checkpointSize: () => Promise.resolve(1),
    saveCheckpoint: async (path) => void training.saved.push(path),
    stop: (reason) => void (training.stopped ??= reason),
  };
  return training;
}

/** Runs one epoch for each entry of `epochs`, whose logs it gives; the weight is the epoch's number. @returns the learning rate in each epoch */
export async function train(callback: Callback, epochs: readonly Logs[], training = fakeTraining()): Promise<number[]> {
  const rates: number[] = [];
  await callback.onTrainBegin?.(training);
  let logs: Logs = {};
  for (let epoch = 0; epoch < epochs.length && training.stopped === undefined; epoch++) {
    logs = epochs[epoch];
    await callback.onEpochBegin?.(epoch, training);
    rates.push(training.learningRate);
    training.weight = epoch;
    await callback.onBatchEnd?.(0, logs, training);
    await callback.afterBatch?.(0, logs, training);
    if (training.stopped === undefined) await callback.onEpochEnd?.(epoch, logs, training);
    await callback.afterEpoch?.(epoch, logs, training);
  }
  await callback.onTrainEnd?.(logs, training);
  return rates;
}

/** Logs with one name. */
export const series = (name: string, values: readonly number[]): Logs[] => values.map((value) => ({ [name]: value }));
