import { describe, expect, it } from "vitest";
import { builds } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";

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

  it.each([0, 1, 5, 4101])("meanAdd adds Σ w·x and Σ w over %i rows, with and without weights and values", (n) => {
    const [x, w] = [uniform(n, 1), uniform(n, 2, 0, 1)];
    for (const [values, weights] of [
      [x, w],
      [x, undefined],
      [undefined, w],
      [undefined, undefined],
    ]) {
      const sums = runKernel(build, () => {
        const out = build.f32([1, 2]);
        const [v, weight] = [values && build.f32(values), weights && build.f32(weights)];
        return { out, call: () => kernels.meanAdd(out.ptr, v?.ptr ?? 0, weight?.ptr ?? 0, n) };
      });
      const each = Array.from({ length: n }, (_, i) => weights?.[i] ?? 1);
      const sum = each.reduce((total, weight, i) => total + weight * (values?.[i] ?? 0), 0);
      expectClose(sums, [1 + sum, 2 + each.reduce((total, weight) => total + weight, 0)], 1e-6);
    }
  });

  it.each([
    [1, undefined],
    [3, undefined],
    [2, [1, 0, 2, 0.5, 3, 1, 0.25, 4, 1]],
  ])("determinationAdd over %i columns in two batches, targets far from 0 (weights %j)", (columns, weights) => {
    const rows = 9;
    const target = uniform(rows * columns, 1).map((t) => 1000 + t);
    const prediction = target.map((t, i) => t + Math.sin(i));
    const state = runKernel(build, () => {
      const out = build.f32(new Float32Array(4 * columns));
      const [p, t] = [build.f32(prediction), build.f32(target)];
      const w = weights && build.f32(weights);
      const call = (begin: number, count: number): void => {
        const skip = 4 * begin * columns;
        const weight = w ? w.ptr + 4 * begin : 0;
        kernels.determinationAdd(out.ptr, p.ptr + skip, t.ptr + skip, weight, count, columns);
      };
      return {
        out,
        call: () => {
          call(0, 4);
          call(4, rows - 4);
        },
      };
    });
    for (let c = 0; c < columns; c++) {
      const of = (i: number) => i * columns + c;
      const each = Array.from({ length: rows }, (_, i) => weights?.[i] ?? 1);
      const total = each.reduce((sum, w) => sum + w, 0);
      const mean = each.reduce((sum, w, i) => sum + w * target[of(i)], 0) / total;
      const spread = each.reduce((sum, w, i) => sum + w * (target[of(i)] - mean) ** 2, 0);
      const residual = each.reduce((sum, w, i) => sum + w * (target[of(i)] - prediction[of(i)]) ** 2, 0);
      const got = [0, 1, 2, 3].map((row) => state[row * columns + c]);
      expectClose(got.slice(0, 2), [total, mean], 1e-6);
      expectClose(got.slice(2), [spread, residual], 1e-4);
    }
  });

  it("determinationAdd of nothing, or of rows without weight, adds nothing", () => {
    const state = runKernel(build, () => {
      const out = build.f32([0, 0, 0, 0]);
      const [x, w] = [build.f32([1, 2]), build.f32([0, 0])];
      return {
        out,
        call: () => {
          kernels.determinationAdd(out.ptr, x.ptr, x.ptr, w.ptr, 2, 1);
          kernels.determinationAdd(out.ptr, x.ptr, x.ptr, 0, 0, 1);
        },
      };
    });
    expect([...state]).toEqual([0, 0, 0, 0]);
  });
});
