/**
 * How a stateful layer carries its states from batch to batch: in parameters that are not trained, one for each state,
 * (N, …). Who may read and change them, and when, is in carriedStates.ts.
 */
import { copyFloat32 } from "../../runtime/primitives.js";
import { empty } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Parameter } from "../parameter.js";

/** Copies of the carried states to begin a sequence with: they are overwritten before the backward pass reads these. */
export function copyCarried(carried: readonly Parameter[]): Tensor[] {
  return carried.map(({ value }) => {
    const copy = empty(value.shape);
    copyFloat32(copy.ptr, value.ptr, value.size);
    return copy;
  });
}

/** Carries the last states of a sequence on to the next batch. */
export function storeCarried(carried: readonly Parameter[], states: readonly Tensor[]): void {
  for (const [i, { value }] of carried.entries()) {
    copyFloat32(value.ptr, states[i].ptr, value.size);
    value.changed();
  }
}

/** Sets the carried states to zero. */
export function resetCarried(carried: readonly Parameter[]): void {
  for (const { value } of carried) value.assign(new Float32Array(value.size));
}
