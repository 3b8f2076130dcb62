/**
 * Hidden Markov models of words whose states emit mixtures of Gaussians, as the lessons on speech train them: from an
 * even share of frames for each state, over one Gaussian a state and a forced alignment, to mixtures. Letters: T
 * frames, F features, S states of all words.
 */
import { type Tensor, concat, scope } from "lanegrad";
import {
  type GaussianMixtures,
  type MarkovModel,
  alignWords,
  baumWelch,
  evenStates,
  fitMixtures,
  leftToRight,
  mfcc,
} from "lanegrad/speech";
import type { Stage } from "../stage.js";

/** States of a word: a word of 0.2 seconds passes through all of them. */
export const statesPerWord = 8;
const words = 10;
/** The number of silence among the words: behind the digits. */
export const silence = words;
const cepstra = { filters: 26, coefficients: 13, deltas: 2, preEmphasis: 0.97 } as const;

/** Words with their mixtures. */
export type MixtureModel = MarkovModel<GaussianMixtures>;

/** Frames of which the words are known. */
export interface Utterance {
  /** (T, F) */
  readonly x: Tensor;
  readonly words: readonly number[];
  /** (T): states to begin with. */
  readonly states: Int32Array;
}

/** MFCC with their changes, 39 features each 10 ms; recordings that are too short for a word have zeros behind. */
export function cepstraOf(samples: Float32Array, sampleRate: number): Tensor {
  const least = Math.ceil(sampleRate * (0.025 + 0.01 * statesPerWord));
  const padded = samples.length < least ? new Float32Array(least) : samples;
  if (padded !== samples) padded.set(samples);
  return mfcc(padded, { sampleRate, ...cepstra });
}

/** T frames of one digit, each state with the same share. */
export const evenDigit = (frames: number, digit: number): Int32Array =>
  evenStates(frames, digit * statesPerWord, statesPerWord);

/** How mixtures are trained. */
export interface MixtureTraining {
  readonly stage: Pick<Stage, "show" | "turn">;
  readonly seed: number;
  /** Gaussians of a state. */
  readonly components: number;
  /** Whether there is silence beside the words. */
  readonly hasSilence: boolean;
}

/** Trains mixtures. */
export async function trainMixtures(
  utterances: readonly Utterance[],
  { stage, seed, components, hasSilence }: MixtureTraining,
): Promise<MixtureModel> {
  const digits = Array.from({ length: words }, () => leftToRight(statesPerWord));
  const chains = hasSilence ? [...digits, leftToRight(1, { stay: 0.9 })] : digits;
  const stateCount = words * statesPerWord + Number(hasSilence);
  const recordings = utterances.map(({ x, words }) => ({ observations: x, words }));
  const frames = concat(utterances.map(({ x }) => x));
  const fitted = (alignments: readonly Int32Array[], M: number): GaussianMixtures => {
    const options = { states: joined(alignments), stateCount, components: M, seed, iterations: 5, varianceFloor: 0.02 };
    return fitMixtures(frames, options).mixtures;
  };
  let model: MixtureModel = {
    chains,
    emissions: fitted(utterances.map(({ states }) => states), 1), // prettier-ignore
    ...(hasSilence && { silence }),
  };
  const steps = async (count: number): Promise<void> => {
    for (let step = 0; step < count; step++) {
      await stage.turn();
      ({ model } = baumWelch(model, recordings, { iterations: 1 }));
    }
  };
  await steps(3);
  await stage.turn();
  model = { ...model, emissions: fitted(aligned(model, utterances), components) };
  await steps(1);
  frames.dispose();
  return model;
}

/** The likeliest state of each frame, given the words. */
export function aligned(model: MixtureModel, utterances: readonly Utterance[]): Int32Array[] {
  return utterances.map(({ x, words }) => {
    return scope(() => alignWords(model.emissions.logLikelihoods(x), model, words).states);
  });
}

/** What the mixtures have in place of weights: weights, means and variances. */
export function parameterCount({ emissions: { states, components, features } }: MixtureModel): number {
  return states * components * (2 * features + 1);
}

function joined(alignments: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(alignments.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const alignment of alignments) {
    all.set(alignment, at);
    at += alignment.length;
  }
  return all;
}
