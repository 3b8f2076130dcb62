/**
 * Compares training with two builds of the whole library in one process:
 * `node build/abSteps.mjs A/index.js B/index.js [part of a case's name]`, each the build/lib/index.js of a checkout;
 * made by `npx esbuild bench/abSteps.ts --bundle --platform=node --format=esm --outfile=build/abSteps.mjs`. The builds
 * take turns of an epoch of `fit` (or some eager steps) each. Prints the medians in ms per step and the median ratio of
 * neighbouring turns. AB_TURNS: how many turns. Both must reach the same loss, to 1 in a thousand. Uses one thread and
 * no peaks: only the ratio is meaningful.
 */
import { argv, env, exit } from "node:process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Library from "lanegrad";
import { randomValues } from "./random.js";

type Lanegrad = typeof Library;

/** Steps of one kind of work, with one library. */
interface Work {
  readonly steps: number;
  /** Runs them. @returns the loss at the end */
  run(): Promise<number>;
}

/** Epochs of `fit`. */
function fitting(model: Library.Model, x: Library.Tensor, y: Library.Tensor, batchSize: number): Work {
  return {
    steps: x.shape[0] / batchSize,
    async run() {
      const { history } = await model.fit(x, y, { epochs: 1, batchSize, shuffle: false });
      return history.loss.at(-1)!;
    },
  };
}

/** The same weights in both builds, however many models each has made before. */
const seed = { seed: 1 };

const labelsOf = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => (7 * i) % 10);

const cases: Readonly<Record<string, (lanegrad: Lanegrad) => Work>> = {
  "784-300-10 by fit": ({ layers, losses, metrics, optimizers, sequential, tensor }) => {
    const model = sequential(
      [layers.dense({ units: 300, activation: "relu", inputShape: [784] }), layers.dense({ units: 10 })],
      seed,
    );
    const loss = losses.categoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: optimizers.adam(), loss, metrics: [metrics.accuracy()] });
    return fitting(model, tensor(randomValues(1280 * 784), [1280, 784]), tensor(labelsOf(1280)), 64);
  },
  "2-3-1 by fit": ({ layers, losses, optimizers, sequential, tensor }) => {
    const model = sequential(
      [
        layers.dense({ units: 3, activation: "tanh", inputShape: [2] }),
        layers.dense({ units: 1, activation: "sigmoid" }),
      ],
      seed,
    );
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
    return fitting(model, tensor(randomValues(8000), [4000, 2]), tensor(randomValues(4000), [4000, 1]), 4);
  },
  "convolutional by fit": ({ layers, losses, metrics, optimizers, sequential, tensor }) => {
    const model = sequential(
      [
        layers.conv2d({ filters: 16, kernelSize: 3, inputShape: [28, 28, 1] }),
        layers.batchNormalization({ activation: "relu" }),
        layers.maxPooling2d(),
        layers.flatten(),
        layers.dense({ units: 10 }),
      ],
      seed,
    );
    const loss = losses.categoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: optimizers.adam(), loss, metrics: [metrics.accuracy()] });
    return fitting(model, tensor(randomValues(640 * 784), [640, 28, 28, 1]), tensor(labelsOf(640)), 64);
  },
  "masked LSTM by fit": ({ layers, losses, metrics, optimizers, sequential, tensor }) => {
    const model = sequential(
      [
        layers.embedding({ inputDim: 500, outputDim: 32, maskZero: true, inputShape: [60] }),
        layers.lstm({ units: 32 }),
        layers.dense({ units: 1 }),
      ],
      seed,
    );
    const loss = losses.binaryCrossentropy({ fromLogits: true });
    model.compile({ optimizer: optimizers.adam(), loss, metrics: [metrics.accuracy()] });
    const tokens = Int32Array.from({ length: 320 * 60 }, (_, i) => (i % 60 < i % 23 ? 0 : 1 + ((i * 17) % 499)));
    const labels = Int32Array.from({ length: 320 }, (_, i) => i % 2);
    return fitting(model, tensor(tokens, [320, 60]), tensor(labels), 32);
  },
  "784-300-10, eager": ({ dense, noGrad, scope, softmaxCrossEntropy, sub, mul, tensor, weightedMean }) => {
    const x = tensor(randomValues(64 * 784), [64, 784]);
    const y = tensor(labelsOf(64));
    const leaf = (n: number, shape: number[]): Library.Tensor =>
      tensor(
        randomValues(n).map((value) => value / 20),
        shape,
        { requiresGrad: true },
      );
    const weights = [leaf(784 * 300, [784, 300]), leaf(300, [300]), leaf(3000, [300, 10]), leaf(10, [10])];
    const steps = 20;
    return {
      steps,
      async run() {
        let last = 0;
        for (let i = 0; i < steps; i++) {
          last = scope(() => {
            const [w1, b1, w2, b2] = weights;
            const loss = weightedMean(softmaxCrossEntropy(dense(dense(x, w1, b1, "relu"), w2, b2), y));
            loss.backward();
            for (const weight of weights) {
              weight.assign(noGrad(() => sub(weight, mul(weight.grad!, 0.01)).toTypedArray()));
              weight.grad!.assign(new Float32Array(weight.size));
            }
            return loss.item();
          });
        }
        return last;
      },
    };
  },
};

const [a, b, part = ""] = argv.slice(2);
if (b === undefined) {
  console.error("usage: node build/abSteps.mjs A/index.js B/index.js [part of a case's name]");
  exit(1);
}
const libraries = await Promise.all(
  [a, b].map(async (file) => (await import(pathToFileURL(resolve(file)).href)) as Lanegrad),
);
for (const { init } of libraries) await init({ threads: 1 });
const turns = Number(env.AB_TURNS ?? 60);
const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1];

console.log("ms a step: A, B; B over A");
for (const [name, make] of Object.entries(cases)) {
  if (!name.includes(part)) continue;
  const works = libraries.map((library) => {
    library.setSeed(1);
    return make(library);
  });
  const times: number[][] = [[], []];
  const values = [0, 0];
  for (let turn = -10; turn < turns; turn++) {
    for (const which of turn % 2 === 0 ? [0, 1] : [1, 0]) {
      const start = performance.now();
      values[which] = await works[which].run();
      const time = (performance.now() - start) / works[which].steps;
      if (turn >= 0) times[which].push(time);
    }
  }
  if (!(Math.abs(values[0] - values[1]) <= 1e-3 * Math.abs(values[0])))
    throw new Error(`${name}: A ends with a loss of ${values[0]}, B of ${values[1]}`);
  const ratio = median(times[0].map((time, i) => times[1][i] / time));
  console.log(
    `${median(times[0]).toFixed(4).padStart(9)} ${median(times[1]).toFixed(4).padStart(9)} ${ratio.toFixed(3)}  ${name}`,
  );
}
