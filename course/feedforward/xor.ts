/** Exclusive or: the smallest problem that one layer cannot solve. */
import { layers, losses, metrics, optimizers, sequential, tensor } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import { network } from "../support/network.js";

const points = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
/** How often an epoch shows each point. */
const repetitions = 64;

/** 2-8-1 */
export const xor = network({
  name: "xor",
  title: "Exclusive or",
  about: "2-8-1 on exclusive or",
  chapter: "feedforward",
  settings: { epochs: epochs(20), batch: batch(4), lr: learningRate(0.03) },
  sources: [],
  loss: losses.binaryCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
  data: async () => ({
    kind: "points",
    description: `the four points of exclusive or, each ${repetitions} times an epoch`,
    train: dataset(repetitions),
    test: dataset(1),
    classNames: ["0", "1"],
    hasImages: false,
  }),
  model: (seed) =>
    sequential([layers.dense({ units: 8, activation: "tanh", inputShape: [2] }), layers.dense({ units: 1 })], {
      name: "xor",
      seed,
    }),
  optimizer: ({ lr }) => optimizers.adam({ learningRate: lr }),
});

function dataset(times: number) {
  const rows = Array.from({ length: times }, () => points).flat();
  return { x: tensor(rows), y: tensor(Int32Array.from(rows, ([a, b]) => a ^ b)) };
}
