/**
 * Average pooling, and sum pooling with it. Letters: x (N, H, W, C), y (N, oH, oW, C), window kH × kW, strides sH sW, padding pH pW in front.
 * Windows are cut to the image, and what is left is divided by its own number of elements (TensorFlow's rule: padding does not count).
 * With isMean = 0 and windows side by side it is the gradient of enlarging by nearest neighbours, too. Its own gradient is in gradient.ts.
 * Loops run along channels. Does not pool over samples or channels; the mean of a whole image is sumAxis.
 */
import { loadLanes, putLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { PoolShape } from "./layout";

/**
 * y = mean of each window, or its sum; = or +=. Rows of the window are added up first, so that no chain is longer than kW or kH.
 * @param y  out (N, oH, oW, C)  @param x in (N, H, W, C)  @param isMean 1 divides, 0 does not
 */
export function averagePoolForward(y: usize, x: usize, shape: PoolShape, isMean: i32, accumulate: i32): void {
  const n = shape.n;
  const h = shape.h;
  const w = shape.w;
  const c = shape.c;
  const oH = shape.oH;
  const oW = shape.oW;
  const kH = shape.kH;
  const kW = shape.kW;
  const sH = shape.sH;
  const sW = shape.sW;
  const pH = shape.pH;
  const pW = shape.pW;
  const cost = oW * c * kH * kW;
  const end = shareEnd(n * oH, cost, 1);
  for (let row = shareStart(n * oH, cost, 1); row < end; row++) {
    const sample = row / oH;
    const top = (row - sample * oH) * sH - pH;
    const i0 = max(-top, 0);
    const rows = min(h - top, kH) - i0;
    for (let o = 0; o < oW; o++) {
      const left = o * sW - pW;
      const j0 = max(-left, 0);
      const columns = min(w - left, kW) - j0;
      const from = x + ((<usize>(((sample * h + top + i0) * w + left + j0) * c)) << 2);
      const to = y + ((<usize>((row * oW + o) * c)) << 2);
      const scale = f32x4.splat(isMean ? 1 / <f32>(rows * columns) : 1);
      sumWindow(to, from, c, rows, columns, (<usize>(w * c)) << 2, scale, accumulate);
    }
  }
}

/** All channels of one window; its rows are `row` bytes apart. */
function sumWindow(
  y: usize,
  x: usize,
  c: i32,
  rows: i32,
  columns: i32,
  row: usize,
  scale: v128,
  accumulate: i32,
): void {
  const pixel = (<usize>c) << 2;
  let k = 0;
  for (; k + 8 <= c; k += 8) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    for (let i = 0, start = x; i < rows; i++, start += row) {
      let r0 = v128.load(start);
      let r1 = v128.load(start, 16);
      let at = start;
      for (let j = 1; j < columns; j++) {
        at += pixel;
        r0 = f32x4.add(r0, v128.load(at));
        r1 = f32x4.add(r1, v128.load(at, 16));
      }
      s0 = f32x4.add(s0, r0);
      s1 = f32x4.add(s1, r1);
    }
    putLanes(y, f32x4.mul(s0, scale), accumulate, 4);
    putLanes(y + 16, f32x4.mul(s1, scale), accumulate, 4);
    y += 32;
    x += 32;
  }
  for (; k < c; k += 4) {
    const lanes = min(c - k, 4);
    let sum = f32x4.splat(0);
    for (let i = 0, start = x; i < rows; i++, start += row) {
      let rowSum = loadLanes(start, lanes);
      let at = start;
      for (let j = 1; j < columns; j++) {
        at += pixel;
        rowSum = f32x4.add(rowSum, loadLanes(at, lanes));
      }
      sum = f32x4.add(sum, rowSum);
    }
    putLanes(y, f32x4.mul(sum, scale), accumulate, lanes);
    y += 16;
    x += 16;
  }
}
