import { describe, expect, it } from "vitest";
import { copyBox } from "#wasm/layouts";
import { builds } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";

type Four = readonly [number, number, number, number];

/** Boxes with strides and first elements: what the tensor operations ask for, and what they do not. */
const cases: readonly {
  readonly name: string;
  readonly d: Four;
  readonly o: Four;
  readonly x: Four;
  readonly first?: number;
}[] = [
  ...[0, 1, 3, 4, 7, 8, 9, 67].map((n) => ({
    name: `${n} in a row`,
    d: [1, 1, 1, n] as const,
    o: [0, 0, 0, 1] as const,
    x: [0, 0, 0, 1] as const,
  })),
  { name: "transpose (5, 7)", d: [1, 1, 7, 5], o: [0, 0, 5, 1], x: [0, 0, 1, 7] },
  { name: "transpose (24, 33)", d: [1, 1, 33, 24], o: [0, 0, 24, 1], x: [0, 0, 1, 33] },
  { name: "transpose (3, 2)", d: [1, 1, 2, 3], o: [0, 0, 3, 1], x: [0, 0, 1, 2] },
  { name: "transpose as seen from the input", d: [1, 1, 9, 14], o: [0, 0, 1, 9], x: [0, 0, 14, 1] },
  { name: "NHWC to NCHW (2, 3, 5, 6)", d: [2, 6, 3, 5], o: [90, 15, 5, 1], x: [90, 1, 30, 6] },
  { name: "planes transposed (20, 6, 5)", d: [1, 20, 5, 6], o: [0, 30, 6, 1], x: [0, 30, 1, 5] },
  { name: "all axes reversed (3, 4, 5)", d: [1, 5, 4, 3], o: [0, 12, 3, 1], x: [0, 1, 5, 20] },
  { name: "slice of (6, 10)", d: [1, 1, 4, 6], o: [0, 0, 6, 1], x: [0, 0, 10, 1], first: 12 },
  { name: "every third column", d: [1, 1, 4, 3], o: [0, 0, 3, 1], x: [0, 0, 10, 3] },
  { name: "flipped", d: [1, 1, 3, 9], o: [0, 0, 9, 1], x: [0, 0, 9, -1], first: 8 },
  { name: "into a wider array", d: [1, 3, 4, 6], o: [0, 48, 12, 1], x: [0, 24, 6, 1] },
  { name: "a row repeated", d: [1, 1, 18, 7], o: [0, 0, 7, 1], x: [0, 0, 0, 1] },
  { name: "a column repeated", d: [1, 1, 5, 21], o: [0, 0, 21, 1], x: [0, 0, 1, 0] },
  { name: "four dimensions broadcast", d: [2, 3, 2, 5], o: [30, 10, 5, 1], x: [0, 5, 0, 1] },
  { name: "no rows", d: [1, 1, 0, 5], o: [0, 0, 5, 1], x: [0, 0, 5, 1] },
  { name: "no planes", d: [0, 3, 4, 5], o: [60, 20, 5, 1], x: [60, 20, 5, 1] },
];

/** Calls `visit` with the offsets of each element of the box. */
function eachElement(d: Four, o: Four, x: Four, visit: (to: number, from: number) => void): void {
  const at = (s: Four, i: readonly number[]): number => i.reduce((sum, k, axis) => sum + k * s[axis], 0);
  for (let i0 = 0; i0 < d[0]; i0++)
    for (let i1 = 0; i1 < d[1]; i1++)
      for (let i2 = 0; i2 < d[2]; i2++)
        for (let i3 = 0; i3 < d[3]; i3++) visit(at(o, [i0, i1, i2, i3]), at(x, [i0, i1, i2, i3]));
}

describe.each(builds)("strided copies ($name)", (build) => {
  const { kernels } = build;

  describe.each(cases)("$name", ({ d, o, x, first = 0 }) => {
    let [size, reach] = [0, 0];
    eachElement(d, o, x, (to, from) => {
      size = Math.max(size, to + 1);
      reach = Math.max(reach, first + from + 1);
    });
    const input = uniform(reach, 1);
    const before = uniform(size, 2);

    it("copyStrided writes the box and nothing between its elements", () => {
      const out = runKernel(build, () => {
        const out = build.f32(before);
        const from = build.f32(input).ptr + 4 * first;
        const box = build.struct(copyBox, { d, o, x });
        return { out, call: () => kernels.copyStrided(out.ptr, from, box) };
      });
      const expected = before.slice();
      eachElement(d, o, x, (to, from) => (expected[to] = input[first + from]));
      expect(out).toEqual(expected);
    });

    it("addStrided adds", () => {
      const out = runKernel(build, () => {
        const out = build.f32(before);
        const from = build.f32(input).ptr + 4 * first;
        const box = build.struct(copyBox, { d, o, x });
        return { out, call: () => kernels.addStrided(out.ptr, from, box) };
      });
      const expected = before.slice();
      eachElement(d, o, x, (to, from) => (expected[to] += input[first + from]));
      expect(out).toEqual(expected);
    });
  });

  it("copyStrided keeps the bits of integers and of NaN", () => {
    build.reset();
    const x = build.i32([0x7f800001, -1, 0x7fc12345, 1, 0, -0x80000000]);
    const out = build.i32(6);
    const box = build.struct(copyBox, { d: [1, 1, 2, 3], o: [0, 0, 3, 1], x: [0, 0, 1, 2] });
    kernels.copyStrided(out.ptr, x.ptr, box);
    expect([...out.view]).toEqual([0, 2, 4, 1, 3, 5].map((i) => x.view[i]));
  });

  it.each([0, 1, 63, 64, 65, 1000])("copyBytes copies %i bytes", (n) => {
    const bytes = Uint8Array.from({ length: n }, (_, i) => i * 7);
    const out = runKernel(build, () => {
      const [out, x] = [build.u8(n), build.u8(bytes)];
      return { out, call: () => kernels.copyBytes(out.ptr, x.ptr, n) };
    });
    expect(out).toEqual(bytes);
  });

  describe.each([0, 1, 3, 4, 15, 16, 17, 53])("casts of %i elements", (n) => {
    it("bytes become x · scale + offset within 2e-7, each with the same rounding wherever it stands", () => {
      const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + 200) % 256);
      const [scale, offset] = [Math.fround(1 / 255), Math.fround(-0.1307)];
      const out = runKernel(build, () => {
        const [out, x] = [build.f32(n), build.u8(bytes)];
        return { out, call: () => kernels.castUint8ToFloat32(out.ptr, x.ptr, n, scale, offset) };
      });
      expectClose(
        out,
        Array.from(bytes, (value) => value * scale + offset),
        0,
        2e-7,
      );
      const one = build.f32(1);
      bytes.forEach((value, i) => {
        kernels.castUint8ToFloat32(one.ptr, build.u8([value]).ptr, 1, scale, offset);
        expect(out[i]).toBe(one.view[0]);
      });
    });

    it("int32 become the nearest float32, in place too", () => {
      const values = Int32Array.from({ length: n }, (_, i) => (i % 2 ? -1 : 1) * (2 ** 24 + i * 65_537));
      for (const inPlace of [false, true]) {
        const out = runKernel(build, () => {
          const x = build.i32(values);
          const out = build.f32(n);
          const to = inPlace ? x.ptr : out.ptr;
          const view = inPlace ? new Float32Array(x.view.buffer, x.ptr, n) : out.view;
          return { out: { ptr: to, view }, call: () => kernels.castInt32ToFloat32(to, x.ptr, n) };
        });
        expect(out).toEqual(Float32Array.from(values));
      }
    });

    it("float32 lose their fraction, saturate, and NaN becomes 0", () => {
      const special = [NaN, 3e9, -3e9, Infinity, -Infinity, -0.9, 0.9, 2147483520];
      const values = Float32Array.from({ length: n }, (_, i) => special[i] ?? (i - 30) * 1.7);
      const out = runKernel(build, () => {
        const [out, x] = [build.i32(n), build.f32(values)];
        return { out, call: () => kernels.castFloat32ToInt32(out.ptr, x.ptr, n) };
      });
      const exact = (x: number): number =>
        x > 2 ** 31 - 1 ? 2 ** 31 - 1 : x < -(2 ** 31) ? -(2 ** 31) : Math.trunc(x) | 0;
      expect([...out]).toEqual(Array.from(values, exact));
    });
  });
});
