/**
 * Limits on the gradients of tensors, between `backward` and a step, for training loops written by hand. Optimizers
 * have options for the same: clipValue, clipNorm, globalClipNorm. Kernels only: they may be recorded. Letters: g a
 * gradient; ‖g‖ its Euclidean norm.
 */
import { UsageError, message, show } from "../errors.js";
import { type Gradient, NormClipper, clipByValue as clipEach } from "../ops/inPlace/clipGradients.js";
import { sqrt } from "../ops/pointwise/unary.js";
import { checkNumber } from "../options.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * Each element of each gradient becomes the nearest value in [−limit, limit]; NaN stays.
 *
 * @param tensors  those whose `grad` is meant; one without a gradient is passed over
 * @param limit    > 0
 * @throws {UsageError} for a value that is not a tensor, or a wrong limit
 */
export function clipByValue(tensors: readonly Tensor[], limit: number): void {
  for (const gradient of gradientsOf("clipByValue", tensors, limit)) clipEach(gradient, limit);
  noteChanges(tensors);
}

/** Each gradient by itself: g *= min(1, limit / ‖g‖). Operands and errors: {@link clipByValue}. */
export function clipByNorm(tensors: readonly Tensor[], limit: number): void {
  const all = gradientsOf("clipByNorm", tensors, limit);
  withClipper(all, (clipper) => {
    for (const gradient of all) clipper.clip(gradient, limit);
  });
  noteChanges(tensors);
}

/**
 * All gradients together: g *= min(1, limit / ‖g‖), where g is all of them as one vector. Operands and errors:
 * {@link clipByValue}.
 * @returns ‖g‖ before, a scalar
 */
export function clipByGlobalNorm(tensors: readonly Tensor[], limit: number): Tensor {
  const all = gradientsOf("clipByGlobalNorm", tensors, limit);
  const norm = withClipper(all, (clipper) => {
    clipper.scaleTogether(all, limit);
    return sqrt(clipper.squares);
  });
  noteChanges(tensors);
  return norm;
}

function gradientsOf(op: string, tensors: unknown, limit: number): Gradient[] {
  checkNumber(op, "limit", limit, "(0, ∞)");
  if (!Array.isArray(tensors) || !Array.from<unknown>(tensors).every((tensor) => tensor instanceof Tensor)) {
    const expected = "a list of tensors that have gradients";
    throw new UsageError(message(op, "no list of tensors", { expected, got: show(tensors) }));
  }
  return (tensors as Tensor[]).flatMap(({ grad }) => (grad === undefined ? [] : [{ gradients: grad }]));
}

function withClipper<T>(all: readonly Gradient[], fn: (clipper: NormClipper) => T): T {
  const clipper = new NormClipper(all);
  try {
    return fn(clipper);
  } finally {
    clipper.dispose();
  }
}

function noteChanges(tensors: readonly Tensor[]): void {
  for (const { grad } of tensors) grad?.changed();
}
