/**
 * Cross-entropy of probabilities p (rows, columns), one loss a row: −Σ t' ln p with t' = (1 − smoothing) t + smoothing / columns, or −ln p[label].
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
 * loss = −ln p[label].
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
): void {
  const end = shareEnd(rows, 8, 1);
  for (let row = shareStart(rows, 8, 1); row < end; row++) {
    const label = load<i32>(labels + ((<usize>row) << 2));
    const at = probabilities + ((<usize>row * columns + label) << 2);
    const p = <u32>label < <u32>columns ? clipped(v128.load32_splat(at)) : f32x4.splat(NaN);
    store<f32>(loss + ((<usize>row) << 2), -f32x4.extract_lane(logv(p), 0));
  }
}

/**
 * dProbabilities = −dLoss / p at the label where p was not clipped, else 0; or += with accumulate.
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
  accumulate: i32,
): void {
  const bytes = (<usize>columns) << 2;
  const end = shareEnd(rows, columns, 1);
  for (let row = shareStart(rows, columns, 1); row < end; row++) {
    const at = <usize>row * bytes;
    const label = load<i32>(labels + ((<usize>row) << 2));
    const known = <u32>label < <u32>columns;
    const column = known ? label : 0;
    const own = at + ((<usize>column) << 2);
    const p = load<f32>(probabilities + own);
    let value: f32 = NaN;
    if (known) value = p < low || p > high ? 0 : -load<f32>(dLoss + ((<usize>row) << 2)) / p;
    if (accumulate) value += load<f32>(dProbabilities + own);
    else memory.fill(dProbabilities + at, 0, bytes);
    store<f32>(dProbabilities + own, value);
  }
}
