/**
 * Edges that a planted fault once passed: arguments that lie exactly on a bound, sizes that only a large table has, states of every optimizer, gradients of
 * every cell that become subnormal (npm run mutants).
 */
import { describe, expect, it } from "vitest";
import { batchShape } from "#wasm/layout-gemm";
import { optimizerBlock as layout } from "#wasm/layout-optim";
import { sequenceShape } from "#wasm/layout-recurrent";
import { type Build, builds } from "../support/builds.js";
import { expectClose, uniform } from "../support/kernelRun.js";

const zeros = (n: number): Float32Array => new Float32Array(n);

/** Of the state of an optimizer: learning rate 0.1, gradients as they are, ε 1e-7, momentum 0.9, β 0.5, step `t`. */
function optimizerBlock(build: Build, t: number): number {
  const { ptr, view } = build.f32(zeros(layout.bytes / 4));
  view.set([0.1, 1, 1e-7, 0.9]);
  new Float64Array(view.buffer, ptr + layout.at.beta1, 3).set([0.5, 0.5, t - 1]);
  build.kernels.advanceStep(ptr);
  return ptr;
}

describe.each(builds)("at their edges ($name)", (build) => {
  const { kernels } = build;

  describe("every state of every optimizer is swept in step 64: of 5000, 1e-36 becomes 0 and −1 does not", () => {
    type Step = (params: number, grads: number, states: number[], n: number, block: number) => void;
    const steps: [string, number, Step][] = [
      ["momentum", 1, (p, g, [v], n, block) => kernels.momentumStep(p, g, v, n, block, 0, 0, 0)],
      ["adam", 2, (p, g, [m, v], n, block) => kernels.adamStep(p, g, m, v, 0, n, block, 0, 0)],
      ["adamw", 2, (p, g, [m, v], n, block) => kernels.adamwStep(p, g, m, v, 0, n, block, 0, 0)],
      ["nadam", 2, (p, g, [m, v], n, block) => kernels.nadamStep(p, g, m, v, n, block, 0, 0)],
      ["adamax", 1, (p, g, [m], n, block) => kernels.adamaxStep(p, g, m, build.f32(zeros(n)).ptr, n, block, 0, 0)],
      ["lion", 1, (p, g, [m], n, block) => kernels.lionStep(p, g, m, n, block, 0, 0)],
      ["rmsprop", 3, (p, g, [s, a, v], n, block) => kernels.rmspropStep(p, g, s, a, v, n, block, 0, 0)],
      ["adadelta", 2, (p, g, [s, u], n, block) => kernels.adadeltaStep(p, g, s, u, n, block, 0, 0)],
    ];
    it.each(steps)("%s, %i states", (_, count, step) => {
      const n = 5000;
      for (const t of [63, 64]) {
        build.reset();
        const block = optimizerBlock(build, t);
        const states = Array.from({ length: count }, () => build.f32(zeros(n).fill(1e-36).fill(-1, 7, 8)));
        step(build.f32(zeros(n)).ptr, build.f32(zeros(n)).ptr, states.map(({ ptr }) => ptr), n, block); // prettier-ignore
        for (const { view } of states) expect(view.filter((x) => x !== 0).length).toBe(t === 64 ? 1 : n);
      }
    });
  });

  it("lion: the sign of 0 is 0, of −0 nothing either, and NaN stays NaN", () => {
    build.reset();
    const [params, grads] = [build.f32([1, 1, 1, 1, 1]), build.f32([0, -0, NaN, -3, 1e-30])];
    kernels.lionStep(params.ptr, grads.ptr, build.f32(zeros(5)).ptr, 5, optimizerBlock(build, 1), 0, 0);
    const [zero, minus, nan, down, up] = params.view;
    expect([zero, minus, nan]).toEqual([1, 1, NaN]);
    expect([down > 1, up < 1]).toEqual([true, true]);
  });

  it("centred rmsprop: where the mean of squares rounds below the square of the mean, the variance is 0 and not NaN", () => {
    build.reset();
    const [params, grads, average] = [build.f32([0]), build.f32([1]), build.f32([1])];
    const square = build.f32([1 - 2 ** -23]);
    kernels.rmspropStep(params.ptr, grads.ptr, square.ptr, average.ptr, 0, 1, optimizerBlock(build, 1), 0, 0);
    expectClose(params.view, [-1e6], 1e-6); // −0.1 · 1 / (0 + 1e-7)
  });

  describe("no gradient becomes subnormal on its way back through 400 steps of factor ½", () => {
    const [N, T, H] = [2, 400, 5];
    const sizes = { n: N, t: T, h: H, order: 0, mask: 0, keep: 0 };
    const isSwept = (values: Float32Array): void => {
      const sizes = Array.from(values, Math.abs);
      expect(sizes.filter((size) => size > 0 && size < 2 ** -126)).toEqual([]);
      expect(sizes.some((size) => size > 0 && size < 2 ** -90)).toBe(true);
    };
    const diagonal = (columns: number): Float32Array =>
      zeros(H * columns).map((_, i) => (i % columns === Math.floor(i / columns) ? 0.5 : 0));

    it("of simpleRnn", () => {
      build.reset();
      const [dH, gates, u] = [build.f32(zeros(N * H).fill(1)), build.f32(zeros(N * T * H).fill(0.1)), diagonal(H)];
      const scratch = build.f32(kernels.simpleRnnScratchBytes(N, H) / 4).ptr;
      const before = build.f32(zeros(N * T * H)).ptr;
      const shape = build.struct(sequenceShape, { ...sizes, activation: 0, recurrentActivation: 0 });
      kernels.simpleRnnBackward(dH.ptr, gates.ptr, before, 0, build.f32(u).ptr, shape, 1, scratch);
      isSwept(gates.view);
    });

    it.each([0, 1])("of gru, resetAfter %i", (resetAfter) => {
      build.reset();
      const [dH, gates] = [build.f32(zeros(N * H).fill(1)), build.f32(zeros(N * T * 3 * H).fill(0.5))];
      const scratch = build.f32(kernels.gruScratchBytes(N, H) / 4).ptr;
      const [before, inner] = [build.f32(zeros(N * T * H)).ptr, build.f32(zeros(N * T * H)).ptr];
      const u = build.f32(zeros(H * 3 * H)).ptr;
      const shape = build.struct(sequenceShape, { ...sizes, activation: 3, recurrentActivation: 2 });
      kernels.gruBackward(dH.ptr, gates.ptr, before, inner, 0, u, shape, resetAfter, 1, scratch);
      isSwept(gates.view);
    });
  });

  it("sums of 60,000 rows of 16, 17 and 3 columns near 0.1 are within 1e-7", () => {
    for (const inner of [16, 17, 3]) {
      build.reset();
      const r = 60_000;
      const x = build.f32(uniform(r * inner, 1, 0.09, 0.11));
      const out = build.f32(inner);
      kernels.sumAxis(out.ptr, x.ptr, 1, r, inner, 1, 0);
      const expected = new Float64Array(inner);
      for (let i = 0; i < r * inner; i++) expected[i % inner] += x.view[i];
      expectClose(out.view, expected, 1e-7);
    }
  });

  it("a moving average keeps what it was where the new value is infinite or NaN", () => {
    build.reset();
    const [average, value] = [build.f32([1, 2, 3, 4, 5]), build.f32([3, Infinity, -Infinity, NaN, 7])];
    kernels.movingAverage(average.ptr, value.ptr, 5, 0.5);
    expect([...average.view]).toEqual([2, 2, 3, 4, 6]);
  });

  it("a warm moving average begins with 9/10 of the new value, and after t steps takes 9 / (10 + t), at least 1 − decay", () => {
    for (const [t, part] of [
      [0, 0.9],
      [8, 0.5],
      [980, 0.01],
      [1e6, 0.01],
    ]) {
      build.reset();
      const [average, value, step] = [build.f32([0, 10]), build.f32([1, 20]), build.f32(2)];
      new Float64Array(step.view.buffer, step.ptr, 1)[0] = t;
      kernels.warmMovingAverage(average.ptr, value.ptr, 2, step.ptr, 0.01);
      expectClose(average.view, [part, 10 + 10 * part], 1e-6);
    }
  });

  it("steps that count weigh as their own sample and, in a loss, N·T / steps that count; padding weighs nothing", () => {
    build.reset();
    const mask = build.i32([1, 1, 0, 7, 0, 0]);
    const [plain, scaled, count, weights] = [build.f32(6), build.f32(6), build.f32(1), build.f32([2, 5])];
    kernels.stepWeights(plain.ptr, scaled.ptr, count.ptr, mask.ptr, weights.ptr, 2, 3);
    expect([...plain.view, ...count.view]).toEqual([2, 2, 0, 5, 0, 0, 3]);
    expect([...scaled.view]).toEqual([4, 4, 0, 10, 0, 0]);
    kernels.stepWeights(plain.ptr, scaled.ptr, count.ptr, mask.ptr, 0, 2, 3);
    expect([...plain.view]).toEqual([1, 1, 0, 1, 0, 0]);
    mask.view.fill(0);
    kernels.stepWeights(plain.ptr, scaled.ptr, count.ptr, mask.ptr, 0, 2, 3);
    expect([...plain.view, ...scaled.view, ...count.view]).toEqual(Array(13).fill(0));
  });

  it("rows that are padding become 0 whole, whatever stands in them, and the others stay", () => {
    build.reset();
    const [x, mask] = [build.f32([1, 2, NaN, Infinity, 5, 6, -0, NaN]), build.i32([1, 0, 3, 0])];
    kernels.clearPadding(x.ptr, mask.ptr, 4, 2);
    build.checkGuards();
    expect([...x.view]).toEqual([1, 2, 0, 0, 5, 6, 0, 0]);
  });

  it("cosineSimilarity of a row shorter than 1e-6 is divided by 1e-6, and its gradient knows that", () => {
    build.reset();
    const [d, p, t, dp] = [build.f32([1]), build.f32([3e-7, 4e-7]), build.f32([4, -3]), build.f32(2)];
    kernels.cosineSimilarityBackward(dp.ptr, d.ptr, p.ptr, t.ptr, 1, 2, 0);
    expectClose(dp.view, [-0.8e6, 0.6e6], 1e-6); // -t / (|t| · 1e-6)
    p.view.set([6e-7, 0]);
    kernels.cosineSimilarityBackward(dp.ptr, d.ptr, p.ptr, t.ptr, 1, 2, 0);
    expectClose(dp.view, [-0.8e6, 0.6e6], 1e-6);
  });

  it("a probability of exactly 1e-7 or 1 − 1e-7 has a gradient still", () => {
    build.reset();
    const edges = [Math.fround(1e-7), Math.fround(1 - 1e-7)];
    const [d, p, t, dp] = [build.f32([1, 1]), build.f32(edges), build.f32([1, 0]), build.f32(2)];
    kernels.binaryCrossEntropyBackward(dp.ptr, d.ptr, p.ptr, t.ptr, 2, 1, 0, 0);
    expect([dp.view[0] < -9e6, dp.view[1] > 8e6]).toEqual([true, true]);
  });

  it("clip has a gradient at its ends, hardSigmoid and relu have none at theirs, leakyRelu has its slope at 0", () => {
    build.reset();
    const [one, ends, dx] = [build.f32([1, 1]), build.f32([-1, 2]), build.f32(2)];
    kernels.clipBackward(dx.ptr, one.ptr, ends.ptr, 2, -1, 2, 0);
    expect([...dx.view]).toEqual([1, 1]);
    const corners = build.f32([0, 1]);
    kernels.hardSigmoidBackward(dx.ptr, one.ptr, corners.ptr, 2, 0);
    expect([...dx.view]).toEqual([0, 0]);
    kernels.reluBackward(dx.ptr, one.ptr, corners.ptr, 2, 0);
    expect([...dx.view]).toEqual([0, 1]);
    kernels.leakyReluBackward(dx.ptr, one.ptr, corners.ptr, 2, 0.25, 0);
    expect([...dx.view]).toEqual([0.25, 1]);
  });

  it("x⁰ is 1 for every x, NaN and ∞ too", () => {
    build.reset();
    const [y, x] = [build.f32(5), build.f32([NaN, Infinity, -2, 0, 3])];
    kernels.powForward(y.ptr, x.ptr, 5, 0, 0);
    expect([...y.view]).toEqual([1, 1, 1, 1, 1]);
  });

  it("a target of exactly ½ is negative in the histogram of AUC", () => {
    build.reset();
    const state = build.f32(zeros(8)); // (2, 2) float64
    kernels.histogramAdd(state.ptr, build.f32([0.9]).ptr, build.f32([0.5]).ptr, 0, 1, 2);
    expect([...new Float64Array(kernels.memory.buffer, state.ptr, 4)]).toEqual([0, 1, 0, 0]);
  });

  it("a score below 0 counts in the first bin, one above 1 in the last", () => {
    build.reset();
    const state = build.f32(zeros(8));
    kernels.histogramAdd(state.ptr, build.f32([-3, 5]).ptr, build.f32([0, 1]).ptr, 0, 2, 2);
    expect([...new Float64Array(kernels.memory.buffer, state.ptr, 4)]).toEqual([1, 0, 0, 1]);
  });

  it("a place 1e20 pixels away is outside the image, in either direction", () => {
    build.reset();
    const field = build.f32([1e20, -1e20, 0, 0, 0, 0, 1e20, -1e20]); // (1, 2, 2, 2): rows, then columns
    const y = build.f32(4);
    kernels.sampleBilinear(y.ptr, build.f32([1, 2, 3, 4]).ptr, field.ptr, 1, 2, 2, 1, 7);
    expect([...y.view]).toEqual([7, 7, 7, 7]);
  });

  it("an image whose ink lies in one row but for 1e-7 of it is not slanted", () => {
    build.reset();
    const x = build.f32(zeros(12).fill(1, 0, 1).fill(1e-7, 9, 10)); // (1, 3, 4, 1): the upper left corner, and a trace two rows below
    const field = build.f32(24);
    kernels.deskewField(field.ptr, x.ptr, 1, 3, 4, 1);
    const columns = Array.from({ length: 3 }, (_, i) => [...field.view.subarray(12 + 4 * i, 16 + 4 * i)]);
    expect(columns[1]).toEqual(columns[0]);
    expect(columns[2]).toEqual(columns[0]);
  });

  describe("threads", () => {
    it("2³⁰ elements of cost 4 are cut: their product does not fit 32 bits", () => {
      build.reset();
      const block = optimizerBlock(build, 1);
      kernels.beginProbe();
      kernels.adamStep(0, 0, 0, 0, 0, 2 ** 30, block, 0, 0);
      expect(kernels.endProbe()).toBe(1);
    });

    it("one listed row of a table of 10,000 rows of 64 is cut: the list may be longer in the next step", () => {
      build.reset();
      const list = build.i32([1, 10_000, 64, 0, 7]);
      const block = optimizerBlock(build, 1);
      kernels.beginProbe();
      kernels.sgdStep(0, 0, 640_000, block, 0, list.ptr);
      expect(kernels.endProbe()).toBe(1);
    });

    it("3 threads add 12 products of ones, 2 × 2, to ones, each of them once: 3", () => {
      build.reset();
      const ones = (n: number) => build.f32(zeros(n).fill(1));
      const [a, b, c] = [ones(48), ones(48), ones(48)];
      kernels.setThread(0, 3);
      const scratch = build.f32(kernels.gemmScratchBytes(2, 2, 2) / 4 + 1).ptr;
      const steps = { lda: 2, aNext: 4, ldb: 2, bNext: 4, ldc: 2, cNext: 4 };
      const shape = build.struct(batchShape, { m: 2, n: 2, k: 2, count: 12, ...steps });
      build.asThreads(3, () => kernels.gemmBatch(0, shape, a.ptr, b.ptr, 1, c.ptr, scratch));
      expect([...c.view]).toEqual(Array<number>(48).fill(3));
    });

    it("thread 0 of 3 does everything while it is alone, listed rows too", () => {
      build.reset();
      const [out, params, grads] = [build.f32(100), build.f32(zeros(6)), build.f32(zeros(6).fill(1))];
      const list = build.i32([3, 3, 2, 0, 0, 1, 2]);
      const block = optimizerBlock(build, 1);
      kernels.setThread(0, 3);
      kernels.setSmallWork(0);
      kernels.setAlone(1);
      try {
        kernels.fill(out.ptr, 2, 100);
        kernels.sgdStep(params.ptr, grads.ptr, 6, block, 0, list.ptr);
      } finally {
        kernels.setAlone(0);
        kernels.setSmallWork(16384);
        kernels.setThread(0, 1);
      }
      expect(out.view.every((x) => x === 2)).toBe(true);
      expectClose(params.view, Array<number>(6).fill(-0.1), 1e-6);
    });
  });
});
