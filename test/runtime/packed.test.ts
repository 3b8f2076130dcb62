/** Packed modules: what a page unpacks is, byte for byte, the module that asc compiled. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadCarried } from "../../src/runtime/load.js";
import { type CarriedBuild, registeredParts } from "../../src/runtime/parts.js";
import "../../src/runtime/parts/images.js";
import "../../src/runtime/parts/more.js";
import "../../src/runtime/parts/recurrent.js";

const builds: readonly CarriedBuild[] = ["simd", "simd-threads"];

describe.each(builds)("the build %s", (build) => {
  it.each(registeredParts().map((part) => [part.name, part] as const))(
    "%s: unpacked it is the file beside it, to the last byte",
    async (name, part) => {
      const suffix = name === "core" ? "" : `-${name}`;
      const file = readFileSync(new URL(`../../build/wasm/${build}${suffix}.wasm`, import.meta.url));
      const [{ bytes }] = await loadCarried([part], build);
      expect(file.equals(Buffer.from(bytes as ArrayBuffer))).toBe(true);
    },
  );

  it("all parts at once come out in their order, each its own", async () => {
    const loaded = await loadCarried(registeredParts(), build);
    expect(loaded.map(({ part }) => part.name)).toEqual(["core", "images", "more", "recurrent"]);
    const alone = await Promise.all(registeredParts().map((part) => loadCarried([part], build)));
    expect(loaded.map(({ bytes }) => bytes)).toEqual(alone.map(([{ bytes }]) => bytes));
  });
});
