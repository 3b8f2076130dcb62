/**
 * The mel scale, on which equal steps sound equally far apart, and triangular filters along it. Letters: K frequencies of
 * a spectrum, M filters.
 * Source: "htk": Young et al. 2006, "The HTK book 3.4", section 5.4; "slaney": Slaney 1998, "Auditory toolbox version 2".
 */
import { UsageError, checkKeys, message } from "../errors.js";
import { checkInteger, checkNumber, oneOf } from "../options.js";
import { tensor } from "../tensor/create.js";
import type { Tensor } from "../tensor/tensor.js";

/** The two customary scales. */
export type MelScale = "htk" | "slaney";

const scales: readonly MelScale[] = ["htk", "slaney"];
/** Slaney's scale is linear up to 1,000 Hz, which are 15 mel, and then has 27 steps for a factor of 6.4. */
const slaney = { hertzPerMel: 200 / 3, from: 1000, fromMel: 15, logStep: Math.log(6.4) / 27 };

/**
 * A frequency in mel: 2595·log₁₀(1 + f / 700) for "htk"; for "slaney" 3f / 200 up to 1,000 Hz, then
 * 15 + 27·ln(f / 1000) / ln 6.4.
 * @param hertz  in [0, 10⁶]
 * @throws {UsageError} for a frequency out of range or another scale
 */
export function hertzToMel(hertz: number, scale: MelScale = "htk"): number {
  const op = "speech.hertzToMel";
  checkNumber(op, "hertz", hertz, "[0, 1000000]");
  oneOf(scales, "htk")(op, "scale", scale);
  return toMel(hertz, scale);
}

function toMel(hertz: number, scale: MelScale): number {
  if (scale === "htk") return 2595 * Math.log10(1 + hertz / 700);
  if (hertz < slaney.from) return hertz / slaney.hertzPerMel;
  return slaney.fromMel + Math.log(hertz / slaney.from) / slaney.logStep;
}

/**
 * The frequency that is so many mel: the inverse of {@link hertzToMel}.
 * @param mel  in [0, 10⁴] for "htk", in [0, 200] for "slaney"
 * @returns Hz
 * @throws {UsageError} for a value out of range or another scale
 */
export function melToHertz(mel: number, scale: MelScale = "htk"): number {
  const op = "speech.melToHertz";
  oneOf(scales, "htk")(op, "scale", scale);
  checkNumber(op, "mel", mel, scale === "htk" ? "[0, 10000]" : "[0, 200]");
  return toHertz(mel, scale);
}

function toHertz(mel: number, scale: MelScale): number {
  if (scale === "htk") return 700 * (10 ** (mel / 2595) - 1);
  if (mel < slaney.fromMel) return mel * slaney.hertzPerMel;
  return slaney.from * Math.exp((mel - slaney.fromMel) * slaney.logStep);
}

/** What filters depend on. */
export interface MelOptions {
  /** The number of filters M: an integer in [1, 1024]. Default 40. */
  readonly filters?: number;
  /** Where the first filter begins, in Hz. Default 0. */
  readonly low?: number;
  /** Where the last filter ends, in Hz; at most half of the sample rate, which is the default. */
  readonly high?: number;
  /** The scale along which the filters are evenly spaced. Default "htk". */
  readonly scale?: MelScale;
  /** "peak": each filter rises to 1, as in HTK. "area": each has the area 1 over Hz, as Slaney's. Default "peak". */
  readonly norm?: "peak" | "area";
}

/** Options of {@link melFilters}. */
export interface MelFiltersOptions extends MelOptions {
  /** Samples a second, in Hz: an integer in [1, 768000]. */
  readonly sampleRate: number;
  /** The length of the discrete Fourier transform: an even integer in [2, 8192]. K is half of it plus 1. */
  readonly dftLength: number;
}

/** The names of {@link MelOptions}. */
export const melOptionNames = ["filters", "low", "high", "scale", "norm"];

/**
 * The matrix of mel filters. Filter m is a triangle over Hz: 0 at the centre of filter m − 1, 1 at its own, 0 at that of filter
 * m + 1, with centres evenly spaced in mel between `low` and `high`.
 *
 * @returns (K, M): a power spectrum (T, K) times it is (T, M)
 * @throws {UsageError} before `init`, for a wrong option, or where a filter is so narrow that no frequency of the
 *   transform falls into it
 */
export function melFilters(options: MelFiltersOptions): Tensor {
  const op = "speech.melFilters";
  checkKeys(op, options, ["sampleRate", "dftLength", ...melOptionNames]);
  const { sampleRate, dftLength } = options;
  checkInteger(op, "sampleRate", sampleRate, "[1, 768000]");
  checkDftLength(op, dftLength);
  const { filters, values } = melMatrix(op, sampleRate, dftLength, options);
  return tensor(values, [dftLength / 2 + 1, filters]);
}

/** @throws {UsageError} unless it is an even integer in [2, 8192] */
export function checkDftLength(op: string, dftLength: unknown): asserts dftLength is number {
  checkInteger(op, "dftLength", dftLength, "[2, 8192]");
  if (dftLength % 2 !== 0)
    throw new UsageError(message(op, "dftLength is odd", { expected: "an even number", got: `${dftLength}` }));
}

/** The values of {@link melFilters} by rows. */
export function melMatrix(
  op: string,
  sampleRate: number,
  dftLength: number,
  { filters = 40, low = 0, high = sampleRate / 2, scale = "htk", norm = "peak" }: MelOptions,
): { readonly filters: number; readonly values: Float32Array<ArrayBuffer> } {
  checkInteger(op, "filters", filters, "[1, 1024]");
  checkNumber(op, "high", high, `(0, ${sampleRate / 2}]`);
  checkNumber(op, "low", low, `[0, ${high})`);
  oneOf(scales, "htk")(op, "scale", scale);
  oneOf(["peak", "area"], "peak")(op, "norm", norm);
  const [from, to] = [toMel(low, scale), toMel(high, scale)];
  const centres = Float64Array.from({ length: filters + 2 }, (_, i) => toHertz(from + ((to - from) * i) / (filters + 1), scale)); // prettier-ignore
  const bins = dftLength / 2 + 1;
  const values = new Float32Array(bins * filters);
  for (let m = 0; m < filters; m++) {
    const [left, centre, right] = centres.subarray(m, m + 3);
    const height = norm === "area" ? 2 / (right - left) : 1;
    let isEmpty = true;
    for (let k = 0; k < bins; k++) {
      const hertz = (k * sampleRate) / dftLength;
      const rising = (hertz - left) / (centre - left);
      const falling = (right - hertz) / (right - centre);
      const value = Math.max(0, Math.min(rising, falling));
      if (value > 0) isEmpty = false;
      values[k * filters + m] = height * value;
    }
    if (isEmpty) {
      const expected = `a frequency between ${left.toFixed(1)} and ${right.toFixed(1)} Hz`;
      const got = `a transform of ${dftLength}, with steps of ${(sampleRate / dftLength).toFixed(1)} Hz`;
      const hint = "Use fewer filters or a longer transform (dftLength).";
      throw new UsageError(message(op, `mel filter ${m} would be empty`, { expected, got, hint }));
    }
  }
  return { filters, values };
}
