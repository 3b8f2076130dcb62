/** Losses that are no numbers: an error that says where, weights as they were before that batch, and a model that trains on. */
import { describe, expect, it } from "vitest";
import { terminateOnNaN } from "../../../src/callbacks/terminateOnNaN.js";
import type { Logs, Training } from "../../../src/callbacks/callback.js";
import { UsageError } from "../../../src/errors.js";
import { batchNormalization, dense } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import type { Loss } from "../../../src/losses/loss.js";
import type { Model } from "../../../src/models/model.js";
import { bptt } from "../../../src/models/loop/bptt.js";
import type { OwnFunction } from "../../../src/models/ownFunctions.js";
import { sequential } from "../../../src/models/sequential.js";
import { adam, lbfgs, sgd } from "../../../src/optimizers/index.js";
import { reshape } from "../../../src/ops/shape/reshape.js";
import { sqrt, square } from "../../../src/ops/pointwise/unary.js";
import { sub } from "../../../src/ops/pointwise/arithmetic.js";
import { mean } from "../../../src/ops/reduce/reduce.js";
import { tensor } from "../../../src/tensor/create.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { expectSameWeights, expectWeights, weightsOf } from "../networks.js";

const chain = (learningRate: number, loss: Loss | OwnFunction = meanSquaredError()): Model => {
  const model = sequential([
    dense({ units: 4, activation: "relu", inputShape: [2], name: "first" }),
    dense({ units: 4, activation: "relu" }),
    dense({ units: 1, name: "last" }),
  ]);
  model.compile({ optimizer: sgd({ learningRate }), loss });
  for (const { value, name } of model.weights)
    if (name.endsWith("kernel")) value.assign(Float32Array.from({ length: value.size }, (_, i) => (i % 3) / 4 + 0.1));
  return model;
};
const x = Array.from({ length: 12 }, (_, i) => [i / 12, 1 - i / 12]);
const y = x.map(([a, b]) => [a * b]);
const advice =
  "Try a smaller learning rate, clipping (globalClipNorm: 1), or inputs scaled to about 1; the weights are those before this batch.";

describe("fit throws and names", () => {
  it("epoch, batch and layer; the weights are those before the batch", async () => {
    const model = chain(1e25);
    const kept: Record<string, Float32Array>[] = [weightsOf(model)];
    const keep = { onBatchEnd: () => void kept.push(weightsOf(model)) };
    const high = x.map(() => [10]); // all weights rise
    const fitting = model.fit(x, high, { epochs: 5, batchSize: 3, shuffle: false, callbacks: [keep] });
    await expect(fitting).rejects.toBeInstanceOf(UsageError); // toThrow with a text takes a rejection without any error, too
    await expect(fitting).rejects.toThrow(
      `fit: the loss became Infinity in epoch 1, batch 2; expected a finite loss. It arose in layer "dense_1". ${advice}`,
    );
    expectWeights(model, kept[1]);
  });

  it("the loss function where every layer's output is finite", async () => {
    const model = chain(0.1, meanSquaredError());
    const huge = x.map(() => [3e38]);
    await expect(model.fit(x, huge, { shuffle: false })).rejects.toThrow(
      `fit: the loss became Infinity in epoch 1, batch 1; expected a finite loss. It arose in the loss function. ${advice}`,
    );
  });

  it("a weight that an earlier step has spoilt: a loss of finite value, but without a slope", async () => {
    const root: Loss = {
      name: "root",
      call: (target, prediction) => reshape(sqrt(sub(prediction, prediction)), [target.shape[0]]), // √0, slope ∞·0
      checkTargets: () => undefined,
      config: { className: "root" },
    };
    const model = chain(0.1, root);
    await expect(model.fit(x, y, { batchSize: 6 })).rejects.toThrow(
      /^fit: the loss became NaN in epoch 1, batch 2; expected a finite loss\. It arose in weight "first\/kernel", which was not finite before this batch\. /,
    );
  });
});

describe("a gradient that is not finite while the loss is", () => {
  /** A loss whose slope at a prediction like the target is 0/0. */
  const cornered = (target: Tensor, prediction: Tensor): Tensor =>
    reshape(sqrt(square(sub(prediction, target))), [target.shape[0]]);
  const wrongAt = (place: string): string =>
    `fit: the gradient became NaN or infinite in ${place}; expected finite gradients. It arose in the gradient of weight "last/bias", while the loss is finite. ${advice}`;
  /** Two batches of 6 samples, of which the model predicts one of the second exactly: all weights are 0. */
  const zeroed = (): Model => {
    const model = chain(0, cornered);
    for (const { value } of model.weights) value.assign(new Float32Array(value.size));
    return model;
  };
  const targets = [...Array.from({ length: 11 }, () => [1]), [0]];
  const inOrder = { batchSize: 6, shuffle: false };

  it("in the very last step of fit: it throws, and the weights are those before that batch", async () => {
    const model = zeroed();
    const before = weightsOf(model);
    await expect(model.fit(x, targets, inOrder)).rejects.toThrow(wrongAt("epoch 1, batch 2"));
    expectWeights(model, before);
  });

  it("leaves moving statistics as they were before that batch", async () => {
    const normed = (): Model => {
      const model = sequential([dense({ units: 4, inputShape: [2] }), batchNormalization(), dense({ units: 1 })], { seed: 1 }); // prettier-ignore
      model.compile({ optimizer: sgd({ learningRate: 0 }), loss: cornered });
      for (const { value } of model.weights.slice(-2)) value.assign(new Float32Array(value.size));
      return model;
    };
    const [burnt, half] = [normed(), normed()];
    await expect(burnt.fit(x, targets, inOrder)).rejects.toThrow("the gradient became NaN");
    await half.fit(x.slice(0, 6), targets.slice(0, 6), inOrder);
    expectSameWeights(burnt, half);
  });

  it("in the last step of an epoch before others: neither validated nor seen by a callback as finite", async () => {
    const seen: (number | string)[] = [];
    const callbacks = [
      { onBatchEnd: (_batch: number, { loss }: Logs) => void seen.push(loss), onEpochEnd: () => void seen.push("end") },
    ];
    await expect(zeroed().fit(x, targets, { ...inOrder, epochs: 3, callbacks })).rejects.toThrow("epoch 1, batch 2");
    expect(seen).toEqual([1, NaN]);
  });

  it("terminateOnNaN ends such a training without an error", async () => {
    const { stopped } = await zeroed().fit(x, targets, { ...inOrder, callbacks: [terminateOnNaN()] });
    expect(stopped).toBe("the loss became NaN in batch 2");
  });

  it("of accumulated parts, in the last step", async () => {
    const model = zeroed();
    const before = weightsOf(model);
    const fitting = model.fit(x, targets, { batchSize: 2, accumulate: 3, shuffle: false });
    await expect(fitting).rejects.toThrow("the gradient became NaN or infinite in epoch 1, batch 2");
    expectWeights(model, before);
  });

  it("of an earlier part of a step of several", async () => {
    const fitting = zeroed().fit(x, [...targets].reverse(), { batchSize: 2, accumulate: 6, shuffle: false });
    await expect(fitting).rejects.toThrow(
      "fit: the gradient became NaN or infinite in epoch 1, batch 1; expected finite gradients. It arose in an earlier part of this step, while the loss is finite. ",
    );
  });

  it("in the first point of L-BFGS", async () => {
    const model = zeroed();
    model.compile({ optimizer: lbfgs(), loss: cornered });
    const before = weightsOf(model);
    await expect(model.fit(x, targets, { batchSize: "full" })).rejects.toThrow(wrongAt("epoch 1, batch 1"));
    expectWeights(model, before);
  });

  it("in the first point of L-BFGS, infinite and not NaN", async () => {
    const model = sequential([dense({ units: 1, inputShape: [1] })]);
    model.compile({ optimizer: lbfgs(), loss: (_, prediction) => reshape(sqrt(prediction), [2]) });
    for (const { value } of model.weights) value.assign(new Float32Array(value.size));
    const fitting = model.fit([[1], [2]], [[0], [0]], { batchSize: "full" });
    await expect(fitting).rejects.toThrow("the gradient became NaN or infinite in epoch 1, batch 1");
  });

  it("of a stream that says how many batches it has, before the weights change; of another, after it", async () => {
    const batches = function* (): Generator<[number[][], number[][]]> {
      yield [x.slice(0, 6), targets.slice(0, 6)];
      yield [x.slice(6), targets.slice(6)];
    };
    const known = zeroed();
    const before = weightsOf(known);
    await expect(known.fit(batches, { stepsPerEpoch: 2 })).rejects.toThrow(wrongAt("epoch 1, batch 2"));
    expectWeights(known, before);
    await expect(zeroed().fit(batches)).rejects.toThrow(
      'fit: the gradient became NaN or infinite in epoch 1, batch 2; expected finite gradients. It spoilt weight "last/kernel", which stays so. ',
    );
  });

  it("in the step after which a callback stops the epoch", async () => {
    const stopping = { onBatchEnd: (_batch: number, _logs: Logs, training: Training) => training.stop("enough") };
    const fitting = zeroed().fit(x, [...targets].reverse(), { ...inOrder, callbacks: [stopping] });
    await expect(fitting).rejects.toThrow('It spoilt weight "last/kernel", which stays so. ');
  });

  it("in the last window of bptt", async () => {
    const model = sequential([dense({ units: 1, inputShape: [4, 1] })]);
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss: (t, p) => mean(sqrt(square(sub(p, t))), [1, 2]) });
    const before = weightsOf(model);
    const sequence = { x: [[[0], [0], [0], [0]]], y: [[[1], [1], [1], [0]]] };
    await expect(bptt(model, sequence, { window: 2, carryState: false })).rejects.toThrow(
      "bptt: the norm of the gradients became NaN in the window at step 2; expected a finite norm.",
    );
    expectWeights(model, before);
  });
});

it("where one value of a weight is spoilt, the weight is named; a callback that restores is said", async () => {
  const model = chain(0.1);
  const values = model.weights[0].value.toTypedArray() as Float32Array;
  values[1] = NaN;
  model.weights[0].value.assign(values);
  const callbacks = [{ onTrainAbort: () => undefined }];
  await expect(model.fit(x, y, { callbacks })).rejects.toThrow(
    `It arose in weight "first/kernel", which was not finite before this batch. ${advice.slice(0, -1)}, or what a callback restores.`,
  );
});

describe("afterwards", () => {
  it("the model trains on: no gradient and no random number of the lost batch is left", async () => {
    const [burnt, fresh] = [chain(1e-3), chain(1e-3)];
    const huge = x.map(() => [3e38]);
    await expect(burnt.fit(x, huge)).rejects.toThrow("the loss became Infinity");
    await burnt.fit(x, y, { epochs: 3 });
    await fresh.fit(x, y, { epochs: 3 });
    expectSameWeights(burnt, fresh);
  });

  it("so it does after any error in a step: a layer that throws once, after another has got its gradient", async () => {
    let isBroken = true;
    const moody: Loss = {
      ...meanSquaredError(),
      call(target, prediction) {
        const loss = meanSquaredError().call(target, prediction);
        if (!isBroken) return loss;
        loss.backward(undefined); // of several values: no starting gradient
        return loss;
      },
    };
    const [broken, fresh] = [chain(1e-3, moody), chain(1e-3)];
    await expect(broken.fit(x, y)).rejects.toThrow("backward: only a scalar has a starting gradient by default");
    isBroken = false;
    await broken.fit(x, y, { epochs: 3 });
    await fresh.fit(x, y, { epochs: 3 });
    expectSameWeights(broken, fresh);
  });

  it("so it does after a schedule that gives no learning rate: nothing was stepped", async () => {
    let rate = NaN;
    const learningRate = { at: () => rate, config: { className: "mine" } };
    const [broken, fresh] = [chain(1e-3), chain(1e-3)];
    for (const model of [broken, fresh]) model.compile({ optimizer: adam({ learningRate }), loss: meanSquaredError() });
    const before = weightsOf(broken);
    await expect(broken.fit(x, y)).rejects.toThrow(
      "schedule: the schedule gave no learning rate; expected a number in [0, ∞), got NaN at step 0.",
    );
    expectWeights(broken, before);
    rate = 0.01;
    await broken.fit(x, y, { epochs: 3 });
    await fresh.fit(x, y, { epochs: 3 });
    expectSameWeights(broken, fresh);
  });

  it("gradients that a loop by hand has left do not count in fit", async () => {
    const [used, fresh] = [chain(1e-3), chain(1e-3)];
    mean(used.call([tensor(x)])[0]).backward();
    expect(used.weights[0].value.grad!.toTypedArray().some((g) => g !== 0)).toBe(true);
    await used.fit(x, y);
    await fresh.fit(x, y);
    expectSameWeights(used, fresh);
  });
});
