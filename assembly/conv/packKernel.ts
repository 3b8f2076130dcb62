/**
 * Packs a convolution's kernel once for all images: the B panels of panel.ts, for the product itself and, flipped and transposed, for its gradient.
 * Letters: kernel (kH, kW, C, O), C channels a group and O outputs of all groups; N columns of a group's product, K its depth.
 *
 *   product      column o, depth (B-block, kw, kh, c): kernel[kh, kw, c, o]      N = O / groups, K = kH kW C
 *   gradient     column c, depth (B-block, kw, kh, o): kernel[kh, kw, c, o]      N = C, K = taps · O / groups
 *
 * Blocks of the depth's channels as plan.ts cuts them; taps in any order and selection.
 */
import { NR, NR_WIDE } from "../gemm/blocking";
import { packAcross, packAlong } from "../gemm/pack";
import { shareEnd, shareStart } from "../thread";
import { isWide } from "../wide";
import { TapSelection } from "./layout";
import { paddedColumns, panelColumns, panelCount, panelStart, panelWidth } from "./panel";
import { channelBlock } from "./plan";

/** Bytes of a packed kernel. @param channels, outputs of one group, as the product sees them */
export function conv2dPackScratchBytes(taps: i32, channels: i32, outputs: i32, groups: i32): i32 {
  return (groups * taps * channels * paddedColumns(outputs)) << 2;
}

/**
 * Packs a kernel. Cut by panels.
 *
 * @param packed out, conv2dPackScratchBytes(nH · nW, …)       @param kernel in (kH, kW, C, O)
 * @param transposed 1: the columns are C and the depth is O, for the gradient of the product's source
 * @param columns width of a row of results, which decides how the depth is cut (plan.ts)
 */
// prettier-ignore
export function conv2dPackKernel(
  packed: usize, kernel: usize, taps: TapSelection, transposed: i32, kW: i32, channels: i32, outputs: i32, groups: i32, columns: i32,
): void {
  const h0 = taps.h0;
  const hStep = taps.hStep;
  const nH = taps.nH;
  const w0 = taps.w0;
  const wStep = taps.wStep;
  const nW = taps.nW;
  const perGroup = outputs / groups;
  const n = transposed ? channels : perGroup;
  const depth = transposed ? perGroup : channels;
  const nr = isWide() ? NR_WIDE : NR;
  const panels = panelCount(n, nr);
  const block = channelBlock(nH, nW, depth, columns);
  const k = nH * nW * depth;
  const end = shareEnd(groups * panels, k * nr, 1);
  const lead = (<usize>outputs) << 2;
  for (let i = shareStart(groups * panels, k * nr, 1); i < end; i++) {
    const group = i / panels;
    const first = panelStart(n, nr, i % panels);
    const count = panelColumns(n, nr, i % panels);
    const width = panelWidth(count);
    const step = (<usize>width) << 2;
    let out = packed + ((<usize>k * (<usize>group * paddedColumns(n) + first)) << 2);
    for (let d = 0; d < depth; d += block) {
      const length = min(block, depth - d);
      const at = kernel + ((<usize>(group * perGroup) + (transposed ? <usize>first * outputs + d : <usize>d * outputs + first)) << 2);
      for (let w = 0; w < nW; w++) {
        for (let h = 0; h < nH; h++) {
          const tap = (h0 + h * hStep) * kW + w0 + w * wStep;
          let x = at + <usize>tap * channels * lead;
          for (let j = 0; j < count; j += 8) {
            const lines = min(count - j, 8);
            if (transposed) packAcross(lines, length, x, lead, out + ((<usize>j) << 2), step);
            else packAlong(lines, length, x, lead, out + ((<usize>j) << 2), step);
            x += transposed ? lead << 3 : 32;
          }
          out += <usize>length * step;
        }
      }
    }
  }
}
