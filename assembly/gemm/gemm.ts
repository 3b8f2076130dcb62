/**
 * The matrix product C = op(A)·op(B) or C += op(A)·op(B), op(X) = X or Xᵀ, row-major float32. Letters: op(A) (M, K), op(B) (K, N), C (M, N);
 * tile MR × NR, blocks MC × KC and KC × NC (blocking.ts).
 *
 *   for pc over K by KC                        every element of C gets one sum for each pc, in this order
 *     for jc over N by NC
 *       for ic over M by MC                    pack A[ic, pc]
 *         for jr over jc by NR                 a panel of B, packed when the first block of A meets it (panels.ts)
 *           for ir over ic by MR               a register tile (tiles.ts)
 *
 * One row or one column of C goes to gemv.ts, a product of a few dozen terms to plain loops. Threads cut C by columns or by rows, whichever
 * packs less; each packs for itself, no sum is cut. Wide mode takes tiles of twice the columns, to the same bits.
 * Does not check shapes, allocate, nor add a bias. Many products of one size: batch.ts. Source: BLIS (Van Zee & van de Geijn 2015).
 */
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { isWide } from "../wide";
import { AHEAD, FAR, KC, MC, MR, NC, NR, NR_WIDE, TINY, partLength } from "./blocking";
import { gemvColumns, gemvRows } from "./gemv";
import { readAhead } from "./pack";
import { Transpose } from "./layout";
import { FIRST, KEPT, multiplyPanels, packBlockA } from "./panels";

/** Added to a number of Transpose: this thread computes all of C, not its share, in gemmPartBytes(m, n, k) of scratch of its own. */
export const WHOLE: i32 = 4;

/** Bytes of a tile that is computed whole and stored in part. */
const tileBytes: usize = 256;

/** Results of a matrix-vector product that one thread takes at a time. */
const vectorGrain: i32 = 32;

/** Bytes of `scratch` that gemm(…, m, n, k, …) needs, all threads together, whatever is transposed. */
export function gemmScratchBytes(m: i32, n: i32, k: i32): i32 {
  return <i32>gemmPartBytes(m, n, k) * threadCount();
}

/** Scratch of one thread: a tile, a block of A, and a block of B, or one panel where a single block of A meets each only once. */
export function gemmPartBytes(m: i32, n: i32, k: i32): usize {
  if (isTiny(m, n, k)) return 0;
  const kc = partLength(k, KC, 1);
  const rows = min(MC, roundUp(m, MR));
  const columns = m <= MC ? NR_WIDE : min(NC, roundUp(n, NR_WIDE));
  return tileBytes + (((<usize>(rows + columns) * <usize>kc + 15) >> 4) << 6);
}

// @ts-ignore: decorator
@inline
function roundUp(x: i32, grain: i32): i32 {
  return ((x + grain - 1) / grain) * grain;
}

// @ts-ignore: decorator
@inline
function isTiny(m: i32, n: i32, k: i32): bool {
  return <i64>m * n * k <= TINY;
}

/**
 * C = op(A)·op(B), or C += op(A)·op(B).
 *
 * @param how a number of Transpose: A is (M, K), or (K, M) where it is transposed; B is (K, N), or (N, K). + WHOLE, of other files of
 *            assembly/ alone: all of C, not this thread's share of it, with scratch of this thread alone
 * @param m, n, k ≥ 0; k = 0 is an empty sum
 * @param a in, rows lda elements apart             @param b in, rows ldb elements apart
 * @param c (M, N) out, rows ldc elements apart, or in/out where accumulate is 1; must not overlap a or b
 * @param scratch gemmScratchBytes(m, n, k), 4-byte aligned as are a, b and c; holds nothing between calls
 * Cost: 2 M N K flops. Accuracy: a sum of K products, cut every KC, each part in order.
 */
// prettier-ignore
export function gemm(
  how: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, accumulate: i32, c: usize, ldc: i32, scratch: usize,
): void {
  const isWhole = (how & WHOLE) != 0;
  const transA = how & Transpose.A;
  const transB = how & Transpose.B;
  if (isTiny(m, n, k)) {
    if (isWhole || threadIndex() == 0) multiplyPlain(how, m, n, k, a, lda, b, ldb, accumulate, c, ldc);
    return;
  }
  // One row is op(B)ᵀ times a vector, one column is op(A) times a vector, where gemv.ts finds what it reads and writes side by side.
  if (m == 1 && (!transB || !transA || lda == 1)) {
    return multiplyVector(isWhole, transB ? 0 : 1, n, k, b, ldb, a, transA ? lda : 1, accumulate, c);
  }
  if (n == 1 && ldc == 1 && (transA || transB || ldb == 1)) {
    return multiplyVector(isWhole, transA, m, k, a, lda, b, transB ? 1 : ldb, accumulate, c);
  }
  if (!isWhole) scratch += <usize>threadIndex() * gemmPartBytes(m, n, k);
  const nr = isWide() ? NR_WIDE : NR;
  if (n >= m) {
    const start = isWhole ? 0 : shareStart(n, shareCost(m, k), nr);
    const end = isWhole ? n : shareEnd(n, shareCost(m, k), nr);
    if (start >= end) return;
    b += (<usize>start * (transB ? <usize>ldb : 1)) << 2;
    c += <usize>start << 2;
    multiplyBlocks(how, m, end - start, k, a, lda, b, ldb, accumulate, c, ldc, scratch);
  } else {
    const start = isWhole ? 0 : shareStart(m, shareCost(n, k), MR);
    const end = isWhole ? m : shareEnd(m, shareCost(n, k), MR);
    if (start >= end) return;
    a += (<usize>start * (transA ? 1 : <usize>lda)) << 2;
    c += (<usize>start * <usize>ldc) << 2;
    multiplyBlocks(how, end - start, n, k, a, lda, b, ldb, accumulate, c, ldc, scratch);
  }
}

/** The cost of one row or column of C in elements, as shareStart counts them: eight multiply-adds take the time of one. */
// @ts-ignore: decorator
@inline
export function shareCost(other: i32, k: i32): i32 {
  return <i32>min<i64>((<i64>other * k) >> 3, i32.MAX_VALUE);
}

/** y (n) = M·x, or Mᵀ·x where `trans`: this thread's part of it, or all. M's rows are `lead` elements apart, x's elements `xStep`. */
// prettier-ignore
function multiplyVector(
  isWhole: bool, trans: i32, n: i32, k: i32, matrix: usize, lead: i32, x: usize, xStep: i32, accumulate: i32, y: usize,
): void {
  const start = isWhole ? 0 : shareStart(n, shareCost(1, k), vectorGrain);
  const count = (isWhole ? n : shareEnd(n, shareCost(1, k), vectorGrain)) - start;
  const leadBytes = <usize>lead << 2;
  y += <usize>start << 2;
  if (trans) gemvColumns(count, k, x, <usize>xStep << 2, matrix + (<usize>start << 2), leadBytes, accumulate, y);
  else gemvRows(count, k, matrix + <usize>start * leadBytes, leadBytes, x, accumulate, y);
}

/** Plain loops, for products so small that a tile's set-up costs more, and for empty ones. */
// prettier-ignore
function multiplyPlain(
  how: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, accumulate: i32, c: usize, ldc: i32,
): void {
  const transA = how & Transpose.A;
  const transB = how & Transpose.B;
  const aRow: usize = (transA ? 1 : <usize>lda) << 2;
  const aStep: usize = (transA ? <usize>lda : 1) << 2;
  const bColumn: usize = (transB ? <usize>ldb : 1) << 2;
  const bStep: usize = (transB ? 1 : <usize>ldb) << 2;
  for (; m > 0; m--) {
    let column = b;
    for (let j = 0; j < n; j++) {
      let x = a;
      let y = column;
      let sum: f32 = 0;
      for (let p = k; p > 0; p--) {
        sum += load<f32>(x) * load<f32>(y);
        x += aStep;
        y += bStep;
      }
      const at = c + (<usize>j << 2);
      store<f32>(at, accumulate ? load<f32>(at) + sum : sum);
      column += bColumn;
    }
    a += aRow;
    c += <usize>ldc << 2;
  }
}

/**
 * Whether reading a large B ahead costs less than waiting for it. It does where B is transposed; where a single tile has all rows of A, so that nothing is
 * packed and the tile would read B a column of lines at a time; and in wide mode for many rows, or where a row of 16 columns lies in two lines of the
 * cache. Elsewhere the first tile packs in passing, and its arithmetic hides the waiting. Measured: docs/benchmarks.md.
 */
function gainsAhead(nr: i32, transB: i32, m: i32, ldb: i32): bool {
  return transB != 0 || m <= MR || (nr == NR_WIDE && (m >= 64 || (ldb & 15) != 0));
}

/** The loops pc, jc, ic over one thread's part of C. */
// prettier-ignore
function multiplyBlocks(
  how: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, accumulate: i32, c: usize, ldc: i32, scratch: usize,
): void {
  const nr = isWide() ? NR_WIDE : NR;
  const transA = how & Transpose.A;
  const transB = how & Transpose.B;
  const aRow: usize = (transA ? 1 : <usize>lda) << 2;
  const aStep: usize = (transA ? <usize>lda : 1) << 2;
  const bColumn: usize = (transB ? <usize>ldb : 1) << 2;
  const bStep: usize = (transB ? 1 : <usize>ldb) << 2;
  const kLength = partLength(k, KC, 1);
  const mLength = partLength(m, MC, MR);
  const nLength = partLength(n, NC, nr);
  const isFar = <i64>k * n >= FAR && gainsAhead(nr, transB, m, ldb);
  const packedA = scratch + tileBytes;
  const packedB = packedA + ((<usize>min(MC, roundUp(m, MR)) * <usize>kLength) << 2);
  for (let pc = 0; pc < k; pc += kLength) {
    const kc = min(kLength, k - pc);
    for (let jc = 0; jc < n; jc += nLength) {
      const nc = min(nLength, n - jc);
      const bBlock = b + <usize>pc * bStep + <usize>jc * bColumn;
      for (let ic = 0; ic < m; ic += mLength) {
        const mc = min(mLength, m - ic);
        // A single block of A stays packed for all of N, and then no panel of B is met twice.
        if (jc == 0 || mLength < m) packBlockA(transA, mc, kc, a + <usize>ic * aRow + <usize>pc * aStep, <usize>lda << 2, packedA);
        // Where B comes from far, the panels are packed in parts that were read ahead.
        const isAhead = isFar && ic == 0;
        const part = isAhead ? AHEAD : nc;
        for (let j = 0; j < nc; j += part) {
          const columns = min(part, nc - j);
          const bPart = bBlock + <usize>j * bColumn;
          if (isAhead && transB) readAhead(columns, <usize>kc << 2, bPart, <usize>ldb << 2, scratch);
          else if (isAhead) readAhead(kc, <usize>columns << 2, bPart, <usize>ldb << 2, scratch);
          multiplyPanels(
            transB | (ic == 0 ? FIRST : 0) | (mLength < m ? KEPT : 0), mc, columns, kc, packedA, bPart, <usize>ldb << 2,
            mLength < m ? packedB + ((<usize>kc * <usize>j) << 2) : packedB,
            accumulate | i32(pc > 0), c + ((<usize>ic * ldc + jc + j) << 2), <usize>ldc << 2, scratch,
          );
        }
      }
    }
  }
}
