/**
 * Losses that add a term an element over the columns of a row: prediction p and target t (rows, columns) to one loss a row, usually a mean.
 * The two functions below are the loops; a loss is a strategy with the term and its slope ∂term/∂p (kinds.ts), and `a`, its one parameter.
 * Does not average over rows: weightedMean.ts does.
 */
import { lanesSum, shortBlock } from "../reduce/fold";
import { loadLanes, maskLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { Absolute, BinaryCrossEntropy, Hinge, Huber, Kind, KullbackLeibler, Sigmoid, Squared } from "./kinds";

function forward<K extends Kind>(
  loss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  scale: f32,
  a: f32,
): void {
  if (columns == 1) return forwardColumn<K>(loss, prediction, target, rows, scale, a);
  const kind = changetype<K>(0);
  const as4 = f32x4.splat(a);
  const end = shareEnd(rows, columns << 2, 1);
  for (let row = shareStart(rows, columns << 2, 1); row < end; row++) {
    let p = prediction + ((<usize>row * columns) << 2);
    let t = target + ((<usize>row * columns) << 2);
    let total: f64 = 0;
    for (let n = columns; n > 0; n -= shortBlock) {
      let sum = f32x4.splat(0);
      for (let left = min(n, shortBlock); left > 0; left -= 4) {
        const lanes = min(left, 4);
        sum = f32x4.add(sum, maskLanes(kind.term(loadLanes(p, lanes), loadLanes(t, lanes), as4), lanes));
        p += 16;
        t += 16;
      }
      total += lanesSum(sum);
    }
    store<f32>(loss + ((<usize>row) << 2), <f32>(total * scale));
  }
}

/** One column: a row is an element, and rows fill the lanes. */
function forwardColumn<K extends Kind>(
  loss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  scale: f32,
  a: f32,
): void {
  const kind = changetype<K>(0);
  const as4 = f32x4.splat(a);
  const scales = f32x4.splat(scale);
  const end = shareEnd(rows, 4, 4);
  for (let row = shareStart(rows, 4, 4); row < end; row += 4) {
    const lanes = min(end - row, 4);
    const at = (<usize>row) << 2;
    const term = kind.term(loadLanes(prediction + at, lanes), loadLanes(target + at, lanes), as4);
    storeLanes(loss + at, f32x4.mul(term, scales), lanes);
  }
}

function backward<K extends Kind>(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  scale: f32,
  a: f32,
  accumulate: i32,
): void {
  if (columns == 1) return backwardColumn<K>(dPrediction, dLoss, prediction, target, rows, scale, a, accumulate);
  const kind = changetype<K>(0);
  const as4 = f32x4.splat(a);
  const end = shareEnd(rows, columns << 2, 1);
  for (let row = shareStart(rows, columns << 2, 1); row < end; row++) {
    let at = (<usize>row * columns) << 2;
    const dRow = f32x4.splat(load<f32>(dLoss + ((<usize>row) << 2)) * scale);
    for (let left = columns; left > 0; left -= 4) {
      const lanes = min(left, 4);
      const slope = kind.slope(loadLanes(prediction + at, lanes), loadLanes(target + at, lanes), as4);
      putLanes(dPrediction + at, f32x4.mul(dRow, slope), accumulate, lanes);
      at += 16;
    }
  }
}

function backwardColumn<K extends Kind>(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  scale: f32,
  a: f32,
  accumulate: i32,
): void {
  const kind = changetype<K>(0);
  const as4 = f32x4.splat(a);
  const scales = f32x4.splat(scale);
  const end = shareEnd(rows, 4, 4);
  for (let row = shareStart(rows, 4, 4); row < end; row += 4) {
    const lanes = min(end - row, 4);
    const at = (<usize>row) << 2;
    const slope = kind.slope(loadLanes(prediction + at, lanes), loadLanes(target + at, lanes), as4);
    const dRow = f32x4.mul(loadLanes(dLoss + at, lanes), scales);
    putLanes(dPrediction + at, f32x4.mul(dRow, slope), accumulate, lanes);
  }
}

/** loss = mean of softplus(z) − t' z over logits z, t' = (1 − smoothing) t + smoothing / 2. @param loss out (rows) @param prediction, target in (rows, columns) */
export function sigmoidCrossEntropyForward(
  loss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
): void {
  forward<Sigmoid>(loss, prediction, target, rows, columns, 1 / <f32>columns, smoothing);
}

/** dPrediction = dLoss[row] · ∂loss/∂prediction, or += with accumulate. @param dPrediction out (rows, columns) */
export function sigmoidCrossEntropyBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
  accumulate: i32,
): void {
  backward<Sigmoid>(dPrediction, dLoss, prediction, target, rows, columns, 1 / <f32>columns, smoothing, accumulate);
}

/** loss = mean of −t' ln p − (1 − t') ln(1 − p) over probabilities p, clipped to [1e-7, 1 − 1e-7] as in Keras. @param loss out (rows) @param prediction, target in (rows, columns) */
export function binaryCrossEntropyForward(
  loss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
): void {
  forward<BinaryCrossEntropy>(loss, prediction, target, rows, columns, 1 / <f32>columns, smoothing);
}

/** dPrediction = dLoss[row] · ∂loss/∂prediction, or += with accumulate. @param dPrediction out (rows, columns) */
export function binaryCrossEntropyBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
  accumulate: i32,
): void {
  backward<BinaryCrossEntropy>(
    dPrediction,
    dLoss,
    prediction,
    target,
    rows,
    columns,
    1 / <f32>columns,
    smoothing,
    accumulate,
  );
}

/** loss = mean of (p − t)². @param loss out (rows) @param prediction, target in (rows, columns) */
export function squaredErrorForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<Squared>(loss, prediction, target, rows, columns, 1 / <f32>columns, 0);
}

/** dPrediction = dLoss[row] · ∂loss/∂prediction, or += with accumulate. @param dPrediction out (rows, columns) */
export function squaredErrorBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  accumulate: i32,
): void {
  backward<Squared>(dPrediction, dLoss, prediction, target, rows, columns, 1 / <f32>columns, 0, accumulate);
}

/** loss = ½ ‖p − t‖², a sum. @param loss out (rows) @param prediction, target in (rows, columns) */
export function halfSquaredErrorForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<Squared>(loss, prediction, target, rows, columns, 0.5, 0);
}

/** dPrediction = dLoss[row] · ∂loss/∂prediction, or += with accumulate. @param dPrediction out (rows, columns) */
export function halfSquaredErrorBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  accumulate: i32,
): void {
  backward<Squared>(dPrediction, dLoss, prediction, target, rows, columns, 0.5, 0, accumulate);
}

/** loss = mean of |p − t|; its slope at 0 is 0. @param loss out (rows) @param prediction, target in (rows, columns) */
export function absoluteErrorForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<Absolute>(loss, prediction, target, rows, columns, 1 / <f32>columns, 0);
}

/** dPrediction = dLoss[row] · ∂loss/∂prediction, or += with accumulate. @param dPrediction out (rows, columns) */
export function absoluteErrorBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  accumulate: i32,
): void {
  backward<Absolute>(dPrediction, dLoss, prediction, target, rows, columns, 1 / <f32>columns, 0, accumulate);
}

/** loss = mean of e²/2 where |e| ≤ delta, else delta |e| − delta²/2, with e = p − t. @param loss out (rows) @param prediction, target in (rows, columns) */
export function huberForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32, delta: f32): void {
  forward<Huber>(loss, prediction, target, rows, columns, 1 / <f32>columns, delta);
}

/** dPrediction = dLoss[row] · ∂loss/∂prediction, or += with accumulate. @param dPrediction out (rows, columns) */
export function huberBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  delta: f32,
  accumulate: i32,
): void {
  backward<Huber>(dPrediction, dLoss, prediction, target, rows, columns, 1 / <f32>columns, delta, accumulate);
}

/** loss = mean of max(0, 1 − t p), targets −1 or 1. @param loss out (rows) @param prediction, target in (rows, columns) */
export function hingeForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<Hinge>(loss, prediction, target, rows, columns, 1 / <f32>columns, 0);
}

/** dPrediction = dLoss[row] · ∂loss/∂prediction, or += with accumulate. @param dPrediction out (rows, columns) */
export function hingeBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  accumulate: i32,
): void {
  backward<Hinge>(dPrediction, dLoss, prediction, target, rows, columns, 1 / <f32>columns, 0, accumulate);
}

/** loss = sum of t ln(t / p), both clipped to [1e-7, 1] as in Keras. @param loss out (rows) @param prediction, target in (rows, columns) */
export function kullbackLeiblerForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<KullbackLeibler>(loss, prediction, target, rows, columns, 1, 0);
}

/** dPrediction = dLoss[row] · ∂loss/∂prediction, or += with accumulate. @param dPrediction out (rows, columns) */
export function kullbackLeiblerBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  accumulate: i32,
): void {
  backward<KullbackLeibler>(dPrediction, dLoss, prediction, target, rows, columns, 1, 0, accumulate);
}
