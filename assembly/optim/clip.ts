/**
 * What may happen to a slab of gradients between the backward pass and the optimizer step: regularization terms, clipping by value, by norm.
 * Clipping by global norm needs no pass of its own: sumSquaresBlocks, combineBlocks, then clipFactor into the gradientScale of
 * Note [Optimizer block]. The penalty itself is a block sum of the parameters (reduce/blocks.ts) with scale λ or λ/2.
 */
import { RowListHead } from "../gather/layout";
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { listedRow, listedRowLength, listedRows, tableRows } from "../gather/rowList";
import { foldSum, Squares } from "../reduce/fold";
import { shareEnd, shareStart, threadIndex } from "../thread";
import { partEnd, partStart, partsEnd, partsStart } from "./parts";

/**
 * grads += l2 · p + l1 · sign(p), the gradient of l2/2 · Σp² + l1 · Σ|p|; sign(0) = 0.
 * @param grads   in/out (n)
 * @param params  in (n)
 */
export function regularize(grads: usize, params: usize, n: i32, l1: f32, l2: f32): void {
  const ones = f32x4.splat(l1);
  const squares = f32x4.splat(l2);
  const end = shareEnd(n, 1, 16);
  let i = shareStart(n, 1, 16);
  for (; i + 4 <= end; i += 4) {
    const at = (<usize>i) << 2;
    penalize(grads + at, params + at, ones, squares, 4);
  }
  if (i < end) {
    const at = (<usize>i) << 2;
    penalize(grads + at, params + at, ones, squares, end - i);
  }
}

// @ts-ignore: decorator
@inline
function penalize(grads: usize, params: usize, l1: v128, l2: v128, lanes: i32): void {
  const p = loadLanes(params, lanes);
  const zero = f32x4.splat(0);
  const sign = v128.or(v128.and(p, f32x4.splat(-0.0)), l1); // l1 ≥ 0 with the sign of p
  const slope = v128.and(sign, f32x4.ne(p, zero));
  storeLanes(grads, f32x4.add(loadLanes(grads, lanes), madd(l2, p, slope)), lanes);
}

/** grads = the nearest value in [−limit, limit]; NaN stays NaN. @param grads in/out (n) @param rows parts.ts */
export function clipGradients(grads: usize, n: i32, limit: f32, rows: RowListHead): void {
  const high = f32x4.splat(limit);
  const low = f32x4.neg(high);
  const last = partsEnd(rows, 1);
  for (let part = partsStart(rows, 1); part < last; part++) {
    const end = partEnd(rows, part, n, 1);
    let i = partStart(rows, part, n, 1);
    for (; i + 4 <= end; i += 4) {
      const at = grads + ((<usize>i) << 2);
      limitTo(at, low, high, 4);
    }
    if (i < end) {
      const at = grads + ((<usize>i) << 2);
      limitTo(at, low, high, end - i);
    }
  }
}

/** pmin and pmax keep their first operand where it is NaN. */
// @ts-ignore: decorator
@inline
function limitTo(at: usize, low: v128, high: v128, lanes: i32): void {
  storeLanes(at, f32x4.pmax(f32x4.pmin(loadLanes(at, lanes), high), low), lanes);
}

/** How many partial sums the squares of listed rows are cut into, so that threads have something to share. */
const rowSums: i32 = 64;

/** Elements of `partials` for sumSquaresRows, however many rows are listed. */
export function sumSquaresRowsCount(): i32 {
  return rowSums;
}

/**
 * partials[b] = Σ g² over the b-th 64th of the listed rows; the order of the sum follows from the list alone.
 * @param partials  out (sumSquaresRowsCount())
 * @param grads     in: a table's
 * @param rows      in: Note [Row list]
 */
export function sumSquaresRows(partials: usize, grads: usize, rows: RowListHead): void {
  const length = listedRowLength(rows);
  const k = listedRows(rows);
  const each = (k + rowSums - 1) / rowSums;
  const cost = ((tableRows(rows) + rowSums - 1) / rowSums) * length;
  const end = shareEnd(rowSums, cost, 1);
  for (let b = shareStart(rowSums, cost, 1); b < end; b++) {
    const last = min(k, (b + 1) * each);
    let sum: f64 = 0;
    for (let i = b * each; i < last; i++)
      sum += foldSum<Squares>(grads + ((<usize>(listedRow(rows, i) * length)) << 2), length);
    store<f32>(partials + ((<usize>b) << 2), <f32>sum);
  }
}

/**
 * factor[0] = min(1, maxNorm / norm) where norm² = sumSquares[0]: what a gradient is multiplied with so that its norm is at most maxNorm.
 * Thread 0 alone. NaN in the gradients gives NaN, so that it is seen.
 */
export function clipFactor(factor: usize, sumSquares: usize, maxNorm: f32): void {
  if (threadIndex() != 0) return;
  const norm = sqrt(load<f32>(sumSquares));
  store<f32>(factor, norm <= maxNorm ? 1 : maxNorm / norm);
}

/** grads *= factor[0]. @param grads in/out (n) @param factor in (1) @param rows parts.ts */
export function scaleByFactor(grads: usize, n: i32, factor: usize, rows: RowListHead): void {
  const factors = v128.load32_splat(factor);
  const last = partsEnd(rows, 1);
  for (let part = partsStart(rows, 1); part < last; part++) {
    const end = partEnd(rows, part, n, 1);
    let i = partStart(rows, part, n, 1);
    for (; i + 4 <= end; i += 4) {
      const at = grads + ((<usize>i) << 2);
      v128.store(at, f32x4.mul(v128.load(at), factors));
    }
    if (i < end) {
      const at = grads + ((<usize>i) << 2);
      storeLanes(at, f32x4.mul(loadLanes(at, end - i), factors), end - i);
    }
  }
}
