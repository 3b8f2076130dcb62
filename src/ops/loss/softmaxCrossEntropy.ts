/**
 * Softmax and cross-entropy in one op, from logits, with targets as rows or as labels. dZ = (Σ t) p − t.
 * Letters: C classes, z logits (…, C), t targets, p = softmax(z).
 */
import {
  softmaxCrossEntropyBackward,
  softmaxCrossEntropyForward,
  softmaxCrossEntropySparseBackward,
  softmaxCrossEntropySparseForward,
} from "#wasm/kernels";
import { ShapeError, message } from "../../errors.js";
import { checkNumber, checkObject } from "../../options.js";
import { sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { applyMany, checkDtype, defineOp } from "../defineOp.js";

/** Operands z and t; outputs the losses (…) and p (…, C), which the backward pass reads; attribute: label smoothing. */
export const softmaxCrossEntropyOp = defineOp<number>({
  name: "softmaxCrossEntropy",
  operands: "logits targets",
  shape([logits, targets]) {
    checkDtype("softmaxCrossEntropy", "logits", logits, "float32");
    checkDtype("softmaxCrossEntropy", "targets", targets, "float32", "int32");
    if (logits.rank === 0 || logits.shape.at(-1) === 0) {
      throw new ShapeError(
        message("softmaxCrossEntropy", "there are no classes", {
          expected: "logits […, C], C ≥ 1",
          got: logits.label(),
        }),
      );
    }
    const rows = logits.shape.slice(0, -1);
    const wanted = targets.dtype === "int32" ? rows : logits.shape;
    if (!sameShape(targets.shape, wanted)) {
      const expected = `${targets.dtype === "int32" ? "labels […]" : "targets […, C]"} = ${showShape(wanted)}`;
      throw new ShapeError(
        message("softmaxCrossEntropy", "the targets do not fit the logits", {
          expected,
          got: showShape(targets.shape),
        }),
      );
    }
    return [{ shape: rows }, { shape: logits.shape, isDifferentiable: false }];
  },
  forward({ inputs: [logits, targets], outputs: [losses, p], attributes: smoothing }) {
    const C = logits.shape.at(-1)!;
    const forward = targets.dtype === "int32" ? softmaxCrossEntropySparseForward : softmaxCrossEntropyForward;
    forward(losses.ptr, p.ptr, logits.ptr, targets.ptr, losses.size, C, smoothing);
  },
  backward({ inputs: [logits, targets], outputs: [, p], dOutputs: [dLosses], attributes: smoothing, gradient }) {
    const C = logits.shape.at(-1)!;
    const backward = targets.dtype === "int32" ? softmaxCrossEntropySparseBackward : softmaxCrossEntropyBackward;
    gradient(0, (dZ, accumulate) =>
      backward(dZ, dLosses!.ptr, p.ptr, targets.ptr, dLosses!.size, C, smoothing, accumulate),
    );
  },
  saved: { inputs: [1], outputs: [1] },
  constants: [1],
});

/**
 * Cross-entropy of softmax(logits), one loss per row: −Σ t·log p. Stable for logits of any magnitude; an infinite or
 * NaN logit gives NaN.
 *
 * @param logits   z (…, C) float32
 * @param targets  t (…, C) float32, usually one-hot, or labels (…) int32; not differentiated. A label outside 0 … C − 1
 *                 gives the loss NaN
 * @param options  labelSmoothing ε: t becomes (1 − ε)·t + ε/C. Default 0
 * @returns        (…)
 * @throws {ShapeError} when shapes do not fit
 * @throws {UsageError} when labelSmoothing is outside [0, 1]
 */
export function softmaxCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: { readonly labelSmoothing?: number } = {},
): Tensor {
  checkObject("softmaxCrossEntropy", "the options", options);
  const { labelSmoothing = 0 } = options;
  checkNumber("softmaxCrossEntropy", "labelSmoothing", labelSmoothing, "[0, 1]");
  const [losses, probabilities] = applyMany(softmaxCrossEntropyOp, [logits, targets], labelSmoothing);
  probabilities.dispose();
  return losses;
}
