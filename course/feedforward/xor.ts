/** Exclusive or: the smallest problem that one layer cannot solve. */
import { type Model, layers, losses, metrics, noGrad, optimizers, scope, sequential, tensor } from "lanegrad";
import { type HeatMap, pictureOf } from "lanegrad/report";
import { batch, epochs, learningRate } from "../settings.js";
import { network } from "../support/network.js";

const points = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
/** How many times an epoch shows each point. */
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
  views: (model) => [planeOf(model)],
});

/** The shown part of the plane, from −½ to 1½ in both directions. */
const range = [-0.5, 1.5] as const;
const cells = 40;

/** The network's output over the plane: the probability of 1, as a heat map. */
function planeOf(model: Model): HeatMap {
  const at = (i: number): number => range[0] + ((range[1] - range[0]) * (i + 0.5)) / cells;
  const places = Array.from({ length: cells * cells }, (_, i) => {
    return [at(i % cells), at(cells - 1 - Math.floor(i / cells))]; // the first row lies at the top
  });
  const logits = scope(() => noGrad(() => model.call([tensor(places)])[0].toTypedArray()));
  const values = Float32Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)) - 0.5);
  const group = (label: number) => {
    const own = points.filter(([a, b]) => (a ^ b) === label);
    return { name: `exclusive or is ${label}`, x: own.map(([a]) => a), y: own.map(([, b]) => b) };
  };
  return {
    ...{ kind: "heatMap", title: "What the network says everywhere", isDetail: true },
    caption: "One straight line cannot part the blue from the orange: the hidden layer bends it.",
    ...{ xLabel: "a", yLabel: "b", xRange: range, yRange: range },
    picture: pictureOf(values, cells, "Probability of 1, less one half"),
    points: [group(1), group(0)],
  };
}

function dataset(times: number) {
  const rows = Array.from({ length: times }, () => points).flat();
  return { x: tensor(rows), y: tensor(Int32Array.from(rows, ([a, b]) => a ^ b)) };
}
