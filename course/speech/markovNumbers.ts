/**
 * Strings of digits by hidden Markov models: Viterbi's algorithm over a loop of all digits and silence, with the
 * likelihoods of mixtures or of a network. The price of a word is chosen on strings that are not trained on.
 */
import { type Tensor, scope, text } from "lanegrad";
import { alignWords, decodeWords, normalizeFeatures } from "lanegrad/speech";
import { trainHybrid } from "./hybrid.js";
import {
  type MixtureModel,
  type Utterance,
  aligned,
  cepstraOf,
  evenDigit,
  parameterCount,
  silence,
  statesPerWord,
  trainMixtures,
} from "./markov.js";
import type { SpokenNumber } from "./numbers.js";
import type { NumberRecognizer, NumberRun, TrainedNumbers } from "./numberRecognizer.js";

/** Gaussians of a state. */
const components = 8;
const states = 10 * statesPerWord + 1;
/** Prices of a word that are tried. */
const penalties = [0, 5, 10, 15, 20, 30, 40, 60, 80, 120, 160];

/** Mixtures of Gaussians. */
export const mixtureNumbers: NumberRecognizer = {
  about: "a hidden Markov model a digit, mixtures of Gaussians",
  async train(numbers, run) {
    const { model, utterances } = await prepared(numbers, run);
    for (const { x } of utterances) x.dispose();
    const likelihoods = async (x: Tensor): Promise<Tensor> => model.emissions.logLikelihoods(x);
    return decoding(model, likelihoods, run, { weights: parameterCount(model), dispose: () => undefined });
  },
};

/** A network in their place. */
export const hybridNumbers: NumberRecognizer = {
  about: "the same, a network of frames in their place",
  async train(numbers, run) {
    const { model, utterances } = await prepared(numbers, run);
    const all = utterances.map(({ x }) => x);
    const options = { states, units: 320, epochs: run.epochs };
    const network = await trainHybrid(all, aligned(model, utterances), run, options);
    for (const x of all) x.dispose();
    return decoding(model, (x) => network.likelihoods(x), run, network);
  },
};

/** The mixtures that were trained on strings, since the network begins with them too. */
const kept = new WeakMap<readonly SpokenNumber[], { readonly seed: number; readonly model: MixtureModel }>();

/** Strings as utterances, and mixtures that were trained on them. */
async function prepared(numbers: readonly SpokenNumber[], { stage, seed, sampleRate }: NumberRun) {
  const utterances = numbers.map((number): Utterance => {
    const x = heardOf(number, sampleRate);
    return { x, words: number.digits, states: firstStates(number, x.shape[0], sampleRate) };
  });
  const known = kept.get(numbers);
  if (known?.seed === seed) return { utterances, model: known.model };
  const model = await trainMixtures(utterances, { stage, seed, components, hasSilence: true });
  kept.set(numbers, { seed, model });
  return { utterances, model };
}

/** MFCC, each with mean 0 and deviation 1 over the string: (T, F). */
function heardOf({ samples }: SpokenNumber, sampleRate: number): Tensor {
  return scope(() => normalizeFeatures(cepstraOf(samples, sampleRate)));
}

/** Even shares of the recordings that were joined, and silence between them. */
function firstStates({ digits, places }: SpokenNumber, frames: number, sampleRate: number): Int32Array {
  const states = new Int32Array(frames).fill(silence * statesPerWord);
  for (const [i, digit] of digits.entries()) {
    const [from, to] = places[i].map((sample) => Math.min(frames, Math.round((100 * sample) / sampleRate)));
    const even = evenDigit(Math.max(to - from, statesPerWord), digit);
    states.set(even.subarray(0, to - from), from);
  }
  return states;
}

/** Decodes by likelihoods, with the price of a word that is best for the strings to choose by. */
async function decoding(
  model: MixtureModel,
  likelihoods: (x: Tensor) => Promise<Tensor>,
  { validation, sampleRate, stage }: NumberRun,
  { weights, dispose }: Pick<TrainedNumbers, "weights" | "dispose">,
): Promise<TrainedNumbers> {
  const decoded = async <T>(number: SpokenNumber, decode: (likelihoods: Tensor) => T): Promise<T> => {
    await stage.turn();
    const x = heardOf(number, sampleRate);
    const found = await likelihoods(x);
    const result = decode(found);
    for (const each of [x, found]) each.dispose();
    return result;
  };
  const all: (readonly number[])[][] = penalties.map(() => []);
  for (const number of validation) {
    const each = await decoded(number, (found) =>
      penalties.map((penalty) => decodeWords(found, model, { penalty }).words),
    );
    for (const [i, words] of each.entries()) all[i].push(words);
  }
  const errors = all.map((heard) => digitErrorRate(heard, validation));
  const penalty = penalties[errors.indexOf(Math.min(...errors))];
  return {
    async recognize(numbers) {
      const heard: (readonly number[])[] = [];
      for (const number of numbers)
        heard.push(await decoded(number, (found) => decodeWords(found, model, { penalty }).words));
      return heard;
    },
    align: (number) => decoded(number, (found) => alignWords(found, model, number.digits)),
    weights,
    dispose,
  };
}

/** Digits to replace, put in or leave out, for each that was said. */
export function digitErrorRate(heard: readonly (readonly number[])[], said: readonly SpokenNumber[]): number {
  const words = (digits: readonly number[]): string[] => digits.map(String);
  return text.wordErrorRate(heard.map(words), said.map(({ digits }) => words(digits))); // prettier-ignore
}
