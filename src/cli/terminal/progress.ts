/**
 * The progress of training, for people: on a terminal one live line for the whole run, otherwise one line per epoch. A
 * line never wraps: if the terminal is narrow, the bar shrinks first, then the less important parts are dropped.
 */
import type { Progress } from "../../report/shown.js";
import { duration, rate } from "./format.js";
import type { Terminal } from "./terminal.js";

const widestBar = 30;
const narrowestBar = 6;

/** The live line: at most `columns` characters, styles aside. */
export function liveLine(progress: Progress, columns: number, terminal: Pick<Terminal, "style">): string {
  const { done, batchesPerSecond, secondsLeft, score, details } = progress;
  const speed = `${rate(batchesPerSecond)} batches/s`;
  const left = `${duration(secondsLeft)} left`;
  const name = epochName(progress);
  for (const parts of [[speed, left, ...details, score], [left, ...details, score], [left, score], [score], []]) {
    const all = [name, ...parts];
    const free = columns - all.join("  ").length - 2;
    if (free < narrowestBar) continue;
    all.splice(1, 0, bar(done, Math.min(free, widestBar), terminal));
    return all.join("  ");
  }
  return name.slice(0, Math.max(0, columns));
}

/** One line for an epoch that has ended. */
export function epochLine(progress: Progress, { seconds, texts }: NonNullable<Progress["ended"]>): string {
  const speed = `${rate(progress.batchesPerSecond)} batches/s`;
  return [epochName(progress), ...texts, speed, duration(seconds)].join("  ");
}

function epochName({ name, epoch, epochs }: Progress): string {
  const start = name === undefined ? "" : `${name}  `;
  return `${start}epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
}

/** A bar of `width` characters, to half a character. */
function bar(done: number, width: number, terminal: Pick<Terminal, "style">): string {
  const halves = Math.floor(done * 2 * width);
  const full = "━".repeat(halves >> 1) + (halves & 1 ? "╸" : "");
  return terminal.style(full, "green") + terminal.style("─".repeat(width - full.length), "dim");
}
