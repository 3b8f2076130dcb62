/**
 * Attention, O = softmax(scale · Q·Kᵀ + bias) · V, forward and backward. Letters: N samples, heads, Tq queries, Tk keys, D numbers of a query or key
 * and Dv of a value for each head; a row of q (N, Tq, heads · D), k (N, Tk, heads · D), v (N, Tk, heads · Dv) and o (N, Tq, heads · Dv) holds
 * all heads side by side, as a projection writes them. A *pair* is one head of one sample.
 *
 *   for each pair                          threads take pairs: no sum is cut
 *     for each block of queries            S and dP (rows, Tk) are all that is there of the (Tq, Tk) matrix
 *       forward    S = scale · Q·Kᵀ + bias    P = softmax(S)    O = P·V    kept: ln Σ exp(S) of each row
 *       backward   S, P again    dP = dO·Vᵀ    dS = P ⊙ (dP − Σ dO ⊙ O)    dV += Pᵀ·dO    dQ = scale · dS·K    dK += scale · dSᵀ·Q
 *
 * Where a call is small enough, exp(S − max) is kept as well, with 1 / Σ of each row in place of the logarithm: backward then
 * neither multiplies by K nor raises to powers again.
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
import { expRow, logOf, rowMax, scaleRow } from "../softmax/rows";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { AttentionShape } from "./layout";
import { keptGradientRow, scaledRow, scoreGradientRow, scoreRow, shortDot } from "./rows";

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

/** Bytes of the scores that are kept, rows as long as whole panels of keys. */
export function attentionScoreBlockBytes(n: i32, heads: i32, tq: i32, tk: i32): f64 {
  return <f64>n * <f64>heads * <f64>tq * <f64>paddedKeys(tk) * 4;
}

// Scratch of a thread: | S | dP | scale · Q | packed Kᵀ | packed Vᵀ | that of a product |.

/** Bytes of S, dP and scale · Q. */
// @ts-ignore: decorator
@inline
function blockBytes(rows: i32, keys: i32, d: i32): usize {
  return (<usize>rows * <usize>(2 * keys + d)) << 2;
}

function partBytes(tq: i32, tk: i32, d: i32, dv: i32): usize {
  const rows = blockRows(tq, tk);
  const keys = paddedKeys(tk);
  let most = max(gemmPartBytes(rows, tk, d), gemmPartBytes(rows, tk, dv));
  most = max(most, max(gemmPartBytes(rows, dv, tk), gemmPartBytes(rows, d, tk)));
  most = max(most, max(gemmPartBytes(tk, dv, rows), gemmPartBytes(tk, d, rows)));
  most = max(most, stepBytes(rows, max(d, dv)));
  const packed = tq > rows ? weightsBytes(min(d, KC), keys) + weightsBytes(min(dv, KC), keys) : 0;
  return blockBytes(rows, keys, d) + packed + most;
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

/** out (rows, d) = x · scale, rows of x `row` elements apart. */
function scaleRows(out: usize, x: usize, rows: i32, d: i32, row: i32, scale: f32): void {
  for (; rows > 0; rows--) {
    scaledRow(out, x, d, scale);
    out += (<usize>d) << 2;
    x += (<usize>row) << 2;
  }
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
 * @param sums    out (N, heads, Tq): ln Σ exp(score) of each row, +∞ where no key counts; with shape.scores the factor
 *                1 / Σ exp(score − greatest), 0 where none counts
 * @param weights out (N, heads, Tq, Tk): the weights before any is dropped, or 0 if they are not wanted
 * @param q, k, v in
 * @param scratch attentionScratchBytes(tq, tk, d, dv)
 * Cost: 2 · N · heads · Tq · Tk · (D + Dv) flops.
 */
// prettier-ignore
export function attentionForward(
  o: usize, sums: usize, weights: usize, q: usize, k: usize, v: usize, shape: AttentionShape, scratch: usize,
): void {
  const heads = shape.heads;
  const tq = shape.tq;
  const tk = shape.tk;
  const d = shape.d;
  const dv = shape.dv;
  const kept = shape.kept;
  const scores = shape.scores;
  const pairs = shape.n * heads;
  const start = shareStart(pairs, pairCost(tq, tk, d, dv), 1);
  const end = shareEnd(pairs, pairCost(tq, tk, d, dv), 1);
  if (start >= end) return;
  const rowsMost = blockRows(tq, tk);
  const sRow = paddedKeys(tk);
  const block = scratch + <usize>threadIndex() * partBytes(tq, tk, d, dv);
  const scaled = block + ((<usize>rowsMost * <usize>sRow) << 3);
  const packedK = block + blockBytes(rowsMost, sRow, d);
  const product = tq > rowsMost ? packedK + weightsBytes(min(d, KC), sRow) : packedK;
  const factors = scaled; // scale · Q is not needed any more when there are sums
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
      const s = scores ? scores + ((<usize>row0 * <usize>sRow) << 2) : block;
      scaleRows(scaled, qBlock, rows, d, heads * d, shape.scale);
      if (n > 0) multiplyKeys(rows, n, tk, d, scaled, d, kPair, heads * d, isPacked ? packedK : 0, s, sRow, product);
      if (kept) drawKept(kept, row0 * sRow, (row0 + rows) * sRow, shape.random, shape.stream, shape.rate);
      for (let r = 0; r < rows; r++) {
        const x = s + (<usize>(r * sRow) << 2);
        const seen = shape.causal ? min(n, first + r + 1) : n;
        scoreOf(shape, x, i, h, first + r, seen);
        const most = seen > 0 ? rowMax(x, seen) : -Infinity;
        const none = most == -Infinity;
        const sum = none ? 0 : expRow(x, x, seen, most);
        const factor: f32 = none ? 0 : <f32>(1 / sum);
        const logarithm: f32 = none ? Infinity : most + logOf(sum);
        store<f32>(factors + (<usize>r << 2), factor);
        store<f32>(sums + (<usize>(row0 + r) << 2), scores ? factor : logarithm);
        const from = none ? 0 : seen;
        memory.fill(x + (<usize>from << 2), 0, (<usize>(max(n, seen) - from)) << 2);
        if (weights) {
          const w = weights + (<usize>(row0 + r) * <usize>tk << 2);
          memory.copy(w, x, <usize>n << 2);
          memory.fill(w + (<usize>n << 2), 0, <usize>(tk - n) << 2);
          scaleRow(w, n, load<f32>(factors + (<usize>r << 2)));
        }
        if (kept) keep(x, kept + (<usize>(row0 + r) * <usize>sRow >> 3), x, 0, n, shape.rate, 0);
      }
      if (n == 0) {
        clearRows(oBlock, rows, dv, heads * dv);
        continue;
      }
      gemm(WHOLE, rows, dv, n, s, sRow, vPair, heads * dv, 0, oBlock, heads * dv, product);
      for (let r = 0; r < rows; r++) {
        scaleRow(oBlock + (<usize>(r * heads * dv) << 2), dv, load<f32>(factors + (<usize>r << 2)));
      }
    }
  }
}

/** The scores of query `row` of a pair from its scaled products: biased, masked. */
// @ts-ignore: decorator
@inline
function scoreOf(shape: AttentionShape, x: usize, i: i32, h: i32, row: i32, n: i32): void {
  const bias = shape.bias
    ? shape.bias + ((<usize>(i * shape.biasSample + h * shape.biasHead + row * shape.tk)) << 2)
    : 0;
  const mask = shape.mask ? shape.mask + ((<usize>(i * shape.tk)) << 2) : 0;
  if (bias || mask) scoreRow(x, n, bias, mask);
}

/**
 * @param dq, dk, dv out, as q, k and v; 0 where it is not wanted
 * @param dO    in (N, Tq, heads · Dv)
 * @param o, sums in: what attentionForward wrote; likewise shape.kept and shape.scores
 * @param accumulate bits: 1 dq, 2 dk, 4 dv are added to; dq, dk and dv may be one only where it is added to all
 * Cost: 2 · N · heads · Tq · Tk · (3 D + 2 Dv) flops, with shape.scores D fewer.
 */
// prettier-ignore
export function attentionBackward(
  dq: usize, dk: usize, dvOut: usize, dO: usize, q: usize, k: usize, v: usize, o: usize, sums: usize,
  shape: AttentionShape, scratch: usize, accumulate: i32,
): void {
  const heads = shape.heads;
  const tq = shape.tq;
  const tk = shape.tk;
  const d = shape.d;
  const dv = shape.dv;
  const kept = shape.kept;
  const scores = shape.scores;
  const dBias = shape.dBias;
  const pairs = shape.n * heads;
  const start = shareStart(pairs, pairCost(tq, tk, d, dv), 1);
  const end = shareEnd(pairs, pairCost(tq, tk, d, dv), 1);
  if (start >= end) return;
  const rowsMost = blockRows(tq, tk);
  const sRow = paddedKeys(tk);
  const s = scratch + <usize>threadIndex() * partBytes(tq, tk, d, dv);
  const g = s + ((<usize>rowsMost * <usize>sRow) << 2);
  const scaled = g + ((<usize>rowsMost * <usize>sRow) << 2);
  const packedK = s + blockBytes(rowsMost, sRow, d);
  const packedV = packedK + (tq > rowsMost ? weightsBytes(min(d, KC), sRow) : 0);
  const product = packedV + (tq > rowsMost ? weightsBytes(min(dv, KC), sRow) : 0);
  const hasPackedK = !scores && packsKeys(tq, tk, d);
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
      if (!scores) {
        scaleRows(scaled, q + qAt, rows, d, heads * d, shape.scale);
        multiplyKeys(rows, n, tk, d, scaled, d, k + kAt, heads * d, hasPackedK ? packedK : 0, s, sRow, product);
      }
      multiplyKeys(rows, n, tk, dv, dO + oAt, heads * dv, v + vAt, heads * dv, hasPackedV ? packedV : 0, g, sRow, product);
      for (let r = 0; r < rows; r++) {
        const at = <usize>(r * sRow) << 2;
        const bits = kept + (<usize>(row0 + r) * <usize>sRow >> 3);
        const out: usize = dBias ? dBias + (<usize>(row0 + r) * <usize>tk << 2) : 0;
        const sum = load<f32>(sums + (<usize>(row0 + r) << 2));
        const isNone = scores ? sum == 0 : sum == Infinity;
        const seen = isNone ? 0 : shape.causal ? min(n, first + r + 1) : n;
        const value = oAt + (<usize>(r * heads * dv) << 2);
        const mean = shortDot(dO + value, o + value, dv);
        if (scores) {
          const e = scores + ((<usize>(row0 + r) * <usize>sRow) << 2);
          keptGradientRow(s + at, e, g + at, seen, sum, mean, shape.scale, out);
        } else {
          scoreOf(shape, s + at, i, h, first + r, seen);
          if (kept) keep(g + at, bits, g + at, 0, seen, shape.rate, 0);
          scoreGradientRow(s + at, g + at, seen, sum, mean, shape.scale, out);
          if (kept) keep(s + at, bits, s + at, 0, seen, shape.rate, 0);
        }
        const unseen = <usize>(n - seen) << 2;
        memory.fill(s + at + (<usize>seen << 2), 0, unseen);
        memory.fill(g + at + (<usize>seen << 2), 0, unseen);
        if (out) memory.fill(out + (<usize>seen << 2), 0, <usize>(tk - seen) << 2);
      }
      if (dvOut) gemm(Transpose.A | WHOLE, n, dv, rows, s, sRow, dO + oAt, heads * dv, 1, dvOut + vAt, heads * dv, product);
      if (dq) gemm(WHOLE, rows, d, n, g, sRow, k + kAt, heads * d, accumulate & ADD_Q, dq + qAt, heads * d, product);
      if (dk) gemm(Transpose.A | WHOLE, n, d, rows, g, sRow, q + qAt, heads * d, 1, dk + kAt, heads * d, product);
    }
  }
}
