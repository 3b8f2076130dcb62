/**
 * Histograms of weights and gradients over time as heat maps: steps from left to right, values from bottom to top, a
 * lighter colour where more elements lie.
 * Letters: F frames, B rows of the picture.
 */
import type { HistogramFrame, WeightHistograms } from "../callbacks/histograms.js";
import { pictureOf } from "./picture.js";
import type { HeatMap } from "./shown.js";

/** B */
const rows = 60;
/** The part of the elements that may lie above the picture, and below it; they are drawn at its edge. */
const beyond = 0.005;

/** Two heat maps for each weight; none for one that has no frame. */
export function histogramBlocks(weights: readonly WeightHistograms[]): HeatMap[] {
  const of = (name: string, what: "weights" | "gradients", frames: readonly HistogramFrame[]): HeatMap[] =>
    frames.length === 0 ? [] : [heatMap(name, what, frames)];
  return weights.flatMap(({ name, values, gradients }) => [
    ...of(name, "weights", values),
    ...of(name, "gradients", gradients),
  ]);
}

function heatMap(name: string, what: "weights" | "gradients", frames: readonly HistogramFrame[]): HeatMap {
  const [low, high] = rangeOf(frames);
  const values = new Float32Array(rows * frames.length); // (B, F); row 0 is at the top
  for (const [f, frame] of frames.entries()) {
    const total = frame.counts.reduce((sum, count) => sum + count, 0) || 1;
    for (const { from, to, count } of partsOf(frame)) {
      const [top, bottom] = [rowAt(to, low, high), rowAt(from, low, high)];
      for (let row = Math.min(rows - 1, Math.floor(top)); row <= Math.min(rows - 1, bottom); row++) {
        const share = bottom > top ? (Math.min(row + 1, bottom) - Math.max(row, top)) / (bottom - top) : 1;
        values[row * frames.length + f] += (share * count) / total;
      }
    }
  }
  const lost = frames.reduce((sum, { nonFinite }) => sum + nonFinite, 0);
  const [first, last] = [frames[0].step + 1, frames.at(-1)!.step + 1];
  return {
    kind: "heatMap",
    title: `${name}: ${what}`,
    section: "Weights and gradients over time",
    ...(lost > 0 && { caption: `Besides, ${lost} elements were NaN or infinite.` }),
    xLabel: "step",
    yLabel: "value",
    xRange: [first, Math.max(last, first + 1)],
    yRange: [low, high],
    picture: pictureOf(values.map(Math.sqrt), frames.length, `square root of the share of ${what}`),
    points: [],
  };
}

function partsOf({ low, high, counts }: HistogramFrame): { from: number; to: number; count: number }[] {
  const width = (high - low) / counts.length;
  return Array.from(counts, (count, i) => ({ from: low + i * width, to: low + (i + 1) * width, count })).filter(
    ({ count }) => count > 0,
  );
}

/** How many rows above a value the picture has, 0 … B; at its edges for what lies beyond. */
function rowAt(value: number, low: number, high: number): number {
  return Math.min(rows, Math.max(0, ((high - value) / (high - low)) * rows));
}

/** A range that holds all but the outermost elements of all frames, every frame counting as much as any other. */
function rangeOf(frames: readonly HistogramFrame[]): readonly [low: number, high: number] {
  const parts = frames.flatMap((frame) => {
    const total = frame.counts.reduce((sum, count) => sum + count, 0) || 1;
    return partsOf(frame).map(({ from, to, count }) => ({ from, to, share: count / total / frames.length }));
  });
  const bound = (of: (part: { from: number; to: number }) => number, sign: 1 | -1): number => {
    let left = beyond;
    const sorted = parts.sort((a, b) => sign * (of(a) - of(b)));
    return of(sorted.find(({ share }) => (left -= share) < 0) ?? sorted.at(-1) ?? { from: 0, to: 0 });
  };
  const [least, most] = [bound(({ from }) => from, 1), bound(({ to }) => to, -1)];
  const room = most > least ? 0 : Math.abs(least) / 2 || 1;
  return rounded(least - room, most + room);
}

/** A range around this one whose ends, and whose middle, have two digits. */
function rounded(low: number, high: number): readonly [low: number, high: number] {
  const unit = 10 ** (Math.floor(Math.log10(high - low)) - 1);
  const [from, to] = [Math.floor(low / unit), Math.ceil(high / unit)];
  return [from * unit, (to + ((to - from) % 2)) * unit];
}
