/**
 * Prints tensors for people: `Tensor(2, 3) [[1, 2, 3], [4, 5, 6]]`, with long axes cut in the middle and four
 * significant digits.
 */
import { type Shape, sizeOf } from "./shape.js";

/** With more elements than this, the middle of long axes is left out. */
const mostElements = 1000;
const edge = 3;

/** Prints values in row-major order with the brackets of their shape. */
export function printValues(values: ArrayLike<number>, shape: Shape): string {
  const cut = values.length > mostElements;
  const level = (axis: number, offset: number): string => {
    if (axis === shape.length) return printNumber(values[offset]);
    const length = shape[axis];
    const stride = sizeOf(shape.slice(axis + 1));
    const shown =
      cut && length > 2 * edge ? [0, 1, 2, -1, length - 3, length - 2, length - 1] : [...Array(length).keys()];
    const separator = axis === shape.length - 1 ? ", " : `,\n${" ".repeat(axis + 1)}`;
    return `[${shown.map((i) => (i < 0 ? "…" : level(axis + 1, offset + i * stride))).join(separator)}]`;
  };
  return level(0, 0);
}

/** At most four significant digits, without trailing zeros: 0.3333, 1.5, −2, 1.234e-7. */
function printNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
