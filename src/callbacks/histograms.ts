/**
 * Histograms of weights and gradients over time, in bounded memory: frames at equal distances in steps; when they are
 * as many as there may be, every second one goes and the distance doubles. Does not draw: `report` does.
 */
import { UsageError, message, show } from "../errors.js";
import { type Option, type Table, integer, resolve } from "../options.js";
import type { Callback, WatchedWeight } from "./callback.js";

/** How the elements of a tensor were spread at one step. */
export interface HistogramFrame {
  /** Steps of this training before it, from 0: its weights are those that this step begins with. */
  readonly step: number;
  /** The least and the greatest element that is a finite number; both 0 where there is none. */
  readonly low: number;
  readonly high: number;
  /** Elements in each of the equal parts of [low, high]. */
  readonly counts: Uint32Array;
  /** Elements that are NaN or infinite. */
  readonly nonFinite: number;
}

/** A weight over time, by the steps of its frames. */
export interface WeightHistograms {
  /** "dense_1/kernel" */
  readonly name: string;
  readonly values: readonly HistogramFrame[];
  /** Of the loss with its penalties, before clipping. */
  readonly gradients: readonly HistogramFrame[];
}

/** The callback, and what it has collected in the training that runs or ran last. */
export interface Histograms extends Callback {
  readonly weights: readonly WeightHistograms[];
}

/** Options of {@link histograms}. */
export interface HistogramsOptions {
  /** Parts of the range of each frame. Default 48. */
  readonly bins?: number;
  /** The most frames that are kept of each weight, ≥ 2. Default 64. */
  readonly frames?: number;
  /** Which weights, by name ("dense_1/kernel"). Default: all that are trained. */
  readonly only?: ((name: string) => boolean) | undefined;
}

interface Growing {
  readonly name: string;
  values: HistogramFrame[];
  gradients: HistogramFrame[];
}

/**
 * Collects how weights and gradients are spread while they are trained, for `report(history, { histograms })`.
 * Memory: at most 2 · frames · bins numbers for each weight. Cost: a pass over all weights for each frame, in the first
 * steps at every step, later ever less often. A training that resumes begins anew.
 * @throws {UsageError} for a wrong option
 */
export function histograms(options: HistogramsOptions = {}): Histograms {
  const { bins, frames, only } = resolve("histograms", options, {
    bins: integer("[2, 4096]", 48),
    frames: integer("[2, 65536]", 64),
    only: filter,
  } satisfies Table<HistogramsOptions>);
  let weights: Growing[] = [];
  let [step, distance] = [0, 1];

  function thin(): void {
    distance *= 2;
    const stays = (frame: HistogramFrame): boolean => frame.step % distance === 0;
    for (const one of weights) {
      one.values = one.values.filter(stays);
      one.gradients = one.gradients.filter(stays);
    }
  }

  function watch(all: readonly WatchedWeight[]): void {
    const at = step++;
    if (at % distance > 0) return;
    if (weights.length > 0 && weights[0].values.length === frames) thin();
    if (at % distance > 0) return;
    const chosen = all.filter(({ name }) => only?.(name) ?? true);
    if (weights.length === 0) weights = chosen.map(({ name }) => ({ name, values: [], gradients: [] }));
    for (const [i, { value }] of chosen.entries()) {
      weights[i].values.push(frameOf(at, value.toTypedArray(), bins));
      weights[i].gradients.push(frameOf(at, value.grad?.toTypedArray() ?? [], bins));
    }
  }

  return {
    name: "histograms",
    get weights() {
      return weights;
    },
    onTrainBegin(training) {
      weights = [];
      [step, distance] = [0, 1];
      training.beforeUpdate(watch);
    },
  };
}

const filter: Option<HistogramsOptions["only"]> = (op, name, value) => {
  if (value === undefined || typeof value === "function") return value as HistogramsOptions["only"];
  const expected = '(name) => name.endsWith("/kernel")';
  throw new UsageError(message(op, `${name} must be a function`, { expected, got: show(value) }));
};

function frameOf(step: number, elements: ArrayLike<number>, bins: number): HistogramFrame {
  let [low, high, nonFinite] = [Infinity, -Infinity, 0];
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    if (!Number.isFinite(element)) nonFinite++;
    else {
      if (element < low) low = element;
      if (element > high) high = element;
    }
  }
  if (low > high) low = high = 0;
  const counts = new Uint32Array(bins);
  const scale = high > low ? bins / (high - low) : 0;
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    if (Number.isFinite(element)) counts[Math.min(bins - 1, Math.floor((element - low) * scale))]++;
  }
  return { step, low, high, counts, nonFinite };
}
