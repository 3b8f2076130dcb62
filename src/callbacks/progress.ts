/**
 * The progress of training for people: in a terminal a live line with the time left, on a pipe a line an epoch, in a
 * page an element or a function. `fit` by itself says nothing. Does not know colours or widths of characters.
 */
import { UsageError, message, printable, show } from "../errors.js";
import { isNode } from "../io/node.js";
import { type Option, type Table, resolve } from "../options.js";
import type { Callback, Logs, Training } from "./callback.js";

/** Where training stands. */
export interface ProgressReport {
  /** The current epoch, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** The share of all batches of all epochs that is done, 0 … 1; undefined where a stream does not say how many. */
  readonly done: number | undefined;
  /** Undefined before the first batches have ended, and where `done` is. */
  readonly secondsLeft: number | undefined;
  /** Running means of the epoch; at its end with the validation's. */
  readonly logs: Logs;
  /** True at the end of an epoch. */
  readonly isEpochEnd: boolean;
}

/** A stream of text, such as process.stderr: a live line where it is a terminal, else a line an epoch. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Options of {@link progress}. */
export interface ProgressOptions {
  /**
   * A stream; an element of a page, whose text it becomes; or a function that is called with the line and what it says,
   * about ten times a second and at the end of each epoch. Default: process.stdout in Node; elsewhere the console gets
   * a line an epoch.
   */
  readonly to?:
    TextStream | { textContent: string | null } | ((line: string, report: ProgressReport) => void) | undefined;
}

/** Milliseconds between two live lines. */
const pause = 100;
const barWidth = 20;
const unknownColumns = 80;

/**
 * Shows how training goes on: epoch, loss, metrics, time left. Where there is a live line, metrics are read after each
 * batch; on a pipe, nothing is done between the ends of epochs.
 * @throws {UsageError} for a wrong option
 */
export function progress(options: ProgressOptions = {}): Callback {
  const { to } = resolve("progress", options, { to: sink } satisfies Table<ProgressOptions>);
  const shown = to ?? (isNode() ? globalThis.process.stdout : { write: (line: string) => console.log(line.trimEnd()) });
  const output = outputOf(shown);
  let [begun, epochBegun, putAt] = [0, 0, 0];
  /** Batches done before this fit, which may resume. */
  let before: number | undefined;

  function report(done: number, isEpochEnd: boolean, logs: Logs, { epoch, epochs, batches }: Training): void {
    const now = performance.now();
    const all = epochs * batches;
    const isKnown = Number.isFinite(all);
    if (isKnown) before ??= done - batches; // on a pipe, which sees ends of epochs alone
    const at: ProgressReport = {
      epoch: epoch + (isEpochEnd ? 0 : 1), // at the end of an epoch, training stands at the next
      epochs,
      done: isKnown ? Math.min(1, done / all) : undefined,
      secondsLeft: isKnown ? ((now - begun) / 1000 / (done - before!)) * Math.max(0, all - done) : undefined,
      logs,
      isEpochEnd,
    };
    output.put(lineOf(at, (now - epochBegun) / 1000), at);
    if (isEpochEnd) epochBegun = now;
  }

  return {
    name: "progress",
    onTrainBegin() {
      begun = epochBegun = performance.now();
      putAt = 0;
      before = undefined;
    },
    ...(output.isLive && {
      onBatchEnd(batch: number, logs: Logs, training: Training) {
        if (Number.isFinite(training.batches)) before ??= training.epoch * training.batches + batch;
        if (performance.now() - putAt < pause) return;
        putAt = performance.now();
        report(training.epoch * training.batches + batch + 1, false, logs, training);
      },
    }),
    onEpochEnd: (_, logs, training) => report(training.epoch * training.batches, true, logs, training),
    onTrainEnd: output.end,
    onTrainAbort: output.end,
  };
}

const sink: Option<ProgressOptions["to"]> = (op, name, value) => {
  const isObject = typeof value === "object" && value !== null;
  const isSink = isObject && (("write" in value && typeof value.write === "function") || "textContent" in value);
  if (value === undefined || typeof value === "function" || isSink) return value as ProgressOptions["to"];
  const expected = "a stream such as process.stderr, an element, or a function";
  throw new UsageError(message(op, `${name} has the wrong type`, { expected, got: show(value) }));
};

/** Puts lines to where they are shown. */
interface Shown {
  /** True where lines are wanted between the ends of epochs. */
  readonly isLive: boolean;
  readonly put: (line: string, report: ProgressReport) => void;
  readonly end: () => void;
}

function outputOf(to: NonNullable<ProgressOptions["to"]>): Shown {
  const end = (): void => undefined;
  if (typeof to === "function") return { isLive: true, put: to, end };
  if (!("write" in to)) return { isLive: true, put: (line) => void (to.textContent = line), end };
  const isLive = to.isTTY === true && (!isNode() || globalThis.process.env.TERM !== "dumb");
  if (!isLive) return { isLive, put: (line) => void to.write(`${line}\n`), end };
  return {
    isLive,
    put(line, { isEpochEnd }) {
      const columns = Math.max(1, (to.columns ?? unknownColumns) - 1); // a full line would wrap
      to.write(`\r\u001b[K${line.slice(0, columns)}${isEpochEnd ? "\n" : ""}`);
    },
    end: () => void to.write("\r\u001b[K"),
  };
}

function lineOf({ epoch, epochs, done, secondsLeft, logs, isEpochEnd }: ProgressReport, epochSeconds: number): string {
  const values = Object.entries(logs).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  const parts = [`epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`];
  if (isEpochEnd) parts.push(...values, duration(epochSeconds));
  else {
    const full = Math.floor((done ?? 0) * barWidth);
    if (done !== undefined) parts.push("━".repeat(full) + "─".repeat(barWidth - full));
    if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
    parts.push(...values);
  }
  return printable(parts.join("  ")).replace(/[\t\n]/g, " ");
}

/** "0.4 s", "12 s", "3 min 20 s", "2 h 5 min". */
function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
