/** One layer on handwritten digits. */
import { perceptron } from "./perceptron.js";

/** 784-10 */
export const mnistLinear = perceptron({
  name: "mnist-linear",
  title: "Handwritten digits by one layer",
  about: "784-10 on MNIST: one layer",
  ...{ epochs: 10, batch: 128, lr: 0.01, weightDecay: 0 },
  hidden: () => [],
});
