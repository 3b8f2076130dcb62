/**
 * Softmax and log-softmax over the rows of x (rows, columns), columns ≥ 1, and their backward passes. Exponentials are taken of x − max(x),
 * so that nothing overflows; −∞ has probability 0; a row with NaN, +∞ or nothing but −∞ becomes NaN.
 */
import { foldSum, Plain } from "../reduce/fold";
import { nmadd } from "../simd/f32x4";
import { loadLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { dotRow, expOfDifference, expRow, expSumRow, logOf, rowMax, scaleRow } from "./rows";

/**
 * y = exp(x − m) / Σ exp(x − m), m = max(x), in each row.
 * @param y  out (rows, columns); may be x
 * @param x  in (rows, columns)
 */
export function softmaxForward(y: usize, x: usize, rows: i32, columns: i32): void {
  const bytes = (<usize>columns) << 2;
  const end = shareEnd(rows, columns << 2, 1);
  for (let row = shareStart(rows, columns << 2, 1); row < end; row++) {
    const at = <usize>row * bytes;
    const sum = expRow(y + at, x + at, columns, rowMax(x + at, columns));
    scaleRow(y + at, columns, <f32>(1 / sum));
  }
}

/**
 * dx = y ⊙ (dy − Σ dy ⊙ y), or += with accumulate.
 * @param dx  out (rows, columns); may be dy
 * @param y   in (rows, columns): what softmaxForward wrote
 */
export function softmaxBackward(dx: usize, dy: usize, y: usize, rows: i32, columns: i32, accumulate: i32): void {
  const bytes = (<usize>columns) << 2;
  const end = shareEnd(rows, columns << 1, 1);
  for (let row = shareStart(rows, columns << 1, 1); row < end; row++) {
    let at = <usize>row * bytes;
    const mean = f32x4.splat(<f32>dotRow(dy + at, y + at, columns));
    for (let left = columns; left > 0; left -= 4) {
      if (left >= 4) pull(dx + at, dy + at, y + at, mean, accumulate, 4);
      else pull(dx + at, dy + at, y + at, mean, accumulate, left);
      at += 16;
    }
  }
}

// @ts-ignore: decorator
@inline
function pull(dx: usize, dy: usize, y: usize, mean: v128, accumulate: i32, lanes: i32): void {
  const value = f32x4.mul(loadLanes(y, lanes), f32x4.sub(loadLanes(dy, lanes), mean));
  putLanes(dx, value, accumulate, lanes);
}

/**
 * y = x − m − ln Σ exp(x − m), m = max(x), in each row.
 * @param y  out (rows, columns); may be x
 * @param x  in (rows, columns)
 */
export function logSoftmaxForward(y: usize, x: usize, rows: i32, columns: i32): void {
  const bytes = (<usize>columns) << 2;
  const end = shareEnd(rows, columns << 2, 1);
  for (let row = shareStart(rows, columns << 2, 1); row < end; row++) {
    let at = <usize>row * bytes;
    const max = rowMax(x + at, columns);
    const maxes = f32x4.splat(max);
    const logs = f32x4.splat(logOf(expSumRow(x + at, columns, max)));
    for (let left = columns; left > 0; left -= 4) {
      const lanes = min(left, 4);
      storeLanes(y + at, f32x4.sub(f32x4.sub(loadLanes(x + at, lanes), maxes), logs), lanes);
      at += 16;
    }
  }
}

/**
 * dx = dy − exp(y) Σ dy, or += with accumulate.
 * @param dx  out (rows, columns); may be dy
 * @param y   in (rows, columns): what logSoftmaxForward wrote
 */
export function logSoftmaxBackward(dx: usize, dy: usize, y: usize, rows: i32, columns: i32, accumulate: i32): void {
  const bytes = (<usize>columns) << 2;
  const end = shareEnd(rows, columns << 2, 1);
  for (let row = shareStart(rows, columns << 2, 1); row < end; row++) {
    let at = <usize>row * bytes;
    const sum = f32x4.splat(<f32>foldSum<Plain>(dy + at, columns));
    for (let left = columns; left > 0; left -= 4) {
      if (left >= 4) pullLog(dx + at, dy + at, y + at, sum, accumulate, 4);
      else pullLog(dx + at, dy + at, y + at, sum, accumulate, left);
      at += 16;
    }
  }
}

// @ts-ignore: decorator
@inline
function pullLog(dx: usize, dy: usize, y: usize, sum: v128, accumulate: i32, lanes: i32): void {
  const value = nmadd(expOfDifference(loadLanes(y, lanes)), sum, loadLanes(dy, lanes));
  putLanes(dx, value, accumulate, lanes);
}
