/**
 * Packs the source rows that a block of outputs reads, each pixel once, so that the tiles of gemm run over them as over a matrix: no patch is written
 * out, a tap is an offset. Letters: plan.ts; h and w count rows and columns of the source from the block's first; taps kh < kH, kw < kW.
 *
 *   row h, channel c, column w at   ((h mod dH · residueRows + h div dH) · B + c) · step + (w mod sW) · phaseColumns + w div sW
 *
 *   outputs r … r + 5 of row q read, for tap (kh, kw) and channel c, six floats side by side: stride and dilation are gone. Row q sH + kh dH lies
 *   kh places after row q sH; column r sW + kw dW lies r places after column kw dW. So for one kw all (kh, c) are one matrix, kH · B deep, with
 *   `step` floats from one depth to the next; its lines are the outputs of a row.
 *
 * What lies outside of the source is zero. Where patches are laid out in full, copyPatches sets the matrices of all kw and of all rows side by side.
 * Does not choose the blocks (convolve.ts).
 */
import { packAcross } from "../gemm/pack";
import { bandStep, patchStep, phaseColumns, residueRows } from "./plan";

/** A block: what it reads and where that is packed. Lies in scratch memory. Sizes as in plan.ts, in elements. */
@unmanaged
export class Band {
  /** The packed rows. */
  at: usize = 0;
  /** The block's first channel in the first pixel of its image. */
  source: usize = 0;
  height: i32 = 0;
  width: i32 = 0;
  /** Elements from one pixel to the next. */
  pixel: i32 = 0;
  kH: i32 = 0;
  kW: i32 = 0;
  sH: i32 = 0;
  sW: i32 = 0;
  dH: i32 = 0;
  dW: i32 = 0;
  /** B. */
  channels: i32 = 0;
  /** Row and column of the source that the first output reads at its first tap; may be outside. */
  top: i32 = 0;
  left: i32 = 0;
  /** R and Q. */
  rows: i32 = 0;
  columns: i32 = 0;
}

/** Floats that packBand writes. */
// prettier-ignore
export function bandFloats(
  kH: i32, kW: i32, sH: i32, sW: i32, dH: i32, dW: i32, channels: i32, rows: i32, columns: i32,
): i32 {
  return dH * residueRows(kH, sH, dH, rows) * channels * bandStep(kW, sW, dW, columns);
}

/** Where the matrix of column kw of taps begins for the outputs of row q. */
export function tapsAt(band: Band, q: i32, kw: i32): usize {
  const h = q * band.sH;
  const w = kw * band.dW;
  const row = (h % band.dH) * residueRows(band.kH, band.sH, band.dH, band.rows) + h / band.dH;
  const column = (w % band.sW) * phaseColumns(band.kW, band.sW, band.dW, band.columns) + w / band.sW;
  return band.at + ((<usize>(row * band.channels * bandStep(band.kW, band.sW, band.dW, band.columns) + column)) << 2);
}

/** Packs the rows of a block. */
export function packBand(band: Band): void {
  const sH = band.sH;
  const dH = band.dH;
  const perResidue = residueRows(band.kH, sH, dH, band.rows);
  const rowBytes = (<usize>(band.channels * bandStep(band.kW, band.sW, band.dW, band.columns))) << 2;
  const count = (band.rows - 1) * sH + (band.kH - 1) * dH + 1;
  for (let h = 0; h < count; h++) {
    if (!isRead(h, band.kH, sH, dH)) continue;
    const out = band.at + <usize>((h % dH) * perResidue + h / dH) * rowBytes;
    const row = band.top + h;
    if (row < 0 || row >= band.height) memory.fill(out, 0, rowBytes);
    else packRow(band, band.source + ((<usize>(row * band.width) * band.pixel) << 2), out);
  }
}

/** True where some tap of some output reads place h: h = q · stride + k · dilation for some k < taps. */
function isRead(h: i32, taps: i32, stride: i32, dilation: i32): bool {
  for (let k = 0; k < min(taps, stride); k++) {
    if (h >= k * dilation && (h - k * dilation) % stride == 0) return true;
  }
  return false;
}

/** Packs one row of the source, its phases one after the other. */
function packRow(band: Band, source: usize, out: usize): void {
  const sW = band.sW;
  const places = phaseColumns(band.kW, sW, band.dW, band.columns);
  const step = (<usize>bandStep(band.kW, sW, band.dW, band.columns)) << 2;
  const lead = (<usize>(sW * band.pixel)) << 2;
  for (let phase = 0; phase < sW; phase++) {
    if (isTapPhase(phase, band)) {
      const w = band.left + phase; // place j reads column w + j sW
      const from = min(w < 0 ? (sW - 1 - w) / sW : 0, places);
      const to = max(min((band.width - w + sW - 1) / sW, places), from);
      if (from < to) {
        const first = source + <usize>((w + from * sW) * band.pixel) * 4;
        packLines(to - from, band.channels, first, lead, out + ((<usize>from) << 2), step);
      }
      clearColumns(from, band.channels, out, step);
      clearColumns(places - to, band.channels, out + ((<usize>to) << 2), step);
    }
    out += (<usize>places) << 2;
  }
}

/** True where a tap reads columns of this phase. */
function isTapPhase(phase: i32, band: Band): bool {
  for (let kw = 0; kw < band.kW; kw++) {
    if ((kw * band.dW) % band.sW == phase) return true;
  }
  return false;
}

/** Transposes `count` pixels of `channels` floats; may write three floats more after the last of each channel. */
function packLines(count: i32, channels: i32, x: usize, lead: usize, out: usize, step: usize): void {
  if (lead == 4) {
    memory.copy(out, x, (<usize>count) << 2); // one channel, side by side
    return;
  }
  let i = 0;
  for (; i + 8 <= count; i += 8) packAcross(8, channels, x + <usize>i * lead, lead, out + ((<usize>i) << 2), step);
  if (i == count) return;
  if (count - i < 4 && i > 0) i = count - 4;
  packAcross(count - i, channels, x + <usize>i * lead, lead, out + ((<usize>i) << 2), step);
}

/** Zeroes the first `count` floats of each channel. */
function clearColumns(count: i32, channels: i32, out: usize, step: usize): void {
  if (count <= 0) return;
  for (; channels > 0; channels--) {
    for (let j = 0; j < count; j++) store<f32>(out + ((<usize>j) << 2), 0);
    out += step;
  }
}

/**
 * Lays patches out in full: the depth (kw, kh, c) of all outputs of the block, row after row, at out + depth · 4 patchStep.
 * May write three floats more after the last output of each depth.
 */
export function copyPatches(band: Band, out: usize): void {
  const step = (<usize>bandStep(band.kW, band.sW, band.dW, band.columns)) << 2;
  const outStep = (<usize>patchStep(band.rows, band.columns)) << 2;
  const depth = band.kH * band.channels;
  for (let q = 0; q < band.rows; q++) {
    let to = out + ((<usize>(q * band.columns)) << 2);
    for (let kw = 0; kw < band.kW; kw++) {
      let from = tapsAt(band, q, kw);
      for (let p = 0; p < depth; p++) {
        for (let j = 0; j < band.columns; j += 4)
          v128.store(to + ((<usize>j) << 2), v128.load(from + ((<usize>j) << 2)));
        from += step;
        to += outStep;
      }
    }
  }
}
