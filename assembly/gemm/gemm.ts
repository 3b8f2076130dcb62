/**
 * The matrix product C = op(A)·op(B) or C += op(A)·op(B), op(X) = X or Xᵀ, row-major float32. Letters: op(A) (M, K), op(B) (K, N), C (M, N);
 * tile MR × NR, blocks MC × KC and KC × NC (blocking.ts); loops pc, jc, ic over blocks, jr, ir over tiles.
 *
 *   for pc over K by KC                        every element of C gets one sum for each pc, in this order
 *     for jc over N by NC                      pack B[pc, jc], if more than one block of A uses it
 *       for ic over M by MC                    pack A[ic, pc]
 *         for jr over jc by NR                 a panel of B: packed above, packed now, or as it lies
 *           for ir over ic by MR               a register tile (microKernel.ts)
 *
 * An operand whose panel lines lie side by side (Aᵀ, B) can be read as it lies. Threads cut C by columns or by rows, whichever packs less; each
 * packs for itself, no sum is cut. Does not check shapes, allocate, nor add a bias. Source: BLIS (Van Zee & van de Geijn 2015).
 */
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { KC, MC, MR, NC, NR, NR_EDGE, TINY, partLength } from "./blocking";
import { multiplyTile4, multiplyTile8 } from "./microKernel";
import { packAcross, packAlong } from "./pack";

/** Bytes of a tile that is computed whole and stored in part. */
const tileBytes: usize = 256;

/** Bytes of `scratch` that gemm(…, m, n, k, …) needs, all threads together, whatever is transposed. */
export function gemmScratchBytes(m: i32, n: i32, k: i32): i32 {
  return <i32>partBytes(m, n, k) * threadCount();
}

/** Scratch of one thread: a tile, a block of A, a block of B. A multiple of 64. */
function partBytes(m: i32, n: i32, k: i32): usize {
  if (isTiny(m, n, k)) return 0;
  const kc = partLength(k, KC, 1);
  const rows = min(MC, roundUp(m, MR));
  const columns = min(NC, roundUp(n, NR));
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
 * @param transA 0: A is (M, K); 1: A is (K, M)    @param transB 0: B is (K, N); 1: B is (N, K)
 * @param m, n, k ≥ 0; k = 0 is an empty sum
 * @param a in, rows lda elements apart             @param b in, rows ldb elements apart
 * @param c (M, N) out, rows ldc elements apart, or in/out where accumulate is 1; must not overlap a or b
 * @param scratch gemmScratchBytes(m, n, k), 4-byte aligned as are a, b and c; holds nothing between calls
 * Cost: 2 M N K flops. Accuracy: a sum of K products, cut every KC, each part in order.
 */
export function gemm(
  transA: i32,
  transB: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  accumulate: i32,
  c: usize,
  ldc: i32,
  scratch: usize,
): void {
  if (isTiny(m, n, k)) {
    if (threadIndex() == 0) multiplyPlain(transA, transB, m, n, k, a, lda, b, ldb, accumulate, c, ldc);
    return;
  }
  scratch += <usize>threadIndex() * partBytes(m, n, k);
  if (n >= m) {
    const start = shareStart(n, tileCost(m, k), NR);
    const end = shareEnd(n, tileCost(m, k), NR);
    if (start >= end) return;
    b += (<usize>start * (transB ? <usize>ldb : 1)) << 2;
    multiplyBlocks(
      transA,
      transB,
      m,
      end - start,
      k,
      a,
      lda,
      b,
      ldb,
      accumulate,
      c + ((<usize>start) << 2),
      ldc,
      scratch,
    );
  } else {
    const start = shareStart(m, tileCost(n, k), MR);
    const end = shareEnd(m, tileCost(n, k), MR);
    if (start >= end) return;
    a += (<usize>start * (transA ? 1 : <usize>lda)) << 2;
    multiplyBlocks(
      transA,
      transB,
      end - start,
      n,
      k,
      a,
      lda,
      b,
      ldb,
      accumulate,
      c + ((<usize>start * ldc) << 2),
      ldc,
      scratch,
    );
  }
}

/** The cost of one row or column of C in elements, as shareStart counts them: eight multiply-adds take the time of one. */
// @ts-ignore: decorator
@inline
function tileCost(other: i32, k: i32): i32 {
  return <i32>min<i64>((<i64>other * k) >> 3, i32.MAX_VALUE);
}

/** Plain loops, for products so small that a tile's set-up costs more, and for empty ones. */
function multiplyPlain(
  transA: i32,
  transB: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  accumulate: i32,
  c: usize,
  ldc: i32,
): void {
  const aRow: usize = (transA ? 1 : <usize>lda) << 2;
  const aStep: usize = (transA ? <usize>lda : 1) << 2;
  const bColumn: usize = (transB ? <usize>ldb : 1) << 2;
  const bStep: usize = (transB ? 1 : <usize>ldb) << 2;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let x = a + <usize>i * aRow;
      let y = b + <usize>j * bColumn;
      let sum: f32 = 0;
      for (let p = k; p > 0; p--) {
        sum += load<f32>(x) * load<f32>(y);
        x += aStep;
        y += bStep;
      }
      const at = c + ((<usize>i * ldc + j) << 2);
      store<f32>(at, accumulate ? load<f32>(at) + sum : sum);
    }
  }
}

/** The loops pc, jc, ic over one thread's part of C. */
function multiplyBlocks(
  transA: i32,
  transB: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  accumulate: i32,
  c: usize,
  ldc: i32,
  scratch: usize,
): void {
  const aRow: usize = (transA ? 1 : <usize>lda) << 2;
  const aStep: usize = (transA ? <usize>lda : 1) << 2;
  const bColumn: usize = (transB ? <usize>ldb : 1) << 2;
  const bStep: usize = (transB ? 1 : <usize>ldb) << 2;
  const kLength = partLength(k, KC, 1);
  const mLength = partLength(m, MC, MR);
  const isOneBlock = mLength >= m;
  const nLength = isOneBlock ? n : partLength(n, NC, NR);
  const packedA = scratch + tileBytes;
  const packedB = packedA + ((<usize>min(MC, roundUp(m, MR)) * <usize>kLength) << 2);
  for (let pc = 0; pc < k; pc += kLength) {
    const kc = min(kLength, k - pc);
    for (let jc = 0; jc < n; jc += nLength) {
      const nc = min(nLength, n - jc);
      const bBlock = b + <usize>pc * bStep + <usize>jc * bColumn;
      if (!isOneBlock) packBlockB(transB, nc, kc, bBlock, (<usize>ldb) << 2, packedB);
      for (let ic = 0; ic < m; ic += mLength) {
        const mc = min(mLength, m - ic);
        const aBlock = a + <usize>ic * aRow + <usize>pc * aStep;
        packBlockA(transA, mc, kc, aBlock, (<usize>lda) << 2, packedA);
        const cBlock = c + ((<usize>ic * ldc + jc) << 2);
        multiplyPanels(
          isOneBlock,
          transB,
          mc,
          nc,
          kc,
          packedA,
          bBlock,
          (<usize>ldb) << 2,
          packedB,
          accumulate | i32(pc > 0),
          cBlock,
          (<usize>ldc) << 2,
          scratch,
        );
      }
    }
  }
}

/** Packs all row panels of a block of A; panel t begins at out + t · kc · 4 MR. */
function packBlockA(transA: i32, mc: i32, kc: i32, a: usize, lead: usize, out: usize): void {
  const tiles = (mc + MR - 1) / MR;
  let i = 0;
  for (let t = 0; t < tiles; t++) {
    const rows = tileRows(mc, tiles, t);
    if (transA) packAlong(rows, kc, a + ((<usize>i) << 2), lead, out, 4 * MR);
    else packAcross(rows, kc, a + <usize>i * lead, lead, out, 4 * MR);
    out += <usize>kc * (4 * MR);
    i += rows;
  }
}

/** Rows of tile t of `tiles`, as even as can be: 32 = 6 + 6 + 5 + 5 + 5 + 5, since a tile of two rows would wait for its own sums. */
// @ts-ignore: decorator
@inline
function tileRows(mc: i32, tiles: i32, t: i32): i32 {
  return mc / tiles + i32(t < mc % tiles);
}

/** Packs all column panels of a block of B; the panel of column j begins at out + 4 j · kc. */
function packBlockB(transB: i32, nc: i32, kc: i32, b: usize, lead: usize, out: usize): void {
  for (let j = 0; j < nc; j += NR) {
    packPanelB(transB, min(nc - j, NR), kc, b + <usize>j * (transB ? lead : 4), lead, out + ((<usize>j * kc) << 2));
  }
}

/** Packs one panel of B, 8 wide, or 4 wide for at most four columns. */
function packPanelB(transB: i32, columns: i32, kc: i32, b: usize, lead: usize, out: usize): void {
  const step: usize = (columns <= NR_EDGE ? NR_EDGE : NR) << 2;
  if (transB) packAcross(columns, kc, b, lead, out, step);
  else packAlong(columns, kc, b, lead, out, step);
}

/** The loops jr, ir: one packed block of A times the panels of B. `b` is the unpacked block, used where isOneBlock is set. */
function multiplyPanels(
  isOneBlock: bool,
  transB: i32,
  mc: i32,
  nc: i32,
  kc: i32,
  packedA: usize,
  b: usize,
  lead: usize,
  packedB: usize,
  accumulate: i32,
  c: usize,
  cRow: usize,
  scratch: usize,
): void {
  const tiles = (mc + MR - 1) / MR;
  for (let jr = 0; jr < nc; jr += NR) {
    const columns = min(nc - jr, NR);
    const isEdge = columns <= NR_EDGE;
    const isWhole = (columns & 3) == 0;
    let panel = packedB + ((<usize>jr * kc) << 2);
    const bStep: usize = isEdge ? 16 : 32;
    if (isOneBlock) {
      panel = packedB;
      packPanelB(transB, columns, kc, b + <usize>jr * (transB ? lead : 4), lead, panel);
    }
    let tile = c + ((<usize>jr) << 2);
    let aPanel = packedA;
    for (let t = 0; t < tiles; t++) {
      const rows = tileRows(mc, tiles, t);
      const out = isWhole ? tile : scratch;
      const outRow: usize = isWhole ? cRow : 32;
      const add = isWhole ? accumulate : 0;
      if (isEdge) multiplyTile4(rows, kc, aPanel, 4 * MR, panel, bStep, add, out, outRow);
      else multiplyTile8(rows, kc, aPanel, 4 * MR, panel, bStep, add, out, outRow);
      if (!isWhole) storePart(rows, columns, scratch, accumulate, tile, cRow);
      aPanel += <usize>kc * (4 * MR);
      tile += <usize>rows * cRow;
    }
  }
}

/** Copies or adds the first `columns` of each row of a computed tile to C. */
function storePart(rows: i32, columns: i32, tile: usize, accumulate: i32, c: usize, cRow: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c + ((<usize>j) << 2);
      const x = load<f32>(tile + ((<usize>j) << 2));
      store<f32>(at, accumulate ? load<f32>(at) + x : x);
    }
    tile += 32;
    c += cRow;
  }
}
