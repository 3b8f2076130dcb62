/** Exclusive or: the smallest problem that one layer cannot solve. */
import { layers, losses, metrics, optimizers, sequential, tensor } from "../../index.js";
import type { Recipe, RecipeData } from "./recipe.js";

const points = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
/** How often an epoch shows each point. */
const repetitions = 64;

/** 2-8-1 */
export const xor: Recipe = {
  name: "xor",
  about: "2-8-1 on exclusive or",
  settings: { epochs: 20, batch: 4, lr: 0.03 },
  loss: losses.binaryCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
  takesData: false,
  load: async (): Promise<RecipeData> => ({
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
  optimizer: (learningRate) => optimizers.adam({ learningRate }),
};

function dataset(times: number): RecipeData["train"] {
  const rows = Array.from({ length: times }, () => points).flat();
  return { x: tensor(rows), y: tensor(Int32Array.from(rows, ([a, b]) => a ^ b)) };
}
