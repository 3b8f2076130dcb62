/**
 * Adamax, Adam with the largest gradient in the place of its root mean square, one pass over a slab (conventions: update.ts; Note [Optimizer
 * block] in block.ts). As in PyTorch, ε is added to each gradient's magnitude, so that u > 0.
 * Source: Kingma & Ba 2015, section 7.1.
 */
import { RowListHead } from "../gather/layout";
import { nmadd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { epsilonOf, gradientScaleOf, restOfBeta1, restOfBeta2, stepSizeOf } from "./block";
import { OptimizerBlock } from "./layout";
import { partEnd, partStart, partsEnd, partsStart } from "./parts";
import { moveTo, sweep, takeGradient } from "./update";

/**
 * m = β₁ m + (1 − β₁) g;  u = max(β₂ u, |g| + ε);  p −= learningRate / (1 − β₁ᵗ) · m / u
 * @param params   in/out (n)
 * @param grads    in/out (n): cleared
 * @param mean     in/out (n): m, zero before the first step
 * @param largest  in/out (n): u, zero before the first step; never subnormal, since u ≥ ε
 * @param block    in, after advanceStep: learningRate, gradientScale, epsilon, β₁, β₂
 */
export function adamaxStep(
  params: usize,
  grads: usize,
  mean: usize,
  largest: usize,
  n: i32,
  block: OptimizerBlock,
  weightDecay: f32,
  rows: RowListHead,
): void {
  const decay = f32x4.splat(weightDecay);
  const last = partsEnd(rows, 4);
  for (let part = partsStart(rows, 4); part < last; part++) {
    const end = partEnd(rows, part, n, 4);
    const start = partStart(rows, part, n, 4);
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const at = (<usize>i) << 2;
      adapt(params + at, grads + at, mean + at, largest + at, block, decay, 4);
    }
    if (i < end) {
      const at = (<usize>i) << 2;
      adapt(params + at, grads + at, mean + at, largest + at, block, decay, end - i);
    }
    sweep(mean, start, end, block);
  }
}

// @ts-ignore: decorator
@inline
function adapt(
  params: usize,
  grads: usize,
  mean: usize,
  largest: usize,
  block: OptimizerBlock,
  decay: v128,
  lanes: i32,
): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, gradientScaleOf(block), p, decay, lanes);
  const m = moveTo(g, mean, restOfBeta1(block), lanes);
  const before = loadLanes(largest, lanes);
  const u = f32x4.max(nmadd(restOfBeta2(block), before, before), f32x4.add(f32x4.abs(g), epsilonOf(block)));
  storeLanes(largest, u, lanes);
  storeLanes(params, f32x4.sub(p, f32x4.div(f32x4.mul(stepSizeOf(block), m), u)), lanes);
}
