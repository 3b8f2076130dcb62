/**
 * How a speed is measured: the case is checked, warmed up until it gets no faster, checked again (compilers that
 * optimise late may be wrong late), then timed in turns with the machine's limit, in one process. Medians of both
 * count. Does not know the cases or the limits.
 */
import type { Case, Group, LimitLoop, Limits } from "./case.js";

/** The speed of a case, as `lanegrad bench --json` prints it. What does not apply to a case is null. */
export interface Measurement {
  readonly group: Group;
  readonly name: string;
  readonly m: number | null;
  readonly n: number | null;
  readonly k: number | null;
  readonly transA: boolean | null;
  readonly transB: boolean | null;
  /** Milliseconds of one run, the median. */
  readonly ms: number;
  /** Half of the range that the middle half of the turns lies in, as a percentage of the median. */
  readonly spreadPercent: number | null;
  readonly gflops: number | null;
  /** Rate at which the least amount of memory was read and written, in GB/s. */
  readonly gbs: number | null;
  /** Of the multiply-add peak if gflops is given, otherwise of the copy's bandwidth. */
  readonly percentOfPeak: number | null;
  /** Nanoseconds for each element or kernel call. */
  readonly nsEach: number | null;
  /** How many times faster than it plays sound is worked on. */
  readonly timesRealTime: number | null;
  /** Speedup of all threads over one. */
  readonly speedup: number | null;
  /** Of a function with its gradient, until its minimum was found; and how many SciPy needs. */
  readonly evaluations: number | null;
  readonly evaluationsOfScipy: number | null;
  /** The minimum that was found, and the largest element of the gradient there. */
  readonly value: number | null;
  readonly gradientNorm: number | null;
}

/** A measurement, and the limit of the same turns. */
export interface Measured {
  readonly measurement: Measurement;
  readonly peakGflops?: number;
  readonly peakGBs?: number;
}

/** A measurement of which only some things are known. */
export function measurement(known: Pick<Measurement, "group" | "name" | "ms"> & Partial<Measurement>): Measurement {
  const { group, name, ms, ...others } = known;
  return {
    group,
    name,
    m: null,
    n: null,
    k: null,
    transA: null,
    transB: null,
    ms,
    spreadPercent: null,
    gflops: null,
    gbs: null,
    percentOfPeak: null,
    nsEach: null,
    timesRealTime: null,
    speedup: null,
    evaluations: null,
    evaluationsOfScipy: null,
    value: null,
    gradientNorm: null,
    ...others,
  };
}

/** Measures one case, for about `seconds`. @throws {WrongResultError} before anything is timed */
export function measure(one: Case, seconds: number, limits: Limits): Measured {
  const { group, name, product, work } = one;
  const { flops, bytes, parts, sound } = work;
  const limit = flops !== undefined ? limits.multiplyAdds : bytes !== undefined ? limits.copy : undefined;
  const prepared = one.prepare();
  try {
    prepared.check();
    const rates: number[] = [];
    const between = (): void => {
      if (limit) rates.push(rateOf(limit));
    };
    const calls = warmUp(prepared.run, seconds / 2, between);
    prepared.check();
    rates.length = 0;
    const times = timeTurns(prepared.run, calls, seconds, between);
    const ms = median(times);
    const peak = limit && median(rates);
    const gflops = flops === undefined ? null : flops / ms / 1e6;
    const gbs = bytes === undefined ? null : bytes / ms / 1e6;
    return {
      measurement: measurement({
        ...{ group, name, ...product, ms, spreadPercent: (100 * halfRange(times)) / ms, gflops, gbs },
        percentOfPeak: peak === undefined ? null : (100 * (gflops ?? gbs)!) / peak,
        nsEach: parts === undefined ? null : (1e6 * ms) / parts,
        timesRealTime: sound === undefined ? null : (1000 * sound) / ms,
      }),
      ...(limit === limits.multiplyAdds && { peakGflops: peak! }),
      ...(limit === limits.copy && { peakGBs: peak! }),
    };
  } finally {
    prepared.dispose();
  }
}

/** A limit by itself, in 10⁹ operations or bytes per second. */
export function measureLimit(limit: LimitLoop, seconds: number): number {
  const rates: number[] = [];
  warmUp(limit, seconds / 2, () => {});
  const end = performance.now() + 1000 * seconds;
  do rates.push(rateOf(limit));
  while (performance.now() < end);
  return median(rates);
}

/** The smallest step of the clock in milliseconds: browsers round it. */
const clockStep = ((): number => {
  const steps = Array.from({ length: 5 }, () => {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    return now - start;
  });
  return Math.min(...steps);
})();

/** The least duration of a turn of the case and of the limit. */
const [turnMs, limitMs] = [Math.max(1, 100 * clockStep), Math.max(0.2, 50 * clockStep)];

/**
 * The present rate of the limit. Its first run is not timed: it brings back into the caches what the case has
 * displaced, including code.
 */
function rateOf(limit: LimitLoop): number {
  limit();
  const start = performance.now();
  let amount = 0;
  let ms: number;
  do {
    amount += limit();
    ms = performance.now() - start;
  } while (ms < limitMs);
  return amount / ms / 1e6;
}

function turn(run: () => unknown, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return performance.now() - start;
}

/**
 * Runs until no turn in `seconds` was 3 % faster than all before, so that every function has been optimised; at most
 * eight times that long.
 * @returns how many runs make a turn
 */
function warmUp(run: () => unknown, seconds: number, between: () => void): number {
  const start = performance.now();
  let calls = 1;
  let best = Infinity;
  let bestAt = start;
  for (;;) {
    between();
    const ms = turn(run, calls);
    const now = performance.now();
    if (ms / calls < 0.97 * best) [best, bestAt] = [ms / calls, now];
    const isSettled = now - bestAt >= 1000 * seconds || now - start >= 8000 * seconds;
    if (ms < turnMs && calls < 2 ** 20) calls *= 2;
    else if (isSettled) return calls;
  }
}

/** @returns milliseconds of a run, one number a turn, at least five */
function timeTurns(run: () => unknown, calls: number, seconds: number, between: () => void): number[] {
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (times.length < 5 || performance.now() < end) {
    between();
    times.push(turn(run, calls) / calls);
  }
  return times;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Half the distance between the quartiles. */
export function halfRange(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2;
}

/** The quantile of the values, linearly interpolated. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}
