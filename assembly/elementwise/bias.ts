/**
 * The epilogue of a dense product: y = f(y + bias) in place, and backward dz = dy ⊙ f′(y) with dBias its column sums.
 * Letters: rows × columns, row-major; f one of activation.ts, by number. Works through blocks of rows that stay in the L1 cache, so that
 * the bias, the activation and the sums are each one plain loop. Does not know activations whose derivative needs the input.
 */
import { loadLanes, putLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { IDENTITY } from "./activation";
import { activate, activateGradient, activationCost } from "./activate";

/** Elements of a block of rows: 16 KiB. */
const BLOCK: i32 = 4096;
/** Most rows of a block: bounds the chain of roundings in a column's sum. */
const ROWS: i32 = 256;

/** Rows of a block. */
// @ts-ignore: decorator
@inline
function blockRows(columns: i32): i32 {
  return min(max(BLOCK / max(columns, 1), 1), ROWS);
}

/**
 * y = f(y + bias), in place. Cut by rows.
 * @param y in/out (rows, columns) @param bias in (columns), or 0 for none
 * @param activation a number of activation.ts @param alpha its parameter, where it has one
 */
export function biasActivationForward(
  y: usize,
  bias: usize,
  rows: i32,
  columns: i32,
  activation: i32,
  alpha: f32,
): void {
  const cost = columns * activationCost(activation);
  const end = shareEnd(rows, cost, 1);
  const step = blockRows(columns);
  for (let r = shareStart(rows, cost, 1); r < end; r += step) {
    const count = min(step, end - r);
    const block = y + ((<usize>r * columns) << 2);
    if (bias) addToRows(block, bias, count, columns);
    if (activation != IDENTITY) activate(activation, block, block, count * columns, alpha);
  }
}

/**
 * dz = dy ⊙ f′(y); dBias = column sums of dz, or += where accumulateBias is 1. Cut by columns, so that a sum is one thread's.
 * @param dz out (rows, columns), may be dy or y; may be 0 for the identity, where dz = dy, and is then not written
 * @param dBias out (columns), or 0 if not wanted
 * @param dy in (rows, columns) @param y in (rows, columns): what the forward pass wrote
 */
export function biasActivationBackward(
  dz: usize,
  dBias: usize,
  dy: usize,
  y: usize,
  rows: i32,
  columns: i32,
  activation: i32,
  alpha: f32,
  accumulateBias: i32,
): void {
  const start = shareStart(columns, rows, 16);
  const width = shareEnd(columns, rows, 16) - start;
  if (width <= 0) return;
  const stride = (<usize>columns) << 2;
  const step = blockRows(columns);
  let accumulate = accumulateBias;
  let o = (<usize>start) << 2;
  const sums = dBias + o;
  if (rows == 0 && dBias && !accumulate) memory.fill(sums, 0, (<usize>width) << 2);
  for (let r = 0; r < rows; r += step) {
    const count = min(step, rows - r);
    if (dz) {
      if (width == columns) activateGradient(activation, dz + o, dy + o, y + o, count * columns, alpha, 0);
      else {
        for (let i = <usize>0; i < <usize>count; i++) {
          const p = o + i * stride;
          activateGradient(activation, dz + p, dy + p, y + p, width, alpha, 0);
        }
      }
    }
    if (dBias) {
      sumRows(sums, (dz ? dz : dy) + o, count, width, stride, accumulate);
      accumulate = 1;
    }
    o += <usize>count * stride;
  }
}

/** Each of the rows += bias. */
export function addToRows(y: usize, bias: usize, rows: i32, columns: i32): void {
  for (; rows > 0; rows--) {
    let p = bias;
    let n = columns;
    for (; n >= 4; n -= 4) {
      v128.store(y, f32x4.add(v128.load(y), v128.load(p)));
      y += 16;
      p += 16;
    }
    if (n) {
      storeLanes(y, f32x4.add(loadLanes(y, n), loadLanes(p, n)), n);
      y += (<usize>n) << 2;
    }
  }
}

/** sums = or += the sums of `rows` rows of x, `columns` wide and `stride` bytes apart. */
function sumRows(sums: usize, x: usize, rows: i32, columns: i32, stride: usize, accumulate: i32): void {
  for (; columns >= 16; columns -= 16) {
    let p = x;
    let s0 = v128.load(p);
    let s1 = v128.load(p, 16);
    let s2 = v128.load(p, 32);
    let s3 = v128.load(p, 48);
    for (let r = 1; r < rows; r++) {
      p += stride;
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
    }
    if (accumulate) {
      s0 = f32x4.add(s0, v128.load(sums));
      s1 = f32x4.add(s1, v128.load(sums, 16));
      s2 = f32x4.add(s2, v128.load(sums, 32));
      s3 = f32x4.add(s3, v128.load(sums, 48));
    }
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
    v128.store(sums, s2, 32);
    v128.store(sums, s3, 48);
    x += 64;
    sums += 64;
  }
  for (; columns > 0; columns -= 4) {
    const lanes = min(columns, 4);
    let p = x;
    let s = f32x4.splat(0);
    for (let r = 0; r < rows; r++) {
      s = f32x4.add(s, loadLanes(p, lanes));
      p += stride;
    }
    putLanes(sums, s, accumulate, lanes);
    x += 16;
    sums += 16;
  }
}
