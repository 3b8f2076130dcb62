/**
 * The kernel's side of Winograd's algorithm (winograd.ts): a 3 × 3 kernel into its 36 positions, and the gradient of the positions back into that of the
 * kernel. Letters: kernel (3, 3, C, O), C and O multiples of 4. Does not multiply with any image.
 */
import { NR, NR_WIDE } from "../gemm/blocking";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { isWide } from "../wide";
import { panelColumns, panelCount, panelStart, panelWidth } from "./panel";
import { POSITIONS, kernelRow, positionFloats, put, storeKernel } from "./winograd";
import { segmentCount } from "./winogradGradient";
import { passBytes } from "./winogradPatch";

/** Bytes of a transformed kernel. */
export function winogradPackScratchBytes(channels: i32, outputs: i32): i32 {
  return (POSITIONS * positionFloats(channels * outputs)) << 2;
}

/**
 * G g Gᵀ of a kernel, packed for winogradConvolve: U above. Cut by panels.
 *
 * @param packed out, winogradPackScratchBytes(…)     @param kernel in (3, 3, C, O)
 * @param transposed 1: the columns are C and the depth is O, and the kernel is flipped, for the gradient of the source
 */
export function winogradKernel(
  packed: usize,
  kernel: usize,
  transposed: i32,
  channels: i32,
  outputs: i32,
  scratch: usize,
): void {
  const depth = transposed ? outputs : channels;
  const n = transposed ? channels : outputs;
  const nr = isWide() ? NR_WIDE : NR;
  const panels = panelCount(n, nr);
  const cost = depth * nr * 16;
  const end = shareEnd(panels, cost, 1);
  const pass = scratch + <usize>threadIndex() * passBytes;
  const step = (<usize>positionFloats(depth * n)) << 2;
  const row = (<usize>outputs) << 2;
  const tap = (<usize>(channels * outputs)) << 2;
  for (let j = shareStart(panels, cost, 1); j < end; j++) {
    const first = panelStart(n, nr, j);
    const columns = panelColumns(n, nr, j);
    const width = (<usize>panelWidth(columns)) << 2;
    for (let c = 0; c < depth; c++) {
      let out = packed + ((<usize>(depth * first)) << 2) + <usize>c * width;
      for (let o = first; o < first + columns; o += 4) {
        if (transposed) gatherKernel(kernel + <usize>o * row + ((<usize>c) << 2), row, tap, pass);
        else {
          const x = kernel + <usize>c * row + ((<usize>o) << 2);
          for (let kw: usize = 0; kw < 3; kw++) {
            const at = x + kw * tap;
            storeKernel(pass + (kw << 4), 48, v128.load(at), v128.load(at + 3 * tap), v128.load(at + 6 * tap));
          }
        }
        let line = pass;
        for (let i: usize = 0; i < 6; i++) {
          storeKernel(out + i * 6 * step, step, v128.load(line), v128.load(line, 16), v128.load(line, 32));
          line += 48;
        }
        out += 16;
      }
    }
  }
}

/** The first pass over the flipped taps of four columns that lie `row` bytes apart. */
function gatherKernel(x: usize, row: usize, tap: usize, pass: usize): void {
  for (let kw: usize = 0; kw < 3; kw++) {
    const at = x + (2 - kw) * tap;
    storeKernel(pass + (kw << 4), 48, gather(at + 6 * tap, row), gather(at + 3 * tap, row), gather(at, row));
  }
}

// @ts-ignore: decorator
@inline
function gather(x: usize, row: usize): v128 {
  const pair = v128.load32_lane(x + row, v128.load32_zero(x), 1);
  return v128.load32_lane(x + 3 * row, v128.load32_lane(x + 2 * row, pair, 2), 3);
}

/** Bytes of scratch of winogradKernel, all threads together. */
export function winogradKernelScratchBytes(): i32 {
  return <i32>passBytes * threadCount();
}

/** Bytes of all S, which winogradKernelGradient hands to winogradKernelGradientEnd. @param tiles of all images */
export function winogradSumsScratchBytes(tiles: i32, channels: i32, outputs: i32): i32 {
  return (segmentCount(tiles, channels, outputs) * POSITIONS * positionFloats(channels * outputs)) << 2;
}

/**
 * dKernel = or += Gᵀ (Σ S) G, segment after segment. Cut by channels.
 * @param dKernel out, or in/out where accumulate is 1 (3, 3, C, O)     @param sums in, what winogradKernelGradient wrote for so many tiles
 * @param scratch winogradKernelScratchBytes()
 */
// prettier-ignore
export function winogradKernelGradientEnd(
  dKernel: usize, sums: usize, tiles: i32, channels: i32, outputs: i32, scratch: usize, accumulate: i32,
): void {
  const cost = outputs * 48;
  const end = shareEnd(channels, cost, 1);
  const pass = scratch + <usize>threadIndex() * passBytes;
  const step = (<usize>positionFloats(channels * outputs)) << 2;
  const segments = segmentCount(tiles, channels, outputs);
  const row = (<usize>outputs) << 2;
  const tap = <usize>channels * row;
  for (let c = shareStart(channels, cost, 1); c < end; c++) {
    const at = <usize>c * row;
    for (let o: usize = 0; o < row; o += 16) {
      let x = sums + at + o;
      for (let segment = 0; segment < segments; segment++) {
        for (let j: usize = 0; j < 6; j++) storeLine(pass + (j << 4), 96, i32(segment > 0), x + j * step, 6 * step);
        x += <usize>POSITIONS * step;
      }
      let to = dKernel + at + o;
      for (let i: usize = 0; i < 3; i++) {
        storeLine(to, tap, accumulate, pass + i * 96, 16);
        to += 3 * tap;
      }
    }
  }
}

/** Gᵀ of six vectors `from` apart, stored or added `step` apart. */
// @ts-ignore: decorator
@inline
function storeLine(to: usize, step: usize, add: i32, x: usize, from: usize): void {
  const m0 = v128.load(x);
  const m1 = v128.load(x + from);
  const m2 = v128.load(x + 2 * from);
  const m3 = v128.load(x + 3 * from);
  const m4 = v128.load(x + 4 * from);
  const m5 = v128.load(x + 5 * from);
  const sum12 = f32x4.add(m1, m2);
  const difference12 = f32x4.sub(m1, m2);
  const sum34 = f32x4.add(m3, m4);
  const difference34 = f32x4.sub(m3, m4);
  put(to, kernelRow(0, m0, m5, sum12, difference12, sum34, difference34), add);
  put(to + step, kernelRow(1, m0, m5, sum12, difference12, sum34, difference34), add);
  put(to + 2 * step, kernelRow(2, m0, m5, sum12, difference12, sum34, difference34), add);
}
