/**
 * Softmax and cross-entropy in one, from logits z (rows, columns) to one loss a row, with dense targets t or integer labels.
 *
 *   p = softmax(z)     t' = (1 − smoothing) t + smoothing / columns     loss = −Σ t' ln p     ∂loss/∂z = (Σ t') p − t'
 *
 * ln p is taken as z − m − ln Σ exp(z − m), so that no probability underflows into the logarithm. Targets need not sum to one; a target of 0
 * adds nothing even where the logit is −∞. A label outside 0 … columns − 1 makes loss and gradient NaN instead of reading elsewhere.
 * Does not average over rows: weightedMean.ts does.
 */
import { foldSum, lanesSum, Plain, shortBlock } from "../reduce/fold";
import { madd } from "../simd/f32x4";
import { loadLanes, maskLanes, putLanes } from "../simd/lanes";
import { expRow, logOf, rowMax, scaleRow } from "../softmax/rows";
import { shareEnd, shareStart } from "../thread";

/**
 * @param loss           out (rows)
 * @param probabilities  out (rows, columns): p, which the backward pass reads
 * @param logits         in (rows, columns), columns ≥ 1
 * @param targets        in (rows, columns)
 * @param smoothing      label smoothing, 0 ≤ smoothing ≤ 1
 */
export function softmaxCrossEntropyForward(
  loss: usize,
  probabilities: usize,
  logits: usize,
  targets: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
): void {
  const bytes = (<usize>columns) << 2;
  const spread = smoothing / <f32>columns;
  const end = shareEnd(rows, columns << 2, 1);
  for (let row = shareStart(rows, columns << 2, 1); row < end; row++) {
    const at = <usize>row * bytes;
    const max = rowMax(logits + at, columns);
    const sum = expRow(probabilities + at, logits + at, columns, max);
    scaleRow(probabilities + at, columns, <f32>(1 / sum));
    const value = crossEntropyRow(logits + at, targets + at, columns, max, logOf(sum), 1 - smoothing, spread);
    store<f32>(loss + ((<usize>row) << 2), value);
  }
}

/** Σ t' (log − (z − max)), t' = keep · t + spread, leaving out t' = 0. */
function crossEntropyRow(z: usize, t: usize, n: i32, max: f32, log: f32, keep: f32, spread: f32): f32 {
  const maxes = f32x4.splat(max);
  const logs = f32x4.splat(log);
  const keeps = f32x4.splat(keep);
  const spreads = f32x4.splat(spread);
  let total: f64 = 0;
  while (n > 0) {
    let sum = f32x4.splat(0);
    let left = min(n, shortBlock);
    n -= left;
    for (; left > 0; left -= 4) {
      const lanes = min(left, 4);
      const target = madd(keeps, loadLanes(t, lanes), spreads);
      const term = f32x4.mul(target, f32x4.sub(logs, f32x4.sub(loadLanes(z, lanes), maxes)));
      const counts = f32x4.ne(target, f32x4.splat(0));
      sum = f32x4.add(sum, maskLanes(v128.and(term, counts), lanes));
      z += 16;
      t += 16;
    }
    total += lanesSum(sum);
  }
  return <f32>total;
}

/**
 * dLogits = dLoss · ((Σ t') p − t'), or += with accumulate.
 * @param dLogits        out (rows, columns); may be probabilities
 * @param dLoss          in (rows)
 * @param probabilities  in (rows, columns): what the forward pass wrote
 */
export function softmaxCrossEntropyBackward(
  dLogits: usize,
  dLoss: usize,
  probabilities: usize,
  targets: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
  accumulate: i32,
): void {
  const keep: f32 = 1 - smoothing;
  const keeps = f32x4.splat(-keep);
  const spreads = f32x4.splat(-smoothing / <f32>columns);
  const end = shareEnd(rows, columns << 1, 1);
  for (let row = shareStart(rows, columns << 1, 1); row < end; row++) {
    let at = (<usize>row * columns) << 2;
    const weight = f32x4.splat(keep * <f32>foldSum<Plain>(targets + at, columns) + smoothing);
    const dRow = v128.load32_splat(dLoss + ((<usize>row) << 2));
    let left = columns;
    for (; left >= 4; left -= 4) {
      give(dLogits + at, dRow, weight, probabilities + at, keeps, targets + at, spreads, accumulate, 4);
      at += 16;
    }
    if (left > 0) give(dLogits + at, dRow, weight, probabilities + at, keeps, targets + at, spreads, accumulate, left);
  }
}

/** dLogits = or += dRow (weight p + less t + lesser): what the backward pass does to four elements. */
// @ts-ignore: decorator
@inline
function give(
  dLogits: usize,
  dRow: v128,
  weight: v128,
  p: usize,
  less: v128,
  t: usize,
  lesser: v128,
  accumulate: i32,
  lanes: i32,
): void {
  const minusTarget = madd(less, loadLanes(t, lanes), lesser);
  putLanes(dLogits, f32x4.mul(dRow, madd(weight, loadLanes(p, lanes), minusTarget)), accumulate, lanes);
}

/**
 * The same with t the unit vector of a label. Arguments as softmaxCrossEntropyForward.
 * @param labels  in (rows) int32
 */
export function softmaxCrossEntropySparseForward(
  loss: usize,
  probabilities: usize,
  logits: usize,
  labels: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
): void {
  const bytes = (<usize>columns) << 2;
  const end = shareEnd(rows, columns << 2, 1);
  for (let row = shareStart(rows, columns << 2, 1); row < end; row++) {
    const at = <usize>row * bytes;
    const label = load<i32>(labels + ((<usize>row) << 2));
    const max = rowMax(logits + at, columns);
    const sum = expRow(probabilities + at, logits + at, columns, max);
    scaleRow(probabilities + at, columns, <f32>(1 / sum));
    const log = logOf(sum);
    let value: f32 = NaN;
    if (<u32>label < <u32>columns) {
      value = log - (load<f32>(logits + at + ((<usize>label) << 2)) - max);
      if (smoothing > 0) {
        const mean = <f32>(foldSum<Plain>(logits + at, columns) / <f64>columns);
        value = (1 - smoothing) * value + smoothing * (log - (mean - max));
      }
    }
    store<f32>(loss + ((<usize>row) << 2), value);
  }
}

/** The same with t the unit vector of a label. Arguments as softmaxCrossEntropyBackward. @param labels in (rows) int32 */
export function softmaxCrossEntropySparseBackward(
  dLogits: usize,
  dLoss: usize,
  probabilities: usize,
  labels: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
  accumulate: i32,
): void {
  const spread = smoothing / <f32>columns;
  const spreads = f32x4.splat(spread);
  const end = shareEnd(rows, columns, 1);
  for (let row = shareStart(rows, columns, 1); row < end; row++) {
    let at = (<usize>row * columns) << 2;
    const label = load<i32>(labels + ((<usize>row) << 2));
    const known = <u32>label < <u32>columns;
    const dRow: f32 = known ? load<f32>(dLoss + ((<usize>row) << 2)) : NaN;
    // the label's own element is p − 1: taken before the row is written, which may be the row of p
    const column = known ? label : 0;
    const own = at + ((<usize>column) << 2);
    let value = dRow * (load<f32>(probabilities + own) - (1 - smoothing) - spread);
    if (accumulate) value += load<f32>(dLogits + own);
    const dRows = f32x4.splat(dRow);
    let left = columns;
    for (; left >= 4; left -= 4) {
      const slope = f32x4.mul(dRows, f32x4.sub(v128.load(probabilities + at), spreads));
      putLanes(dLogits + at, slope, accumulate, 4);
      at += 16;
    }
    if (left > 0) {
      const slope = f32x4.mul(dRows, f32x4.sub(loadLanes(probabilities + at, left), spreads));
      putLanes(dLogits + at, slope, accumulate, left);
    }
    store<f32>(dLogits + own, value);
  }
}
