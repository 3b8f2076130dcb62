/**
 * Sentiment of film reviews, with the six networks of the course's exercise: 10,000 words, the last 500 tokens of a
 * review, embeddings of 100 numbers. A tenth of the training reviews is kept for validation, and the weights of the
 * best epoch there are kept.
 */
import {
  type Layer,
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
import { batch, epochs, learningRate } from "../settings.js";
import type { DataSource, Stage } from "../stage.js";
import { count } from "../support/format.js";
import { type NetworkLesson, type TrainingData, network } from "../support/network.js";

const numWords = 10_000;
const length = 500;

/** The reviews in Keras's form. */
export const imdbSource: DataSource<datasets.ImdbData> = {
  name: "imdb",
  title: "IMDB film reviews",
  files: [{ names: ["imdb.npz"] }, { names: ["imdb_word_index.json"], isOptional: true }],
  url: "https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb.npz",
  read(files) {
    const wordIndex = files.get("imdb_word_index.json");
    return datasets.imdb({ numWords, npz: files.get("imdb.npz")!, ...(wordIndex && { wordIndex }) });
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
    model: (seed) =>
      sequential(
        [
          layers.embedding({ inputDim: numWords, outputDim: 100, inputLength: length, maskZero: true }),
          layers.dropout({ rate: 0.4 }),
          reader(),
          layers.dropout({ rate: 0.4 }),
          layers.dense({ units: 1 }),
        ],
        { name: `imdb-${kind}`, seed },
      ),
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

/** The reviews as rows of tokens. @throws {DataError} when they cannot be found */
export async function imdbReviews(stage: Pick<Stage, "data">): Promise<TrainingData> {
  const { data, place } = await stage.data(imdbSource);
  const { train, test, words } = data!;
  const padded = ({ x, y }: datasets.Reviews) => ({ x: text.padSequences(x, { maxLength: length }), y });
  return {
    kind: "imdb",
    description: `film reviews from ${place}, ${count(train.x.length)} to train on and ${count(test.x.length)} to test`,
    train: padded(train),
    test: padded(test),
    classNames: train.classNames,
    hasImages: false,
    vocabulary: words?.toJSON() ?? null,
  };
}
