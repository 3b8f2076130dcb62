/**
 * The gradient of a 3 × 3 kernel by Winograd's algorithm (winograd.ts). Letters: source (N, H, W, C), dOut (N, qH, qW, O), both multiples of 4;
 * T tiles of 4 × 4 outputs in a block, counted through all images; L channels of the source in a block.
 *
 *   for segments of the tiles                 a fixed number of them, with sums of their own, whatever the number of threads
 *     for tiles by T                          every element gets one sum for each block, in this order
 *       A dY Aᵀ of T tiles                    the panels of O that this thread uses: 36 matrices D (T, O)
 *       for c over C by L
 *         Bᵀ d B of T tiles                   36 matrices V (T, L)
 *         for 36 positions: S (L, O) = or += Vᵀ · D        register tiles, T deep
 *   dg = Gᵀ (Σ S) G                           another kernel, winogradKernelGradientEnd, once all S are whole
 *
 *   V: position k, tile, channel    D: position k, panel of columns, tile, column    S: segment, position k, channel, column; positions `step` apart
 *
 * Threads cut (segment, block of channels, panel of O). As long as there are no more of them than segments, none transforms what another does too.
 */
import { NR, NR_WIDE, partLength } from "../gemm/blocking";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { isWide } from "../wide";
import { ConvShape } from "./layout";
import { multiplyPanel, panelColumns, panelCount, panelStart, panelWidth } from "./panel";
import { POSITIONS, positionFloats, tilesOf } from "./winograd";
import { Patch, Tiles, passBytes, placePatch, setTiles, transformGradient, transformInput } from "./winogradPatch";

/** Most channels of the source whose tiles are transformed at a time: L. */
const LINES: i32 = 64;

/** Floats of V and D together: 768 KiB, most of L2. */
const BLOCK: i32 = 196608;

/** Floats of all S, where two segments take no more: 4 MiB. */
const SUMS: i32 = 1048576;

/** T: as many as fit, from 32, for the tiles' depth, to 64. Decides bits, so it does not know of threads. */
// @ts-ignore: decorator
@inline
function blockTiles(channels: i32, outputs: i32): i32 {
  return max(min(BLOCK / (POSITIONS * (min(channels, LINES) + outputs)), 64), 32) & -4;
}

// @ts-ignore: decorator
@inline
function linesOf(channels: i32): i32 {
  return partLength(channels, LINES, 4);
}

/** Tiles of a segment, a multiple of T: 2 to 4 segments, whose sums take 4 MiB at most where that is possible. */
function segmentTiles(tiles: i32, channels: i32, outputs: i32): i32 {
  const segments = max(min(SUMS / (POSITIONS * channels * outputs), 4), 2);
  return partLength(tiles, (tiles + segments - 1) / segments, blockTiles(channels, outputs));
}

/** Segments of so many tiles. */
export function segmentCount(tiles: i32, channels: i32, outputs: i32): i32 {
  if (tiles == 0) return 1;
  const length = segmentTiles(tiles, channels, outputs);
  return (tiles + length - 1) / length;
}

/** Bytes of scratch that winogradKernelGradient(…) needs, all threads together. */
export function winogradGradientScratchBytes(channels: i32, outputs: i32): i32 {
  return partFloats(channels, outputs) * 4 * threadCount();
}

/** A part: two images, a patch, a pass, zeros; V; D. */
function partFloats(channels: i32, outputs: i32): i32 {
  const lines = linesOf(channels);
  const tiles = blockTiles(channels, outputs);
  return headFloats(channels, outputs) + POSITIONS * (positionFloats(tiles * lines) + positionFloats(tiles * outputs));
}

// @ts-ignore: decorator
@inline
function headFloats(channels: i32, outputs: i32): i32 {
  const bytes = <usize>2 * offsetof<Tiles>() + offsetof<Patch>() + passBytes;
  return ((((<i32>bytes) >> 2) + 6 * max(channels, outputs) + 15) >> 4) << 4;
}

/**
 * S, the gradient of the kernel before its last transform. Cut by segments, blocks of channels and panels of outputs.
 *
 * @param sums    out, winogradSumsScratchBytes(…)
 * @param source  in (N, H, W, C), C a multiple of 4     @param dOut in (N, qH, qW, O), O a multiple of 4
 * @param shape   as for winogradConvolve                @param scratch winogradGradientScratchBytes(…)
 * Cost: 72 C O flops a tile.
 */
// prettier-ignore
export function winogradKernelGradient(
  sums: usize, source: usize, dOut: usize, shape: ConvShape, scratch: usize,
): void {
  const channels = shape.channels;
  const qH = shape.qH;
  const qW = shape.qW;
  const outputs = shape.outputs;
  const down = tilesOf(qH);
  const across = tilesOf(qW);
  const total = shape.images * down * across;
  const sumsStep = (<usize>positionFloats(channels * outputs)) << 2;
  if (total == 0) {
    if (threadIndex() == 0) memory.fill(sums, 0, (<usize>POSITIONS) * sumsStep);
    return;
  }
  const lines = linesOf(channels);
  const nr = isWide() ? NR_WIDE : NR;
  const panels = panelCount(outputs, nr);
  const perSegment = ((channels + lines - 1) / lines) * panels;
  const length = segmentTiles(total, channels, outputs);
  const units = segmentCount(total, channels, outputs) * perSegment;
  const cost = <i32>min<i64>((<i64>POSITIONS * length * lines * nr) >> 3, i32.MAX_VALUE);
  const start = shareStart(units, cost, 1);
  const end = shareEnd(units, cost, 1);
  if (start >= end) return;

  scratch += (<usize>(partFloats(channels, outputs) * threadIndex())) << 2;
  const sources = changetype<Tiles>(scratch);
  const gradients = changetype<Tiles>(scratch + offsetof<Tiles>());
  const patch = changetype<Patch>(scratch + 2 * offsetof<Tiles>());
  const pass = scratch + 2 * offsetof<Tiles>() + offsetof<Patch>();
  const zeros = pass + passBytes;
  memory.fill(zeros, 0, (<usize>max(channels, outputs)) * 24);
  setTiles(sources, source, shape.height, shape.width, channels, down, across, shape.top, shape.left, zeros);
  setTiles(gradients, dOut, qH, qW, outputs, down, across, 0, 0, zeros);
  const most = blockTiles(channels, outputs);
  const v = scratch + ((<usize>headFloats(channels, outputs)) << 2);
  const vStep = (<usize>positionFloats(most * lines)) << 2;
  const d = v + (<usize>POSITIONS) * vStep;
  const dStep = (<usize>positionFloats(most * outputs)) << 2;
  const row = (<usize>outputs) << 2;
  for (let segment = start / perSegment; segment * perSegment < end; segment++) {
    const firstTile = segment * length;
    const lastTile = min(firstTile + length, total);
    const segmentSums = sums + <usize>(segment * POSITIONS) * sumsStep;
    const from = max(start - segment * perSegment, 0);
    const to = min(end - segment * perSegment, perSegment);
    const firstBlock = from / panels;
    const lastBlock = (to - 1) / panels;
    const isOne = firstBlock == lastBlock;
    const firstPanel = isOne ? from % panels : 0;
    const lastPanel = isOne ? (to - 1) % panels : panels - 1;
    const firstColumn = panelStart(outputs, nr, firstPanel);
    for (let tile = firstTile; tile < lastTile; tile += most) {
      const count = min(most, lastTile - tile);
      for (let t = 0; t < count; t++) {
        placePatch(patch, gradients, tile + t, 4);
        for (let j = firstPanel; j <= lastPanel; j++) {
          const o = panelStart(outputs, nr, j);
          const panel = panelColumns(outputs, nr, j);
          const out = d + ((<usize>(count * (o - firstColumn) + t * panelWidth(panel))) << 2);
          for (let i = 0; i < panel; i += 4) {
            transformGradient(patch, (<usize>(o + i)) << 2, row, out + ((<usize>i) << 2), dStep, pass);
          }
        }
      }
      for (let b = firstBlock; b <= lastBlock; b++) {
        const c = b * lines;
        const depth = min(lines, channels - c);
        for (let t = 0; t < count; t++) {
          placePatch(patch, sources, tile + t, 6);
          const out = v + ((<usize>(t * depth)) << 2);
          for (let i = 0; i < depth; i += 4) {
            transformInput(patch, (<usize>(c + i)) << 2, sources.pixel, out + ((<usize>i) << 2), vStep, pass);
          }
        }
        const fromPanel = b == firstBlock ? from % panels : 0;
        const last = b == lastBlock ? (to - 1) % panels : panels - 1;
        for (let k: usize = 0; k < <usize>POSITIONS; k++) {
          const at = segmentSums + k * sumsStep + <usize>c * row;
          for (let j = fromPanel; j <= last; j++) {
            const o = panelStart(outputs, nr, j);
            multiplyPanel(
              depth, panelColumns(outputs, nr, j), count, v + k * vStep, (<usize>depth) << 2,
              d + k * dStep + ((<usize>(count * (o - firstColumn))) << 2), i32(tile > firstTile), at + ((<usize>o) << 2), row, 0,
            );
          }
        }
      }
    }
  }
}
