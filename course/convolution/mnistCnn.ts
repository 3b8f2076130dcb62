/** Six convolutions on distorted digits; a moving average of the weights is tested and saved. */
import { type Layer, layers, losses } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import { digitNetwork } from "./digitNetwork.js";

/** Three blocks of two convolutions. */
export const mnistCnn = digitNetwork({
  name: "mnist-cnn",
  title: "Six convolutions with batch normalisation",
  about: "six convolutions with batch normalisation on distorted MNIST, weights averaged",
  settings: { epochs: epochs(14), batch: batch(128), lr: learningRate(0.004) },
  loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.02 }),
  averageDecay: 0.998,
  hidden: () => [...block(32, 0.05), ...block(64, 0.1), ...block(128, 0.3), layers.flatten()],
});

/** Two 3×3 convolutions, each with batch normalisation and ReLU, then pooling to half the rows and columns. */
function block(filters: number, rate: number): readonly Layer[] {
  const convolution = (): readonly Layer[] => [
    layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false }),
    layers.batchNormalization({ momentum: 0.9, activation: "relu" }),
  ];
  return [...convolution(), ...convolution(), layers.maxPooling2d(), layers.dropout({ rate })];
}
