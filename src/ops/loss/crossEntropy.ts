/**
 * Cross-entropy of class probabilities, with targets as rows or as labels. From logits, softmaxCrossEntropy.ts is exact
 * and faster.
 * Letters: R rows, over all axes but the last; C classes; p probabilities (…, C); t targets.
 */
import {
  crossEntropyBackward,
  crossEntropyForward,
  crossEntropySparseBackward,
  crossEntropySparseForward,
} from "#wasm/kernels";
import { ShapeError, message } from "../../errors.js";
import { checkNumber, checkObject } from "../../options.js";
import { sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkDtype, defineOp } from "../defineOp.js";

/** Operands p (…, C) and t, with p's shape or as labels (…); output losses (…); attribute: label smoothing ε. */
export const crossEntropyOp = defineOp<number>({
  name: "crossEntropy",
  operands: "prediction target",
  shape([p, t]) {
    checkDtype("crossEntropy", "probabilities", p, "float32");
    checkDtype("crossEntropy", "targets", t, "float32", "int32");
    const rows = p.shape.slice(0, -1);
    if (p.rank === 0 || p.shape.at(-1) === 0) {
      throw new ShapeError(
        message("crossEntropy", "there are no classes", { expected: "[…, C], C ≥ 1", got: showShape(p.shape) }),
      );
    }
    const wanted = t.dtype === "int32" ? rows : p.shape;
    if (!sameShape(t.shape, wanted)) {
      const expected = `${t.dtype === "int32" ? "labels […]" : "targets […, C]"} = ${showShape(wanted)}`;
      throw new ShapeError(
        message("crossEntropy", "the targets do not fit the probabilities", { expected, got: showShape(t.shape) }),
      );
    }
    return [{ shape: rows }];
  },
  forward({ inputs: [p, t], outputs: [l], attributes: smoothing }) {
    const C = p.shape.at(-1)!;
    if (t.dtype === "int32") crossEntropySparseForward(l.ptr, p.ptr, t.ptr, l.size, C, smoothing);
    else crossEntropyForward(l.ptr, p.ptr, t.ptr, l.size, C, smoothing);
  },
  backward({ inputs: [p, t], dOutputs, attributes: smoothing, gradient }) {
    const C = p.shape.at(-1)!;
    const { ptr: dL, size: R } = dOutputs[0]!;
    gradient(0, (dP, accumulate) => {
      if (t.dtype === "int32") crossEntropySparseBackward(dP, dL, p.ptr, t.ptr, R, C, smoothing, accumulate);
      else crossEntropyBackward(dP, dL, p.ptr, t.ptr, R, C, smoothing, accumulate);
    });
  },
  saved: { inputs: [0, 1] },
  constants: [1],
});

/**
 * Cross-entropy, one loss per row: −Σ t·ln p. As in Keras, p is clipped to [1e-7, 1 − 1e-7], with gradient 0 where it
 * was clipped. Rows of p are used as they are, not rescaled to sum to one.
 *
 * @param probabilities  p (…, C) float32
 * @param targets        t (…, C) float32, or labels (…) int32; not differentiated. A label outside 0 … C − 1 gives the
 *                 loss NaN
 * @param options        labelSmoothing ε: t becomes (1 − ε)·t + ε/C. Default 0
 * @returns              (…)
 * @throws {ShapeError} when shapes do not fit
 * @throws {UsageError} when labelSmoothing is outside [0, 1]
 */
export function crossEntropy(
  probabilities: Tensor,
  targets: Tensor,
  options: { readonly labelSmoothing?: number } = {},
): Tensor {
  checkObject("crossEntropy", "the options", options);
  const { labelSmoothing = 0 } = options;
  checkNumber("crossEntropy", "labelSmoothing", labelSmoothing, "[0, 1]");
  return apply(crossEntropyOp, [probabilities, targets], labelSmoothing);
}
