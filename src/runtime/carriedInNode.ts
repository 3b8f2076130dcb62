/**
 * What stands in the place of carried.ts in the bundle for Node (scripts/build.mjs): the kernels are read from the files that lie beside it in the package,
 * where nothing need be unpacked. A program that was bundled once more, and left them behind, has what carried.ts has.
 */
import { carriedBytes as packedBytes } from "./carried.js";
import type { CarriedBuild, ModuleBytes, Part } from "./parts.js";

/** The modules of parts, one after the other. */
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
