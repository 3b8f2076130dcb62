/** What the networks of dense layers for digits share. */
import { type Layer, layers, losses, metrics, optimizers, schedules, sequential } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import { mnistDigits, mnistSource } from "../support/digits.js";
import { type NetworkLesson, type NetworkParts, network } from "../support/network.js";

/** The shape of an image. */
export const inputShape = [28, 28, 1];

/**
 * The parts that such a lesson states. The settings were chosen on the last 10,000 training images of MNIST, never on
 * the test set.
 */
interface Perceptron extends Pick<NetworkLesson, "name" | "title" | "about" | "quick" | "runsWithoutSources"> {
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly weightDecay: number;
  /** The share of each target that is spread over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Default: MNIST. */
  readonly data?: NetworkParts["data"];
  /** A layer that prepares the images; it is given their shape. Default: none. */
  readonly prepare?: () => Layer;
  /** The layers between the pixels and the ten logits. */
  readonly hidden: () => readonly Layer[];
}

/**
 * Cross-entropy of ten logits, trained by Adam with one cycle of the learning rate and decay of weights but not biases.
 */
export function perceptron(parts: Perceptron): NetworkLesson {
  const { name, title, about, weightDecay, labelSmoothing = 0, prepare, hidden } = parts;
  return network({
    ...{ name, title, about, chapter: "feedforward", sources: [mnistSource] },
    runsWithoutSources: parts.runsWithoutSources ?? false,
    quick: parts.quick,
    settings: { epochs: epochs(parts.epochs), batch: batch(parts.batch), lr: learningRate(parts.lr) },
    loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing }),
    metrics: [metrics.accuracy()],
    data: parts.data ?? mnistDigits,
    model(seed) {
      const pixels = prepare ? [prepare(), layers.flatten()] : [layers.flatten({ inputShape })];
      return sequential([...pixels, ...hidden(), layers.dense({ units: 10 })], { name, seed });
    },
    optimizer: ({ lr, steps }) =>
      optimizers.adamw({
        learningRate: schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.2 }),
        weightDecay,
      }),
  });
}

/** A hidden layer of ReLU units, with dropout before and after. */
export function hiddenLayer(units: number, dropoutBefore: number, dropoutAfter: number): readonly Layer[] {
  return [
    layers.dropout({ rate: dropoutBefore }),
    layers.dense({ units, activation: "relu" }),
    layers.dropout({ rate: dropoutAfter }),
  ];
}
