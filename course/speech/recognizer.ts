/** What recognises spoken digits, and how it is trained. */
import type { Stage } from "../stage.js";
import type { Recording } from "./recordings.js";

/** A way to recognise spoken digits. */
export interface Recognizer {
  /** What it is, in a few words, for a table: "a convolutional network". */
  readonly about: string;
  /** Trains on recordings, of whole digits. @throws the signal's reason when it has aborted */
  train(recordings: readonly Recording[], run: TrainingRun): Promise<Trained>;
}

/** What a training is given besides recordings. */
export interface TrainingRun {
  /** Where it shows its progress, pauses, and learns that it is to end. */
  readonly stage: Pick<Stage, "show" | "turn" | "signal">;
  /** The seed of everything random. */
  readonly seed: number;
  /** In Hz, of all recordings. */
  readonly sampleRate: number;
  /** How many times a network hears all recordings; models that are trained otherwise go by their own measure. */
  readonly epochs: number;
}

/** A recognizer that has learned. */
export interface Trained {
  /** The digit that it hears in each recording. */
  recognize(recordings: readonly Recording[]): Promise<readonly number[]>;
  /** The number of its weights, or of what a mixture has instead. */
  readonly weights: number;
  /** Milliseconds of a training step, for networks: 32 recordings, with what is masked in them. */
  readonly stepMs?: number;
  /** Frees its memory. */
  dispose(): void;
}
