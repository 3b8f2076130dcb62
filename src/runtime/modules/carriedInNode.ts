/**
 * Replaces carried.ts in the bundle for Node (scripts/build.mjs): reads the kernels from the files beside it in the
 * package, where nothing needs to be unpacked. A program that was bundled again without these files falls back to
 * carried.ts.
 */
import { carriedBytes as packedBytes } from "./carried.js";
import type { CarriedBuild, ModuleBytes, Part } from "../parts.js";

/** The modules of the parts, in order. */
export async function carriedBytes(parts: readonly Part[], build: CarriedBuild): Promise<ModuleBytes[]> {
  try {
    const { readFileSync } = globalThis.process.getBuiltinModule("fs");
    return parts.map(({ name, number }) =>
      readFileSync(new URL(`../wasm/${build}${number === 0 ? "" : `-${name}`}.wasm`, import.meta.url)),
    );
  } catch {
    return packedBytes(parts, build);
  }
}
