/**
 * Checks all targets of a data set once, before training: what a loss accepts, and the first sample that does not fit.
 * Letters: N samples, C classes.
 */
import { ShapeError, message } from "../errors.js";
import { heap } from "../runtime/runtime.js";
import { type Shape, sameShape, showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * Checks that the targets are float32 and have the output's shape. @param outputShape without the batch axis
 * @throws {ShapeError} when they do not
 */
export function checkSameAsOutput(op: string, targets: Tensor, outputShape: Shape): void {
  if (targets.dtype === "float32" && sameShape(targets.shape.slice(1), outputShape)) return;
  const hint = targets.dtype === "int32" ? { hint: "Integer labels are for losses.categoricalCrossentropy." } : {};
  const expected = `float32 ${showWithBatch(outputShape)}`;
  throw new ShapeError(
    message(op, "the targets do not fit the output", {
      expected,
      got: `${targets.dtype} ${showShape(targets.shape)}`,
      ...hint,
    }),
  );
}

/**
 * Checks that every target is in [low, high]. @param rule what is expected, in words
 * @throws {ShapeError} when one is not
 */
export function checkRange(op: string, targets: Tensor, low: number, high: number, rule: string): void {
  checkEach(op, targets, (value) => value >= low && value <= high, rule);
}

/** Checks that `fits` holds for every target. @throws {ShapeError} when it does not, naming the first such sample */
export function checkEach(
  op: string,
  targets: Tensor,
  fits: (value: number) => boolean,
  rule: string,
  hint?: string,
): void {
  const values = heap().view(targets.dtype, targets.ptr, targets.size);
  const at = values.findIndex((value: number) => !fits(value));
  if (at < 0) return;
  const sample = Math.floor((at * targets.shape[0]) / targets.size);
  const got = `${values[at]} in sample ${sample}`;
  throw new ShapeError(
    message(op, "a target is out of range", { expected: rule, got, ...(hint !== undefined && { hint }) }),
  );
}

/**
 * Checks that the targets are labels 0 … C − 1, or float32 rows of C values in [0, 1], for an output (…, C), C ≥ 2.
 * @throws {ShapeError} when they are not
 */
export function checkClasses(op: string, targets: Tensor, outputShape: Shape): void {
  const classes = outputShape.at(-1) ?? 1;
  if (classes < 2) {
    const hint = "Use losses.binaryCrossentropy for a single probability.";
    throw new ShapeError(
      message(op, "the output has only one class", {
        expected: "[N, …, C] with C ≥ 2",
        got: showWithBatch(outputShape),
        hint,
      }),
    );
  }
  const wanted = targets.dtype === "int32" ? outputShape.slice(0, -1) : outputShape;
  if (targets.dtype === "uint8" || !sameShape(targets.shape.slice(1), wanted)) {
    const expected = `float32 ${showWithBatch(outputShape)} or int32 labels ${showWithBatch(outputShape.slice(0, -1))}`;
    throw new ShapeError(
      message(op, "the targets do not fit the output", {
        expected,
        got: `${targets.dtype} ${showShape(targets.shape)}`,
      }),
    );
  }
  if (targets.dtype === "int32") checkRange(op, targets, 0, classes - 1, `a label in 0 … ${classes - 1}`);
  else checkRange(op, targets, 0, 1, "probabilities in [0, 1]");
}

function showWithBatch(shape: Shape): string {
  return showShape(["N", ...shape]);
}
