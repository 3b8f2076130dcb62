/**
 * Sequence kernels where the ops' table does not reach: sums that are cut (H > KC), blocks of rows, and the tiles of wide mode. What is right is a float64 LSTM;
 * the formulas of the other cells are the table's affair. Letters: N batch, T steps, H units.
 */
import { describe, expect, it } from "vitest";
import { sequenceShape } from "#wasm/layouts";
import { type Build, builds } from "../support/builds.js";
import { expectClose, mostThreads, runKernel, uniform } from "../support/kernelRun.js";

const [tanh, sigmoid] = [3, 2];

interface Sizes {
  readonly N: number;
  readonly T: number;
  readonly H: number;
}

/** The last states h of an LSTM, then ∂(Σ h)/∂z and ∂(Σ h)/∂(initial h), by the kernels. */
function run(build: Build, { N, T, H }: Sizes): { h: Float32Array; dz: Float32Array; dH: Float32Array } {
  const scratchOf = () => build.f32(build.kernels.lstmScratchBytes(N, H) / 4);
  const results: Partial<Record<"h" | "dz" | "dH", Float32Array>> = {};
  for (const wanted of ["h", "dz", "dH"] as const) {
    results[wanted] = runKernel(build, () => {
      const [h, c, u] = [
        build.f32(new Float32Array(N * H)),
        build.f32(new Float32Array(N * H)),
        build.f32(uniform(H * 4 * H, 2, -0.1, 0.1)),
      ];
      const gates = build.f32(uniform(N * T * 4 * H, 1));
      const [before, cells] = [build.f32(N * T * H), build.f32(N * T * H)];
      const [dH, dC] = [build.f32(new Float32Array(N * H).fill(1)), build.f32(new Float32Array(N * H))];
      build.kernels.setThread(0, mostThreads);
      const scratch = scratchOf();
      build.kernels.setThread(0, 1);
      const activations = { activation: tanh, recurrentActivation: sigmoid };
      const shape = build.struct(sequenceShape, { n: N, t: T, h: H, order: 0, ...activations, mask: 0, keep: 0 });
      const forward = () =>
        build.kernels.lstmForward(
          ...([h.ptr, c.ptr, 0, gates.ptr, before.ptr, cells.ptr, u.ptr, 0, 0, shape, 1, scratch.ptr] as const),
        );
      if (wanted === "h") return { out: h, call: forward };
      forward();
      const call = () =>
        build.kernels.lstmBackward(
          ...([dH.ptr, dC.ptr, gates.ptr, before.ptr, 0, cells.ptr, 0, u.ptr, 0, shape, 1, scratch.ptr] as const),
        );
      return { out: wanted === "dz" ? gates : dH, call };
    });
  }
  return results as { h: Float32Array; dz: Float32Array; dH: Float32Array };
}

/** The last states in float64. */
function reference({ N, T, H }: Sizes): Float64Array {
  const [z, u] = [uniform(N * T * 4 * H, 1), uniform(H * 4 * H, 2, -0.1, 0.1)];
  const result = new Float64Array(N * H);
  const σ = (x: number): number => 1 / (1 + Math.exp(-x));
  for (let n = 0; n < N; n++) {
    let h = new Float64Array(H);
    const c = new Float64Array(H);
    for (let t = 0; t < T; t++) {
      const a = Float64Array.from({ length: 4 * H }, (_, j) => z[(n * T + t) * 4 * H + j]);
      for (let k = 0; k < H; k++) for (let j = 0; j < 4 * H; j++) a[j] += h[k] * u[k * 4 * H + j];
      h = h.map((_, j) => {
        c[j] = σ(a[H + j]) * c[j] + σ(a[j]) * Math.tanh(a[2 * H + j]);
        return σ(a[3 * H + j]) * Math.tanh(c[j]);
      });
    }
    result.set(h, n * H);
  }
  return result;
}

describe.each(builds)("$name", (build) => {
  it("lets no gradient become subnormal on its way back through 400 steps", () => {
    const { dz } = run(build, { N: 3, T: 400, H: 8 });
    const sizes = Array.from(dz, Math.abs);
    expect(sizes.filter((size) => size > 0 && size < 2 ** -126)).toEqual([]);
    expect(sizes.some((size) => size > 0 && size < 2 ** -90)).toBe(true);
    expect(sizes.slice(0, 100 * 4 * 8).every((size) => size === 0)).toBe(true);
  });

  it.each([
    { N: 7, T: 3, H: 5 },
    { N: 2, T: 2, H: 300 },
    { N: 200, T: 2, H: 9 },
    { N: 1, T: 3, H: 70 },
  ])("N $N, T $T, H $H: forward against float64; the same bits with 1, 2 and 3 threads, and in wide mode", (sizes) => {
    const usual = run(build, sizes);
    expectClose(usual.h, reference(sizes), 1e-5, 2e-6);
    build.kernels.setWide(1);
    try {
      expect(run(build, sizes)).toEqual(usual);
    } finally {
      build.kernels.setWide(0);
    }
  });
});
