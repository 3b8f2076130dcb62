/**
 * Two-dimensional convolution of images (N, H, W, C) as gemm with another way of packing: tiles of outputs × output channels run over packed rows of the
 * source (band.ts) and a packed kernel (packKernel.ts). No patch matrix is written for the batch. Letters: plan.ts; output rows q < qH, columns r < qW.
 *
 *   out[n, q, r, o] = f(bias[o] + Σ over kh, kw, c of source[n, q sH + top + kh dH, r sW + left + kw dW, c] · kernel[kh, kw, c, o])
 *
 *   for n and q by R, r by Q                        a block of outputs; threads cut (n, q)
 *     for g over groups
 *       for c over channels by B                    pack the rows of source that the block reads
 *         for panels of O                           a panel of the packed kernel, in L1 for all rows
 *           for q over R, kw over kW, r over Q      register tiles, kH · B deep (kW kH B where patches are laid out in full)
 *     bias and activation, while the block is in L2
 *
 * The order of an output's sum: blocks of channels; in them kw, each a chain over (kh, c), or one chain over (kw, kh, c).
 * The gradient of the source is a convolution too, of the gradient of the output with the flipped kernel (src/ops/image/conv2d.ts).
 * Source: BLIS (Van Zee & van de Geijn 2015) for the tiles; Dukhan 2019, "The Indirect Convolution Algorithm", for leaving the patches out.
 */
import { IDENTITY } from "../elementwise/activation";
import { activate } from "../elementwise/activate";
import { addToRows } from "../elementwise/bias";
import { NR, NR_WIDE } from "../gemm/blocking";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { isWide } from "../wide";
import { Band, bandFloats, copyPatches, packBand, tapsAt } from "./band";
import { ConvShape } from "./layout";
import { multiplyPanel, paddedColumns, panelColumns, panelCount, panelStart, panelWidth, spareBytes } from "./panel";
import { bandStep, channelBlock, columnBlock, isMerged, patchStep, rowBlock } from "./plan";

/** Bytes of scratch that convolve2d(…) needs, all threads together. @param channels of one group */
// prettier-ignore
export function convolve2dScratchBytes(
  qH: i32, qW: i32, channels: i32, kH: i32, kW: i32, sH: i32, sW: i32, dH: i32, dW: i32,
): i32 {
  return <i32>partBytes(qH, qW, channels, kH, kW, sH, sW, dH, dW) * threadCount();
}

// prettier-ignore
function partBytes(
  qH: i32, qW: i32, channels: i32, kH: i32, kW: i32, sH: i32, sW: i32, dH: i32, dW: i32,
): usize {
  const merged = isMerged(kH, kW, channels, qW);
  const block = channelBlock(kH, kW, channels, qW);
  const columns = columnBlock(qW);
  const rows = rowBlock(kH, kW, sH, dH, block, qH, columns, bandStep(kW, sW, dW, columns), merged);
  const floats = bandFloats(kH, kW, sH, sW, dH, dW, block, rows, columns);
  const patches = merged ? kH * kW * block * patchStep(rows, columns) : 0;
  return spareBytes + offsetof<Band>() + (((<usize>(floats + patches) + 15) >> 4) << 6);
}

/**
 * A convolution, bias and activation. Cut by rows of outputs.
 *
 * @param out        out, or in/out where accumulate is 1: outputs where `shape` says
 * @param source     in (N, H, W, groups · channels)
 * @param packed     in, what conv2dPackKernel made of the kernel for this qW
 * @param bias       in (O), or 0 for none; with a bias or an activation columnStep must be O
 * @param activation a number of activation.ts; 0 where accumulate is 1     @param alpha its parameter
 * @param scratch    convolve2dScratchBytes(…); holds nothing between calls
 * Cost: 2 N qH qW O · kH kW channels flops.
 */
// prettier-ignore
export function convolve2d(
  out: usize, source: usize, packed: usize, bias: usize, shape: ConvShape, activation: i32, alpha: f32, scratch: usize, accumulate: i32,
): void {
  const images = shape.images;
  const height = shape.height;
  const width = shape.width;
  const channels = shape.channels;
  const qH = shape.qH;
  const qW = shape.qW;
  const outputs = shape.outputs;
  const groups = shape.groups;
  const kH = shape.kH;
  const kW = shape.kW;
  const sH = shape.sH;
  const sW = shape.sW;
  const dH = shape.dH;
  const dW = shape.dW;
  const top = shape.top;
  const left = shape.left;
  const imageStep = shape.imageStep;
  const rowStep = shape.rowStep;
  const columnStep = shape.columnStep;
  const perGroup = outputs / groups;
  const taps = kH * kW;
  const cost = <i32>min<i64>((<i64>qW * outputs * taps * channels) >> 3, i32.MAX_VALUE);
  const end = shareEnd(images * qH, cost, 1);
  let row = shareStart(images * qH, cost, 1);
  if (row >= end) return;
  scratch += <usize>threadIndex() * partBytes(qH, qW, channels, kH, kW, sH, sW, dH, dW);
  const merged = isMerged(kH, kW, channels, qW);
  const block = channelBlock(kH, kW, channels, qW);
  const mostColumns = columnBlock(qW);
  const mostRows = rowBlock(kH, kW, sH, dH, block, qH, mostColumns, bandStep(kW, sW, dW, mostColumns), merged);
  const spare = scratch;
  const band = changetype<Band>(scratch + spareBytes);
  band.at = scratch + spareBytes + offsetof<Band>();
  band.height = height;
  band.width = width;
  band.pixel = groups * channels;
  band.kH = kH;
  band.kW = kW;
  band.sH = sH;
  band.sW = sW;
  band.dH = dH;
  band.dW = dW;
  const groupFloats = taps * channels * paddedColumns(perGroup);
  while (row < end) {
    const n = row / qH;
    const q = row % qH;
    band.rows = min(min(mostRows, qH - q), end - row);
    band.top = q * sH + top;
    for (let r = 0; r < qW; r += mostColumns) {
      band.columns = min(mostColumns, qW - r);
      band.left = r * sW + left;
      const at = out + ((<usize>n * imageStep + <usize>q * rowStep + <usize>r * columnStep) << 2);
      for (let g = 0; g < groups; g++) {
        for (let c = 0; c < channels; c += block) {
          band.channels = min(block, channels - c);
          band.source = source + ((<usize>n * (height * width * band.pixel) + <usize>(g * channels + c)) << 2);
          packBand(band);
          multiplyBlock(
            band, merged, perGroup, packed + ((<usize>g * groupFloats) << 2), taps * channels, taps * c,
            accumulate | i32(c > 0), at + ((<usize>g * perGroup) << 2), (<usize>rowStep) << 2, (<usize>columnStep) << 2, spare,
          );
        }
      }
      if (bias != 0 || activation != IDENTITY) finishBlock(band, at, bias, outputs, rowStep, activation, alpha);
    }
    row += band.rows;
  }
}

/**
 * The panels of one group, for a packed block of the source: every output = or += its sum.
 * @param k depth of the packed panels      @param from depth in them at which the block's channels begin
 */
// prettier-ignore
function multiplyBlock(
  band: Band, merged: bool, outputs: i32, packed: usize, k: i32, from: i32, add: i32, out: usize, rowStep: usize, columnStep: usize,
  spare: usize,
): void {
  const nr = isWide() ? NR_WIDE : NR;
  const panels = panelCount(outputs, nr);
  const columns = band.columns;
  const step = (<usize>bandStep(band.kW, band.sW, band.dW, columns)) << 2;
  const depth = band.kH * band.channels;
  let patches: usize = 0;
  if (merged) {
    // prettier-ignore
    patches = band.at + ((<usize>bandFloats(
      band.kH, band.kW, band.sH, band.sW, band.dH, band.dW, band.channels, band.rows, columns)) << 2);
    copyPatches(band, patches);
  }
  for (let j = 0; j < panels; j++) {
    const first = panelStart(outputs, nr, j);
    const count = panelColumns(outputs, nr, j);
    const width = panelWidth(count);
    const panel = packed + ((<usize>k * first + <usize>from * width) << 2);
    let c = out + ((<usize>first) << 2);
    if (merged) {
      const patch = (<usize>patchStep(band.rows, columns)) << 2;
      // Rows of outputs that lie one after the other are one run of lines.
      const isOneRun = rowStep == <usize>columns * columnStep;
      const runs = isOneRun ? 1 : band.rows;
      const length = isOneRun ? band.rows * columns : columns;
      for (let q = 0; q < runs; q++) {
        const a = patches + ((<usize>(q * columns)) << 2);
        multiplyPanel(length, count, depth * band.kW, a, patch, panel, add, c, columnStep, spare);
        c += rowStep;
      }
    } else {
      for (let q = 0; q < band.rows; q++) {
        for (let kw = 0; kw < band.kW; kw++) {
          const b = panel + ((<usize>kw * depth * width) << 2);
          multiplyPanel(columns, count, depth, tapsAt(band, q, kw), step, b, add | i32(kw > 0), c, columnStep, spare);
        }
        c += rowStep;
      }
    }
  }
}

/** Adds the bias to a block whose pixels lie side by side and applies the activation, a row at a time. */
// prettier-ignore
function finishBlock(
  band: Band, out: usize, bias: usize, outputs: i32, rowStep: i32, activation: i32, alpha: f32,
): void {
  for (let q = 0; q < band.rows; q++) {
    if (bias) addToRows(out, bias, band.columns, outputs);
    if (activation != IDENTITY) activate(activation, out, out, band.columns * outputs, alpha);
    out += (<usize>rowStep) << 2;
  }
}
