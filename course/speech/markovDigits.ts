/**
 * Spoken digits by hidden Markov models: which digit's states make the recording likeliest, by mixtures or by a
 * network.
 */
import { type Tensor, scope } from "lanegrad";
import { type WordChains, alignWords, featureStatistics, normalizeFeatures } from "lanegrad/speech";
import { trainHybrid } from "./hybrid.js";
import {
  type Utterance,
  aligned,
  cepstraOf,
  evenDigit,
  parameterCount,
  statesPerWord,
  trainMixtures,
} from "./markov.js";
import type { Recognizer } from "./recognizer.js";
import type { Recording } from "./recordings.js";

/** Gaussians of a state. */
const components = 4;
const hybrid = { units: 192, states: 10 * statesPerWord };
/** The network sees each frame this many times for every time that other networks hear the recordings. */
const epochShare = 0.25;

/** Mixtures of Gaussians. */
export const hmmGmm: Recognizer = {
  about: "a hidden Markov model a digit, mixtures of Gaussians",
  async train(recordings, { stage, seed, sampleRate }) {
    const { utterances, heard } = prepared(recordings, sampleRate);
    const model = await trainMixtures(utterances, { stage, seed, components, hasSilence: false });
    return {
      recognize: async (some) =>
        some.map((one) => scope(() => likeliest(model.emissions.logLikelihoods(heard(one)), model))),
      weights: parameterCount(model),
      dispose: () => undefined,
    };
  },
};

/** A network in their place. */
export const hmmDnn: Recognizer = {
  about: "the same, a network of frames in their place",
  async train(recordings, { stage, seed, sampleRate, epochs }) {
    const { utterances, heard } = prepared(recordings, sampleRate);
    const model = await trainMixtures(utterances, { stage, seed, components, hasSilence: false });
    const all = utterances.map(({ x }) => x);
    const options = { ...hybrid, epochs: Math.max(1, Math.round(epochShare * epochs)) };
    const network = await trainHybrid(all, aligned(model, utterances), { stage, seed }, options);
    return {
      async recognize(some) {
        const digits: number[] = [];
        for (const one of some) {
          const x = heard(one);
          const likelihoods = await network.likelihoods(x);
          digits.push(likeliest(likelihoods, model));
          for (const each of [x, likelihoods]) each.dispose();
        }
        return digits;
      },
      weights: network.weights,
      dispose: () => network.dispose(),
    };
  },
};

/** Recordings as utterances, normalized by the mean and deviation of all of them, and others in the same way. */
function prepared(recordings: readonly Recording[], sampleRate: number) {
  const raw = recordings.map(({ samples }) => cepstraOf(samples, sampleRate));
  const statistics = featureStatistics(raw);
  const utterances = recordings.map(({ label }, i): Utterance => {
    const x = normalizeFeatures(raw[i], statistics);
    raw[i].dispose();
    return { x, words: [label], states: evenDigit(x.shape[0], label) };
  });
  const heard = ({ samples }: Recording): Tensor =>
    scope(() => normalizeFeatures(cepstraOf(samples, sampleRate), statistics));
  return { utterances, heard };
}

/** The digit whose states have the likeliest path. */
function likeliest(likelihoods: Tensor, { chains }: WordChains): number {
  const scores = Array.from({ length: 10 }, (_, digit) => alignWords(likelihoods, { chains }, [digit]).score);
  return scores.indexOf(Math.max(...scores));
}
