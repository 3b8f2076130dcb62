import { describe, expect, it } from "vitest";
import { builds, type Build } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";
import { type Words, philox, wordOf } from "../support/philox.js";

const state: Words = [0x12345678, 0x9abcdef0, 7, 1];
const sizes = [0, 1, 3, 4, 5, 15, 16, 17, 33, 70];

function makeState(build: Build, words: Words): number {
  const { ptr, view } = build.i32(4);
  view.set(words);
  return ptr;
}

/** Mean, variance, skewness and excess kurtosis. */
function moments(x: Float32Array): number[] {
  const mean = x.reduce((s, v) => s + v, 0) / x.length;
  const power = (k: number): number => x.reduce((s, v) => s + (v - mean) ** k, 0) / x.length;
  const variance = power(2);
  return [mean, variance, power(3) / variance ** 1.5, power(4) / variance ** 2 - 3];
}

/** Φ by numeric integration of the density: exact to 1e-9 for |x| ≤ 4. */
function normalCdf(x: number): number {
  const steps = 400;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const at = (x * i) / steps;
    sum += Math.exp((-at * at) / 2) * (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2);
  }
  return 0.5 + (sum * x) / steps / 3 / Math.sqrt(2 * Math.PI);
}

/** Largest distance between the empirical distribution and `cdf` at 200 points (Kolmogorov and Smirnov). */
function distance(x: Float32Array, cdf: (x: number) => number): number {
  const sorted = x.slice().sort();
  let worst = 0;
  for (let k = 1; k < 200; k++) {
    const i = Math.floor((k * sorted.length) / 200);
    worst = Math.max(worst, Math.abs(cdf(sorted[i]) - i / sorted.length));
  }
  return worst;
}

describe("Philox 4×32-10 in plain integers", () => {
  it("gives Random123's known answers", () => {
    const hex = (words: Words): string[] => words.map((word) => word.toString(16).padStart(8, "0"));
    const f = 0xffffffff;
    expect(hex(philox([0, 0, 0, 0], 0, 0))).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
    expect(hex(philox([f, f, f, f], f, f))).toEqual(["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]);
    const pi: Words = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
    expect(hex(philox(pi, 0xa4093822, 0x299f31d0))).toEqual(["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]);
  });
});

describe.each(builds)("random ($name)", (build) => {
  const { kernels } = build;

  it.each(sizes)("randomBits writes Philox's words to %i elements, each by its index alone", (n) => {
    const bits = runKernel(build, () => {
      const [out, ptr] = [build.i32(n), makeState(build, state)];
      return { out, call: () => kernels.randomBits(out.ptr, n, ptr, 5) };
    });
    expect([...bits]).toEqual(Array.from({ length: n }, (_, i) => wordOf(i, state, 5) | 0));
  });

  it("randomBits of zero seed, counter and stream begins with the first known answer", () => {
    build.reset();
    const out = build.i32(16);
    kernels.randomBits(out.ptr, 16, makeState(build, [0, 0, 0, 0]), 0);
    const words = [0, 4, 8, 12].map((i) => (out.view[i] >>> 0).toString(16));
    expect(words).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
  });

  it("advanceRandom adds 1 to the 64-bit counter, once whatever the threads", () => {
    build.reset();
    const ptr = makeState(build, [1, 2, 0xffffffff, 3]);
    build.asThreads(3, () => kernels.advanceRandom(ptr));
    expect([...new Uint32Array(kernels.memory.buffer, ptr, 4)]).toEqual([1, 2, 0, 4]);
  });

  describe.each(["randomUniform", "randomNormal", "randomTruncatedNormal", "randomInt"] as const)("%s", (name) => {
    it.each(sizes)("of %i elements: each value depends on its index alone", (n) => {
      const draw = (count: number): number[] =>
        Array.from(
          runKernel<Int32Array | Float32Array>(build, () => {
            const out = name === "randomInt" ? build.i32(count) : build.f32(count);
            const ptr = makeState(build, state);
            return { out, call: () => kernels[name](out.ptr, count, ptr, 2, -3, 9) };
          }),
        );
      expect(draw(n)).toEqual(draw(96).slice(0, n));
    });

    it("differs by stream, counter and seed", () => {
      build.reset();
      const states: [Words, number][] = [
        [state, 0],
        [state, 1],
        [[state[0], state[1], 8, 1], 0],
        [[state[0] + 1, state[1], 7, 1], 0],
      ];
      const texts = states.map(([words, stream]) => {
        const out = name === "randomInt" ? build.i32(32) : build.f32(32);
        kernels[name](out.ptr, 32, makeState(build, words), stream, -3, 9);
        return [...out.view].join();
      });
      expect(new Set(texts).size).toBe(4);
    });
  });

  it("randomUniform is low + (high − low) · ⌊word / 2⁸⌋ / 2²⁴", () => {
    build.reset();
    const out = build.f32(64);
    kernels.randomUniform(out.ptr, 64, makeState(build, state), 3, -1, 3);
    const expected = Array.from({ length: 64 }, (_, i) => -1 + (4 * (wordOf(i, state, 3) >>> 8)) / 2 ** 24);
    expectClose(out.view, expected, 0, 3e-7);
  });

  it("randomInt is low + ⌊word · range / 2³²⌋ and reaches both ends", () => {
    build.reset();
    const n = 4096;
    const out = build.i32(n);
    kernels.randomInt(out.ptr, n, makeState(build, state), 3, -2, 5);
    const expected = Array.from({ length: n }, (_, i) => -2 + Math.floor((wordOf(i, state, 3) * 7) / 2 ** 32));
    expect([...out.view]).toEqual(expected);
    expect([Math.min(...out.view), Math.max(...out.view)]).toEqual([-2, 4]);
  });

  it("randomNormal is Box and Muller's transform of its words within 3e-7 · stddev of each radius", () => {
    build.reset();
    const out = build.f32(160);
    kernels.randomNormal(out.ptr, 160, makeState(build, state), 3, 0, 1);
    const expected = Array.from({ length: 160 }, (_, i) => {
      const pair = i & ~4;
      const radius = Math.sqrt(-2 * Math.log(((wordOf(pair, state, 3) >>> 1) + 0.5) / 2 ** 31));
      const angle = 2 * Math.PI * ((wordOf(pair + 4, state, 3) >>> 8) / 2 ** 24);
      return radius * (i & 4 ? Math.sin(angle) : Math.cos(angle));
    });
    expectClose(out.view, expected, 1e-6, 2e-6);
  });

  // 2²⁰ draws: the standard error of a mean is 1e-3, so the bounds below are four to five of them
  const many = 2 ** 20;

  it("a million uniform draws: mean, variance, skewness, kurtosis within 5e-3, distribution within 2e-3", () => {
    build.reset();
    const out = build.f32(many);
    kernels.randomUniform(out.ptr, many, makeState(build, state), 0, 0, 1);
    expectClose(moments(out.view), [0.5, 1 / 12, 0, -1.2], 0, 5e-3);
    expect(distance(out.view, (x) => x)).toBeLessThan(2e-3);
    expect(out.view.every((x) => x >= 0 && x < 1)).toBe(true);
  });

  it("a million normal draws: mean, variance, skewness, kurtosis within 0.02, distribution within 2e-3", () => {
    build.reset();
    const out = build.f32(many);
    kernels.randomNormal(out.ptr, many, makeState(build, state), 0, 0, 1);
    expectClose(moments(out.view), [0, 1, 0, 0], 0, 0.02);
    expectClose(moments(out.view).slice(0, 2), [0, 1], 0, 5e-3);
    expect(distance(out.view, normalCdf)).toBeLessThan(2e-3);
    const neighbours = out.view.reduce((s, x, i) => (i === 0 ? 0 : s + x * out.view[i - 1]), 0) / many;
    expect(Math.abs(neighbours)).toBeLessThan(5e-3);
  });

  it("a million truncated normal draws: within ±2, standard deviation 0.8796, distribution within 2e-3", () => {
    build.reset();
    const out = build.f32(many);
    kernels.randomTruncatedNormal(out.ptr, many, makeState(build, state), 0, 0, 1);
    const [mean, variance, skewness] = moments(out.view);
    expectClose([mean, Math.sqrt(variance), skewness], [0, 0.87962566, 0], 0, 5e-3);
    const low = normalCdf(-2);
    expect(distance(out.view, (x) => (normalCdf(x) - low) / (1 - 2 * low))).toBeLessThan(2e-3);
    expect(out.view.every((x) => Math.abs(x) <= 2)).toBe(true);
  });

  it("randomTruncatedNormal inverts the distribution function to 2e-6", () => {
    build.reset();
    const out = build.f32(512);
    kernels.randomTruncatedNormal(out.ptr, 512, makeState(build, state), 0, 0, 1);
    const within = 1 - 2 * normalCdf(-2);
    const shares = Array.from(out.view, (x) => (2 * normalCdf(x) - 1) / within);
    const expected = shares.map((_, i) => (2 * (wordOf(i, state, 0) >>> 8) + 1) / 2 ** 24 - 1);
    expectClose(shares, expected, 0, 2e-6);
  });

  describe("dropout", () => {
    const kept = (i: number, rate: number, stream: number): boolean =>
      wordOf(i, state, stream) >= Math.floor(Math.fround(rate) * 2 ** 32);

    it.each(sizes)("of %i elements drops the same elements forward and backward, in place too", (n) => {
      const x = uniform(n, 1);
      const dy = uniform(n, 2);
      const before = uniform(n, 3);
      const rate = 0.25;
      const mask = runKernel(build, () => {
        const [y, out, input] = [build.f32(n), build.u8(kernels.dropoutMaskBytes(n)), build.f32(x)];
        const ptr = makeState(build, state);
        return { out, call: () => kernels.dropoutForward(y.ptr, out.ptr, input.ptr, n, ptr, 4, rate) };
      });
      const y = runKernel(build, () => {
        const [out, bits] = [build.f32(x), build.u8(mask.length)];
        const ptr = makeState(build, state);
        return { out, call: () => kernels.dropoutForward(out.ptr, bits.ptr, out.ptr, n, ptr, 4, rate) };
      });
      expectClose(
        y,
        Array.from(x, (v, i) => (kept(i, rate, 4) ? v / (1 - rate) : 0)),
        1e-7,
      );
      for (const accumulate of [0, 1]) {
        const dx = runKernel(build, () => {
          const [out, d, bits] = [build.f32(accumulate ? before : n), build.f32(dy), build.u8(mask)];
          return { out, call: () => kernels.dropoutBackward(out.ptr, d.ptr, bits.ptr, n, rate, accumulate) };
        });
        const expected = Array.from(dy, (v, i) => (kept(i, rate, 4) ? v / (1 - rate) : 0) + accumulate * before[i]);
        expectClose(dx, expected, 2e-7, 1e-7);
      }
    });

    it.each([0, 0.1, 0.5, 0.9, 1])(
      "drops a share of %d of a million elements, within 0.002, also where x is NaN",
      (rate) => {
        build.reset();
        const [y, mask] = [build.f32(many), build.u8(kernels.dropoutMaskBytes(many))];
        y.view.fill(1);
        y.view[0] = NaN;
        kernels.dropoutForward(y.ptr, mask.ptr, y.ptr, many, makeState(build, state), 1, rate);
        const dropped = y.view.reduce((count, v) => count + (v === 0 ? 1 : 0), 0) / many;
        expect(Math.abs(dropped - rate)).toBeLessThan(rate % 1 === 0 ? 1e-5 : 2e-3);
        if (rate === 1) expect(y.view[0]).toBe(0);
        if (rate < 1) expect(Math.max(...y.view.subarray(1, 1000))).toBe(Math.fround(1 / (1 - Math.fround(rate))));
      },
    );
  });
});
