/**
 * Fully connected layers at work: whole training steps of named networks, and their forward passes, through the public API.
 * m, n, k are those of the largest matrix product in it; the operations of all products are counted, nothing else.
 * Letters: N batch, I inputs and O outputs of a layer.
 */
import { type Model, type Tensor, layers, losses, noGrad, optimizers, scope, sequential, tensor } from "lanegrad";
import { type Case, timeCalls } from "./measure.js";
import { randomValues } from "./random.js";

/** A network of fully connected layers with ReLU between, and its batch. */
interface Network {
  readonly sizes: readonly number[];
  readonly batch: number;
}

const networks: readonly Network[] = [
  { sizes: [784, 10], batch: 64 },
  { sizes: [784, 300, 10], batch: 64 },
  { sizes: [784, 1000, 10], batch: 64 },
  { sizes: [784, 2500, 2000, 1500, 1000, 500, 10], batch: 100 },
];

/** For each network its training step by gradient descent, and its forward pass. */
export const denseCases: readonly Case[] = networks.flatMap((network) => [trainingStep(network), forwardPass(network)]);

/** Batch gathered, forward, loss, backward, update: what `fit` does for a batch. */
function trainingStep(network: Network): Case {
  const { sizes, batch } = network;
  return {
    ...largestProduct(network, "training step"),
    // The first layer's input has no gradient.
    flops: pairs(sizes).reduce((sum, [I, O], layer) => sum + (layer === 0 ? 4 : 6) * batch * I * O, 0),
    async time(seconds, between) {
      const model = build(network);
      model.compile({
        optimizer: optimizers.sgd({ learningRate: 1e-3 }),
        loss: losses.categoricalCrossentropy({ fromLogits: true }),
      });
      const rows = 8 * batch;
      using x = tensor(randomValues(rows * sizes[0]), [rows, sizes[0]]);
      using y = tensor(Int32Array.from({ length: rows }, (_, i) => i % sizes.at(-1)!));
      const times: number[] = [];
      const started = performance.now();
      let start = started;
      await model.fit(x, y, {
        batchSize: batch,
        epochs: Number.MAX_SAFE_INTEGER,
        callbacks: [
          {
            onBatchEnd(_batch, _logs, training) {
              const now = performance.now();
              if (now - started > 500 * seconds) times.push(now - start);
              if (times.length >= 5 && now - started > 1000 * seconds) training.stop("measured");
              between();
              start = performance.now();
            },
          },
        ],
      });
      model.dispose();
      return times;
    },
  };
}

function forwardPass(network: Network): Case {
  const { sizes, batch } = network;
  return {
    ...largestProduct(network, "forward"),
    flops: pairs(sizes).reduce((sum, [I, O]) => sum + 2 * batch * I * O, 0),
    async time(seconds, between) {
      const model = build(network);
      const times = noGrad(() =>
        scope(() => {
          const x: Tensor = tensor(randomValues(batch * sizes[0]), [batch, sizes[0]]);
          return timeCalls(() => model.call([x])[0].dispose(), seconds, between);
        }),
      );
      model.dispose();
      return times;
    },
  };
}

function build({ sizes }: Network): Model {
  const [inputs, ...units] = sizes;
  return sequential(
    units.map((size, layer) =>
      layers.dense({
        units: size,
        activation: layer < units.length - 1 ? "relu" : "linear",
        ...(layer === 0 && { inputShape: [inputs] }),
      }),
    ),
  );
}

function largestProduct({ sizes, batch }: Network, what: string) {
  const [I, O] = pairs(sizes).reduce((largest, pair) => (pair[0] * pair[1] > largest[0] * largest[1] ? pair : largest));
  return { name: `${sizes.join("-")} batch ${batch}, ${what}`, m: batch, n: O, k: I, transA: false, transB: false };
}

function pairs(sizes: readonly number[]): (readonly [inputs: number, outputs: number])[] {
  return sizes.slice(1).map((size, layer) => [sizes[layer], size]);
}
