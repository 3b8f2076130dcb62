/**
 * Packing: lines of op(A) (its rows) or op(B) (its columns) copied into a panel, in the order in which the register tile reads them.
 * A panel holds `count` ≤ `step` / 4 lines, kc deep; element (line, p) goes to out + p · step + 4 · line. The step / 4 − count places behind the lines
 * are left as they are, zeroed, or hold the last line again: the tile computes with them and never stores the result.
 *
 *   p = 0        0 1 2 3 4 5 · ·        the first element of each line
 *   p = 1        0 1 2 3 4 5 · ·        the second
 *   …
 *   p = kc − 1   0 1 2 3 4 5 · ·
 *
 * Along: an element p of all lines lies side by side at x + p · lead (A transposed, B as it is): copies.
 * Across: line i lies at x + i · lead, its elements side by side (A as it is, B transposed): 4×4 register transposes.
 * Lines 4 … count − 1 are written as the last four, overlapping the first four, so that one shape of code serves 5, 6 and 8 lines.
 * readAhead packs nothing: it brings to L2 what will be packed.
 * Steps and `lead` in bytes. Does not choose what is packed, nor split panels among threads (gemm.ts).
 */
import { highHalves, highPairs, lowHalves, lowPairs } from "../simd/interleave";

/** Packs lines that lie side by side: element p of line i at x + p · lead + 4 i. */
export function packAlong(count: i32, kc: i32, x: usize, lead: usize, out: usize, step: usize): void {
  if (count < 4) {
    for (; kc > 0; kc--) {
      v128.store(out, loadPartial(x, count));
      x += lead;
      out += step;
    }
    return;
  }
  const last: usize = (<usize>(count - 4)) << 2;
  for (; kc > 0; kc--) {
    v128.store(out, v128.load(x));
    v128.store(out + last, v128.load(x + last));
    x += lead;
    out += step;
  }
}

/** The first `count` (1, 2 or 3) floats at x and zeros; reads nothing beyond. */
// @ts-ignore: decorator
@inline
function loadPartial(x: usize, count: i32): v128 {
  if (count == 1) return v128.load32_zero(x);
  const pair = v128.load64_zero(x);
  return count == 2 ? pair : v128.load32_lane(x, pair, 2, 8);
}

/** Packs lines that lie a leading dimension apart: element p of line i at x + i · lead + 4 p. */
export function packAcross(count: i32, kc: i32, x: usize, lead: usize, out: usize, step: usize): void {
  packFourAcross(min(count, 4), kc, x, lead, out, step);
  if (count > 4) packFourAcross(4, kc, x + <usize>(count - 4) * lead, lead, out + ((<usize>(count - 4)) << 2), step);
}

/** Four lines, 4 × 4 elements a turn; lines from `count` on repeat the last one. */
function packFourAcross(count: i32, kc: i32, x: usize, lead: usize, out: usize, step: usize): void {
  const last = x + <usize>(count - 1) * lead;
  let line0 = x;
  let line1 = min(line0 + lead, last);
  let line2 = min(line1 + lead, last);
  let line3 = last;
  // V8 computes such multiples anew each turn where they stand in the loop.
  const step2 = step * 2;
  const step3 = step * 3;
  const step4 = step * 4;
  for (; kc >= 4; kc -= 4) {
    const x0 = v128.load(line0);
    const x1 = v128.load(line1);
    const x2 = v128.load(line2);
    const x3 = v128.load(line3);
    const low01 = lowPairs(x0, x1);
    const low23 = lowPairs(x2, x3);
    const high01 = highPairs(x0, x1);
    const high23 = highPairs(x2, x3);
    v128.store(out, lowHalves(low01, low23));
    v128.store(out + step, highHalves(low01, low23));
    v128.store(out + step2, lowHalves(high01, high23));
    v128.store(out + step3, highHalves(high01, high23));
    line0 += 16;
    line1 += 16;
    line2 += 16;
    line3 += 16;
    out += step4;
  }
  for (; kc > 0; kc--) {
    store<f32>(out, load<f32>(line0));
    store<f32>(out, load<f32>(line1), 4);
    store<f32>(out, load<f32>(line2), 8);
    store<f32>(out, load<f32>(line3), 12);
    line0 += 4;
    line1 += 4;
    line2 += 4;
    line3 += 4;
    out += step;
  }
}

/**
 * Reads one byte of every cache line of `rows` rows of `bytes` bytes, so that they come to L2: row after row, because the processor foresees what is read
 * side by side, and not what packing reads, a few columns of every row. The sum is stored only so that no compiler drops the loads.
 */
export function readAhead(rows: i32, bytes: usize, x: usize, lead: usize, spare: usize): void {
  let sum: u32 = 0;
  for (; rows > 0; rows--) {
    const end = x + bytes;
    let y = x;
    for (; y + 256 <= end; y += 256) sum |= load<u8>(y) | load<u8>(y, 64) | load<u8>(y, 128) | load<u8>(y, 192);
    for (; y < end; y += 64) sum |= load<u8>(y);
    x += lead;
  }
  store<u32>(spare, sum);
}
