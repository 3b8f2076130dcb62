/**
 * The gradients of average and max pooling: each element of dx asks the windows that cover it, so that nothing is written twice. Letters: dx (N, H, W, C),
 * dy (N, oH, oW, C), window kH × kW, strides sH sW, padding pH pW in front. Loops run along channels.
 */
import { loadLanes, putLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { PoolShape } from "./layout";

/**
 * dx = or += Σ dy / count over the windows that cover an element (Σ dy where isMean = 0); 0 where none does.
 * @param dx  out (N, H, W, C)  @param dy in (N, oH, oW, C)
 */
export function averagePoolBackward(dx: usize, dy: usize, shape: PoolShape, isMean: i32, accumulate: i32): void {
  gather(false, dx, dy, 0, shape, isMean, accumulate);
}

/**
 * dx = or += dy of the windows whose largest element stood there.
 *
 * @param dx         out (N, H, W, C)
 * @param dy         in (N, oH, oW, C)
 * @param positions  in: what the forward pass wrote
 */
export function maxPoolBackward(dx: usize, dy: usize, positions: usize, shape: PoolShape, accumulate: i32): void {
  gather(true, dx, dy, positions, shape, 0, accumulate);
}

/** Both. `isMax` must be a literal: the compiler then drops the lines of the other one. */
// @ts-ignore: decorator
@inline
function gather(
  isMax: bool,
  dx: usize,
  dy: usize,
  positions: usize,
  shape: PoolShape,
  isMean: i32,
  accumulate: i32,
): void {
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
  const cost = w * c;
  const end = shareEnd(n * h, cost, 1);
  for (let row = shareStart(n * h, cost, 1); row < end; row++) {
    const sample = row / h;
    const atH = row - sample * h + pH;
    const top = max(0, (atH - kH + sH) / sH); // windows top … bottom − 1 cover the row
    const bottom = min(oH, atH / sH + 1);
    let left = 0;
    let right = 0; // likewise left … right − 1 the column
    for (let j = 0; j < w; j++) {
      const atW = j + pW;
      while (left * sW + kW <= atW) left++;
      while (right < oW && right * sW <= atW) right++;
      const to = dx + ((<usize>((row * w + j) * c)) << 2);
      let adds = accumulate;
      for (let oi = top; oi < bottom; oi++) {
        const rows = inside(oi * sH - pH, kH, h);
        for (let oj = left; oj < right; oj++) {
          const from = <usize>(((sample * oH + oi) * oW + oj) * c);
          if (isMax) {
            const position = (atH - oi * sH) * kW + atW - oj * sW;
            take(to, dy + (from << 2), positions + (from << 1), c, position, adds);
          } else {
            const scale: f32 = isMean ? 1 / <f32>(rows * inside(oj * sW - pW, kW, w)) : 1;
            scaleTo(to, dy + (from << 2), c, scale, adds);
          }
          adds = 1;
        }
      }
      if (adds == 0) memory.fill(to, 0, (<usize>c) << 2);
    }
  }
}

/** Elements of a window from `start` on that lie in [0, size). */
// @ts-ignore: decorator
@inline
function inside(start: i32, window: i32, size: i32): i32 {
  return min(start + window, size) - max(start, 0);
}

/** to = or += from · scale for c channels. */
function scaleTo(to: usize, from: usize, c: i32, scale: f32, accumulate: i32): void {
  const scales = f32x4.splat(scale);
  for (; c >= 8; c -= 8) {
    putLanes(to, f32x4.mul(v128.load(from), scales), accumulate, 4);
    putLanes(to + 16, f32x4.mul(v128.load(from, 16), scales), accumulate, 4);
    to += 32;
    from += 32;
  }
  for (; c > 0; c -= 4) {
    const lanes = min(c, 4);
    putLanes(to, f32x4.mul(loadLanes(from, lanes), scales), accumulate, lanes);
    to += 16;
    from += 16;
  }
}

/** dx = or += dy in those of c channels where the largest stood at this position, 0 in the others. */
function take(dx: usize, dy: usize, positions: usize, c: i32, position: i32, accumulate: i32): void {
  const wanted = i16x8.splat(<i16>position);
  for (; c >= 8; c -= 8) {
    const hits = i16x8.eq(v128.load(positions), wanted);
    putLanes(dx, v128.and(v128.load(dy), i32x4.extend_low_i16x8_s(hits)), accumulate, 4);
    putLanes(dx + 16, v128.and(v128.load(dy, 16), i32x4.extend_high_i16x8_s(hits)), accumulate, 4);
    dx += 32;
    dy += 32;
    positions += 16;
  }
  for (; c > 0; c--) {
    const value: f32 = <i32>load<u16>(positions) == position ? load<f32>(dy) : 0;
    store<f32>(dx, accumulate ? load<f32>(dx) + value : value);
    dx += 4;
    dy += 4;
    positions += 2;
  }
}
