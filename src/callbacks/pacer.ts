/**
 * When something that is done every so many steps or minutes of training is due. Its state goes into checkpoints, so
 * that a training that resumes keeps the pace. Imports only the errors, because fit imports it lazily: what it shared
 * with a page, bundlers would move into files of their own.
 */
import { UsageError, checkKeys, message, show } from "../errors.js";
import type { CallbackState } from "./callback.js";

/** How often: every so many steps, every so many minutes, or both: after whichever comes first. */
export interface Pace {
  /** ≥ 1 */
  readonly steps?: number | undefined;
  /** > 0; seen at the end of a step. */
  readonly minutes?: number | undefined;
}

/** Counts steps and time. */
export class Pacer {
  readonly #steps: number;
  readonly #milliseconds: number;
  /** Steps since training began. */
  step = 0;
  /** Steps since it was due. */
  #waited = 0;
  /** When it was due, by the clock of performance.now. */
  #since = 0;

  /** @throws {UsageError} for a pace that is none */
  constructor(op: string, pace: Pace) {
    checkKeys(op, pace, ["steps", "minutes"]);
    const { steps, minutes } = pace;
    if (steps !== undefined && !(Number.isSafeInteger(steps) && steps >= 1))
      refuse(op, "steps must be an integer ≥ 1", steps);
    if (minutes !== undefined && !(Number.isFinite(minutes) && minutes > 0))
      refuse(op, "minutes must be a number above 0", minutes);
    if (steps === undefined && minutes === undefined) refuse(op, "how often is missing", pace);
    this.#steps = steps ?? Infinity;
    this.#milliseconds = 60_000 * (minutes ?? Infinity);
  }

  /** Training begins. */
  begin(): void {
    this.step = this.#waited = 0;
    this.#since = performance.now();
  }

  /** Counts a step. @returns whether it is due; it is then counted from now on again */
  counts(): boolean {
    this.step++;
    this.#waited++;
    const now = performance.now();
    if (this.#waited < this.#steps && now - this.#since < this.#milliseconds) return false;
    this.#waited = 0;
    this.#since = now;
    return true;
  }

  /** For a checkpoint. */
  save(): CallbackState {
    const { step } = this;
    return { step, waited: this.#waited, milliseconds: performance.now() - this.#since };
  }

  /** Restores what {@link save} returned; called after {@link begin}. */
  restore({ step, waited, milliseconds }: CallbackState): void {
    this.step = step ?? 0;
    this.#waited = waited ?? 0;
    this.#since = performance.now() - (milliseconds ?? 0);
  }
}

function refuse(op: string, wrong: string, got: unknown): never {
  throw new UsageError(message(op, wrong, { expected: "{ steps: 500 } or { minutes: 10 }", got: show(got) }));
}
