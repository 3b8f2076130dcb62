/**
 * What a callback is, and the little that training shows it. Knows no models: whatever trains hands in a
 * {@link Training}.
 */

/** What a callback may see and do. */
export interface Training {
  /** Epochs that this call of fit ends with. */
  readonly epochs: number;
  /** Batches in an epoch. */
  readonly batches: number;
  /** The learning rate of the next step; assigning replaces the schedule's. */
  learningRate: number;
  /**
   * Norm of all gradients together before clipping, in the last step; undefined where the optimizer has no
   * globalClipNorm.
   */
  readonly gradientNorm: number | undefined;
  /** A copy of all weights, trainable or not. */
  copyWeights(): Float32Array[];
  /** Puts such a copy back. */
  restoreWeights(weights: readonly Float32Array[]): void;
  /** Writes a checkpoint: weights, optimizer, progress. Resolves when the file stands. */
  saveCheckpoint(path: string): Promise<void>;
  /** Bytes of such a checkpoint. Rejects where one cannot be made, as for notes that would be lost. */
  checkpointSize(): Promise<number>;
  /**
   * Ends training after the current batch (in onBatchEnd) or epoch (in onEpochEnd).
   * @param reason stands in the history
   */
  stop(reason: string): void;
}

/** Loss and metrics by name: "loss", "accuracy", "valLoss", "valAccuracy", … */
export type Logs = Readonly<Record<string, number>>;

/** What a checkpoint keeps of a callback: JSON. */
export type CallbackState = Readonly<Record<string, number | null>>;

/**
 * Hooks that fit calls; each may be left out, and each may be asynchronous. A plain object with some of them is a
 * callback.
 */
export interface Callback {
  /** In messages, and beside the state in a checkpoint. */
  readonly name?: string;
  /** Throws where the logs, which will have these names, lack what the callback reads: before anything else happens. */
  checkLogs?(names: readonly string[]): void;
  /** The callback forgets earlier trainings here. */
  onTrainBegin?(training: Training): void | Promise<void>;
  /** @param epoch from 0 */
  onEpochBegin?(epoch: number, training: Training): void | Promise<void>;
  /** @param batch from 0 in the epoch  @param logs running means of the epoch so far */
  onBatchEnd?(batch: number, logs: Logs, training: Training): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs, training: Training): void | Promise<void>;
  /** After every callback's onEpochEnd: for what must see all that they changed, as a checkpoint. */
  afterEpoch?(epoch: number, logs: Logs, training: Training): void | Promise<void>;
  onTrainEnd?(logs: Logs, training: Training): void | Promise<void>;
  /**
   * Instead of onTrainEnd, and at once, where the signal or an error ends training. What it throws is not seen: the
   * error is.
   */
  onTrainAbort?(training: Training): void;
  /** What it must know to go on after a resume as if training had not stopped. */
  save?(): CallbackState;
  /** Takes that back; called after onTrainBegin of the training that resumes. */
  restore?(saved: CallbackState): void;
}
