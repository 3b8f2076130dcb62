/** Memory primitives that are kernels, so that they are part of a recorded step like any other kernel. */
import { advanceRandom, copyBytes, fill, regularize } from "#wasm/kernels";

/** Writes `value` into `n` float32 elements at `ptr`. */
export function fillFloat32(ptr: number, value: number, n: number): void {
  fill(ptr, value, n);
}

/** Copies `n` elements of four bytes from `from` to `to`; the ranges are the same or do not overlap. */
export function copyFloat32(to: number, from: number, n: number): void {
  copyBytes(to, from, 4 * n);
}

/** Adds `factor` times `n` float32 elements at `from` to those at `to`; the ranges are the same or do not overlap. */
export function addFloat32(to: number, from: number, factor: number, n: number): void {
  regularize(to, from, n, 0, factor);
}

/** Increments the counter of the generator whose state is at `ptr`. */
export function advanceRandomState(ptr: number): void {
  advanceRandom(ptr);
}
