/** One layer on deskewed digits. */
import { layers } from "lanegrad";
import { inputShape, perceptron } from "./perceptron.js";

/** 784-10 on deskewed digits */
export const mnistLinearDeskewed = perceptron({
  name: "mnist-linear-deskewed",
  title: "One layer, digits set upright",
  about: "784-10 on deskewed MNIST",
  ...{ epochs: 10, batch: 128, lr: 0.01, weightDecay: 0 },
  prepare: () => layers.deskew({ inputShape }),
  hidden: () => [],
});
