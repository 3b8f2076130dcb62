/**
 * Adam, AdamW, AMSGrad and Nadam, one pass over a slab (conventions: sgd.ts; Note [Optimizer block] in block.ts).
 *
 *   m = β₁ m + (1 − β₁) g     v = β₂ v + (1 − β₂) g²     m̂ = m / (1 − β₁ᵗ)     v̂ = v / (1 − β₂ᵗ)
 *   p −= learningRate · m̂ / (√v̂ + ε)                    AMSGrad: the largest v so far in the place of v
 *
 * Source: Kingma & Ba 2015; Loshchilov & Hutter 2019 (AdamW); Reddi et al. 2018 (AMSGrad); Dozat 2016 (Nadam).
 */
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { shareEnd, shareStart } from "../thread";
import { epsilonOf, gradientScaleOf, restOfBeta1, restOfBeta2 } from "./block";
import { moveTo, takeGradient } from "./sgd";

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
  block: usize,
  weightDecay: f32,
): void {
  adam(params, grads, mean, square, largest, n, block, weightDecay, 1);
}

/** As adamStep, but the decay does not pass through m and v: first p −= learningRate · weightDecay · p. */
export function adamwStep(
  params: usize,
  grads: usize,
  mean: usize,
  square: usize,
  largest: usize,
  n: i32,
  block: usize,
  weightDecay: f32,
): void {
  const keep: f32 = 1 - load<f32>(block) * weightDecay;
  adam(params, grads, mean, square, largest, n, block, 0, keep);
}

function adam(
  params: usize,
  grads: usize,
  mean: usize,
  square: usize,
  largest: usize,
  n: i32,
  block: usize,
  weightDecay: f32,
  keep: f32,
): void {
  const decay = f32x4.splat(weightDecay);
  const keeps = f32x4.splat(keep);
  const end = shareEnd(n, 4, 16);
  for (let i = shareStart(n, 4, 16); i < end; i += 4) {
    const at = (<usize>i) << 2;
    const most = largest ? largest + at : 0;
    if (i + 4 <= end) adapt(params + at, grads + at, mean + at, square + at, most, block, decay, keeps, 4);
    else adapt(params + at, grads + at, mean + at, square + at, most, block, decay, keeps, end - i);
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
  block: usize,
  decay: v128,
  keep: v128,
  lanes: i32,
): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, gradientScaleOf(block), p, decay, lanes);
  const m = moveTo(g, mean, restOfBeta1(block), lanes);
  let v = moveTo(f32x4.mul(g, g), square, restOfBeta2(block), lanes);
  if (largest) {
    v = f32x4.max(v, loadLanes(largest, lanes));
    storeLanes(largest, v, lanes);
  }
  const root = madd(f32x4.sqrt(v), v128.load32_splat(block, 44), epsilonOf(block)); // √v̂ + ε
  const step = f32x4.div(f32x4.mul(v128.load32_splat(block, 40), m), root);
  storeLanes(params, f32x4.sub(f32x4.mul(p, keep), step), lanes);
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
  block: usize,
  weightDecay: f32,
): void {
  const decay = f32x4.splat(weightDecay);
  const end = shareEnd(n, 4, 16);
  for (let i = shareStart(n, 4, 16); i < end; i += 4) {
    const at = (<usize>i) << 2;
    if (i + 4 <= end) lookAhead(params + at, grads + at, mean + at, square + at, block, decay, 4);
    else lookAhead(params + at, grads + at, mean + at, square + at, block, decay, end - i);
  }
}

// @ts-ignore: decorator
@inline
function lookAhead(
  params: usize,
  grads: usize,
  mean: usize,
  square: usize,
  block: usize,
  decay: v128,
  lanes: i32,
): void {
  const p = loadLanes(params, lanes);
  const g = takeGradient(grads, gradientScaleOf(block), p, decay, lanes);
  const m = moveTo(g, mean, restOfBeta1(block), lanes);
  const v = moveTo(f32x4.mul(g, g), square, restOfBeta2(block), lanes);
  const root = madd(f32x4.sqrt(v), v128.load32_splat(block, 44), epsilonOf(block)); // √v̂ + ε
  const step = madd(v128.load32_splat(block, 48), g, f32x4.mul(v128.load32_splat(block, 52), m));
  storeLanes(params, f32x4.sub(p, f32x4.div(step, root)), lanes);
}
