/** The networks for digits: one layer, or one hidden layer between. Letters: N batch. */
import { type Layer, type Model, layers, losses, metrics, optimizers, schedules, sequential } from "../../index.js";
import { anyDigits, mnistDigits } from "./digitSets.js";
import type { Recipe } from "./recipe.js";

/** What all of them have in common: labels, ten logits. */
const classifier = {
  loss: losses.categoricalCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
};

/** Adam whose rate rises and falls once; weights, not biases, decay. */
function oneCycleAdamW(maxLearningRate: number, totalSteps: number, weightDecay: number) {
  const learningRate = schedules.oneCycle({ maxLearningRate, totalSteps });
  return optimizers.adamw({ learningRate, weightDecay });
}

function perceptron(name: string, seed: number, hidden: readonly Layer[]): Model {
  return sequential([layers.flatten({ inputShape: [28, 28, 1] }), ...hidden, layers.dense({ units: 10 })], {
    name,
    seed,
  });
}

/** 784-10 */
export const mnistLinear: Recipe = {
  ...classifier,
  name: "mnist-linear",
  about: "MNIST with one layer, 784-10",
  settings: { epochs: 10, batch: 128, lr: 0.003 },
  load: mnistDigits,
  model: (seed) => perceptron("mnist-linear", seed, []),
  optimizer: (lr, steps) => oneCycleAdamW(lr, steps, 0),
};

/** 784-300-10 */
export const mnistMlp300: Recipe = {
  ...classifier,
  name: "mnist-mlp-300",
  about: "MNIST with 300 hidden units, 784-300-10",
  settings: { epochs: 20, batch: 128, lr: 0.003 },
  load: mnistDigits,
  model: (seed) => hiddenLayer("mnist-mlp-300", seed, 300, 0.1, 0.3),
  optimizer: (lr, steps) => oneCycleAdamW(lr, steps, 0.03),
};

/** 784-1000-10 */
export const mnistMlp1000: Recipe = {
  ...classifier,
  name: "mnist-mlp-1000",
  about: "MNIST with 1000 hidden units, 784-1000-10",
  settings: { epochs: 20, batch: 128, lr: 0.003 },
  load: mnistDigits,
  model: (seed) => hiddenLayer("mnist-mlp-1000", seed, 1000, 0.2, 0.5),
  optimizer: (lr, steps) => oneCycleAdamW(lr, steps, 0.03),
};

/** 784-300-10 on whatever digits there are. */
export const digits: Recipe = {
  ...mnistMlp300,
  name: "digits",
  about: "handwritten digits with 300 hidden units: MNIST where it is at hand, else drawn ones",
  load: anyDigits,
  model: (seed) => hiddenLayer("digits", seed, 300, 0.1, 0.3),
};

/** Dropout on the pixels and on the hidden units, where ReLU is. */
function hiddenLayer(name: string, seed: number, units: number, pixelRate: number, hiddenRate: number): Model {
  return perceptron(name, seed, [
    layers.dropout({ rate: pixelRate }),
    layers.dense({ units, activation: "relu" }),
    layers.dropout({ rate: hiddenRate }),
  ]);
}
