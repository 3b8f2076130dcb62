/** Initializers that draw nothing. */
import { ShapeError, message } from "../errors.js";
import { number, resolve } from "../options.js";
import { fillFloat32 } from "../runtime/primitives.js";
import type { Initializer } from "./initializer.js";

/** Every element 0. */
export function zeros(): Initializer {
  return filling("zeros", {}, 0);
}

/** Every element 1. */
export function ones(): Initializer {
  return filling("ones", {}, 1);
}

/** Every element `value`. Errors: UsageError unless it is a finite number. */
export function constant(options: { readonly value: number }): Initializer {
  const { value } = resolve("constant", options, { value: number("(-∞, ∞)") });
  return filling("constant", { value }, value);
}

function filling(className: string, options: object, value: number): Initializer {
  return { config: { className, ...options }, fill: (out) => fillFloat32(out.ptr, value, out.size) };
}

/**
 * `gain` on the diagonal of a matrix, 0 elsewhere; it need not be square.
 * Errors: UsageError for an option; ShapeError when it fills what is no matrix.
 */
export function identity(options: { readonly gain?: number } = {}): Initializer {
  const { gain } = resolve("identity", options, { gain: number("(-∞, ∞)", 1) });
  return {
    config: { className: "identity", gain },
    fill(out) {
      if (out.rank !== 2)
        throw new ShapeError(message("identity", "not a matrix", { expected: "rank 2", got: out.label() }));
      const [rows, columns] = out.shape;
      const values = new Float32Array(out.size);
      for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = gain;
      out.assign(values);
    },
  };
}
