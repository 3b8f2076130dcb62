/**
 * From samples to frames: pre-emphasis, short stretches that overlap, and the windows that fade them in and out.
 * Letters: T frames, L samples a frame. Does not transform them: spectrum.ts does.
 * Source: Young et al. 2006, "The HTK book 3.4", section 5; Harris 1978, "On the use of windows".
 */
import { UsageError, message } from "../errors.js";
import { checkInteger, checkNumber, oneOf } from "../options.js";
import { checkSamples } from "./samples.js";

/** The windows by their names. */
export type WindowName = "hann" | "hamming" | "rectangular";

/** Which windows there are. */
export const windowNames: readonly WindowName[] = ["hann", "hamming", "rectangular"];

/**
 * A window of L values, symmetric: 0.5 − 0.5·cos(2πn / (L − 1)) for "hann", 0.54 − 0.46·cos(2πn / (L − 1)) for
 * "hamming", 1 for "rectangular". A window of one value is 1.
 *
 * @param length  L, an integer in [1, 65536]
 * @throws {UsageError} for another name or length
 */
export function windowOf(name: WindowName, length: number): Float32Array<ArrayBuffer> {
  const op = "speech.windowOf";
  oneOf(windowNames, "hann")(op, "window", name);
  checkInteger(op, "length", length, "[1, 65536]");
  const window = new Float32Array(length).fill(1);
  if (name === "rectangular" || length === 1) return window;
  const floor = name === "hann" ? 0.5 : 0.54;
  for (let n = 0; n < length; n++) window[n] = floor - (1 - floor) * Math.cos((2 * Math.PI * n) / (length - 1));
  return window;
}

/**
 * Raises high frequencies, which speech has less of: y[n] = x[n] − a·x[n − 1], and y[0] = (1 − a)·x[0], as if the sound
 * had been constant before it begins.
 *
 * @param coefficient  a in [0, 1]; by custom 0.97 or 0.95
 * @throws {UsageError} when the coefficient is out of range
 * @throws {DataError} when a sample is not finite
 */
export function preEmphasize(samples: Float32Array, coefficient: number): Float32Array<ArrayBuffer> {
  const op = "speech.preEmphasize";
  checkNumber(op, "coefficient", coefficient, "[0, 1]");
  checkSamples(op, samples);
  return emphasized(samples, coefficient);
}

/** {@link preEmphasize} without checks. */
export function emphasized(samples: Float32Array, coefficient: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(samples.length);
  let before = samples[0];
  for (let n = 0; n < samples.length; n++) {
    result[n] = samples[n] - coefficient * before;
    before = samples[n];
  }
  return result;
}

/**
 * How many whole frames there are: 1 + ⌊(samples − length) / hop⌋. Samples after the last whole frame are left out.
 * @throws {UsageError} when there are fewer samples than a frame has
 */
export function frameCount(op: string, samples: number, length: number, hop: number): number {
  if (samples >= length) return 1 + Math.floor((samples - length) / hop);
  const hint = "Pad the recording with zeros, or choose shorter frames.";
  const expected = `at least one frame of ${length} samples`;
  throw new UsageError(message(op, "the recording is too short", { expected, got: `${samples}`, hint }));
}
