/**
 * Another sample rate for the same sound: a windowed sinc, one filter for each position between two input samples that
 * occurs (polyphase), so that nothing above half of the lower rate is folded back. Also the speed of a recording.
 * Does not work on a stream: the samples of a whole recording are given.
 * Source: Smith, "Digital audio resampling" (https://ccrma.stanford.edu/~jos/resample/); speed perturbation: Ko, Peddinti,
 * Povey & Khudanpur 2015, "Audio augmentation for speech recognition".
 */
import { UsageError, checkKeys, message } from "../errors.js";
import { checkInteger, checkNumber } from "../options.js";
import { checkSamples } from "./samples.js";

/** Options of {@link resample}. */
export interface ResampleOptions {
  /** The rate of the samples, in Hz: an integer in [1, 768000]. */
  readonly from: number;
  /** The rate of the result, in Hz: an integer in [1, 768000]. */
  readonly to: number;
}

/** Zero crossings of the sinc on each side. */
const crossings = 64;
/** Where the filter falls to one half, as a share of half of the lower rate. */
const rolloff = 0.95;
/** Kaiser's β: side lobes below −100 dB, a transition of a tenth of the band. */
const beta = 10;
/** Tables of filters with more values than these (32 MB) are not kept. */
const maxTable = 2 ** 23;
/** The longest filter is this many times that of a rate that is raised. */
const maxRatio = 256;
/** The longest result, in samples. */
const maxLength = 2 ** 28;

/**
 * The same sound at another rate: ⌈length · to / from⌉ samples, of which the first is at the same instant. Frequencies
 * up to 0.9 of half of the lower rate are kept to 0.01 dB; those from half of the lower rate are gone (below −80 dB). Before and
 * after the recording there is silence.
 *
 * Cost: 128 · max(1, from / to) multiply-adds a sample of the result, and a table of filters: to / gcd(from, to)
 * of them, which are computed anew for each sample where the table would take more than 32 MB.
 * @throws {UsageError} for a wrong option, a rate lowered to less than a 256th, or a result of more than 2²⁸ samples
 * @throws {DataError} when a sample is not finite
 */
export function resample(samples: Float32Array, options: ResampleOptions): Float32Array<ArrayBuffer> {
  const op = "speech.resample";
  checkKeys(op, options, ["from", "to"]);
  const { from, to } = options;
  checkInteger(op, "from", from, "[1, 768000]");
  checkInteger(op, "to", to, "[1, 768000]");
  checkSamples(op, samples);
  return convert(op, samples, from, to);
}

function convert(op: string, samples: Float32Array, from: number, to: number): Float32Array<ArrayBuffer> {
  const common = greatestCommonDivisor(from, to);
  const [up, down] = [to / common, from / common];
  if (up === down) return new Float32Array(samples);
  const length = Math.ceil((samples.length * up) / down);
  if (down > maxRatio * up) {
    const expected = `at least ${from} / ${maxRatio} Hz`;
    throw new UsageError(message(op, "the rate is lowered too far", { expected, got: `${to}` }));
  }
  if (length > maxLength) {
    throw new UsageError(message(op, "the result is too long", { expected: `at most ${maxLength} samples`, got: `${length}` })); // prettier-ignore
  }
  const cutoff = rolloff * Math.min(1, up / down); // in half-cycles an input sample
  const reach = crossings / Math.min(1, up / down); // input samples on each side
  const taps = 2 * Math.ceil(reach);
  const kept = up * taps <= maxTable ? new Array<Float32Array | undefined>(up) : undefined;
  const result = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const phase = (i * down) % up;
    const first = (i * down - phase) / up - taps / 2 + 1; // the input sample under the filter's first tap
    const filter = kept?.[phase] ?? filterAt(phase / up, taps, cutoff, reach);
    if (kept) kept[phase] = filter;
    const end = Math.min(taps, samples.length - first);
    let sum = 0;
    for (let j = Math.max(0, -first); j < end; j++) sum += filter[j] * samples[first + j];
    result[i] = sum;
  }
  return result;
}

/** The filter for a position in [0, 1) after an input sample, which is under tap taps / 2 − 1. Its sum is 1. */
function filterAt(position: number, taps: number, cutoff: number, reach: number): Float32Array {
  const filter = new Float64Array(taps);
  let sum = 0;
  for (let j = 0; j < taps; j++) {
    const distance = j - (taps / 2 - 1) - position;
    const ratio = distance / reach;
    if (Math.abs(ratio) < 1) filter[j] = sinc(cutoff * distance) * bessel(beta * Math.sqrt(1 - ratio * ratio));
    sum += filter[j];
  }
  return Float32Array.from(filter, (value) => value / sum);
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** I₀, the modified Bessel function of order 0, by its series: Kaiser's window up to a factor. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

/**
 * The recording played faster or slower, which also raises or lowers its pitch: ⌈length / factor⌉ samples at the same
 * rate. Recognition of speech is usually trained on factors of 0.9, 1 and 1.1.
 *
 * Cost: as {@link resample}.
 * @param factor  above 1 is faster; in [0.25, 4], rounded to a thousandth
 * @throws {UsageError} when the factor is out of range
 * @throws {DataError} when a sample is not finite
 */
export function changeSpeed(samples: Float32Array, factor: number): Float32Array<ArrayBuffer> {
  const op = "speech.changeSpeed";
  checkNumber(op, "factor", factor, "[0.25, 4]");
  checkSamples(op, samples);
  return convert(op, samples, Math.round(1000 * factor), 1000);
}
