/** Initializers that draw no random numbers. */
import { ShapeError, message } from "../errors.js";
import { number, resolve } from "../options.js";
import { fillFloat32 } from "../runtime/primitives.js";
import type { Initializer } from "./initializer.js";

/** Sets every element to 0. */
export function zeros(): Initializer {
  return filling("zeros", {}, 0);
}

/** Sets every element to 1. */
export function ones(): Initializer {
  return filling("ones", {}, 1);
}

/** Sets every element to `value`. @throws {UsageError} when value is not a finite number */
export function constant(options: { readonly value: number }): Initializer {
  const { value } = resolve("constant", options, { value: number("(-∞, ∞)") });
  return filling("constant", { value }, value);
}

function filling(className: string, options: object, value: number): Initializer {
  return { config: { className, ...options }, fill: (out) => fillFloat32(out.ptr, value, out.size) };
}

/**
 * Sets the diagonal of a matrix to `gain` and everything else to 0; the matrix need not be square.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the parameter is not a matrix
 */
export function identity(options: { readonly gain?: number } = {}): Initializer {
  const { gain } = resolve("identity", options, { gain: number("(-∞, ∞)", 1) });
  return {
    config: { className: "identity", gain },
    fill(out) {
      if (out.rank !== 2)
        throw new ShapeError(
          message("identity", "the parameter is not a matrix", { expected: "rank 2", got: out.label() }),
        );
      const [rows, columns] = out.shape;
      const values = new Float32Array(out.size);
      for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = gain;
      out.assign(values);
    },
  };
}
