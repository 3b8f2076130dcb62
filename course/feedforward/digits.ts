/** One hidden layer of 300 units on MNIST or, without it, on drawn digits. */
import { anyDigits } from "../support/digits.js";
import { hiddenLayer, perceptron } from "./perceptron.js";

/** 784-300-10 */
export const digits = perceptron({
  name: "digits",
  title: "Digits, handwritten or drawn",
  about: "784-300-10 on MNIST where it is at hand, else on drawn digits",
  runsWithoutSources: true,
  quick: { epochs: 4 },
  ...{ epochs: 16, batch: 64, lr: 0.003, weightDecay: 0.05 },
  data: anyDigits,
  hidden: () => hiddenLayer(300, 0.2, 0.2),
});
