/** What a loss is: one number a sample, from targets and predictions; the mean over the batch and the sample weights are the training step's. */
import type { Config } from "../config.js";
import type { MaskedSteps } from "../ops/loss/maskedLoss.js";
import type { Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** A loss function. */
export interface Loss {
  /** What history, progress and messages call it. */
  readonly name: string;
  /**
   * What the outputs must be: probabilities; or logits, numbers that mean yes above 0, so that yes-or-no metrics beside the loss begin there. Default:
   * any numbers.
   */
  readonly takes?: "probabilities" | "logits";
  /**
   * @param target      (N, …) float32, or (N) int32 class labels where the loss takes them
   * @param prediction  (N, …) float32, the model's output
   * @returns (N): the loss of each sample, differentiable with respect to the prediction
   * Errors: ShapeError where target and prediction do not fit. Values (label range) are checked by {@link checkTargets}, not here.
   */
  call(target: Tensor, prediction: Tensor): Tensor;
  /**
   * Checks a whole data set's targets once, before training: shape, dtype, label range.
   *
   * @param targets      (N, …) all targets
   * @param outputShape  the model's output without the batch axis
   * Errors: ShapeError naming the place and the value.
   */
  checkTargets(targets: Tensor, outputShape: Shape): void;
  /**
   * Of targets of which some do not count: targets and predictions as steps, (N, T) and (N, T, …), with a mask that has 0 where they do not.
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
