/** Cross-entropy from labels of which some may not count. Letters: N samples, T places of a sample, C classes. */
import { ShapeError, message } from "../errors.js";
import { crossEntropy } from "../ops/loss/crossEntropy.js";
import { maskedStepsWith } from "../ops/loss/maskedLoss.js";
import { softmaxCrossEntropy } from "../ops/loss/softmaxCrossEntropy.js";
import { maskTools } from "../ops/loss/weightedMean.js";
import { mul } from "../ops/pointwise/arithmetic.js";
import { cast } from "../ops/pointwise/cast.js";
import { notEqual } from "../ops/pointwise/compare.js";
import { reshape } from "../ops/shape/reshape.js";
import { type Table, flag, integer, optional, resolve } from "../options.js";
import { showShape } from "../tensor/shape.js";
import { defineLoss } from "./defineLoss.js";
import type { Loss } from "./loss.js";
import { perSample } from "./perSample.js";
import { checkClasses, checkEach } from "./targets.js";

/** Options of {@link sparseCategoricalCrossentropy}. */
export interface SparseCrossentropyOptions {
  /** The model gives logits: no softmax at its end. Default false. */
  readonly fromLogits?: boolean;
  /**
   * The label of places that do not count, such as −1: loss and metrics are means over the others. Default: all count.
   */
  readonly ignoreClass?: number;
}

/**
 * −ln p of the label's class, for int32 labels (N, …) of an output (N, …, C): as categoricalCrossentropy, which takes
 * rows of probabilities, too. With ignoreClass, means of a batch are over the places that count (PyTorch's
 * ignore_index, Keras's ignore_class), and 0 where none does.
 * @throws {UsageError} for an option
 */
export function sparseCategoricalCrossentropy(options: SparseCrossentropyOptions = {}): Loss {
  const name = "sparseCategoricalCrossentropy";
  const values = resolve(name, options, {
    fromLogits: flag(false),
    ignoreClass: optional(integer("[-2147483648, 2147483647]")),
  } satisfies Table<SparseCrossentropyOptions>);
  const { fromLogits, ignoreClass } = values;
  const op = fromLogits ? softmaxCrossEntropy : crossEntropy;
  const steps = maskedStepsWith(maskTools);
  return defineLoss({
    name,
    takes: fromLogits ? "logits" : "probabilities",
    call: (target, prediction) => perSample(op(prediction, target)),
    checkTargets(targets, outputShape) {
      if (targets.dtype !== "int32") {
        const hint = "For rows of probabilities use losses.categoricalCrossentropy.";
        const got = `${targets.dtype} ${showShape(targets.shape)}`;
        throw new ShapeError(message(name, "the targets are no labels", { expected: "int32 labels", got, hint }));
      }
      if (ignoreClass === undefined) {
        checkClasses(name, targets, outputShape);
        return;
      }
      const classes = outputShape.at(-1) ?? 1;
      const rule = `a label in 0 … ${classes - 1}, or ignoreClass ${ignoreClass}`;
      checkEach(name, targets, (label) => label === ignoreClass || (label >= 0 && label < classes), rule);
    },
    ...(ignoreClass !== undefined && {
      countable(target, prediction, mask) {
        const [N] = target.shape;
        const T = N === 0 ? 1 : target.size / N;
        const labels = reshape(target, [N, T]);
        const named = notEqual(labels, ignoreClass);
        const counts = mask === undefined ? named : mul(named, notEqual(mask, 0));
        return {
          target: cast(mul(cast(labels, "float32"), counts), "int32"), // 0 where it does not count, so that it is a class
          prediction: reshape(prediction, [N, T, prediction.shape.at(-1)!]),
          mask: cast(counts, "int32"),
          steps,
        };
      },
    }),
    config: { className: name, fromLogits, ...(ignoreClass !== undefined && { ignoreClass }) },
  });
}
