/** Spoken digits as pictures: convolutions over time and frequency, and a mean over time. */
import { layers, losses, sequential, tensor } from "lanegrad";
import { networkRecognizer } from "./network.js";
import { features } from "./recordings.js";

const convolution = (filters: number) => [
  layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false }),
  layers.batchNormalization(),
  layers.activation({ activation: "relu" }),
  layers.maxPooling2d(),
];

/** A convolutional network. */
export const convolutional = networkRecognizer({
  about: "a convolutional network",
  model: (seed) =>
    sequential(
      [
        layers.reshape({ targetShape: [-1, features, 1], inputShape: [null, features] }),
        ...[16, 32, 64].flatMap(convolution),
        layers.reshape({ targetShape: [-1, (features / 8) * 64] }), // where in frequency is told apart, when is not
        layers.globalAveragePooling1d(),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 10 }),
      ],
      { seed },
    ),
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  lr: 0.004,
  targets: (labels) => tensor(Int32Array.from(labels)),
  digits(logits) {
    const rows = logits.toArray() as number[][];
    return rows.map((row) => row.indexOf(Math.max(...row)));
  },
});
