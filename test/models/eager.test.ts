/** Recorded training against the same network written out by hand, op by op, without models, layers or recordings: the same bits. */
import { describe, expect, it } from "vitest";
import { Batches } from "../../src/data/batches.js";
import { glorotUniform, zeros as zeroed } from "../../src/initializers/index.js";
import { adam } from "../../src/optimizers/index.js";
import { OptimizerState } from "../../src/optimizers/state.js";
import { dense, dropout, softmaxCrossEntropy, weightedMean } from "../../src/ops/index.js";
import { RandomState } from "../../src/tensor/randomState.js";
import { scope } from "../../src/tensor/scope.js";
import { Slab } from "../../src/tensor/slab.js";
import { tensor } from "../../src/tensor/create.js";
import { expectSameBits } from "../support/compare.js";
import "../support/engine.js";
import { network, noise } from "./networks.js";

const N = 50;
const { x, y } = noise(1, N);
const sampleWeight = Float32Array.from({ length: N }, (_, i) => (i % 5) / 2);

/** `network(seed)` trained by hand. @returns kernels and biases in the order of the layers, and the loss of each step */
function byHand(seed: number, epochs: number, batchSize: number): { weights: Float32Array[]; losses: number[] } {
  const random = new RandomState(seed);
  const shapes = [[5, 8], [8, 3], [8], [3]]; // prettier-ignore
  const values = new Slab(shapes); // what decays stands in front
  const gradients = new Slab(shapes);
  const [w1, w2, b1, b2] = values.sections;
  for (const [value, initializer] of [
    [w1, glorotUniform()],
    [w2, glorotUniform()],
    [b1, zeroed()],
    [b2, zeroed()],
  ] as const)
    initializer.fill(value, random);
  for (const [i, value] of values.sections.entries()) {
    value.requiresGrad = true;
    value.grad = gradients.sections[i];
  }
  const rules = shapes.map((shape) => ({ trainable: true, decays: shape.length > 1 }));
  const optimizer = new OptimizerState(adam({ learningRate: 0.01 }), values.sections, gradients, rules);
  const batches = new Batches([x, y, tensor(sampleWeight)], batchSize);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = batches.order(true, seed, epoch);
    for (let b = 0; b < batches.count; b++) {
      const { n, batch } = batches.select(order, b);
      batches.gather(n);
      const [inputs, labels, weights] = batch;
      scope(() => {
        const hidden = dropout(dense(inputs, w1, b1, "relu"), 0.3, random, 1);
        const loss = weightedMean(softmaxCrossEntropy(dense(hidden, w2, b2), labels), weights);
        losses.push(loss.item());
        loss.backward();
      });
      optimizer.step();
      random.advance();
    }
  }
  return { weights: [w1, b1, w2, b2].map((value) => value.toTypedArray() as Float32Array), losses };
}

describe("a run of fit is bit for bit the run written out by hand", () => {
  it.each([
    [3, 16],
    [2, 50],
    [1, 7],
  ])("%i epochs of batches of %i, with dropout, Adam, shuffling and weights of samples", async (epochs, batchSize) => {
    const seed = 5;
    const model = network(seed);
    const losses: number[] = [];
    let [sum, samples] = [0, 0];
    await model.fit(x, y, {
      epochs,
      batchSize,
      sampleWeight,
      callbacks: [
        {
          onEpochBegin: () => void ([sum, samples] = [0, 0]),
          onBatchEnd(batch, { loss }) {
            const n = Math.min(batchSize, N - batch * batchSize);
            losses.push((loss * (samples + n) - sum) / n); // from running means to the batch's own loss
            [sum, samples] = [loss * (samples + n), samples + n];
          },
        },
      ],
    });
    const hand = byHand(seed, epochs, batchSize);
    for (const [i, { name, value }] of model.weights.entries()) {
      expectSameBits(name, value.toTypedArray(), hand.weights[i]);
    }
    hand.losses.forEach((loss, step) => expect(losses[step]).toBeCloseTo(loss, 10));
  });
});
