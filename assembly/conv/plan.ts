/**
 * The block sizes of a convolution, in one place: how much of the source is packed at a time, and whether patches are laid out in full.
 * Letters: a product has kH × kW taps, C source channels and O outputs a group; output rows and columns qH × qW; strides sH sW, dilations dH dW; a block
 * has R × Q outputs and B channels.
 *
 *   BAND = 60K floats, 240 KiB of L2, as gemm's block of A: the rows of the source that a block of outputs reads
 *   depth of a tile: kH · B ≤ 256 for one column of taps, kH · kW · B ≤ 288 where patches are laid out in full
 *
 * Nothing here depends on the number of threads, and only channelBlock and isMerged decide bits: they cut the sums.
 */
import { KC, MR, partLength } from "../gemm/blocking";

/** Floats of a block of packed source. */
const BAND: i32 = 61440;

/** Greatest depth of a patch that is laid out in full: nine taps of 32 channels. */
const PATCH: i32 = 288;

/** Depth from which a tile's multiply-adds hide that it loads and stores its outputs. */
const SHORT: i32 = 64;

/** Outputs in a row below which tiles are filled up from several rows. */
const NARROW: i32 = 12;

/** Greatest number of outputs of a row in a block. */
const COLUMNS: i32 = 60;

/** True where each tap's row of outputs is copied beside the others': few channels, or rows too short for whole tiles. */
export function isMerged(kH: i32, kW: i32, channels: i32, qW: i32): bool {
  return (kW > 1 && kH * channels < SHORT) || qW < NARROW;
}

/** B: source channels of one sum. */
export function channelBlock(kH: i32, kW: i32, channels: i32, qW: i32): i32 {
  const most = isMerged(kH, kW, channels, qW) ? PATCH / (kH * kW) : KC / kH;
  return min(channels, partLength(channels, max(most, 1), 4));
}

/** Q: outputs of a row in a block. */
export function columnBlock(qW: i32): i32 {
  return qW <= COLUMNS ? qW : partLength(qW, COLUMNS, MR);
}

/** Places for each of the sW phases of a packed source row. */
export function phaseColumns(kW: i32, sW: i32, dW: i32, columns: i32): i32 {
  return columns + ((kW - 1) * dW) / sW;
}

/** Floats of a packed source row of one channel: its phases and three more, which packing may overwrite; never a multiple of 32, for the cache's sake. */
export function bandStep(kW: i32, sW: i32, dW: i32, columns: i32): i32 {
  const step = (sW * phaseColumns(kW, sW, dW, columns) + 3 + 3) & -4;
  return (step & 31) == 0 ? step + 4 : step;
}

/** Places for each of the dH residues of packed source rows. */
export function residueRows(kH: i32, sH: i32, dH: i32, rows: i32): i32 {
  return ((rows - 1) * sH + (kH - 1) * dH + dH) / dH;
}

/** R: rows of outputs in a block. @param channels B @param columns Q @param step bandStep */
// prettier-ignore
export function rowBlock(
  kH: i32, kW: i32, sH: i32, dH: i32, channels: i32, qH: i32, columns: i32, step: i32, isMerged: bool,
): i32 {
  let rows = (BAND / (channels * step) - kH * dH) / sH;
  if (isMerged) rows = min(rows, BAND / (kH * kW * channels * columns));
  return partLength(qH, max(rows, 1), 1);
}

/** Floats between the taps of patches that are laid out in full: columns of all rows, and three more, which copying may overwrite. */
export function patchStep(rows: i32, columns: i32): i32 {
  const step = (rows * columns + 3 + 3) & -4;
  return (step & 31) == 0 ? step + 4 : step;
}
