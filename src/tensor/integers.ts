/** The ranges of the integer types, and the check that values fit them. Knows no tensors. */
import { ShapeError, message, show } from "../errors.js";

const ranges = { int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255] } as const;

/**
 * Checks that the integer type can hold every value.
 * @throws {ShapeError} when it cannot, naming the first such value
 */
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
