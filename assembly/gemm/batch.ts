/**
 * Many matrix products of one size in one call, for stacks of small matrices. Letters: gemm.ts; `count` products, Xᵢ at x + i · xNext elements.
 * Does not broadcast by itself: a step of 0 reads the same matrix again, or adds all products to one C (src/ops/product/matmul.ts).
 */
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { WHOLE, gemm, gemmPartBytes, shareCost } from "./gemm";
import { BatchShape } from "./layout";

/** With fewer matrices for each thread than this, some thread would have much more to do than others: then each matrix is cut. */
const leastEach: i32 = 4;

/**
 * Cᵢ = op(Aᵢ)·op(Bᵢ) or Cᵢ += op(Aᵢ)·op(Bᵢ) for 0 ≤ i < count; where cNext = 0, C = or += Σᵢ op(Aᵢ)·op(Bᵢ), in the order of i.
 *
 * @param transposed a number of Transpose     @param accumulate as gemm takes it
 * @param shape where count is 0, nothing is written
 * @param a in, matrices aNext elements apart; 0: one matrix for all     @param b in, likewise by bNext
 * @param c out, or in/out where accumulate is 1, by cNext; matrices of C must not overlap each other, a or b
 * @param scratch gemmScratchBytes(m, n, k)
 * Cost: 2 count M N K flops. Each product has the bits that gemm gives. Threads take matrices each, or, where there are few, a part of each.
 */
// prettier-ignore
export function gemmBatch(
  transposed: i32, shape: BatchShape, a: usize, b: usize, accumulate: i32, c: usize, scratch: usize,
): void {
  const m = shape.m;
  const n = shape.n;
  const k = shape.k;
  const count = shape.count;
  const lda = shape.lda;
  const ldb = shape.ldb;
  const ldc = shape.ldc;
  const aNext = <usize>shape.aNext;
  const bNext = <usize>shape.bNext;
  const cNext = shape.cNext;
  const isDealt = cNext != 0 && count >= leastEach * threadCount();
  const how = isDealt ? transposed | WHOLE : transposed;
  const cost = <i32>min<i64>(<i64>m * shareCost(n, k), i32.MAX_VALUE);
  const start = isDealt ? shareStart(count, cost, 1) : 0;
  const end = isDealt ? shareEnd(count, cost, 1) : count;
  if (isDealt) scratch += <usize>threadIndex() * gemmPartBytes(m, n, k);
  for (let i = start; i < end; i++) {
    const at = <usize>i << 2;
    gemm(
      how, m, n, k, a + at * aNext, lda, b + at * bNext, ldb,
      accumulate | i32(cNext == 0 && i > 0), c + at * <usize>cNext, ldc, scratch,
    );
  }
}
