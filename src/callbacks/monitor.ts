/**
 * Shared by early stopping, checkpoints and reduceOnPlateau: a named number that should become smaller or larger, and
 * its best value so far.
 */
import { UsageError, message, show } from "../errors.js";
import { type Option, type Table, type Values, number, oneOf } from "../options.js";
import type { CallbackState, Logs } from "./callback.js";

/** Options of callbacks that watch a number. */
export interface MonitorOptions {
  /** Name in the logs. Default "valLoss". */
  readonly monitor?: string;
  /** Which way is better. Default "auto": "max" for accuracies, precision, recall, F1, AUC and R², else "min". */
  readonly mode?: "auto" | "min" | "max";
  /** The least change that counts as an improvement, ≥ 0. */
  readonly minDelta?: number;
}

const monitor: Option<string> = (op, name, value = "valLoss") => {
  if (typeof value === "string") return value;
  throw new UsageError(
    message(op, `${name} must be a string`, { expected: 'a name such as "valLoss"', got: show(value) }),
  );
};

/** The options of callbacks that watch a number. */
export const monitorTable = {
  monitor,
  mode: oneOf(["auto", "min", "max"], "auto"),
  minDelta: number("[0, ∞)", 0),
} satisfies Table<MonitorOptions>;

/** True for what should become larger, by its name: accuracies, precision, recall, F1, AUC and R². */
export function isLargerBetter(name: string): boolean {
  return /accuracy|precision|recall|f1|auc|r2/i.test(name);
}

/** A watched number. */
export class Monitor {
  readonly #op: string;
  readonly #name: string;
  readonly #sign: 1 | -1;
  readonly #minDelta: number;
  #best: number | null = null;

  constructor(op: string, { monitor, mode, minDelta }: Values<typeof monitorTable>) {
    this.#op = op;
    this.#name = monitor;
    this.#sign = mode === "max" || (mode === "auto" && isLargerBetter(monitor)) ? 1 : -1;
    this.#minDelta = minDelta;
  }

  /** @throws {UsageError} when the number is not among those that are measured */
  check(names: readonly string[]): void {
    if (!names.includes(this.#name)) this.#fail(names);
  }

  /** Forgets the best. */
  reset(): void {
    this.#best = null;
  }

  /**
   * True where the number is better than the best by more than minDelta; it then becomes the best. NaN is never better.
   * @throws {UsageError} when the logs do not have it
   */
  improves(logs: Logs): boolean {
    this.check(Object.keys(logs));
    const value = logs[this.#name];
    const gain = this.#sign * (value - (this.#best ?? -this.#sign * Infinity));
    if (!(gain > this.#minDelta)) return false;
    this.#best = value;
    return true;
  }

  /** "valLoss 0.25", for the reason that training gives when it stops. */
  describeBest(): string {
    return `${this.#name} ${this.#best ?? "never a number"}`;
  }

  /** The state for a checkpoint. */
  save(): CallbackState {
    return { best: this.#best };
  }

  /** Restores the state from a checkpoint. */
  restore({ best = null }: CallbackState): void {
    this.#best = best;
  }

  #fail(names: readonly string[]): never {
    const hint = this.#name.startsWith("val")
      ? { hint: "Give fit validationData or a validationSplit, or monitor another name." }
      : {};
    const expected = `one of ${names.join(", ")}`;
    const got = `monitor ${show(this.#name)}`;
    throw new UsageError(message(this.#op, "nothing of this name is measured", { expected, got, ...hint }));
  }
}
