/**
 * What networks and mixtures hear: log-mel energies, mel-frequency cepstral coefficients (MFCC), how they change over time,
 * and their normalization. Letters: T frames, M mel filters, C coefficients, F features.
 * Source: Davis & Mermelstein 1980, "Comparison of parametric representations for monosyllabic word recognition"; Furui
 * 1986 (deltas); Young et al. 2006, "The HTK book 3.4", sections 5.3 to 5.9.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import { checkInteger, checkList, checkNumber } from "../options.js";
import { add, div, maximum, mul, sub } from "../ops/pointwise/arithmetic.js";
import { log } from "../ops/pointwise/unary.js";
import { matmul } from "../ops/product/matmul.js";
import { concat } from "../ops/shape/concat.js";
import { slice } from "../ops/shape/slice.js";
import { tensor } from "../tensor/create.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { showShape } from "../tensor/shape.js";
import { type MelOptions, melMatrix, melOptionNames } from "./mel.js";
import { type FrameOptions, frameOptionNames, ofFrames, planFrames } from "./spectrum.js";
import { checkSamples } from "./samples.js";

/** Options of {@link logMel}. */
export interface LogMelOptions extends FrameOptions, MelOptions {
  /** The least energy, above 0: silence is its logarithm. Default 1e-10. */
  readonly floor?: number;
}

const logMelNames = [...frameOptionNames, ...melOptionNames, "floor"];

/**
 * Log-mel energies: ln max(floor, P·F), with the power spectrum P (T, K) of {@link powerSpectrum} and the filters F (K, M) of
 * {@link melFilters}. Silence is ln(floor), −23.03 by default.
 *
 * Cost: L·K + 2·K·M flops a frame; about 1,000 times faster than speech at 16,000 Hz on one thread.
 * @param samples  of one channel: a stereo recording is read with `mono`
 * @returns (T, M)
 * @throws {UsageError} before `init`, for a wrong option, a recording shorter than a frame, or a filter without a frequency
 * @throws {DataError} when a sample is not finite
 * @throws {MemoryError}
 */
export function logMel(samples: Float32Array, options: LogMelOptions): Tensor {
  const op = "speech.logMel";
  checkKeys(op, options, logMelNames);
  return logMelOf(op, samples, options).energies;
}

function logMelOf(
  op: string,
  samples: Float32Array,
  options: LogMelOptions,
): { readonly energies: Tensor; readonly filters: number } {
  const { floor = 1e-10 } = options;
  checkNumber(op, "floor", floor, "[1e-30, 1]");
  const plan = planFrames(op, options);
  const { filters, values } = melMatrix(op, plan.sampleRate, plan.dftLength, options);
  checkSamples(op, samples);
  const energies = scope(() => {
    const [F, G] = halvesOf(values, plan.dftLength, filters);
    return ofFrames(op, samples, plan, ({ low, high }) => log(maximum(add(matmul(low, F), matmul(high, G)), floor)));
  });
  return { energies, filters };
}

/** The rows of the mel matrix for each of the two halves of a spectrum, (Q + 1, M) both: Note [Folded frames]. */
function halvesOf(values: Float32Array, dftLength: number, filters: number): [low: Tensor, high: Tensor] {
  const rows = Math.floor(dftLength / 4) + 1;
  const high = new Float32Array(rows * filters);
  for (let k = 0; k < rows; k++) {
    const from = dftLength / 2 - k;
    if (from >= rows) high.set(values.subarray(from * filters, (from + 1) * filters), k * filters); // low has the others
  }
  return [tensor(values.subarray(0, rows * filters), [rows, filters]), tensor(high, [rows, filters])];
}

/** Options of {@link mfcc}. */
export interface MfccOptions extends LogMelOptions {
  /** The number of coefficients C: an integer in [1, filters]. Default 13, or as many as there are filters. */
  readonly coefficients?: number;
  /** L of the lifter 1 + L/2 · sin(πc / L), which makes coefficients of similar size; 0 leaves it out. Default 22. */
  readonly lifter?: number;
  /** 1 appends the coefficients' deltas, 2 also the deltas of these: F = C, 2C or 3C. Default 0. */
  readonly deltas?: 0 | 1 | 2;
}

/**
 * Mel-frequency cepstral coefficients: the orthonormal cosine transform (DCT-II) of the log-mel energies, liftered.
 * Coefficient 0 is √M times their mean.
 *
 *   c[j] = (1 + L/2·sin(πj / L)) · √(2/M) · Σ_m e[m]·cos(πj(m + ½) / M)        with √(1/M) for j = 0
 *
 * @param samples  of one channel
 * @returns (T, F)
 * @throws as {@link logMel}
 */
export function mfcc(samples: Float32Array, options: MfccOptions): Tensor {
  const op = "speech.mfcc";
  checkKeys(op, options, [...logMelNames, "coefficients", "lifter", "deltas"]);
  const { filters: asked = 40, lifter = 22, deltas: orders = 0 } = options;
  checkInteger(op, "filters", asked, "[1, 1024]");
  const { coefficients = Math.min(13, asked) } = options;
  checkInteger(op, "coefficients", coefficients, `[1, ${asked}]`);
  checkNumber(op, "lifter", lifter, "[0, 1000]");
  checkInteger(op, "deltas", orders, "[0, 2]");
  return scope(() => {
    const { energies, filters } = logMelOf(op, samples, options);
    const D = tensor(cosineTransform(filters, coefficients, lifter), [filters, coefficients]);
    const parts = [matmul(energies, D)]; // (T, C)
    for (let order = 0; order < orders; order++) parts.push(deltas(parts[order]));
    return parts.length === 1 ? parts[0] : concat(parts, 1);
  });
}

/** (M, C): the cosine transform times the lifter. */
function cosineTransform(filters: number, coefficients: number, lifter: number): Float32Array {
  const values = new Float32Array(filters * coefficients);
  for (let j = 0; j < coefficients; j++) {
    const lift = lifter === 0 ? 1 : 1 + (lifter / 2) * Math.sin((Math.PI * j) / lifter);
    const scale = lift * Math.sqrt((j === 0 ? 1 : 2) / filters);
    for (let m = 0; m < filters; m++)
      values[m * coefficients + j] = scale * Math.cos((Math.PI * j * (m + 0.5)) / filters);
  }
  return values;
}

/** Options of {@link deltas}. */
export interface DeltaOptions {
  /** Frames on each side that are looked at, W: an integer in [1, 100]. Default 2. */
  readonly width?: number;
}

/**
 * How features change from frame to frame: the slope of a line fitted to 2W + 1 frames. Before the first frame and after
 * the last, these are repeated. Deltas of constant features are 0.
 *
 *   d[t] = Σ_{n=1}^{W} n·(x[t + n] − x[t − n]) / (2·Σ n²)
 *
 * @param x  (T, F) float32
 * @returns  (T, F)
 * @throws {ShapeError} unless x is of rank 2 with at least one frame
 */
export function deltas(x: Tensor, options: DeltaOptions = {}): Tensor {
  const op = "speech.deltas";
  checkFeatures(op, x);
  checkKeys(op, options, ["width"]);
  const { width = 2 } = options;
  checkInteger(op, "width", width, "[1, 100]");
  const [frames, features] = x.shape;
  return scope(() => {
    const row = (t: number): Tensor[] => new Array<Tensor>(width).fill(slice(x, [t, 0], [1, features]));
    const padded = concat([...row(0), x, ...row(frames - 1)]); // (T + 2W, F)
    const shifted = (by: number): Tensor => slice(padded, [width + by, 0], [frames, features]);
    let [slope, squares] = [undefined as Tensor | undefined, 0];
    for (let n = 1; n <= width; n++) {
      const part = mul(sub(shifted(n), shifted(-n)), n);
      slope = slope === undefined ? part : add(slope, part);
      squares += n * n;
    }
    return div(slope!, 2 * squares);
  });
}

/** Mean and standard deviation of each feature. */
export interface FeatureStatistics {
  /** (F) */
  readonly mean: Tensor;
  /** (F), at least 0; the population's, over all frames. */
  readonly deviation: Tensor;
}

/**
 * Mean and standard deviation of each feature over all frames of one or several recordings, summed in float64.
 *
 * @param recordings  (T, F) float32 each, with the same F
 * @throws {UsageError} when there are no recordings
 * @throws {ShapeError} unless they are of rank 2, with frames, and have the same number of features
 */
export function featureStatistics(recordings: readonly Tensor[]): FeatureStatistics {
  const op = "speech.featureStatistics";
  checkList(op, "recordings", recordings);
  if (recordings.length === 0) throw new UsageError(message(op, "there are no recordings"));
  checkFeatures(op, recordings[0]);
  for (const x of recordings) checkFeatures(op, x, recordings[0]);
  const [, features] = recordings[0].shape;
  const [mean, deviation] = [new Float64Array(features), new Float64Array(features)];
  const count = recordings.reduce((sum, x) => sum + x.shape[0], 0);
  for (const x of recordings) eachValue(x, (value, f) => (mean[f] += value / count));
  for (const x of recordings) eachValue(x, (value, f) => (deviation[f] += (value - mean[f]) ** 2 / count));
  return { mean: tensor(Float32Array.from(mean)), deviation: tensor(Float32Array.from(deviation, Math.sqrt)) };
}

function eachValue(x: Tensor, use: (value: number, f: number) => void): void {
  const [features, values] = [x.shape[1], x.toTypedArray()];
  for (let i = 0; i < values.length; i++) use(values[i], i % features);
}

/**
 * Features with mean 0 and standard deviation 1: (x − mean) / deviation. A feature that does not change, with a deviation
 * below 10⁻⁵, becomes 0 and is not divided, so that silence is 0.
 *
 * @param x           (T, F) float32
 * @param statistics  of all training data, or of the speaker. Default: those of x itself
 * @returns  (T, F)
 * @throws {ShapeError} when they do not fit
 */
export function normalizeFeatures(x: Tensor, statistics?: FeatureStatistics): Tensor {
  const op = "speech.normalizeFeatures";
  checkFeatures(op, x);
  return scope(() => {
    const { mean, deviation } = statistics ?? featureStatistics([x]);
    for (const [name, one] of Object.entries({ mean, deviation })) {
      if (one instanceof Tensor && one.rank === 1 && one.shape[0] === x.shape[1]) continue;
      const got = one instanceof Tensor ? showShape(one.shape) : show(one);
      throw new ShapeError(message(op, `${name} does not fit`, { expected: `[F] = [${x.shape[1]}]`, got }));
    }
    const divisor = Float32Array.from(deviation.toTypedArray(), (value) => (value < 1e-5 ? 1 : value));
    return div(sub(x, mean), tensor(divisor));
  });
}

/** @throws {ShapeError} unless x is (T, F) float32 with T and F ≥ 1, and F that of `like` */
export function checkFeatures(op: string, x: unknown, like?: Tensor): asserts x is Tensor {
  const isTensor = x instanceof Tensor;
  const features = like?.shape[1];
  if (
    isTensor &&
    x.rank === 2 &&
    x.dtype === "float32" &&
    x.size > 0 &&
    (features === undefined || x.shape[1] === features)
  )
    return;
  const expected = `a float32 tensor [T, F${features === undefined ? "" : ` = ${features}`}] with T and F ≥ 1`;
  const got = isTensor ? `${x.dtype} ${showShape(x.shape)}` : show(x);
  throw new ShapeError(message(op, "these are no features", { expected, got }));
}
