/**
 * Word vectors by word2vec: skip-gram and continuous bag of words (CBOW) with negative sampling. The kernels walk the
 * text (assembly/words); here are the options, the tables that words are drawn from, and the loop over the text.
 * Letters: V words, D dimensions. Hierarchical softmax is left out. Source: Mikolov et al. 2013; negatives that are
 * shared in a window: Ji et al. 2016.
 */
import { WordTraining } from "../ops/inPlace/wordTraining.js";
import { type Table, type Values, flag, integer, number, oneOf, optional, unchecked } from "../options.js";
import { breathe } from "../runtime/breathe.js";
import { info } from "../runtime/runtime.js";
import { Random } from "../tensor/random.js";
import { aliasTable } from "./aliasTable.js";
import { keepProbabilities } from "./subsample.js";
import { checkCorpus, finite, resolveTraining } from "./training.js";
import { WordVectors } from "./vectors.js";
import type { Corpus } from "./vocabulary.js";

/** How a window is learnt from: each word of it predicts the middle one, or their mean does. */
export type Word2vecModel = "skipgram" | "cbow";

/** Options of {@link word2vec}. */
export interface Word2vecOptions {
  /** Default "skipgram". */
  readonly model?: Word2vecModel;
  /** D. Default 100. */
  readonly dimensions?: number;
  /** The largest distance of a word from the middle of its window; each window's is drawn from 1 up to it. Default 5. */
  readonly window?: number;
  /** How many words are drawn for a window as examples of what is not in its middle, 1 … 100. Default 5. */
  readonly negatives?: number;
  /** How often the text is gone through. Default 5. */
  readonly epochs?: number;
  /** At the beginning; it falls in a straight line to a ten-thousandth of it. Default 0.025. */
  readonly learningRate?: number;
  /** The threshold of {@link keepProbabilities} in (0, 1], or 0: every word is kept. Default 1e-3. */
  readonly subsample?: number;
  /** Any integer. Default 0. */
  readonly seed?: number;
  /**
   * True: the same seed gives the same bits, whatever the number of threads. False: each thread goes through a part of the
   * text by itself, and all of them write to the same vectors without waiting for each other (Hogwild); one thread gives
   * the same bits either way. Default true.
   */
  readonly deterministic?: boolean;
  /** Ends the training: the promise is rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then, at most once in 16 ms. */
  readonly onProgress?: ((progress: WordProgress) => void) | undefined;
}

/** How far a training of word vectors is. */
export interface WordProgress {
  /** The current epoch, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** The share of all epochs that is done, 0 … 1. */
  readonly done: number;
  /** Words of the text, those that were not kept included, for each second since the training began. */
  readonly wordsPerSecond: number;
  readonly learningRate: number;
}

const table = {
  model: oneOf<Word2vecModel>(["skipgram", "cbow"], "skipgram"),
  dimensions: integer("[1, 4096]", 100),
  window: integer("[1, 100]", 5),
  negatives: integer("[1, 100]", 5),
  epochs: integer("[1, ∞)", 5),
  learningRate: number("(0, ∞)", 0.025),
  subsample: number("[0, 1]", 1e-3),
  seed: integer("(-∞, ∞)", 0),
  deterministic: flag(true),
  signal: optional(unchecked<AbortSignal>()),
  onProgress: optional(unchecked<(progress: WordProgress) => void>()),
} satisfies Table<Word2vecOptions>;

const op = "words.word2vec";

/**
 * Vectors of words such that words which occur near the same words are near each other. Windows with the words o of
 * their middles, which are to be told apart from `negatives` others that are drawn with probabilities ∝ count^¾:
 *
 *   skip-gram   for each i of the words around: the gradient of ln σ(i·o) + Σ ln σ(−i·negative)
 *   CBOW        for their mean h: that of ln σ(h·o) + Σ ln σ(−h·negative), added to each of them
 *
 * as the word2vec program and gensim do, but that the words of a window share its negatives, and errors of up to 64
 * windows are computed before these are learnt from. Windows do not cross the ends of blocks of up to 8,192 kept words.
 * Needs `init`; runs on its threads.
 *
 * Cost: skip-gram 12·D·(1 + negatives)·(window + 1) / 2 flops for each word that is kept, CBOW about
 * 6·D·(1 + negatives) + 4·D·window; memory 8·V·D bytes and 16 for each word of a block.
 *
 * @param corpus  from {@link corpusOf} or {@link readCorpus}; it must stay as it is until the promise is settled
 * @returns the input vectors, the most frequent word first
 * @throws {UsageError} for a wrong option, for what is no corpus, before `init`, or when the training has diverged
 * @throws the signal's reason when it aborts
 * @throws {ShapeError} for tokens that are not of the vocabulary, or fewer than two of them
 * @throws {MemoryError} when the memory limit is reached
 */
export async function word2vec(
  corpus: Pick<Corpus, "vocabulary" | "tokens">,
  options: Word2vecOptions = {},
): Promise<WordVectors> {
  const settings = resolveTraining(op, options, table);
  checkCorpus(op, corpus);
  settings.signal?.throwIfAborted();
  const training = begin(corpus, settings);
  try {
    await run(training, corpus.tokens.length, settings);
    return new WordVectors(corpus.vocabulary.words, finite(op, training.inputs()));
  } finally {
    training.dispose();
  }
}

type Settings = Values<typeof table>;

/** The matrices and tables of a training. */
function begin({ vocabulary, tokens }: Pick<Corpus, "vocabulary" | "tokens">, settings: Settings): WordTraining {
  const { model, dimensions, window, negatives, subsample, seed, deterministic } = settings;
  const { counts, size: V } = vocabulary;
  const kept = subsample === 0 ? counts.map(() => 1) : keepProbabilities(vocabulary, subsample);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const { threads } = info();
  return new WordTraining({
    ...{ tokens, dimensions, window, negatives, seed },
    limits: Uint32Array.from(kept, (p) => Math.round(p * (2 ** 32 - 1))),
    aliases: aliasTable(counts.map((count) => count ** 0.75)),
    inputs: initialVectors(V, dimensions, seed),
    isMean: model === "cbow",
    threads,
    isFree: !deterministic && threads > 1,
    keptShare: kept.reduce((sum, p, word) => sum + p * counts[word], 0) / all,
  });
}

/** Uniform in ±1 / 2D, (V, D). */
function initialVectors(V: number, D: number, seed: number): Float32Array {
  const random = new Random(seed).fork("vectors");
  const inputs = new Float32Array(V * D);
  for (let at = 0; at < inputs.length; at++) inputs[at] = random.uniform(-0.5, 0.5) / D;
  return inputs;
}

async function run(training: WordTraining, length: number, settings: Settings): Promise<void> {
  const { epochs, learningRate: first, signal, onProgress } = settings;
  const begun = performance.now();
  for (let epoch = 0; epoch < epochs; epoch++) {
    training.begin(epoch);
    for (;;) {
      const done = (epoch + training.behind / length) / epochs;
      const learningRate = first * Math.max(1e-4, 1 - done);
      if (!training.next(learningRate)) break;
      const breath = breathe();
      if (breath === undefined) continue;
      const wordsPerSecond = (1e3 * epochs * length * done) / (performance.now() - begun);
      onProgress?.({ epoch: epoch + 1, epochs, done, wordsPerSecond, learningRate });
      await breath;
      signal?.throwIfAborted();
    }
  }
}
