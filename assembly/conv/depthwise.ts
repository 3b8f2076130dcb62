/**
 * Depthwise convolution: each channel with a kernel of its own. Vector loops run along the channels, four pixels at a time, so that a kernel element is
 * loaded once for four. Letters: plan.ts; source (N, H, W, C), kernel (kH, kW, C), output rows q < qH and columns r < qW.
 *
 *   out[n, q, r, c] = f(bias[c] + Σ over i < nH, j < nW of source[n, q sH + top + i dH, r sW + left + j dW, c] · kernel[h0 + i hStep, w0 + j wStep, c])
 *
 * The taps are a selection in any order, so that the gradient of the source is the same loop on the flipped kernel (src/ops/image/depthwiseConv2d.ts).
 * An output is one chain over (i, j) within the source. Steps of the loops over taps are in bytes.
 */
import { IDENTITY } from "../elementwise/activation";
import { activate } from "../elementwise/activate";
import { madd } from "../simd/f32x4";
import { loadLanes, putLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { ConvShape, TapSelection } from "./layout";

/**
 * A depthwise convolution, bias and activation. Cut by rows of outputs.
 *
 * @param out    out, or in/out where accumulate is 1: outputs where `shape` says, one group for each channel
 * @param source in (N, H, W, C)     @param kernel in (kH, kW, C)     @param bias in (C), or 0 for none
 * @param shape  its kH is not read, and O and groups are not: they are C; output (0, 0) reads row `top` and column `left` at the first tap of `taps`
 * @param activation a number of activation.ts; with one, columnStep must be C and accumulate 0     @param alpha its parameter
 */
// prettier-ignore
export function depthwiseConvolve(
  out: usize, source: usize, kernel: usize, bias: usize, shape: ConvShape, taps: TapSelection, activation: i32, alpha: f32, accumulate: i32,
): void {
  const images = shape.images;
  const height = shape.height;
  const width = shape.width;
  const channels = shape.channels;
  const qH = shape.qH;
  const qW = shape.qW;
  const kW = shape.kW;
  const sH = shape.sH;
  const sW = shape.sW;
  const dH = shape.dH;
  const dW = shape.dW;
  const top = shape.top;
  const left = shape.left;
  const imageStep = shape.imageStep;
  const rowStep = shape.rowStep;
  const h0 = taps.h0;
  const hStep = taps.hStep;
  const nH = taps.nH;
  const w0 = taps.w0;
  const wStep = taps.wStep;
  const nW = taps.nW;
  const cost = qW * channels * (nH * nW + 1);
  const end = shareEnd(images * qH, cost, 1);
  const pixel = (<usize>channels) << 2;
  const kernelRow = <usize>(hStep * kW) * pixel;
  const kernelColumn = <usize>wStep * pixel;
  const sourceRow = <usize>(dH * width) * pixel;
  const sourceColumn = <usize>dW * pixel;
  const outPixel = (<usize>shape.columnStep) << 2;
  const sourcePixel = <usize>sW * pixel;
  // Outputs before `inner` and from `outer` on read columns outside of the source.
  const inner = min(left < 0 ? (sW - 1 - left) / sW : 0, qW);
  const room = width - left - (nW - 1) * dW;
  const outer = max(min(room > 0 ? (room + sW - 1) / sW : 0, qW), inner);
  for (let row = shareStart(images * qH, cost, 1); row < end; row++) {
    const n = row / qH;
    const y = (row % qH) * sH + top;
    const i0 = y < 0 ? min((dH - 1 - y) / dH, nH) : 0;
    const rows = max(min((height - y + dH - 1) / dH, nH), i0) - i0;
    const x = source + <usize>((n * height + y + i0 * dH) * width + left) * pixel;
    const k = kernel + <usize>((h0 + i0 * hStep) * kW + w0) * pixel;
    const to = out + ((<usize>n * imageStep + <usize>(row % qH) * rowStep) << 2);
    for (let r = 0; r < qW; ) {
      const isInner = r >= inner && r < outer;
      const at = to + <usize>r * outPixel;
      const from = x + <usize>r * sourcePixel;
      if (isInner && r + 4 <= outer) {
        fourPixels(at, outPixel, from, sourcePixel, k, bias, channels, rows, nW, sourceRow, sourceColumn, kernelRow, kernelColumn, accumulate);
        r += 4;
        continue;
      }
      const w = r * sW + left;
      const j0 = isInner || w >= 0 ? 0 : min((dW - 1 - w) / dW, nW);
      const columns = isInner ? nW : max(min(w < width ? (width - w + dW - 1) / dW : 0, nW), j0) - j0;
      const first = <usize>j0;
      onePixel(
        at, from + first * sourceColumn, k + first * kernelColumn, bias, channels, rows, columns,
        sourceRow, sourceColumn, kernelRow, kernelColumn, accumulate,
      );
      r++;
    }
    if (activation != IDENTITY) activate(activation, to, to, qW * channels, alpha);
  }
}

// prettier-ignore
function fourPixels(
  out: usize, outPixel: usize, x: usize, pixel: usize, k: usize, bias: usize, channels: i32, rows: i32, columns: i32,
  xRow: usize, xColumn: usize, kRow: usize, kColumn: usize, accumulate: i32,
): void {
  for (; channels > 0; channels -= 4) {
    if (channels >= 4) fourPixelsOf(4, out, outPixel, x, pixel, k, bias, rows, columns, xRow, xColumn, kRow, kColumn, accumulate);
    else fourPixelsOf(channels, out, outPixel, x, pixel, k, bias, rows, columns, xRow, xColumn, kRow, kColumn, accumulate);
    out += 16;
    x += 16;
    k += 16;
    if (bias) bias += 16;
  }
}

// prettier-ignore
// @ts-ignore: decorator
@inline
function fourPixelsOf(
  lanes: i32, out: usize, outPixel: usize, x: usize, pixel: usize, k: usize, bias: usize, rows: i32, columns: i32,
  xRow: usize, xColumn: usize, kRow: usize, kColumn: usize, accumulate: i32,
): void {
  let sum0 = bias ? loadLanes(bias, lanes) : f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  for (let i = 0; i < rows; i++) {
    let p = x + <usize>i * xRow;
    let w = k + <usize>i * kRow;
    for (let j = 0; j < columns; j++) {
      const tap = loadLanes(w, lanes);
      sum0 = madd(loadLanes(p, lanes), tap, sum0);
      sum1 = madd(loadLanes(p + pixel, lanes), tap, sum1);
      sum2 = madd(loadLanes(p + 2 * pixel, lanes), tap, sum2);
      sum3 = madd(loadLanes(p + 3 * pixel, lanes), tap, sum3);
      p += xColumn;
      w += kColumn;
    }
  }
  putLanes(out, sum0, accumulate, lanes);
  putLanes(out + outPixel, sum1, accumulate, lanes);
  putLanes(out + 2 * outPixel, sum2, accumulate, lanes);
  putLanes(out + 3 * outPixel, sum3, accumulate, lanes);
}

// prettier-ignore
function onePixel(
  out: usize, x: usize, k: usize, bias: usize, channels: i32, rows: i32, columns: i32,
  xRow: usize, xColumn: usize, kRow: usize, kColumn: usize, accumulate: i32,
): void {
  for (; channels > 0; channels -= 4) {
    const lanes = min(channels, 4);
    let sum = bias ? loadLanes(bias, lanes) : f32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      let p = x + <usize>i * xRow;
      let w = k + <usize>i * kRow;
      for (let j = 0; j < columns; j++) {
        sum = madd(loadLanes(p, lanes), loadLanes(w, lanes), sum);
        p += xColumn;
        w += kColumn;
      }
    }
    putLanes(out, sum, accumulate, lanes);
    out += 16;
    x += 16;
    k += 16;
    if (bias) bias += 16;
  }
}

/**
 * dKernel = or += the gradient of a depthwise convolution's kernel (kH, kW, C): Σ over n, q, r of source · dOut, a chain for each row of outputs, the rows
 * added one after the other. Cut by (tap, sixteen channels).
 *
 * @param dKernel out, or in/out where accumulate is 1     @param source in (N, H, W, C)     @param dOut in (N, qH, qW, C)
 */
// prettier-ignore
export function depthwiseBackwardKernel(
  dKernel: usize, source: usize, dOut: usize, shape: ConvShape, accumulate: i32,
): void {
  const images = shape.images;
  const height = shape.height;
  const width = shape.width;
  const channels = shape.channels;
  const qH = shape.qH;
  const qW = shape.qW;
  const kH = shape.kH;
  const kW = shape.kW;
  const sH = shape.sH;
  const sW = shape.sW;
  const dH = shape.dH;
  const dW = shape.dW;
  const top = shape.top;
  const left = shape.left;
  const blocks = (channels + 15) >> 4;
  const cost = <i32>min<i64>(<i64>images * qH * qW * 16, i32.MAX_VALUE);
  const end = shareEnd(kH * kW * blocks, cost, 1);
  const pixel = (<usize>channels) << 2;
  for (let unit = shareStart(kH * kW * blocks, cost, 1); unit < end; unit++) {
    const tap = unit / blocks;
    const h = (tap / kW) * dH + top;
    const w = (tap % kW) * dW + left;
    const r0 = min(w < 0 ? (sW - 1 - w) / sW : 0, qW);
    const count = max(min(w < width ? (width - w + sW - 1) / sW : 0, qW), r0) - r0;
    const from = (unit % blocks) << 4;
    const last = min(from + 16, channels);
    for (let c = from; c < last; ) {
      const isFour = last - c == 16;
      const lanes = min(last - c, 4);
      let sum0 = f32x4.splat(0);
      let sum1 = sum0;
      let sum2 = sum0;
      let sum3 = sum0;
      for (let row = 0; row < images * qH; row++) {
        const y = (row % qH) * sH + h;
        if (y < 0 || y >= height) continue;
        let x = source + <usize>((row / qH * height + y) * width + w + r0 * sW) * pixel + ((<usize>c) << 2);
        let dy = dOut + <usize>(row * qW + r0) * pixel + ((<usize>c) << 2);
        let part0 = f32x4.splat(0);
        if (isFour) {
          let part1 = part0;
          let part2 = part0;
          let part3 = part0;
          for (let r = 0; r < count; r++) {
            part0 = madd(v128.load(x), v128.load(dy), part0);
            part1 = madd(v128.load(x, 16), v128.load(dy, 16), part1);
            part2 = madd(v128.load(x, 32), v128.load(dy, 32), part2);
            part3 = madd(v128.load(x, 48), v128.load(dy, 48), part3);
            x += <usize>sW * pixel;
            dy += pixel;
          }
          sum1 = f32x4.add(sum1, part1);
          sum2 = f32x4.add(sum2, part2);
          sum3 = f32x4.add(sum3, part3);
        } else {
          for (let r = 0; r < count; r++) {
            part0 = madd(loadLanes(x, lanes), loadLanes(dy, lanes), part0);
            x += <usize>sW * pixel;
            dy += pixel;
          }
        }
        sum0 = f32x4.add(sum0, part0);
      }
      const to = dKernel + <usize>tap * pixel + ((<usize>c) << 2);
      putLanes(to, sum0, accumulate, lanes);
      if (isFour) {
        putLanes(to + 16, sum1, accumulate, 4);
        putLanes(to + 32, sum2, accumulate, 4);
        putLanes(to + 48, sum3, accumulate, 4);
      }
      c += isFour ? 16 : 4;
    }
  }
}
