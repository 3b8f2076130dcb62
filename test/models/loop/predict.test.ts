/** predict, evaluate and call: batches of any size, data of any form, several outputs. */
import { describe, expect, it, vi } from "vitest";
import { activation, dense, dropout, flatten } from "../../../src/layers/index.js";
import { binaryCrossentropy, categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { accuracy, auc, meanAbsoluteError, topKAccuracy } from "../../../src/metrics/index.js";
import { sequential } from "../../../src/models/sequential.js";
import { sgd } from "../../../src/optimizers/index.js";
import { mean } from "../../../src/ops/reduce/reduce.js";
import { heap, launcher } from "../../../src/runtime/runtime.js";
import { tensor } from "../../../src/tensor/create.js";
import { scope } from "../../../src/tensor/scope.js";
import { expectClose, expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { expectWeights, network, noise, weightsOf } from "../networks.js";

const { x, y } = noise(1, 23);

describe("predict", () => {
  it("gives the same bits with batches of 1, 7, 22, 23, 24 and 256", async () => {
    const model = network();
    const whole = (await model.predict(x)).toTypedArray();
    expect(whole.length).toBe(23 * 3);
    for (const batchSize of [1, 7, 22, 23, 24]) {
      expectSameBits(`batches of ${batchSize}`, (await model.predict(x, { batchSize })).toTypedArray(), whole);
    }
  });

  it("records only what is replayed: a single batch, and a last one of another size, were recorded for nothing", async () => {
    const net = network();
    const { x, y } = noise(3, 50);
    const recorded = vi.spyOn(launcher(), "record");
    const counted = async (batchSize: number): Promise<readonly [number, Float32Array, object]> => {
      recorded.mockClear();
      const predicted = await net.predict(x, { batchSize });
      const values = predicted.toTypedArray() as Float32Array;
      predicted.dispose();
      const logs = await net.evaluate(x, y, { batchSize });
      return [recorded.mock.calls.length, values, logs];
    };
    const [, values] = await counted(10);
    const bytes = heap().bytesInUse;
    for (const [batchSize, recordings] of [
      [50, 0],
      [64, 0],
      [20, 2],
      [25, 2],
      [10, 2],
    ]) {
      // prettier-ignore
      const [count, again, logs] = await counted(batchSize);
      expect(count).toBe(recordings);
      expectSameBits("values", again, values);
      expect(logs).toEqual((await counted(batchSize))[2]);
      expect(heap().bytesInUse).toBeLessThanOrEqual(bytes); // less where garbage of other tests was collected meanwhile
    }
    recorded.mockRestore();
  });

  it("takes tensors, nested arrays and typed arrays", async () => {
    const model = network();
    const want = (await model.predict(x)).toArray();
    for (const data of [x.toArray() as number[][], x.toTypedArray()]) {
      expect((await model.predict(data)).toArray()).toEqual(want);
    }
  });

  it("reads uint8 as fractions of 255, from a tensor of images and from bytes end to end", async () => {
    const model = sequential([flatten({ inputShape: [2, 2, 1] })]);
    const bytes = Uint8Array.of(0, 51, 102, 153, 204, 255, 0, 255);
    for (const images of [bytes, tensor(bytes, [2, 2, 2, 1])]) {
      const output = await model.predict(images);
      expectClose("pixels", output.toTypedArray(), [0, 0.2, 0.4, 0.6, 0.8, 1, 0, 1], [2, 4], {
        relative: 1e-6,
        absolute: 0,
      });
    }
  });

  it("needs neither compile nor training, and builds a model from the data", async () => {
    const model = sequential([dropout({ rate: 0.9 }), dense({ units: 2 }), activation({ activation: "softmax" })]);
    const rows = (await model.predict([[1, 2, 3], [4, 5, 6]])).toArray() as number[][]; // prettier-ignore
    expect(model.inputShape).toEqual([3]);
    for (const [a, b] of rows) expect(a + b).toBeCloseTo(1, 6);
  });

  it("changes no weight and leaves no gradient", async () => {
    const model = network();
    const before = weightsOf(model);
    const output = await model.predict(x);
    expectWeights(model, before);
    expect(output.requiresGrad).toBe(false);
  });

  it("gives a tensor that no scope frees and that belongs to the caller", async () => {
    const model = network();
    const output = await model.predict(x);
    scope(() => expect(output.shape).toEqual([23, 3]));
    expect(output.isDisposed).toBe(false);
    const inUse = heap().bytesInUse;
    output.dispose();
    expect(heap().bytesInUse).toBeLessThan(inUse);
  });
});

describe("evaluate", () => {
  it("gives loss and metrics of all samples, whatever the batches, to 1e-6", async () => {
    const model = network();
    const whole = await model.evaluate(x, y);
    expect(Object.keys(whole)).toEqual(["loss", "accuracy"]);
    for (const batchSize of [1, 5, 22]) {
      const parts = await model.evaluate(x, y, { batchSize });
      expect(parts.loss).toBeCloseTo(whole.loss, 6);
      expect(parts.accuracy).toBeCloseTo(whole.accuracy, 12);
    }
  });

  it("agrees with what predict gives, by hand", async () => {
    const model = network();
    const labels = y.toTypedArray();
    const rows = (await model.predict(x)).toArray() as number[][];
    const losses = rows.map((z, n) => Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[labels[n]]);
    const right = rows.filter((z, n) => z.indexOf(Math.max(...z)) === labels[n]).length;
    const logs = await model.evaluate(x, y);
    expect(logs.loss).toBeCloseTo(losses.reduce((sum, value) => sum + value) / 23, 5);
    expect(logs.accuracy).toBeCloseTo(right / 23, 6);
  });

  it("of one number: targets (N) and (N, 1), numbers, bytes and integers are the same", async () => {
    const model = sequential([dense({ units: 1, activation: "sigmoid", inputShape: [5] })]);
    model.compile({ optimizer: sgd(), loss: binaryCrossentropy(), metrics: [accuracy(), meanAbsoluteError()] });
    const bits = Array.from({ length: 23 }, (_, i) => i % 2);
    const want = await model.evaluate(x, bits);
    for (const targets of [
      bits.map((bit) => [bit]),
      Uint8Array.from(bits),
      Int32Array.from(bits),
      tensor(bits),
      tensor(Float32Array.from(bits), [23, 1]),
    ]) {
      expect(await model.evaluate(x, targets)).toEqual(want);
    }
  });

  it("of sequences: labels (N, T), from nested arrays and end to end", async () => {
    const model = sequential([dense({ units: 3, inputShape: [4, 2] })]);
    model.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }), metrics: [accuracy()] });
    const values = Float32Array.from({ length: 5 * 4 * 2 }, (_, i) => Math.sin(i));
    const labels = Int32Array.from({ length: 20 }, (_, i) => i % 3);
    const want = await model.evaluate(values, labels);
    expect(await model.evaluate(values, tensor(labels, [5, 4]))).toEqual(want);
    expect(await model.evaluate(values, tensor(labels, [5, 4]).toArray() as number[][])).toEqual(want);
    await model.fit(values, labels, { epochs: 2 });
  });

  it("builds a model from the data, as fit does", async () => {
    const model = sequential([dense({ units: 1 })]);
    model.compile({ optimizer: sgd(), loss: meanSquaredError() });
    expect(await model.evaluate([[0, 0]], [3])).toEqual({ loss: 9 });
  });
});

describe("call", () => {
  it("gives what predict gives, as a computation with gradients", async () => {
    const model = network();
    const [output] = model.call([x]);
    expectSameBits("output", output.toTypedArray(), (await model.predict(x)).toTypedArray());
    expect(output.requiresGrad).toBe(true);
  });

  it("carries the gradient to the input where that wants one", () => {
    const model = sequential([dense({ units: 1, useBias: false, inputShape: [2] })]);
    model.weights[0].value.assign([3, -2]);
    const input = tensor([[1, 1], [2, 2]], undefined, { requiresGrad: true }); // prettier-ignore
    mean(model.call([input])[0]).backward();
    expect(input.grad!.toArray()).toEqual([[1.5, -1], [1.5, -1]]); // prettier-ignore
  });

  it("in training drops other elements each time, otherwise none", () => {
    const model = network();
    const outputs = [true, true, false, false].map((training) => model.call([x], { training })[0].toTypedArray());
    expect(outputs[0]).not.toEqual(outputs[1]);
    expect(outputs[2]).toEqual(outputs[3]);
  });

  it("builds a model from the data", () => {
    const model = sequential([dense({ units: 2 })]);
    expect(model.call([x])[0].shape).toEqual([23, 2]);
    expect(model.inputShape).toEqual([5]);
  });
});

describe("build", () => {
  it("fixes the shapes; once built, only the same shape will do", () => {
    const model = sequential([dense({ units: 2 })]);
    expect(model.isBuilt).toBe(false);
    expect(() => model.layers).toThrow("layers: the shapes of the model are not known yet.");
    model.build([3]);
    model.build([3]);
    expect([model.isBuilt, model.weights[0].value.shape]).toEqual([true, [3, 2]]);
    expect(() => model.build([4])).toThrow("build: the model is built for another shape; expected [3], got [4].");
  });
});

describe("compile again", () => {
  it("keeps the weights and starts the optimizer anew", async () => {
    const options = { optimizer: sgd({ momentum: 0.9 }), loss: categoricalCrossentropy({ fromLogits: true }) };
    const [used, fresh] = [1, 2].map(() => sequential([dense({ units: 3, inputShape: [5] })]));
    used.compile(options);
    await used.fit(x, y, { epochs: 2 });
    used.compile(options);
    fresh.compile(options);
    for (const [i, { value }] of used.weights.entries()) fresh.weights[i].value.assign(value.toTypedArray());
    for (const each of [used, fresh]) await each.fit(x, y, { epochs: 2 });
    expectWeights(used, weightsOf(fresh));
  });

  it("with something wrong changes nothing: the model trains as it was compiled", async () => {
    const [a, b] = [network(), network()];
    expect(() => a.compile({ optimizer: sgd(), loss: [] })).toThrow("compile: number of losses differs");
    await a.fit(x, y);
    await b.fit(x, y);
    expectWeights(a, weightsOf(b));
  });

  it("may come before the shapes are known; what does not fit them is said by fit, and nothing is built", async () => {
    const model = sequential([dense({ units: 3 })]);
    expect(() => model.compile({ optimizer: sgd(), loss: [meanSquaredError(), meanSquaredError()] })).toThrow(
      "compile: number of losses differs from the number of outputs; expected 1, got 2.",
    );
    model.compile({
      optimizer: sgd(),
      loss: categoricalCrossentropy({ fromLogits: true }),
      metrics: [topKAccuracy(), auc()],
    });
    await expect(model.fit(x, y)).rejects.toThrow(
      "auc: the output is not a single number; expected [N, 1], got [N, 3].",
    );
    expect(model.isBuilt).toBe(false);
  });
});
