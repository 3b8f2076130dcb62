/**
 * What a callback is, and what it can see and do during training. Knows no models: the training loop passes a
 * {@link Training}.
 */

/** A weight that is trained, as a callback may read it. */
export interface WatchedWeight {
  /** "dense_1/kernel" */
  readonly name: string;
  readonly value: {
    toTypedArray(): ArrayLike<number>;
    readonly grad: { toTypedArray(): ArrayLike<number> } | null | undefined;
  };
}

/** What a callback may see and do. */
export interface Training {
  /** Number of the epoch at which this call of fit ends. */
  readonly epochs: number;
  /** The number of the running epoch, from 0; at the end of an epoch that of the next. */
  readonly epoch: number;
  /** Steps in an epoch; Infinity where a stream does not say how many. */
  readonly batches: number;
  /** Loss of the last batch by itself, where `logs.loss` is the mean of the epoch so far; NaN before the first. */
  readonly batchLoss: number;
  /** The learning rate of the next step; assigning replaces the schedule's. */
  learningRate: number;
  /**
   * Norm of all gradients together before clipping, in the last step; undefined where the optimizer has no
   * globalClipNorm.
   */
  readonly gradientNorm: number | undefined;
  /** How often the last step evaluated the loss with its gradient: 1, or what the line search of `lbfgs` needed. */
  readonly evaluations: number;
  /** A copy of all weights, trainable or not. */
  copyWeights(): Float32Array[];
  /** Restores such a copy. */
  restoreWeights(weights: readonly Float32Array[]): void;
  /** Writes a checkpoint: weights, optimizer, progress. Resolves when the file is complete. */
  saveCheckpoint(path: string): Promise<void>;
  /**
   * The size of such a checkpoint in bytes. Rejects when one cannot be made, for example because notes would be lost.
   */
  checkpointSize(): Promise<number>;
  /**
   * Loss and metrics on the validation data now, by the names that they have at the end of an epoch ("valLoss"); none
   * without such data. Training goes on with the same bits.
   */
  validate(): Promise<Logs>;
  /**
   * Has `watch` called before each update of the weights, when the gradients are those of the step, not clipped yet;
   * until training ends. For reading alone.
   */
  beforeUpdate(watch: (weights: readonly WatchedWeight[]) => void): void;
  /**
   * Ends training after the current batch (in onBatchEnd) or epoch (in onEpochEnd).
   * @param reason recorded in the history
   */
  stop(reason: string): void;
}

/**
 * Loss and metrics by name: "loss", "accuracy", "valLoss", "valAccuracy", … After a batch they are means over the epoch
 * so far; the loss of the batch by itself is {@link Training.batchLoss}.
 */
export type Logs = Readonly<Record<string, number>>;

/** The state of a callback in a checkpoint, as JSON. */
export type CallbackState = Readonly<Record<string, number | null>>;

/**
 * Hooks that fit calls; each may be left out, and each may be asynchronous. A plain object with some of them is a
 * callback.
 */
export interface Callback {
  /** The callback's name in messages and in checkpoints. */
  readonly name?: string;
  /**
   * Throws when the logs, which will have these names, lack what the callback reads. Called before anything else
   * happens.
   */
  checkLogs?(names: readonly string[]): void;
  /** Called when training begins; the callback forgets earlier trainings. */
  onTrainBegin?(training: Training): void | Promise<void>;
  /** @param epoch from 0 */
  onEpochBegin?(epoch: number, training: Training): void | Promise<void>;
  /** @param batch from 0 in the epoch  @param logs running means of the epoch so far */
  onBatchEnd?(batch: number, logs: Logs, training: Training): void | Promise<void>;
  /** Called after onBatchEnd of every callback, for work such as a checkpoint that must see all their changes. */
  afterBatch?(batch: number, logs: Logs, training: Training): void | Promise<void>;
  /**
   * Called after a validation inside an epoch, which `fit` makes with `validateEvery`.
   * @param logs running means of the epoch so far, and the validation's
   */
  onValidate?(logs: Logs, training: Training): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs, training: Training): void | Promise<void>;
  /** Called after onEpochEnd of every callback, for work such as a checkpoint that must see all their changes. */
  afterEpoch?(epoch: number, logs: Logs, training: Training): void | Promise<void>;
  onTrainEnd?(logs: Logs, training: Training): void | Promise<void>;
  /**
   * Called instead of onTrainEnd, and at once, when the signal or an error ends training. What it throws is ignored:
   * fit reports the original error.
   */
  onTrainAbort?(training: Training): void;
  /** The state that the callback needs to continue after a resume as if training had not stopped. */
  save?(): CallbackState;
  /** Restores that state; called after onTrainBegin of the training that resumes. */
  restore?(saved: CallbackState): void;
}
