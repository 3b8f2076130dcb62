/** What fit takes to validate on: samples, tuples, data sets with more in them, and streams of batches. */
import { describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../../src/errors.js";
import { type Layer, callbacks, layers, losses, memoryUsage, model, optimizers, tensor } from "../../../src/index.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { expectSameWeights, network, noise } from "../networks.js";

const { x, y } = noise(7, 40);
const held = noise(8, 20);
const rows = (from: number, to: number): { x: Tensor; y: Tensor } => ({
  x: tensor(held.x.toTypedArray().slice(5 * from, 5 * to), [to - from, 5]),
  y: tensor((held.y.toTypedArray() as Int32Array).slice(from, to)),
});
function* batches() {
  for (const [from, to] of [[0, 8], [8, 16], [16, 20]]) yield rows(from, to); // prettier-ignore
}
async function* later() {
  for (const batch of batches()) yield await Promise.resolve(batch);
}

const plain = network();
const plainAfterOne = network();
await plainAfterOne.fit(x, y);
const { history: expected } = await plain.fit(x, y, { epochs: 3, validationData: held });

describe("validationData", () => {
  it.each<[string, object]>([
    [
      "a data set with class names, which were an unknown option",
      { ...held, classNames: ["a", "b", "c", "d"], index: 1, xs: 2, key: 3, yes: 4 },
    ],
    ["[x, y], as Keras has it", [held.x, held.y]],
    ["a function that makes a generator", batches],
    ["one that makes an asynchronous one", later],
    ["an object that can be read again and again", { [Symbol.asyncIterator]: later }],
    ["a set of batches", new Set(batches())],
  ])("as %s gives the numbers of the same rows, and trains the same bits", async (_, validationData) => {
    const model = network();
    const { history } = await model.fit(x, y, { epochs: 3, validationData: validationData as never });
    expect(Object.keys(history)).toEqual(["loss", "accuracy", "valLoss", "valAccuracy"]);
    for (const [name, values] of Object.entries(history))
      for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[name][i], 6);
    expectSameWeights(model, plain);
  });

  it("as a stream stops early, is read inside epochs, and beside a stream of training data", async () => {
    const monitors = [callbacks.earlyStopping({ monitor: "valLoss", patience: 0, minDelta: 1e9 })];
    const model = network();
    const early = await model.fit(x, y, { epochs: 9, validationData: later, callbacks: monitors });
    expect(early.history.valLoss).toHaveLength(2);
    const options = { validationData: batches, validateEvery: { steps: 1 } };
    const { validations } = await model.fit(x, y, { batchSize: 20, ...options });
    expect(validations!.map(({ step }) => step)).toEqual([1]); // the second is the end of the epoch
    const source = (): { x: Tensor; y: Tensor }[] => [{ x, y }];
    const streamed = await model.fit(() => source().values(), { epochs: 2, validationData: later });
    expect(streamed.history.valLoss).toHaveLength(2);
  });

  it.each<[string, unknown, object, string]>([
    ["both parts of a data set", { train: held, test: held }, {}, "fit validationData: this is a data set in two parts; got { train, test }. Hand over one part: validationData: data.test."],
    ["a generator for several epochs", batches(), { epochs: 2 }, "fit validationData: a generator gives its batches once; expected a function that makes one for each validation, such as () => batches(), got a generator and several validations."],
    ["a generator with validateEvery", later(), { validateEvery: { steps: 1 } }, "fit validationData: a generator gives its batches once"],
    ["null", null, {}, "fit validationData: nothing to validate on; expected { x, y }, [x, y], a data set, or batches one by one, got null."],
    ["a number", 3, {}, "fit validationData: nothing to validate on; expected { x, y }, [x, y], a data set, or batches one by one, got 3."],
    ["weights under another name", { ...held, sampleWeights: [1] }, {}, 'fit validationData: unknown option; expected x, y, sampleWeight, mask or lengths, got "sampleWeights". Did you mean sampleWeight?'],
  ])("refuses %s before anything is trained", async (_, validationData, options, text) => {
    const model = network();
    const untrained = network();
    const fit = model.fit(x, y, { ...options, validationData: validationData as never });
    await expect(fit).rejects.toThrow(UsageError);
    await expect(fit).rejects.toThrow(text);
    expectSameWeights(model, untrained);
  }); // prettier-ignore

  it("a stream that throws ends training with the weights of the epoch, and says so", async () => {
    const broken = function* () {
      yield rows(0, 8);
      throw new Error("disk gone");
    };
    const [model, trained] = [network(), network()];
    await trained.fit(x, y);
    const fit = model.fit(x, y, { epochs: 2, validationData: broken });
    await expect(fit).rejects.toThrow(DataError);
    await expect(fit).rejects.toThrow("evaluate: the stream threw in place of batch 2; got Error: disk gone.");
    expectSameWeights(model, trained);
  });

  it("the signal of fit ends the wait for a batch that never comes", async () => {
    const controller = new AbortController();
    const stuck = async function* () {
      yield rows(0, 8);
      setTimeout(() => controller.abort(new Error("enough")), 5);
      await new Promise(() => undefined);
    };
    const fit = network().fit(x, y, { validationData: stuck, signal: controller.signal });
    await expect(fit).rejects.toThrow("enough");
  });

  it("as [x, y, sampleWeight] weighs the samples as evaluate does", async () => {
    const sampleWeight = Float32Array.from({ length: 20 }, (_, i) => i % 3);
    const model = network();
    const { history } = await model.fit(x, y, { validationData: [held.x, held.y, sampleWeight] });
    const { loss } = await model.evaluate(held.x, held.y, { sampleWeight });
    expect(history.valLoss[0]).toBeCloseTo(loss, 6);
    expect(loss).not.toBeCloseTo((await model.evaluate(held.x, held.y)).loss, 2);
  });

  it("needs no more memory after more epochs, where its last batch is smaller than the others", async () => {
    const used: number[] = [];
    const onEpochEnd = (): void => void used.push(memoryUsage().bytesInUse);
    await network().fit(x, y, { epochs: 4, batchSize: 8, validationData: held, callbacks: [{ onEpochEnd }] });
    expect(used[3]).toBe(used[1]);
  });

  it("one batch of a stream is enough where validationSteps says so", async () => {
    const { history } = await network().fit(x, y, { validationData: batches, validationSteps: 1 });
    const { loss } = await plainAfterOne.evaluate(rows(0, 8));
    expect(history.valLoss[0]).toBeCloseTo(loss, 6);
  });

  it("one generator is enough for one epoch", async () => {
    const { history } = await network().fit(x, y, { validationData: later() });
    expect(history.valLoss[0]).toBeCloseTo(expected.valLoss[0], 6);
    const last = await network().fit(x, y, { initialEpoch: 1, epochs: 2, validationData: later() });
    expect(last.history.valLoss).toHaveLength(1);
  });
});

it.each([false, true])(
  "sequences of another length validate as evaluate does, grouped by length: %s",
  async (groupByLength) => {
    const [read, written] = [layers.input({ shape: [null] }), layers.input({ shape: [null] })];
    const table = (): Layer => layers.embedding({ inputDim: 5, outputDim: 4, maskZero: true });
    const [, state] = layers.gru({ units: 4, returnState: true }).applyMany(table().apply(read));
    const steps = layers.gru({ units: 4, returnSequences: true }).apply([table().apply(written), state]);
    const translator = model({ inputs: [read, written], outputs: layers.dense({ units: 5 }).apply(steps), seed: 1 });
    translator.compile({ optimizer: optimizers.sgd(), loss: losses.categoricalCrossentropy({ fromLogits: true }) });
    const tokens = (N: number, T: number): Tensor =>
      tensor(
        Int32Array.from({ length: N * T }, (_, i) => (i % T < 2 + (i % 2) ? 1 + (i % 4) : 0)),
        [N, T],
      );
    const validationData = { x: [tokens(5, 9), tokens(5, 3)], y: tokens(5, 3) };
    const options = { batchSize: 2, groupByLength };
    const { history } = await translator.fit([tokens(6, 4), tokens(6, 5)], tokens(6, 5), {
      ...options,
      validationData,
    });
    const { loss } = await translator.evaluate(validationData.x, validationData.y, options);
    expect(history.valLoss[0]).toBeCloseTo(loss, 6);
  },
);
