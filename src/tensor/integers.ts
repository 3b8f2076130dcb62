/** What the integer types hold. Knows no tensors. */
import { ShapeError, message, show } from "../errors.js";

const ranges = { int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255] } as const;

/** Throws ShapeError, with the place, unless every value is one that the integer type holds. */
export function checkIntegers(op: string, values: ArrayLike<number>, dtype: "int32" | "uint8"): void {
  const [least, most] = ranges[dtype];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isInteger(value) || value < least || value > most) {
      const [expected, got] = [`an integer from ${least} to ${most}`, show(value)];
      throw new ShapeError(message(op, `value ${i} does not fit ${dtype}`, { expected, got }));
    }
  }
}
