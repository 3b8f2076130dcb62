/** Mixtures of Gaussians against plain float64 loops, and their steps of expectation and maximization. */
import { describe, expect, it } from "vitest";
import { DataError, ShapeError, UsageError } from "../../../src/errors.js";
import { GaussianMixtures, fitMixtures } from "../../../src/speech/index.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import { Random } from "../../../src/tensor/random.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";

/** Mixtures of S states with M components over F features, far from 0. */
export function drawnMixtures(S: number, M: number, F: number, random: Random): GaussianMixtures {
  const of = (length: number, draw: () => number): Float32Array => Float32Array.from({ length }, draw);
  const weights = of(S * M, () => random.uniform(0.2, 1));
  for (let s = 0; s < S; s++) {
    const sum = weights.subarray(s * M, (s + 1) * M).reduce((a, b) => a + b);
    for (let m = 0; m < M; m++) weights[s * M + m] /= sum;
  }
  return new GaussianMixtures({
    weights: tensor(weights, [S, M]),
    means: tensor(of(S * M * F, () => 50 + random.uniform(-3, 3)), [S, M, F]), // prettier-ignore
    variances: tensor(of(S * M * F, () => random.uniform(0.1, 2)), [S, M, F]), // prettier-ignore
  });
}

/** ln p(x | s) in float64. */
export function logDensity(mixtures: GaussianMixtures, s: number, x: ArrayLike<number>): number {
  const { components: M, features: F } = mixtures;
  const [weights, means, variances] = Object.values(mixtures.parameters()).map((one) => one.toTypedArray());
  let p = 0;
  for (let m = 0; m < M; m++) {
    let log = Math.log(weights[s * M + m]);
    for (let f = 0; f < F; f++) {
      const [mean, variance] = [means[(s * M + m) * F + f], variances[(s * M + m) * F + f]];
      log -= 0.5 * (Math.log(2 * Math.PI * variance) + (x[f] - mean) ** 2 / variance);
    }
    p += Math.exp(log);
  }
  return Math.log(p);
}

function framesOf(T: number, F: number, random: Random): Tensor {
  return tensor(
    Float32Array.from({ length: T * F }, () => 50 + random.uniform(-4, 4)),
    [T, F],
  );
}

it.each([
  [1, 1, 1, 1],
  [1, 3, 2, 4],
  [7, 4, 3, 5],
  [20, 9, 4, 13],
])("%i frames, %i states, %i components, %i features: densities are those of the formula, 50 from 0", (T, S, M, F) => {
  const random = new Random(T);
  const mixtures = drawnMixtures(S, M, F, random);
  const x = framesOf(T, F, random);
  const rows = x.toArray() as number[][];
  const all = mixtures.logLikelihoods(x).toArray() as number[][];
  const some = mixtures.logLikelihoods(x, Int32Array.of(S - 1, 0)).toArray() as number[][];
  for (let t = 0; t < T; t++) {
    for (let s = 0; s < S; s++) {
      const expected = logDensity(mixtures, s, rows[t]);
      expect(Math.abs(all[t][s] - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
    }
    for (const [i, value] of [all[t][S - 1], all[t][0]].entries()) expect(some[t][i]).toBeCloseTo(value, 3);
  }
});

it("a step gives the weights, means and variances of the formulas", () => {
  const [T, S, M, F] = [30, 2, 2, 3];
  const random = new Random(5);
  const mixtures = drawnMixtures(S, M, F, random);
  const x = framesOf(T, F, random);
  const rows = x.toArray() as number[][];
  const posteriors = Float64Array.from({ length: T }, () => random.uniform());
  const collector = mixtures.collect();
  collector.visit(x, Int32Array.of(1)).add(posteriors);
  const before = mixtures.parameters();
  const after = collector.estimate().parameters();
  const of = (name: "weights" | "means" | "variances", from: typeof after): number[] => [...from[name].toTypedArray()];
  expect(of("means", after).slice(0, M * F)).toEqual(of("means", before).slice(0, M * F)); // state 0 was not visited
  const single = (m: number, row: number[]): number => {
    const part = Array.from({ length: F }, (_, f) => {
      const [mean, variance] = [of("means", before)[(M + m) * F + f], of("variances", before)[(M + m) * F + f]];
      return Math.exp(-0.5 * ((row[f] - mean) ** 2 / variance)) / Math.sqrt(2 * Math.PI * variance);
    });
    return of("weights", before)[M + m] * part.reduce((a, b) => a * b);
  };
  const r = rows.map((row, t) => {
    const own = Array.from({ length: M }, (_, m) => single(m, row));
    return own.map((p) => (posteriors[t] * p) / own.reduce((a, b) => a + b));
  });
  const total = posteriors.reduce((a, b) => a + b);
  for (let m = 0; m < M; m++) {
    const seen = r.reduce((sum, own) => sum + own[m], 0);
    expect(of("weights", after)[M + m]).toBeCloseTo(seen / total, 5);
    for (let f = 0; f < F; f++) {
      const mean = rows.reduce((sum, row, t) => sum + r[t][m] * row[f], 0) / seen;
      const variance = rows.reduce((sum, row, t) => sum + r[t][m] * (row[f] - mean) ** 2, 0) / seen;
      expect(of("means", after)[(M + m) * F + f]).toBeCloseTo(mean, 3);
      expect(of("variances", after)[(M + m) * F + f]).toBeCloseTo(variance, 3);
    }
  }
});

describe("fitMixtures", () => {
  const random = new Random(3);
  const centres = [[0, 0], [6, 1], [-2, 8]]; // prettier-ignore
  const drawn = Array.from({ length: 900 }, (_, t) => centres[t % 3].map((mean) => mean + (0.5 + (t % 3) / 4) * drawNormal(random))); // prettier-ignore

  it("finds three clusters, and its likelihood never falls", () => {
    const { mixtures, logLikelihoods } = fitMixtures(tensor(drawn), { components: 3, seed: 1 });
    for (let i = 1; i < logLikelihoods.length; i++) expect(logLikelihoods[i]).toBeGreaterThan(logLikelihoods[i - 1] - 1e-5); // prettier-ignore
    const { means, weights, variances } = mixtures.parameters();
    const found = (means.toArray() as number[][][])[0].map((mean, m) => ({ mean, m })).sort((a, b) => a.mean[0] - b.mean[0]); // prettier-ignore
    for (const [i, centre] of [centres[2], centres[0], centres[1]].entries())
      for (const f of [0, 1]) expect(Math.abs(found[i].mean[f] - centre[f])).toBeLessThan(0.25);
    const deviations = [1, 0.5, 0.75];
    for (const [i, { m }] of found.entries()) {
      expect((weights.toArray() as number[][])[0][m]).toBeCloseTo(1 / 3, 1);
      expect(Math.sqrt((variances.toArray() as number[][][])[0][m][0])).toBeCloseTo(deviations[i], 0);
    }
  });

  it("never falls from a poor beginning either, and the same seed gives the same bits", () => {
    for (let seed = 0; seed < 5; seed++) {
      const options = { components: 5, seed, tolerance: 0, iterations: 12 };
      const { mixtures, logLikelihoods } = fitMixtures(tensor(drawn.slice(0, 60)), options);
      for (let i = 1; i < logLikelihoods.length; i++) expect(logLikelihoods[i]).toBeGreaterThan(logLikelihoods[i - 1] - 1e-4); // prettier-ignore
      const again = fitMixtures(tensor(drawn.slice(0, 60)), options).mixtures.parameters();
      expect(again.means.toArray()).toEqual(mixtures.parameters().means.toArray());
    }
  });

  it("fits a mixture to the frames of each state", () => {
    const states = Int32Array.from(drawn, (_, t) => t % 3);
    const { mixtures } = fitMixtures(tensor(drawn), { states });
    const means = mixtures.parameters().means.toArray() as number[][][];
    for (const [s, centre] of centres.entries()) for (const f of [0, 1]) expect(means[s][0][f]).toBeCloseTo(centre[f], 0); // prettier-ignore
  });

  it("silence, fewer frames than components and one frame give finite densities", () => {
    for (const rows of [
      Array.from({ length: 40 }, () => [3, 3]),
      [
        [1, 2],
        [3, 4],
      ],
      [[1, 2]],
    ]) {
      // prettier-ignore
      const x = tensor(rows);
      const { mixtures } = fitMixtures(x, { components: 4 });
      for (const value of mixtures.logLikelihoods(x).toTypedArray()) expect(Number.isFinite(value)).toBe(true);
      for (const value of mixtures.split().logLikelihoods(x).toTypedArray()) expect(Number.isFinite(value)).toBe(true);
    }
  });
});

it("a mixture that was split has two halves of each component to either side, and about the density of before", () => {
  const mixtures = drawnMixtures(2, 2, 3, new Random(4));
  const split = mixtures.split(0.1);
  expect(split.components).toBe(4);
  const [before, after] = [mixtures.parameters(), split.parameters()];
  const [old, halves] = [before.means.toArray() as number[][][], after.means.toArray() as number[][][]];
  for (const s of [0, 1]) {
    for (const m of [0, 1]) {
      for (let f = 0; f < 3; f++) {
        const apart = 0.2 * Math.sqrt((before.variances.toArray() as number[][][])[s][m][f]);
        expect(halves[s][2 * m + 1][f] - halves[s][2 * m][f]).toBeCloseTo(apart, 4);
        expect((halves[s][2 * m + 1][f] + halves[s][2 * m][f]) / 2).toBeCloseTo(old[s][m][f], 4);
      }
    }
  }
  const x = framesOf(5, 3, new Random(6));
  const [a, b] = [mixtures, split].map((one) => one.logLikelihoods(x).toTypedArray());
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(0.02 * Math.abs(a[i]));
});

const weights = tensor([[1]]);
const one = tensor([[[1, 2]]]);
it.each<[string, () => unknown, abstract new () => Error, string]>([
  ["weights that do not sum to 1", () => new GaussianMixtures({ weights: tensor([[0.5]]), means: one, variances: one }), UsageError, "weights do not fit; expected rows ≥ 0 with the sum 1, got [0.5] in row 0."],
  ["shapes that differ", () => new GaussianMixtures({ weights, means: one, variances: tensor([[[1]]]) }), ShapeError, "shapes differ; expected means and variances [S, M, F] with [S, M] = [1, 1], got float32 [1, 1, 2] and float32 [1, 1, 1]."],
  ["a variance of 0", () => new GaussianMixtures({ weights, means: one, variances: tensor([[[1, 0]]]) }), UsageError, "variances do not fit; expected finite numbers above 0, got 0."],
  ["a mean that is not finite", () => new GaussianMixtures({ weights, means: tensor([[[NaN, 0]]]), variances: one }), UsageError, "means do not fit"],
  ["a floor of another size", () => new GaussianMixtures({ weights, means: one, variances: one, floor: tensor([1]) }), ShapeError, "floor does not fit; expected [F] = [2], got float32 [1]."],
  ["other features", () => new GaussianMixtures({ weights, means: one, variances: one }).logLikelihoods(zeros([3, 1])), ShapeError, "features differ; expected [T, F] with F = 2, got [3, 1]."],
  ["NaN", () => new GaussianMixtures({ weights, means: one, variances: one }).logLikelihoods(tensor([[0, 0], [0, NaN]])), DataError, "a feature is not finite; expected finite numbers, got NaN in frame 1."],
  ["a split by nothing", () => new GaussianMixtures({ weights, means: one, variances: one }).split(0), UsageError, "by is out of range"],
  ["NaN to fit to", () => fitMixtures(tensor([[0], [NaN]])), DataError, "a feature is not finite; expected finite numbers, got NaN in frame 1."],
  ["no frames", () => fitMixtures(zeros([0, 2])), ShapeError, "these are no features"],
  ["a state for each frame but one", () => fitMixtures(zeros([2, 2]), { states: Int32Array.of(0) }), ShapeError, "states do not fit; expected an Int32Array of T = 2, got 1."],
  ["a state without frames", () => fitMixtures(zeros([2, 2]), { states: Int32Array.of(0, 2) }), DataError, "state 1 has no frames; expected at least one of each."],
  ["a state out of range", () => fitMixtures(zeros([2, 2]), { states: Int32Array.of(0, 2), stateCount: 2 }), UsageError, "a state is out of range; expected [0, S) with S = 2, got 2."],
  ["no components", () => fitMixtures(zeros([2, 2]), { components: 0 }), UsageError, "components is out of range"],
])("refuses %s", (_, call, error, text) => {
  expect(call).toThrow(error);
  expect(call).toThrow(text);
}); // prettier-ignore
