/** What the tests of single columns share: how one is told, and that a refusal leaves no memory behind. */
import { expect } from "vitest";
import type { LanegradError, ShapeError, UsageError } from "../../../src/errors.js";
import type { Column } from "../../../src/models/input/columns.js";
import { memoryUsage } from "../../../src/runtime/runtime.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import type { Tensor } from "../../../src/tensor/tensor.js";

export const int32 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(Int32Array.from(values), shape);

export const float32 = (shape: readonly number[]): Tensor => zeros(shape);

/** A column's type, shape, and whether it was made here. */
export const told = ({ tensor: one, isOwned }: Column): unknown[] => [one.dtype, one.shape, isOwned];

export const bytes = (): number => memoryUsage().bytesInUse;

/** Calls `fn`, which must throw an error of that type and text, and leave no memory behind. */
export function refuses(fn: () => unknown, type: typeof ShapeError | typeof UsageError, text: string): void {
  const before = bytes();
  let error: unknown;
  try {
    fn();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(type);
  expect((error as LanegradError).message).toBe(text);
  expect(bytes()).toBe(before);
}
