/**
 * Cross-entropy of probabilities p (rows, columns), one loss a row: −Σ t' ln p with t' = (1 − smoothing) t + smoothing / columns; t rows or labels.
 * p is clipped to [1e-7, 1 − 1e-7] as in Keras, and the gradient is 0 where it was clipped. Rows are taken as they are: p is not rescaled
 * to sum to one. A label outside 0 … columns − 1 makes loss and gradient NaN. From logits, softmaxCrossEntropy.ts is exact and faster.
 */
import { lanesSum, shortBlock } from "../reduce/fold";
import { madd } from "../simd/f32x4";
import { loadLanes, maskLanes, putLanes } from "../simd/lanes";
import { logv } from "../simd/math";
import { shareEnd, shareStart } from "../thread";

const low: f32 = 1e-7;
const high: f32 = 1 - 1e-7;

/** p in [1e-7, 1 − 1e-7]; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function clipped(p: v128): v128 {
  return f32x4.pmin(f32x4.pmax(p, f32x4.splat(low)), f32x4.splat(high));
}

/** Lanes where clipping changes nothing. */
// @ts-ignore: decorator
@inline
export function inside(p: v128): v128 {
  return v128.and(f32x4.ge(p, f32x4.splat(low)), f32x4.le(p, f32x4.splat(high)));
}

/**
 * @param loss           out (rows)
 * @param probabilities  in (rows, columns)
 * @param targets        in (rows, columns)
 */
export function crossEntropyForward(
  loss: usize,
  probabilities: usize,
  targets: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
): void {
  const keeps = f32x4.splat(1 - smoothing);
  const spreads = f32x4.splat(smoothing / <f32>columns);
  const end = shareEnd(rows, columns << 2, 1);
  for (let row = shareStart(rows, columns << 2, 1); row < end; row++) {
    let at = (<usize>row * columns) << 2;
    let total: f64 = 0;
    for (let n = columns; n > 0; n -= shortBlock) {
      let sum = f32x4.splat(0);
      for (let left = min(n, shortBlock); left > 0; left -= 4) {
        const lanes = min(left, 4);
        const target = madd(keeps, loadLanes(targets + at, lanes), spreads);
        sum = f32x4.add(sum, maskLanes(f32x4.mul(target, logv(clipped(loadLanes(probabilities + at, lanes)))), lanes));
        at += 16;
      }
      total += lanesSum(sum);
    }
    store<f32>(loss + ((<usize>row) << 2), -(<f32>total));
  }
}

/**
 * dProbabilities = −dLoss · t' / p where p was not clipped, else 0; or += with accumulate.
 * @param dProbabilities  out (rows, columns)
 * @param dLoss           in (rows)
 */
export function crossEntropyBackward(
  dProbabilities: usize,
  dLoss: usize,
  probabilities: usize,
  targets: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
  accumulate: i32,
): void {
  const keeps = f32x4.splat(1 - smoothing);
  const spreads = f32x4.splat(smoothing / <f32>columns);
  const end = shareEnd(rows, columns, 1);
  for (let row = shareStart(rows, columns, 1); row < end; row++) {
    let at = (<usize>row * columns) << 2;
    const slope = f32x4.splat(-load<f32>(dLoss + ((<usize>row) << 2)));
    for (let left = columns; left > 0; left -= 4) {
      const lanes = min(left, 4);
      const target = madd(keeps, loadLanes(targets + at, lanes), spreads);
      const p = loadLanes(probabilities + at, lanes);
      const value = v128.and(f32x4.div(f32x4.mul(slope, target), p), inside(p));
      putLanes(dProbabilities + at, value, accumulate, lanes);
      at += 16;
    }
  }
}

/**
 * The same with t the unit vector of a label: loss = −(1 − smoothing) ln p[label] − smoothing / columns · Σ ln p.
 * @param loss           out (rows)
 * @param probabilities  in (rows, columns)
 * @param labels         in (rows) int32
 */
export function crossEntropySparseForward(
  loss: usize,
  probabilities: usize,
  labels: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
): void {
  const keep: f32 = 1 - smoothing;
  const spread = smoothing / <f32>columns;
  const cost = smoothing > 0 ? columns << 2 : 8;
  const end = shareEnd(rows, cost, 1);
  for (let row = shareStart(rows, cost, 1); row < end; row++) {
    const label = load<i32>(labels + ((<usize>row) << 2));
    const at = probabilities + ((<usize>row * columns) << 2);
    const known = <u32>label < <u32>columns;
    const p = known ? clipped(v128.load32_splat(at + ((<usize>label) << 2))) : f32x4.splat(NaN);
    let value: f32 = -keep * f32x4.extract_lane(logv(p), 0);
    if (smoothing > 0) value -= spread * <f32>sumOfLogs(at, columns);
    store<f32>(loss + ((<usize>row) << 2), value);
  }
}

/** Σ ln p over n probabilities. */
function sumOfLogs(p: usize, n: i32): f64 {
  let total: f64 = 0;
  while (n > 0) {
    let sum = f32x4.splat(0);
    let left = min(n, shortBlock);
    n -= left;
    for (; left > 0; left -= 4) {
      const lanes = min(left, 4);
      sum = f32x4.add(sum, maskLanes(logv(clipped(loadLanes(p, lanes))), lanes));
      p += 16;
    }
    total += lanesSum(sum);
  }
  return total;
}

/**
 * dProbabilities = −dLoss · t' / p where p was not clipped, else 0; or += with accumulate.
 * @param dProbabilities  out (rows, columns)
 * @param labels          in (rows) int32
 */
export function crossEntropySparseBackward(
  dProbabilities: usize,
  dLoss: usize,
  probabilities: usize,
  labels: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
  accumulate: i32,
): void {
  const bytes = (<usize>columns) << 2;
  const spread = smoothing / <f32>columns;
  const end = shareEnd(rows, columns, 1);
  for (let row = shareStart(rows, columns, 1); row < end; row++) {
    const at = <usize>row * bytes;
    const label = load<i32>(labels + ((<usize>row) << 2));
    const known = <u32>label < <u32>columns;
    const column = known ? label : 0;
    const own = at + ((<usize>column) << 2);
    const slope: f32 = known ? -load<f32>(dLoss + ((<usize>row) << 2)) : NaN;
    const p = load<f32>(probabilities + own);
    let value: f32 = NaN;
    if (known) value = p < low || p > high ? 0 : (slope * (1 - smoothing + spread)) / p;
    if (accumulate) value += load<f32>(dProbabilities + own);
    if (smoothing > 0) spreadRow(dProbabilities + at, probabilities + at, columns, slope * spread, accumulate);
    else if (!accumulate) memory.fill(dProbabilities + at, 0, bytes);
    store<f32>(dProbabilities + own, value);
  }
}

/** dp = slope / p where p was not clipped, else 0; or += with accumulate. */
function spreadRow(dp: usize, p: usize, n: i32, slope: f32, accumulate: i32): void {
  const slopes = f32x4.splat(slope);
  for (let left = n; left > 0; left -= 4) {
    const lanes = min(left, 4);
    const x = loadLanes(p, lanes);
    putLanes(dp, v128.and(f32x4.div(slopes, x), inside(x)), accumulate, lanes);
    dp += 16;
    p += 16;
  }
}
