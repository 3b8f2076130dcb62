/** One hidden layer of 300 units on handwritten digits. */
import { hiddenLayer, perceptron } from "./perceptron.js";

/** 784-300-10 */
export const mnistMlp300 = perceptron({
  name: "mnist-mlp-300",
  title: "A hidden layer of 300 units",
  about: "784-300-10 on MNIST",
  ...{ epochs: 16, batch: 64, lr: 0.003, weightDecay: 0.05 },
  hidden: () => hiddenLayer(300, 0.2, 0.2),
});
