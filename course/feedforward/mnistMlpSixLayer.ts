/**
 * Six layers on digits that are distorted anew in every epoch. Source: Cireşan et al. 2010, "Deep big simple neural
 * nets excel on handwritten digit recognition", but with ReLU and one cycle of the learning rate instead of tanh and
 * 800 epochs.
 */
import { layers } from "lanegrad";
import { inputShape, perceptron } from "./perceptron.js";

/** 784-2500-2000-1500-1000-500-10 */
export const mnistMlpSixLayer = perceptron({
  name: "mnist-mlp-six-layer",
  title: "Six layers on distorted digits",
  about: "784-2500-2000-1500-1000-500-10 on distorted MNIST",
  ...{ epochs: 62, batch: 128, lr: 0.001, weightDecay: 0.02, labelSmoothing: 0.02 },
  prepare: () =>
    layers.randomDistortion({ inputShape, rotation: 12, scale: 0.15, shear: 0.15, shift: 1, elastic: 30, sigma: 4 }),
  hidden: () => [2500, 2000, 1500, 1000, 500].map((units) => layers.dense({ units, activation: "relu" })),
});
