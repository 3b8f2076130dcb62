import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** The text of one function of a build. */
function functionText(build: string, name: string): string {
  const wat = readFileSync(new URL(`../../build/wat/${build}.wat`, import.meta.url), "utf8");
  const start = wat.indexOf(`(func $assembly/${name} `);
  expect(start, `${name} in ${build}.wat: was it inlined?`).toBeGreaterThan(0);
  return wat.slice(start, wat.indexOf("\n )", start));
}

const count = (text: string, instruction: string): number => text.split(`${instruction}\n`).length - 1;

describe.each([
  ["relaxed", 6, "f32x4.relaxed_madd"],
  ["simd", 5, "f32x4.mul"],
])("the register tile of %s, %i rows", (build, rows, multiply) => {
  it.each([`tile${rows}x8`, `packingTile${rows}x8`])(
    "%s: two multiply-adds a row in its one loop, in the plain build products before it, one splat a row, no call",
    (name) => {
      const text = functionText(build, `gemm/tiles/${name}`);
      const loop = text.slice(text.indexOf("loop $"), text.indexOf("\n  end", text.indexOf("loop $")));
      expect(count(loop, multiply)).toBe(2 * rows);
      expect(count(text, multiply)).toBe((build === "simd" ? 4 : 2) * rows);
      if (build === "simd") expect(count(loop, "f32x4.add")).toBe(2 * rows);
      expect(loop.split("v128.load32_splat").length - 1).toBe(rows);
      expect(loop.split("v128.load ").length + loop.split("v128.load\n").length - 2).toBe(2);
      expect(text).not.toMatch(/\bcall/);
    },
  );

  it("the peak loop multiplies and adds 13 times on registers and touches no memory", () => {
    const text = functionText(`${build}-more`, "bench/peak/peakMultiplyAdd");
    const loop = text.slice(text.indexOf("loop $"));
    expect(count(loop, multiply)).toBe(13);
    expect(loop).not.toMatch(/load|store|call/);
  });
});

describe("the wide tile of relaxed, 6 × 16", () => {
  it.each(["tile6x16", "packingTile6x16"])(
    "%s: four multiply-adds a row in its one loop, one splat a row, no call; no load between the stores of a row",
    (name) => {
      const text = functionText("relaxed-more", `gemm/wideTiles/${name}`);
      const loop = text.slice(text.indexOf("loop $"), text.indexOf("\n  end", text.indexOf("loop $")));
      expect(count(text, "f32x4.relaxed_madd")).toBe(24);
      expect(count(loop, "f32x4.relaxed_madd")).toBe(24);
      expect(loop.split("v128.load32_splat").length - 1).toBe(6);
      expect(loop.split("v128.load ").length + loop.split("v128.load\n").length - 2).toBe(4);
      expect(text).not.toMatch(/\bcall/);
      const order = text.slice(text.indexOf(loop) + loop.length).match(/v128\.(load|store)/g)!;
      const row = [...Array<string>(4).fill("v128.load"), ...Array<string>(4).fill("v128.store")];
      expect(order).toEqual(Array.from({ length: 6 }, () => row).flat());
    },
  );

  it("the plain build carries none", () => {
    const wat = readFileSync(new URL("../../build/wat/simd-more.wat", import.meta.url), "utf8");
    expect(wat).not.toMatch(/16 \(param|6x16/);
  });
});
