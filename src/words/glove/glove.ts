/**
 * Word vectors by GloVe: products of vectors learn the logarithms of how often words occur near each other. Counting is in
 * countPairs.ts, the arithmetic in the kernel (assembly/words/glove.ts); here are the options and the loop over the pairs.
 * Letters: V words, D dimensions, P different pairs of words. Source: Pennington, Socher & Manning 2014.
 */
import { GloveTraining } from "../../ops/inPlace/gloveTraining.js";
import { type Table, type Values, integer, number, optional, unchecked } from "../../options.js";
import { breathe } from "../../runtime/breathe.js";
import { info } from "../../runtime/runtime.js";
import { Random } from "../../tensor/random.js";
import { checkCorpus, finite, resolveTraining } from "../training.js";
import { WordVectors } from "../vectors.js";
import type { Corpus } from "../vocabulary.js";
import { type MatchPairs, PairCounter } from "./countPairs.js";
import { groups, rounds } from "./tournament.js";

/** Options of {@link glove}. */
export interface GloveOptions {
  /** D. Default 100. */
  readonly dimensions?: number;
  /** The largest distance of two words that occur near each other, 1 … 1000. Default 10. */
  readonly window?: number;
  /** How often the pairs are gone through. Default 15. */
  readonly epochs?: number;
  /** Default 0.05. */
  readonly learningRate?: number;
  /** x_max: pairs that occur this often or more have the full weight. Default 10. */
  readonly xMax?: number;
  /** α: how fast the weight grows with the count below that. Default 0.75. */
  readonly alpha?: number;
  /** Any integer. Default 0. */
  readonly seed?: number;
  /** Ends the training: the promise is rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then, at most once in 16 ms, and after each epoch. */
  readonly onProgress?: ((progress: GloveProgress) => void) | undefined;
}

/** How far a training by {@link glove} is. */
export interface GloveProgress {
  readonly stage: "counting" | "training";
  /** The current epoch, from 1; 0 while pairs are counted. */
  readonly epoch: number;
  readonly epochs: number;
  /** The share of the stage that is done, 0 … 1. */
  readonly done: number;
  /** Different pairs of words; while they are counted, those that are in several sorted runs count as often. */
  readonly pairs: number;
  /** Memory that counts take at the moment, besides that of tensors. */
  readonly countBytes: number;
  /** The mean of f (w·c + b + b̃ − ln x)² in this epoch so far; NaN while pairs are counted. */
  readonly loss: number;
}

const table = {
  dimensions: integer("[1, 4096]", 100),
  window: integer("[1, 1000]", 10),
  epochs: integer("[1, ∞)", 15),
  learningRate: number("(0, ∞)", 0.05),
  xMax: number("(0, ∞)", 10),
  alpha: number("[0, 10]", 0.75),
  seed: integer("(-∞, ∞)", 0),
  signal: optional(unchecked<AbortSignal>()),
  onProgress: optional(unchecked<(progress: GloveProgress) => void>()),
} satisfies Table<GloveOptions>;
type Settings = Values<typeof table>;

const op = "words.glove";

/** Pairs of a match that are learnt from before those of the next round. */
const blockPairs = 4096;

/**
 * Vectors of words whose products are near the logarithms of how often the words occur near each other. Of each pair of
 * words i, j with x_ij > 0, where two places of the text at a distance d ≤ window count 1/d in both orders,
 *
 *   f(x_ij) (w_i·c_j + b_i + b̃_j − ln x_ij)²      f(x) = min(1, (x / xMax)^alpha)
 *
 * is made smaller by AdaGrad, as in the authors' program. The text is one sequence: windows do not end where lines do.
 * Needs `init`; runs on its threads, up to eight. The same seed gives the same bits, whatever the number of threads.
 *
 * Cost: for each place of the text 2·window·20 ns, for each pair and epoch 40·D flops, with 4·D square roots and
 * quotients. Memory: 16·V·(D + 5) bytes for what is learnt, and for counts a table of 64 MiB; when it is three quarters
 * full, it is emptied into a sorted run of 16 bytes a pair. Runs are merged where they have 24 million pairs and twice as many as after
 * the last time, and at the end; so they take at most 16·(2·P + 27 million) bytes, and 16·P more while they are merged; then 12·P.
 *
 * @param corpus  from {@link corpusOf} or {@link readCorpus}; it must stay as it is until the promise is settled
 * @returns the sums w + c, the most frequent word first
 * @throws {UsageError} for a wrong option, for what is no corpus, before `init`, or when the training has diverged
 * @throws the signal's reason when it aborts
 * @throws {ShapeError} for tokens that are not of the vocabulary, or fewer than two of them
 * @throws {MemoryError} when the memory limit is reached
 */
export async function glove(
  corpus: Pick<Corpus, "vocabulary" | "tokens">,
  options: GloveOptions = {},
): Promise<WordVectors> {
  const settings = resolveTraining(op, options, table);
  checkCorpus(op, corpus);
  settings.signal?.throwIfAborted();
  info(); // before a long time of counting
  const { words } = corpus.vocabulary;
  const matches = await counted(corpus, settings);
  const { dimensions, learningRate, xMax: most, alpha: power, seed } = settings;
  const random = new Random(seed).fork("vectors");
  const training = new GloveTraining({
    ...{ words: words.length, dimensions, learningRate, power, most, blocks: groups, capacity: blockPairs },
    draw: () => random.uniform(-0.5, 0.5) / dimensions,
  });
  try {
    await train(training, matches, settings);
    return new WordVectors(words, finite(op, training.vectors()));
  } finally {
    training.dispose();
  }
}

/** The pairs of the text, match by match. */
async function counted({ vocabulary, tokens }: Pick<Corpus, "vocabulary" | "tokens">, settings: Settings) {
  const counter = new PairCounter(tokens, vocabulary.size, settings.window);
  const { epochs, seed, signal, onProgress } = settings;
  const turn = async (): Promise<void> => {
    const breath = breathe();
    if (breath === undefined) return;
    const { pairs, bytes: countBytes } = counter;
    const done = counter.behind / tokens.length;
    onProgress?.({ stage: "counting", epoch: 0, epochs, done, pairs, countBytes, loss: NaN });
    await breath;
    signal?.throwIfAborted();
  };
  while (counter.next()) await turn();
  const matches: MatchPairs[] = [];
  for (const match of counter.matches(seed)) {
    matches.push(match);
    await turn();
  }
  return matches;
}

/** Goes through the pairs: a part of each match, round by round, then the next part of each. */
async function train(training: GloveTraining, matches: readonly MatchPairs[], settings: Settings): Promise<void> {
  const { epochs, signal, onProgress } = settings;
  const most = matches.reduce((longest, { first }) => Math.max(longest, first.length), 0);
  const parts = Math.ceil(most / blockPairs);
  const all = matches.reduce((sum, { first }) => sum + first.length, 0);
  let [epoch, behind, sum] = [0, 0, 0];
  const report = (): void => {
    const done = (epoch + behind / all) / epochs;
    const loss = sum / (2 * behind);
    onProgress?.({ stage: "training", epoch: epoch + 1, epochs, done, pairs: all, countBytes: 12 * all, loss });
  };
  for (; epoch < epochs; epoch++) {
    behind = sum = 0;
    for (let part = 0; part < parts; part++) {
      let next = 0;
      for (const { length } of rounds) {
        const blocks = matches.slice(next, next + length).map((match) => partOf(match, part, parts));
        next += length;
        sum += training.step(blocks);
        behind += blocks.reduce((count, { first }) => count + first.length, 0);
        const breath = breathe();
        if (breath === undefined) continue;
        report();
        await breath;
        signal?.throwIfAborted();
      }
    }
    report(); // also where an epoch takes less than the time between two breaths
  }
}

function partOf({ first, second, counts }: MatchPairs, part: number, parts: number): MatchPairs {
  const [from, to] = [part, part + 1].map((i) => Math.floor((i * first.length) / parts));
  return { first: first.subarray(from, to), second: second.subarray(from, to), counts: counts.subarray(from, to) };
}
