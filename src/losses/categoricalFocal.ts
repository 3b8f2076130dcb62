/**
 * Focal loss over classes: cross-entropy in which samples that are right already count little. Letters: y targets, p
 * probabilities, z logits, C classes, γ focus, α weights of the classes.
 */
import { UsageError, message, show } from "../errors.js";
import { crossEntropy } from "../ops/loss/crossEntropy.js";
import { softmaxCrossEntropy } from "../ops/loss/softmaxCrossEntropy.js";
import { logSoftmax } from "../ops/norm/softmax.js";
import { mul, sub } from "../ops/pointwise/arithmetic.js";
import { clip, exp, log, pow } from "../ops/pointwise/unary.js";
import { sum } from "../ops/reduce/reduce.js";
import { embedding } from "../ops/shape/embedding.js";
import { reshape } from "../ops/shape/reshape.js";
import { type Option, type Table, flag, number, resolve } from "../options.js";
import { tensor } from "../tensor/create.js";
import type { Tensor } from "../tensor/tensor.js";
import { defineLoss } from "./defineLoss.js";
import type { Loss } from "./loss.js";
import { perSample } from "./perSample.js";
import { checkClasses } from "./targets.js";
import { isListOf } from "../lists.js";

/** What Keras clips probabilities to. */
const tiny = 1e-7;

/** Options of {@link categoricalFocalCrossentropy}. */
export interface CategoricalFocalOptions {
  /** γ ≥ 0: how much easy samples count less; 0 leaves α times the cross-entropy. Default 2. */
  readonly gamma?: number;
  /** α ≥ 0: the weight of every class, or a list with a weight for each. Default 0.25. */
  readonly alpha?: number | readonly number[];
  /** The model gives logits: no softmax at its end. Default false. */
  readonly fromLogits?: boolean;
}

const weights: Option<number | readonly number[]> = (op, name, value = 0.25) => {
  const list: unknown = Array.isArray(value) ? value : [value];
  if (isListOf(list, (one) => typeof one === "number" && one >= 0 && one < Infinity) && list.length > 0)
    return value as number | readonly number[];
  const expected = "a number in [0, ∞), or a list with one for each class";
  throw new UsageError(message(op, `${name} is out of range`, { expected, got: show(value) }));
};

/**
 * Focal loss, −Σ α (1 − p)^γ y ln p over the classes; averaged over further axes. Targets are rows (N, …, C) of
 * probabilities, such as one-hot rows, or int32 labels (N, …), which are cheaper. As Keras's
 * CategoricalFocalCrossentropy, but probabilities are taken to sum to 1; they are clipped to [1e-7, 1 − 1e-7], logits
 * are not.
 * @throws {UsageError} when an option is unknown or out of range
 * Source: Lin et al. 2017.
 */
export function categoricalFocalCrossentropy(options: CategoricalFocalOptions = {}): Loss {
  const name = "categoricalFocalCrossentropy";
  const { gamma, alpha, fromLogits } = resolve(name, options, {
    gamma: number("[0, ∞)", 2),
    alpha: weights,
    fromLogits: flag(false),
  } satisfies Table<CategoricalFocalOptions>);
  /** (1 − p)^γ · entropies, without the infinite slope that it has at p = 1 for γ < 1. */
  const focused = (p: Tensor, entropies: Tensor): Tensor =>
    gamma === 0 ? entropies : mul(pow(clip(sub(1, p), tiny, 1), gamma), entropies);
  return defineLoss({
    name,
    takes: fromLogits ? "logits" : "probabilities",
    call(target, prediction) {
      if (target.dtype === "int32") {
        const entropies = (fromLogits ? softmaxCrossEntropy : crossEntropy)(prediction, target);
        const losses = focused(exp(mul(entropies, -1)), entropies);
        if (typeof alpha === "number") return perSample(mul(losses, alpha));
        return perSample(mul(losses, reshape(embedding(tensor(alpha, [alpha.length, 1]), target), losses.shape)));
      }
      const logs = fromLogits ? logSoftmax(prediction) : log(clip(prediction, tiny, 1 - tiny));
      const losses = mul(focused(exp(logs), mul(logs, -1)), target);
      return perSample(sum(mul(losses, typeof alpha === "number" ? alpha : tensor(alpha)), -1));
    },
    checkTargets(targets, outputShape) {
      checkClasses(name, targets, outputShape);
      if (typeof alpha === "number" || alpha.length === outputShape.at(-1)) return;
      const expected = `${outputShape.at(-1)} weights, one for each class`;
      throw new UsageError(message(name, "alpha does not fit the output", { expected, got: show(alpha) }));
    },
    config: { className: name, gamma, alpha, fromLogits },
  });
}
