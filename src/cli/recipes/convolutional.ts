/** The convolutional networks for digits. Their settings were chosen on the last 10,000 training images of MNIST, never on the test set. */
import { type Layer, layers, losses, metrics, optimizers, schedules, sequential } from "../../index.js";
import { mnistDigits } from "./digitSets.js";
import type { Recipe } from "./recipe.js";

const inputShape = [28, 28, 1];
const warmupFraction = 0.2;

/** Other digits in every epoch: turned, scaled, slanted, moved, and stretched like rubber. */
const distortion = { rotation: 12, scale: 0.12, shear: 0.15, shift: 2, elastic: 30, sigma: 4 } as const;

/** LeNet-5 with rectified units, on distorted digits. Source: LeCun et al. 1998. */
export const mnistLenet: Recipe = {
  name: "mnist-lenet",
  about: "LeNet-5 on distorted MNIST",
  settings: { epochs: 12, batch: 64, lr: 0.003 },
  loss: losses.categoricalCrossentropy({ fromLogits: true }),
  metrics: [metrics.accuracy()],
  load: mnistDigits,
  model: (seed) =>
    sequential(
      [
        layers.randomDistortion({ inputShape, ...distortion }),
        layers.conv2d({ filters: 6, kernelSize: 5, padding: "same", activation: "relu" }),
        layers.maxPooling2d(),
        layers.conv2d({ filters: 16, kernelSize: 5, activation: "relu" }),
        layers.maxPooling2d(),
        layers.flatten(),
        layers.dense({ units: 120, activation: "relu" }),
        layers.dense({ units: 84, activation: "relu" }),
        layers.dense({ units: 10 }),
      ],
      { name: "mnist-lenet", seed },
    ),
  optimizer: (maxLearningRate, totalSteps) =>
    optimizers.adamw({
      learningRate: schedules.oneCycle({ maxLearningRate, totalSteps, warmupFraction }),
      weightDecay: 0.01,
    }),
};

/** Two 3×3 convolutions, each normalised over the batch and rectified, then half the rows and columns. */
function block(filters: number, rate: number): readonly Layer[] {
  const convolution = (): readonly Layer[] => [
    layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false }),
    layers.batchNormalization({ momentum: 0.9, activation: "relu" }),
  ];
  return [...convolution(), ...convolution(), layers.maxPooling2d(), layers.dropout({ rate })];
}

/** Six convolutions on distorted digits; what is judged and saved is a moving average of the weights. */
export const mnistCnn: Recipe = {
  name: "mnist-cnn",
  about: "six convolutions with batch normalisation on distorted MNIST, weights averaged",
  settings: { epochs: 14, batch: 128, lr: 0.004 },
  loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.02 }),
  metrics: [metrics.accuracy()],
  averageDecay: 0.998,
  load: mnistDigits,
  model: (seed) =>
    sequential(
      [
        layers.randomDistortion({ inputShape, ...distortion }),
        ...block(32, 0.05),
        ...block(64, 0.1),
        ...block(128, 0.3),
        layers.flatten(),
        layers.dense({ units: 10 }),
      ],
      { name: "mnist-cnn", seed },
    ),
  optimizer: (maxLearningRate, totalSteps) =>
    optimizers.adamw({
      learningRate: schedules.oneCycle({ maxLearningRate, totalSteps, warmupFraction }),
      weightDecay: 0.01,
    }),
};
