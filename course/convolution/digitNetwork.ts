/**
 * What the convolutional networks for digits have in common. Their settings were chosen on the last 10,000 training
 * images of MNIST, never on the test set.
 */
import { type Layer, layers, metrics, optimizers, schedules, sequential } from "lanegrad";
import { mnistDigits, mnistSource } from "../support/digits.js";
import { type NetworkLesson, network } from "../support/network.js";

/** What such a lesson states. */
interface DigitNetwork extends Pick<NetworkLesson, "name" | "title" | "about" | "settings" | "loss" | "averageDecay"> {
  /** After the images, which are distorted, and before the ten logits. */
  readonly hidden: () => readonly Layer[];
}

/**
 * A network on digits that are distorted anew in every epoch: turned, scaled, slanted, moved, and stretched like
 * rubber.
 */
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
