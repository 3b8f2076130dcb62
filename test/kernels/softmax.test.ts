import { describe, expect, it } from "vitest";
import { builds } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";

const shapes = [
  [0, 4],
  [1, 1],
  [3, 2],
  [2, 3],
  [5, 4],
  [3, 7],
  [4, 10],
  [2, 16],
  [3, 37],
  [2, 4097],
] as const;

/** f applied to each row of x. */
function byRow(x: Float32Array, columns: number, f: (row: number[], at: number) => number[]): number[] {
  return Array.from({ length: x.length / columns }, (_, i) =>
    f([...x.subarray(i * columns, (i + 1) * columns)], i * columns),
  ).flat();
}

function softmax(row: number[]): number[] {
  const max = Math.max(...row);
  const e = row.map((value) => Math.exp(value - max));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((value) => value / sum);
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (v, i) => v * b[i]).reduce((s, v) => s + v, 0);

describe.each(builds)("softmax ($name)", (build) => {
  const { kernels } = build;

  it.each([5, 6, 7, 17, 67])(
    "the largest of %i values stands last: 200 above the others, and nothing overflows",
    (columns) => {
      build.reset();
      const [y, x] = [build.f32(columns), build.f32(new Float32Array(columns).fill(200, columns - 1))];
      kernels.softmaxForward(y.ptr, x.ptr, 1, columns);
      expect([...y.view]).toEqual([...Array<number>(columns - 1).fill(0), 1]);
    },
  );

  describe.each(shapes)("(%i, %i)", (rows, columns) => {
    const x = uniform(rows * columns, 1, -20, 20);
    const dy = uniform(rows * columns, 2);
    const before = uniform(rows * columns, 3);

    it("softmaxForward: relative error at most 5e-7 + 1.2e-7 |x − max|, in place too", () => {
      const expected = byRow(x, columns, softmax);
      const differences = byRow(x, columns, (row) => row.map((value) => Math.max(...row) - value));
      const apart = runKernel(build, () => {
        const [out, input] = [build.f32(x.length), build.f32(x)];
        return { out, call: () => kernels.softmaxForward(out.ptr, input.ptr, rows, columns) };
      });
      const inPlace = runKernel(build, () => {
        const out = build.f32(x);
        return { out, call: () => kernels.softmaxForward(out.ptr, out.ptr, rows, columns) };
      });
      const excess = expected.map((y, i) => (apart[i] / y - 1) / (5e-7 + 1.2e-7 * differences[i]));
      expectClose(excess, new Float32Array(x.length), 0, 1);
      expect([...inPlace]).toEqual([...apart]);
    });

    it("logSoftmaxForward: error at most 2e-7 of the largest term, in place too", () => {
      const expected = byRow(x, columns, (row) => {
        const max = Math.max(...row);
        const log = Math.log(row.reduce((sum, value) => sum + Math.exp(value - max), 0));
        return row.map((value) => value - max - log);
      });
      const apart = runKernel(build, () => {
        const [out, input] = [build.f32(x.length), build.f32(x)];
        return { out, call: () => kernels.logSoftmaxForward(out.ptr, input.ptr, rows, columns) };
      });
      const inPlace = runKernel(build, () => {
        const out = build.f32(x);
        return { out, call: () => kernels.logSoftmaxForward(out.ptr, out.ptr, rows, columns) };
      });
      expectClose(apart, expected, 2e-7, 2e-6);
      expect([...inPlace]).toEqual([...apart]);
    });

    it.each([0, 1])("softmaxBackward is y ⊙ (dy − Σ dy y), accumulate %i", (accumulate) => {
      const y = Float32Array.from(byRow(x, columns, softmax));
      const dx = runKernel(build, () => {
        const out = build.f32(accumulate ? before : x.length);
        const [d, output] = [build.f32(dy), build.f32(y)];
        return { out, call: () => kernels.softmaxBackward(out.ptr, d.ptr, output.ptr, rows, columns, accumulate) };
      });
      const expected = byRow(y, columns, (row, at) => {
        const mean = dot(row, dy.subarray(at));
        return row.map((p, i) => p * (dy[at + i] - mean) + accumulate * before[at + i]);
      });
      expectClose(dx, expected, 1e-6, 1e-6);
    });

    it.each([0, 1])("logSoftmaxBackward is dy − exp(y) Σ dy, accumulate %i", (accumulate) => {
      const y = Float32Array.from(byRow(x, columns, (row) => softmax(row).map(Math.log)));
      const dx = runKernel(build, () => {
        const out = build.f32(accumulate ? before : x.length);
        const [d, output] = [build.f32(dy), build.f32(y)];
        return { out, call: () => kernels.logSoftmaxBackward(out.ptr, d.ptr, output.ptr, rows, columns, accumulate) };
      });
      const expected = byRow(y, columns, (row, at) => {
        const sum = dy.subarray(at, at + columns).reduce((a, b) => a + b, 0);
        return row.map((log, i) => dy[at + i] - Math.exp(log) * sum + accumulate * before[at + i]);
      });
      expectClose(dx, expected, 2e-6, 2e-6 * (1 + Math.sqrt(columns)));
    });
  });

  it("large and infinite logits: nothing overflows, −∞ has probability 0, NaN spreads over its row only", () => {
    build.reset();
    const rows = [
      [1e30, -1e30, 0, 1, 2],
      [-Infinity, 3, 3, -Infinity, -Infinity],
      [-3e38, -3e38, -3e38, -3e38, -3e38],
      [0, NaN, 1, 2, 3],
      [0, 0, 0, 0, 0],
    ];
    const [x, y, log] = [build.f32(rows.flat()), build.f32(25), build.f32(25)];
    kernels.softmaxForward(y.ptr, x.ptr, 5, 5);
    kernels.logSoftmaxForward(log.ptr, x.ptr, 5, 5);
    const fifth = [0.2, 0.2, 0.2, 0.2, 0.2];
    const none = fifth.map(() => NaN);
    expectClose(y.view, [1, 0, 0, 0, 0, 0, 0.5, 0.5, 0, 0, ...fifth, ...none, ...fifth], 1e-7);
    expect([...log.view.subarray(5, 10)].map((v) => Math.fround(v))).toEqual(
      [-Infinity, Math.log(0.5), Math.log(0.5), -Infinity, -Infinity].map(Math.fround),
    );
    expect([...log.view.subarray(15, 20)]).toEqual(none);
  });
});
