/**
 * Validations inside epochs: the option `validateEvery` of fit, as a callback that fit calls before the user's.
 * Imported where the option is given, so that other pages do not load it.
 */
import type { Callback, Logs } from "../../callbacks/callback.js";
import { Pacer } from "../../callbacks/pacer.js";
import { UsageError, message } from "../../errors.js";
import type { FitOptions } from "./fitOptions.js";

/** A validation inside an epoch. */
export interface Validation {
  /** Steps of this training before it, from 1 on. */
  readonly step: number;
  /** The number of the epoch that was running, from 0. */
  readonly epoch: number;
  /** The part of that epoch that was done, 0 … 1; undefined where a stream does not say how many batches it has. */
  readonly done: number | undefined;
  /** Running means of the epoch, and the validation's loss and metrics. */
  readonly logs: Logs;
}

/**
 * What fit does about the option.
 * @returns options with the callback, and a place for the results
 * @throws {UsageError} for a pace that is none, or where nothing is there to validate on
 */
export function validateEvery({ validateEvery: pace = {}, callbacks = [], ...others }: FitOptions): {
  readonly options: Pick<FitOptions, "callbacks">;
  readonly results: { readonly validations: readonly Validation[] };
} {
  const pacer = new Pacer("fit validateEvery", pace);
  if (others.validationData === undefined && !others.validationSplit) {
    const wrong = "validateEvery has nothing to validate on";
    throw new UsageError(message("fit", wrong, { expected: "validationData or validationSplit" }));
  }
  const validations: Validation[] = [];
  const callback: Callback = {
    name: "validateEvery",
    onTrainBegin: () => pacer.begin(),
    async afterBatch(batch, running, training) {
      if (!Number.isFinite(running.loss)) return; // of a batch that changed nothing
      const isLast = batch + 1 === training.batches; // after which the epoch is validated
      if (!pacer.counts() || isLast) return;
      const logs = { ...running, ...(await training.validate()) };
      const { epoch, batches } = training;
      const done = Number.isFinite(batches) ? (batch + 1) / batches : undefined;
      validations.push({ step: pacer.step, epoch, done, logs });
      for (const one of callbacks) await one.onValidate?.(logs, training);
    },
    save: () => pacer.save(),
    restore: (saved) => pacer.restore(saved),
  };
  return { options: { callbacks: [callback, ...callbacks] }, results: { validations } };
}
