/**
 * Attention, O = softmax(scale · Q·Kᵀ + bias) · V, forward and backward. Letters: N samples, heads, Tq queries, Tk keys, D numbers of a query or key
 * and Dv of a value for each head; a row of q (N, Tq, heads · D), k (N, Tk, heads · D), v (N, Tk, heads · Dv) and o (N, Tq, heads · Dv) holds
 * all heads side by side, as a projection writes them. A *pair* is one head of one sample.
 *
 *   for each pair                          threads take pairs: no sum is cut
 *     for each block of queries            S, P, dP (rows, Tk) are all that is there of the (Tq, Tk) matrix
 *       forward    S = Q·Kᵀ    P = softmax(scale · S + bias)    O = P·V    kept: the largest score and 1 / Σ exp of each row
 *       backward   S, P again; dV += Pᵀ·dO; dP = dO·Vᵀ; dS = scale · P ⊙ (dP − Σ P ⊙ dP); dQ = dS·K; dK += dSᵀ·Q
 *
 * Keys that do not count (mask, causal) have weight 0; a query for which none counts has the result 0 and no gradient. With causal, blocks skip the keys
 * that none of their queries sees. Where a pair has several blocks, Kᵀ and Vᵀ are packed once for all of them.
 * Does not project, nor join heads. Source: Vaswani et al. 2017; in blocks, Rabe & Staats 2021, Dao et al. 2022.
 */
import { KC, MR, NR_WIDE } from "../gemm/blocking";
import { WHOLE, gemm, gemmPartBytes } from "../gemm/gemm";
import { Transpose } from "../gemm/layout";
import { drawKept, keep } from "../random/dropout";
import { multiplyStep, packWeights, stepBytes, weightsBytes } from "../recurrent/product";
import { dotRow, expRow, rowMax, scaleRow } from "../softmax/rows";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { AttentionShape } from "./layout";
import { scoreGradientRow, scoreRow } from "./rows";

/** Scores of a block: two such blocks and the packed keys and values stay in L2. */
const blockScores: i32 = 16384;

/** Bits of `accumulate`: which gradients are added to. */
const ADD_Q: i32 = 1;
const ADD_K: i32 = 2;
const ADD_V: i32 = 4;

/** Tk as rows of scores are laid out: whole panels of keys, at least one. */
// @ts-ignore: decorator
@inline
function paddedKeys(tk: i32): i32 {
  return (max(tk, 1) + NR_WIDE - 1) & -NR_WIDE;
}

/** Queries of a block. */
function blockRows(tq: i32, tk: i32): i32 {
  const rows = max(2 * MR, (blockScores / paddedKeys(tk) / MR) * MR);
  return min(tq, rows);
}

/** Whether the keys of a pair are packed once: several blocks meet them, and a panel is not cut along D. */
// @ts-ignore: decorator
@inline
function packsKeys(tq: i32, tk: i32, d: i32): bool {
  return tq > blockRows(tq, tk) && d <= KC;
}

/** Bytes of the bits of what is kept, each row rounded up to 16 weights. */
export function attentionMaskBytes(n: i32, heads: i32, tq: i32, tk: i32): i32 {
  return (<i32>(<i64>n * heads * tq) * paddedKeys(tk)) >> 3;
}

// Scratch of a thread: | S | dP | P with what is dropped | packed Kᵀ | packed Vᵀ | a product's or multiplyStep's |, parts from S on as they are needed.

function partBytes(tq: i32, tk: i32, d: i32, dv: i32): usize {
  const rows = blockRows(tq, tk);
  const keys = paddedKeys(tk);
  let most = max(gemmPartBytes(rows, tk, d), gemmPartBytes(rows, tk, dv));
  most = max(most, max(gemmPartBytes(rows, dv, tk), gemmPartBytes(rows, d, tk)));
  most = max(most, max(gemmPartBytes(tk, dv, rows), gemmPartBytes(tk, d, rows)));
  most = max(most, stepBytes(rows, max(d, dv)));
  const packed = tq > rows ? weightsBytes(min(d, KC), keys) + weightsBytes(min(dv, KC), keys) : 0;
  return 3 * ((<usize>rows * <usize>keys) << 2) + packed + most;
}

/** Bytes of `scratch` that attentionForward and attentionBackward need, all threads together. */
export function attentionScratchBytes(tq: i32, tk: i32, d: i32, dv: i32): i32 {
  return <i32>partBytes(tq, tk, d, dv) * threadCount();
}

/** The cost of a pair, in elements as shareStart counts them. */
// @ts-ignore: decorator
@inline
function pairCost(tq: i32, tk: i32, d: i32, dv: i32): i32 {
  return <i32>min<i64>((<i64>tq * tk * (d + dv)) >> 3, i32.MAX_VALUE);
}

/** One past the last key of sample i that counts. */
function keysOf(mask: usize, i: i32, tk: i32): i32 {
  if (!mask) return tk;
  mask += (<usize>i * <usize>tk) << 2;
  while (tk > 0 && load<i32>(mask + ((<usize>(tk - 1)) << 2)) == 0) tk--;
  return tk;
}

/** S (rows, keys) = A · op(B)ᵀ, B (keys, d) as it lies, or packed by packWeights where `packed` is not 0. @param row bytes between rows of S */
// prettier-ignore
function multiplyKeys(
  rows: i32, keys: i32, tk: i32, d: i32, a: usize, aRow: i32, b: usize, bRow: i32, packed: usize, s: usize, row: i32, product: usize,
): void {
  if (packed) multiplyStep(rows, d, min(tk, paddedKeys(keys)), a, <usize>aRow << 2, packed, 0, s, <usize>row << 2, product);
  else gemm(Transpose.B | WHOLE, rows, keys, d, a, aRow, b, bRow, 0, s, row, product);
}

/** n rows of `count` elements, `row` elements apart, become 0. */
function clearRows(x: usize, n: i32, count: i32, row: i32): void {
  for (; n > 0; n--) {
    memory.fill(x, 0, (<usize>count) << 2);
    x += (<usize>row) << 2;
  }
}

/**
 * @param o       out (N, Tq, heads · Dv)
 * @param stats   out (N, heads, Tq, 2): of each row of scores the largest, and 1 / Σ exp(score − largest); 0 for both where no key counts
 * @param weights out (N, heads, Tq, Tk): the weights before any is dropped, or 0 if they are not wanted
 * @param q, k, v in
 * @param scratch attentionScratchBytes(tq, tk, d, dv)
 * Cost: 2 · N · heads · Tq · Tk · (D + Dv) flops.
 */
// prettier-ignore
export function attentionForward(
  o: usize, stats: usize, weights: usize, q: usize, k: usize, v: usize, shape: AttentionShape, scratch: usize,
): void {
  const heads = shape.heads;
  const tq = shape.tq;
  const tk = shape.tk;
  const d = shape.d;
  const dv = shape.dv;
  const kept = shape.kept;
  const pairs = shape.n * heads;
  const start = shareStart(pairs, pairCost(tq, tk, d, dv), 1);
  const end = shareEnd(pairs, pairCost(tq, tk, d, dv), 1);
  if (start >= end) return;
  const rowsMost = blockRows(tq, tk);
  const sRow = paddedKeys(tk);
  const s = scratch + <usize>threadIndex() * partBytes(tq, tk, d, dv);
  const packedK = s + 3 * ((<usize>rowsMost * <usize>sRow) << 2);
  const product = tq > rowsMost ? packedK + weightsBytes(min(d, KC), sRow) : packedK;
  const isPacked = packsKeys(tq, tk, d);
  for (let pair = start; pair < end; pair++) {
    const i = pair / heads;
    const h = pair % heads;
    const keys = keysOf(shape.mask, i, tk);
    const kPair = k + ((<usize>(i * tk) * <usize>heads + <usize>h) * <usize>d << 2);
    const vPair = v + ((<usize>(i * tk) * <usize>heads + <usize>h) * <usize>dv << 2);
    if (isPacked) packWeights(1, d, tk, kPair, <usize>(heads * d) << 2, packedK);
    for (let first = 0; first < tq; first += rowsMost) {
      const rows = min(rowsMost, tq - first);
      const n = shape.causal ? min(keys, first + rows) : keys;
      const qBlock = q + ((<usize>(i * tq + first) * <usize>heads + <usize>h) * <usize>d << 2);
      const oBlock = o + ((<usize>(i * tq + first) * <usize>heads + <usize>h) * <usize>dv << 2);
      const row0 = pair * tq + first;
      if (n > 0) multiplyKeys(rows, n, tk, d, qBlock, heads * d, kPair, heads * d, isPacked ? packedK : 0, s, sRow, product);
      if (kept) drawKept(kept, row0 * sRow, (row0 + rows) * sRow, shape.random, shape.stream, shape.rate);
      for (let r = 0; r < rows; r++) {
        const x = s + (<usize>(r * sRow) << 2);
        const stat = stats + (<usize>(row0 + r) << 3);
        const seen = shape.causal ? min(n, first + r + 1) : n;
        scoreOf(shape, x, i, h, first + r, seen);
        const most = seen > 0 ? rowMax(x, seen) : -Infinity;
        const none = most == -Infinity;
        const sum = none ? 0 : expRow(x, x, seen, most);
        const factor: f32 = none ? 0 : <f32>(1 / sum);
        store<f32>(stat, none ? 0 : most);
        store<f32>(stat, factor, 4);
        const from = none ? 0 : seen;
        memory.fill(x + (<usize>from << 2), 0, (<usize>(max(n, seen) - from)) << 2);
        if (weights) {
          const w = weights + (<usize>(row0 + r) * <usize>tk << 2);
          memory.copy(w, x, <usize>n << 2);
          memory.fill(w + (<usize>n << 2), 0, <usize>(tk - n) << 2);
          scaleRow(w, n, factor);
        }
        if (kept) keep(x, kept + (<usize>(row0 + r) * <usize>sRow >> 3), x, 0, n, shape.rate, 0);
      }
      if (n == 0) {
        clearRows(oBlock, rows, dv, heads * dv);
        continue;
      }
      gemm(WHOLE, rows, dv, n, s, sRow, vPair, heads * dv, 0, oBlock, heads * dv, product);
      for (let r = 0; r < rows; r++) {
        scaleRow(oBlock + (<usize>(r * heads * dv) << 2), dv, load<f32>(stats + (<usize>(row0 + r) << 3), 4));
      }
    }
  }
}

/** The scores of query `row` of a pair from its products: scaled, biased, masked. */
// @ts-ignore: decorator
@inline
function scoreOf(shape: AttentionShape, x: usize, i: i32, h: i32, row: i32, n: i32): void {
  const bias = shape.bias
    ? shape.bias + (<usize>(i * shape.biasSample + h * shape.biasHead + row * shape.tk) << 2)
    : 0;
  const mask = shape.mask ? shape.mask + (<usize>(i * shape.tk) << 2) : 0;
  scoreRow(x, n, shape.scale, bias, mask);
}

/**
 * @param dq, dk, dv out, as q, k and v; 0 where it is not wanted
 * @param dBias out (N, heads, Tq, Tk), or 0 if it is not wanted: of every pair, to be summed where the bias is one for several
 * @param dO    in (N, Tq, heads · Dv)
 * @param stats in: what attentionForward wrote; likewise shape.kept
 * @param accumulate bits: 1 dq, 2 dk, 4 dv are added to; dq, dk and dv may be one only where it is added to all
 * Cost: 2 · N · heads · Tq · Tk · (3 D + 2 Dv) flops.
 */
// prettier-ignore
export function attentionBackward(
  dq: usize, dk: usize, dvOut: usize, dBias: usize, dO: usize, q: usize, k: usize, v: usize, stats: usize,
  shape: AttentionShape, scratch: usize, accumulate: i32,
): void {
  const heads = shape.heads;
  const tq = shape.tq;
  const tk = shape.tk;
  const d = shape.d;
  const dv = shape.dv;
  const kept = shape.kept;
  const pairs = shape.n * heads;
  const start = shareStart(pairs, pairCost(tq, tk, d, dv), 1);
  const end = shareEnd(pairs, pairCost(tq, tk, d, dv), 1);
  if (start >= end) return;
  const rowsMost = blockRows(tq, tk);
  const sRow = paddedKeys(tk);
  const blockBytes = (<usize>rowsMost * <usize>sRow) << 2;
  const s = scratch + <usize>threadIndex() * partBytes(tq, tk, d, dv);
  const g = s + blockBytes;
  const dropped = g + blockBytes;
  const packedK = dropped + blockBytes;
  const packedV = packedK + (tq > rowsMost ? weightsBytes(min(d, KC), sRow) : 0);
  const product = packedV + (tq > rowsMost ? weightsBytes(min(dv, KC), sRow) : 0);
  const hasPackedK = packsKeys(tq, tk, d);
  const hasPackedV = packsKeys(tq, tk, dv);
  for (let pair = start; pair < end; pair++) {
    const i = pair / heads;
    const h = pair % heads;
    const keys = keysOf(shape.mask, i, tk);
    const kAt = (<usize>(i * tk) * <usize>heads + <usize>h) * <usize>d << 2;
    const vAt = (<usize>(i * tk) * <usize>heads + <usize>h) * <usize>dv << 2;
    if (hasPackedK) packWeights(1, d, tk, k + kAt, <usize>(heads * d) << 2, packedK);
    if (hasPackedV) packWeights(1, dv, tk, v + vAt, <usize>(heads * dv) << 2, packedV);
    if (dk && !(accumulate & ADD_K)) clearRows(dk + kAt, tk, d, heads * d);
    if (dvOut && !(accumulate & ADD_V)) clearRows(dvOut + vAt, tk, dv, heads * dv);
    for (let first = 0; first < tq; first += rowsMost) {
      const rows = min(rowsMost, tq - first);
      const n = shape.causal ? min(keys, first + rows) : keys;
      const qAt = (<usize>(i * tq + first) * <usize>heads + <usize>h) * <usize>d << 2;
      const oAt = (<usize>(i * tq + first) * <usize>heads + <usize>h) * <usize>dv << 2;
      const row0 = pair * tq + first;
      if (n == 0) {
        if (dq && !(accumulate & ADD_Q)) clearRows(dq + qAt, rows, d, heads * d);
        if (dBias) memory.fill(dBias + (<usize>row0 * <usize>tk << 2), 0, <usize>rows * <usize>tk << 2);
        continue;
      }
      multiplyKeys(rows, n, tk, d, q + qAt, heads * d, k + kAt, heads * d, hasPackedK ? packedK : 0, s, sRow, product);
      for (let r = 0; r < rows; r++) {
        const x = s + (<usize>(r * sRow) << 2);
        const stat = stats + (<usize>(row0 + r) << 3);
        const factor = load<f32>(stat, 4);
        const seen = factor == 0 ? 0 : shape.causal ? min(n, first + r + 1) : n;
        if (seen > 0) {
          scoreOf(shape, x, i, h, first + r, seen);
          expRow(x, x, seen, load<f32>(stat));
          scaleRow(x, seen, factor);
        }
        memory.fill(x + (<usize>seen << 2), 0, <usize>(n - seen) << 2);
      }
      let p = s;
      if (kept) {
        p = dropped;
        for (let r = 0; r < rows; r++) {
          const at = <usize>(r * sRow) << 2;
          keep(p + at, kept + (<usize>(row0 + r) * <usize>sRow >> 3), s + at, 0, n, shape.rate, 0);
        }
      }
      if (dvOut) gemm(Transpose.A | WHOLE, n, dv, rows, p, sRow, dO + oAt, heads * dv, 1, dvOut + vAt, heads * dv, product);
      if (!dq && !dk && !dBias) continue;
      multiplyKeys(rows, n, tk, dv, dO + oAt, heads * dv, v + vAt, heads * dv, hasPackedV ? packedV : 0, g, sRow, product);
      for (let r = 0; r < rows; r++) {
        const x = s + (<usize>(r * sRow) << 2);
        const y = g + (<usize>(r * sRow) << 2);
        const out: usize = dBias ? dBias + (<usize>(row0 + r) * <usize>tk << 2) : 0;
        if (kept) keep(y, kept + (<usize>(row0 + r) * <usize>sRow >> 3), y, 0, n, shape.rate, 0);
        scoreGradientRow(x, y, n, <f32>dotRow(x, y, n), shape.scale, out);
        if (out) memory.fill(out + (<usize>n << 2), 0, <usize>(tk - n) << 2);
      }
      if (dq) gemm(WHOLE, rows, d, n, s, sRow, k + kAt, heads * d, accumulate & ADD_Q, dq + qAt, heads * d, product);
      if (dk) gemm(Transpose.A | WHOLE, n, d, rows, s, sRow, q + qAt, heads * d, 1, dk + kAt, heads * d, product);
    }
  }
}
