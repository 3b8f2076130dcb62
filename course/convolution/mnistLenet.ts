/** LeNet-5 with rectified units, on distorted digits. Source: LeCun et al. 1998. */
import { layers, losses } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import { digitNetwork } from "./digitNetwork.js";

/** Two convolutions and three dense layers. */
export const mnistLenet = digitNetwork({
  name: "mnist-lenet",
  title: "LeNet-5",
  about: "LeNet-5 on distorted MNIST",
  settings: { epochs: epochs(12), batch: batch(64), lr: learningRate(0.003) },
  loss: losses.categoricalCrossentropy({ fromLogits: true }),
  hidden: () => [
    layers.conv2d({ filters: 6, kernelSize: 5, padding: "same", activation: "relu" }),
    layers.maxPooling2d(),
    layers.conv2d({ filters: 16, kernelSize: 5, activation: "relu" }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dense({ units: 120, activation: "relu" }),
    layers.dense({ units: 84, activation: "relu" }),
  ],
});
