/** Columns that tables share. */
import { count, duration, rate } from "../format.js";
import type { Column } from "./table.js";

/** Weights of the network. */
export const parameters: Column = {
  title: "parameters",
  width: 10,
  text: ({ parameters }) => count(parameters),
};

/** Epochs of training. */
export const epochs: Column = { title: "epochs", width: 6, text: ({ epochs }) => String(epochs) };

/** Duration of the whole training. */
export const time: Column = { title: "time", width: 7, text: ({ seconds }) => duration(seconds) };

/** Duration of one epoch, including validation. */
export const epochTime: Column = {
  title: "an epoch",
  width: 8,
  text: ({ secondsPerEpoch }) => `${secondsPerEpoch.toFixed(1)} s`,
};

/** Samples per second in training. */
export const trainingRate: Column = {
  title: "training/s",
  width: 10,
  text: ({ trainingSamplesPerSecond }) => rate(trainingSamplesPerSecond),
};

/** Samples per second in prediction. */
export const inferenceRate: Column = {
  title: "inference/s",
  width: 11,
  text: ({ inferenceSamplesPerSecond }) => rate(inferenceSamplesPerSecond),
};
