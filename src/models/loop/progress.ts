/**
 * The position of training: the epoch, the batch in it, the loss so far, and the states of callbacks. It is what a
 * checkpoint needs to continue as if nothing had happened. Does not call hooks.
 */
import type { Callback, CallbackState } from "../../callbacks/callback.js";
import { DataError, message } from "../../errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type LossSums, addLoss, meanLoss } from "../step/epochLoss.js";
import { isListOf } from "../../lists.js";

/** The state of a callback, under its name. */
interface SavedCallback {
  readonly name: string;
  readonly state: CallbackState;
}

/** A progress as plain data; its numbers survive JSON exactly. */
export interface SavedProgress {
  readonly epoch: number;
  readonly batch: number;
  readonly lossSum: number;
  /** The sums of outputs with masks, as {@link LossSums}. */
  readonly lossSums?: readonly number[];
  readonly samples: number;
  readonly passes: number;
  readonly callbacks: readonly SavedCallback[];
  /**
   * The multiple that lengths were rounded up to, or false if sequences were not grouped by length; missing before the
   * first batch.
   */
  readonly grouping?: number | false;
}

/** The state of `fit` between two steps. */
export class Progress {
  /** Epochs done, which is the number of the current one. */
  epoch = 0;
  /** Batches done in this epoch. */
  batch = 0;
  /**
   * Epochs done since compile, in all calls of fit. The order of the samples follows from it, so that it differs
   * between calls.
   */
  passes = 0;
  #sums: LossSums = [];
  #samples = 0;
  #grouping: number | false | undefined;
  /** The callbacks of the running or the last fit; undefined if a checkpoint was loaded since. */
  #callbacks: readonly Callback[] | undefined;
  #restored: readonly SavedCallback[] = [];

  /** Mean loss over this epoch so far: Note [The loss of an epoch]. */
  get loss(): number {
    return meanLoss(this.#sums);
  }

  /**
   * Counts a batch of `samples` samples.
   * @param results   as in {@link addLoss}
   * @param grouping  the multiple that lengths are rounded up to; false: rows are not grouped by length
   * @param value     as in {@link addLoss}
   */
  add(results: readonly Tensor[], samples: number, grouping: number | false = false, value?: number): void {
    this.#grouping = grouping;
    addLoss(this.#sums, results, samples, value);
    this.#samples += samples;
    this.batch++;
  }

  /** Starts again from nothing. */
  reset(): void {
    this.passes = 0;
    this.#grouping = undefined;
    this.restart(0);
  }

  /** Moves on to the next epoch. */
  nextEpoch(): void {
    this.passes++;
    this.restart(this.epoch + 1);
  }

  /** Begins an epoch. */
  restart(epoch: number): void {
    this.epoch = epoch;
    this.batch = 0;
    this.#sums = [];
    this.#samples = 0;
  }

  /**
   * Registers the callbacks of a fit that begins. @returns a function that gives each the state saved by the callback
   * of the same name, in order
   */
  begin(callbacks: readonly Callback[]): () => void {
    const known = [...this.#callbackStates()];
    this.#callbacks = callbacks;
    return () => {
      for (const callback of callbacks) {
        const at = known.findIndex(({ name }) => name === callback.name);
        if (at >= 0) callback.restore?.(known.splice(at, 1)[0].state);
      }
    };
  }

  /** The progress as plain data. */
  toJSON(): SavedProgress {
    const { epoch, batch, passes } = this;
    const [sums, samples, grouping] = [this.#sums, this.#samples, this.#grouping];
    const callbacks = this.#callbackStates();
    const losses = { lossSum: sums[0] ?? 0, ...(sums.length > 2 && { lossSums: [...sums] }) };
    return { epoch, batch, ...losses, samples, passes, callbacks, ...(grouping !== undefined && { grouping }) };
  }

  /** Restores what toJSON returned; {@link checkProgress} must have accepted it. */
  restore({ epoch, batch, passes, lossSum, lossSums, samples, grouping, callbacks }: SavedProgress): void {
    this.epoch = epoch;
    this.batch = batch;
    this.passes = passes;
    this.#sums = [...(lossSums ?? [lossSum, samples])];
    this.#samples = samples;
    this.#grouping = grouping;
    this.#callbacks = undefined;
    this.#restored = callbacks;
  }

  #callbackStates(): readonly SavedCallback[] {
    return (
      this.#callbacks?.flatMap((callback) =>
        callback.name !== undefined && callback.save ? [{ name: callback.name, state: callback.save() }] : [],
      ) ?? this.#restored
    );
  }
}

/** Checks saved data. @throws {DataError} when {@link Progress.toJSON} cannot have returned it */
export function checkProgress(saved: SavedProgress): void {
  const counts = [saved?.epoch, saved?.batch, saved?.samples, saved?.passes];
  const areCounts = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
  const { grouping = false } = saved ?? {};
  const isGrouping = grouping === false || (Number.isSafeInteger(grouping) && grouping >= 1);
  const sums: unknown = saved?.lossSums ?? [saved?.lossSum, saved?.samples];
  const areSums = Array.isArray(sums) && sums.length % 2 === 0 && sums.every(Number.isFinite);
  if (areCounts && areSums && areCallbacks(saved.callbacks) && isGrouping) return;
  const expected = "numbers of epochs, batches, samples and passes, a sum, and the states of callbacks";
  throw new DataError(
    message("loadModel", "the progress is damaged", { expected, got: JSON.stringify(saved)?.slice(0, 200) }),
  );
}

function areCallbacks(list: unknown): boolean {
  const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  const isCallback = (item: unknown): boolean =>
    isRecord(item) && typeof item.name === "string" && isRecord(item.state);
  return isListOf(list, isCallback);
}
