/**
 * Exponential moving averages: of the statistics of batches, and of the weights of a model. Letters: n elements.
 * What is not finite leaves the average as it is, so that a batch that spoils a step does not spoil what is kept. Does not correct for the start.
 */
import { madd, select } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/** average += (1 − decay) (value − average). @param average in/out (n) @param value in (n) @param decay in [0, 1] */
export function movingAverage(average: usize, value: usize, n: i32, decay: f32): void {
  approach(average, value, n, 1 - decay);
}

/**
 * As {@link movingAverage}, with a decay that begins low: min(decay, (1 + t) / (10 + t)) after t steps, so that the first weights are soon forgotten.
 * @param step  in: t, an int32 in memory, so that a recorded step goes on with it
 */
export function warmMovingAverage(average: usize, value: usize, n: i32, step: usize, decay: f32): void {
  const t = <f32>load<i32>(step);
  approach(average, value, n, 1 - min<f32>(decay, (1 + t) / (10 + t)));
}

function approach(average: usize, value: usize, n: i32, part: f32): void {
  const start = shareStart(n, 1, 16);
  const end = shareEnd(n, 1, 16);
  const parts = f32x4.splat(part);
  const limit = f32x4.splat(Infinity);
  for (let i = start; i < end; i += 4) {
    const lanes = min(end - i, 4);
    const o = (<usize>i) << 2;
    const old = loadLanes(average + o, lanes);
    const to = loadLanes(value + o, lanes);
    const next = madd(parts, f32x4.sub(to, old), old);
    storeLanes(average + o, select(next, old, f32x4.lt(f32x4.abs(to), limit)), lanes);
  }
}
