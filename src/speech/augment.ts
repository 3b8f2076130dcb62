/**
 * Recordings and features varied at random, so that a network hears no two alike: SpecAugment and noise. Every function
 * draws from the generator that it is given, and returns a copy. Speed is varied by changeSpeed (resample.ts).
 * Source: Park et al. 2019, "SpecAugment: a simple data augmentation method for automatic speech recognition".
 */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { checkInteger, checkNumber } from "../options.js";
import { tensor } from "../tensor/create.js";
import { drawNormal } from "../tensor/drawNormal.js";
import { Random } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkFeatures } from "./features.js";
import { checkSamples } from "./samples.js";

/** Options of {@link specAugment}. */
export interface SpecAugmentOptions {
  /** What the masks are drawn from, for example new Random(seed).fork(epoch). */
  readonly random: Random;
  /** The number of masks over frames. Default 2. */
  readonly timeMasks?: number;
  /** The most frames of a mask. Default 20. */
  readonly timeWidth?: number;
  /** The largest share of all frames that one mask may cover, in [0, 1]. Default 0.2. */
  readonly timeShare?: number;
  /** The number of masks over features. Default 2. */
  readonly frequencyMasks?: number;
  /** The most features of a mask. Default 8; fewer where there are fewer features. */
  readonly frequencyWidth?: number;
  /** What stands under a mask: "mean", the mean of each feature in this recording, or a number. Default "mean". */
  readonly fill?: "mean" | number;
}

const specAugmentNames = ["random", "timeMasks", "timeWidth", "timeShare", "frequencyMasks", "frequencyWidth", "fill"];

/**
 * SpecAugment without time warping: stretches of frames, over all features, and bands of features, over all frames, are
 * replaced by what carries no information. The width of each mask is drawn from 0 to its most, then its place. The same
 * generator gives the same masks.
 *
 * @param x  (T, F) float32, such as log-mel energies
 * @returns  (T, F), a copy
 * @throws {ShapeError} unless x is (T, F) with frames and features
 * @throws {UsageError} for an option out of range
 */
export function specAugment(x: Tensor, options: SpecAugmentOptions): Tensor {
  const op = "speech.specAugment";
  checkFeatures(op, x);
  checkKeys(op, options, specAugmentNames);
  const { random, timeMasks = 2, timeWidth = 20, timeShare = 0.2 } = options;
  const { frequencyMasks = 2, frequencyWidth = 8, fill = "mean" } = options;
  checkRandom(op, random);
  for (const [name, count] of Object.entries({ timeMasks, frequencyMasks })) checkInteger(op, name, count, "[0, 100]");
  for (const [name, width] of Object.entries({ timeWidth, frequencyWidth }))
    checkInteger(op, name, width, "[0, 1000000]");
  checkNumber(op, "timeShare", timeShare, "[0, 1]");
  if (fill !== "mean") checkNumber(op, "fill", fill, "(-∞, ∞)");
  const [frames, features] = x.shape;
  const values = x.toTypedArray().slice();
  const filling = fill === "mean" ? meansOf(values, features) : new Float32Array(features).fill(fill);
  const cover = (fromFrame: number, toFrame: number, from: number, to: number): void => {
    for (let t = fromFrame; t < toFrame; t++) for (let f = from; f < to; f++) values[t * features + f] = filling[f];
  };
  const stretch = (most: number, of: number): [from: number, to: number] => {
    const width = random.integer(Math.min(most, of) + 1);
    const from = random.integer(of - width + 1);
    return [from, from + width];
  };
  for (let i = 0; i < frequencyMasks; i++) cover(0, frames, ...stretch(frequencyWidth, features));
  const mostFrames = Math.min(timeWidth, Math.floor(timeShare * frames));
  for (let i = 0; i < timeMasks; i++) cover(...stretch(mostFrames, frames), 0, features);
  return tensor(values, x.shape);
}

function meansOf(values: ArrayLike<number>, features: number): Float64Array {
  const means = new Float64Array(features);
  for (let i = 0; i < values.length; i++) means[i % features] += values[i] / (values.length / features);
  return means;
}

/** Options of {@link addNoise}. */
export interface AddNoiseOptions {
  /** What the noise, or its place, is drawn from. */
  readonly random: Random;
  /** The signal-to-noise ratio in dB, in [−60, 120]: 20 is a quiet room, 0 as much noise as speech. */
  readonly decibels: number;
  /** A recording of noise at the same sample rate; a stretch of it is taken, again from its start where it ends. Default: white noise. */
  readonly noise?: Float32Array;
}

/**
 * The recording with noise at a given ratio of mean powers, over the whole recording. Silence stays silent, since no
 * noise has a ratio to it, and so does a recording whose stretch of noise is silent.
 *
 * @returns a copy; values may go beyond [−1, 1]
 * @throws {UsageError} for an option out of range
 * @throws {DataError} when a sample is not finite
 */
export function addNoise(samples: Float32Array, options: AddNoiseOptions): Float32Array<ArrayBuffer> {
  const op = "speech.addNoise";
  checkKeys(op, options, ["random", "decibels", "noise"]);
  const { random, decibels, noise } = options;
  checkRandom(op, random);
  checkNumber(op, "decibels", decibels, "[-60, 120]");
  checkSamples(op, samples);
  if (noise !== undefined) checkSamples(op, noise);
  const added = new Float32Array(samples.length);
  if (noise === undefined) {
    for (let i = 0; i < added.length; i++) added[i] = drawNormal(random);
  } else {
    const from = random.integer(noise.length);
    for (let i = 0; i < added.length; i++) added[i] = noise[(from + i) % noise.length];
  }
  const [signal, own] = [powerOf(samples), powerOf(added)];
  const gain = own === 0 ? 0 : Math.sqrt(signal / own / 10 ** (decibels / 10));
  return Float32Array.from(samples, (value, i) => value + gain * added[i]);
}

function powerOf(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i] ** 2;
  return sum / samples.length;
}

function checkRandom(op: string, random: unknown): asserts random is Random {
  if (random instanceof Random) return;
  throw new UsageError(message(op, "random is no generator", { expected: "new Random(seed)", got: show(random) }));
}
