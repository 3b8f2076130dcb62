/**
 * How a speed is measured: the thing and the machine's peak in turns, in one process, and the medians of both. Letters: m n k sizes of a matrix product.
 * Does not know what is measured, nor how the peak is: a loop of multiply-adds on registers is handed in.
 */

/** The machine's limit: runs multiply-adds on registers for some microseconds and says how many floating-point operations that were. */
export type PeakLoop = () => number;

/** Something whose speed is measured. */
export interface Case {
  readonly name: string;
  /** Its matrix product C (m, n) = op(A) (m, k) · op(B) (k, n), or the largest one of several. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA: boolean;
  readonly transB: boolean;
  /** Floating-point operations of one run. */
  readonly flops: number;
  /**
   * Runs it warm, over and over for about `seconds`.
   *
   * @param between  is called between two runs, and its time does not count
   * @returns milliseconds a run, one number for each turn
   * Errors: Error where the result is wrong, which is checked beforehand.
   */
  time(seconds: number, between: () => void): Promise<number[]>;
}

/** The speed of a case, as `lanegrad bench --json` prints it. */
export interface Measurement {
  readonly name: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly ms: number;
  readonly gflops: number;
  readonly percentOfPeak: number;
}

/** A measurement and the peak of the same turns. */
export interface Measured {
  readonly measurement: Measurement;
  readonly peakGflops: number;
}

/** Measures one case for about `seconds`. */
export async function measure(one: Case, seconds: number, peak: PeakLoop): Promise<Measured> {
  const peaks: number[] = [];
  const times = await one.time(seconds, () => {
    const start = performance.now();
    const flops = peak();
    peaks.push(flops / (performance.now() - start) / 1e6);
  });
  const ms = median(times);
  const peakGflops = median(peaks);
  const gflops = one.flops / ms / 1e6;
  const { name, m, n, k, transA, transB } = one;
  const measurement = { name, m, n, k, transA, transB, ms, gflops, percentOfPeak: (100 * gflops) / peakGflops };
  return { measurement, peakGflops };
}

/** The times of a function: turns of about a millisecond or one call, whichever is longer, after as long a warm-up. */
export function timeCalls(call: () => void, seconds: number, between: () => void): number[] {
  const turn = (calls: number): number => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return (performance.now() - start) / calls;
  };
  const end = performance.now() + 500 * seconds;
  let calls = 1;
  while (performance.now() < end) {
    between();
    if (turn(calls) * calls < 1) calls *= 2;
  }
  const times: number[] = [];
  const last = performance.now() + 500 * seconds;
  while (times.length < 5 || performance.now() < last) {
    between();
    times.push(turn(calls));
  }
  return times;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
