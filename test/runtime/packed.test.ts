/**
 * Packed modules: what a page unpacks is, byte for byte, the module that asc compiled, with numbers for the names of
 * kernels.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadCarried } from "../../src/runtime/modules/load.js";
import { type CarriedBuild, registeredParts } from "../../src/runtime/parts.js";
import "#wasm/kernels";
import { names } from "#wasm/names";

const builds: readonly CarriedBuild[] = ["simd", "simd-threads"];

/** The module's sections without that of its exports, and each export: its name, its kind and its place as bytes. */
function partsOf(module: Uint8Array) {
  const sections: string[] = [];
  const exported: { readonly name: string; readonly what: string }[] = [];
  let at = 8;
  const number = (): number => {
    const byte = module[at++];
    return byte < 128 ? byte : (byte & 127) + 128 * number();
  };
  const text = (from: number, to: number): string => Buffer.from(module.subarray(from, to)).toString("latin1");
  while (at < module.length) {
    const id = module[at++];
    const bytes = number();
    const end = at + bytes;
    if (id !== 7) sections.push(text(at, end));
    else {
      for (let left = number(); left > 0; left--) {
        const length = number();
        const name = text(at, (at += length));
        const from = at++;
        number();
        exported.push({ name, what: text(from, at) });
      }
    }
    at = end;
  }
  return { sections, exported };
}

describe.each(builds)("the build %s", (build) => {
  it.each(registeredParts().map((part) => [part.name, part] as const))(
    "%s: unpacked it is the file beside it, to the last byte but for the names of kernels",
    async (name, part) => {
      const suffix = name === "core" ? "" : `-${name}`;
      const file = readFileSync(new URL(`../../build/wasm/${build}${suffix}.wasm`, import.meta.url));
      const [{ bytes }] = await loadCarried([part], build);
      const [carried, compiled] = [new Uint8Array(bytes as ArrayBuffer), file].map(partsOf);
      expect(carried.sections).toEqual(compiled.sections);
      expect(carried.exported.length).toBeGreaterThan(5);
      const nameOf = (key: string) => names[name][key as unknown as number] ?? key;
      expect(carried.exported.map(({ name, what }) => ({ name: nameOf(name), what }))).toEqual(compiled.exported);
      expect(carried.exported.filter(({ name }) => /^\d+$/.test(name)).length).toBeGreaterThan(2);
    },
  );

  it("all parts at once come out in their order, each its own", async () => {
    const loaded = await loadCarried(registeredParts(), build);
    expect(loaded.map(({ part }) => part.name)).toEqual(["core", "images", "more", "recurrent", "sequences", "words"]);
    const alone = await Promise.all(registeredParts().map((part) => loadCarried([part], build)));
    expect(loaded.map(({ bytes }) => bytes)).toEqual(alone.map(([{ bytes }]) => bytes));
  });
});
