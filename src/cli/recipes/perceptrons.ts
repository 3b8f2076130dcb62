/** The networks for digits that see rows of pixels: one layer, one hidden layer between, or five, on digits as they are, deskewed or distorted. */
import { type Layer, layers, losses, metrics, optimizers, schedules, sequential } from "../../index.js";
import { anyDigits, mnistDigits } from "./digitSets.js";
import type { Recipe, Settings } from "./recipe.js";

/** What a digit network is trained with; the settings were chosen on the last 10,000 training images of MNIST, never on the test set. */
interface Perceptron {
  readonly name: string;
  readonly about: string;
  readonly settings: Settings;
  readonly weightDecay: number;
  /** Part of each target that is spread over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** What is done to the images first; the first layer knows their shape. Default: nothing. */
  readonly prepare?: () => Layer;
  /** Between the pixels and the ten logits. */
  readonly hidden: () => readonly Layer[];
}

const inputShape = [28, 28, 1];

/** Cross-entropy of ten logits by Adam, whose rate rises and falls once while weights, not biases, decay. */
function perceptron({ weightDecay, labelSmoothing = 0, prepare, hidden, ...recipe }: Perceptron): Recipe {
  const { name } = recipe;
  return {
    ...recipe,
    loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing }),
    metrics: [metrics.accuracy()],
    load: mnistDigits,
    model(seed) {
      const pixels = prepare ? [prepare(), layers.flatten()] : [layers.flatten({ inputShape })];
      return sequential([...pixels, ...hidden(), layers.dense({ units: 10 })], { name, seed });
    },
    optimizer(maxLearningRate, totalSteps) {
      return optimizers.adamw({
        learningRate: schedules.oneCycle({ maxLearningRate, totalSteps, warmupFraction: 0.2 }),
        weightDecay,
      });
    },
  };
}

/** A hidden layer of rectified units, with dropout before and after. */
function hiddenLayer(units: number, dropoutBefore: number, dropoutAfter: number): readonly Layer[] {
  return [
    layers.dropout({ rate: dropoutBefore }),
    layers.dense({ units, activation: "relu" }),
    layers.dropout({ rate: dropoutAfter }),
  ];
}

/** 784-10 */
export const mnistLinear: Recipe = perceptron({
  name: "mnist-linear",
  about: "784-10 on MNIST: one layer",
  settings: { epochs: 10, batch: 128, lr: 0.01 },
  weightDecay: 0,
  hidden: () => [],
});

/** 784-10 on deskewed digits */
export const mnistLinearDeskewed: Recipe = perceptron({
  name: "mnist-linear-deskewed",
  about: "784-10 on deskewed MNIST",
  settings: mnistLinear.settings,
  weightDecay: 0,
  prepare: () => layers.deskew({ inputShape }),
  hidden: () => [],
});

/** 784-300-10 */
export const mnistMlp300: Recipe = perceptron({
  name: "mnist-mlp-300",
  about: "784-300-10 on MNIST",
  settings: { epochs: 16, batch: 64, lr: 0.003 },
  weightDecay: 0.05,
  hidden: () => hiddenLayer(300, 0.2, 0.2),
});

/** 784-300-10 on deskewed digits */
export const mnistMlp300Deskewed: Recipe = perceptron({
  name: "mnist-mlp-300-deskewed",
  about: "784-300-10 on deskewed MNIST",
  settings: mnistMlp300.settings,
  weightDecay: 0.05,
  prepare: () => layers.deskew({ inputShape }),
  hidden: () => hiddenLayer(300, 0.2, 0.2),
});

/** 784-1000-10 */
export const mnistMlp1000: Recipe = perceptron({
  name: "mnist-mlp-1000",
  about: "784-1000-10 on MNIST",
  settings: { epochs: 16, batch: 128, lr: 0.003 },
  weightDecay: 0.1,
  hidden: () => hiddenLayer(1000, 0.2, 0.4),
});

/**
 * 784-2500-2000-1500-1000-500-10, other distorted digits in every epoch. Source: Cireşan et al. 2010, "Deep big simple neural nets excel on handwritten digit
 * recognition", with rectified units and a cycle of the learning rate in place of tanh and 800 epochs.
 */
export const mnistMlpSixLayer: Recipe = perceptron({
  name: "mnist-mlp-six-layer",
  about: "784-2500-2000-1500-1000-500-10 on distorted MNIST",
  settings: { epochs: 62, batch: 128, lr: 0.001 },
  weightDecay: 0.02,
  labelSmoothing: 0.02,
  prepare: () =>
    layers.randomDistortion({ inputShape, rotation: 12, scale: 0.15, shear: 0.15, shift: 1, elastic: 30, sigma: 4 }),
  hidden: () => [2500, 2000, 1500, 1000, 500].map((units) => layers.dense({ units, activation: "relu" })),
});

/** 784-300-10 on whatever digits there are. */
export const digits: Recipe = {
  ...perceptron({
    name: "digits",
    about: "784-300-10 on MNIST where it is at hand, else on drawn digits",
    settings: mnistMlp300.settings,
    weightDecay: 0.05,
    hidden: () => hiddenLayer(300, 0.2, 0.2),
  }),
  load: anyDigits,
};
