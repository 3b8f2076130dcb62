/**
 * Vectors of full-batch optimizers (L-BFGS, conjugate gradients): combinations, products and the largest magnitude of slabs. Letters: n elements.
 * A whole product is the sum of its blocks, which the caller takes in their order, so that its bits never depend on threads.
 */
import { doubles, upperDoubles } from "../simd/doubles";
import { madd, madd64 } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { sumBlock } from "../reduce/fold";
import { sumBlocksCount } from "../reduce/blocks";
import { shareEnd, shareStart } from "../thread";

/** out = a · x + b · y. out may be x or y. @param out out (n) @param x in (n) @param y in (n) */
export function combineVectors(out: usize, x: usize, y: usize, n: i32, a: f32, b: f32): void {
  const as = f32x4.splat(a);
  const bs = f32x4.splat(b);
  const end = shareEnd(n, 1, 16);
  let i = shareStart(n, 1, 16);
  for (; i + 4 <= end; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(out + at, madd(as, v128.load(x + at), f32x4.mul(bs, v128.load(y + at))));
  }
  if (i < end) {
    const at = (<usize>i) << 2;
    const lanes = end - i;
    storeLanes(out + at, madd(as, loadLanes(x + at, lanes), f32x4.mul(bs, loadLanes(y + at, lanes))), lanes);
  }
}

/** partials[b] = Σ x · y over block b, in float64 throughout. @param partials out (sumBlocksCount(n)) float64 @param x in (n) @param y in (n) */
export function dotBlocks(partials: usize, x: usize, y: usize, n: i32): void {
  const count = sumBlocksCount(n);
  const last = shareEnd(count, sumBlock, 1);
  for (let b = shareStart(count, sumBlock, 1); b < last; b++) {
    const end = min(n, (b + 1) * sumBlock);
    let low = f64x2.splat(0);
    let high = low;
    for (let i = b * sumBlock; i < end; i += 4) {
      const at = (<usize>i) << 2;
      const lanes = min(4, end - i);
      const u = lanes == 4 ? v128.load(x + at) : loadLanes(x + at, lanes);
      const v = lanes == 4 ? v128.load(y + at) : loadLanes(y + at, lanes);
      low = madd64(doubles(u), doubles(v), low);
      high = madd64(upperDoubles(u), upperDoubles(v), high);
    }
    const sum = f64x2.add(low, high);
    store<f64>(partials + ((<usize>b) << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  }
}

/** partials[b] = max |x| over block b; NaN where x has one. @param partials out (sumBlocksCount(n)) float32 @param x in (n) */
export function largestBlocks(partials: usize, x: usize, n: i32): void {
  const count = sumBlocksCount(n);
  const last = shareEnd(count, sumBlock, 1);
  for (let b = shareStart(count, sumBlock, 1); b < last; b++) {
    const end = min(n, (b + 1) * sumBlock);
    let most = f32x4.splat(0);
    for (let i = b * sumBlock; i < end; i += 4) {
      const at = x + ((<usize>i) << 2);
      const lanes = min(4, end - i);
      most = f32x4.max(most, f32x4.abs(lanes == 4 ? v128.load(at) : loadLanes(at, lanes)));
    }
    const a = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
    const c = max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3));
    store<f32>(partials + ((<usize>b) << 2), max(a, c));
  }
}
