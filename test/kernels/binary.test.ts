import { describe, expect, it } from "vitest";
import {
  binaryAdd,
  binaryDivide,
  binaryDivideGradient,
  binaryMaximum,
  binaryMaximumGradient,
  binaryMinimum,
  binaryMinimumGradient,
  binaryMultiply,
  binarySubtract,
  broadcastBox,
  comparisonEqual,
  comparisonLess,
  comparisonLessEqual,
  comparisonNotEqual,
  comparisonOfInt32,
} from "#wasm/layouts";
import type { Build } from "../support/builds.js";
import { builds } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";

type Four = readonly [number, number, number, number];

/** Output shapes with the strides of a and b: equal shapes, broadcasts of each dimension, rows around the vector, nothing. */
const boxes: readonly { readonly d: Four; readonly a: Four; readonly b: Four }[] = [
  ...[0, 1, 3, 4, 5, 8, 11, 100].map((n) => ({ d: [1, 1, 1, n], a: [n, n, n, 1], b: [n, n, n, 1] }) as const),
  { d: [1, 1, 20, 13], a: [0, 0, 13, 1], b: [0, 0, 0, 1] }, // (20, 13) with (13)
  { d: [1, 1, 5, 19], a: [0, 0, 19, 1], b: [0, 0, 1, 0] }, // (5, 19) with (5, 1)
  { d: [1, 1, 18, 7], a: [0, 0, 1, 0], b: [0, 0, 0, 1] }, // (18, 1) with (1, 7)
  { d: [1, 1, 1, 37], a: [0, 0, 0, 0], b: [0, 0, 0, 1] }, // a number with (37)
  { d: [1, 1, 1, 37], a: [0, 0, 0, 1], b: [0, 0, 0, 0] },
  { d: [2, 3, 4, 5], a: [60, 20, 5, 1], b: [0, 5, 0, 1] },
  { d: [3, 17, 2, 9], a: [0, 18, 0, 1], b: [18, 0, 9, 1] },
  { d: [18, 2, 3, 4], a: [0, 0, 1, 0], b: [2, 1, 0, 0] },
  { d: [2, 2, 1, 6], a: [0, 1, 0, 0], b: [1, 0, 0, 0] },
  { d: [0, 2, 3, 4], a: [24, 12, 4, 1], b: [0, 0, 0, 1] },
  { d: [2, 0, 3, 4], a: [12, 12, 4, 1], b: [0, 0, 0, 1] },
];

/** The strides of a row. */
const row: Four = [0, 0, 0, 1];

/** Elements an operand of these strides holds. */
const extent = (d: Four, s: Four): number => (d.includes(0) ? 0 : 1 + d.reduce((sum, n, i) => sum + (n - 1) * s[i], 0));

/** The operand spread over the output's elements. */
function spread(x: ArrayLike<number>, d: Four, s: Four): number[] {
  const out: number[] = [];
  for (let i0 = 0; i0 < d[0]; i0++)
    for (let i1 = 0; i1 < d[1]; i1++)
      for (let i2 = 0; i2 < d[2]; i2++)
        for (let i3 = 0; i3 < d[3]; i3++) out.push(x[i0 * s[0] + i1 * s[1] + i2 * s[2] + i3 * s[3]]);
  return out;
}

const describeBox = ({ d, a, b }: (typeof boxes)[number]): string =>
  `(${d.join()}) from strides (${a.join()}) and (${b.join()})`;

/** Values with many ties and no zero, so that quotients and ties are both met. */
const tied = (n: number, seed: number): Float32Array =>
  uniform(n, seed).map((value) => Math.round(value * 3) + (value < 0 ? -0.5 : 0.5));

const common = {
  add: [binaryAdd, (a: number, b: number) => a + b],
  subtract: [binarySubtract, (a: number, b: number) => a - b],
  multiply: [binaryMultiply, (a: number, b: number) => a * b],
} as const;

const further = {
  divide: [binaryDivide, (a: number, b: number) => a / b],
  maximum: [binaryMaximum, Math.max],
  minimum: [binaryMinimum, Math.min],
} as const;

const share = (wins: boolean, ties: boolean): number => (wins ? 1 : ties ? 0.5 : 0);

const gradients = {
  maximum: [binaryMaximumGradient, (g: number, a: number, b: number) => g * share(a > b, a === b)],
  minimum: [binaryMinimumGradient, (g: number, a: number, b: number) => g * share(a < b, a === b)],
} as const;

const comparisons = {
  equal: [comparisonEqual, (a: number, b: number) => a === b],
  notEqual: [comparisonNotEqual, (a: number, b: number) => a !== b],
  less: [comparisonLess, (a: number, b: number) => a < b],
  lessEqual: [comparisonLessEqual, (a: number, b: number) => a <= b],
} as const;

const keys = <T extends object>(table: T): (keyof T)[] => Object.keys(table) as (keyof T)[];

/** A kernel of two broadcast inputs, and of a gradient before them where `g` is given, on every box; `accumulate` 0 and 1. */
function onEveryBox(
  build: Build,
  call: (out: number, g: number, a: number, b: number, d: Four, sa: Four, sb: Four, accumulate: number) => void,
  exact: (g: number, a: number, b: number) => number,
): void {
  describe.each(boxes.map((box) => [describeBox(box), box] as const))("%s", (_, { d, a: sa, b: sb }) => {
    it.each([0, 1])("accumulate %i", (accumulate) => {
      const n = d.reduce((product, size) => product * size, 1);
      const [a, b, g, before] = [tied(extent(d, sa), 1), tied(extent(d, sb), 2), uniform(n, 3), uniform(n, 4)];
      const out = runKernel(build, () => {
        const out = build.f32(accumulate ? before : n);
        const [pa, pb, pg] = [build.f32(a).ptr, build.f32(b).ptr, build.f32(g).ptr];
        return { out, call: () => call(out.ptr, pg, pa, pb, d, sa, sb, accumulate) };
      });
      const [as, bs] = [spread(a, d, sa), spread(b, d, sb)];
      expectClose(
        out,
        as.map((value, i) => exact(g[i], value, bs[i]) + accumulate * before[i]),
        2e-7,
        2e-7,
      );
    });
  });
}

describe.each(builds)("functions of two inputs ($name)", (build) => {
  const { kernels } = build;

  const boxOf = (d: Four, a: Four, b: Four): number => build.struct(broadcastBox, { d, a, b });

  describe.each(keys(common))("%s is within 2e-7", (name) => {
    const [f, exact] = common[name];
    onEveryBox(
      build,
      (out, _g, a, b, d, sa, sb, accumulate) => kernels.binary(f, out, a, b, boxOf(d, sa, sb), accumulate),
      (_, a, b) => exact(a, b),
    );
  });

  describe.each(keys(further))("%s is within 2e-7", (name) => {
    const [f, exact] = further[name];
    onEveryBox(
      build,
      (out, _g, a, b, d, sa, sb, accumulate) => kernels.furtherBinary(f, out, 0, a, b, boxOf(d, sa, sb), accumulate),
      (_, a, b) => exact(a, b),
    );
  });

  describe.each(keys(gradients))("%s gives the winner dOut, ties half of it", (name) => {
    const [f, exact] = gradients[name];
    onEveryBox(
      build,
      (dA, g, a, b, d, sa, sb, accumulate) => kernels.furtherBinary(f, dA, g, a, b, boxOf(d, sa, sb), accumulate),
      exact,
    );
  });

  describe("the divisor's gradient is −dOut · quotient / b", () => {
    onEveryBox(
      build,
      (dB, g, quotient, b, d, sq, sb, accumulate) =>
        kernels.furtherBinary(binaryDivideGradient, dB, g, quotient, b, boxOf(d, sq, sb), accumulate),
      (g, quotient, b) => (-g * quotient) / b,
    );
  });

  describe.each(keys(comparisons))("%s", (name) => {
    const [f, exact] = comparisons[name];
    it.each(boxes.map((box) => [describeBox(box), box] as const))("%s", (_, { d, a: sa, b: sb }) => {
      const n = d.reduce((product, size) => product * size, 1);
      const [a, b] = [tied(extent(d, sa), 1), tied(extent(d, sb), 2)];
      const whole = (x: Float32Array): Int32Array => Int32Array.from(x, (value) => Math.floor(value) * 0x1000001);
      for (const kind of ["float32", "int32"] as const) {
        const [va, vb] = kind === "int32" ? [whole(a), whole(b)] : [a, b];
        const out = runKernel(build, () => {
          const out = build.f32(n);
          const [pa, pb] = kind === "int32" ? [build.i32(va), build.i32(vb)] : [build.f32(va), build.f32(vb)];
          const number = kind === "int32" ? f + comparisonOfInt32 : f;
          const box = boxOf(d, sa, sb);
          return { out, call: () => kernels.compare(number, out.ptr, pa.ptr, pb.ptr, box) };
        });
        const bs = spread(vb, d, sb);
        expect([...out]).toEqual(spread(va, d, sa).map((value, i) => Number(exact(value, bs[i]))));
      }
    });

    it("NaN, infinities and zeros of both signs compare as in JavaScript", () => {
      build.reset();
      const values = [NaN, -Infinity, -1, -0, 0, 1, Infinity];
      const x = build.f32(values);
      const out = build.f32(49);
      kernels.compare(f, out.ptr, x.ptr, x.ptr, boxOf([1, 1, 7, 7], [0, 0, 1, 0], [0, 0, 0, 1]));
      expect([...out.view]).toEqual(values.flatMap((a) => values.map((b) => Number(exact(a, b)))));
    });
  });

  it("comparisons of int32 tell numbers apart that float32 cannot", () => {
    build.reset();
    const [a, b, out] = [build.i32([2 ** 24, -5]), build.i32([2 ** 24 + 1, -5]), build.f32(2)];
    const box = boxOf([1, 1, 1, 2], row, row);
    kernels.compare(comparisonLess + comparisonOfInt32, out.ptr, a.ptr, b.ptr, box);
    expect([...out.view]).toEqual([1, 0]);
  });

  it("maximum and minimum give NaN where either is NaN", () => {
    for (const f of [binaryMaximum, binaryMinimum]) {
      build.reset();
      const [a, b, out] = [build.f32([NaN, 1, 2]), build.f32([1, NaN, 3]), build.f32(3)];
      kernels.furtherBinary(f, out.ptr, 0, a.ptr, b.ptr, boxOf([1, 1, 1, 3], row, row), 0);
      expect([...out.view].map(Number.isNaN)).toEqual([true, true, false]);
    }
  });

  it("works in place on either input", () => {
    build.reset();
    const [a, b] = [build.f32(uniform(21, 1)), build.f32(uniform(21, 2))];
    const sum = a.view.map((value, i) => value + b.view[i]);
    kernels.binary(binaryAdd, a.ptr, a.ptr, b.ptr, boxOf([1, 1, 1, 21], row, row), 0);
    expect(a.view).toEqual(sum);
    kernels.binary(binarySubtract, b.ptr, a.ptr, b.ptr, boxOf([1, 1, 1, 21], row, row), 0);
    expectClose(b.view, uniform(21, 1), 0, 3e-7);
  });

  describe.each([0, 1, 3, 4, 7, 8, 33])("where, %i elements", (n) => {
    const condition = uniform(n, 9).map((value) => (value < 0 ? 0 : value));
    const [a, b, dOut, before] = [uniform(n, 1), uniform(n, 2), uniform(n, 3), uniform(n, 4)];

    it("takes a where the condition is not 0, else b", () => {
      const out = runKernel(build, () => {
        const out = build.f32(n);
        const [pc, pa, pb] = [build.f32(condition).ptr, build.f32(a).ptr, build.f32(b).ptr];
        return { out, call: () => kernels.whereForward(out.ptr, pc, pa, pb, n) };
      });
      expect(out).toEqual(a.map((value, i) => (condition[i] !== 0 ? value : b[i])));
    });

    it.each([0, 1])("gives each side its part of dOut, accumulate %i", (accumulate) => {
      for (const name of ["whereBackwardA", "whereBackwardB"] as const) {
        const dX = runKernel(build, () => {
          const out = build.f32(accumulate ? before : n);
          const [pg, pc] = [build.f32(dOut).ptr, build.f32(condition).ptr];
          return { out, call: () => kernels[name](out.ptr, pg, pc, n, accumulate) };
        });
        const takes = (c: number): boolean => (c !== 0) === (name === "whereBackwardA");
        expect(dX).toEqual(dOut.map((g, i) => (takes(condition[i]) ? g : 0) + accumulate * before[i]));
      }
    });
  });
});
