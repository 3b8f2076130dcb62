/** The networks that read the canvas, and their training. */
import { type Dataset, type Model, layers, losses, metrics, optimizers, schedules, sequential } from "lanegrad";
import type { Stage } from "../../stage.js";
import { fitOn } from "../../support/comparison.js";
import { canvas } from "./pictures.js";

/** A dense network, with a weight for each pixel and unit. */
export function denseNetwork(seed: number): Model {
  return sequential(
    [
      layers.flatten({ inputShape: [canvas, canvas, 1] }),
      layers.dense({ units: 64, activation: "relu" }),
      layers.dense({ units: 10 }),
    ],
    { name: "dense", seed },
  );
}

/** A convolutional network with fewer weights, which keeps of each map only its greatest value. */
export function convolutionalNetwork(seed: number): Model {
  const same = { kernelSize: 3, padding: "same", activation: "relu" } as const;
  return sequential(
    [
      layers.conv2d({ ...same, filters: 8, inputShape: [canvas, canvas, 1] }),
      layers.maxPooling2d(),
      layers.conv2d({ ...same, filters: 16 }),
      layers.maxPooling2d(),
      layers.conv2d({ ...same, filters: 32, kernelSize: 5 }),
      layers.globalMaxPooling2d(),
      layers.dense({ units: 10 }),
    ],
    { name: "convolutional", seed },
  );
}

/** How a network is trained. */
export interface Training {
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
}

/**
 * Trains a network on sets one after another, each once, so that not all of them must be in memory.
 *
 * @param sets  how many, each of the same number of samples
 * @param set   makes one; it is freed after its training
 */
export async function trainOn(
  stage: Stage,
  model: Model,
  name: string,
  { batch: batchSize, lr: maxLearningRate }: Training,
  { sets, samples, set }: { readonly sets: number; readonly samples: number; readonly set: (k: number) => Dataset },
): Promise<void> {
  const totalSteps = sets * Math.ceil(samples / batchSize);
  model.compile({
    optimizer: optimizers.adam({
      learningRate: schedules.oneCycle({ maxLearningRate, totalSteps, warmupFraction: 0.2 }),
    }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  for (let k = 0; k < sets; k++) {
    const data = set(k);
    try {
      await fitOn(stage, name, model, data, { epochs: k + 1, initialEpoch: k, batchSize, seed: stage.seed });
    } finally {
      data.x.dispose();
      data.y.dispose();
    }
  }
}
