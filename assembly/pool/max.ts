/**
 * Max pooling: the largest value of each window, and where it stood. Letters: x (N, H, W, C), y (N, oH, oW, C), window kH × kW, strides sH sW,
 * padding pH pW in front (what lies behind follows from oH and oW). Element (i, j) of a window has the position i · kW + j, a uint16.
 * Padding is never the largest: windows are cut to the image. The caller sees to it that each touches it. NaN wins, as in reduce/extreme.ts.
 * Loops run along channels. Does not pool over samples or channels. The gradient is in gradient.ts.
 */
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { PoolShape } from "./layout";

/**
 * y = the largest of each window; of equal ones the first is meant.
 *
 * @param y          out (N, oH, oW, C)
 * @param positions  out (N, oH, oW, C) uint16: where it stood, for the backward pass
 * @param x          in (N, H, W, C)
 */
export function maxPoolForward(y: usize, positions: usize, x: usize, shape: PoolShape): void {
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
    const i1 = min(h - top, kH);
    for (let o = 0; o < oW; o++) {
      const left = o * sW - pW;
      const j0 = max(-left, 0);
      const j1 = min(w - left, kW);
      const first = x + ((<usize>(((sample * h + top + i0) * w + left + j0) * c)) << 2);
      let to = <usize>((row * oW + o) * c);
      const line = (<usize>(w * c)) << 2;
      let done = 0;
      if (kH == 2 && kW == 2 && i1 - i0 == 2 && j1 - j0 == 2) {
        done = largestOf2x2(y + (to << 2), positions + (to << 1), first, c, line);
        to += done;
      }
      if (done < c) {
        const from = i0 * kW + j0;
        largest(y + (to << 2), positions + (to << 1), first + (done << 2), c, done, from, i1 - i0, j1 - j0, kW, line);
      }
    }
  }
}

/** The larger of m and x; NaN where one is NaN. */
// @ts-ignore: decorator
@inline
function larger(m: v128, x: v128): v128 {
  return v128.or(f32x4.pmax(m, x), f32x4.ne(x, x)); // pmax keeps m where it is NaN
}

/**
 * The first c − c mod 8 channels of a whole window of 2 × 2, the usual one: written out, since the processor fetches ahead where each load has a stride of
 * its own. @returns the channels done
 */
function largestOf2x2(y: usize, positions: usize, x: usize, c: i32, row: usize): i32 {
  const pixel = (<usize>c) << 2;
  const second = i16x8.splat(1);
  const third = i16x8.splat(2);
  const end = c - 7;
  let k = 0;
  for (; k < end; k += 8) {
    const below = x + row;
    const a0 = v128.load(x);
    const b0 = v128.load(x + pixel);
    const d0 = v128.load(below);
    const e0 = v128.load(below + pixel);
    const a1 = v128.load(x, 16);
    const b1 = v128.load(x + pixel, 16);
    const d1 = v128.load(below, 16);
    const e1 = v128.load(below + pixel, 16);
    const top0 = larger(a0, b0);
    const top1 = larger(a1, b1);
    const bottom0 = larger(d0, e0);
    const bottom1 = larger(d1, e1);
    const above = v128.and(i16x8.narrow_i32x4_s(f32x4.gt(b0, a0), f32x4.gt(b1, a1)), second);
    const beneath = i16x8.sub(third, i16x8.narrow_i32x4_s(f32x4.gt(e0, d0), f32x4.gt(e1, d1)));
    const isBelow = i16x8.narrow_i32x4_s(f32x4.gt(bottom0, top0), f32x4.gt(bottom1, top1));
    v128.store(y, larger(top0, bottom0));
    v128.store(y, larger(top1, bottom1), 16);
    v128.store(positions, i16x8.max_u(above, v128.and(beneath, isBelow)));
    x += 32;
    y += 32;
    positions += 16;
  }
  return k;
}

/**
 * The channels from `done` on, to which the pointers point, of one window of `rows` × `columns` elements, the first at position `from`; its rows are `row` bytes apart. Positions ascend, so the last
 * that wins is the largest position among those that won.
 */
function largest(
  y: usize,
  positions: usize,
  x: usize,
  c: i32,
  done: i32,
  from: i32,
  rows: i32,
  columns: i32,
  kW: i32,
  row: usize,
): void {
  const pixel = (<usize>c) << 2;
  const skipped = row - pixel * columns; // from the end of a row of the window to the next
  c -= done;
  for (; c >= 16; c -= 16) {
    let at = x + pixel;
    let first = from;
    let m0 = v128.load(x);
    let m1 = v128.load(x, 16);
    let m2 = v128.load(x, 32);
    let m3 = v128.load(x, 48);
    let p0 = i16x8.splat(<i16>from);
    let p1 = p0;
    let j = 1;
    for (let i = 0; i < rows; i++) {
      for (; j < columns; j++) {
        const position = i16x8.splat(<i16>(first + j));
        const x0 = v128.load(at);
        const x1 = v128.load(at, 16);
        p0 = i16x8.max_u(p0, v128.and(position, i16x8.narrow_i32x4_s(f32x4.gt(x0, m0), f32x4.gt(x1, m1))));
        m0 = larger(m0, x0);
        m1 = larger(m1, x1);
        const x2 = v128.load(at, 32);
        const x3 = v128.load(at, 48);
        p1 = i16x8.max_u(p1, v128.and(position, i16x8.narrow_i32x4_s(f32x4.gt(x2, m2), f32x4.gt(x3, m3))));
        m2 = larger(m2, x2);
        m3 = larger(m3, x3);
        at += pixel;
      }
      j = 0;
      first += kW;
      at += skipped;
    }
    v128.store(y, m0);
    v128.store(y, m1, 16);
    v128.store(y, m2, 32);
    v128.store(y, m3, 48);
    v128.store(positions, p0);
    v128.store(positions, p1, 16);
    x += 64;
    y += 64;
    positions += 32;
  }
  for (; c > 0; c -= 4) {
    const lanes = min(c, 4);
    let at = x + pixel;
    let first = from;
    let best = loadLanes(x, lanes);
    let place = i32x4.splat(from);
    let j = 1;
    for (let i = 0; i < rows; i++) {
      for (; j < columns; j++) {
        const value = loadLanes(at, lanes);
        place = i32x4.max_s(place, v128.and(i32x4.splat(first + j), f32x4.gt(value, best)));
        best = larger(best, value);
        at += pixel;
      }
      j = 0;
      first += kW;
      at += skipped;
    }
    storeLanes(y, best, lanes);
    let few = i64x2.extract_lane(i16x8.narrow_i32x4_u(place, place), 0);
    for (let lane = 0; lane < lanes; lane++) {
      store<u16>(positions + ((<usize>lane) << 1), <u16>few);
      few >>= 16;
    }
    x += 16;
    y += 16;
    positions += 8;
  }
}
