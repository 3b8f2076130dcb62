import { describe, expect, it } from "vitest";
import { builds } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";

const alpha = Math.fround(0.2);
const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772];

/** The activations by number: f, and f′ from the output y. */
const activations = [
  { name: "identity", f: (z: number) => z, df: () => 1 },
  { name: "relu", f: (z: number) => Math.max(z, 0), df: (y: number) => Number(y > 0) },
  { name: "sigmoid", f: (z: number) => 1 / (1 + Math.exp(-z)), df: (y: number) => y * (1 - y) },
  { name: "tanh", f: Math.tanh, df: (y: number) => 1 - y * y },
  { name: "leakyRelu", f: (z: number) => (z > 0 ? z : alpha * z), df: (y: number) => (y > 0 ? 1 : alpha) },
  { name: "elu", f: (z: number) => (z > 0 ? z : alpha * Math.expm1(z)), df: (y: number) => (y > 0 ? 1 : y + alpha) },
  {
    name: "selu",
    f: (z: number) => seluScale * (z > 0 ? z : seluAlpha * Math.expm1(z)),
    df: (y: number) => (y > 0 ? seluScale : y + seluScale * seluAlpha),
  },
  { name: "softplus", f: (z: number) => Math.log1p(Math.exp(z)), df: (y: number) => -Math.expm1(-y) },
  {
    name: "hardSigmoid",
    f: (z: number) => Math.min(Math.max((z + 3) / 6, 0), 1),
    df: (y: number) => (y > 0 && y < 1 ? 1 / 6 : 0),
  },
].map((row, id) => ({ ...row, id }));

/** Around the vector, the strip of 16 columns and the block of 4,096 elements and 256 rows; nothing. */
const shapes = [
  [0, 5],
  [4, 0],
  [1, 1],
  [3, 3],
  [2, 4],
  [5, 10],
  [7, 16],
  [17, 19],
  [600, 1],
  [300, 33],
  [2, 4100],
] as const;

describe.each(builds)("bias and activation ($name)", (build) => {
  const { kernels } = build;

  describe.each(shapes)("(%i, %i)", (rows, columns) => {
    const n = rows * columns;
    const product = uniform(n, 1, -4, 4);
    const bias = uniform(columns, 2);
    const dy = uniform(n, 3);
    const before = uniform(columns, 4);

    it.each(activations)("$name forward is within 2e-6, with and without a bias", ({ id, f }) => {
      for (const withBias of [true, false]) {
        const y = runKernel(build, () => {
          const out = build.f32(product);
          const b = withBias ? build.f32(bias).ptr : 0;
          return { out, call: () => kernels.biasActivationForward(out.ptr, b, rows, columns, id, alpha) };
        });
        expectClose(
          y,
          product.map((z, i) => f(z + (withBias ? bias[i % columns] : 0))),
          2e-6,
          1e-6,
        );
      }
    });

    describe.each(activations)("$name backward", ({ id, f, df }) => {
      const y = product.map(f);
      const exact = Array.from(y, (value, i) => dy[i] * df(value));

      /** dz and dBias after one call; `dz` says where it goes. */
      const run = (
        dz: "own" | "dy" | "y" | "none",
        accumulate: number,
        withBias: boolean,
        of: "dz" | "dBias",
      ): Float32Array =>
        runKernel(build, () => {
          const [g, s] = [build.f32(dy), build.f32(y)];
          const target = dz === "dy" ? g : dz === "y" ? s : build.f32(n);
          const dBias = build.f32(accumulate ? before : columns);
          const [pz, pb] = [dz === "none" ? 0 : target.ptr, withBias ? dBias.ptr : 0];
          const call = (): void =>
            kernels.biasActivationBackward(pz, pb, g.ptr, s.ptr, rows, columns, id, alpha, accumulate);
          return { out: of === "dz" ? target : dBias, call };
        });

      it("dz is within 2e-6, over dy and over y too, with and without a bias", () => {
        const dz = run("own", 0, true, "dz");
        expectClose(dz, exact, 2e-6, 1e-6);
        expect(run("own", 0, false, "dz")).toEqual(dz);
        expect(run("dy", 0, true, "dz")).toEqual(dz);
        expect(run("y", 0, true, "dz")).toEqual(dz);
      });

      it.each([0, 1])("dBias is within 4e-7 of Σ|dz|, accumulate %i", (accumulate) => {
        const dBias = run("own", accumulate, true, "dBias");
        for (let j = 0; j < columns; j++) {
          let [sum, size] = [0, 0];
          for (let i = 0; i < rows; i++) {
            sum += exact[i * columns + j];
            size += Math.abs(exact[i * columns + j]);
          }
          expectClose([dBias[j]], [sum + accumulate * before[j]], 1e-6, 4e-7 * (size + 1));
        }
        if (id === 0) expect(run("none", accumulate, true, "dBias")).toEqual(dBias);
      });
    });
  });

  it("an unknown activation traps", () => {
    build.reset();
    const y = build.f32([1, 2]);
    expect(() => kernels.biasActivationForward(y.ptr, 0, 1, 2, 99, 0)).toThrow(WebAssembly.RuntimeError);
  });
});
