/**
 * Adam, AdamW, AMSGrad and Nadam, one pass over a slab (conventions: update.ts; Note [Optimizer block] in block.ts).
 *
 *   m = β₁ m + (1 − β₁) g     v = β₂ v + (1 − β₂) g²     m̂ = m / (1 − β₁ᵗ)     v̂ = v / (1 − β₂ᵗ)
 *   p −= learningRate · m̂ / (√v̂ + ε)                    AMSGrad: the largest v so far in the place of v
 *
 * Source: Kingma & Ba 2015; Loshchilov & Hutter 2019 (AdamW); Reddi et al. 2018 (AMSGrad); Dozat 2016 (Nadam).
 */
import { RowListHead } from "../gather/layout";
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import {
  epsilonOf,
  gradientFactorOf,
  gradientScaleOf,
  meanFactorOf,
  restOfBeta1,
  restOfBeta2,
  rootCorrectionOf,
  stepSizeOf,
} from "./block";
import { OptimizerBlock } from "./layout";
import { partEnd, partStart, partsEnd, partsStart } from "./parts";
import { moveTo, sweep, takeGradient } from "./update";

/**
 * Adam, with weight decay coupled to the gradient.
 * @param params   in/out (n)
 * @param grads    in/out (n): cleared
 * @param mean     in/out (n): m, zero before the first step
 * @param square   in/out (n): v, zero before the first step
 * @param largest  in/out (n): AMSGrad's largest v, zero before the first step; or 0 (no pointer) for plain Adam
 * @param block    in, after advanceStep: learningRate, gradientScale, epsilon, β₁, β₂
 */
export function adamStep(
  params: usize,
  grads: usize,
  mean: usize,
  square: usize,
  largest: usize,
  n: i32,
  block: OptimizerBlock,
  weightDecay: f32,
  rows: RowListHead,
): void {
  adam(params, grads, mean, square, largest, n, block, weightDecay, 1, rows);
}

/** As adamStep, but the decay does not pass through m and v: first p −= learningRate · weightDecay · p. */
export function adamwStep(
  params: usize,
  grads: usize,
  mean: usize,
  square: usize,
  largest: usize,
  n: i32,
  block: OptimizerBlock,
  weightDecay: f32,
  rows: RowListHead,
): void {
  const keep: f32 = 1 - block.learningRate * weightDecay;
  adam(params, grads, mean, square, largest, n, block, 0, keep, rows);
}

function adam(
  params: usize,
  grads: usize,
  mean: usize,
  square: usize,
  largest: usize,
  n: i32,
  block: OptimizerBlock,
  weightDecay: f32,
  keep: f32,
  rows: RowListHead,
): void {
  // in locals, not read from the block for each vector: the loop is at the limit of a square root and a division
  const scale = gradientScaleOf(block);
  const epsilon = epsilonOf(block);
  const size = stepSizeOf(block);
  const correction = rootCorrectionOf(block);
  const rest1 = restOfBeta1(block);
  const rest2 = restOfBeta2(block);
  const decay = f32x4.splat(weightDecay);
  const keeps = f32x4.splat(keep);
  const last = partsEnd(rows, 4);
  for (let part = partsStart(rows, 4); part < last; part++) {
    const end = partEnd(rows, part, n, 4);
    const start = partStart(rows, part, n, 4);
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const at = (<usize>i) << 2;
      const most = largest ? largest + at : 0;
      adapt(
        params + at,
        grads + at,
        mean + at,
        square + at,
        most,
        scale,
        rest1,
        rest2,
        correction,
        epsilon,
        size,
        decay,
        keeps,
        4,
      );
    }
    if (i < end) {
      const at = (<usize>i) << 2;
      const most = largest ? largest + at : 0;
      adapt(
        params + at,
        grads + at,
        mean + at,
        square + at,
        most,
        scale,
        rest1,
        rest2,
        correction,
        epsilon,
        size,
        decay,
        keeps,
        end - i,
      );
    }
    sweep(mean, start, end, block);
    sweep(square, start, end, block);
  }
}

// @ts-ignore: decorator
@inline
function adapt(
  params: usize,
  grads: usize,
  mean: usize,
  square: usize,
  largest: usize,
  scale: v128,
  rest1: v128,
  rest2: v128,
  correction: v128,
  epsilon: v128,
  size: v128,
  decay: v128,
  keep: v128,
  lanes: i32,
): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, scale, p, decay, lanes);
  const m = moveTo(g, mean, rest1, lanes);
  let v = moveTo(f32x4.mul(g, g), square, rest2, lanes);
  if (largest) {
    v = f32x4.max(v, loadLanes(largest, lanes));
    storeLanes(largest, v, lanes);
  }
  const root = madd(f32x4.sqrt(v), correction, epsilon); // √v̂ + ε
  storeLanes(params, f32x4.sub(f32x4.mul(p, keep), f32x4.div(f32x4.mul(size, m), root)), lanes);
}

/**
 * Adam with Nesterov momentum: p −= learningRate · ((1 − μₜ) g / (1 − Π μ) + μₜ₊₁ m / (1 − Π μ · μₜ₊₁)) / (√v̂ + ε).
 * Arguments as adamStep. The schedule of μ is PyTorch's, with momentum_decay 0.004.
 */
export function nadamStep(
  params: usize,
  grads: usize,
  mean: usize,
  square: usize,
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
      lookAhead(params + at, grads + at, mean + at, square + at, block, decay, 4);
    }
    if (i < end) {
      const at = (<usize>i) << 2;
      lookAhead(params + at, grads + at, mean + at, square + at, block, decay, end - i);
    }
    sweep(mean, start, end, block);
    sweep(square, start, end, block);
  }
}

// @ts-ignore: decorator
@inline
function lookAhead(
  params: usize,
  grads: usize,
  mean: usize,
  square: usize,
  block: OptimizerBlock,
  decay: v128,
  lanes: i32,
): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, gradientScaleOf(block), p, decay, lanes);
  const m = moveTo(g, mean, restOfBeta1(block), lanes);
  const v = moveTo(f32x4.mul(g, g), square, restOfBeta2(block), lanes);
  const root = madd(f32x4.sqrt(v), rootCorrectionOf(block), epsilonOf(block)); // √v̂ + ε
  const step = madd(gradientFactorOf(block), g, f32x4.mul(meanFactorOf(block), m));
  storeLanes(params, f32x4.sub(p, f32x4.div(step, root)), lanes);
}
