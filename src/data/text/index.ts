/** Texts and token sequences: reading, tokenizing, padding, pairs, windows, drawing the next token, scores. */
export {
  bytePairsFrom,
  fitBytePairs,
  loadBytePairs,
  type BytePairs,
  type BytePairsConfig,
  type BytePairsOptions,
} from "./bytePairs.js";
export type { NormalForm } from "./normalForm.js";
export { padSequences, type PadOptions, type Side } from "./padSequences.js";
export {
  alignedPairs,
  translationPairs,
  type AlignedPairs,
  type AlignedPairsOptions,
  type TranslationPairs,
  type TranslationPairsOptions,
} from "./pairs.js";
export { encodeRanks, type RankOptions } from "./rankEncoding.js";
export { readPairs, type TextPairs } from "./readPairs.js";
export { readText } from "./readText.js";
export {
  bleu,
  characterErrorRate,
  chrF,
  exactMatch,
  perplexity,
  wordErrorRate,
  type BleuOptions,
  type ChrFOptions,
  type References,
  type Scored,
} from "./scores.js";
export { streams, type Streams, type StreamsOptions } from "./streams.js";
export { sampler, type SamplerOptions } from "./sampler.js";
export {
  fitTokenizer,
  loadTokenizer,
  tokenizerFrom,
  type TextUnit,
  type Tokenizer,
  type TokenizerConfig,
  type TokenizerOptions,
} from "./tokenizer.js";
export { windowBatches, windows, type WindowBatchesOptions, type Windows, type WindowsOptions } from "./windows.js";
