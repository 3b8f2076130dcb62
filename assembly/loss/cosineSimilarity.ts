/**
 * Cosine similarity loss, one a row: −p·t / (‖p‖ ‖t‖), so that −1 is best, as in Keras. A norm counts as at least 1e-6, so that a row of
 * zeros gives 0. Letters: p prediction and t target (rows, columns).
 */
import { dotRow } from "../softmax/rows";
import { loadLanes, putLanes } from "../simd/lanes";
import { madd } from "../simd/f32x4";
import { shareEnd, shareStart } from "../thread";

/** Least squared norm. */
const least: f64 = 1e-12;

/** @param loss out (rows) @param prediction, target in (rows, columns) */
export function cosineSimilarityForward(loss: usize, prediction: usize, target: usize, rows: i32, columns: i32): void {
  const end = shareEnd(rows, columns * 3, 1);
  for (let row = shareStart(rows, columns * 3, 1); row < end; row++) {
    const at = (<usize>row * columns) << 2;
    const p2 = max(dotRow(prediction + at, prediction + at, columns), least);
    const t2 = max(dotRow(target + at, target + at, columns), least);
    const cosine = dotRow(prediction + at, target + at, columns) / sqrt(p2 * t2);
    store<f32>(loss + ((<usize>row) << 2), <f32>-cosine);
  }
}

/**
 * dPrediction = dLoss · (cos · p / ‖p‖² − t / (‖p‖ ‖t‖)), or += with accumulate; the first term is 0 where ‖p‖ counts as 1e-6.
 * @param dPrediction out (rows, columns)
 */
export function cosineSimilarityBackward(
  dPrediction: usize,
  dLoss: usize,
  prediction: usize,
  target: usize,
  rows: i32,
  columns: i32,
  accumulate: i32,
): void {
  const end = shareEnd(rows, columns << 2, 1);
  for (let row = shareStart(rows, columns << 2, 1); row < end; row++) {
    let at = (<usize>row * columns) << 2;
    const dRow: f64 = load<f32>(dLoss + ((<usize>row) << 2));
    const square = dotRow(prediction + at, prediction + at, columns);
    const p2 = max(square, least);
    const t2 = max(dotRow(target + at, target + at, columns), least);
    const cosine = dotRow(prediction + at, target + at, columns) / sqrt(p2 * t2);
    const along = f32x4.splat(square < least ? 0 : <f32>((dRow * cosine) / p2));
    const against = f32x4.splat(<f32>(-dRow / sqrt(p2 * t2)));
    for (let left = columns; left > 0; left -= 4) {
      const lanes = min(left, 4);
      const p = loadLanes(prediction + at, lanes);
      putLanes(dPrediction + at, madd(along, p, f32x4.mul(against, loadLanes(target + at, lanes))), accumulate, lanes);
      at += 16;
    }
  }
}
