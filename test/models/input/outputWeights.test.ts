/** sampleWeight for each output of a model with several, and validationSteps. */
import { describe, expect, it } from "vitest";
import { layers, losses, metrics, model as modelOf, optimizers, sequential, type Model } from "../../../src/index.js";
import { checkNoBatches } from "../../../src/models/input/validationData.js";
import "../../support/engine.js";

const N = 8;
const x = Array.from({ length: N }, (_, i) => [i / N, 1 - i / N]);
const price = x.map(([a, b]) => [2 * a - b]);
const kind = x.map((_, i) => i % 2);

function network(): Model {
  const given = layers.input({ shape: [2] });
  const outputs = [layers.dense({ units: 1, name: "price" }), layers.dense({ units: 2, name: "kind" })];
  const net = modelOf({ inputs: given, outputs: outputs.map((layer) => layer.apply(given)), seed: 3 });
  net.compile({
    optimizer: optimizers.sgd({ learningRate: 0.1 }),
    loss: [losses.meanSquaredError(), losses.sparseCategoricalCrossentropy({ fromLogits: true })],
    metrics: [[], [metrics.accuracy()]],
  });
  return net;
}
const kernels = (net: Model): number[][] => net.weights.map(({ value }) => [...value.toTypedArray()]);

describe("sampleWeight for each output", () => {
  const of = (first: number): number[] => x.map((_, i) => (i < 4 ? first : 0));

  it("an output with weights 0 does not train; the other trains as without", async () => {
    const [weighed, plain] = [network(), network()];
    const start = kernels(weighed);
    await weighed.fit(x, [price, kind], { epochs: 2, sampleWeight: { price: of(0) } });
    await plain.fit(x, [price, kind], { epochs: 2 });
    expect(kernels(weighed).slice(0, 2)).toEqual(start.slice(0, 2));
    expect(kernels(weighed).slice(2)).toEqual(kernels(plain).slice(2));
  });

  it("two outputs of one layer are named as in the history", async () => {
    const given = [layers.input({ shape: [2] }), layers.input({ shape: [2] })];
    const shared = layers.dense({ units: 1, name: "d" });
    const net = modelOf({ inputs: given, outputs: given.map((each) => shared.apply(each)), seed: 3 });
    const loss = losses.meanSquaredError();
    net.compile({ optimizer: optimizers.sgd(), loss: [loss, loss] });
    const other = price.map(([value]) => [value + 1]);
    const plain = await net.evaluate([x, x], [price, other]);
    const logs = await net.evaluate([x, x], [price, other], { sampleWeight: { d_2: of(0) } });
    expect([logs.d_loss, logs.d_loss_2]).toEqual([plain.d_loss, 0]);
    await expect(net.evaluate([x, x], [price, other], { sampleWeight: { d_3: of(0) } })).rejects.toThrow('"d", "d_2"');
  });

  it("an input that is an output too has its own name, or input", async () => {
    for (const name of [undefined, "given"]) {
      const given = layers.input({ shape: [2], ...(name !== undefined && { name }) });
      const net = modelOf({ inputs: given, outputs: [layers.dense({ units: 2, name: "d" }).apply(given), given] });
      const loss = losses.meanSquaredError();
      net.compile({ optimizer: optimizers.sgd(), loss: [loss, loss], metrics: [[], [metrics.meanAbsoluteError()]] });
      const logs = await net.evaluate(x, [x, x], { sampleWeight: { [name ?? "input"]: of(2) } });
      const own = name ?? "input";
      expect(Object.keys(logs)).toEqual(["loss", `${own}_meanAbsoluteError`, "d_loss", `${own}_loss`]);
    }
  });

  it("the same weights under both names: the bits of one list for all", async () => {
    const [each, all] = [network(), network()];
    const one = await each.fit(x, [price, kind], { epochs: 3, sampleWeight: { price: of(2), kind: of(2) } });
    const other = await all.fit(x, [price, kind], { epochs: 3, sampleWeight: of(2) });
    expect(kernels(each)).toEqual(kernels(all));
    expect(one.history).toEqual(other.history);
  });

  it("weighs loss and metrics of evaluate, of a data set, of validation data and of batches, and is split with the data", async () => {
    const net = network();
    const sampleWeight = { kind: of(1) };
    const logs = await net.evaluate(x, [price, kind], { sampleWeight });
    const half = await net.evaluate(x.slice(0, 4), [price.slice(0, 4), kind.slice(0, 4)]);
    expect(logs.kind_loss).toBeCloseTo(half.kind_loss / 2, 6); // the mean over all samples, half of them with weight 0
    expect(logs.kind_accuracy).toBe(half.kind_accuracy);
    expect(logs.price_loss).not.toBeCloseTo(half.price_loss, 3);
    const data = { x, y: [price, kind], sampleWeight };
    expect(await net.evaluate(data)).toEqual(logs);
    expect(await net.evaluate(() => [data].values())).toEqual(logs);
    net.learningRate = 0;
    const { history } = await net.fit(data, { validationData: data, batchSize: 8 });
    expect(history.valLoss[0]).toBeCloseTo(logs.loss, 6);
    await net.fit(data, { validationSplit: 0.25 });
  });

  it("a name that no output has is refused before anything has changed", async () => {
    const net = network();
    const before = kernels(net);
    await expect(net.fit(x, [price, kind], { sampleWeight: { prize: of(1) } })).rejects.toThrow(
      'fit: sampleWeight is for an output that does not exist; expected "price", "kind", got "prize".',
    );
    expect(kernels(net)).toEqual(before);
  });

  it("an output may be called length", async () => {
    const given = layers.input({ shape: [2] });
    const outputs = ["length", "width"].map((name) => layers.dense({ units: 1, name }).apply(given));
    const net = modelOf({ inputs: given, outputs });
    net.compile({
      optimizer: optimizers.sgd({ learningRate: 0 }),
      loss: [losses.meanSquaredError(), losses.meanSquaredError()],
    });
    const logs = await net.evaluate(x, [price, price], { sampleWeight: { length: of(0) } });
    expect([logs.length_loss, logs.width_loss > 0]).toEqual([0, true]);
  });

  it.each<[string, unknown, string]>([
    ["a Map", new Map([["price", of(1)]]), "evaluate: sampleWeight must be a list; expected 8 numbers, got Map."],
    ["a text", { price: "12345678" }, 'evaluate of "price": sampleWeight must be a list; expected 8 numbers, got "12345678".'],
    ["null among numbers", x.map((_, i) => (i === 1 ? null : 1)), "evaluate: sampleWeight 1 is out of range; expected a number in [0, ∞), got null."],
  ])("refuses %s", async (_, sampleWeight, text) => {
    const evaluating = network().evaluate(x, [price, kind], { sampleWeight: sampleWeight as number[] });
    await expect(evaluating).rejects.toThrow(text);
  }); // prettier-ignore
});

describe("validationSteps", () => {
  const compiled = (): Model => {
    const net = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    net.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
    return net;
  };
  let given = 0;
  /** Far more batches than are to be taken. */
  async function* many() {
    for (let left = 99; left > 0; left--) {
      given++;
      yield await Promise.resolve({ x: x.slice(0, 4), y: price.slice(0, 4) });
    }
  }

  it("takes so many batches of a stream that has more for each validation", async () => {
    given = 0;
    const { history } = await compiled().fit(x, price, { epochs: 3, validationData: many, validationSteps: 2 });
    expect([history.valLoss.length, given]).toEqual([3, 6]);
  });

  it("goes on with a generator object where the validation before ended", async () => {
    given = 0;
    const validationData = many();
    await compiled().fit(x, price, { epochs: 3, validationData, validationSteps: 2 });
    expect(given).toBe(6);
    expect((await validationData.next()).done).toBe(false);
  });

  it("a stream that ends before is named", async () => {
    const validationData = () => [[x, price] as [number[][], number[][]]].values();
    await expect(compiled().fit(x, price, { validationData, validationSteps: 2 })).rejects.toThrow(
      /^evaluate: the stream .*expected 2 batches/,
    );
  });

  it.each<[object, string]>([
    [{ validationData: many, validationSteps: 0 }, "fit: validationSteps is out of range; expected an integer in [1, ∞), got 0."],
    [{ validationData: [x, price], validationSteps: 2 }, "fit: validationSteps counts batches of a stream; expected a stream of batches as validationData, got samples in memory."],
    [{ validationData: [{ x, y: price }, { x, y: price }] }, "fit validationData: a list is not read as batches; expected a function that gives them, such as () => batches.values(), got [Object, Object]."],
    [{ validationSteps: 2 }, "fit: validationSteps counts batches of a stream; expected a stream of batches as validationData, got no validationData."],
    [{ validationSteps: 2, validationSplit: 0.5 }, "fit: validationSteps counts batches of a stream; expected a stream of batches as validationData, got no validationData."],
  ])("refuses %o", async (options, text) => {
    await expect(compiled().fit(x, price, options)).rejects.toThrow(text);
  }); // prettier-ignore

  it("a list is told as one of batches where any item is one, and as samples where none is", () => {
    for (const list of [[{ x, y: price }, null], [5, { x, y: price }]])
      expect(() => checkNoBatches("fit", list)).toThrow("a list is not read as batches");
    for (const list of [[1, 2], ["x", "y"], [null], [{ x }, { y: price }], [[x, price]]]) checkNoBatches("fit", list);
  }); // prettier-ignore

  it("a list of batches in place of a stream is named, by fit and evaluate", async () => {
    const batches = [{ x, y: price }, { x, y: price }] as never; // prettier-ignore
    const text = "a list is not read as batches; expected a function that gives them, such as () => batches.values()";
    await expect(compiled().fit(batches)).rejects.toThrow(`fit: ${text}`);
    await expect(compiled().evaluate(batches)).rejects.toThrow(`evaluate: ${text}`);
  });
});
