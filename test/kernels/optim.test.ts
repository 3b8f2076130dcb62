import { describe, expect, it } from "vitest";
import { optimizerBlock } from "#wasm/layout-optim";
import { builds, type Build } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";

/** What the tests set in an optimizer block; see Note [Optimizer block] in assembly/optim/block.ts. */
interface Settings {
  readonly learningRate: number;
  readonly gradientScale: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly beta1: number;
  readonly beta2: number;
}

const usual: Settings = {
  learningRate: 0.1,
  gradientScale: 0.5,
  epsilon: 1e-6,
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.99,
};

function makeBlock(build: Build, settings: Settings): number {
  const { ptr, view } = build.f32(optimizerBlock.bytes / 4);
  view.fill(0);
  view.set([settings.learningRate, settings.gradientScale, settings.epsilon, settings.momentum]);
  new Float64Array(view.buffer, ptr + optimizerBlock.at.beta1, 2).set([settings.beta1, settings.beta2]);
  return ptr;
}

/** One optimizer: the kernel over pointers, and PyTorch's update of one parameter in float64. */
interface Case {
  readonly name: string;
  readonly states: number;
  readonly weightDecay: number;
  run(build: Build, params: number, grads: number, states: number[], n: number, block: number, rows: number): void;
  update(p: number, g: number, s: number[], t: number): number;
}

/** A list of these rows of a table of V rows: Note [Row list] in assembly/gather/rowList.ts. */
function rowList(build: Build, V: number, rowLength: number, rows: readonly number[]): number {
  const list = build.i32(Math.ceil(build.kernels.rowListBytes(V) / 4));
  list.view.fill(0);
  list.view.set([0, V, rowLength]);
  build.kernels.collectRows(list.ptr, build.i32(rows).ptr, rows.length);
  return list.ptr;
}

const { learningRate: lr, epsilon: eps, momentum: mu, beta1: b1, beta2: b2 } = usual;
const mu96 = (t: number): number => b1 * (1 - 0.5 * 0.96 ** (t * 0.004));

function adam(p: number, g: number, s: number[], t: number, largest: boolean): number {
  s[0] = b1 * s[0] + (1 - b1) * g;
  s[1] = b2 * s[1] + (1 - b2) * g * g;
  if (largest) s[2] = Math.max(s[2], s[1]);
  const root = Math.sqrt(largest ? s[2] : s[1]) / Math.sqrt(1 - b2 ** t) + eps;
  return p - ((lr / (1 - b1 ** t)) * s[0]) / root;
}

function rmsprop(p: number, g: number, s: number[], centred: boolean, momentum: boolean): number {
  s[0] = b2 * s[0] + (1 - b2) * g * g;
  if (centred) s[1] = b2 * s[1] + (1 - b2) * g;
  const step = g / (Math.sqrt(centred ? s[0] - s[1] ** 2 : s[0]) + eps);
  if (!momentum) return p - lr * step;
  s[2] = mu * s[2] + step;
  return p - lr * s[2];
}

const cases: Case[] = [
  {
    name: "sgdStep",
    states: 0,
    weightDecay: 0.01,
    run: ({ kernels }, params, grads, _, n, block, rows) => kernels.sgdStep(params, grads, n, block, 0.01, rows),
    update: (p, g) => p - lr * g,
  },
  ...[0, 1].map((nesterov): Case => ({
    name: `momentumStep, nesterov ${nesterov}`,
    states: 1,
    weightDecay: 0.01,
    run: ({ kernels }, params, grads, s, n, block, rows) =>
      kernels.momentumStep(params, grads, s[0], n, block, 0.01, nesterov, rows),
    update(p, g, s) {
      s[0] = mu * s[0] + g;
      return p - lr * (nesterov ? g + mu * s[0] : s[0]);
    },
  })),
  {
    name: "adagradStep",
    states: 1,
    weightDecay: 0.01,
    run: ({ kernels }, params, grads, s, n, block, rows) =>
      kernels.adagradStep(params, grads, s[0], n, block, 0.01, rows),
    update(p, g, s) {
      s[0] += g * g;
      return p - (lr * g) / (Math.sqrt(s[0]) + eps);
    },
  },
  ...[0, 1, 2, 3].map((form): Case => ({
    name: `rmspropStep, centred ${form & 1}, momentum ${form >> 1}`,
    states: 3,
    weightDecay: 0.01,
    run({ kernels }, params, grads, s, n, block, rows) {
      kernels.rmspropStep(params, grads, s[0], form & 1 ? s[1] : 0, form & 2 ? s[2] : 0, n, block, 0.01, rows);
    },
    update: (p, g, s) => rmsprop(p, g, s, (form & 1) > 0, (form & 2) > 0),
  })),
  {
    name: "adadeltaStep",
    states: 2,
    weightDecay: 0.01,
    run: ({ kernels }, params, grads, s, n, block, rows) =>
      kernels.adadeltaStep(params, grads, s[0], s[1], n, block, 0.01, rows),
    update(p, g, s) {
      s[0] = b2 * s[0] + (1 - b2) * g * g;
      const delta = (Math.sqrt(s[1] + eps) / Math.sqrt(s[0] + eps)) * g;
      s[1] = b2 * s[1] + (1 - b2) * delta ** 2;
      return p - lr * delta;
    },
  },
  ...[0, 1].map((amsgrad): Case => ({
    name: `adamStep, amsgrad ${amsgrad}`,
    states: 3,
    weightDecay: 0.01,
    run({ kernels }, params, grads, s, n, block, rows) {
      kernels.adamStep(params, grads, s[0], s[1], amsgrad ? s[2] : 0, n, block, 0.01, rows);
    },
    update: (p, g, s, t) => adam(p, g, s, t, amsgrad > 0),
  })),
  ...[0, 1].map((amsgrad): Case => ({
    name: `adamwStep, amsgrad ${amsgrad}`,
    states: 3,
    weightDecay: 0,
    run({ kernels }, params, grads, s, n, block, rows) {
      kernels.adamwStep(params, grads, s[0], s[1], amsgrad ? s[2] : 0, n, block, 0.25, rows);
    },
    update: (p, g, s, t) => adam(p * (1 - lr * 0.25), g, s, t, amsgrad > 0),
  })),
  {
    name: "adamaxStep",
    states: 2,
    weightDecay: 0.01,
    run: ({ kernels }, params, grads, s, n, block, rows) =>
      kernels.adamaxStep(params, grads, s[0], s[1], n, block, 0.01, rows),
    update(p, g, s, t) {
      s[0] = b1 * s[0] + (1 - b1) * g;
      s[1] = Math.max(b2 * s[1], Math.abs(g) + eps);
      return p - ((lr / (1 - b1 ** t)) * s[0]) / s[1];
    },
  },
  {
    name: "lionStep",
    states: 1,
    weightDecay: 0,
    run: ({ kernels }, params, grads, s, n, block, rows) => kernels.lionStep(params, grads, s[0], n, block, 0.25, rows),
    update(p, g, s) {
      const direction = Math.sign(b1 * s[0] + (1 - b1) * g);
      s[0] = b2 * s[0] + (1 - b2) * g;
      return p - lr * (0.25 * p + direction);
    },
  },
  {
    name: "nadamStep",
    states: 3,
    weightDecay: 0.01,
    run: ({ kernels }, params, grads, s, n, block, rows) =>
      kernels.nadamStep(params, grads, s[0], s[1], n, block, 0.01, rows),
    update(p, g, s, t) {
      if (t === 1) s[2] = 1;
      s[2] *= mu96(t);
      s[0] = b1 * s[0] + (1 - b1) * g;
      s[1] = b2 * s[1] + (1 - b2) * g * g;
      const root = Math.sqrt(s[1] / (1 - b2 ** t)) + eps;
      const next = mu96(t + 1);
      return p - (lr * (((1 - mu96(t)) * g) / (1 - s[2]) + (next * s[0]) / (1 - s[2] * next))) / root;
    },
  },
];

describe.each(builds)("optim ($name)", (build) => {
  const { kernels } = build;
  const steps = 4;

  describe.each(cases)("$name", (optimizer) => {
    it.each([0, 1, 4, 7, 15, 16, 21, 67])(
      "of %i parameters: 4 steps are PyTorch's within 2e-6, gradients are cleared",
      (n) => {
        const gradient = (t: number): Float32Array => uniform(n, 10 + t);
        const params = runKernel(build, () => {
          const out = build.f32(uniform(n, 1));
          const grads = build.f32(n);
          const states = [0, 1, 2].map(() => build.f32(new Float32Array(n)).ptr);
          const block = makeBlock(build, usual);
          let t = 0;
          let calls = 0;
          const call = (): void => {
            optimizer.run(build, out.ptr, grads.ptr, states, n, block, 0);
          };
          // asThreads runs `call` once a share; the steps before the last are run here by one thread
          const begin = (): void => {
            t++;
            grads.view.set(gradient(t));
            kernels.advanceStep(block);
          };
          while (calls++ < steps - 1) {
            begin();
            call();
            expect(grads.view.every((value) => value === 0)).toBe(true);
          }
          begin();
          return { out, call };
        });
        const expected = Array.from(uniform(n, 1), (p, i) => {
          const state = [0, 0, 0];
          for (let t = 1; t <= steps; t++) {
            const g = usual.gradientScale * gradient(t)[i] + optimizer.weightDecay * p;
            p = optimizer.update(p, g, state, t);
          }
          return p;
        });
        expectClose(params, expected, 2e-6, 2e-6);
      },
    );
  });

  describe.each(cases)("$name, lazily", (optimizer) => {
    it.each([1, 4, 7, 16, 21])(
      "listed rows of %i elements as if they were alone, all others to the bit as before",
      (D) => {
        const V = 9;
        const gradient = uniform(V * D, 5);
        const run = (rows: readonly number[] | undefined): Float32Array =>
          runKernel(build, () => {
            const all = build.f32(4 * V * D); // parameters, then three states, so that one comparison sees all
            all.view.set(uniform(V * D, 1));
            all.view.set(uniform(3 * V * D, 2, 0.5, 1), V * D);
            const grads = build.f32(gradient);
            const block = makeBlock(build, usual);
            const list = rows === undefined ? 0 : rowList(build, V, D, rows);
            const states = [1, 2, 3].map((slot) => all.ptr + 4 * V * D * slot);
            kernels.advanceStep(block);
            return { out: all, call: () => optimizer.run(build, all.ptr, grads.ptr, states, V * D, block, list) };
          });
        const [dense, lazy, none] = [run(undefined), run([7, 0, 3]), run([])];
        const before = [...uniform(V * D, 1), ...uniform(3 * V * D, 2, 0.5, 1)].map(Math.fround);
        expect([...none]).toEqual(before);
        const isListed = (i: number): boolean => [7, 0, 3].includes(Math.floor((i % (V * D)) / D));
        expect([...lazy]).toEqual(before.map((x, i) => (isListed(i) ? dense[i] : x)));
      },
    );
  });

  it("clipping by value and by norm visits the listed rows alone", () => {
    const [V, D] = [6, 5];
    const before = uniform(V * D, 3);
    const rows = [4, 1];
    const isListed = (i: number): boolean => rows.includes(Math.floor(i / D));
    const after = (clip: (grads: number, rows: number) => void): number[] => [
      ...runKernel(build, () => {
        const out = build.f32(before);
        const list = rowList(build, V, D, rows);
        return { out, call: () => clip(out.ptr, list) };
      }),
    ];
    expect(after((grads, list) => kernels.clipGradients(grads, V * D, 0.25, list))).toEqual(
      Array.from(before, (g, i) => (isListed(i) ? Math.max(-0.25, Math.min(0.25, g)) : g)),
    );
    const scaled = runKernel(build, () => {
      const [out, factor] = [build.f32(before), build.f32([0.5])];
      const list = rowList(build, V, D, rows);
      return { out, call: () => kernels.scaleByFactor(out.ptr, V * D, factor.ptr, list) };
    });
    expect([...scaled]).toEqual(Array.from(before, (g, i) => (isListed(i) ? g / 2 : g)));
  });

  it.each([0, 1, 3, 64, 200])("sumSquaresRows: partial sums of the squares of %i listed rows", (k) => {
    const [V, D] = [211, 7];
    const grads = uniform(V * D, 4);
    const rows = Array.from({ length: k }, (_, i) => (i * 13) % V);
    const partials = runKernel(build, () => {
      const [out, input] = [build.f32(kernels.sumSquaresRowsCount()), build.f32(grads)];
      const list = rowList(build, V, D, rows);
      return { out, call: () => kernels.sumSquaresRows(out.ptr, input.ptr, list) };
    });
    const expected = rows
      .flatMap((row) => [...grads.subarray(row * D, (row + 1) * D)])
      .reduce((sum, g) => sum + g * g, 0);
    expectClose([partials.reduce((sum, part) => sum + part, 0)], [expected], 1e-6);
  });

  it("advanceStep keeps Adam's corrections to 1e-7 at step 1, 2, 1000 and one million", () => {
    build.reset();
    const block = makeBlock(build, { ...usual, beta1: 0.9, beta2: 0.999 });
    const floats = new Float32Array(kernels.memory.buffer, block, 16);
    const step = new Float64Array(kernels.memory.buffer, block + optimizerBlock.at.step, 1);
    for (const t of [1, 2, 1000, 1_000_000]) {
      step[0] = t - 1;
      kernels.advanceStep(block);
      expect(step[0]).toBe(t);
      expectClose([floats[10], floats[11]], [Math.fround(0.1) / (1 - 0.9 ** t), 1 / Math.sqrt(1 - 0.999 ** t)], 1e-7);
    }
  });

  it("every 64th step clears states below 2⁻¹¹², before they are subnormal, and only those", () => {
    build.reset();
    const block = makeBlock(build, { ...usual, beta1: 0.5, beta2: 0.5 });
    const step = new Float64Array(kernels.memory.buffer, block + optimizerBlock.at.step, 1);
    const n = 6;
    const [params, grads] = [build.f32(new Float32Array(n)), build.f32(new Float32Array(n))];
    const states = [build.f32(n), build.f32(n)];
    const run = (t: number): number[][] => {
      step[0] = t - 1;
      params.view.fill(0);
      for (const state of states) state.view.set([4e-35, 5e-35, 5e-34, 6e-34, 0, 1]);
      kernels.advanceStep(block);
      kernels.momentumStep(params.ptr, grads.ptr, states[0].ptr, n, block, 0, 0, 0);
      kernels.rmspropStep(params.ptr, grads.ptr, states[1].ptr, 0, 0, n, block, 0, 0);
      return states.map((state) => [...state.view]);
    };
    expect(run(63).map((state) => state.map((x) => x === 0))).toEqual(
      Array(2).fill([false, false, false, false, true, false]),
    );
    const [velocity, square] = run(64);
    expectClose(velocity, [0, 0, 4.5e-34, 5.4e-34, 0, 0.9], 1e-6);
    expectClose(square, [0, 0, 2.5e-34, 3e-34, 0, 0.5], 1e-6);
  });

  it.each(cases)(
    "$name of 40,003 parameters: sweeps every state that shrinks, to its end, in every 64th step alone",
    (optimizer) => {
      const n = 40_003;
      const tiny = 4e-35; // below 2⁻¹¹², and still below after a step without a gradient
      for (const t of [63, 64, 128]) {
        const all = runKernel(build, () => {
          const out = build.f32(4 * n); // parameters, then three states
          out.view.fill(tiny);
          out.view.fill(0, 0, n);
          const grads = build.f32(new Float32Array(n));
          const block = makeBlock(build, { ...usual, beta1: 0.5, beta2: 0.5, momentum: 0.5 });
          new Float64Array(kernels.memory.buffer, block + optimizerBlock.at.step, 1)[0] = t - 1;
          kernels.advanceStep(block);
          const states = [1, 2, 3].map((slot) => out.ptr + 4 * n * slot);
          return { out, call: () => optimizer.run(build, out.ptr, grads.ptr, states, n, block, 0) };
        });
        for (let slot = 1; slot <= 3; slot++) {
          const state = all.subarray(slot * n, (slot + 1) * n);
          const zeros = state.reduce((count, value) => count + Number(value === 0), 0);
          // a state that is not used stays as it is; sums and maxima never shrink, and Adamax's are at least ε
          const isSwept = t % 64 === 0 && state[0] !== Math.fround(tiny) && state[0] < eps / 2;
          expect(zeros, `step ${t}, state ${slot}`).toBe(isSwept ? n : 0);
        }
      }
    },
  );

  it("steps are counted past 2³¹ and past 2³²: t goes on, the corrections are 1, and every 64th step sweeps", () => {
    build.reset();
    const block = makeBlock(build, usual);
    const step = new Float64Array(kernels.memory.buffer, block + optimizerBlock.at.step, 1);
    const floats = new Float32Array(kernels.memory.buffer, block, 16);
    const [params, grads, state] = [build.f32([0]), build.f32([0]), build.f32([0])];
    for (const t of [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 63, 2 ** 32 + 64, 2 ** 53 - 64]) {
      step[0] = t - 1;
      state.view[0] = 4e-35;
      kernels.advanceStep(block);
      kernels.momentumStep(params.ptr, grads.ptr, state.ptr, 1, block, 0, 0, 0);
      expect([step[0], floats[10], floats[11]]).toEqual([t, Math.fround(0.1), 1]);
      expect(state.view[0] === 0, `swept at ${t}`).toBe(t % 64 === 0);
    }
  });

  it("advanceStep runs on thread 0 alone", () => {
    build.reset();
    const block = makeBlock(build, usual);
    build.asThreads(3, () => kernels.advanceStep(block));
    expect(new Float64Array(kernels.memory.buffer, block + optimizerBlock.at.step, 1)[0]).toBe(1);
  });

  it.each([0, 1, 5, 16, 37])("regularize adds l2·p + l1·sign(p) to %i gradients", (n) => {
    const params = uniform(n, 1).map((p, i) => (i % 5 === 0 ? 0 : p));
    const before = uniform(n, 2);
    const grads = runKernel(build, () => {
      const [out, input] = [build.f32(before), build.f32(params)];
      return { out, call: () => kernels.regularize(out.ptr, input.ptr, n, 0.25, 0.125) };
    });
    expectClose(
      grads,
      Array.from(before, (g, i) => g + 0.125 * params[i] + 0.25 * Math.sign(params[i])),
      1e-6,
      1e-7,
    );
  });

  it.each([0, 1, 5, 16, 37])("clipGradients limits %i values and keeps NaN", (n) => {
    const before = uniform(n, 2).map((g, i) => (i === 3 ? NaN : g));
    const grads = runKernel(build, () => {
      const out = build.f32(before);
      return { out, call: () => kernels.clipGradients(out.ptr, n, 0.5, 0) };
    });
    expect([...grads]).toEqual(Array.from(before, (g) => Math.max(-0.5, Math.min(0.5, g))));
  });

  it.each([
    [0, 2, 1],
    [4, 2, 1],
    [16, 2, 0.5],
    [Infinity, 2, 0],
    [NaN, 2, NaN],
  ])("clipFactor of Σg² = %d at norm %d is %d", (sumSquares, maxNorm, expected) => {
    build.reset();
    const [factor, sum] = [build.f32(1), build.f32([sumSquares])];
    build.asThreads(2, () => kernels.clipFactor(factor.ptr, sum.ptr, maxNorm));
    expect(factor.view[0]).toBe(expected);
  });

  it.each([0, 1, 5, 16, 37])("scaleByFactor multiplies %i gradients", (n) => {
    const before = uniform(n, 2);
    const grads = runKernel(build, () => {
      const [out, factor] = [build.f32(before), build.f32([0.25])];
      return { out, call: () => kernels.scaleByFactor(out.ptr, n, factor.ptr, 0) };
    });
    expect([...grads]).toEqual(Array.from(before, (g) => g * 0.25));
  });
});
