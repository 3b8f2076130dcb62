/**
 * Cross-entropy of probabilities p (rows, columns) with integer labels, one loss a row: −Σ t' ln p with t' = (1 − smoothing) t + smoothing / columns and t
 * the unit vector of the label. p is clipped to [1e-7, 1 − 1e-7] as in Keras, and the gradient is 0 where it was clipped; rows are not
 * rescaled to sum to one. A label outside 0 … columns − 1 makes loss and gradient NaN instead of reading elsewhere.
 * From logits, softmaxCrossEntropy.ts is exact and faster; with dense targets, elementwise.ts.
 */
import { lanesSum, shortBlock } from "../reduce/fold";
import { loadLanes, maskLanes, putLanes } from "../simd/lanes";
import { logv } from "../simd/math";
import { shareEnd, shareStart } from "../thread";
import { clipped, inside } from "./kinds";

/**
 * loss = −(1 − smoothing) ln p[label] − smoothing / columns · Σ ln p.
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
    if (known) value = v128.any_true(inside(f32x4.splat(p))) ? (slope * (1 - smoothing + spread)) / p : 0;
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
