/**
 * Adagrad, RMSProp and Adadelta, one pass over a slab (conventions: update.ts; Note [Optimizer block] in block.ts). ε stands outside the root
 * in Adagrad and RMSProp and inside it in Adadelta, as in PyTorch.
 * Source: Duchi et al. 2011; Hinton 2012, lecture 6e; Graves 2013 (centred form); Zeiler 2012.
 */
import { RowListHead } from "../gather/layout";
import { madd, nmadd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { epsilonOf, gradientScaleOf, learningRateOf, momentumOf, restOfBeta2 } from "./block";
import { OptimizerBlock } from "./layout";
import { partEnd, partStart, partsEnd, partsStart } from "./parts";
import { moveTo, sweep, takeGradient } from "./update";

/**
 * s += g²;  p −= learningRate · g / (√s + ε)
 * @param params  in/out (n)
 * @param grads   in/out (n): cleared
 * @param square  in/out (n): s, at first 0 or the initial accumulator
 * @param block   in: learningRate, gradientScale, epsilon
 */
export function adagradStep(
  params: usize,
  grads: usize,
  square: usize,
  n: i32,
  block: OptimizerBlock,
  weightDecay: f32,
  rows: RowListHead,
): void {
  const decay = f32x4.splat(weightDecay);
  const last = partsEnd(rows, 3);
  for (let part = partsStart(rows, 3); part < last; part++) {
    const end = partEnd(rows, part, n, 3);
    let i = partStart(rows, part, n, 3);
    for (; i + 4 <= end; i += 4) {
      const at = (<usize>i) << 2;
      shrink(params + at, grads + at, square + at, block, decay, 4);
    }
    if (i < end) {
      const at = (<usize>i) << 2;
      shrink(params + at, grads + at, square + at, block, decay, end - i);
    }
  }
}

// @ts-ignore: decorator
@inline
function shrink(params: usize, grads: usize, square: usize, block: OptimizerBlock, decay: v128, lanes: i32): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, gradientScaleOf(block), p, decay, lanes);
  const s = madd(g, g, loadLanes(square, lanes));
  storeLanes(square, s, lanes);
  const root = f32x4.add(f32x4.sqrt(s), epsilonOf(block));
  storeLanes(params, f32x4.sub(p, f32x4.div(f32x4.mul(learningRateOf(block), g), root)), lanes);
}

/**
 * s = α s + (1 − α) g²;  centred: a = α a + (1 − α) g and d = √(s − a²) + ε, else d = √s + ε
 * with momentum: b = μ b + g / d and p −= learningRate · b, else p −= learningRate · g / d
 * @param params    in/out (n)
 * @param grads     in/out (n): cleared
 * @param square    in/out (n): s, zero before the first step
 * @param average   in/out (n): a, zero before the first step; or 0 (no pointer): not centred
 * @param velocity  in/out (n): b, zero before the first step; or 0 (no pointer): no momentum
 * @param block     in, after advanceStep: learningRate, gradientScale, epsilon, momentum, β₂ = α
 */
export function rmspropStep(
  params: usize,
  grads: usize,
  square: usize,
  average: usize,
  velocity: usize,
  n: i32,
  block: OptimizerBlock,
  weightDecay: f32,
  rows: RowListHead,
): void {
  const decay = f32x4.splat(weightDecay);
  const last = partsEnd(rows, 3);
  for (let part = partsStart(rows, 3); part < last; part++) {
    const end = partEnd(rows, part, n, 3);
    const start = partStart(rows, part, n, 3);
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const at = (<usize>i) << 2;
      const a = average ? average + at : 0;
      const b = velocity ? velocity + at : 0;
      rescale(params + at, grads + at, square + at, a, b, block, decay, 4);
    }
    if (i < end) {
      const at = (<usize>i) << 2;
      const a = average ? average + at : 0;
      const b = velocity ? velocity + at : 0;
      rescale(params + at, grads + at, square + at, a, b, block, decay, end - i);
    }
    sweep(square, start, end, block);
    if (average) sweep(average, start, end, block);
    if (velocity) sweep(velocity, start, end, block);
  }
}

// @ts-ignore: decorator
@inline
function rescale(
  params: usize,
  grads: usize,
  square: usize,
  average: usize,
  velocity: usize,
  block: OptimizerBlock,
  decay: v128,
  lanes: i32,
): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, gradientScaleOf(block), p, decay, lanes);
  let s = moveTo(f32x4.mul(g, g), square, restOfBeta2(block), lanes);
  if (average) {
    const a = moveTo(g, average, restOfBeta2(block), lanes);
    s = f32x4.max(nmadd(a, a, s), f32x4.splat(0)); // rounding must not make a root of less than nothing
  }
  const root = f32x4.add(f32x4.sqrt(s), epsilonOf(block));
  let step = f32x4.div(g, root);
  if (velocity) {
    step = madd(momentumOf(block), loadLanes(velocity, lanes), step);
    storeLanes(velocity, step, lanes);
  }
  storeLanes(params, nmadd(learningRateOf(block), step, p), lanes);
}

/**
 * s = ρ s + (1 − ρ) g²;  Δ = g · √(u + ε) / √(s + ε);  u = ρ u + (1 − ρ) Δ²;  p −= learningRate · Δ
 * @param params   in/out (n)
 * @param grads    in/out (n): cleared
 * @param square   in/out (n): s, zero before the first step
 * @param updates  in/out (n): u, zero before the first step
 * @param block    in, after advanceStep: learningRate, gradientScale, epsilon, β₂ = ρ
 */
export function adadeltaStep(
  params: usize,
  grads: usize,
  square: usize,
  updates: usize,
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
      correct(params + at, grads + at, square + at, updates + at, block, decay, 4);
    }
    if (i < end) {
      const at = (<usize>i) << 2;
      correct(params + at, grads + at, square + at, updates + at, block, decay, end - i);
    }
    sweep(square, start, end, block);
    sweep(updates, start, end, block);
  }
}

// @ts-ignore: decorator
@inline
function correct(
  params: usize,
  grads: usize,
  square: usize,
  updates: usize,
  block: OptimizerBlock,
  decay: v128,
  lanes: i32,
): void {
  const rest = restOfBeta2(block);
  const epsilon = epsilonOf(block);
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, gradientScaleOf(block), p, decay, lanes);
  const s = moveTo(f32x4.mul(g, g), square, rest, lanes);
  const u = f32x4.add(loadLanes(updates, lanes), epsilon);
  const delta = f32x4.mul(f32x4.div(f32x4.sqrt(u), f32x4.sqrt(f32x4.add(s, epsilon))), g);
  moveTo(f32x4.mul(delta, delta), updates, rest, lanes);
  storeLanes(params, nmadd(learningRateOf(block), delta, p), lanes);
}
