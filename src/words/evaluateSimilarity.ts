/** How far cosines of word vectors order pairs of words as people do: WordSim-353, SimLex-999. */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { checkBoolean } from "../options.js";
import { type TextSource, readScoredPairs } from "./evaluationFiles.js";
import { spearman } from "./spearman.js";
import { WordVectors } from "./vectors.js";

/** Options of {@link evaluateSimilarity}. */
export interface SimilarityOptions {
  /** Whether the words of the file are lower-cased. Default true. */
  readonly lower?: boolean;
}

/** What {@link evaluateSimilarity} returns. */
export interface SimilarityScores {
  /** Spearman's ρ of cosines and scores, −1 … 1; NaN if fewer than two pairs can be compared. */
  readonly spearman: number;
  /** Pairs that were compared. */
  readonly compared: number;
  /** Pairs with a word that has no vector, which do not count. */
  readonly skipped: number;
}

/**
 * Spearman's rank correlation of the cosines of pairs of words and people's scores of them.
 *
 * @param vectors  the vectors to be evaluated
 * @param source   a path or file: URL (Node), bytes, a Blob, a Response, a stream, or { text }; gzipped or not. Two words
 *   and a number a line, parted by tabs, by commas or by blanks, perhaps under a header; of the published SimLex-999 file,
 *   the column SimLex999 is taken
 * @throws {UsageError} for a wrong option
 * @throws {DataError} when the file cannot be read, has no pairs, or has a line that is none, naming it
 */
export async function evaluateSimilarity(
  vectors: WordVectors,
  source: TextSource,
  options: SimilarityOptions = {},
): Promise<SimilarityScores> {
  const op = "words.evaluateSimilarity";
  checkVectors(op, vectors);
  checkKeys(op, options, ["lower"]);
  const { lower = true } = options;
  checkBoolean(op, "lower", lower);
  const pairs = await readScoredPairs(op, source);
  const [cosines, scores]: [number[], number[]] = [[], []];
  for (const { words, score } of pairs) {
    const [a, b] = lower ? words.map((word) => word.toLowerCase()) : words;
    if (vectors.rowOf(a) === undefined || vectors.rowOf(b) === undefined) continue;
    cosines.push(vectors.similarity(a, b));
    scores.push(score);
  }
  return { spearman: spearman(cosines, scores), compared: scores.length, skipped: pairs.length - scores.length };
}

/** @throws {UsageError} unless they are WordVectors */
export function checkVectors(op: string, vectors: unknown): asserts vectors is WordVectors {
  if (vectors instanceof WordVectors) return;
  throw new UsageError(message(op, "the vectors are missing", { expected: "WordVectors", got: show(vectors) }));
}
