/** Options of `fit` and the checks that need no data. */
import type { Callback } from "../../callbacks/callback.js";
import type { Pace } from "../../callbacks/pacer.js";
import { UsageError, message, show } from "../../errors.js";
import { type Table, checkInteger, flag, integer, number, resolve, unchecked } from "../../options.js";
import type { GroupByLength } from "../input/groupByLengthOption.js";
import type {
  BatchSource,
  ClassWeight,
  GivenMasks,
  OutputWeights,
  SampleWeight,
  StreamBatch,
} from "../input/samples.js";

/** What reads the option groupByLength, loaded where it is given. */
export const grouping = () => import("../input/groupByLengthOption.js");

/** Options of `fit`. */
export interface FitOptions extends GivenMasks {
  /**
   * Number of the last epoch; that is how many epochs are run, unless `initialEpoch` or `resume` says that some are
   * done already. Default 1.
   */
  readonly epochs?: number;
  /** Samples per step, at most the number of samples; "full" is all of them, as `lbfgs` needs. Default 32. */
  readonly batchSize?: number | "full";
  /**
   * Batches of a step: their gradients are added up before the optimizer steps, as one batch of so many times the size
   * would give them: Note [Accumulated gradients] in models/step/accumulation.ts. Callbacks see a step as a batch; the
   * last of an epoch has the batches that are left. Default 1.
   */
  readonly accumulate?: number;
  /** Takes the samples in a different order each epoch. Default true. */
  readonly shuffle?: boolean;
  /** Seed of that order. Default: the model's. */
  readonly seed?: number;
  /**
   * Share of the samples, taken from the end before shuffling, that is kept for validation: 0 ≤ v < 1. Samples that are
   * sorted by class are refused, since the last ones are then of the last classes alone. Default 0.
   */
  readonly validationSplit?: number;
  /**
   * What the model is evaluated on after each epoch: samples { x, y } or [x, y], a data set, or, for data that do not
   * fit in memory, batches one by one from what can be read again, such as a function that makes a generator.
   */
  readonly validationData?: StreamBatch | BatchSource;
  /**
   * Batches that each validation takes of a stream; of a generator object the next ones each time. Default: all, until
   * the stream ends.
   */
  readonly validationSteps?: number;
  /**
   * Validates inside epochs as well: after every so many steps, or minutes; where both are given, after whichever comes
   * first. Callbacks see it in `onValidate`, and the history lists it as `validations`; training has the same bits as
   * without. Default: only at the end of epochs.
   */
  readonly validateEvery?: Pace;
  /** Weight of each class in the loss and metrics of training, by label; not applied in validation. Default 1. */
  readonly classWeight?: ClassWeight;
  /**
   * Weight of each sample in the loss and the metrics, (N), or of each step, (N, T). For a model with several outputs
   * also an object of such, by the names of the layers that give the outputs. Default 1.
   */
  readonly sampleWeight?: SampleWeight | OutputWeights;
  readonly callbacks?: readonly Callback[];
  /** Number of the first epoch, to continue training by hand. Default 0. */
  readonly initialEpoch?: number;
  /**
   * Continues exactly where training was interrupted or its checkpoint was saved. Needs the same data and options,
   * including callbacks. Default false.
   */
  readonly resume?: boolean;
  /**
   * Puts sequences of similar length into one batch, which is computed for as many steps as it needs. Default false.
   */
  readonly groupByLength?: GroupByLength;
  /**
   * Aborting ends training after the current step; fit then rejects with the signal's reason, and the model may be
   * saved.
   */
  readonly signal?: AbortSignal;
}

/** Options of `fit` on a stream of batches. */
export interface StreamFitOptions extends Omit<
  FitOptions,
  "batchSize" | "shuffle" | "validationSplit" | "sampleWeight" | "classWeight" | "mask" | "lengths" | "groupByLength"
> {
  /**
   * Batches of an epoch; the next epoch goes on where it ended, and a source that can be opened again begins anew when
   * it has ended. Default: an epoch is one pass over the source.
   */
  readonly stepsPerEpoch?: number;
  /**
   * Batches that an asynchronous stream is asked for ahead, so that it reads while a step computes. It must then make
   * each batch anew: what it hands out again before its turn is trained on as it is by then. Default 0.
   */
  readonly prefetch?: number;
}

const count = integer("[1, ∞)", 1);
const later = unchecked<never>(); // with the data, or by a file that is imported where the option is given

const table = {
  epochs: count,
  batchSize: (op, name, value) => (value === "full" ? value : count(op, name, value)),
  accumulate: count,
  shuffle: flag(true),
  seed: integer("[0, 4294967295]", 0),
  validationSplit: number("[0, 1)", 0),
  validationData: later,
  validationSteps: later,
  validateEvery: later,
  classWeight: later,
  sampleWeight: later,
  mask: later,
  lengths: later,
  callbacks: later,
  initialEpoch: integer("[0, ∞)", 0),
  resume: flag(false),
  groupByLength: later,
  signal(op, _name, value) {
    checkSignal(op, value as AbortSignal);
    return value as AbortSignal;
  },
} satisfies Table<FitOptions>;

/** The batch size as a number, ∞ for "full". */
export function rowsPerBatch({ batchSize = 32 }: FitOptions): number {
  return batchSize === "full" ? Infinity : batchSize;
}

/** @throws {UsageError} for an option that is unknown or out of range */
export function checkFitOptions(options: FitOptions): void {
  const op = "fit";
  const { epochs, initialEpoch, resume } = resolve(op, options, table);
  checkInteger(op, "initialEpoch", initialEpoch, `[0, ${epochs}]`);
  if (!resume || options.initialEpoch === undefined) return;
  throw new UsageError(message(op, "resume and initialEpoch exclude each other", { expected: "one of them" }));
}

/** @throws {UsageError} unless the option is an AbortSignal or left out */
export function checkSignal(op: string, signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof signal?.throwIfAborted === "function") return;
  const hint = "Pass controller.signal.";
  throw new UsageError(message(op, "signal must be an AbortSignal", { got: show(signal), hint }));
}
