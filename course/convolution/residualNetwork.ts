/** A small residual network for small pictures, which `fashion-cnn` and `cifar` train: three poolings, two blocks. */
import { type Model, type SymbolicTensor, layers, model, optimizers, schedules } from "lanegrad";
import { batch, epochs, learningRate } from "../settings.js";
import type { Run } from "../support/networkLesson.js";

/** The sizes of such a network. */
interface ResidualNetwork {
  readonly name: string;
  readonly seed: number;
  /** One picture: (H, W, C). */
  readonly shape: readonly [H: number, W: number, C: number];
  /** By how many pixels training pictures are moved at most; they are mirrored, too. */
  readonly shift: number;
  /** Channels of the four stages. */
  readonly channels: readonly [number, number, number, number];
}

/** (N, H, W, C) → (N, 10) logits. */
export function residualNetwork({ name, seed, shape, shift, channels }: ResidualNetwork): Model {
  const [height, width] = shape;
  const [first, second, third, fourth] = channels;
  const x = layers.input({ shape });
  let y = layers.randomFlip().apply(x);
  y = layers.randomCrop({ height, width }).apply(layers.zeroPadding2d({ padding: shift }).apply(y));
  y = convolution(y, first); // (H, W, first)
  y = residual(halved(convolution(y, second)), second); // (H/2, W/2, second)
  y = halved(convolution(y, third)); // (H/4, W/4, third)
  y = residual(halved(convolution(y, fourth)), fourth); // (H/8, W/8, fourth)
  y = layers.dropout({ rate: 0.2 }).apply(layers.globalMaxPooling2d().apply(y)); // (fourth)
  return model({ inputs: x, outputs: layers.dense({ units: 10 }).apply(y), name, seed });
}

/** A 3×3 convolution, normalised, with ReLU. */
function convolution(x: SymbolicTensor, filters: number): SymbolicTensor {
  const y = layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false }).apply(x);
  return layers.batchNormalization({ momentum: 0.9, activation: "relu" }).apply(y);
}

/** Half the rows and columns. */
const halved = (x: SymbolicTensor): SymbolicTensor => layers.maxPooling2d().apply(x);

/** x + f(x), f two convolutions. */
function residual(x: SymbolicTensor, filters: number): SymbolicTensor {
  return layers.add().apply([x, convolution(convolution(x, filters), filters)]);
}

/** The settings of such a training. */
export const residualSettings = (epochCount: number) => ({
  epochs: epochs(epochCount),
  batch: batch(128),
  lr: learningRate(0.004),
});

/** AdamW with one cycle of the learning rate. */
export const residualOptimizer = ({ lr, steps }: Run) =>
  optimizers.adamw({
    learningRate: schedules.oneCycle({ maxLearningRate: lr, totalSteps: steps, warmupFraction: 0.2 }),
    weightDecay: 0.01,
  });
