/**
 * Latent semantic analysis: words that occur in the same documents get vectors that lie near each other. No training:
 * the vectors are a factorization of how often each word occurs in each document. Letters: V words, N documents, D
 * dimensions. Source: Deerwester et al. 1990.
 */
import { UsageError, checkKeys, message, show } from "../errors.js";
import { checkInteger, oneOf } from "../options.js";
import { Random } from "../tensor/random.js";
import { leftFactors } from "./factorize.js";
import { type TermWeights, checkDimensions, termDocuments, tfidf } from "./termDocuments.js";
import { wordOptionNames } from "./units.js";
import { WordVectors } from "./vectors.js";
import { CorpusCounter, type CorpusOptions, checkTexts } from "./vocabulary.js";

/** Options of {@link lsa}. */
export interface LsaOptions extends CorpusOptions {
  /** D, at most as many as there are words, and documents. Default 100. */
  readonly dimensions?: number;
  /**
   * "tfidf": (1 + ln count) · (ln((1 + N) / (1 + documents with the word)) + 1), each document then divided by its length,
   * as scikit-learn's TfidfVectorizer with sublinear_tf. "counts": as they are. Default "tfidf".
   */
  readonly weights?: TermWeights;
  /** How often the subspace is multiplied by the matrix and its transpose, 0 … 100. Default 4. */
  readonly iterations?: number;
  /** Any integer; the same seed gives the same vectors, bit for bit in the same engine. Default 0. */
  readonly seed?: number;
}

/** Columns beyond D that are computed. */
const oversampling = 10;

/**
 * Vectors of words by a truncated singular value decomposition: of A (V, N), the weighed counts of words in documents,
 * A ≈ U·Σ·Vᵀ, the rows of U·Σ, the most frequent word first.
 *
 * Cost: with P different words of documents, all together, 4·D·P + 4·D²·(V + N) flops an iteration, in float64; memory
 * 8·D·(2·V + N) + 12·P bytes. Accuracy: singular values that stand out are as those of a full decomposition; the last
 * ones come near it with more iterations.
 *
 * @param documents  texts: sentences, paragraphs, articles
 * @throws {UsageError} for a wrong option, or for documents that are not texts
 * @throws {DataError} unless at least two different words occur `minCount` times
 * @throws {ShapeError} when there are fewer words or documents than dimensions
 */
export function lsa(documents: readonly string[], options: LsaOptions = {}): WordVectors {
  const op = "words.lsa";
  const own = ["dimensions", "weights", "iterations", "seed"];
  checkKeys(op, options, [...own, "minCount", "maxWords", ...wordOptionNames]);
  const { dimensions = 100, iterations = 4, seed = 0, weights, ...others } = options;
  checkInteger(op, "dimensions", dimensions, "[1, ∞)");
  checkInteger(op, "iterations", iterations, "[0, 100]");
  checkInteger(op, "seed", seed, "(-∞, ∞)");
  const weighing = oneOf<TermWeights>(["counts", "tfidf"], "tfidf")(op, "weights", weights);
  if (!Array.isArray(documents)) {
    throw new UsageError(message(op, "documents are missing", { expected: "a list of texts", got: show(documents) }));
  }
  const counter = new CorpusCounter(op, others);
  for (const text of checkTexts(op, documents)) counter.add(text);
  const { vocabulary } = counter.finish();
  const counts = termDocuments(op, documents, vocabulary);
  checkDimensions(op, counts, dimensions);
  const A = weighing === "tfidf" ? tfidf(counts) : counts;
  const { U, values } = leftFactors(A, dimensions, oversampling, iterations, new Random(seed));
  return new WordVectors(
    vocabulary.words,
    Float32Array.from(U, (value, at) => value * values[at % dimensions]),
  );
}
