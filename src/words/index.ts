/**
 * The entry lanegrad/words: vocabularies and windows of long texts; vectors of words, what is near to what, files and
 * maps of them, evaluations; vectors by word2vec, by GloVe and by latent semantic analysis. An entry of its own, so that pages without it do not carry it.
 */
export {
  evaluateAnalogies,
  type AnalogyCounts,
  type AnalogyEvaluationOptions,
  type AnalogyScores,
} from "./evaluateAnalogies.js";
export { evaluateSimilarity, type SimilarityOptions, type SimilarityScores } from "./evaluateSimilarity.js";
export type { TextSource } from "./evaluationFiles.js";
export { glove, type GloveOptions, type GloveProgress } from "./glove/glove.js";
export { lsa, type LsaOptions, type LsaProgress } from "./lsa/lsa.js";
export type { TermWeights } from "./lsa/termDocuments.js";
export { loadWordVectors, type LoadVectorsOptions } from "./loadVectors.js";
export type { MappedWord, PlacedWords } from "./maps/mapWords.js";
export { pcaMap, type PcaMapOptions, type WordMap } from "./maps/pcaMap.js";
export { tsneMap, type TsneMap, type TsneMapOptions } from "./maps/tsneMap.js";
export { readCorpus } from "./readCorpus.js";
export type { VectorFormat } from "./saveVectors.js";
export { spearman } from "./spearman.js";
export { keepProbabilities, subsample, type SubsampleOptions } from "./subsample.js";
export type { WordOptions } from "./units.js";
export {
  WordVectors,
  type AnalogyMethod,
  type AnalogyOptions,
  type Neighbour,
  type NearestOptions,
  type SaveVectorsOptions,
} from "./vectors.js";
export { Vocabulary, corpusOf, type Corpus, type CorpusOptions } from "./vocabulary.js";
export { windowPairs, type WindowPair, type WindowPairsOptions } from "./windowPairs.js";
export { word2vec, type Word2vecModel, type Word2vecOptions, type WordProgress } from "./word2vec.js";
