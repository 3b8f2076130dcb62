import { describe, expect, it } from "vitest";
import { builds } from "../support/builds.js";
import { runKernel, uniform } from "../support/kernelRun.js";

describe.each(builds)("metrics ($name)", (build) => {
  const { kernels } = build;

  it.each([undefined, [1, 2, 0.5, 4, 8, 16]])(
    "confusionAdd adds to the table, leaving out labels it has no cell for (weights %j)",
    (weights) => {
      const table = runKernel(build, () => {
        const out = build.f32([1, 0, 0, 0, 0, 0, 0, 0, 0]);
        const [predicted, labels] = [build.i32([0, 1, 1, 2, 3, 0]), build.i32([0, 0, 1, 2, 1, -1])];
        const w = weights ? build.f32(weights).ptr : 0;
        return { out, call: () => kernels.confusionAdd(out.ptr, predicted.ptr, labels.ptr, w, 6, 3) };
      });
      const [a, b, c, d] = weights ?? [1, 1, 1, 1];
      expect([...table]).toEqual([1 + a, b, 0, 0, c, 0, 0, 0, d]);
    },
  );

  it.each([undefined, [1, 2, 0.5, 4, 8, 16, 32]])(
    "histogramAdd sorts scores into bins, the ends included (weights %j)",
    (weights) => {
      const bins = runKernel(build, () => {
        const out = build.f32(new Float32Array(8));
        const [scores, targets] = [build.f32([0, 0.24, 0.25, 1, -1, 2, NaN]), build.f32([0, 1, 1, 0, 1, 1, 1])];
        const w = weights ? build.f32(weights).ptr : 0;
        return { out, call: () => kernels.histogramAdd(out.ptr, scores.ptr, targets.ptr, w, 7, 4) };
      });
      const [a, b, c, d, e, f] = weights ?? [1, 1, 1, 1, 1, 1];
      expect([...bins]).toEqual([a, 0, 0, d, b + e, c, 0, f]);
    },
  );

  it.each([1, 2, 4, 5, 9, 33])(
    "topKCount over %i columns counts labels among the k best, ties to the lower index",
    (columns) => {
      const rows = 40;
      const scores = uniform(rows * columns, 1).map((x) => Math.round(x * 4));
      const labels = Array.from({ length: rows }, (_, i) => (i * 5 + 2) % columns);
      for (const k of [1, 2, 5]) {
        const expected = labels.filter((label, row) => {
          const own = [...scores.subarray(row * columns, (row + 1) * columns)];
          const order = own.map((_, i) => i).sort((a, b) => own[b] - own[a] || a - b);
          return order.indexOf(label) < k;
        }).length;
        const count = runKernel(build, () => {
          const [out, x, label] = [build.f32([0.5]), build.f32(scores), build.i32(labels)];
          return { out, call: () => kernels.topKCount(out.ptr, x.ptr, label.ptr, 0, rows, columns, k) };
        });
        expect(count[0]).toBe(expected + 0.5);
      }
    },
  );

  it("topKCount weighs rows and leaves out labels without a column and scores that are NaN", () => {
    build.reset();
    const [out, x] = [build.f32([0]), build.f32([1, 2, NaN, 2, 3, 1, 5, 4])];
    const [labels, weights] = [build.i32([1, 0, 0, 2]), build.f32([2, 4, 8, 16])];
    kernels.topKCount(out.ptr, x.ptr, labels.ptr, weights.ptr, 4, 2, 1);
    expect(out.view[0]).toBe(10);
    const [one, some] = [build.f32([0]), build.f32([NaN, 7, 8])];
    kernels.topKCount(one.ptr, some.ptr, build.i32([2]).ptr, 0, 1, 3, 1);
    expect(one.view[0]).toBe(0);
  });
});
