/**
 * Note [Optimizer block]. What an optimizer step needs and what may change between steps lies in memory (OptimizerBlock of layout.ts), so that a recorded
 * step replays with today's values. All zero at first; TypeScript writes the inputs, `advanceStep` once a step the rest.
 *
 * To resume a run exactly, keep step and Π μₜ. Several calls may share a block in one step (weight decay on some slabs only).
 * β₁ and β₂ are float64 because 1 − 0.999 taken in float32 is wrong by 1e-5.
 */
import { threadIndex } from "../thread";
import { OptimizerBlock } from "./layout";

/** Nadam's schedule: μₜ = β₁ (1 − ½ · 0.96^(t · 0.004)); this is 0.96^0.004. */
const nadamDecay: f64 = 0.9998367253526753;

/** Begins a step: t += 1, then everything that depends on t. Thread 0 alone. Note [Optimizer block] */
export function advanceStep(block: OptimizerBlock): void {
  if (threadIndex() != 0) return;
  const t = <i64>block.step + 1;
  const learningRate: f64 = block.learningRate;
  const beta1 = block.beta1;
  const beta2 = block.beta2;
  const momentum = beta1 * (1 - 0.5 * power(nadamDecay, t));
  const nextMomentum = beta1 * (1 - 0.5 * power(nadamDecay, t + 1));
  const product = <f32>((t == 1 ? 1 : block.momentumProduct) * momentum);
  block.step = <f64>t;
  block.momentumProduct = product;
  block.stepSize = <f32>(learningRate / (1 - power(beta1, t)));
  block.rootCorrection = <f32>(1 / sqrt(1 - power(beta2, t)));
  block.gradientFactor = <f32>((learningRate * (1 - momentum)) / (1 - <f64>product));
  block.meanFactor = <f32>((learningRate * nextMomentum) / (1 - <f64>product * nextMomentum));
  block.restOfBeta1 = <f32>(1 - beta1);
  block.restOfBeta2 = <f32>(1 - beta2);
}

/** baseⁿ by repeated squaring, n ≥ 0. */
function power(base: f64, n: i64): f64 {
  let result: f64 = 1;
  for (; n > 0; n >>= 1) {
    if (n & 1) result *= base;
    base *= base;
  }
  return result;
}

/** The learning rate, in all lanes; so are the others. */
// @ts-ignore: decorator
@inline
export function learningRateOf(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("learningRate"));
}

/** What gradients are multiplied with as they are read. */
// @ts-ignore: decorator
@inline
export function gradientScaleOf(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("gradientScale"));
}

/** ε */
// @ts-ignore: decorator
@inline
export function epsilonOf(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("epsilon"));
}

/** μ */
// @ts-ignore: decorator
@inline
export function momentumOf(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("momentum"));
}

/** Adam's step size. */
// @ts-ignore: decorator
@inline
export function stepSizeOf(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("stepSize"));
}

/** The correction of √v. */
// @ts-ignore: decorator
@inline
export function rootCorrectionOf(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("rootCorrection"));
}

/** Nadam's factor of the gradient. */
// @ts-ignore: decorator
@inline
export function gradientFactorOf(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("gradientFactor"));
}

/** Nadam's factor of the mean. */
// @ts-ignore: decorator
@inline
export function meanFactorOf(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("meanFactor"));
}

/** 1 − β₁ */
// @ts-ignore: decorator
@inline
export function restOfBeta1(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("restOfBeta1"));
}

/** 1 − β₂ */
// @ts-ignore: decorator
@inline
export function restOfBeta2(block: OptimizerBlock): v128 {
  return v128.load32_splat(changetype<usize>(block), offsetof<OptimizerBlock>("restOfBeta2"));
}
