/** One hidden layer of 1000 units on handwritten digits. */
import { hiddenLayer, perceptron } from "./perceptron.js";

/** 784-1000-10 */
export const mnistMlp1000 = perceptron({
  name: "mnist-mlp-1000",
  title: "A hidden layer of 1000 units",
  about: "784-1000-10 on MNIST",
  ...{ epochs: 16, batch: 128, lr: 0.003, weightDecay: 0.1 },
  hidden: () => hiddenLayer(1000, 0.2, 0.4),
});
