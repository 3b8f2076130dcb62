/** One hidden layer of 300 units on deskewed digits. */
import { layers } from "lanegrad";
import { hiddenLayer, inputShape, perceptron } from "./perceptron.js";

/** 784-300-10 on deskewed digits */
export const mnistMlp300Deskewed = perceptron({
  name: "mnist-mlp-300-deskewed",
  title: "A hidden layer of 300 units, digits set upright",
  about: "784-300-10 on deskewed MNIST",
  ...{ epochs: 16, batch: 64, lr: 0.003, weightDecay: 0.05 },
  prepare: () => layers.deskew({ inputShape }),
  hidden: () => hiddenLayer(300, 0.2, 0.2),
});
