/**
 * One training by gradient descent until its loss on all samples is low enough: what it had done by then in steps,
 * samples and seconds. The time of measuring is not counted.
 */
import { type Callback, type Dataset, layers, losses, optimizers, sequential } from "lanegrad";
import type { Stage } from "../../stage.js";

/** A training gives up after so many seconds. */
const patience = 3;
/** Steps to the next measurement, as a multiple of those made. */
const spacing = 1.12;

/** A way to go through the samples, with a learning rate. */
export interface Way {
  readonly name: string;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** The way of a training: what it had done at each measurement. */
export interface Run extends Way {
  readonly steps: number[];
  readonly samples: number[];
  /** Of training alone. */
  readonly seconds: number[];
  readonly losses: number[];
  /** False if it gave up. */
  isThere: boolean;
}

/** Trains a network with a hidden layer from the same weights. @param report called at each measurement */
export async function race(
  { seed, signal, turn }: Pick<Stage, "seed" | "signal" | "turn">,
  { x, y }: Dataset,
  way: Way,
  { hidden, target }: { readonly hidden: number; readonly target: number },
  report: (run: Run) => void,
): Promise<Run> {
  const { batchSize, learningRate } = way;
  const [N, ...inputShape] = x.shape;
  const network = [
    layers.flatten({ inputShape }),
    layers.dense({ units: hidden, activation: "tanh" }),
    layers.dense({ units: 10 }),
  ];
  const model = sequential(network, { name: "batches", seed });
  const run: Run = { ...way, steps: [], samples: [], seconds: [], losses: [], isThere: false };
  let [steps, samples, next, idle] = [0, 0, 1, 0];
  const start = performance.now();
  const watch: Callback = {
    async onBatchEnd(batch, _, training) {
      steps++;
      samples += Math.min(batchSize, N - batch * batchSize);
      const seconds = (performance.now() - start - idle) / 1000;
      if (steps < next && seconds < patience) return;
      const before = performance.now();
      next = Math.ceil(spacing * steps);
      const { loss } = await model.evaluate(x, y, { batchSize: 500, signal });
      run.steps.push(steps);
      run.samples.push(samples);
      run.seconds.push(seconds);
      run.losses.push(loss);
      run.isThere = loss <= target;
      report(run);
      await turn();
      idle += performance.now() - before;
      if (run.isThere || seconds >= patience || !Number.isFinite(loss)) training.stop("measured");
    },
  };
  try {
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: optimizers.sgd({ learningRate }), loss });
    await model.fit(x, y, { batchSize, epochs: 100_000, seed, signal, callbacks: [watch] });
    return run;
  } finally {
    model.dispose();
  }
}
