/**
 * The course's exercise on film reviews: six networks with the same budget, compared in accuracy and in the speed of
 * training and inference.
 */
import { epochTime, inferenceRate, parameters, trainingRate } from "../support/tables/columns.js";
import type { TableRow } from "../support/tables/table.js";
import { table } from "../support/tables/tableLesson.js";
import { imdbNetworks, imdbReviews, imdbSource } from "./imdb.js";

/** The upper bounds of their test errors, in percent: with the networks' own settings, and with --quick. */
const bounds: Readonly<Record<string, readonly [full: number, quick: number]>> = {
  "imdb-rnn": [18, 42],
  "imdb-lstm": [11.5, 35],
  "imdb-gru": [10.8, 35],
  "imdb-birnn": [18, 48],
  "imdb-bilstm": [11.5, 40],
  "imdb-bigru": [11.5, 40],
};

/** Simple, LSTM and GRU, then each in both directions. */
export const imdbRows: readonly TableRow[] = imdbNetworks.map((network) => {
  const [bound, quickBound] = bounds[network.name];
  return { network, bound, quickBound, quickEpochs: 2 };
});

/** Accuracies and speeds. */
export const imdbTable = table({
  name: "imdb",
  title: "Six recurrent networks on film reviews",
  about: "six recurrent networks with the same budget, their accuracy, and how fast they train and predict",
  chapter: "recurrent",
  sources: [imdbSource],
  data: imdbReviews,
  measure: "accuracy",
  rows: imdbRows,
  columns: [
    { title: "accuracy", width: 8, text: ({ testErrorPercent }) => `${(100 - testErrorPercent).toFixed(2)} %` },
    epochTime,
    trainingRate,
    inferenceRate,
    parameters,
  ],
  quickSamples: { train: 3000, test: 1000 },
  timedSamples: 2000,
});
