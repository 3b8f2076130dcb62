/**
 * How long the parts of a schedule last: a number of steps, or a time of training, which a {@link Clock} measures. A
 * schedule goes by one or the other. Imported by schedules alone, so that a page with a fixed learning rate does not
 * carry it.
 */
import { UsageError, message, show } from "../errors.js";
import { type Option, checkInteger, checkNumber, resolve } from "../options.js";
import type { Clock } from "./optimizer.js";

/** A time: the sum of its parts, above 0, such as { minutes: 40 } or { hours: 1, minutes: 30 }. */
export interface Duration {
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/** A number of steps, or a time of training. */
export type Span = number | Duration;

/**
 * A span as a number: steps, or seconds. @param interval of steps, which are integers
 * @throws {UsageError} for what is neither
 */
export function span(interval: string, initial?: number): Option<number> {
  return (op, name, value = initial) => {
    if (isDuration(value)) return secondsOf(`${op}: ${name}`, value);
    checkInteger(op, name, value, interval);
    return value;
  };
}

/** True for what is meant as a time. */
export function isDuration(value: unknown): value is Duration {
  return typeof value === "object" && value !== null;
}

function secondsOf(op: string, duration: Duration): number {
  const part: Option<number> = (_, name, value = 0) => {
    checkNumber(op, name, value, "[0, ∞)");
    return value;
  };
  const { hours, minutes, seconds } = resolve(op, duration, { hours: part, minutes: part, seconds: part });
  const sum = 3600 * hours + 60 * minutes + seconds;
  if (sum > 0) return sum;
  throw new UsageError(message(op, "the time is empty", { expected: "{ minutes: 40 }", got: show(duration) }));
}

/**
 * What makes a clock, for a schedule whose spans are times; undefined where they are steps.
 * @param spans by name; undefined and 0 are neither
 * @throws {UsageError} where some are steps and others times
 */
export function clockFor(op: string, spans: Readonly<Record<string, unknown>>): (() => Clock) | undefined {
  const given = Object.entries(spans).filter(([, value]) => value !== undefined && value !== 0);
  const times = given.filter(([, value]) => isDuration(value));
  if (times.length === 0) return undefined;
  if (times.length === given.length) return () => new TrainingClock();
  const steps = given.filter(([, value]) => !isDuration(value));
  const got = `${times[0][0]} as a time, ${steps[0][0]} ${show(steps[0][1])}`;
  throw new UsageError(message(op, "steps and times are mixed", { expected: "all in steps, or all as times", got }));
}

class TrainingClock implements Clock {
  /** Milliseconds until it stopped last. */
  #before = 0;
  #since: number | undefined;

  get seconds(): number {
    return (this.#before + (this.#since === undefined ? 0 : performance.now() - this.#since)) / 1000;
  }

  set seconds(value: number) {
    this.#before = 1000 * value;
    if (this.#since !== undefined) this.#since = performance.now();
  }

  run(): void {
    this.#since ??= performance.now();
  }

  stop(): void {
    this.#before = 1000 * this.seconds;
    this.#since = undefined;
  }
}
