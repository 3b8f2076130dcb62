/**
 * Spoken digits as the lessons on speech hear them: the recordings, log-mel energies of them, and batches of recordings
 * of similar length. Letters: T frames, F features, n recordings of a batch.
 */
import { Random, type Tensor, datasets, tensor } from "lanegrad";
import { addNoise, changeSpeed, logMel, specAugment } from "lanegrad/speech";
import type { DataSource } from "../stage.js";

/** A recording of a digit. */
export type Recording = datasets.SpokenDigit;

/** The Free Spoken Digit Dataset. */
export const fsddSource: DataSource<datasets.SpokenDigits> = {
  name: "fsdd",
  title: "Free Spoken Digit Dataset",
  files: [{ names: datasets.fsddFiles }],
  url: "https://github.com/Jakobovski/free-spoken-digit-dataset",
  read: (files) => datasets.fsdd({ file: datasets.fsddFiles.flatMap((name) => files.get(name) ?? [])[0] }),
};

/** F. */
export const features = 40;
/** Batches are filled up to a multiple of so many frames, since a recorded step is kept for each size. */
const multiple = 8;
/** Batches that are sorted by length together. */
const sorted = 12;

/** Features of a recording, (T, F), and what was said. */
export interface Heard {
  readonly values: Float32Array;
  readonly frames: number;
  readonly label: number;
}

/**
 * Log-mel energies with mean 0 and deviation 1 over the recording, (T, F). All features have one mean: a word is so short
 * that the mean of each by itself would be part of what was said.
 */
export function energiesOf(samples: Float32Array, sampleRate: number): Tensor {
  const energies = logMel(samples, { sampleRate, filters: features, frameSeconds: 0.03, hopSeconds: 0.0125 });
  const values = energies.toTypedArray() as Float32Array;
  const [frames] = energies.shape;
  energies.dispose();
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const deviation = Math.sqrt(variance + 1e-6);
  return tensor(values.map((value) => (value - mean) / deviation), [frames, features]); // prettier-ignore
}

/** The ways in which a recording is heard: as it is, and slower and faster with noise. */
const speeds = [1, 0.9, 1.1] as const;

/** How many ways there are to hear a recording. */
export const ways = speeds.length;

/** What was heard already, since several models hear the same recordings: for a seed, each way of each recording. */
const kept = new WeakMap<Recording, { readonly seed: number; readonly ways: (Heard | undefined)[] }>();

/**
 * What is heard of a recording.
 * @param way   0 as it is, others with another speed and with noise
 * @param seed  what the noise is drawn from
 */
export function heard(recording: Recording, sampleRate: number, way = 0, seed = 0): Heard {
  const { label, speaker, take, samples } = recording;
  let known = kept.get(recording);
  if (known?.seed !== seed) kept.set(recording, (known = { seed, ways: [] }));
  return (known.ways[way] ??= heardOf(
    way === 0 ? samples : varied(samples, speeds[way], new Random(seed).fork(`${label} ${speaker} ${take} ${way}`)),
    sampleRate,
    label,
  ));
}

function varied(samples: Float32Array, speed: number, random: Random): Float32Array {
  return addNoise(changeSpeed(samples, speed), { random, decibels: 15 + 25 * random.uniform() });
}

function heardOf(samples: Float32Array, sampleRate: number, label: number): Heard {
  const energies = energiesOf(samples, sampleRate);
  const values = energies.toTypedArray() as Float32Array;
  energies.dispose();
  return { values, frames: values.length / features, label };
}

/** n recordings side by side: features (n, T, F) with zeros behind, the frames of each, and what was said. */
export interface HeardBatch {
  readonly x: Tensor;
  readonly lengths: readonly number[];
  readonly labels: readonly number[];
}

/** Recordings side by side. @param mask what SpecAugment draws from; default: nothing is masked */
export function sideBySide(all: readonly Heard[], mask?: Random): HeardBatch {
  const T = Math.ceil(Math.max(...all.map(({ frames }) => frames)) / multiple) * multiple;
  const x = new Float32Array(all.length * T * features);
  for (const [i, { values, frames }] of all.entries())
    x.set(mask ? masked(values, frames, mask) : values, i * T * features);
  return {
    x: tensor(x, [all.length, T, features]),
    lengths: all.map(({ frames }) => frames),
    labels: all.map(({ label }) => label),
  };
}

function masked(values: Float32Array, frames: number, random: Random): Float32Array {
  const whole = tensor(values, [frames, features]);
  const rest = specAugment(whole, { random, timeMasks: 2, timeShare: 0.15, frequencyMasks: 2, frequencyWidth: 6 });
  const result = rest.toTypedArray() as Float32Array;
  for (const each of [whole, rest]) each.dispose();
  return result;
}

/**
 * Groups of n recordings of similar length in a drawn order. What is left over waits for another epoch.
 * @param random  what the order is drawn from
 */
export function groupsOf(all: readonly Heard[], n: number, random: Random): Heard[][] {
  const order = shuffled(all, random);
  const groups: Heard[][] = [];
  for (let from = 0; from < order.length; from += sorted * n) {
    const some = order.slice(from, from + sorted * n).sort((a, b) => a.frames - b.frames);
    for (let at = 0; at + n <= some.length; at += n) groups.push(some.slice(at, at + n));
  }
  return shuffled(groups, random);
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}
