/** Combinations, products and largest magnitudes of the vectors of full-batch optimizers. */
import { describe, expect, it } from "vitest";
import { builds } from "../support/builds.js";
import { uniform } from "../support/kernelRun.js";

const sizes = [0, 1, 3, 4, 7, 16, 33, 4095, 4096, 4097, 20_011];

describe.each(builds)("vectors ($name)", (build) => {
  const { kernels } = build;

  it.each(sizes)("of %i elements: a x + b y within an ulp of its terms, also into x, with 1 and 3 threads", (n) => {
    const [x, y] = [uniform(n, 1), uniform(n, 2)];
    for (const threads of [1, 3]) {
      for (const inPlace of [false, true]) {
        build.reset();
        const [xs, ys] = [build.f32(x), build.f32(y)];
        const out = inPlace ? xs : build.f32(n);
        build.asThreads(threads, () => kernels.combineVectors(out.ptr, xs.ptr, ys.ptr, n, 1.5, -0.75));
        build.checkGuards();
        const wrong = Array.from(out.view).findIndex((value, i) => {
          const [a, b] = [1.5 * x[i], -0.75 * y[i]];
          return !(Math.abs(value - (a + b)) <= 1.2e-7 * (Math.abs(a) + Math.abs(b)));
        });
        expect(wrong).toBe(-1);
      }
    }
  });

  it.each(sizes)("of %i elements: the product within 1e-14 of Σ |x y| and the largest magnitude exactly", (n) => {
    const [x, y] = [uniform(n, 3), uniform(n, 4)];
    const bits = [1, 2, 3].map((threads) => {
      build.reset();
      const count = kernels.sumBlocksCount(n);
      const [xs, ys, sums, most] = [build.f32(x), build.f32(y), build.f32(2 * count), build.f32(count)];
      build.asThreads(threads, () => {
        kernels.dotBlocks(sums.ptr, xs.ptr, ys.ptr, n);
        kernels.largestBlocks(most.ptr, xs.ptr, n);
      });
      build.checkGuards();
      const partials = new Float64Array(sums.view.slice().buffer);
      expect(Math.max(0, ...most.view)).toBe(x.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0));
      return partials.reduce((sum, value) => sum + value, 0);
    });
    const exact = x.reduce((sum, value, i) => sum + value * y[i], 0);
    const size = x.reduce((sum, value, i) => sum + Math.abs(value * y[i]), 0);
    expect(Math.abs(bits[0] - exact)).toBeLessThanOrEqual(1e-14 * size);
    expect(new Set(bits).size).toBe(1);
  });

  it("the largest magnitude is NaN where an element of its block is", () => {
    build.reset();
    const x = build.f32(Float32Array.from({ length: 9 }, (_, i) => (i === 6 ? NaN : i)));
    const most = build.f32(1);
    kernels.largestBlocks(most.ptr, x.ptr, 9);
    expect(most.view[0]).toBeNaN();
  });
});
