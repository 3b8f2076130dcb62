/**
 * A large network on few digits, and what helps against learning them by heart. The strengths are common ones and were
 * not tuned to these digits.
 */
import {
  type Callback,
  type Dataset,
  type Layer,
  type Model,
  callbacks,
  layers,
  losses,
  metrics,
  optimizers,
  regularizers,
  sequential,
} from "lanegrad";
import type { Stage } from "../../stage.js";
import { fitOn } from "../../support/comparison.js";

/** Something against overfitting: what it adds to the network or to the training. */
export interface Remedy {
  readonly name: string;
  /** What it does, for people. */
  readonly about: string;
  readonly regularizer?: () => ReturnType<typeof regularizers.l2>;
  /** Of the hidden units. */
  readonly dropout?: number;
  /** Layers before the first, which change the pictures. */
  readonly augmentation?: () => Layer;
  /** A tenth of the digits is kept from training, and training ends when their loss no longer falls. */
  readonly stopsEarly?: boolean;
}

/** All remedies; the first is none. */
export const remedies: readonly Remedy[] = [
  { name: "nothing", about: "–" },
  { name: "L2", about: "penalty 0.001 · Σ w²", regularizer: () => regularizers.l2(0.001) },
  { name: "L1", about: "penalty 0.00005 · Σ |w|", regularizer: () => regularizers.l1(0.00005) },
  { name: "dropout", about: "half of the hidden units", dropout: 0.5 },
  { name: "early stopping", about: "by a tenth of the digits", stopsEarly: true },
  {
    ...{ name: "augmentation", about: "turned, scaled, sheared, moved by lot" },
    augmentation: () =>
      layers.randomDistortion({ rotation: 12, scale: 0.12, shear: 0.15, shift: 2, inputShape: [28, 28, 1] }),
  },
];

/** How the network is trained. */
export interface Training {
  readonly units: number;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
}

/** 784-units-units-10, compiled. */
export function networkFor(
  { regularizer, dropout, augmentation }: Remedy,
  { units, lr }: Training,
  seed: number,
): Model {
  const hidden = (): Layer[] => [
    layers.dense({ units, activation: "relu", ...(regularizer && { kernelRegularizer: regularizer() }) }),
    ...(dropout === undefined ? [] : [layers.dropout({ rate: dropout })]),
  ];
  const model = sequential(
    [
      ...(augmentation === undefined ? [] : [augmentation()]),
      layers.flatten({ inputShape: [28, 28, 1] }),
      ...hidden(),
      ...hidden(),
      layers.dense({ units: 10, ...(regularizer && { kernelRegularizer: regularizer() }) }),
    ],
    { name: "overfitting", seed },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate: lr }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  return model;
}

/** Trains a network; the caller frees it. */
export async function trainWith(
  stage: Stage,
  remedy: Remedy,
  training: Training,
  data: Dataset,
  seed: number,
  watching: (model: Model) => Callback,
): Promise<Model> {
  const model = networkFor(remedy, training, seed);
  const watch = watching(model);
  const early = {
    validationSplit: 0.1,
    callbacks: [watch, callbacks.earlyStopping({ patience: 3, restoreBestWeights: true })],
  };
  const { epochs, batch: batchSize } = training;
  try {
    const options = { epochs, batchSize, seed, callbacks: [watch], ...(remedy.stopsEarly === true && early) };
    await fitOn(stage, `${remedy.name}, seed ${seed}`, model, data, options);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
