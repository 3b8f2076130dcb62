/** What an optimizer step needs and what may change between steps: Note [Optimizer block] in optim/block.ts. 8-byte aligned. */
@unmanaged
export class OptimizerBlock {
  /** In, before advanceStep. */
  learningRate: f32 = 0;
  /** In: 1, or a clip factor (clipFactor writes it here) over a loss scale. */
  gradientScale: f32 = 0;
  /** ε, in. */
  epsilon: f32 = 0;
  /** μ, in: SGD with momentum, RMSProp. */
  momentum: f32 = 0;
  /** β₁, in: Adam, AdamW, Nadam. */
  beta1: f64 = 0;
  /** β₂, in: Adam, AdamW, Nadam; RMSProp's α; Adadelta's ρ. */
  beta2: f64 = 0;
  /** t, counted by advanceStep, exactly to 2⁵³; 0 before the first step. */
  step: f64 = 0;
  /** learningRate / (1 − β₁ᵗ): Adam's step size. */
  stepSize: f32 = 0;
  /** 1 / √(1 − β₂ᵗ): Adam's and Nadam's correction of √v. */
  rootCorrection: f32 = 0;
  /** learningRate (1 − μₜ) / (1 − Π μₜ): Nadam's factor of the gradient. */
  gradientFactor: f32 = 0;
  /** learningRate μₜ₊₁ / (1 − Π μₜ · μₜ₊₁): Nadam's factor of the mean. */
  meanFactor: f32 = 0;
  /** 1 − β₁. */
  restOfBeta1: f32 = 0;
  /** 1 − β₂. */
  restOfBeta2: f32 = 0;
  /** Π μₜ, Nadam's product of momenta; 0 before the first step. */
  momentumProduct: f32 = 0;
  private constructor() {}
}
