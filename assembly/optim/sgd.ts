/**
 * Gradient descent and gradient descent with momentum, one pass over a slab: the gradient is read, scaled and cleared, the parameter updated.
 * Conventions: update.ts; Note [Optimizer block] in block.ts.
 */
import { RowListHead } from "../gather/layout";
import { madd, nmadd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { gradientScaleOf, learningRateOf, momentumOf } from "./block";
import { OptimizerBlock } from "./layout";
import { partEnd, partStart, partsEnd, partsStart } from "./parts";
import { sweep, takeGradient } from "./update";

/**
 * p −= learningRate · g
 * @param params  in/out (n)
 * @param grads   in/out (n): cleared
 * @param block   in: learningRate, gradientScale
 */
export function sgdStep(
  params: usize,
  grads: usize,
  n: i32,
  block: OptimizerBlock,
  weightDecay: f32,
  rows: RowListHead,
): void {
  const rate = learningRateOf(block);
  const scale = gradientScaleOf(block);
  const decay = f32x4.splat(weightDecay);
  const last = partsEnd(rows, 1);
  for (let part = partsStart(rows, 1); part < last; part++) {
    const end = partEnd(rows, part, n, 1);
    let i = partStart(rows, part, n, 1);
    for (; i + 8 <= end; i += 8) {
      const at = (<usize>i) << 2;
      descend(params + at, grads + at, rate, scale, decay, 4);
      descend(params + at + 16, grads + at + 16, rate, scale, decay, 4);
    }
    for (; i < end; i += 4) {
      const at = (<usize>i) << 2;
      descend(params + at, grads + at, rate, scale, decay, min(end - i, 4));
    }
  }
}

// @ts-ignore: decorator
@inline
function descend(params: usize, grads: usize, rate: v128, scale: v128, decay: v128, lanes: i32): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, scale, p, decay, lanes);
  storeLanes(params, nmadd(rate, g, p), lanes);
}

/**
 * v = μ v + g;  p −= learningRate · v, or with Nesterov p −= learningRate · (g + μ v). Keras folds the learning rate into v instead.
 * @param params    in/out (n)
 * @param grads     in/out (n): cleared
 * @param velocity  in/out (n): v, zero before the first step
 * @param block     in: learningRate, gradientScale, momentum, step
 * @param nesterov  0 or 1
 */
export function momentumStep(
  params: usize,
  grads: usize,
  velocity: usize,
  n: i32,
  block: OptimizerBlock,
  weightDecay: f32,
  nesterov: i32,
  rows: RowListHead,
): void {
  const rate = learningRateOf(block);
  const scale = gradientScaleOf(block);
  const momentum = momentumOf(block);
  const decay = f32x4.splat(weightDecay);
  // p −= rate · (ahead · v + now · g) is both forms: (1, 0) plain, (μ, 1) Nesterov
  const ahead = nesterov ? momentum : f32x4.splat(1);
  const now = f32x4.splat(nesterov ? 1 : 0);
  const last = partsEnd(rows, 2);
  for (let part = partsStart(rows, 2); part < last; part++) {
    const end = partEnd(rows, part, n, 2);
    const start = partStart(rows, part, n, 2);
    let i = start;
    for (; i + 8 <= end; i += 8) {
      const at = (<usize>i) << 2;
      roll(params + at, grads + at, velocity + at, rate, scale, momentum, decay, ahead, now, 4);
      roll(params + at + 16, grads + at + 16, velocity + at + 16, rate, scale, momentum, decay, ahead, now, 4);
    }
    for (; i < end; i += 4) {
      const at = (<usize>i) << 2;
      roll(params + at, grads + at, velocity + at, rate, scale, momentum, decay, ahead, now, min(end - i, 4));
    }
    sweep(velocity, start, end, block);
  }
}

// @ts-ignore: decorator
@inline
function roll(
  params: usize,
  grads: usize,
  velocity: usize,
  rate: v128,
  scale: v128,
  momentum: v128,
  decay: v128,
  ahead: v128,
  now: v128,
  lanes: i32,
): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, scale, p, decay, lanes);
  const v = madd(loadLanes(velocity, lanes), momentum, g);
  storeLanes(velocity, v, lanes);
  storeLanes(params, nmadd(rate, madd(ahead, v, f32x4.mul(now, g)), p), lanes);
}
