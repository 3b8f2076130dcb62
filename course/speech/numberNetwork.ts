/**
 * What the networks that read strings of digits share: the pyramid that listens, what it hears, and batches of strings.
 * Letters: n strings of a batch, T frames, F features.
 */
import { type Layer, Random, type Tensor, layers } from "lanegrad";
import { decimal } from "../support/format.js";
import type { SpokenNumber } from "./numbers.js";
import { type Heard, energiesOf, features, groupsOf, sideBySide } from "./recordings.js";

const [units, batch] = [64, 16];
/** A network hears each string this many times for every time that the hybrid's sees a frame. */
export const epochShare = 4;
/** Frames of a step of the pyramid. */
export const joined = 4;
/** Seconds from a frame to the next. */
export const hopSeconds = 0.0125;

/** A pyramid of bidirectional layers, from the lowest: (n, T, F) → (n, ⌈T / 4⌉, 128). */
export function pyramidLayers(): Layer[] {
  const reader = () => layers.bidirectional({ layer: layers.gru({ units, returnSequences: true }) });
  const rest = () => layers.dropout({ rate: 0.2 });
  return [
    layers.spatialDropout1d({ rate: 0.05, inputShape: [null, features] }),
    ...[reader(), rest(), layers.pyramid(), reader(), rest(), layers.pyramid(), reader(), rest()],
  ];
}

/** Log-mel energies of a string; its label is its number among the strings. */
export function heardOf({ samples }: Pick<SpokenNumber, "samples">, label: number, sampleRate: number): Heard {
  const energies = energiesOf(samples, sampleRate);
  const heard = { values: energies.toTypedArray() as Float32Array, frames: energies.shape[0], label };
  energies.dispose();
  return heard;
}

/** A batch of strings to train on. */
export interface NumberBatch {
  /** (n, T, F), zeros behind. */
  readonly x: Tensor;
  readonly lengths: readonly number[];
  /** What is said in each. */
  readonly digits: readonly (readonly number[])[];
}

/** Batches of strings of similar length, another order and other gaps (SpecAugment) each time they are gone through. */
export class NumberBatches {
  /** Batches of an epoch. */
  readonly count: number;
  readonly #numbers: readonly SpokenNumber[];
  readonly #heard: readonly Heard[];
  readonly #n: number;
  readonly #random: Random;
  #epoch = 0;

  constructor(numbers: readonly SpokenNumber[], sampleRate: number, seed: number) {
    this.#numbers = numbers;
    this.#heard = numbers.map((number, i) => heardOf(number, i, sampleRate));
    this.#n = Math.min(batch, numbers.length);
    this.#random = new Random(seed).fork("strings");
    this.count = groupsOf(this.#heard, this.#n, this.#random).length;
  }

  *epoch(): Generator<NumberBatch> {
    const drawn = this.#random.fork("order").fork(this.#epoch++);
    for (const group of groupsOf(this.#heard, this.#n, drawn)) {
      const { x, lengths, labels } = sideBySide(group, drawn);
      yield { x, lengths, digits: labels.map((i) => this.#numbers[i].digits) };
    }
  }
}

/** How the loss is shown. */
export const lossWording = {
  live: ({ loss }: { loss: number }) => ({ score: `loss ${decimal(loss)}`, details: [] }),
  epoch: ({ loss }: { loss: number }) => [`loss ${decimal(loss)}`],
};
