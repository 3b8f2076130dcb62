/**
 * Note [Optimizer block]. What an optimizer step needs and what may change between steps: 80 bytes in memory, 8-byte aligned, so that a recorded
 * step replays with today's values. All zero at first; TypeScript writes the inputs, `advanceStep` once a step the rest.
 *
 *   byte  type  name
 *      0  f32   learningRate                     in, before advanceStep
 *      4  f32   gradientScale                    in: 1, or a clip factor (clipFactor writes it here) over a loss scale
 *      8  f32   epsilon                          in
 *     12  f32   momentum μ                       in: SGD with momentum, RMSProp
 *     16  f64   β₁                               in: Adam, AdamW, Nadam
 *     24  f64   β₂, also α, ρ                    in: Adam, AdamW, Nadam; RMSProp's α; Adadelta's ρ
 *     32  f64   step t                           counted by advanceStep, exactly to 2⁵³; 0 before the first step
 *     40  f32   learningRate / (1 − β₁ᵗ)         Adam's step size
 *     44  f32   1 / √(1 − β₂ᵗ)                   Adam's and Nadam's correction of √v
 *     48  f32   learningRate (1 − μₜ) / (1 − Π μₜ)            Nadam's factor of the gradient
 *     52  f32   learningRate μₜ₊₁ / (1 − Π μₜ · μₜ₊₁)         Nadam's factor of the mean
 *     56  f32   1 − β₁
 *     60  f32   1 − β₂
 *     64  f32   Π μₜ                             Nadam's product of momenta, 0 before the first step
 *     68        nothing
 *
 * To resume a run exactly, keep step and Π μₜ. Several calls may share a block in one step (weight decay on some slabs only).
 * β₁ and β₂ are float64 because 1 − 0.999 taken in float32 is wrong by 1e-5.
 */
import { threadIndex } from "../thread";

/** Nadam's schedule: μₜ = β₁ (1 − ½ · 0.96^(t · 0.004)); this is 0.96^0.004. */
const nadamDecay: f64 = 0.9998367253526753;

/** Bytes of an optimizer block. */
export function optimizerBlockBytes(): i32 {
  return 80;
}

/** Begins a step: t += 1, then everything that depends on t. Thread 0 alone. Note [Optimizer block] */
export function advanceStep(block: usize): void {
  if (threadIndex() != 0) return;
  const t = <i64>load<f64>(block, 32) + 1;
  const learningRate: f64 = load<f32>(block);
  const beta1 = load<f64>(block, 16);
  const beta2 = load<f64>(block, 24);
  const momentum = beta1 * (1 - 0.5 * power(nadamDecay, t));
  const nextMomentum = beta1 * (1 - 0.5 * power(nadamDecay, t + 1));
  const product = <f32>((t == 1 ? 1 : load<f32>(block, 64)) * momentum);
  store<f64>(block, <f64>t, 32);
  store<f32>(block, product, 64);
  store<f32>(block, <f32>(learningRate / (1 - power(beta1, t))), 40);
  store<f32>(block, <f32>(1 / sqrt(1 - power(beta2, t))), 44);
  store<f32>(block, <f32>((learningRate * (1 - momentum)) / (1 - <f64>product)), 48);
  store<f32>(block, <f32>((learningRate * nextMomentum) / (1 - <f64>product * nextMomentum)), 52);
  store<f32>(block, <f32>(1 - beta1), 56);
  store<f32>(block, <f32>(1 - beta2), 60);
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
export function learningRateOf(block: usize): v128 {
  return v128.load32_splat(block);
}

/** What gradients are multiplied with as they are read. */
// @ts-ignore: decorator
@inline
export function gradientScaleOf(block: usize): v128 {
  return v128.load32_splat(block, 4);
}

/** ε */
// @ts-ignore: decorator
@inline
export function epsilonOf(block: usize): v128 {
  return v128.load32_splat(block, 8);
}

/** μ */
// @ts-ignore: decorator
@inline
export function momentumOf(block: usize): v128 {
  return v128.load32_splat(block, 12);
}

/** 1 − β₁ */
// @ts-ignore: decorator
@inline
export function restOfBeta1(block: usize): v128 {
  return v128.load32_splat(block, 56);
}

/** 1 − β₂ */
// @ts-ignore: decorator
@inline
export function restOfBeta2(block: usize): v128 {
  return v128.load32_splat(block, 60);
}
