/**
 * The inputs of attention layers, as Keras orders them: [query, value] or [query, value, key]. Without a key the values
 * are the keys too, and a single tensor is all three. Letters: N samples, Tq and Tk steps, F features of each. Does not know scores.
 */
import { ShapeError, message } from "../../errors.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../layer.js";

/** Query, value and key of a list of inputs. */
export function queryValueKey<T>([query, value = query, key = value]: readonly T[]): readonly [T, T, T] {
  return [query, value, key];
}

/**
 * Checks that the inputs are one to three sequences of vectors, and that there is a key for each value.
 * @throws {ShapeError} when they do not fit
 */
export function checkAttentionInputs(kind: string, shapes: readonly Shape[]): void {
  const got = shapes.map((shape) => showShape(["N", ...shape])).join(" and ");
  if (shapes.length > 3) {
    const expected = "[x], [query, value] or [query, value, key]";
    throw new ShapeError(message(kind, "wrong number of inputs", { expected, got: String(shapes.length) }));
  }
  if (shapes.some((shape) => shape.length !== 2))
    throw new ShapeError(message(kind, "the inputs must be sequences of vectors", { expected: "[N, T, F] each", got }));
  const [, value, key] = queryValueKey(shapes);
  if (Object.is(value[0], key[0])) return;
  throw new ShapeError(
    message(kind, "the numbers of keys and values differ", { expected: "a key for each value", got }),
  );
}

/** Which keys count: those that do as values and as keys. */
export function keyMask({ masks }: CallContext): Tensor | undefined {
  const [, value, key] = queryValueKey(masks);
  return key ?? value;
}
