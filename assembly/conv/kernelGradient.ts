/**
 * The gradient of a convolution's kernel as gemm with another way of packing. Letters: plan.ts; pixels of the output are counted through all images,
 * rows and columns, p < P = N qH qW; lines are elements of the kernel without O: (kh, kw, c).
 *
 *   dKernel[kh, kw, c, o] = or += Σ over p = (n, q, r) of source[n, q sH + top + kh dH, r sW + left + kw dW, c] · dOut[p, o]
 *
 *   for p over P by 256                              every element gets one sum for each part, in this order
 *     for g over groups                              pack the panels of dOut that this thread uses
 *       for lines: one tap × ≤ 48 channels, or all taps of few channels       gather them, pixel after pixel
 *         for panels of O                            register tiles of lines × outputs, as deep as the part
 *
 * Threads cut (g, lines, panels): elements of dKernel, never a sum.
 */
import { KC, NR, NR_WIDE, partLength } from "../gemm/blocking";
import { packAlong } from "../gemm/pack";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { isWide } from "../wide";
import { ConvShape } from "./layout";
import { multiplyPanel, paddedColumns, panelColumns, panelCount, panelStart, panelWidth, spareBytes } from "./panel";

/** Most channels of a tap that are gathered at a time: a part of 256 pixels is 48 KiB, in L2 with some of it in L1. */
const LINES: i32 = 48;

/** Below so many channels all taps are gathered at a time, since a tile of one tap would have too few lines. */
const FEW: i32 = 12;

/** The convolution, and where its sources are. Lies in scratch memory. Sizes in elements. */
@unmanaged
class Windows {
  source: usize = 0;
  height: i32 = 0;
  width: i32 = 0;
  pixel: i32 = 0;
  qH: i32 = 0;
  qW: i32 = 0;
  sH: i32 = 0;
  sW: i32 = 0;
  top: i32 = 0;
  left: i32 = 0;
}

// @ts-ignore: decorator
@inline
function linesOf(taps: i32, channels: i32): i32 {
  return channels < FEW ? taps * channels : min(channels, partLength(channels, LINES, 4));
}

/** Bytes of scratch that conv2dBackwardKernel(…) needs, all threads together. @param channels, outputs of one group */
export function conv2dBackwardKernelScratchBytes(pixels: i32, taps: i32, channels: i32, outputs: i32): i32 {
  return <i32>partBytes(pixels, taps, channels, outputs) * threadCount();
}

function partBytes(pixels: i32, taps: i32, channels: i32, outputs: i32): usize {
  if (pixels == 0) return 0;
  const floats = <usize>partLength(pixels, KC, 1) * (linesOf(taps, channels) + paddedColumns(outputs));
  return spareBytes + offsetof<Windows>() + (((floats + 15) >> 4) << 6);
}

/**
 * dKernel = or += the gradient of a convolution's kernel (kH, kW, channels, O).
 *
 * @param dKernel out, or in/out where accumulate is 1
 * @param source  in (N, H, W, groups · channels)       @param dOut in (N, qH, qW, O)
 * @param shape   its steps are not read: dOut is contiguous   @param scratch conv2dBackwardKernelScratchBytes(…)
 * Cost: 2 N qH qW O · kH kW channels flops.
 */
// prettier-ignore
export function conv2dBackwardKernel(
  dKernel: usize, source: usize, dOut: usize, shape: ConvShape, scratch: usize, accumulate: i32,
): void {
  const channels = shape.channels;
  const outputs = shape.outputs;
  const groups = shape.groups;
  const kH = shape.kH;
  const kW = shape.kW;
  const dH = shape.dH;
  const dW = shape.dW;
  const taps = kH * kW;
  const pixels = shape.images * shape.qH * shape.qW;
  const perGroup = outputs / groups;
  if (pixels == 0) {
    const bytes = (<usize>taps * channels * outputs) << 2;
    if (threadIndex() == 0 && !accumulate) memory.fill(dKernel, 0, bytes);
    return;
  }
  const isFew = channels < FEW;
  const block = linesOf(taps, channels);
  const blocks = isFew ? 1 : (channels + block - 1) / block;
  const lineBlocks = isFew ? 1 : taps * blocks;
  const nr = isWide() ? NR_WIDE : NR;
  const panels = panelCount(perGroup, nr);
  const units = groups * lineBlocks * panels;
  const cost = <i32>min<i64>((<i64>pixels * block * min(nr, perGroup)) >> 3, i32.MAX_VALUE);
  const start = shareStart(units, cost, 1);
  const end = shareEnd(units, cost, 1);
  if (start >= end) return;
  scratch += <usize>threadIndex() * partBytes(pixels, taps, channels, perGroup);
  const windows = changetype<Windows>(scratch + spareBytes);
  windows.height = shape.height;
  windows.width = shape.width;
  windows.pixel = groups * channels;
  windows.qH = shape.qH;
  windows.qW = shape.qW;
  windows.sH = shape.sH;
  windows.sW = shape.sW;
  windows.left = shape.left;
  windows.top = shape.top;
  windows.source = source;
  const part = partLength(pixels, KC, 1);
  const gathered = scratch + spareBytes + offsetof<Windows>();
  const packed = gathered + ((<usize>part * block) << 2);
  const row = (<usize>outputs) << 2;
  const perGroupUnits = lineBlocks * panels;
  const lastGroup = (end - 1) / perGroupUnits;
  for (let p = 0; p < pixels; p += part) {
    const count = min(part, pixels - p);
    for (let g = start / perGroupUnits; g <= lastGroup; g++) {
      const from = max(start - g * perGroupUnits, 0);
      const last = min(end - g * perGroupUnits, perGroupUnits) - 1;
      const firstLines = from / panels;
      const lastLines = last / panels;
      const isOne = firstLines == lastLines;
      const dOutAt = dOut + <usize>p * row + ((<usize>g * perGroup) << 2);
      packPanels(isOne ? from % panels : 0, isOne ? last % panels : panels - 1, perGroup, nr, count, dOutAt, row, packed);
      for (let t = firstLines; t <= lastLines; t++) {
        const tap = isFew ? 0 : t / blocks;
        const c = isFew ? 0 : (t % blocks) * block;
        const lines = isFew ? block : min(block, channels - c);
        windows.source = source + ((<usize>(g * channels + c)) << 2);
        if (isFew) gatherPatches(windows, p, count, kH, kW, dH, dW, channels, groups == 1 && dW == 1, gathered);
        else gatherTap(windows, p, count, (tap / kW) * dH, (tap % kW) * dW, 1, lines, gathered, (<usize>lines) << 2);
        const to = dKernel + ((<usize>(tap * channels + c) * outputs + <usize>g * perGroup) << 2);
        const end = t == lastLines ? last % panels : panels - 1;
        for (let j = t == firstLines ? from % panels : 0; j <= end; j++) {
          const first = panelStart(perGroup, nr, j);
          multiplyPanel(
            lines, panelColumns(perGroup, nr, j), count, gathered, (<usize>lines) << 2, packed + ((<usize>count * first) << 2),
            accumulate | i32(p > 0), to + ((<usize>first) << 2), row, scratch,
          );
        }
      }
    }
  }
}

/** Packs panels `from` … `last` of a part of dOut, `count` pixels deep. */
// prettier-ignore
function packPanels(from: i32, last: i32, outputs: i32, nr: i32, count: i32, dOut: usize, row: usize, packed: usize): void {
  for (let j = from; j <= last; j++) {
    const first = panelStart(outputs, nr, j);
    const columns = panelColumns(outputs, nr, j);
    const out = packed + ((<usize>count * first) << 2);
    for (let i = 0; i < columns; i += 8) {
      const x = dOut + ((<usize>(first + i)) << 2);
      packAlong(min(columns - i, 8), count, x, row, out + ((<usize>i) << 2), (<usize>panelWidth(columns)) << 2);
    }
  }
}

/** Gathers all taps of a few channels: a line for each (kh, kw, c). @param isRun a row of taps lies side by side in the source */
// prettier-ignore
function gatherPatches(
  windows: Windows, p: i32, count: i32, kH: i32, kW: i32, dH: i32, dW: i32, channels: i32, isRun: bool, out: usize,
): void {
  const step = (<usize>(kH * kW * channels)) << 2;
  for (let kh = 0; kh < kH; kh++) {
    if (isRun) gatherTap(windows, p, count, kh * dH, 0, kW, channels, out + ((<usize>(kh * kW * channels)) << 2), step);
    else {
      for (let kw = 0; kw < kW; kw++) {
        gatherTap(windows, p, count, kh * dH, kw * dW, 1, channels, out + ((<usize>((kh * kW + kw) * channels)) << 2), step);
      }
    }
  }
}

/**
 * For pixels p … p + count − 1 of the output, what `taps` neighbouring columns of taps read from `channels` channels; zeros outside of the source.
 * @param h, w the first tap's distance from tap (0, 0) in the source      @param step bytes between pixels in `out`
 */
// prettier-ignore
function gatherTap(
  windows: Windows, p: i32, count: i32, h: i32, w: i32, taps: i32, channels: i32, out: usize, step: usize,
): void {
  const width = windows.width;
  const pixelBytes = (<usize>windows.pixel) << 2;
  const sW = windows.sW;
  const length = taps * channels;
  while (count > 0) {
    const row = p / windows.qW;
    const r = p % windows.qW;
    const columns = min(windows.qW - r, count);
    const n = row / windows.qH;
    const y = (row % windows.qH) * windows.sH + windows.top + h;
    let x = r * sW + windows.left + w; // column of the first tap of the first pixel
    const source = windows.source + <usize>(n * windows.height + y) * width * pixelBytes;
    // Pixels before `inner` and from `outer` on have taps outside of the source.
    const isInside = y >= 0 && y < windows.height;
    const inner = isInside ? min(x < 0 ? (sW - 1 - x) / sW : 0, columns) : columns;
    const room = width - taps - x;
    const outer = max(min(room < 0 ? 0 : room / sW + 1, columns), inner);
    for (let i = 0; i < columns; i++) {
      if (i == inner && inner < outer) {
        copyPixels(outer - inner, length, out, step, source + <usize>x * pixelBytes, <usize>sW * pixelBytes);
        out += <usize>(outer - inner) * step;
        x += (outer - inner) * sW;
        i = outer - 1;
        continue;
      }
      const from = isInside ? min(max(-x, 0), taps) : taps;
      const to = isInside ? max(min(width - x, taps), from) : taps;
      clearFloats(out, from * channels);
      copyFloats(out + ((<usize>(from * channels)) << 2), source + <usize>(x + from) * pixelBytes, (to - from) * channels);
      clearFloats(out + ((<usize>(to * channels)) << 2), (taps - to) * channels);
      out += step;
      x += sW;
    }
    count -= columns;
    p += columns;
  }
}

/** Copies `length` floats of each of `count` pixels. */
function copyPixels(count: i32, length: i32, to: usize, toStep: usize, from: usize, fromStep: usize): void {
  if (fromStep == toStep && toStep == (<usize>length) << 2) {
    memory.copy(to, from, <usize>count * toStep);
    return;
  }
  for (; count > 0; count--) {
    copyFloats(to, from, length);
    to += toStep;
    from += fromStep;
  }
}

/** Zeroes n floats. */
function clearFloats(at: usize, n: i32): void {
  for (; n > 0; n--) {
    store<f32>(at, 0);
    at += 4;
  }
}

// @ts-ignore: decorator
@inline
function copyFloats(to: usize, from: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  for (; n > 0; n--) {
    store<f32>(to, load<f32>(from));
    to += 4;
    from += 4;
  }
}
