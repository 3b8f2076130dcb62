/**
 * Exponential moving averages: of the statistics of batches, and of the weights of a model. Letters: n elements.
 * What is not finite leaves the average as it is, so that a batch that spoils a step does not spoil what is kept. Does not correct for the start.
 */
import { madd, select } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";

/**
 * average += rest · (value − average)
 * @param average  in/out (n)   @param value  in (n)
 * @param rest     1 − decay, in (0, 1]: rounded to float32 once, where 1 − 0.999 taken in float32 would be wrong by 1e-5
 */
export function movingAverage(average: usize, value: usize, n: i32, rest: f32): void {
  approach(average, value, n, rest);
}

/**
 * As {@link movingAverage}, with a decay that begins low: min(decay, (1 + t) / (10 + t)) after t steps, so that the first weights are soon forgotten.
 * @param step  in: t, a float64 in memory, so that a recorded step goes on with it
 */
export function warmMovingAverage(average: usize, value: usize, n: i32, step: usize, rest: f32): void {
  approach(average, value, n, max<f32>(rest, <f32>(9 / (10 + load<f64>(step)))));
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
