/**
 * Losses that add a term an element over the columns of a row: prediction p and target t (rows, columns) to one loss a row, usually a mean.
 * The two functions below are the loops; a loss is a strategy with the term and its slope ∂term/∂p (kinds.ts), and its parameters a and b.
 * Does not average over rows: weightedMean.ts does.
 */
import { lanesSum, shortBlock } from "../reduce/fold";
import { loadLanes, maskLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import {
  Absolute,
  BinaryCrossEntropy,
  CrossEntropy,
  Hinge,
  Huber,
  Kind,
  KullbackLeibler,
  Sigmoid,
  Squared,
} from "./kinds";

function forward<K extends Kind>(
  loss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  scale: f32,
  a: f32,
  b: f32,
): void {
  const kind = changetype<K>(0);
  const as4 = f32x4.splat(a);
  const bs4 = f32x4.splat(b);
  const scales = f32x4.splat(scale);
  const isColumn = columns == 1; // rows fill the lanes, each is a loss
  const run = isColumn ? 4 : columns;
  const end = shareEnd(rows, run << 2, 4);
  for (let row = shareStart(rows, run << 2, 4); row < end; row += isColumn ? 4 : 1) {
    const to = loss + ((<usize>row) << 2);
    let p = prediction + ((<usize>row * columns) << 2);
    let t = target + ((<usize>row * columns) << 2);
    let total: f64 = 0;
    for (let n = isColumn ? min(end - row, 4) : columns; n > 0; n -= shortBlock) {
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let left = min(n, shortBlock);
      if (kind.isShort()) {
        for (; left >= 8; left -= 8) {
          s0 = f32x4.add(s0, kind.term(v128.load(p), v128.load(t), as4, bs4));
          s1 = f32x4.add(s1, kind.term(v128.load(p, 16), v128.load(t, 16), as4, bs4));
          p += 32;
          t += 32;
        }
      }
      for (; left > 0; left -= 4) {
        const lanes = min(left, 4);
        const term = kind.term(loadLanes(p, lanes), loadLanes(t, lanes), as4, bs4);
        if (isColumn) storeLanes(to, f32x4.mul(term, scales), lanes);
        s0 = f32x4.add(s0, maskLanes(term, lanes));
        p += 16;
        t += 16;
      }
      total += lanesSum(f32x4.add(s0, s1));
    }
    if (!isColumn) store<f32>(to, <f32>(total * scale));
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
  b: f32,
  accumulate: i32,
): void {
  const kind = changetype<K>(0);
  const as4 = f32x4.splat(a);
  const bs4 = f32x4.splat(b);
  const scales = f32x4.splat(scale);
  const isColumn = columns == 1;
  const run = isColumn ? 4 : columns;
  const end = shareEnd(rows, run << 2, 4);
  for (let row = shareStart(rows, run << 2, 4); row < end; row += isColumn ? 4 : 1) {
    let at = (<usize>row * columns) << 2;
    let left = isColumn ? min(end - row, 4) : columns;
    const d = dLoss + ((<usize>row) << 2);
    const dRow = f32x4.mul(isColumn ? loadLanes(d, left) : v128.load32_splat(d), scales);
    if (kind.isShort()) {
      for (; left >= 4; left -= 4) {
        const slope = kind.slope(v128.load(prediction + at), v128.load(target + at), as4, bs4);
        putLanes(dPrediction + at, f32x4.mul(dRow, slope), accumulate, 4);
        at += 16;
      }
    }
    for (; left > 0; left -= 4) {
      const lanes = min(left, 4);
      const slope = kind.slope(loadLanes(prediction + at, lanes), loadLanes(target + at, lanes), as4, bs4);
      putLanes(dPrediction + at, f32x4.mul(dRow, slope), accumulate, lanes);
      at += 16;
    }
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
  forward<Sigmoid>(loss, prediction, target, rows, columns, 1 / <f32>columns, 1 - smoothing, smoothing / 2);
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
  backward<Sigmoid>(
    dPrediction,
    dLoss,
    prediction,
    target,
    rows,
    columns,
    1 / <f32>columns,
    1 - smoothing,
    smoothing / 2,
    accumulate,
  );
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
  forward<BinaryCrossEntropy>(loss, prediction, target, rows, columns, 1 / <f32>columns, 1 - smoothing, smoothing / 2);
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
    1 - smoothing,
    smoothing / 2,
    accumulate,
  );
}

/** loss = −Σ t' ln p over probabilities p, clipped as above but not rescaled to sum to one, t' = (1 − smoothing) t + smoothing / columns. @param loss out (rows) @param prediction, target in (rows, columns) */
export function crossEntropyForward(
  loss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
): void {
  const spread = smoothing / <f32>columns;
  forward<CrossEntropy>(loss, prediction, target, rows, columns, 1, 1 - smoothing, spread);
}

/** dPrediction = dLoss[row] · ∂loss/∂prediction, or += with accumulate. @param dPrediction out (rows, columns) */
export function crossEntropyBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  smoothing: f32,
  accumulate: i32,
): void {
  const spread = smoothing / <f32>columns;
  backward<CrossEntropy>(dPrediction, dLoss, prediction, target, rows, columns, 1, 1 - smoothing, spread, accumulate);
}

/** loss = mean of (p − t)². @param loss out (rows) @param prediction, target in (rows, columns) */
export function squaredErrorForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<Squared>(loss, prediction, target, rows, columns, 1 / <f32>columns, 0, 0);
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
  backward<Squared>(dPrediction, dLoss, prediction, target, rows, columns, 1 / <f32>columns, 0, 0, accumulate);
}

/** loss = ½ ‖p − t‖², a sum. @param loss out (rows) @param prediction, target in (rows, columns) */
export function halfSquaredErrorForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<Squared>(loss, prediction, target, rows, columns, 0.5, 0, 0);
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
  backward<Squared>(dPrediction, dLoss, prediction, target, rows, columns, 0.5, 0, 0, accumulate);
}

/** loss = mean of |p − t|; its slope at 0 is 0. @param loss out (rows) @param prediction, target in (rows, columns) */
export function absoluteErrorForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<Absolute>(loss, prediction, target, rows, columns, 1 / <f32>columns, 0, 0);
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
  backward<Absolute>(dPrediction, dLoss, prediction, target, rows, columns, 1 / <f32>columns, 0, 0, accumulate);
}

/** loss = mean of e²/2 where |e| ≤ delta, else delta |e| − delta²/2, with e = p − t. @param loss out (rows) @param prediction, target in (rows, columns) */
export function huberForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32, delta: f32): void {
  forward<Huber>(loss, prediction, target, rows, columns, 1 / <f32>columns, delta, 0);
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
  backward<Huber>(dPrediction, dLoss, prediction, target, rows, columns, 1 / <f32>columns, delta, 0, accumulate);
}

/** loss = mean of max(0, 1 − t p), targets −1 or 1. @param loss out (rows) @param prediction, target in (rows, columns) */
export function hingeForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<Hinge>(loss, prediction, target, rows, columns, 1 / <f32>columns, 0, 0);
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
  backward<Hinge>(dPrediction, dLoss, prediction, target, rows, columns, 1 / <f32>columns, 0, 0, accumulate);
}

/** loss = sum of t ln(t / p), both clipped to [1e-7, 1] as in Keras. @param loss out (rows) @param prediction, target in (rows, columns) */
export function kullbackLeiblerForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  forward<KullbackLeibler>(loss, prediction, target, rows, columns, 1, 0, 0);
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
  backward<KullbackLeibler>(dPrediction, dLoss, prediction, target, rows, columns, 1, 0, 0, accumulate);
}
