/** Options of `fit`, and what is wrong with them. */
import type { Callback } from "../callbacks/callback.js";
import { UsageError, checkKeys, message, show } from "../errors.js";
import type { DataList } from "./data.js";

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

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const expected = most === Infinity ? `an integer ≥ ${least}` : `an integer from ${least} to ${most}`;
  throw new UsageError(message("fit", `${name} out of range`, { expected, got: show(value) }));
}
