/**
 * Softmax and cross-entropy in one, from logits, with targets as rows or as labels: δ = (Σ t) ŷ − t.
 * Letters: N samples, C classes, z logits (N, C), t targets, p = softmax(z).
 */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { kernels } from "../runtime/runtime.js";
import { sameShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { applyMany, checkDtype, defineOp } from "./defineOp.js";

/** Operands z and t; outputs the losses (N) and p (N, C), which the backward pass reads; attribute: label smoothing. */
export const softmaxCrossEntropyOp = defineOp<number>({
  name: "softmaxCrossEntropy",
  shape([logits, targets]) {
    checkDtype("softmaxCrossEntropy", "logits", logits, "float32");
    checkDtype("softmaxCrossEntropy", "targets", targets, "float32", "int32");
    if (logits.rank !== 2 || logits.shape[1] === 0) {
      throw new ShapeError(
        message("softmaxCrossEntropy", "wrong rank", { expected: "logits [N, C], C ≥ 1", got: logits.label() }),
      );
    }
    const wanted = targets.dtype === "int32" ? [logits.shape[0]] : logits.shape;
    if (!sameShape(targets.shape, wanted)) {
      const expected = `${targets.dtype === "int32" ? "labels [N]" : "targets [N, C]"} = ${showShape(wanted)}`;
      throw new ShapeError(
        message("softmaxCrossEntropy", "targets do not fit the logits", { expected, got: showShape(targets.shape) }),
      );
    }
    return [{ shape: [logits.shape[0]] }, { shape: logits.shape, isDifferentiable: false }];
  },
  forward({ inputs: [logits, targets], outputs: [losses, p], attributes: smoothing }) {
    const [N, C] = logits.shape;
    const { softmaxCrossEntropyForward, softmaxCrossEntropySparseForward } = kernels();
    const forward = targets.dtype === "int32" ? softmaxCrossEntropySparseForward : softmaxCrossEntropyForward;
    forward(losses.ptr, p.ptr, logits.ptr, targets.ptr, N, C, smoothing);
  },
  backward({ inputs: [logits, targets], outputs: [, p], dOutputs: [dLosses], attributes: smoothing, gradient }) {
    const [N, C] = logits.shape;
    const { softmaxCrossEntropyBackward, softmaxCrossEntropySparseBackward } = kernels();
    const backward = targets.dtype === "int32" ? softmaxCrossEntropySparseBackward : softmaxCrossEntropyBackward;
    gradient(0, (dZ, accumulate) => backward(dZ, dLosses!.ptr, p.ptr, targets.ptr, N, C, smoothing, accumulate));
  },
  saved: { inputs: [1], outputs: [1] },
  constants: [1],
});

/**
 * Cross-entropy of softmax(logits), one loss a sample: −Σ t·log p. Stable for logits of any size; an infinite or NaN logit gives NaN.
 *
 * @param logits   z (N, C) float32
 * @param targets  t (N, C) float32, usually one-hot, or labels (N) int32; not differentiated. A label outside 0 … C − 1 gives the loss NaN
 * @param options  labelSmoothing ε: t becomes (1 − ε)·t + ε/C. Default 0
 * @returns        (N)
 * Errors: ShapeError where shapes do not fit; UsageError for ε outside [0, 1].
 */
export function softmaxCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: { readonly labelSmoothing?: number } = {},
): Tensor {
  const { labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    const got = show(labelSmoothing);
    throw new UsageError(message("softmaxCrossEntropy", "labelSmoothing out of range", { expected: "0 ≤ ε ≤ 1", got }));
  }
  const [losses, probabilities] = applyMany(softmaxCrossEntropyOp, [logits, targets], labelSmoothing);
  probabilities.dispose();
  return losses;
}
