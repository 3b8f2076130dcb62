/** What `fit` returns: the values of every epoch, and how training ended. Reports draw it. */
import type { Logs } from "../../callbacks/callback.js";
import type { Validation } from "./validateEvery.js";

/** What `fit` returns. */
export interface History {
  /** Numbers of the epochs, from 0. */
  readonly epochs: readonly number[];
  /** Values at the end of each epoch, by name: loss, the metrics, and with validation valLoss, valAccuracy, … */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Means so far of the epoch in which training was stopped; undefined where it ended between epochs. */
  readonly partial?: Logs;
  /** Why training ended early, if it did. */
  readonly stopped: string | undefined;
  /** With validateEvery: the validations inside epochs, in order. */
  readonly validations?: readonly Validation[];
  /** With groupByLength: the share of padding among the computed steps, in percent. */
  readonly padding?: number;
}
