/**
 * The loss of connectionist temporal classification: of sequences of labels that are shorter than the frames they are in,
 * and nobody knows where. Letters: N recordings, T frames, C classes, L places of a target.
 */
import { ShapeError, UsageError, message } from "../errors.js";
import { ctcLoss } from "../ops/loss/ctcLoss.js";
import { type Table, flag, integer, resolve } from "../options.js";
import { heap } from "../runtime/runtime.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { defineLoss } from "./defineLoss.js";
import type { Loss } from "./loss.js";
import { checkEach } from "./targets.js";

/** Options of {@link ctc}. */
export interface CtcOptions {
  /** The class that stands for no label, and behind the labels of a target for padding. Default 0. */
  readonly blank?: number;
  /**
   * A recording that is too short for its target has loss 0 and teaches nothing. Without it such a target is an error, or
   * where masks make the recording too short, an infinite loss. Default false.
   */
  readonly zeroInfinity?: boolean;
}

/**
 * −ln P(labels | frames), over all alignments of the labels with the frames: {@link ctcLoss}. The output is (N, T, C) logits;
 * targets are (N, L) int32 labels, filled up behind with the blank to one length. Frames are those that the mask which
 * reaches the output counts: of `lengths` or `mask` in `fit`, of `masking`, all without one. A recording is a sample, whatever
 * its length.
 * @throws {UsageError} for an option
 */
export function ctc(options: CtcOptions = {}): Loss {
  const name = "ctc";
  const { blank, zeroInfinity } = resolve(name, options, {
    blank: integer("[0, 2147483647]", 0),
    zeroInfinity: flag(false),
  } satisfies Table<CtcOptions>);
  return defineLoss({
    name,
    takes: "logits",
    ofSequences: true,
    call: (target, prediction, mask) => ctcLoss(prediction, target, { blank, zeroInfinity, mask }),
    checkTargets(targets, outputShape) {
      const [T, C] = outputShape;
      if (outputShape.length !== 2 || targets.dtype !== "int32" || targets.rank !== 2) {
        const expected = "int32 labels [N, L] for an output [N, T, C]";
        const got = `${targets.dtype} ${showShape(targets.shape)} for an output ${showShape(["N", ...outputShape])}`;
        throw new ShapeError(message(name, "the targets do not fit the output", { expected, got }));
      }
      if (blank >= C)
        throw new UsageError(message(name, "blank is no class", { expected: `0 … ${C - 1}`, got: `${blank}` }));
      checkEach(name, targets, (label) => label >= 0 && label < C, `a label in 0 … ${C - 1}`);
      checkRows(name, targets, blank, zeroInfinity ? undefined : T);
    },
    config: { className: name, blank, zeroInfinity },
  });
}

/**
 * Checks that padding stands behind, and that there are frames for the labels and the blanks between equal ones.
 * @param most  frames; undefined where too few are allowed
 * @throws {ShapeError} for the first sample that does not fit
 */
function checkRows(name: string, targets: Tensor, blank: number, most: number | undefined): void {
  const [N, L] = targets.shape;
  const labels = heap().view("int32", targets.ptr, targets.size);
  for (let n = 0; n < N; n++) {
    const row = labels.subarray(n * L, (n + 1) * L);
    const end = row.indexOf(blank);
    const length = end < 0 ? L : end;
    if (row.subarray(length).some((label) => label !== blank)) {
      const expected = `labels, then only the blank ${blank}`;
      throw new ShapeError(message(name, "padding stands before a label", { expected, got: `[${row.join(", ")}] in sample ${n}` })); // prettier-ignore
    }
    let needed = length;
    for (let i = 1; i < length; i++) if (row[i] === row[i - 1]) needed++;
    if (most === undefined || needed <= most) continue;
    const expected = `at most T = ${most} frames' worth`;
    const got = `${length} labels in sample ${n}, which need ${needed} frames`;
    const hint = "Give longer recordings, or zeroInfinity: true, which leaves such samples out.";
    throw new ShapeError(message(name, "a target is longer than its frames", { expected, got, hint }));
  }
}
