/** fit: what it learns, what it reports, and that a seed decides every bit. */
import { describe, expect, it } from "vitest";
import { dense } from "../../../src/layers/index.js";
import { binaryCrossentropy, categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { accuracy, meanAbsoluteError } from "../../../src/metrics/index.js";
import { sequential } from "../../../src/models/sequential.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { expectSameWeights, expectWeights, haveOtherWeights, network, noise, spiral, weightsOf } from "../networks.js";

const corners = [[0, 0], [0, 1], [1, 0], [1, 1]]; // prettier-ignore
const { x, y } = noise(1, 50);

describe("learns", () => {
  it("XOR, to a loss below 0.01 and all four answers", async () => {
    const model = sequential([
      dense({ units: 8, activation: "tanh", inputShape: [2] }),
      dense({ units: 1, activation: "sigmoid" }),
    ]);
    model.compile({ optimizer: adam({ learningRate: 0.05 }), loss: binaryCrossentropy(), metrics: [accuracy()] });
    const { history } = await model.fit(corners, [[0], [1], [1], [0]], { epochs: 300, batchSize: 4 });
    expect(history.loss[0]).toBeGreaterThan(0.5);
    expect(history.loss.at(-1)).toBeLessThan(0.01);
    expect(history.accuracy.at(-1)).toBe(1);
    const answers = (await model.predict(corners)).toArray() as number[][];
    expect(answers.map(([p]) => Math.round(p))).toEqual([0, 1, 1, 0]);
  });

  it("three spirals that no straight line parts, to 97 % on samples that it has not seen", async () => {
    const [train, test] = [spiral(1, 600, 3), spiral(2, 300, 3)];
    const model = sequential([
      dense({ units: 32, activation: "relu", inputShape: [2] }),
      dense({ units: 32, activation: "relu" }),
      dense({ units: 3 }),
    ]);
    const loss = categoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: adam({ learningRate: 0.01 }), loss, metrics: [accuracy()] });
    const { history } = await model.fit(train.x, train.y, { epochs: 40 });
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0] / 5);
    expect((await model.evaluate(test.x, test.y)).accuracy).toBeGreaterThan(0.97);
  });

  it("y = 2x − 1 from plain lists of numbers, the shapes taken from them", async () => {
    const model = sequential([dense({ units: 1 })]);
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
    expect(model.isBuilt).toBe(false);
    await model.fit([-1, 0, 1, 2], [-3, -1, 1, 3], { epochs: 200 });
    expect(model.inputShape).toEqual([1]);
    expect((await model.predict([10])).item()).toBeCloseTo(19, 2);
  });
});

describe("reports", () => {
  it("loss and metrics of every epoch by name, those of validation after them", async () => {
    const model = network();
    const { epochs, history, stopped } = await model.fit(x, y, { epochs: 3, validationSplit: 0.2 });
    expect(epochs).toEqual([0, 1, 2]);
    expect(Object.keys(history)).toEqual(["loss", "accuracy", "valLoss", "valAccuracy"]);
    for (const values of Object.values(history)) expect(values.every(Number.isFinite)).toBe(true);
    expect(Object.values(history).map(({ length }) => length)).toEqual([3, 3, 3, 3]);
    expect(stopped).toBeUndefined();
  });

  it("two metrics under their own names", async () => {
    const model = sequential([dense({ units: 1, inputShape: [5] })]);
    model.compile({ optimizer: sgd(), loss: meanSquaredError(), metrics: [meanAbsoluteError(), meanAbsoluteError()] });
    const { history } = await model.fit(x, new Float32Array(50));
    expect(Object.keys(history)).toEqual(["loss", "meanAbsoluteError", "meanAbsoluteError_2"]);
    expect(history.meanAbsoluteError_2).toEqual(history.meanAbsoluteError);
  });

  it("the mean loss over the samples, not over the batches: with a rate of 0 that of evaluate", async () => {
    const model = sequential([dense({ units: 3, inputShape: [5] })]);
    const loss = categoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss, metrics: [accuracy()] });
    const { history } = await model.fit(x, y, { batchSize: 16 }); // 16, 16, 16, 2
    const whole = await model.evaluate(x, y, { batchSize: 50 });
    expect(history.loss[0]).toBeCloseTo(whole.loss, 5);
    expect(history.accuracy[0]).toBeCloseTo(whole.accuracy, 6);
  });

  it("validation data as evaluate sees them", async () => {
    const model = network();
    const validationData = noise(2, 23);
    const { history } = await model.fit(x, y, { validationData });
    const logs = await model.evaluate(validationData.x, validationData.y, { batchSize: 32 });
    expect([history.valLoss[0], history.valAccuracy[0]]).toEqual([logs.loss, logs.accuracy]);
  });

  it("a validation split: the last fifth, the same as data apart", async () => {
    const [split, apart] = [network(), network()];
    const a = await split.fit(x, y, { epochs: 2, validationSplit: 0.2 });
    const rows = (from: number, to: number) => ({
      x: tensor(x.toTypedArray().slice(from * 5, to * 5), [to - from, 5]),
      y: tensor(y.toTypedArray().slice(from, to)),
    });
    const training = rows(0, 40);
    const b = await apart.fit(training.x, training.y, { epochs: 2, validationData: rows(40, 50) });
    expect(a.history).toEqual(b.history);
    expectSameWeights(split, apart);
  });
});

describe("the seed decides", () => {
  const options = { epochs: 3, batchSize: 16 };

  it("every bit: twice the same", async () => {
    const [a, b] = [network(7), network(7)];
    const histories = [await a.fit(x, y, options), await b.fit(x, y, options)];
    expect(histories[0]).toEqual(histories[1]);
    expectSameWeights(a, b);
  });

  it("also of two models in turns in one process", async () => {
    const [a, b] = [network(7), network(7)];
    const alone = network(7);
    await Promise.all([a.fit(x, y, options), b.fit(x, y, options)]);
    await alone.fit(x, y, options);
    expectSameWeights(a, alone);
    expectSameWeights(b, alone);
  });

  it("another seed gives other weights before and after training", async () => {
    const [a, b] = [network(7), network(8)];
    expect(haveOtherWeights(a, b)).toBe(true);
    await a.fit(x, y, options);
    await b.fit(x, y, options);
    expect(haveOtherWeights(a, b)).toBe(true);
  });

  it("the order of the samples by fit's own seed", async () => {
    const [a, b, c] = [network(7), network(7), network(7)];
    await a.fit(x, y, options);
    await b.fit(x, y, { ...options, seed: 7 });
    await c.fit(x, y, { ...options, seed: 8 });
    expectSameWeights(a, b);
    expect(haveOtherWeights(a, c)).toBe(true);
  });

  it("nothing without shuffling and dropout but the initial weights", async () => {
    const [a, b] = [1, 2].map((seed) => sequential([dense({ units: 3, inputShape: [5] })], { seed }));
    for (const model of [a, b]) {
      model.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }) });
      for (const { value } of model.weights) value.assign(new Float32Array(value.size).fill(0.1));
      await model.fit(x, y, { ...options, shuffle: false });
    }
    expectSameWeights(a, b);
  });

  it("shuffling takes another order each epoch, and each call of fit", async () => {
    // One weight that begins every epoch at 0 and remembers all that came: it tells the order.
    const weightsAfter = async (calls: readonly number[], shuffle: boolean): Promise<Set<number>> => {
      const model = sequential([dense({ units: 1, useBias: false, inputShape: [1] })]);
      model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
      const weights = new Set<number>();
      const [{ value: weight }] = model.weights;
      const recall = {
        onEpochBegin: () => weight.assign([0]),
        onEpochEnd: () => void weights.add(weight.item()),
      };
      const values = Array.from({ length: 8 }, (_, i) => i);
      for (const epochs of calls) {
        await model.fit(new Array(8).fill(1), values, { batchSize: 1, epochs, shuffle, callbacks: [recall] });
      }
      return weights;
    };
    expect((await weightsAfter([3, 2, 1, 1], true)).size).toBe(7);
    expect((await weightsAfter([3, 2, 1, 1], false)).size).toBe(1);
  });

  it("three epochs at once are three calls of one epoch, when these count on", async () => {
    const [whole, parts] = [network(7), network(7)];
    const { history } = await whole.fit(x, y, options);
    const losses: number[] = [];
    for (const initialEpoch of [0, 1, 2]) {
      const part = await parts.fit(x, y, { ...options, epochs: initialEpoch + 1, initialEpoch });
      expect(part.epochs).toEqual([initialEpoch]);
      losses.push(...part.history.loss);
    }
    expectSameWeights(whole, parts);
    expect(losses).toEqual(history.loss);
  });
});

describe("batches", () => {
  it("the last one may be smaller: steps of 16, 16, 16 and 2 samples", async () => {
    const model = network();
    const batches: number[] = [];
    await model.fit(x, y, { batchSize: 16, callbacks: [{ onBatchEnd: (batch) => void batches.push(batch) }] });
    expect(batches).toEqual([0, 1, 2, 3]);
  });

  it("are as large as the data where these are fewer than 32", async () => {
    const few = noise(3, 7);
    const [a, b] = [network(), network()];
    await a.fit(few.x, few.y);
    await b.fit(few.x, few.y, { batchSize: 7 });
    expectSameWeights(a, b);
  });
});

describe("data", () => {
  it("as tensors, nested arrays and typed arrays train the same", async () => {
    const values = x.toTypedArray() as Float32Array;
    const labels = y.toTypedArray() as Int32Array;
    const trained = async (x: Parameters<typeof model.fit>[0], y: Parameters<typeof model.fit>[1]) => {
      const model = network();
      await model.fit(x, y, { epochs: 2 });
      return weightsOf(model);
    };
    const model = network();
    await model.fit(x, y, { epochs: 2 });
    expectWeights(model, await trained(x.toArray(), y.toArray()));
    expectWeights(model, await trained(values, labels));
    expectWeights(model, await trained(values, Uint8Array.from(labels)));
    expectWeights(model, await trained(values, Float32Array.from(labels)));
    expectWeights(model, await trained(values, tensor(Uint8Array.from(labels))));
  });

  it("labels and one-hot rows train the same within 1e-6, rows as lists, numbers end to end and bytes", async () => {
    const labels = y.toArray() as number[];
    const rows = labels.map((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0)));
    const byLabel = await network().fit(x, labels, { epochs: 2 });
    for (const targets of [rows, Float32Array.from(rows.flat()), Uint8Array.from(rows.flat())]) {
      const byRow = await network().fit(x, targets, { epochs: 2 });
      byRow.history.loss.forEach((loss, i) => expect(loss).toBeCloseTo(byLabel.history.loss[i], 5));
    }
  });

  it("uint8 inputs are fractions of 255", async () => {
    const bytes = Uint8Array.from({ length: 50 * 5 }, (_, i) => (i * 37) % 256);
    const [a, b] = [network(), network()];
    await a.fit(bytes, y, { epochs: 2 });
    const scale = Math.fround(1 / 255);
    await b.fit(
      Float32Array.from(bytes, (byte) => byte * scale),
      y,
      { epochs: 2 },
    );
    expectSameWeights(a, b);
  });

  it("labels of 10 classes in a Uint8Array are labels, also where their number is divisible by 10", async () => {
    const model = sequential([dense({ units: 10, inputShape: [1] })]);
    model.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }), metrics: [accuracy()] });
    const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 10);
    const { history } = await model.fit(new Float32Array(20), labels);
    expect(history.loss[0]).toBeCloseTo(Math.log(10), 5);
  });

  it("belong to whoever passed them: tensors are alive and unchanged afterwards", async () => {
    const before = x.toTypedArray();
    await network().fit(x, y, { validationSplit: 0.5 });
    expect(x.toTypedArray()).toEqual(before);
    expect(y.isDisposed).toBe(false);
  });
});
