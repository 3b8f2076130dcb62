/**
 * Sentiment of film reviews, with the six networks of the course's exercise: 10,000 words, the last 500 tokens of a
 * review, embeddings of 100 numbers. A tenth of the training reviews is kept for validation, and the weights of the
 * best epoch there are kept.
 */
import {
  DataError,
  type Layer,
  type Tensor,
  callbacks,
  datasets,
  initializers,
  layers,
  losses,
  metrics,
  optimizers,
  schedules,
  sequential,
  text,
} from "lanegrad";
import { type WordVectors, loadWordVectors } from "lanegrad/words";
import { batch, epochs, learningRate } from "../settings.js";
import type { DataSource, Stage } from "../stage.js";
import { count } from "../support/format.js";
import { type NetworkLesson, type TrainingData, network } from "../support/network.js";

const numWords = 10_000;
const length = 500;
/** Given vectors are scaled to this root mean square. */
const magnitude = 0.1;

/** Reviews, and vectors of words that the embedding may begin with. */
export interface ReviewsAndVectors extends datasets.ImdbData {
  readonly vectors?: WordVectors;
}

const vectorsOption = { name: "vectors", about: "for imdb, vectors of words to begin with, such as word2vec's" };

/** The reviews in Keras's form. */
export const imdbSource: DataSource<ReviewsAndVectors> = {
  name: "imdb",
  title: "IMDB film reviews",
  files: [
    { names: ["imdb.npz"] },
    { names: ["imdb_word_index.json"], isOptional: true },
    { names: ["vectors.txt", "vectors.bin"], isOptional: true, option: vectorsOption },
  ],
  url: "https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb.npz",
  async read(files) {
    const wordIndex = files.get("imdb_word_index.json");
    const vectors = files.get("vectors.txt") ?? files.get("vectors.bin");
    return {
      ...(await datasets.imdb({ numWords, npz: files.get("imdb.npz")!, ...(wordIndex && { wordIndex }) })),
      ...(vectors && { vectors: await loadWordVectors(vectors) }),
    };
  },
};

/**
 * A recurrent layer that begins as a running sum of its inputs, so that gradients reach 500 steps back. Source: Le,
 * Jaitly & Hinton 2015, here with tanh.
 */
const summing = () => layers.simpleRnn({ units: 128, recurrentInitializer: initializers.identity() });

/** The layer that reads the embeddings, by the name that --model takes. */
const readers = {
  rnn: ["a simple recurrent network", summing],
  lstm: ["an LSTM", () => layers.lstm({ units: 128 })],
  gru: ["a GRU", () => layers.gru({ units: 128 })],
  birnn: ["a bidirectional simple network", () => layers.bidirectional({ layer: summing() })],
  bilstm: ["a bidirectional LSTM", () => layers.bidirectional({ layer: layers.lstm({ units: 128 }) })],
  bigru: ["a bidirectional GRU", () => layers.bidirectional({ layer: layers.gru({ units: 128 }) })],
} as const satisfies Record<string, readonly [about: string, make: () => Layer]>;

/** A lesson for each of them: imdb-rnn, imdb-lstm, … */
export const imdbNetworks: readonly NetworkLesson[] = Object.entries(readers).map(([kind, [about, reader]]) =>
  network({
    name: `imdb-${kind}`,
    title: `Film reviews read by ${about}`,
    family: { name: "imdb", model: kind },
    about: `${about} of 128 units on film reviews`,
    chapter: "recurrent",
    settings: { epochs: epochs(4), batch: batch(32), lr: learningRate(kind.endsWith("rnn") ? 0.0005 : 0.002) },
    sources: [imdbSource],
    loss: losses.binaryCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
    fit: { validationSplit: 0.1, groupByLength: true },
    callbacks: (_model, epochs) => [
      callbacks.earlyStopping({ monitor: "valAccuracy", patience: epochs, restoreBestWeights: true }),
    ],
    data: imdbReviews,
    model(seed, data) {
      const { table } = (data ?? {}) as ReviewData;
      const outputDim = table?.dimensions ?? 100;
      const embedding = layers.embedding({ inputDim: numWords, outputDim, inputLength: length, maskZero: true });
      const dropout = () => layers.dropout({ rate: 0.4 });
      const read = [embedding, dropout(), reader(), dropout(), layers.dense({ units: 1 })];
      const made = sequential(read, { name: `imdb-${kind}`, seed });
      if (table !== undefined) table.fill(made.weights[0].value);
      return made;
    },
    // halved every epoch
    optimizer: ({ lr, steps, epochs }) =>
      optimizers.adam({
        learningRate: schedules.exponentialDecay({
          ...{ initialLearningRate: lr, decayRate: 0.5, staircase: true },
          decaySteps: Math.max(1, Math.round(steps / epochs)),
        }),
        globalClipNorm: 1,
      }),
  }),
);

/** The reviews, and what the embedding begins with. */
interface ReviewData extends TrainingData {
  readonly table?: VectorTable;
}

/** The reviews as rows of tokens. @throws {DataError} when they cannot be found */
export async function imdbReviews(stage: Pick<Stage, "data">): Promise<ReviewData> {
  const { data, place } = await stage.data(imdbSource);
  const { train, test, words, vectors } = data!;
  const table = vectors && vectorTable(vectors, words);
  const padded = ({ x, y }: datasets.Reviews) => ({ x: text.padSequences(x, { maxLength: length }), y });
  const sizes = `${count(train.x.length)} to train on and ${count(test.x.length)} to test`;
  const begun = table === undefined ? "" : `, ${count(table.known)} of ${count(numWords)} words begin with vectors`;
  return {
    kind: "imdb",
    description: `film reviews from ${place}, ${sizes}${begun}`,
    train: padded(train),
    test: padded(test),
    classNames: train.classNames,
    hasImages: false,
    vocabulary: words?.toJSON() ?? null,
    ...(table && { table }),
  };
}

/** Vectors by the tokens of the reviews. */
interface VectorTable {
  readonly dimensions: number;
  /** How many of the tokens have a vector. */
  readonly known: number;
  /** Writes them into a table of embeddings; the rows of other words stay as they were drawn. */
  fill(embeddings: Tensor): void;
}

/** @throws {DataError} when the reviews come without their words, or none of them has a vector */
function vectorTable(vectors: WordVectors, words: datasets.ReviewWords | undefined): VectorTable {
  if (words === undefined) {
    const hint = "Put imdb_word_index.json beside the reviews.";
    throw new DataError(`train: the reviews come without their words, to which vectors belong. ${hint}`);
  }
  const { indexFrom = 3 } = words.toJSON().options;
  const found = [...words.ranks].flatMap(([word, rank]) => {
    const [token, row] = [rank + indexFrom, vectors.rowOf(word)];
    return token < numWords && row !== undefined ? [{ token, row }] : [];
  });
  if (found.length === 0) throw new DataError("train: none of the words of the reviews has a vector in that file.");
  const { dimensions: D, matrix } = vectors;
  const squares = found.reduce((sum, { row }) => sum + squareOf(matrix.subarray(row * D, (row + 1) * D)), 0);
  const scale = magnitude / Math.sqrt(squares / (found.length * D) || 1);
  return {
    ...{ dimensions: D, known: found.length },
    fill(embeddings) {
      const values = embeddings.toTypedArray() as Float32Array;
      for (const { token, row } of found)
        for (let d = 0; d < D; d++) values[token * D + d] = scale * matrix[row * D + d];
      embeddings.assign(values);
    },
  };
}

const squareOf = (row: Float32Array): number => row.reduce((sum, value) => sum + value * value, 0);
