/** Nested arrays of numbers, or lists of typed arrays: their shape, and their values in row-major order. Knows no tensors. */
import { ShapeError, message, show } from "../errors.js";
import { type Shape, showShape } from "./shape.js";

/** Nested arrays of numbers, of any depth; the innermost may be typed arrays. */
export type NestedNumbers = number | readonly NestedNumbers[] | Float32Array | Float64Array | Int32Array | Uint8Array;

/**
 * The values of nested arrays in row-major order, and their shape.
 * @throws {ShapeError} when rows differ in length or something is not a number, naming the place
 */
export function flatten(op: string, nested: NestedNumbers): { readonly values: number[]; readonly shape: Shape } {
  const shape: number[] = [];
  for (let level: unknown = nested; isList(level); level = level[0]) shape.push(level.length);
  const values: number[] = [];
  const walk = (value: unknown, axis: number, place: string): void => {
    if (axis === shape.length) {
      if (typeof value !== "number") {
        const hint =
          typeof value === "string" ? { hint: "Give words numbers, for example by names.indexOf(word)." } : {};
        throw new ShapeError(
          message(op, `values${place} must be ${place ? "a number" : "numbers"}`, { got: show(value), ...hint }),
        );
      }
      values.push(value);
      return;
    }
    if (!isList(value) || value.length !== shape[axis]) {
      const got = isList(value) ? String(value.length) : show(value);
      throw new ShapeError(
        message(op, `values${place} has the wrong length`, {
          expected: `${shape[axis]} values for shape ${showShape(shape)}`,
          got,
        }),
      );
    }
    Array.from(value).forEach((item, i) => walk(item, axis + 1, `${place}[${i}]`));
  };
  walk(nested, 0, "");
  return { values, shape };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}
