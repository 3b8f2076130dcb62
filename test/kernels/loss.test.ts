import { describe, expect, it } from "vitest";
import { builds, type Build } from "../support/builds.js";
import { expectClose, runKernel, uniform } from "../support/kernelRun.js";

type Row = readonly number[];

/** A loss: its kernels, one row of it in float64, and what it is tried on. */
interface Loss {
  readonly name: string;
  readonly row: (prediction: Row, target: Row) => number;
  readonly prediction: (n: number) => Float32Array;
  readonly target: (n: number, columns: number) => Float32Array;
  readonly parameters: readonly number[];
}

const sum = (values: Row): number => values.reduce((total, value) => total + value, 0);
const mean = (values: Row): number => sum(values) / values.length;
const terms = (p: Row, t: Row, term: (p: number, t: number) => number): number[] =>
  p.map((value, i) => term(value, t[i]));
const clip = (p: number, high: number): number => Math.min(Math.max(p, 1e-7), high);
const probabilities = (n: number): Float32Array => uniform(n, 1, 0.01, 0.99);
const around = (n: number): Float32Array => uniform(n, 1, -3, 3);
const targets = (n: number): Float32Array => uniform(n, 2, 0, 1);
const signs = (n: number): Float32Array => uniform(n, 2).map((t) => (t < 0 ? -1 : 1));
const isInside = (p: number): boolean => p > 0 && p < 1;

const sigmoidCrossEntropy = (smoothing: number): Loss => ({
  name: "sigmoidCrossEntropy",
  row: (p, t) =>
    mean(
      terms(p, t, (z, y) => {
        const target = (1 - smoothing) * y + smoothing / 2;
        return Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - z * target;
      }),
    ),
  prediction: around,
  target: targets,
  parameters: [smoothing],
});

const binaryCrossEntropy = (smoothing: number): Loss => ({
  name: "binaryCrossEntropy",
  row: (p, t) =>
    mean(
      terms(p, t, (value, y) => {
        const target = (1 - smoothing) * y + smoothing / 2;
        return -target * Math.log(value) - (1 - target) * Math.log(1 - value);
      }),
    ),
  prediction: probabilities,
  target: targets,
  parameters: [smoothing],
});

const crossEntropy = (smoothing: number): Loss => ({
  name: "crossEntropy",
  row: (p, t) => -sum(terms(p, t, (q, y) => ((1 - smoothing) * y + smoothing / p.length) * Math.log(q))),
  prediction: probabilities,
  target: targets,
  parameters: [smoothing],
});

const losses: Loss[] = [
  sigmoidCrossEntropy(0),
  sigmoidCrossEntropy(0.25),
  binaryCrossEntropy(0),
  binaryCrossEntropy(0.25),
  crossEntropy(0),
  crossEntropy(0.25),
  {
    name: "squaredError",
    row: (p, t) => mean(terms(p, t, (a, b) => (a - b) ** 2)),
    prediction: around,
    target: targets,
    parameters: [],
  },
  {
    name: "halfSquaredError",
    row: (p, t) => sum(terms(p, t, (a, b) => (a - b) ** 2)) / 2,
    prediction: around,
    target: targets,
    parameters: [],
  },
  {
    name: "absoluteError",
    row: (p, t) => mean(terms(p, t, (a, b) => Math.abs(a - b))),
    prediction: around,
    target: targets,
    parameters: [],
  },
  {
    name: "huber",
    row: (p, t) =>
      mean(
        terms(p, t, (a, b) => {
          const size = Math.abs(a - b);
          return size <= 1.5 ? size ** 2 / 2 : 1.5 * size - 1.5 ** 2 / 2;
        }),
      ),
    prediction: around,
    target: targets,
    parameters: [1.5],
  },
  {
    name: "hinge",
    row: (p, t) => mean(terms(p, t, (a, b) => Math.max(0, 1 - a * b))),
    prediction: around,
    target: signs,
    parameters: [],
  },
  {
    name: "kullbackLeibler",
    row: (p, t) => sum(terms(p, t, (a, b) => clip(b, 1) * Math.log(clip(b, 1) / a))),
    prediction: probabilities,
    target: (n) => targets(n).map((t) => Math.max(0, t - 0.25)),
    parameters: [],
  },
  {
    name: "cosineSimilarity",
    row: (p, t) => -sum(terms(p, t, (a, b) => a * b)) / Math.sqrt(sum(p.map((a) => a * a)) * sum(t.map((b) => b * b))),
    prediction: around,
    target: signs,
    parameters: [],
  },
];

const shapes = [
  [0, 3],
  [1, 1],
  [7, 1],
  [64, 1],
  [3, 2],
  [5, 4],
  [4, 7],
  [2, 37],
  [1, 4101],
] as const;

type Kernel = (...args: number[]) => void;

const kernel = (build: Build, name: string): Kernel => (build.kernels as unknown as Record<string, Kernel>)[name];
const rowOf = (x: Float32Array, i: number, columns: number): number[] => [
  ...x.subarray(i * columns, (i + 1) * columns),
];

/** ∂row/∂prediction by central differences in float64. */
function slopes(loss: (p: Row) => number, p: number[]): number[] {
  const h = 1e-5;
  return p.map((value, i) => (loss(p.with(i, value + h)) - loss(p.with(i, value - h))) / (2 * h));
}

describe.each(builds)("elementwise losses ($name)", (build) => {
  describe.each(losses.map((loss) => [loss.name, loss.parameters, loss] as const))(
    "%s %j",
    (name, parameters, loss) => {
      it.each(shapes)(
        "of (%i, %i): value within 1e-6, gradient within 1e-5 of central differences",
        (rows, columns) => {
          const n = rows * columns;
          const p = loss.prediction(n);
          const t = loss.target(n, columns);
          const expected = Array.from({ length: rows }, (_, i) => loss.row(rowOf(p, i, columns), rowOf(t, i, columns)));
          const value = runKernel(build, () => {
            const [out, prediction, target] = [build.f32(rows), build.f32(p), build.f32(t)];
            const call = () =>
              kernel(build, `${name}Forward`)(out.ptr, prediction.ptr, target.ptr, rows, columns, ...parameters);
            return { out, call };
          });
          expectClose(value, expected, 1e-6, 1e-6);

          const dLoss = uniform(rows, 3);
          const before = uniform(n, 4);
          const few = Math.min(rows, 8);
          for (const accumulate of [0, 1]) {
            const dPrediction = runKernel(build, () => {
              const out = build.f32(accumulate ? before : n);
              const [d, prediction, target] = [build.f32(dLoss), build.f32(p), build.f32(t)];
              const args = [out.ptr, d.ptr, prediction.ptr, target.ptr, rows, columns, ...parameters, accumulate];
              return { out, call: () => kernel(build, `${name}Backward`)(...args) };
            });
            if (columns > 100) {
              // differences of every element would take long: the first 20 stand for all, the others must only have been written
              const row = rowOf(p, 0, columns);
              const target = rowOf(t, 0, columns);
              for (let i = 0; i < 20; i++) {
                const at = columns - 1 - i;
                const slope =
                  (loss.row(row.with(at, row[at] + 1e-4), target) - loss.row(row.with(at, row[at] - 1e-4), target)) /
                  2e-4;
                expectClose([dPrediction[at]], [dLoss[0] * slope + accumulate * before[at]], 1e-4, 1e-6);
              }
              expect(dPrediction.every(Number.isFinite)).toBe(true);
              continue;
            }
            const gradient = Array.from({ length: few }, (_, i) =>
              slopes((q) => loss.row(q, rowOf(t, i, columns)), rowOf(p, i, columns)).map(
                (slope, c) => dLoss[i] * slope + accumulate * before[i * columns + c],
              ),
            ).flat();
            expectClose(dPrediction.subarray(0, few * columns), gradient, 1e-5, 1e-6);
            expect(dPrediction.every(Number.isFinite)).toBe(true);
          }
        },
      );
    },
  );

  it("sigmoidCrossEntropy stays exact where σ saturates: 30 with target 1 costs e⁻³⁰, −200 with target 1 costs 200", () => {
    build.reset();
    const [loss, z, t] = [build.f32(4), build.f32([30, -200, 200, -30]), build.f32([1, 1, 0, 0])];
    build.kernels.sigmoidCrossEntropyForward(loss.ptr, z.ptr, t.ptr, 4, 1, 0);
    expectClose(loss.view, [Math.exp(-30), 200, 200, Math.exp(-30)], 1e-6);
  });

  it("clipped probabilities cost −ln 1e-7 and have no gradient", () => {
    build.reset();
    const [loss, d, p] = [build.f32(4), build.f32([1, 1, 1, 1]), build.f32([0, 1, 0, 1])];
    const [t, dp] = [build.f32([1, 0, 0, 1]), build.f32(4)];
    build.kernels.binaryCrossEntropyForward(loss.ptr, p.ptr, t.ptr, 4, 1, 0);
    const cost = -Math.log(1e-7);
    expectClose(loss.view, [cost, cost, 1e-7, 1e-7], 0.2);
    build.kernels.binaryCrossEntropyBackward(dp.ptr, d.ptr, p.ptr, t.ptr, 4, 1, 0, 0);
    expect([...dp.view]).toEqual([0, 0, 0, 0]);
    build.kernels.crossEntropyForward(loss.ptr, p.ptr, t.ptr, 2, 2, 0);
    expectClose(loss.view.subarray(0, 2), [cost, 1e-7], 0.2);
    build.kernels.crossEntropyBackward(dp.ptr, d.ptr, p.ptr, t.ptr, 2, 2, 0, 0);
    expect([...dp.view].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it("absoluteError and hinge have slope 0 at their corners, halves of nothing", () => {
    build.reset();
    const [d, p, t, dp] = [build.f32([1, 1]), build.f32([2, 1]), build.f32([2, 1]), build.f32(2)];
    build.kernels.absoluteErrorBackward(dp.ptr, d.ptr, p.ptr, t.ptr, 2, 1, 0);
    expect([...dp.view]).toEqual([0, 0]);
    build.kernels.hingeBackward(dp.ptr, d.ptr, p.ptr, t.ptr, 2, 1, 0);
    expect([...dp.view].map(Math.abs)).toEqual([0, 0]);
  });

  it("cosineSimilarity of a row of zeros is 0 with a finite gradient", () => {
    build.reset();
    const [loss, d, p, t, dp] = [build.f32(1), build.f32([1]), build.f32([0, 0]), build.f32([3, 4]), build.f32(2)];
    build.kernels.cosineSimilarityForward(loss.ptr, p.ptr, t.ptr, 1, 2);
    build.kernels.cosineSimilarityBackward(dp.ptr, d.ptr, p.ptr, t.ptr, 1, 2, 0);
    expectClose([loss.view[0], ...dp.view], [0, -0.6e6, -0.8e6], 1e-6);
  });
});

describe.each(builds)("softmax cross-entropy ($name)", (build) => {
  const { kernels } = build;
  const softmax = (z: Row): number[] => {
    const max = Math.max(...z);
    const e = z.map((value) => Math.exp(value - max));
    return e.map((value) => value / sum(e));
  };
  const smoothed = (t: Row, smoothing: number): number[] => t.map((v) => (1 - smoothing) * v + smoothing / t.length);

  describe.each([
    [0, 3],
    [3, 1],
    [4, 2],
    [5, 10],
    [2, 37],
    [1, 4101],
  ])("(%i, %i)", (rows, columns) => {
    const n = rows * columns;
    const z = uniform(n, 1, -8, 8);
    const labels = Int32Array.from({ length: rows }, (_, i) => (i * 7 + 3) % columns);
    const oneHot = Float32Array.from({ length: n }, (_, i) =>
      labels[Math.floor(i / columns)] === i % columns ? 1 : 0,
    );
    const soft = uniform(n, 2, 0, 1);
    const dLoss = uniform(rows, 3);
    const before = uniform(n, 4);

    describe.each([
      ["dense", 0, soft],
      ["dense", 0.1, soft],
      ["sparse", 0, oneHot],
      ["sparse", 0.1, oneHot],
    ] as const)("%s, smoothing %d", (form, smoothing, target) => {
      const put = () => (form === "dense" ? build.f32(target).ptr : build.i32(labels).ptr);
      const name = form === "dense" ? "softmaxCrossEntropy" : "softmaxCrossEntropySparse";
      const forward = kernel(build, `${name}Forward`);
      const backward = kernel(build, `${name}Backward`);
      const expected = Array.from({ length: rows }, (_, i) => {
        const logits = rowOf(z, i, columns);
        const p = softmax(logits);
        const t = smoothed(rowOf(target, i, columns), smoothing);
        return { p, loss: -sum(t.map((v, c) => v * Math.log(p[c]))), gradient: p.map((v, c) => v * sum(t) - t[c]) };
      });

      it("the loss is within 1e-6 and the probabilities are softmax's within 3e-6", () => {
        const run = (part: "loss" | "p"): Float32Array =>
          runKernel(build, () => {
            const [loss, p, logits] = [build.f32(rows), build.f32(n), build.f32(z)];
            const t = put();
            return {
              out: part === "loss" ? loss : p,
              call: () => forward(loss.ptr, p.ptr, logits.ptr, t, rows, columns, smoothing),
            };
          });
        expectClose(
          run("loss"),
          expected.map((e) => e.loss),
          1e-6,
          1e-6,
        );
        expectClose(
          run("p"),
          expected.flatMap((e) => e.p),
          3e-6,
          1e-30,
        );
      });

      it.each([0, 1])(
        "the gradient is dLoss (p Σt − t), accumulate %i, in place of the probabilities too",
        (accumulate) => {
          const p = expected.flatMap((e) => e.p);
          const gradient = expected.flatMap((e, i) => e.gradient.map((v) => v * dLoss[i]));
          const dz = runKernel(build, () => {
            const out = build.f32(accumulate ? before : n);
            const [d, probability] = [build.f32(dLoss), build.f32(p)];
            const t = put();
            const call = () => backward(out.ptr, d.ptr, probability.ptr, t, rows, columns, smoothing, accumulate);
            return { out, call };
          });
          expectClose(
            dz,
            gradient.map((v, i) => v + accumulate * before[i]),
            1e-6,
            form === "dense" ? 1e-6 * columns : 1e-6,
          );
          if (accumulate) return;
          const inPlace = runKernel(build, () => {
            const [out, d] = [build.f32(p), build.f32(dLoss)];
            const t = put();
            return { out, call: () => backward(out.ptr, d.ptr, out.ptr, t, rows, columns, smoothing, 0) };
          });
          expect([...inPlace]).toEqual([...dz]);
        },
      );
    });
  });

  it("a certain answer costs e⁻²⁵-like amounts, not 0; a target of 0 on a logit of −∞ costs nothing", () => {
    build.reset();
    const [loss, p, z] = [build.f32(2), build.f32(6), build.f32([20, 0, 0, -Infinity, 1, 1])];
    const [labels, t] = [build.i32([0, 1]), build.f32([1, 0, 0, 0, 1, 0])];
    kernels.softmaxCrossEntropySparseForward(loss.ptr, p.ptr, z.ptr, labels.ptr, 2, 3, 0);
    expectClose(loss.view, [Math.log1p(2 * Math.exp(-20)), Math.LN2], 1e-6, 1e-7);
    kernels.softmaxCrossEntropyForward(loss.ptr, p.ptr, z.ptr, t.ptr, 2, 3, 0);
    expectClose(loss.view, [Math.log1p(2 * Math.exp(-20)), Math.LN2], 1e-6, 1e-7);
  });

  it.each([-1, 3, 2 ** 30])(
    "the label %i of 3 classes gives NaN in its row alone and reads nothing elsewhere",
    (label) => {
      build.reset();
      const [loss, p, z, d] = [build.f32(2), build.f32(6), build.f32([1, 2, 3, 1, 2, 3]), build.f32([1, 1])];
      const [labels, dz] = [build.i32([label, 2]), build.f32(6)];
      kernels.softmaxCrossEntropySparseForward(loss.ptr, p.ptr, z.ptr, labels.ptr, 2, 3, 0);
      kernels.softmaxCrossEntropySparseBackward(dz.ptr, d.ptr, p.ptr, labels.ptr, 2, 3, 0, 0);
      expect([...loss.view].map(Number.isNaN)).toEqual([true, false]);
      expect([...dz.view].map(Number.isNaN)).toEqual([true, true, true, false, false, false]);
      kernels.crossEntropySparseForward(loss.ptr, p.ptr, labels.ptr, 2, 3, 0);
      kernels.crossEntropySparseBackward(dz.ptr, d.ptr, p.ptr, labels.ptr, 2, 3, 0, 0);
      expect([...loss.view].map(Number.isNaN)).toEqual([true, false]);
      expect([...dz.view].some(Number.isNaN)).toBe(true);
      build.checkGuards();
    },
  );

  it.each([
    [0, 0],
    [1, 0],
    [0, 0.1],
    [1, 0.1],
  ])("cross-entropy of probabilities by label, accumulate %i, smoothing %d", (accumulate, smoothing) => {
    const [rows, columns] = [5, 7];
    const p = probabilities(rows * columns);
    p[3] = 0;
    const labels = Array.from({ length: rows }, (_, i) => (i * 3 + 3) % columns);
    const target = (i: number) =>
      (1 - smoothing) * Number(labels[Math.floor(i / columns)] === i % columns) + smoothing / columns;
    const before = uniform(p.length, 5);
    const dLoss = uniform(rows, 6);
    const loss = runKernel(build, () => {
      const [out, input, label] = [build.f32(rows), build.f32(p), build.i32(labels)];
      const args = [out.ptr, input.ptr, label.ptr, rows, columns, smoothing] as const;
      return { out, call: () => kernels.crossEntropySparseForward(...args) };
    });
    const terms = Array.from(p, (v, i) => -target(i) * Math.log(clip(v, 1 - 1e-7)));
    expectClose(
      loss,
      labels.map((_, row) => sum(terms.slice(row * columns, (row + 1) * columns))),
      1e-6,
    );
    const dp = runKernel(build, () => {
      const out = build.f32(accumulate ? before : p.length);
      const [d, input, label] = [build.f32(dLoss), build.f32(p), build.i32(labels)];
      const args = [out.ptr, d.ptr, input.ptr, label.ptr, rows, columns, smoothing, accumulate] as const;
      return { out, call: () => kernels.crossEntropySparseBackward(...args) };
    });
    const expected = Array.from(
      p,
      (v, i) => (isInside(v) ? (-dLoss[Math.floor(i / columns)] * target(i)) / v : 0) + accumulate * before[i],
    );
    expectClose(dp, expected, 1e-6);
  });
});

describe.each(builds)("weightedMean ($name)", (build) => {
  const { kernels } = build;

  it.each([0, 1, 3, 64, 4101])("of %i losses, with and without weights, by count and by weight", (n) => {
    const loss = uniform(n, 1, 0, 2);
    const weights = uniform(n, 2, 0, 1);
    const before = uniform(n, 3);
    for (const [w, byWeight] of [
      [undefined, 0],
      [undefined, 1],
      [weights, 0],
      [weights, 1],
    ] as const) {
      const by = w && byWeight ? sum([...w]) : n;
      const out = runKernel(build, () => {
        const [out, input, weight] = [build.f32(1), build.f32(loss), w ? build.f32(w).ptr : 0];
        return { out, call: () => kernels.weightedMeanForward(out.ptr, input.ptr, weight, n, byWeight) };
      });
      const total = sum(Array.from(loss, (value, i) => value * (w?.[i] ?? 1)));
      expectClose(out, [n === 0 ? 0 : total / by], 2e-7);
      for (const accumulate of [0, 1]) {
        const dLoss = runKernel(build, () => {
          const out = build.f32(accumulate ? before : n);
          const [d, weight] = [build.f32([0.5]), w ? build.f32(w).ptr : 0];
          return { out, call: () => kernels.weightedMeanBackward(out.ptr, d.ptr, weight, n, byWeight, accumulate) };
        });
        expectClose(
          dLoss,
          Array.from(before, (b, i) => (0.5 * (w?.[i] ?? 1)) / by + accumulate * b),
          3e-7,
          1e-7,
        );
      }
    }
  });

  it("of weights that are all 0 is 0, with gradient 0", () => {
    build.reset();
    const [out, loss, weights, dLoss] = [build.f32(1), build.f32([1, 2]), build.f32([0, 0]), build.f32(2)];
    kernels.weightedMeanForward(out.ptr, loss.ptr, weights.ptr, 2, 1);
    kernels.weightedMeanBackward(dLoss.ptr, out.ptr, weights.ptr, 2, 1, 0);
    expect([...out.view, ...dLoss.view]).toEqual([0, 0, 0]);
  });
});
