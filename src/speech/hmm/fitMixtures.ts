/**
 * Mixtures of Gaussians fitted to frames of which the state is known, by expectation and maximization from a beginning
 * by k-means. Letters: T frames, F features, S states, M components.
 * Source: Dempster, Laird & Rubin 1977, "Maximum likelihood from incomplete data via the EM algorithm".
 */
import { DataError, ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger, checkNumber } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import { Random } from "../../tensor/random.js";
import { scope } from "../../tensor/scope.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkFeatures, featureStatistics } from "../features.js";
import { kMeans } from "./kMeans.js";
import { GaussianMixtures } from "./mixtures.js";

/** Options of {@link fitMixtures}. */
export interface FitMixturesOptions {
  /** M, the Gaussians of each mixture: an integer in [1, 1024]. Default 1. */
  readonly components?: number;
  /** (T): the state of each frame, integers from 0, such as an alignment. Default: all are of one. */
  readonly states?: Int32Array;
  /** S. Default: one more than the largest of `states`. */
  readonly stateCount?: number;
  /** Of the centres that k-means begins with. Default 0. */
  readonly seed?: number;
  /** The most steps of expectation and maximization. Default 20. */
  readonly iterations?: number;
  /** Steps end when the mean log-likelihood of a frame rises by less than this. Default 10⁻³. */
  readonly tolerance?: number;
  /** The least variance, as a share of the feature's variance over all frames. Default 0.01. */
  readonly varianceFloor?: number;
}

const optionNames = ["components", "states", "stateCount", "seed", "iterations", "tolerance", "varianceFloor"];

/** What {@link fitMixtures} returns. */
export interface FittedMixtures {
  readonly mixtures: GaussianMixtures;
  /** The mean log-likelihood of a frame before each step and after the last; it never falls. */
  readonly logLikelihoods: readonly number[];
}

/** Frames of one state that are looked at together. */
const block = 16384;

/**
 * Fits a mixture of Gaussians with diagonal covariances to the frames of each state. A variance is no smaller than a
 * share of the feature's over all frames, so that no Gaussian collapses; a feature that never changes gets 10⁻¹⁰.
 *
 * The same seed gives the same bits, whatever the number of threads.
 * Cost: 8·T·M·F flops a step.
 * @param x  (T, F)
 * @throws {ShapeError} when x is not (T, F) float32, or there is not a state for each frame
 * @throws {UsageError} before `init`, for an option out of range
 * @throws {DataError} when a feature is not finite, or a state has no frames
 */
export function fitMixtures(x: Tensor, options: FitMixturesOptions = {}): FittedMixtures {
  const op = "speech.fitMixtures";
  checkFeatures(op, x);
  checkKeys(op, options, optionNames);
  const { components: M = 1, seed = 0, iterations = 20, tolerance = 1e-3, varianceFloor = 0.01 } = options;
  checkInteger(op, "components", M, "[1, 1024]");
  checkInteger(op, "iterations", iterations, "[0, 10000]");
  checkNumber(op, "tolerance", tolerance, "[0, ∞)");
  checkNumber(op, "varianceFloor", varianceFloor, "(0, 1]");
  const random = new Random(seed);
  const [T, F] = x.shape;
  const frames = framesOf(op, x, options);
  const variances = scope(() => Float64Array.from(featureStatistics([x]).deviation.toTypedArray(), (d) => d * d));
  const floor = variances.map((variance) => Math.max(1e-10, varianceFloor * variance));
  let mixtures = began(frames, variances, floor, M, random);
  const logLikelihoods: number[] = [];
  for (let step = 0; ; step++) {
    const collector = mixtures.collect();
    let total = 0;
    for (const [s, own] of frames.entries()) {
      for (let at = 0; at < own.length; at += block * F) {
        const part = own.subarray(at, at + block * F);
        scope(() => {
          const visit = collector.visit(tensor(part, [part.length / F, F]), Int32Array.of(s));
          for (let t = 0; t < visit.logLikelihoods.length; t++) total += visit.logLikelihoods[t];
          if (step < iterations) visit.add(new Float64Array(part.length / F).fill(1));
        });
      }
    }
    logLikelihoods.push(total / T);
    const gain = step === 0 ? Infinity : logLikelihoods[step] - logLikelihoods[step - 1];
    if (step === iterations || gain < tolerance) return { mixtures, logLikelihoods };
    mixtures = collector.estimate();
  }
}

/** The frames of each state, (T_s, F). @throws as {@link fitMixtures} */
function framesOf(op: string, x: Tensor, { states, stateCount }: FitMixturesOptions): Float32Array[] {
  const [T, F] = x.shape;
  const values = x.toTypedArray() as Float32Array;
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const got = `${values[wrong]} in frame ${Math.floor(wrong / F)}`;
    throw new DataError(message(op, "a feature is not finite", { expected: "finite numbers", got }));
  }
  if (states !== undefined && (!(states instanceof Int32Array) || states.length !== T)) {
    const got = states instanceof Int32Array ? `${states.length}` : show(states);
    throw new ShapeError(message(op, "states do not fit", { expected: `an Int32Array of T = ${T}`, got }));
  }
  const S = stateCount ?? (states === undefined ? 1 : states.reduce((a, b) => Math.max(a, b), 0) + 1);
  checkInteger(op, "stateCount", S, "[1, 1000000]");
  const counts = new Int32Array(S);
  for (let t = 0; t < T; t++) {
    const s = states?.[t] ?? 0;
    if (s >= 0 && s < S) counts[s]++;
    else
      throw new UsageError(message(op, "a state is out of range", { expected: `[0, S) with S = ${S}`, got: `${s}` }));
  }
  const none = counts.indexOf(0);
  if (none >= 0) throw new DataError(message(op, `state ${none} has no frames`, { expected: "at least one of each" }));
  const frames = Array.from(counts, (count) => new Float32Array(count * F));
  const at = new Int32Array(S);
  for (let t = 0; t < T; t++) {
    const s = states?.[t] ?? 0;
    frames[s].set(values.subarray(t * F, (t + 1) * F), F * at[s]++);
  }
  return frames;
}

/** A component for each cluster of a state's frames. */
function began(
  frames: readonly Float32Array[],
  overall: Float64Array,
  floor: Float64Array,
  M: number,
  random: Random,
): GaussianMixtures {
  const F = floor.length;
  const [S, C] = [frames.length, frames.length * M];
  const [weights, means, variances] = [C, C * F, C * F].map((length) => new Float64Array(length));
  const scale = floor.map((_, f) => Math.sqrt(Math.max(floor[f], overall[f])));
  for (const [s, own] of frames.entries()) {
    const clusters = M === 1 ? new Int32Array(own.length / F) : kMeans(own, scale, M, random.fork(s));
    const counts = new Float64Array(M);
    for (const m of clusters) counts[m]++;
    const each = (use: (c: number, f: number, value: number, count: number) => void): void => {
      for (const [t, m] of clusters.entries())
        for (let f = 0; f < F; f++) use((s * M + m) * F + f, f, own[t * F + f], counts[m]);
    };
    each((c, _, value, count) => (means[c] += value / count));
    each((c, _, value, count) => (variances[c] += (value - means[c]) ** 2 / count));
    for (let m = 0; m < M; m++) weights[s * M + m] = counts[m] / clusters.length;
  }
  for (let i = 0; i < variances.length; i++) variances[i] = Math.max(floor[i % F], variances[i]);
  return new GaussianMixtures({
    weights: tensor(Float32Array.from(weights), [S, M]),
    means: tensor(Float32Array.from(means), [S, M, F]),
    variances: tensor(Float32Array.from(variances), [S, M, F]),
    floor: tensor(Float32Array.from(floor)),
  });
}
