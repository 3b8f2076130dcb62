/**
 * Film reviews, liked or not: the six networks of the course's exercise. 10,000 words, the last 500 tokens of a review, embeddings of 100 numbers.
 * A tenth of the training reviews is kept for validation, and the weights of the epoch that does best there are kept.
 */
import { DataError, message, show } from "../../errors.js";
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
} from "../../index.js";
import { count } from "../format.js";
import { placesOf } from "./folder.js";
import type { DataRequest, Recipe, RecipeData } from "./recipe.js";

const vocabularySize = 10_000;
const length = 500;

/** Begins as a running sum of what it reads, so that a gradient of 500 steps ago arrives. Source: Le, Jaitly & Hinton 2015, here with tanh. */
const summing = () => layers.simpleRnn({ units: 128, recurrentInitializer: initializers.identity() });

/** The networks by the word of --model: what reads the embeddings. */
const readers = {
  rnn: ["a simple recurrent network", summing],
  lstm: ["an LSTM", () => layers.lstm({ units: 128 })],
  gru: ["a GRU", () => layers.gru({ units: 128 })],
  birnn: ["a bidirectional simple network", () => layers.bidirectional({ layer: summing() })],
  bilstm: ["a bidirectional LSTM", () => layers.bidirectional({ layer: layers.lstm({ units: 128 }) })],
  bigru: ["a bidirectional GRU", () => layers.bidirectional({ layer: layers.gru({ units: 128 }) })],
} as const satisfies Record<string, readonly [about: string, make: () => Layer]>;

/** What --model may be. */
export const imdbModels: readonly string[] = Object.keys(readers);

/** A recipe for each of them: imdb-rnn, imdb-lstm, … */
export const imdbRecipes: readonly Recipe[] = Object.entries(readers).map(([kind, [about, reader]]) => ({
  name: `imdb-${kind}`,
  about: `${about} of 128 units on film reviews`,
  settings: { epochs: 4, batch: 32, lr: kind.endsWith("rnn") ? 0.0005 : 0.002 },
  loss: losses.binaryCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
  fit: { validationSplit: 0.1, groupByLength: true },
  callbacks: ({ epochs }) => [
    callbacks.earlyStopping({ monitor: "valAccuracy", patience: epochs, restoreBestWeights: true }),
  ],
  load: imdbReviews,
  model: (seed) =>
    sequential(
      [
        layers.embedding({ inputDim: vocabularySize, outputDim: 100, inputLength: length, maskZero: true }),
        layers.dropout({ rate: 0.4 }),
        reader(),
        layers.dropout({ rate: 0.4 }),
        layers.dense({ units: 1 }),
      ],
      { name: `imdb-${kind}`, seed },
    ),
  // halved every epoch
  optimizer: (initialLearningRate, steps, epochs) =>
    optimizers.adam({
      learningRate: schedules.exponentialDecay({
        ...{ initialLearningRate, decayRate: 0.5, staircase: true },
        decaySteps: Math.max(1, Math.round(steps / epochs)),
      }),
      globalClipNorm: 1,
    }),
}));

/** The reviews from --data, LANEGRAD_DATA, the cache, or, if asked for, the network. Errors: DataError that says how to get them. */
async function imdbReviews(request: DataRequest): Promise<RecipeData> {
  const { folder, defaultFolder, mayDownload, signal, onProgress } = request;
  const options = { numWords: vocabularySize };
  for (const place of await placesOf(request)) {
    const found = await datasets.findImdb(place);
    if (found !== undefined) return recipeData(await datasets.imdb({ ...options, ...found }), Object.values(found)[0]);
  }
  if (!mayDownload || folder !== undefined) {
    const place = folder || defaultFolder ? show(folder || defaultFolder) : "the cache";
    const hint =
      "Pass --data DIR with the reviews as files or as imdb.npz, or --download to fetch them once into the cache (19 MB).";
    throw new DataError(message("train", `the film reviews are not in ${place}`, { hint }));
  }
  const downloaded = await datasets.imdb({
    ...options,
    signal,
    onProgress: ({ receivedBytes, totalBytes, mirror }) =>
      onProgress(
        `downloading reviews: ${count(receivedBytes)} of ${count(totalBytes)} bytes from ${new URL(mirror).host}`,
      ),
  });
  return recipeData(downloaded, "the cache");
}

function recipeData({ train, test, words }: datasets.ImdbData, place: string): RecipeData {
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
