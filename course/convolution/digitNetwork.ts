/**
 * What the convolutional networks for digits share. Their settings were chosen on the last 10,000 training images of
 * MNIST, never on the test set.
 */
import { type Layer, layers, metrics, optimizers, schedules, sequential } from "lanegrad";
import { mnistDigits, mnistSource } from "../support/digits.js";
import { type NetworkLesson, network } from "../support/network.js";

/** The parts that such a lesson states. */
interface DigitNetwork extends Pick<NetworkLesson, "name" | "title" | "about" | "settings" | "loss" | "averageDecay"> {
  /** The layers between the images, which are distorted, and the ten logits. */
  readonly hidden: () => readonly Layer[];
}

/** A network for digits that are distorted anew in every epoch: turned, scaled, slanted, moved, and warped. */
export function digitNetwork({ hidden, ...parts }: DigitNetwork): NetworkLesson {
  const { name } = parts;
  const distortion = { rotation: 12, scale: 0.12, shear: 0.15, shift: 2, elastic: 30, sigma: 4 } as const;
  return network({
    ...parts,
    ...{ chapter: "convolution", sources: [mnistSource], data: mnistDigits, metrics: [metrics.accuracy()] },
    model(seed) {
      const images = layers.randomDistortion({ inputShape: [28, 28, 1], ...distortion });
      return sequential([images, ...hidden(), layers.dense({ units: 10 })], { name, seed });
    },
    optimizer: ({ lr, steps }) =>
      optimizers.adamw({
        learningRate: schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.2 }),
        weightDecay: 0.01,
      }),
  });
}
