/** Nested arrays of numbers: their shape, and their values in row-major order. Knows no tensors. */
import { ShapeError, message, show } from "../errors.js";
import { type Shape, showShape } from "./shape.js";

/** Nested arrays of numbers, of any depth. */
export type NestedNumbers = number | readonly NestedNumbers[];

/**
 * The values of nested arrays in row-major order, and their shape.
 * @throws {ShapeError} when rows differ in length or something is not a number, naming the place
 */
export function flatten(op: string, nested: NestedNumbers): { readonly values: number[]; readonly shape: Shape } {
  const shape: number[] = [];
  for (let level: NestedNumbers | undefined = nested; Array.isArray(level); level = level[0] as NestedNumbers)
    shape.push(level.length);
  const values: number[] = [];
  const walk = (value: unknown, axis: number, place: string): void => {
    if (axis === shape.length) {
      if (typeof value !== "number")
        throw new ShapeError(
          message(op, `values${place} must be ${place ? "a number" : "numbers"}`, { got: show(value) }),
        );
      values.push(value);
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[axis]) {
      const got = Array.isArray(value) ? String(value.length) : show(value);
      throw new ShapeError(
        message(op, `values${place} has the wrong length`, {
          expected: `${shape[axis]} values for shape ${showShape(shape)}`,
          got,
        }),
      );
    }
    value.forEach((item, i) => walk(item, axis + 1, `${place}[${i}]`));
  };
  walk(nested, 0, "");
  return { values, shape };
}
