/**
 * The loss of connectionist temporal classification (CTC): −ln P(labels | frames), over all ways to say the labels in
 * this order, each for some frames, with blanks between them. Letters: N recordings, T frames, C classes, the blank among
 * them, L places of a target. Does not decode: lanegrad/speech does.
 * Source: Graves, Fernández, Gomez & Schmidhuber 2006, "Connectionist temporal classification".
 */
import { ctcBackward, ctcForward, ctcScratchBytes, ctcStateCount } from "#wasm/kernels";
import { ctcShape } from "#wasm/layout-ctc";
import { ShapeError, UsageError, checkKeys, message } from "../../errors.js";
import { checkBoolean, checkInteger } from "../../options.js";
import { writeStruct } from "../../runtime/struct.js";
import { sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { applyMany, checkDtype, defineOp } from "../defineOp.js";
import { sequenceMask } from "../recurrent/sequenceMask.js";

/** Attributes of {@link ctcLossOp}. */
export interface CtcAttributes {
  readonly blank: number;
  readonly zeroInfinity: boolean;
}

/** Operands logits, targets, perhaps a mask; outputs the losses, and log-softmax and states for the backward pass. */
export const ctcLossOp = defineOp<CtcAttributes>({
  name: "ctcLoss",
  operands: "logits targets mask",
  shape([logits, targets, mask], { blank }) {
    checkDtype("ctcLoss", "logits", logits, "float32");
    checkDtype("ctcLoss", "targets", targets, "int32");
    if (logits.rank !== 3 || logits.shape[2] === 0) {
      const expected = "[N, T, C] with C ≥ 1";
      throw new ShapeError(message("ctcLoss", "these are no logits of frames", { expected, got: logits.label() }));
    }
    const [N, T, C] = logits.shape;
    if (targets.rank !== 2 || targets.shape[0] !== N) {
      const expected = `labels [N, L] with N = ${N}`;
      throw new ShapeError(message("ctcLoss", "the targets do not fit the logits", { expected, got: showShape(targets.shape) })); // prettier-ignore
    }
    if (mask !== undefined) {
      checkDtype("ctcLoss", "mask", mask, "int32");
      if (!sameShape(mask.shape, [N, T])) {
        const [expected, got] = [`[N, T] = ${showShape([N, T])}`, showShape(mask.shape)];
        throw new ShapeError(message("ctcLoss", "the mask does not fit the logits", { expected, got }));
      }
    }
    checkInteger("ctcLoss", "blank", blank, `[0, ${C})`);
    const saved = { isDifferentiable: false };
    return [
      { shape: [N] },
      { shape: [N, T, C], ...saved },
      { shape: [N, T, ctcStateCount(targets.shape[1])], ...saved },
    ];
  },
  forward({ inputs: [logits, targets, mask], outputs: [losses, logs, alpha], attributes, scratch }) {
    const shape = writeStruct(ctcShape, sizesOf(logits, targets, attributes));
    const free = scratch(ctcScratchBytes(targets.shape[1]));
    ctcForward(losses.ptr, logs.ptr, alpha.ptr, logits.ptr, targets.ptr, mask?.ptr ?? 0, free, shape);
  },
  backward({ inputs, outputs: [, logs, alpha], dOutputs: [dLosses], attributes, gradient, scratch }) {
    const [logits, targets, mask] = inputs as [Tensor, Tensor, Tensor?];
    gradient(0, (dLogits, accumulate) => {
      const shape = writeStruct(ctcShape, sizesOf(logits, targets, attributes));
      const free = scratch(ctcScratchBytes(targets.shape[1]));
      const maskPtr = mask?.ptr ?? 0;
      ctcBackward(dLogits, dLosses!.ptr, logs.ptr, alpha.ptr, targets.ptr, maskPtr, free, shape, accumulate);
    });
  },
  saved: { inputs: [1, 2], outputs: [1, 2] },
  constants: [1, 2],
});

function sizesOf({ shape: [n, t, c] }: Tensor, targets: Tensor, { blank, zeroInfinity }: CtcAttributes) {
  return { n, t, c, l: targets.shape[1], blank, zeroInfinity: Number(zeroInfinity) };
}

/** Options of {@link ctcLoss}. */
export interface CtcLossOptions {
  /** The class that stands for no label, and behind the labels of a target for padding: an integer in [0, C). Default 0. */
  readonly blank?: number;
  /** Loss and gradient of a recording that is too short for its target are 0, instead of +∞ and NaN. Default false. */
  readonly zeroInfinity?: boolean;
  /** (N, T) int32: 0 where a frame does not count. Default: all count. */
  readonly mask?: Tensor | undefined;
  /** Instead of a mask: how many frames of each recording count, from the first on; (N) integers from 0 to T. */
  readonly lengths?: ArrayLike<number> | Tensor | undefined;
}

/**
 * The loss of connectionist temporal classification, one for each recording: −ln P(labels | frames). P sums over all
 * paths, a class for each frame that counts, which give the labels when repeats are merged and blanks dropped. Equal
 * labels in a row therefore need a blank between them. Log-softmax is included.
 *
 * An empty target is right if all frames are blank. A NaN or +∞ among a frame's logits makes loss and gradient NaN, and
 * so does a label outside 0 … C − 1. Frames that do not count have gradient 0, whatever stands in them.
 *
 * Cost: T·L sums of two logarithms forward, as many backward, and a log-softmax of each frame; memory for the backward
 * pass T·(C + 2L) numbers a recording. Accuracy: relative error below 10⁻⁵. The same bits whatever the number of threads.
 *
 * @param logits   (N, T, C) float32: scores of classes, before a softmax; log-probabilities are left as they are
 * @param targets  (N, L) int32: the labels of each recording, filled up with blanks behind them
 * @returns        (N)
 * @throws {ShapeError} when shapes or dtypes do not fit
 * @throws {UsageError} when an option is unknown or out of range, or both a mask and lengths are given
 */
export function ctcLoss(logits: Tensor, targets: Tensor, options: CtcLossOptions = {}): Tensor {
  checkKeys("ctcLoss", options, ["blank", "zeroInfinity", "mask", "lengths"]);
  const { blank = 0, zeroInfinity = false, lengths } = options;
  checkBoolean("ctcLoss", "zeroInfinity", zeroInfinity);
  if (lengths !== undefined && options.mask !== undefined) {
    const hint = "A mask can express everything that lengths can.";
    throw new UsageError(message("ctcLoss", "both a mask and lengths are given", { expected: "one of them", hint }));
  }
  const steps = logits?.shape?.[1] ?? 0;
  const mask = lengths === undefined ? options.mask : sequenceMask(lengths, steps);
  const operands = mask === undefined ? [logits, targets] : [logits, targets, mask];
  const [losses, ...saved] = applyMany(ctcLossOp, operands, { blank, zeroInfinity });
  for (const one of saved) one.dispose();
  if (lengths !== undefined) mask!.dispose();
  return losses;
}
