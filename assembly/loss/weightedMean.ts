/**
 * From one loss a row to the one number that is minimised: the mean over the rows, each with an optional weight (class and sample weights, masks).
 * Letters: l loss (n), w weights (n) or no pointer. Does not reduce columns: the losses did.
 */
import { foldSum, Plain } from "../reduce/fold";
import { loadLanes, putLanes } from "../simd/lanes";
import { dotRow } from "../softmax/rows";
import { shareEnd, shareStart, threadIndex } from "../thread";

/** What a weighted sum is divided by: n, or Σ w with byWeight. */
function divisor(weights: usize, n: i32, byWeight: i32): f64 {
  return byWeight && weights ? foldSum<Plain>(weights, n) : <f64>n;
}

/**
 * out[0] = Σ w l / n as in Keras, or Σ w l / Σ w with byWeight (masked steps count for nothing). Of nothing, or where Σ w = 0, it is 0. Thread 0 alone.
 * @param out       out (1)
 * @param loss      in (n)
 * @param weights   in (n), or 0 (no pointer): all 1
 * @param byWeight  0 or 1
 */
export function weightedMeanForward(out: usize, loss: usize, weights: usize, n: i32, byWeight: i32): void {
  if (threadIndex() != 0) return;
  const sum = weights ? dotRow(loss, weights, n) : foldSum<Plain>(loss, n);
  const by = divisor(weights, n, byWeight);
  store<f32>(out, by == 0 ? 0 : <f32>(sum / by));
}

/**
 * dLoss = dOut[0] · w / divisor, or += with accumulate.
 * @param dLoss  out (n)
 * @param dOut   in (1)
 */
export function weightedMeanBackward(
  dLoss: usize,
  dOut: usize,
  weights: usize,
  n: i32,
  byWeight: i32,
  accumulate: i32,
): void {
  const by = divisor(weights, n, byWeight);
  const scale = f32x4.splat(by == 0 ? 0 : <f32>(load<f32>(dOut) / by));
  const end = shareEnd(n, 1, 16);
  for (let i = shareStart(n, 1, 16); i < end; i += 4) {
    const at = (<usize>i) << 2;
    const lanes = min(end - i, 4);
    const value = weights ? f32x4.mul(loadLanes(weights + at, lanes), scale) : scale;
    putLanes(dLoss + at, value, accumulate, lanes);
  }
}
