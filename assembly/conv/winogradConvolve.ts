/**
 * A 3 × 3 convolution without strides by Winograd's algorithm (winograd.ts), forward and, with the flipped kernel, for the gradient of its source.
 * Letters: source (N, H, W, C), output (N, qH, qW, O), both multiples of 4; T tiles of 4 × 4 outputs in a block, counted through all images.
 *
 *   for tiles by T                                 threads cut the tiles
 *     Bᵀ d B of T tiles, all channels              36 matrices V (T, C), packed for the register tiles
 *     for o over O by 64
 *       for 36 positions: M = V · U                register tiles, C deep; U (C, O) is what winogradKernel made of the kernel
 *       Aᵀ M A, and the bias                       T tiles of outputs
 *     activation, while the block is in L2
 *
 *   V: position k, panel of MR tiles, channel c, tile     at  k · step + (panel · C + c) · 4 MR
 *   U: position k, panel of columns, channel c, column    at  k · step + as in panel.ts
 *   M: position k, tile, column
 *
 * Every output is one chain over its channels for each position: where tiles and columns are cut changes no bit.
 * Worth it where outputs fill their tiles and channels are many: src/ops/image/convolutionProducts.ts decides.
 */
import { IDENTITY } from "../elementwise/activation";
import { activate } from "../elementwise/activate";
import { MR, NR, NR_EDGE, NR_WIDE } from "../gemm/blocking";
import { multiplyTile4, multiplyTile8 } from "../gemm/tiles";
import { multiplyTile16 } from "../gemm/wideTiles";
import { highHalves, highPairs, lowHalves, lowPairs } from "../simd/interleave";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { isWide } from "../wide";
import { ConvShape } from "./layout";
import { panelColumns, panelCount, panelStart, panelWidth } from "./panel";
import { POSITIONS, TILE, outputRow, positionFloats, put, tilesOf } from "./winograd";
import { Patch, Tiles, passBytes, placePatch, setTiles, transformInput } from "./winogradPatch";

/** Floats of V and M together: 576 KiB of L2. */
const BLOCK: i32 = 147456;

/** Columns of M: those of all tiles of a block are transformed while they are in L2. */
const COLUMNS: i32 = 64;

/** Bytes between positions of the tiles that are about to be transposed: MR vectors. */
const looseStep: usize = 16 * MR;

/** T: a multiple of MR. @param channels C */
// @ts-ignore: decorator
@inline
function blockTiles(channels: i32, outputs: i32): i32 {
  const most = BLOCK / (POSITIONS * (channels + min(outputs, COLUMNS)));
  return max(most / MR, 2) * MR;
}

/** Bytes of scratch that winogradConvolve(…) needs, all threads together. */
export function winogradScratchBytes(channels: i32, outputs: i32): i32 {
  return partFloats(channels, outputs) * 4 * threadCount();
}

/** A part: tiles, patches, pass, zeros; loose tiles; V; M. */
function partFloats(channels: i32, outputs: i32): i32 {
  const tiles = blockTiles(channels, outputs);
  const matrices = positionFloats(tiles * channels) + positionFloats(tiles * min(outputs, COLUMNS));
  return headFloats(channels) + POSITIONS * (<i32>(looseStep >> 2) + matrices);
}

// @ts-ignore: decorator
@inline
function headFloats(channels: i32): i32 {
  const bytes = offsetof<Tiles>() + <usize>MR * offsetof<Patch>() + passBytes;
  return ((((<i32>bytes) >> 2) + 6 * channels + 15) >> 4) << 4;
}

/**
 * A 3 × 3 convolution without strides or dilation, bias and activation. Cut by tiles.
 *
 * @param out        out, or in/out where accumulate is 1 (N, qH, qW, O)
 * @param source     in (N, H, W, C)            @param packed in, what winogradKernel made
 * @param bias       in (O), or 0 for none
 * @param shape      C and O multiples of 4, one group; of taps, strides, dilations and steps nothing is read
 * @param activation a number of activation.ts; 0 where accumulate is 1     @param alpha its parameter
 * @param scratch    winogradScratchBytes(…); holds nothing between calls
 * Cost: 72 C O flops a tile, and some 40 flops for each channel of it. Accuracy: within twice the error of the sum it replaces.
 */
// prettier-ignore
export function winogradConvolve(
  out: usize, source: usize, packed: usize, bias: usize, shape: ConvShape, activation: i32, alpha: f32, scratch: usize, accumulate: i32,
): void {
  const channels = shape.channels;
  const qH = shape.qH;
  const qW = shape.qW;
  const outputs = shape.outputs;
  const down = tilesOf(qH);
  const across = tilesOf(qW);
  const total = shape.images * down * across;
  const cost = <i32>min<i64>((<i64>POSITIONS * channels * outputs) >> 3, i32.MAX_VALUE);
  const end = shareEnd(total, cost, MR);
  let tile = shareStart(total, cost, MR);
  if (tile >= end) return;
  scratch += (<usize>(partFloats(channels, outputs) * threadIndex())) << 2;
  const tiles = changetype<Tiles>(scratch);
  const patches = scratch + offsetof<Tiles>();
  const pass = patches + (<usize>MR) * offsetof<Patch>();
  setTiles(tiles, source, shape.height, shape.width, channels, down, across, shape.top, shape.left, pass + passBytes);
  memory.fill(tiles.zeros, 0, (<usize>channels) * 24);
  const loose = scratch + ((<usize>headFloats(channels)) << 2);
  const v = loose + (<usize>POSITIONS) * looseStep;
  const most = blockTiles(channels, outputs);
  const uStep = (<usize>positionFloats(channels * outputs)) << 2;
  const vStep = (<usize>positionFloats(most * channels)) << 2;
  const m = v + (<usize>POSITIONS) * vStep;
  const mStep = (<usize>positionFloats(most * min(outputs, COLUMNS))) << 2;
  for (; tile < end; tile += most) {
    const count = min(most, end - tile);
    packTiles(tiles, tile, count, channels, patches, pass, loose, v, vStep);
    for (let o = 0; o < outputs; o += COLUMNS) {
      const columns = min(COLUMNS, outputs - o);
      for (let k: usize = 0; k < <usize>POSITIONS; k++) {
        const u = packed + k * uStep + ((<usize>(o * channels)) << 2);
        multiply(count, columns, channels, v + k * vStep, u, m + k * mStep);
      }
      for (let t = 0; t < count; t++) {
        const row = (tile + t) / across;
        const r = ((tile + t) - row * across) * TILE;
        const n = row / down;
        const q = (row - n * down) * TILE;
        const at = out + ((<usize>((n * qH + q) * qW + r) * <usize>outputs + <usize>o) << 2);
        const from = m + ((<usize>(t * columns)) << 2);
        const b = bias ? bias + ((<usize>o) << 2) : 0;
        storeTile(at, min(TILE, qH - q), min(TILE, qW - r), (<usize>outputs) << 2, qW, columns, from, mStep, b, pass, accumulate);
      }
    }
    if (activation != IDENTITY) activateTiles(out, tile, count, down, across, qH, qW, outputs, activation, alpha);
  }
}

/** Transforms `count` tiles from `tile` on into the panels of V. */
// prettier-ignore
function packTiles(
  tiles: Tiles, tile: i32, count: i32, channels: i32, patches: usize, pass: usize, loose: usize, v: usize, vStep: usize,
): void {
  const panels = (count + MR - 1) / MR;
  const pixel = tiles.pixel;
  for (let panel = 0; panel < panels; panel++) {
    const rows = count / panels + i32(panel < count % panels);
    for (let t = 0; t < rows; t++) placePatch(changetype<Patch>(patches + <usize>t * offsetof<Patch>()), tiles, tile + t, 6);
    let out = v;
    for (let c: usize = 0; c < pixel; c += 16) {
      for (let t: usize = 0; t < <usize>rows; t++) {
        transformInput(changetype<Patch>(patches + t * offsetof<Patch>()), c, pixel, loose + (t << 4), looseStep, pass);
      }
      transposeTiles(loose, out, vStep);
      out += 16 * MR;
    }
    tile += rows;
    v += (<usize>channels) * (4 * MR);
  }
}

/** MR tiles of four channels become four channels of MR tiles, for every position. Tiles that are not there are holes. */
function transposeTiles(loose: usize, out: usize, step: usize): void {
  for (let k = 0; k < POSITIONS; k++) {
    transposeFour(loose, out);
    transposeFour(loose + 16 * (MR - 4), out + 4 * (MR - 4));
    loose += looseStep;
    out += step;
  }
}

// @ts-ignore: decorator
@inline
function transposeFour(x: usize, out: usize): void {
  const x0 = v128.load(x);
  const x1 = v128.load(x, 16);
  const x2 = v128.load(x, 32);
  const x3 = v128.load(x, 48);
  const low01 = lowPairs(x0, x1);
  const low23 = lowPairs(x2, x3);
  const high01 = highPairs(x0, x1);
  const high23 = highPairs(x2, x3);
  v128.store(out, lowHalves(low01, low23));
  v128.store(out + 4 * MR, highHalves(low01, low23));
  v128.store(out + 8 * MR, lowHalves(high01, high23));
  v128.store(out + 12 * MR, highHalves(high01, high23));
}

/** M (count, columns) = V · U of one position. */
function multiply(count: i32, columns: i32, channels: i32, v: usize, u: usize, m: usize): void {
  const nr = isWide() ? NR_WIDE : NR;
  const panels = panelCount(columns, nr);
  const rowPanels = (count + MR - 1) / MR;
  const mRow = (<usize>columns) << 2;
  for (let j = 0; j < panels; j++) {
    const width = panelWidth(panelColumns(columns, nr, j));
    const first = <usize>panelStart(columns, nr, j);
    const b = u + ((first * <usize>channels) << 2);
    let a = v;
    let c = m + (first << 2);
    for (let panel = 0; panel < rowPanels; panel++) {
      const rows = count / rowPanels + i32(panel < count % rowPanels);
      if (ASC_FEATURE_RELAXED_SIMD && width == NR_WIDE) multiplyTile16(rows, channels, a, 4 * MR, b, 64, 0, c, mRow);
      else if (width == NR_EDGE) multiplyTile4(rows, channels, a, 4 * MR, b, 16, 0, c, mRow);
      else multiplyTile8(rows, channels, a, 4 * MR, b, 32, 0, c, mRow);
      a += <usize>channels * (4 * MR);
      c += <usize>rows * mRow;
    }
  }
}

/** Aᵀ M A of one tile, as much of it as lies in the image, `columns` channels. @param m position k at m + k · step */
// prettier-ignore
function storeTile(
  out: usize, rows: i32, width: i32, pixel: usize, qW: i32, columns: i32, m: usize, step: usize, bias: usize, pass: usize, add: i32,
): void {
  const rowBytes = <usize>qW * pixel;
  for (let o = 0; o < columns; o += 4) {
    const b = bias ? v128.load(bias + ((<usize>o) << 2)) : f32x4.splat(0);
    let x = m + ((<usize>o) << 2);
    for (let j: usize = 0; j < 6; j++) {
      const m1 = v128.load(x + 6 * step);
      const m2 = v128.load(x + 12 * step);
      const m3 = v128.load(x + 18 * step);
      const m4 = v128.load(x + 24 * step);
      const m0 = v128.load(x);
      const m5 = v128.load(x + 30 * step);
      const sum12 = f32x4.add(m1, m2);
      const difference12 = f32x4.sub(m1, m2);
      const sum34 = f32x4.add(m3, m4);
      const difference34 = f32x4.sub(m3, m4);
      const at = pass + (j << 4);
      v128.store(at, outputRow(0, m0, m5, sum12, difference12, sum34, difference34));
      v128.store(at, outputRow(1, m0, m5, sum12, difference12, sum34, difference34), 96);
      v128.store(at, outputRow(2, m0, m5, sum12, difference12, sum34, difference34), 192);
      v128.store(at, outputRow(3, m0, m5, sum12, difference12, sum34, difference34), 288);
      x += step;
    }
    let line = pass;
    let to = out + ((<usize>o) << 2);
    for (let i = 0; i < rows; i++) {
      const m1 = v128.load(line, 16);
      const m2 = v128.load(line, 32);
      const m3 = v128.load(line, 48);
      const m4 = v128.load(line, 64);
      const m0 = v128.load(line);
      const m5 = v128.load(line, 80);
      const sum12 = f32x4.add(m1, m2);
      const difference12 = f32x4.sub(m1, m2);
      const sum34 = f32x4.add(m3, m4);
      const difference34 = f32x4.sub(m3, m4);
      put(to, f32x4.add(b, outputRow(0, m0, m5, sum12, difference12, sum34, difference34)), add);
      if (width > 1) put(to + pixel, f32x4.add(b, outputRow(1, m0, m5, sum12, difference12, sum34, difference34)), add);
      if (width > 2) put(to + 2 * pixel, f32x4.add(b, outputRow(2, m0, m5, sum12, difference12, sum34, difference34)), add);
      if (width > 3) put(to + 3 * pixel, f32x4.add(b, outputRow(3, m0, m5, sum12, difference12, sum34, difference34)), add);
      line += 96;
      to += rowBytes;
    }
  }
}

/** Applies the activation to the outputs of `count` tiles, a row of a tile at a time. */
// prettier-ignore
function activateTiles(
  out: usize, tile: i32, count: i32, down: i32, across: i32, qH: i32, qW: i32, outputs: i32, activation: i32, alpha: f32,
): void {
  for (const end = tile + count; tile < end; tile++) {
    const row = tile / across;
    const r = (tile - row * across) * TILE;
    const n = row / down;
    const q = (row - n * down) * TILE;
    const length = min(TILE, qW - r) * outputs;
    for (let i = q; i < min(q + TILE, qH); i++) {
      const at = out + ((<usize>((n * qH + i) * qW + r) * <usize>outputs) << 2);
      activate(activation, at, at, length, alpha);
    }
  }
}
