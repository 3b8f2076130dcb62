/**
 * Gradients of a model's outputs with respect to its inputs: which parts of an input a prediction hangs on. Letters: N
 * samples.
 */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { max, sum } from "../ops/reduce/reduce.js";
import { tensor } from "../tensor/create.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { checkModel } from "./checkModel.js";
import type { Model } from "./model.js";

/** Options of {@link inputGradients}. */
export interface InputGradientOptions {
  /**
   * What is differentiated: from the outputs to a scalar, by ops. Default: the sum over the samples of the highest
   * score of each, of the first output, so that every sample has the gradient of what it was classified as.
   */
  readonly of?: (outputs: readonly Tensor[]) => Tensor;
}

/**
 * ∂output/∂input of a model as it predicts (no dropout), for float32 inputs. Gradients of weights, and what a training
 * has gathered, stay as they are.
 *
 * @param inputs  (N, …) each, in the order of the model's inputs
 * @returns       a gradient of each input's shape
 * @throws {UsageError} when an input is not float32, or what `of` gives does not depend on the inputs
 * @throws {ShapeError} when an input does not fit the model, or `of` does not give a scalar
 */
export function inputGradients(model: Model, inputs: readonly Tensor[], options: InputGradientOptions = {}): Tensor[] {
  const op = "inputGradients";
  checkModel(op, model);
  checkKeys(op, options, ["of"]);
  const { of = highestScores } = options;
  const given: unknown = inputs;
  if (
    !Array.isArray(given) ||
    given.length === 0 ||
    !given.every((input) => input instanceof Tensor && input.dtype === "float32")
  ) {
    const hint = "Tokens have no gradient; take the output of their embedding by upTo(model, layer).";
    throw new UsageError(message(op, "not a list of float32 tensors", { expected: "[x]", got: show(given), hint }));
  }
  return scope(() => {
    const leaves = inputs.map((input) => tensor(input.toTypedArray(), input.shape, { requiresGrad: true }));
    if (!model.isBuilt) model.build(inputs[0].shape.slice(1));
    const trained = model.weights.filter(({ value }) => value.requiresGrad);
    for (const { value } of trained) value.requiresGrad = false;
    try {
      of(model.call(leaves)).backward();
    } finally {
      for (const { value } of trained) value.requiresGrad = true;
    }
    return leaves.map((leaf) => leaf.grad ?? tensor(new Float32Array(leaf.size), leaf.shape));
  });
}

/** The sum of the highest score of each sample, of the first output. */
function highestScores([first]: readonly Tensor[]): Tensor {
  return sum(first.rank > 1 ? max(first, -1) : first);
}
