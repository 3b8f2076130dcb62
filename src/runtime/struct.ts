/**
 * Structs in linear memory: the sizes of a kernel call that has too many of them for arguments. The layout.ts files of
 * assembly/ declare the fields; the build writes their offsets to #wasm/layout-<folder>. Does not hold what stays in
 * memory between calls: its owner has a block for it.
 */
import type { FloatBits, Layout } from "#wasm/layout";
import { heap, launcher } from "./runtime.js";

/** What a field is written with: a number, or a list of them. */
type Values<T> = { readonly [K in keyof T]: number | readonly number[] };

/**
 * Writes a struct for the kernel call that follows. While a function is recorded, it stays as long as the recording;
 * otherwise until a few more were written.
 *
 * @param values  all fields as int32; a float32 by {@link floatBits}
 * @returns its address
 * @throws {MemoryError}
 */
export function writeStruct<T extends Values<T>>(layout: Layout<T>, values: T): number {
  const ptr = launcher().placeOfStruct(layout.bytes);
  fillStruct(ptr, layout, values);
  return ptr;
}

/** Writes the fields of a struct that lies at `ptr`. @param values as for {@link writeStruct} */
export function fillStruct<T extends Values<T>>(ptr: number, { bytes, at }: Layout<T>, values: T): void {
  const words = heap().view("int32", ptr, bytes / 4);
  for (const name in at) {
    const value: number | readonly number[] = values[name];
    if (typeof value === "number") words[at[name] / 4] = value;
    else words.set(value, at[name] / 4);
  }
}

/** The bits of a float32 as an int32, with which a field of that type is written. */
export function floatBits(value: number): FloatBits {
  return new Int32Array(Float32Array.of(value).buffer)[0] as FloatBits;
}
