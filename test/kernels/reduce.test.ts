import { describe, expect, it } from "vitest";
import { builds } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";

/** Collapsed shapes (outer, R, inner) around the vector, the strip of 16 columns and the block of 128 rows. */
const shapes = [
  [1, 1, 1],
  [0, 3, 4],
  [3, 5, 0],
  [2, 0, 5],
  [1, 4097, 1],
  [5, 31, 1],
  [5, 33, 1],
  [3, 7, 2],
  [2, 5, 4],
  [3, 129, 15],
  [2, 300, 16],
  [2, 127, 17],
  [1, 128, 67],
  [4, 1, 35],
] as const;

/** Calls `visit(row, elements)` with the indices of x that go into each output (outer, inner). */
function eachOutput(outer: number, r: number, inner: number, visit: (at: number, indices: number[]) => void): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      visit(
        o * inner + i,
        Array.from({ length: r }, (_, k) => (o * r + k) * inner + i),
      );
    }
  }
}

describe.each(builds)("reduce ($name)", (build) => {
  const { kernels } = build;

  describe.each(shapes)("(%i, %i, %i)", (outer, r, inner) => {
    const x = uniform(outer * r * inner, 1);
    const dOut = uniform(outer * inner, 2);
    const before = uniform(outer * r * inner, 3);

    it.each([0, 1])("sumAxis is within 2e-7 of Σ|x|, accumulate %i", (accumulate) => {
      const scale = r > 0 ? 1 / r : 1;
      const out = runKernel(build, () => {
        const out = build.f32(accumulate ? dOut : outer * inner);
        const input = build.f32(x);
        return { out, call: () => kernels.sumAxis(out.ptr, input.ptr, outer, r, inner, scale, accumulate) };
      });
      eachOutput(outer, r, inner, (at, indices) => {
        const sum = indices.reduce((sum, k) => sum + x[k], 0) * Math.fround(scale);
        const size = indices.reduce((sum, k) => sum + Math.abs(x[k]), 0) * scale;
        expectClose([out[at]], [sum + accumulate * dOut[at]], 1e-7, 2e-7 * size);
      });
    });

    it.each([0, 1])("sumAxisBackward repeats dOut, accumulate %i", (accumulate) => {
      const dx = runKernel(build, () => {
        const out = build.f32(accumulate ? before : before.length);
        const input = build.f32(dOut);
        return { out, call: () => kernels.sumAxisBackward(out.ptr, input.ptr, outer, r, inner, 0.5, accumulate) };
      });
      eachOutput(outer, r, inner, (at, indices) => {
        for (const k of indices) expect(dx[k]).toBe(Math.fround(dOut[at] * 0.5 + accumulate * before[k]));
      });
    });

    if (r === 0) return; // nothing has no maximum

    it("maxAxis, minAxis and their positions are exact", () => {
      const some = x.map((value) => Math.round(value * 3)); // many ties
      const run = (name: "maxAxis" | "minAxis" | "argMaxAxis" | "argMinAxis"): number[] =>
        Array.from(
          runKernel<Float32Array | Int32Array>(build, () => {
            const out = name.startsWith("arg") ? build.i32(outer * inner) : build.f32(outer * inner);
            const input = build.f32(some);
            return { out, call: () => kernels[name](out.ptr, input.ptr, outer, r, inner) };
          }),
        );
      const [max, min, argMax, argMin] = [run("maxAxis"), run("minAxis"), run("argMaxAxis"), run("argMinAxis")];
      eachOutput(outer, r, inner, (at, indices) => {
        const values = indices.map((k) => some[k]);
        expect(max[at]).toBe(Math.max(...values));
        expect(min[at]).toBe(Math.min(...values));
        expect(argMax[at]).toBe(values.indexOf(max[at]));
        expect(argMin[at]).toBe(values.indexOf(min[at]));
      });
    });

    it.each([0, 1])("maxAxisBackward shares dOut equally among ties, accumulate %i", (accumulate) => {
      const some = x.map((value) => Math.round(value * 3));
      const dx = runKernel(build, () => {
        const out = build.f32(accumulate ? before : before.length);
        const [d, input, max] = [build.f32(dOut), build.f32(some), build.f32(outer * inner)];
        kernels.maxAxis(max.ptr, input.ptr, outer, r, inner);
        const call = () => kernels.maxAxisBackward(out.ptr, d.ptr, input.ptr, max.ptr, outer, r, inner, accumulate);
        return { out, call };
      });
      eachOutput(outer, r, inner, (at, indices) => {
        const max = Math.max(...indices.map((k) => some[k]));
        const ties = indices.filter((k) => some[k] === max).length;
        for (const k of indices) {
          const given = some[k] === max ? dOut[at] / ties : 0;
          expectClose([dx[k]], [given + accumulate * before[k]], 1e-6, 1e-7);
        }
      });
    });
  });

  it.each([
    [1, 70, 1],
    [1, 9, 6],
    [1, 9, 35],
  ])("NaN is the largest and the smallest, and the first NaN is its position: (%i, %i, %i)", (outer, r, inner) => {
    const x = uniform(outer * r * inner, 4);
    for (const row of [3, 7]) x.fill(NaN, row * inner, (row + 1) * inner);
    for (const name of ["maxAxis", "minAxis", "argMaxAxis", "argMinAxis"] as const) {
      build.reset();
      const input = build.f32(x);
      const out = name.startsWith("arg") ? build.i32(inner) : build.f32(inner);
      kernels[name](out.ptr, input.ptr, outer, r, inner);
      expect([...out.view]).toEqual(Array(inner).fill(name.startsWith("arg") ? 3 : NaN));
    }
  });

  it("the maximum of −∞ alone is −∞, at position 0", () => {
    build.reset();
    const x = build.f32([-Infinity, -Infinity, -Infinity]);
    const out = build.f32(1);
    const position = build.i32(1);
    kernels.maxAxis(out.ptr, x.ptr, 1, 3, 1);
    kernels.argMaxAxis(position.ptr, x.ptr, 1, 3, 1);
    expect([out.view[0], position.view[0]]).toEqual([-Infinity, 0]);
  });

  describe("sums by blocks", () => {
    it.each([0, 1, 3, 4095, 4096, 4097, 9000])("of %i elements are within 1e-7", (n) => {
      const x = uniform(n, 5, 0.5, 1.5);
      const terms = {
        sumBlocks: (v: number) => v,
        sumSquaresBlocks: (v: number) => v * v,
        sumMagnitudesBlocks: (v: number) => Math.abs(v),
      };
      for (const name of ["sumBlocks", "sumSquaresBlocks", "sumMagnitudesBlocks"] as const) {
        const input = name === "sumBlocks" ? x : x.map((value, i) => (i % 2 ? -value : value));
        const count = kernels.sumBlocksCount(n);
        expect(count).toBe(Math.ceil(n / 4096));
        const partials = runKernel(build, () => {
          const [out, block] = [build.f32(count), build.f32(input)];
          return { out, call: () => kernels[name](out.ptr, block.ptr, n) };
        });
        const total = runKernel(build, () => {
          const [out, block] = [build.f32([10]), build.f32(partials)];
          return { out, call: () => kernels.combineBlocks(out.ptr, block.ptr, count, 0.5, 1) };
        });
        const expected = input.reduce((sum, value) => sum + terms[name](value), 0);
        expectClose(total, [10 + expected / 2], 1.5e-7);
      }
    });

    it("10 M elements near 0.1 sum to 1e-7, and so do 1 M rows of a column", () => {
      build.reset();
      const n = 10_000_000;
      const x = build.f32(n);
      for (let i = 0; i < n; i++) x.view[i] = 0.1 + (i % 97) * 1e-3;
      const expected = x.view.reduce((sum, value) => sum + value, 0);
      const count = kernels.sumBlocksCount(n);
      const partials = build.f32(count);
      const out = build.f32(17);
      kernels.sumBlocks(partials.ptr, x.ptr, n);
      kernels.combineBlocks(out.ptr, partials.ptr, count, 1, 0);
      expectClose([out.view[0]], [expected], 1e-7);
      kernels.sumAxis(out.ptr, x.ptr, 1, n, 1, 1, 0);
      expectClose([out.view[0]], [expected], 1e-7);
      const rows = Math.floor(n / 17);
      kernels.sumAxis(out.ptr, x.ptr, 1, rows, 17, 1, 0);
      const columns = new Float64Array(17);
      for (let i = 0; i < rows * 17; i++) columns[i % 17] += x.view[i];
      expectClose(out.view, columns, 2e-7);
    });
  });
});
