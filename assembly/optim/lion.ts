/**
 * Lion, steps of one size in the direction of a sign, one pass over a slab (conventions: update.ts; Note [Optimizer block] in block.ts), except
 * that weight decay is decoupled, as in the paper and in Keras: it does not pass through the sign.
 * Source: Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms".
 */
import { RowListHead } from "../gather/layout";
import { madd, nmadd, select } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { gradientScaleOf, learningRateOf, restOfBeta1, restOfBeta2 } from "./block";
import { OptimizerBlock } from "./layout";
import { partEnd, partStart, partsEnd, partsStart } from "./parts";
import { moveTo, sweep, takeGradient } from "./update";

/**
 * p −= learningRate · (weightDecay · p + sign(β₁ m + (1 − β₁) g));  then m = β₂ m + (1 − β₂) g
 * @param params  in/out (n)
 * @param grads   in/out (n): cleared
 * @param mean    in/out (n): m, zero before the first step
 * @param block   in, after advanceStep: learningRate, gradientScale, β₁, β₂
 */
export function lionStep(
  params: usize,
  grads: usize,
  mean: usize,
  n: i32,
  block: OptimizerBlock,
  weightDecay: f32,
  rows: RowListHead,
): void {
  const keep = f32x4.splat(1 - block.learningRate * weightDecay);
  const last = partsEnd(rows, 3);
  for (let part = partsStart(rows, 3); part < last; part++) {
    const end = partEnd(rows, part, n, 3);
    const start = partStart(rows, part, n, 3);
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const at = (<usize>i) << 2;
      follow(params + at, grads + at, mean + at, block, keep, 4);
    }
    if (i < end) {
      const at = (<usize>i) << 2;
      follow(params + at, grads + at, mean + at, block, keep, end - i);
    }
    sweep(mean, start, end, block);
  }
}

// @ts-ignore: decorator
@inline
function follow(params: usize, grads: usize, mean: usize, block: OptimizerBlock, keep: v128, lanes: i32): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, gradientScaleOf(block), p, f32x4.splat(0), lanes);
  const m = loadLanes(mean, lanes);
  const direction = signOf(madd(restOfBeta1(block), f32x4.sub(g, m), m));
  moveTo(g, mean, restOfBeta2(block), lanes);
  storeLanes(params, nmadd(learningRateOf(block), direction, f32x4.mul(p, keep)), lanes);
}

/** 1 or −1 with x's sign; 0 for 0, and NaN for NaN, so that a spoilt mean is noticed. */
// @ts-ignore: decorator
@inline
function signOf(x: v128): v128 {
  const one = v128.or(v128.and(x, f32x4.splat(-0.0)), f32x4.splat(1));
  return select(one, x, f32x4.gt(f32x4.abs(x), f32x4.splat(0)));
}
