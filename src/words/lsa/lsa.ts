/**
 * Latent semantic analysis: words that occur in the same documents get vectors that lie near each other. No training:
 * the vectors are a factorization of how often each word occurs in each document. Letters: V words, N documents, D
 * dimensions. Source: Deerwester et al. 1990.
 */
import { UsageError, checkKeys, message, show } from "../../errors.js";
import { integer, number, oneOf, optional, unchecked } from "../../options.js";
import { breathe } from "../../runtime/breathe.js";
import { info } from "../../runtime/runtime.js";
import { Random } from "../../tensor/random.js";
import { leftFactors } from "./factorize.js";
import {
  type TermDocuments,
  type TermWeights,
  checkDimensions,
  logEntropy,
  termDocuments,
  tfidf,
} from "./termDocuments.js";
import { resolveTraining } from "../training.js";
import { wordOptionNames } from "../units.js";
import { WordVectors } from "../vectors.js";
import { CorpusCounter, type CorpusOptions, checkTexts } from "../vocabulary.js";

/** Options of {@link lsa}. */
export interface LsaOptions extends CorpusOptions {
  /** D, at most as many as there are words, and documents. Default 100. */
  readonly dimensions?: number;
  /**
   * "tfidf": (1 + ln count) · (ln((1 + N) / (1 + documents with the word)) + 1), as scikit-learn's TfidfVectorizer with
   * sublinear_tf; "logEntropy": ln(1 + count) · (1 − the entropy of the word over the documents / ln N); after either, each
   * document is divided by its length. "counts": as they are. Default "tfidf".
   */
  readonly weights?: TermWeights;
  /** p: vectors are the rows of U·Σᵖ, 0 … 1; less than 1 lets the first directions weigh less. Default 1. */
  readonly power?: number;
  /** How often the subspace is multiplied by the matrix and its transpose, 0 … 100. Default 4. */
  readonly iterations?: number;
  /** Any integer; the same seed gives the same vectors, bit for bit in the same engine. Default 0. */
  readonly seed?: number;
  /** Ends the work: the promise is rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then, at most once in 16 ms. */
  readonly onProgress?: ((progress: LsaProgress) => void) | undefined;
}

/** How far {@link lsa} is. */
export interface LsaProgress {
  readonly stage: "reading" | "counting" | "factorizing";
  /** The share of the stage that is done, 0 … 1. */
  readonly done: number;
}

const table = {
  dimensions: integer("[1, ∞)", 100),
  weights: oneOf<TermWeights>(["counts", "tfidf", "logEntropy"], "tfidf"),
  power: number("[0, 1]", 1),
  iterations: integer("[0, 100]", 4),
  seed: integer("(-∞, ∞)", 0),
  signal: optional(unchecked<AbortSignal>()),
  onProgress: optional(unchecked<(progress: LsaProgress) => void>()),
};

/** Columns beyond D that are computed. */
const oversampling = 10;

/**
 * Vectors of words by a truncated singular value decomposition: of A (V, N), the weighed counts of words in documents,
 * A ≈ U·Σ·Vᵀ, the rows of U·Σ, or of U·Σᵖ, the most frequent word first. Needs `init`.
 *
 * Cost: with P different words of documents, all together, 4·D·P flops an iteration in float64, 8·D²·(V + N) by kernels, and 4·D²·V in float64 at the
 * end; memory 8·D·(2·V + N) + 12·P bytes. Accuracy: singular values that stand out are as those of a full decomposition; the last
 * ones come near it with more iterations.
 *
 * @param documents  texts: sentences, paragraphs, articles
 * @throws {UsageError} for a wrong option, for documents that are not texts, or before `init`
 * @throws the signal's reason when it aborts
 * @throws {DataError} unless at least two different words occur `minCount` times
 * @throws {ShapeError} when there are fewer words or documents than dimensions
 * @throws {MemoryError} when the memory limit is reached
 */
export async function lsa(documents: readonly string[], options: LsaOptions = {}): Promise<WordVectors> {
  const op = "words.lsa";
  checkKeys(op, options, [...Object.keys(table), "minCount", "maxWords", ...wordOptionNames]);
  const { dimensions: D, weights, power, iterations, seed, signal, onProgress, ...others } = options;
  const own = { dimensions: D, weights, power, iterations, seed, signal, onProgress };
  const { dimensions, ...settings } = resolveTraining(op, own, table);
  if (!Array.isArray(documents)) {
    throw new UsageError(message(op, "documents are missing", { expected: "a list of texts", got: show(documents) }));
  }
  info(); // before a long time of counting
  const turn = (stage: LsaProgress["stage"], done: number): Promise<void> | undefined => {
    const breath = breathe();
    if (breath === undefined) return undefined;
    settings.onProgress?.({ stage, done });
    return breath.then(() => settings.signal?.throwIfAborted());
  };
  settings.signal?.throwIfAborted();
  const counter = new CorpusCounter(op, others);
  let read = 0;
  for (const text of checkTexts(op, documents)) {
    counter.add(text);
    await turn("reading", ++read / documents.length);
  }
  const { vocabulary } = counter.finish();
  let behind = 0;
  const counts = await termDocuments(documents, vocabulary, () => turn("counting", behind++ / documents.length));
  checkDimensions(op, counts, dimensions);
  const A = weighed(counts, settings.weights);
  const random = new Random(settings.seed);
  const { U, values } = await leftFactors(A, dimensions, oversampling, settings.iterations, random, (done) =>
    turn("factorizing", done),
  );
  const scales = values.map((value) => value ** settings.power);
  return new WordVectors(
    vocabulary.words,
    Float32Array.from(U, (value, at) => value * scales[at % dimensions]),
  );
}

function weighed(counts: TermDocuments, weights: TermWeights): TermDocuments {
  if (weights === "counts") return counts;
  return weights === "tfidf" ? tfidf(counts) : logEntropy(counts);
}
