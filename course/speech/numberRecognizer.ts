/** What recognises strings of digits, and how it is trained. */
import type { WordPath } from "lanegrad/speech";
import type { SpokenNumber } from "./numbers.js";
import type { TrainingRun } from "./recognizer.js";

/** A way to recognise strings of digits. */
export interface NumberRecognizer {
  /** What it is, in a few words, for a table. */
  readonly about: string;
  /** Trains on strings. @throws the signal's reason when it has aborted */
  train(numbers: readonly SpokenNumber[], run: NumberRun): Promise<TrainedNumbers>;
}

/** What a training is given besides strings. */
export interface NumberRun extends TrainingRun {
  /** Strings of other takes, to choose settings by, such as the price of a word. */
  readonly validation: readonly SpokenNumber[];
}

/** A stretch of a string at which a digit is heard, in seconds. */
export interface Spot {
  readonly digit: number;
  readonly from: number;
  readonly to: number;
}

/** A recognizer that has learned; it has either {@link align} or {@link spots}. */
export interface TrainedNumbers {
  /** The digits that it hears in each string. */
  recognize(numbers: readonly SpokenNumber[]): Promise<readonly (readonly number[])[]>;
  /** The state of each frame of 10 ms, given the digits: for hidden Markov models. */
  readonly align?: (number: SpokenNumber) => Promise<WordPath>;
  /** Where it hears each digit of a string, in their order: for networks without states. */
  readonly spots?: (number: SpokenNumber) => Promise<readonly Spot[]>;
  /** The number of its weights, or of what a mixture has instead. */
  readonly weights: number;
  /** The network as a file, for models that can be saved: `lanegrad predict` and the page listen with it. */
  readonly toBytes?: () => Promise<Uint8Array>;
  /** Frees its memory. */
  dispose(): void;
}
