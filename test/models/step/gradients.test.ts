/** Gradients of a model that is compiled: nothing that is done to `grad` stops training in silence, and what somebody else's backward left is not used. */
import { describe, expect, it } from "vitest";
import { dense, embedding, flatten } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { adam } from "../../../src/optimizers/index.js";
import { mul } from "../../../src/ops/pointwise/arithmetic.js";
import { sum } from "../../../src/ops/reduce/reduce.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import { record } from "../../../src/tensor/record.js";
import { scope } from "../../../src/tensor/scope.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { expectSameWeights, network, noise, normals } from "../networks.js";

const { x, y } = noise(1, 16);
const steps = async (net: Model): Promise<void> => {
  for (let i = 0; i < 2; i++) net.trainOnBatch([x], [y]).dispose();
  await net.fit(x, y, { batchSize: 8, epochs: 2 });
};

describe.each<[string, (weight: Tensor) => void]>([
  ["undefined", (weight) => (weight.grad = undefined)],
  ["another tensor", (weight) => (weight.grad = tensor(new Float32Array(weight.size).fill(9), weight.shape))],
  ["zeros()", (weight) => (weight.grad = zeros(weight.shape))],
  ["disposed", (weight) => weight.grad!.dispose()],
  ["assigned to", (weight) => weight.grad!.assign(new Float32Array(weight.size).fill(9))],
  ["cleared by zeroGrad()", (weight) => weight.zeroGrad()],
])("grad of every weight %s", (_, change) => {
  it("after compile changes no bit of what is trained", async () => {
    const [alone, changed] = [network(), network()];
    await steps(alone);
    for (const { value } of changed.weights) change(value);
    await steps(changed);
    expectSameWeights(changed, alone);
  });

  it("after every batch of a fit, and between steps, too", async () => {
    const [alone, changed] = [network(), network()];
    for (let i = 0; i < 2; i++) await steps(alone);
    const callback = { onBatchEnd: () => changed.weights.forEach(({ value }) => change(value)) };
    for (let i = 0; i < 2; i++) {
      for (let k = 0; k < 2; k++) {
        changed.trainOnBatch([x], [y]).dispose();
        callback.onBatchEnd();
      }
      await changed.fit(x, y, { batchSize: 8, epochs: 2, callbacks: [callback] });
    }
    expectSameWeights(changed, alone);
  });
});

it("a tensor that does not fit, and a freed one, are refused", () => {
  const { value } = network().weights[0];
  expect(() => (value.grad = zeros([3]))).toThrow(
    'grad: the gradient does not fit; expected Tensor(5, 8) "dense_1/kernel", got Tensor(3).',
  );
  const freed = zeros([5, 8]);
  freed.dispose();
  expect(() => (value.grad = freed)).toThrow("is used after it was freed");
});

it("requiresGrad = false on a weight that is trained is an error of fit and trainOnBatch, not a weight that stands still", async () => {
  const net = network();
  net.weights[0].value.requiresGrad = false;
  const wrong =
    'requiresGrad of "dense_1/kernel" is false, but its layer is trained. Freeze a layer by trainable = false';
  await expect(net.fit(x, y)).rejects.toThrow(`fit: ${wrong}`);
  expect(() => net.trainOnBatch([x], [y])).toThrow(`trainOnBatch: ${wrong}`);
});

describe("what a backward outside has left is not added", () => {
  const stray = (net: Model): void => scope(() => sum(mul(net.call([x])[0], 100)).backward());

  it("by trainOnBatch, by fit, between its batches, and by replays of a recorded trainOnBatch", async () => {
    const [alone, disturbed] = [network(), network()];
    const recorded = [alone, disturbed].map((net) => record(() => net.trainOnBatch([x], [y])));
    for (const [i, net] of [alone, disturbed].entries()) {
      const before = (): void => {
        if (net === disturbed) stray(net);
      };
      before();
      net.trainOnBatch([x], [y]).dispose();
      before();
      await net.fit(x, y, { batchSize: 8, epochs: 2, callbacks: [{ onBatchEnd: before }] });
      for (let k = 0; k < 3; k++) {
        before();
        recorded[i].replay();
      }
    }
    expectSameWeights(disturbed, alone);
  });

  it("and costs nothing where there is none: no fill of the gradients in a step", async () => {
    const net = network();
    net.trainOnBatch([x], [y]).dispose();
    const { calledKernels } = await import("../../support/kernelTable.js");
    const called = calledKernels(() => net.trainOnBatch([x], [y]).dispose());
    expect(called.filter((name) => name === "fill").length).toBe(1); // ∂loss/∂loss = 1
  });
});

it("zeroGrad() of a model clears what backward gathered, before and after compile", () => {
  const net = sequential([dense({ units: 2, inputShape: [3] }), dense({ units: 1 })]);
  const input = normals(1, [4, 3]);
  const gradients = (): number[] => net.weights.flatMap(({ value }) => [...(value.grad?.toTypedArray() ?? [])]);
  net.zeroGrad();
  expect(gradients()).toEqual([]);
  for (const compile of [false, true]) {
    if (compile) net.compile({ optimizer: adam(), loss: meanSquaredError() });
    sum(net.call([input])[0]).backward();
    const once = gradients();
    expect(once.some((value) => value !== 0)).toBe(true);
    net.zeroGrad();
    expect(gradients().every((value) => value === 0)).toBe(true);
    sum(net.call([input])[0]).backward();
    expect(gradients()).toEqual(once);
    net.zeroGrad();
  }
});

it("a table that is trained lazily visits no row for a gradient that was cleared", async () => {
  const make = (): Model => {
    const net = sequential([embedding({ inputDim: 6, outputDim: 3, inputShape: [2] }), flatten(), dense({ units: 1 })]);
    net.compile({ optimizer: adam({ learningRate: 0.1 }), loss: meanSquaredError() });
    return net;
  };
  const [alone, cleared] = [make(), make()];
  const tokens = [0, 2].map((first) => tensor(Int32Array.from([first, first + 1, first, first]), [2, 2]));
  const target = normals(1, [2, 1]);
  const train = (net: Model, batch: Tensor): void => net.trainOnBatch([batch], [target]).dispose();
  for (const net of [alone, cleared]) {
    train(net, tokens[0]); // rows 0 and 1 have moments now
    if (net === cleared) {
      sum(net.call([tokens[0]])[0]).backward();
      net.weights[0].value.zeroGrad();
      net.zeroGrad();
    }
    for (let i = 0; i < 3; i++) train(net, tokens[1]);
    await net.fit(tokens[1], target, { epochs: 2 });
  }
  expectSameWeights(cleared, alone);
});
