/** Slabs: many tensors in one block. */
import { describe, expect, it } from "vitest";
import { heap } from "../../src/runtime/runtime.js";
import { scope } from "../../src/tensor/scope.js";
import { Slab } from "../../src/tensor/slab.js";
import "../support/engine.js";

describe("a slab", () => {
  it("begins each section at a multiple of 16 elements, with zeros between", () => {
    const slab = new Slab([[3, 5], [16], [], [2]]);
    expect(slab.whole.shape).toEqual([64]);
    expect([0, 1, 2, 3, 4].map((i) => slab.offsetOf(i))).toEqual([0, 16, 32, 48, 64]);
    expect(slab.sections.map(({ shape }) => shape)).toEqual([[3, 5], [16], [], [2]]);
    slab.sections[1].assign(new Float32Array(16).fill(7));
    slab.sections[3].assign([8, 9]);
    const values = [...slab.whole.toTypedArray()];
    expect(values.slice(16, 32)).toEqual(Array(16).fill(7));
    expect(values.slice(48, 50)).toEqual([8, 9]);
    expect(values.filter((value) => value !== 0)).toHaveLength(18);
    slab.dispose();
  });

  it("is not freed by the scope it was made in, and frees everything on dispose", () => {
    const inUse = heap().bytesInUse;
    const slab = scope(() => {
      const made = new Slab([[100], [4, 4]]);
      return () => made;
    })();
    const range = slab.range(16, 48);
    slab.whole.assign(Float32Array.from({ length: slab.whole.size }, (_, i) => i));
    expect(range.toArray()).toEqual(Array.from({ length: 32 }, (_, i) => 16 + i));
    range.dispose();
    slab.dispose();
    expect(slab.sections.every(({ isDisposed }) => isDisposed)).toBe(true);
    expect(heap().bytesInUse).toBe(inUse);
  });

  it("may have no sections", () => {
    const slab = new Slab([]);
    expect([slab.whole.size, slab.offsetOf(0)]).toEqual([0, 0]);
    slab.dispose();
  });
});
