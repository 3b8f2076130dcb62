import { describe, expect, it } from "vitest";
import { type Block, type Build, builds } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";

/** Totals are float64: a block of their bytes, and a view of the values. */
function totals(build: Build, values: readonly number[]): { out: Block<Int32Array>; view: Float64Array } {
  const out = build.i32([...new Int32Array(Float64Array.from(values).buffer)]);
  return { out, view: new Float64Array(out.view.buffer, out.ptr, values.length) };
}

/** What a kernel made of totals that began with `values`. */
function counted(build: Build, values: readonly number[], prepare: (out: number) => () => void): Float64Array {
  const bytes = runKernel(build, () => {
    const { out } = totals(build, values);
    return { out, call: prepare(out.ptr) };
  });
  return new Float64Array(bytes.buffer);
}

describe.each(builds)("metrics ($name)", (build) => {
  const { kernels } = build;

  it.each([undefined, [1, 2, 0.5, 4, 8, 16]])(
    "confusionAdd adds to the table, leaving out labels it has no cell for (weights %j)",
    (weights) => {
      const table = counted(build, [1, 0, 0, 0, 0, 0, 0, 0, 0], (out) => {
        const [predicted, labels] = [build.i32([0, 1, 1, 2, 3, 0]), build.i32([0, 0, 1, 2, 1, -1])];
        const w = weights ? build.f32(weights).ptr : 0;
        return () => kernels.confusionAdd(out, predicted.ptr, labels.ptr, w, 6, 3);
      });
      const [a, b, c, d] = weights ?? [1, 1, 1, 1];
      expect([...table]).toEqual([1 + a, b, 0, 0, c, 0, 0, 0, d]);
    },
  );

  it.each([undefined, [1, 2, 0.5, 4, 8, 16, 32]])(
    "histogramAdd sorts scores into bins, the ends included (weights %j)",
    (weights) => {
      const bins = counted(build, Array(8).fill(0), (out) => {
        const [scores, targets] = [build.f32([0, 0.24, 0.25, 1, -1, 2, NaN]), build.f32([0, 1, 1, 0, 1, 1, 1])];
        const w = weights ? build.f32(weights).ptr : 0;
        return () => kernels.histogramAdd(out, scores.ptr, targets.ptr, w, 7, 4);
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
        const count = counted(build, [0.5], (out) => {
          const [x, label] = [build.f32(scores), build.i32(labels)];
          return () => kernels.topKCount(out, x.ptr, label.ptr, 0, rows, columns, k, 0);
        });
        expect(count[0]).toBe(expected + 0.5);
      }
    },
  );

  it("topKCount weighs rows and leaves out labels without a column and scores that are NaN", () => {
    build.reset();
    const [{ out, view }, x] = [totals(build, [0]), build.f32([1, 2, NaN, 2, 3, 1, 5, 4])];
    const [labels, weights] = [build.i32([1, 0, 0, 2]), build.f32([2, 4, 8, 16])];
    kernels.topKCount(out.ptr, x.ptr, labels.ptr, weights.ptr, 4, 2, 1, 0);
    expect(view[0]).toBe(10);
    const [one, some] = [totals(build, [0]), build.f32([NaN, 7, 8])];
    kernels.topKCount(one.out.ptr, some.ptr, build.i32([2]).ptr, 0, 1, 3, 1, 0);
    expect(one.view[0]).toBe(0);
    kernels.topKCount(one.out.ptr, some.ptr, build.i32([0]).ptr, 0, 1, 3, 3, 0); // NaN is not even the last of three
    expect(one.view[0]).toBe(0);
  });

  it("topKCount takes rows as targets: the first of equal largest elements, the first NaN, and 0 where all are -∞", () => {
    const rows = [
      [0, 1, 0],
      [0.5, 0.5, 0],
      [1, NaN, 2],
      [-Infinity, -Infinity, -Infinity],
      [-Infinity, -3.4028234663852886e38, -Infinity],
    ];
    for (const [row, label] of [1, 0, 1, 0, 1].entries()) {
      for (const best of [0, 1, 2]) {
        build.reset();
        const [{ out, view }, targets] = [totals(build, [0]), build.f32(rows[row])];
        const scores = build.f32([0, 1, 2].map((i) => (i === best ? 1 : 0)));
        kernels.topKCount(out.ptr, scores.ptr, targets.ptr, build.f32([4]).ptr, 1, 3, 1, 1);
        expect([row, best, view[0]]).toEqual([row, best, best === label ? 4 : 0]);
      }
    }
  });

  it.each([undefined, [1, 2, 4, 8, 16, 32]])(
    "answersAdd fills the 2 × 2 table; NaN is not above (weights %j)",
    (weights) => {
      const table = counted(build, [1, 0, 0, 0], (out) => {
        const scores = build.f32([0.25, 0.3, 0.2, 0.3, NaN, 0.3]);
        const targets = build.f32([0.5, 0, 1, 1, 0.6, NaN]);
        const w = weights ? build.f32(weights).ptr : 0;
        return () => kernels.answersAdd(out, scores.ptr, targets.ptr, w, 6, 0.25);
      });
      const [a, b, c, d, e, f] = weights ?? [1, 1, 1, 1, 1, 1];
      expect([...table]).toEqual([1 + a, b + f, c + e, d]);
    },
  );

  it.each([0, 1, 5, 4101])("meanAdd adds Σ w·x and Σ w over %i rows, with and without weights and values", (n) => {
    const [x, w] = [uniform(n, 1), uniform(n, 2, 0, 1)];
    for (const [values, weights] of [
      [x, w],
      [x, undefined],
      [undefined, w],
      [undefined, undefined],
    ]) {
      const sums = counted(build, [1, 2], (out) => {
        const [v, weight] = [values && build.f32(values), weights && build.f32(weights)];
        return () => kernels.meanAdd(out, v?.ptr ?? 0, weight?.ptr ?? 0, n);
      });
      const each = Array.from({ length: n }, (_, i) => weights?.[i] ?? 1);
      const sum = each.reduce((total, weight, i) => total + weight * (values?.[i] ?? 0), 0);
      expectClose(sums, [values ? 1 + sum : 1, 2 + each.reduce((total, weight) => total + weight, 0)], 1e-13);
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
    const state = counted(build, Array(4 * columns).fill(0), (out) => {
      const [p, t] = [build.f32(prediction), build.f32(target)];
      const w = weights && build.f32(weights);
      const call = (begin: number, count: number): void => {
        const skip = 4 * begin * columns;
        const weight = w ? w.ptr + 4 * begin : 0;
        kernels.determinationAdd(out, p.ptr + skip, t.ptr + skip, weight, count, columns);
      };
      return () => {
        call(0, 4);
        call(4, rows - 4);
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
      expectClose(got.slice(0, 2), [total, mean], 1e-15);
      expectClose(got.slice(2), [spread, residual], 1e-9);
    }
  });

  it("determinationAdd of nothing, or of rows without weight, adds nothing", () => {
    const state = counted(build, [0, 0, 0, 0], (out) => {
      const [x, w] = [build.f32([1, 2]), build.f32([0, 0])];
      return () => {
        kernels.determinationAdd(out, x.ptr, x.ptr, w.ptr, 2, 1);
        kernels.determinationAdd(out, x.ptr, x.ptr, 0, 0, 1);
      };
    });
    expect([...state]).toEqual([0, 0, 0, 0]);
  });

  it("every total counts on at 2²⁴ and is exact to 2⁵³, where a float32 would stand still", () => {
    for (const before of [2 ** 24, 2 ** 24 + 1, 2 ** 53 - 3]) {
      const cells = (n: number): number[] => Array<number>(n).fill(before);
      const [x, ids] = [
        [0.75, 0.25, 0.75],
        [1, 1, 1],
      ];
      expect([
        ...counted(build, cells(4), (out) => {
          const labels = build.i32(ids).ptr;
          return () => kernels.confusionAdd(out, labels, labels, 0, 3, 2);
        }),
      ]).toEqual([before, before, before, before + 3]);
      expect([
        ...counted(build, cells(4), (out) => {
          const scores = build.f32(x).ptr;
          return () => kernels.histogramAdd(out, scores, build.f32([1, 1, 0]).ptr, 0, 3, 2);
        }),
      ]).toEqual([before, before + 1, before + 1, before + 1]);
      expect([
        ...counted(build, cells(2), (out) => {
          const [scores, labels] = [build.f32([...x, ...x]), build.i32([0, 1, 0])];
          return () => {
            kernels.topKCount(out, scores.ptr, labels.ptr, 0, 3, 2, 1, 0);
            kernels.meanAdd(out, 0, 0, 3);
          };
        }),
      ]).toEqual([before + 1, before + 3]);
      expect([
        ...counted(build, cells(2), (out) => {
          const ones = build.f32([1, 1, 1]).ptr;
          return () => kernels.meanAdd(out, ones, 0, 3);
        }),
      ]).toEqual([before + 3, before + 3]);
      const [total, , , residual] = counted(build, [before, 0.5, 0, before], (out) => {
        const [target, prediction] = [build.f32([1.5, 1.5, -0.5]).ptr, build.f32([0.5, 0.5, 0.5]).ptr];
        return () => kernels.determinationAdd(out, prediction, target, 0, 3, 1);
      });
      expect([total, residual]).toEqual([before + 3, before + 3]);
    }
  });
});
