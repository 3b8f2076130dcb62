/**
 * Subsampling of frequent words: each occurrence of a word is kept with a probability that falls with the word's
 * frequency, so that "the" takes part in fewer windows. Source: the formula of the word2vec program, which differs a
 * little from that of Mikolov et al. 2013.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import { checkInteger, checkNumber } from "../options.js";
import { Random } from "../tensor/random.js";
import { Vocabulary } from "./vocabulary.js";

/** Options of {@link subsample}. */
export interface SubsampleOptions {
  /** t, the share of the text above which a word is frequent. Default 1e-3, as in word2vec. */
  readonly threshold?: number;
  /** Any integer; the same seed keeps the same words. Default 0. */
  readonly seed?: number;
}

/**
 * The probability with which an occurrence of each word is kept, (V):
 *
 *   p = min(1, (√(f / t) + 1) · t / f)      f = the word's count / the sum of counts
 *
 * @param vocabulary  from {@link corpusOf} or {@link readCorpus}
 * @param threshold   t in (0, 1]
 * @throws {UsageError} for anything else
 */
export function keepProbabilities(vocabulary: Vocabulary, threshold = 1e-3): Float64Array {
  const op = "words.keepProbabilities";
  checkVocabulary(op, vocabulary);
  checkNumber(op, "threshold", threshold, "(0, 1]");
  return probabilities(vocabulary, threshold);
}

function probabilities({ counts }: Vocabulary, threshold: number): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => {
    const ratio = count / total / threshold;
    return Math.min(1, (Math.sqrt(ratio) + 1) / ratio);
  });
}

/**
 * A text without a part of its frequent words, as {@link keepProbabilities} says. Cost: 10 ns a word.
 *
 * @param corpus  from {@link corpusOf} or {@link readCorpus}; it is not changed
 * @returns       the tokens that are kept, in order
 * @throws {UsageError} for a wrong option, or for what is no corpus
 * @throws {ShapeError} for tokens that are not of the vocabulary
 */
export function subsample(
  corpus: { readonly vocabulary: Vocabulary; readonly tokens: Int32Array },
  options: SubsampleOptions = {},
): Int32Array<ArrayBuffer> {
  const op = "words.subsample";
  checkKeys(op, options, ["threshold", "seed"]);
  const { threshold = 1e-3, seed = 0 } = options;
  checkNumber(op, "threshold", threshold, "(0, 1]");
  checkInteger(op, "seed", seed, "(-∞, ∞)");
  checkVocabulary(op, corpus?.vocabulary);
  const { vocabulary, tokens } = corpus;
  if (!(tokens instanceof Int32Array)) {
    throw new UsageError(message(op, "tokens are missing", { expected: "an Int32Array", got: show(tokens) }));
  }
  const limits = probabilities(vocabulary, threshold).map((p) => p * 2 ** 32);
  const random = new Random(seed);
  const kept = new Int32Array(tokens.length);
  let count = 0;
  for (let i = 0; i < tokens.length; i++) {
    const limit = limits[tokens[i]];
    if (limit === undefined) {
      const expected = `tokens below ${vocabulary.size}`;
      throw new ShapeError(message(op, `token ${i} is not in the vocabulary`, { expected, got: String(tokens[i]) }));
    }
    if (random.bits() < limit) kept[count++] = tokens[i];
  }
  return kept.slice(0, count);
}

function checkVocabulary(op: string, vocabulary: unknown): asserts vocabulary is Vocabulary {
  if (vocabulary instanceof Vocabulary) return;
  const expected = "a vocabulary, as corpusOf returns it";
  throw new UsageError(message(op, "the vocabulary is missing", { expected, got: show(vocabulary) }));
}
