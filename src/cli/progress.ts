/**
 * How training is going, for people: on a terminal one live line for the whole run, elsewhere one line an epoch.
 * A line never wraps: where the terminal is narrow, the bar shrinks first, then the less important parts go.
 */
import type { Callback, Logs, Training } from "../index.js";
import { duration, rate } from "./format.js";
import { classes } from "./tasks/classes.js";
import type { Wording } from "./tasks/task.js";
import type { Terminal } from "./terminal.js";

/** Milliseconds between two states of the live line. */
const frame = 80;
const widestBar = 30;
const narrowestBar = 6;

/** Where training stands. */
export interface Standing {
  /** What is trained, where there are several. */
  readonly name?: string | undefined;
  /** The current one, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Part of all batches of all epochs that is done. */
  readonly done: number;
  readonly batchesPerSecond: number;
  readonly secondsLeft: number;
  /** Running means of the epoch. */
  readonly logs: Logs;
}

/** The live line: at most `columns` characters, styles aside. */
export function liveLine(
  standing: Standing,
  columns: number,
  terminal: Pick<Terminal, "style">,
  wording: Wording = classes,
): string {
  const { done, batchesPerSecond, secondsLeft, logs } = standing;
  const speed = `${rate(batchesPerSecond)} batches/s`;
  const left = `${duration(secondsLeft)} left`;
  const { score, details } = wording.live(logs);
  const name = epochName(standing);
  for (const parts of [[speed, left, ...details, score], [left, ...details, score], [left, score], [score], []]) {
    const all = [name, ...parts];
    const free = columns - all.join("  ").length - 2;
    if (free < narrowestBar) continue;
    all.splice(1, 0, bar(done, Math.min(free, widestBar), terminal));
    return all.join("  ");
  }
  return name.slice(0, Math.max(0, columns));
}

/** One line for an epoch that is done. */
export function epochLine(standing: Standing, seconds: number, wording: Wording = classes): string {
  const { logs, batchesPerSecond } = standing;
  const speed = `${rate(batchesPerSecond)} batches/s`;
  return [epochName(standing), ...wording.epoch(logs), speed, duration(seconds)].join("  ");
}

function epochName({ name, epoch, epochs }: Standing): string {
  const start = name === undefined ? "" : `${name}  `;
  return `${start}epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
}

/** A bar of `width` characters, to half a character. */
function bar(done: number, width: number, terminal: Pick<Terminal, "style">): string {
  const halves = Math.floor(done * 2 * width);
  const full = "━".repeat(halves >> 1) + (halves & 1 ? "╸" : "");
  return terminal.style(full, "green") + terminal.style("─".repeat(width - full.length), "dim");
}

/** Batches since a moment. */
interface Lap {
  readonly start: number;
  batches: number;
}

/** Shows a run of `fit`. */
export class ProgressDisplay implements Callback {
  readonly #terminal: Terminal;
  readonly #wording: Wording;
  readonly #name: string | undefined;
  #epoch = 0;
  /** Batches done in the epoch, those of an earlier process included. */
  #done = 0;
  #run = lap();
  #lap = lap();
  #lastFrame = -Infinity;

  /** @param name what is trained, where there are several */
  constructor(terminal: Terminal, wording: Wording = classes, name?: string) {
    this.#terminal = terminal;
    this.#wording = wording;
    this.#name = name;
  }

  onTrainBegin(): void {
    this.#run = lap();
    this.#lap = lap();
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#lap = lap();
  }

  onBatchEnd(batch: number, logs: Logs, training: Training): void {
    this.#run.batches++;
    this.#lap.batches++;
    this.#done = batch + 1;
    const now = performance.now();
    if (!this.#terminal.isLive || now - this.#lastFrame < frame) return;
    this.#lastFrame = now;
    this.#terminal.live(
      liveLine(this.#standing(this.#run, logs, training), this.#terminal.liveColumns, this.#terminal, this.#wording),
    );
  }

  onEpochEnd(epoch: number, logs: Logs, training: Training): void {
    this.#epoch = epoch;
    if (!this.#terminal.isLive)
      this.#terminal.print(epochLine(this.#standing(this.#lap, logs, training), secondsOf(this.#lap), this.#wording));
  }

  onTrainEnd(): void {
    this.#terminal.clearLive();
  }

  #standing(measured: Lap, logs: Logs, { epochs, batches }: Training): Standing {
    const all = epochs * batches;
    const done = this.#epoch * batches + this.#done;
    const batchesPerSecond = measured.batches / Math.max(secondsOf(measured), 1e-6);
    const secondsLeft = (all - done) / batchesPerSecond;
    const name = this.#name;
    return { name, epoch: this.#epoch + 1, epochs, done: done / all, batchesPerSecond, secondsLeft, logs };
  }
}

function lap(): Lap {
  return { start: performance.now(), batches: 0 };
}

function secondsOf({ start }: Lap): number {
  return (performance.now() - start) / 1000;
}
