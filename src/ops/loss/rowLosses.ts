/**
 * Losses that compare a prediction with a target of the same shape, element by element along a row, and give one number
 * per row. Each is one kernel forward and one backward. Letters: R rows and C columns; p prediction, t target (R, C), l
 * losses (R). Cross-entropies of classes, which also take labels, are in crossEntropy.ts and softmaxCrossEntropy.ts;
 * the mean over samples is in weightedMean.ts.
 */
import {
  absoluteErrorBackward,
  absoluteErrorForward,
  binaryCrossEntropyBackward,
  binaryCrossEntropyForward,
  cosineSimilarityBackward,
  cosineSimilarityForward,
  halfSquaredErrorBackward,
  halfSquaredErrorForward,
  hingeBackward,
  hingeForward,
  huberBackward,
  huberForward,
  kullbackLeiblerBackward,
  kullbackLeiblerForward,
  sigmoidCrossEntropyBackward,
  sigmoidCrossEntropyForward,
  squaredErrorBackward,
  squaredErrorForward,
} from "#wasm/kernels";
import { ShapeError, message } from "../../errors.js";
import { sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Op, apply, checkDtype, defineOp } from "../defineOp.js";

type Backward = (
  dP: number,
  dL: number,
  p: number,
  t: number,
  R: number,
  C: number,
  a: number,
  accumulate: 0 | 1,
) => void;

/** The two kernels of a loss. Arguments are pointers; `a` is the loss's parameter, if it has one. */
interface RowKernels {
  readonly name: string;
  /** What a row is: all elements of a sample, so that there are N rows, or the last axis. */
  readonly row: "sample" | "last axis";
  readonly forward: (l: number, p: number, t: number, R: number, C: number, a: number) => void;
  readonly backward: Backward;
}

/** Declares the op of a loss: operands p and t of the same shape; the attribute is its parameter. */
// @__NO_SIDE_EFFECTS__
function defineRowLoss({ name, row, forward, backward }: RowKernels): Op<number> {
  return defineOp<number>({
    name,
    operands: "prediction target",
    shape([p, t]) {
      checkDtype(name, "prediction", p, "float32");
      checkDtype(name, "target", t, "float32");
      if (p.rank === 0)
        throw new ShapeError(
          message(name, "the prediction has no batch axis", { expected: "[N, …]", got: showShape(p.shape) }),
        );
      if (!sameShape(p.shape, t.shape)) {
        const expected = `target ${showShape(p.shape)}, as the prediction`;
        throw new ShapeError(
          message(name, "target and prediction differ in shape", { expected, got: showShape(t.shape) }),
        );
      }
      return [{ shape: row === "sample" || p.rank === 1 ? [p.shape[0]] : p.shape.slice(0, -1) }];
    },
    forward({ inputs: [p, t], outputs: [l], attributes: a }) {
      forward(l.ptr, p.ptr, t.ptr, l.size, columnsOf(p, l), a);
    },
    backward({ inputs: [p, t], dOutputs, attributes: a, gradient }) {
      const dL = dOutputs[0]!;
      const C = columnsOf(p, dL);
      gradient(0, (dP, accumulate) => backward(dP, dL.ptr, p.ptr, t.ptr, dL.size, C, a, accumulate));
    },
    saved: { inputs: [0, 1] },
    constants: [1],
  });
}

function columnsOf(p: Tensor, l: Tensor): number {
  return l.size === 0 ? 0 : p.size / l.size;
}

/** Mean of (p − t)² over a sample. */
export const squaredErrorOp = defineRowLoss({
  name: "squaredError",
  row: "sample",
  forward: (l, p, t, R, C) => squaredErrorForward(l, p, t, R, C),
  backward: (dP, dL, p, t, R, C, _, accumulate) => squaredErrorBackward(dP, dL, p, t, R, C, accumulate),
});

/** ½ Σ (p − t)² over a sample. */
export const halfSquaredErrorOp = defineRowLoss({
  name: "halfSquaredError",
  row: "sample",
  forward: (l, p, t, R, C) => halfSquaredErrorForward(l, p, t, R, C),
  backward: (dP, dL, p, t, R, C, _, accumulate) => halfSquaredErrorBackward(dP, dL, p, t, R, C, accumulate),
});

/** Mean of |p − t| over a sample. */
export const absoluteErrorOp = defineRowLoss({
  name: "absoluteError",
  row: "sample",
  forward: (l, p, t, R, C) => absoluteErrorForward(l, p, t, R, C),
  backward: (dP, dL, p, t, R, C, _, accumulate) => absoluteErrorBackward(dP, dL, p, t, R, C, accumulate),
});

/** Mean of e²/2 where |e| ≤ δ, else δ|e| − δ²/2, over a sample; e = p − t, and δ is the attribute. */
export const huberOp = defineRowLoss({
  name: "huber",
  row: "sample",
  forward: (l, p, t, R, C, delta) => huberForward(l, p, t, R, C, delta),
  backward: (dP, dL, p, t, R, C, delta, accumulate) => huberBackward(dP, dL, p, t, R, C, delta, accumulate),
});

/** Mean of max(0, 1 − t·p) over a sample. */
export const hingeOp = defineRowLoss({
  name: "hinge",
  row: "sample",
  forward: (l, p, t, R, C) => hingeForward(l, p, t, R, C),
  backward: (dP, dL, p, t, R, C, _, accumulate) => hingeBackward(dP, dL, p, t, R, C, accumulate),
});

/** Σ t·ln(t / p) over the last axis, both clipped to [1e-7, 1]. */
export const kullbackLeiblerOp = defineRowLoss({
  name: "kullbackLeibler",
  row: "last axis",
  forward: (l, p, t, R, C) => kullbackLeiblerForward(l, p, t, R, C),
  backward: (dP, dL, p, t, R, C, _, accumulate) => kullbackLeiblerBackward(dP, dL, p, t, R, C, accumulate),
});

/** −p·t / (‖p‖ ‖t‖) over the last axis; norms are taken as at least 1e-6. */
export const cosineSimilarityOp = defineRowLoss({
  name: "cosineSimilarity",
  row: "last axis",
  forward: (l, p, t, R, C) => cosineSimilarityForward(l, p, t, R, C),
  backward: (dP, dL, p, t, R, C, _, accumulate) => cosineSimilarityBackward(dP, dL, p, t, R, C, accumulate),
});

/**
 * Mean of −t′ ln p − (1 − t′) ln(1 − p) over a sample, p clipped to [1e-7, 1 − 1e-7]; t′ = (1 − ε) t + ε/2, and ε is
 * the attribute.
 */
export const binaryCrossEntropyOp = defineRowLoss({
  name: "binaryCrossEntropy",
  row: "sample",
  forward: (l, p, t, R, C, smoothing) => binaryCrossEntropyForward(l, p, t, R, C, smoothing),
  backward: (dP, dL, p, t, R, C, smoothing, accumulate) =>
    binaryCrossEntropyBackward(dP, dL, p, t, R, C, smoothing, accumulate),
});

/** The same for p = σ(z), from the logits z, accurate at both ends. */
export const sigmoidCrossEntropyOp = defineRowLoss({
  name: "sigmoidCrossEntropy",
  row: "sample",
  forward: (l, z, t, R, C, smoothing) => sigmoidCrossEntropyForward(l, z, t, R, C, smoothing),
  backward: (dZ, dL, z, t, R, C, smoothing, accumulate) =>
    sigmoidCrossEntropyBackward(dZ, dL, z, t, R, C, smoothing, accumulate),
});

/**
 * The losses of `op` for a prediction and a target.
 *
 * @param op          one of the ops of this file
 * @param prediction  (N, …) float32
 * @param target      of the same shape; not differentiated
 * @param parameter   the op's attribute, if it has one
 * @returns (N), or one number for each last axis: see the op
 * @throws {ShapeError} when shapes or dtypes do not fit
 */
export function rowLoss(op: Op<number>, prediction: Tensor, target: Tensor, parameter = 0): Tensor {
  return apply(op, [prediction, target], parameter);
}
