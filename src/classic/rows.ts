/** Samples that users hand in: tensors, nested arrays, or lists of typed arrays, as rows. Letters: N rows, F numbers each. */
import { ShapeError, UsageError, message, show } from "../errors.js";
import { type NestedNumbers, flatten } from "../tensor/nested.js";
import { Tensor } from "../tensor/tensor.js";

/** Samples: (N, F), or one of F numbers. uint8 tensors are read as fractions of 255. */
export type Samples = Tensor | readonly NestedNumbers[];

/** Samples as rows. */
export interface Rows {
  /** (N, F) */
  readonly values: Float32Array;
  /** N */
  readonly count: number;
  /** F */
  readonly width: number;
}

/**
 * @param what   what messages call them: "patterns"
 * @param width  F, where it is known
 * @throws {ShapeError} for another shape
 * @throws {UsageError} for no samples, or numbers that are not finite
 */
export function rowsOf(op: string, what: string, samples: Samples, width?: number): Rows {
  const isTensor = samples instanceof Tensor;
  if (!isTensor && !Array.isArray(samples)) {
    const expected = "a tensor or nested arrays";
    throw new UsageError(message(op, `${what} are no samples`, { expected, got: show(samples) }));
  }
  const { values: given, shape } = isTensor
    ? { values: samples.toTypedArray(), shape: samples.shape }
    : flatten(op, samples as NestedNumbers);
  const F = shape.length < 2 ? given.length : shape.slice(1).reduce((product, size) => product * size, 1);
  if (given.length === 0) throw new UsageError(message(op, `${what} are empty`, { expected: "at least one sample" }));
  if (width !== undefined && F !== width) {
    const [expected, got] = [`${width} numbers each`, `${F} (shape [${shape.join(", ")}])`];
    throw new ShapeError(message(op, `${what} have another length`, { expected, got }));
  }
  const scale = isTensor && samples.dtype === "uint8" ? 1 / 255 : 1;
  const values = new Float32Array(given);
  let wrong = -1;
  for (let i = values.length - 1; i >= 0; i--) {
    values[i] *= scale;
    if (values[i] - values[i] !== 0) wrong = i; // NaN or infinite
  }
  if (wrong < 0) return { values, count: values.length / F, width: F };
  const got = `${values[wrong]} in sample ${Math.floor(wrong / F)}`;
  throw new UsageError(message(op, `${what} have a value that is not finite`, { expected: "finite numbers", got }));
}

/** @throws {UsageError} where a number is not among the allowed ones */
export function checkAmong(op: string, what: string, { values, width }: Rows, allowed: readonly number[]): void {
  const wrong = values.findIndex((value) => !allowed.includes(value));
  if (wrong < 0) return;
  const [expected, got] = [allowed.join(" or "), `${values[wrong]} in sample ${Math.floor(wrong / width)}`];
  throw new UsageError(message(op, `${what} have another value`, { expected, got }));
}
