/** Speech: sounds read and written, features of them, augmentation, decoding. An entry of its own, `lanegrad/speech`. */
export type { Sound } from "../data/formats/wav.js";
export { addNoise, specAugment, type AddNoiseOptions, type SpecAugmentOptions } from "./augment.js";
export { ctcBeam, ctcGreedy, type CtcBeamOptions, type CtcHypothesis, type CtcOptions } from "./ctc.js";
export {
  deltas,
  featureStatistics,
  logMel,
  mfcc,
  normalizeFeatures,
  type DeltaOptions,
  type FeatureStatistics,
  type LogMelOptions,
  type MfccOptions,
} from "./features.js";
export { preEmphasize, windowOf, type WindowName } from "./frames.js";
export { baumWelch, type BaumWelchOptions, type BaumWelchResult, type HmmRecording } from "./hmm/baumWelch.js";
export { leftToRight, type LeftToRightOptions, type MarkovChain } from "./hmm/chain.js";
export { SymbolTable, type Collector, type Emissions, type SymbolTableOptions, type Visit } from "./hmm/emissions.js";
export { fitMixtures, type FitMixturesOptions, type FittedMixtures } from "./hmm/fitMixtures.js";
export {
  contextFrames,
  scaledLikelihoods,
  statePriors,
  type ContextOptions,
  type StatePriorsOptions,
} from "./hmm/hybrid.js";
export { forwardBackward, viterbi, type StatePath, type StateStatistics } from "./hmm/markov.js";
export type { MixtureParameters } from "./hmm/mixtureParameters.js";
export { GaussianMixtures } from "./hmm/mixtures.js";
export type { MarkovModel, WordChains } from "./hmm/model.js";
export {
  alignWords,
  decodeWords,
  evenStates,
  type DecodeWordsOptions,
  type WordPath,
  type WordSegment,
} from "./hmm/words.js";
export { hertzToMel, melFilters, melToHertz, type MelFiltersOptions, type MelOptions, type MelScale } from "./mel.js";
export { microphone, recordSound, type MicrophoneOptions, type RecordSoundOptions } from "./microphone.js";
export { changeSpeed, resample, type ResampleOptions } from "./resample.js";
export { powerSpectrum, type FrameOptions } from "./spectrum.js";
export { encodeWav, readWav, writeWav, type ReadWavOptions, type WriteWavOptions } from "./wav.js";
