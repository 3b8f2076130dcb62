/**
 * What a loss is: one number per sample, computed from targets and predictions. The training step takes the mean over
 * the batch and applies sample weights.
 */
import type { Config } from "../config.js";
import type { MaskedSteps } from "../ops/loss/maskedLoss.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** A loss function. */
export interface Loss {
  /** The loss's name in history, progress and messages. */
  readonly name: string;
  /**
   * What the outputs must be: probabilities, or logits (positive means yes, so yes-or-no metrics beside the loss use
   * the threshold 0). Default: any numbers.
   */
  readonly takes?: "probabilities" | "logits";
  /**
   * True for a loss of whole sequences: targets are labels (N, L) of a length of their own, {@link call} is given the mask
   * that reaches the output, and samples are weighed, not steps. Default: targets have the output's shape, with or without
   * its last axis, and where a mask reaches the output, each step is a sample of its own.
   */
  readonly ofSequences?: true;
  /**
   * @param target      (N, …) float32, or (N) int32 class labels where the loss takes them
   * @param prediction  (N, …) float32, the model's output
   * @param mask        (N, T) int32, where one reaches the output of a loss that takes it: 0 where a step is padding
   * @returns (N): the loss of each sample, differentiable with respect to the prediction. {@link checkTargets} checks
   *   values such as labels, not this
   * @throws {ShapeError} when target and prediction do not fit
   */
  call(target: Tensor, prediction: Tensor, mask?: Tensor): Tensor;
  /**
   * Checks a whole data set's targets once, before training: shape, dtype, label range.
   *
   * @param targets      (N, …) all targets
   * @param outputShape  the model's output without the batch axis
   * @throws {ShapeError} when a target does not fit, naming its place and value
   */
  checkTargets(targets: Tensor, outputShape: Shape): void;
  /**
   * Of targets of which some do not count: targets and predictions as steps, (N, T) and (N, T, …), with a mask that has
   * 0 where they do not.
   * @param mask  (N, T) int32 that reached the output, where one did
   */
  countable?(target: Tensor, prediction: Tensor, mask: Tensor | undefined): CountableSteps;
  readonly config: Config;
}

/** What {@link Loss.countable} gives. */
export interface CountableSteps {
  readonly target: Tensor;
  readonly prediction: Tensor;
  readonly mask: Tensor;
  readonly steps: MaskedSteps;
}
