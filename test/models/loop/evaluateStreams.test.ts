/** evaluate and predict on streams: the numbers of the same rows in memory, states, other lengths, and streams that end, throw or bring something else. */
import { describe, expect, it } from "vitest";
import { ShapeError } from "../../../src/errors.js";
import { concat, layers, losses, metrics, optimizers, randomNormal, sequential, setSeed, tensor, zeros } from "../../../src/index.js"; // prettier-ignore
import type { Model } from "../../../src/models/model.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { network, noise } from "../networks.js";

const { x, y } = noise(7, 50);
const rows = (from: number, to: number): { x: Tensor; y: Tensor } => ({
  x: tensor(x.toTypedArray().slice(5 * from, 5 * to), [to - from, 5]),
  y: tensor((y.toTypedArray() as Int32Array).slice(from, to)),
});
const cuts = [0, 8, 16, 24, 31, 39, 50]; // batches of 8, 8, 8, 7, 8 and 11
function* batches() {
  for (let i = 1; i < cuts.length; i++) yield rows(cuts[i - 1], cuts[i]);
}
async function* later() {
  for (const batch of batches()) yield await Promise.resolve(batch);
}

describe("evaluate", () => {
  it.each([
    ["a function that makes a generator", batches, {}],
    ["a generator", batches(), {}],
    ["an asynchronous one that is read ahead", later, { prefetch: 2 }],
    ["a list of batches behind an iterator", new Set(batches()).values(), {}],
  ])("of %s gives the loss and the metrics of all its rows", async (_, source, options) => {
    const model = network();
    const expected = await model.evaluate(x, y);
    const got = await model.evaluate(source, options);
    expect(Object.keys(got)).toEqual(["loss", "accuracy"]);
    expect(got.loss).toBeCloseTo(expected.loss, 6);
    expect(got.accuracy).toBe(expected.accuracy);
  });

  it("takes so many batches as steps says; a source that has fewer is not begun anew", async () => {
    const model = network();
    const first = rows(0, 16);
    expect(await model.evaluate(batches, { steps: 2 })).toEqual(await model.evaluate(first.x, first.y, { batchSize: 8 })); // prettier-ignore
    await expect(model.evaluate(batches, { steps: 12 })).rejects.toThrow(
      "evaluate: the stream ended before batch 7; expected 12 batches, got 6.",
    );
    const inputs = (): unknown[] => Array.from(batches(), (batch) => (batch as { x: unknown }).x);
    await expect(model.predict(inputs as never, { steps: 12 })).rejects.toThrow(/^predict: the stream ended before/);
  });

  it("takes weights and lengths of a data set with it, as fit does; options go before them", async () => {
    const model = network();
    const sampleWeight = Float32Array.from({ length: 50 }, (_, i) => i % 3);
    const weighed = await model.evaluate(x, y, { sampleWeight });
    expect(await model.evaluate({ x, y, sampleWeight })).toEqual(weighed);
    expect(weighed.loss).not.toBe((await model.evaluate(x, y)).loss);
    expect(await model.evaluate({ x, y, sampleWeight: new Float32Array(50) }, { sampleWeight })).toEqual(weighed);
    expect(await model.evaluate({ x, y, sampleWeight }, { sampleWeight: undefined } as never)).toEqual(weighed); // none are given
    const [one, other] = [network(), network()];
    await one.fit({ x, y, sampleWeight });
    await other.fit(x, y, { sampleWeight });
    expect(one.weights.map(({ value }) => value.toArray())).toEqual(other.weights.map(({ value }) => value.toArray()));
  });

  it("with weights of samples", async () => {
    const model = network();
    const sampleWeight = Float32Array.from({ length: 50 }, (_, i) => i % 3);
    const weighed = function* () {
      for (let i = 1; i < cuts.length; i++)
        yield { ...rows(cuts[i - 1], cuts[i]), sampleWeight: sampleWeight.slice(cuts[i - 1], cuts[i]) };
    };
    const [got, expected] = [await model.evaluate(weighed), await model.evaluate(x, y, { sampleWeight })];
    expect(got.accuracy).toBeCloseTo(expected.accuracy, 6);
  });

  it("while fit runs changes no bit of the training", async () => {
    const [plain, watched] = [network(), network()];
    await plain.fit(x, y, { epochs: 2 });
    await watched.fit(x, y, {
      epochs: 2,
      callbacks: [{ onBatchEnd: () => watched.evaluate(batches).then(() => undefined) }],
    });
    for (const [i, { name, value }] of plain.weights.entries())
      expectSameBits(name, watched.weights[i].value.toTypedArray(), value.toTypedArray()); // prettier-ignore
  });
});

function anyLength(): Model {
  const model = sequential([layers.gru({ units: 4, inputShape: [null, 2] }), layers.dense({ units: 1 })], { seed: 3 });
  model.compile({
    optimizer: optimizers.adam(),
    loss: losses.meanSquaredError(),
    metrics: [metrics.meanAbsoluteError()],
  });
  return model;
}

it("evaluate and predict take another length with each batch", async () => {
  setSeed(2);
  const model = anyLength();
  const parts = [3, 5, 3, 9, 5].map((T) => ({ x: randomNormal([4, T, 2]), y: zeros([4, 1]) }));
  const alone = [];
  for (const part of parts) alone.push(await model.evaluate(part.x, part.y));
  const { loss } = await model.evaluate(() => parts);
  expect(loss).toBeCloseTo(alone.reduce((sum, one) => sum + one.loss / 5, 0), 6); // prettier-ignore
  const outputs = await model.predict(() => parts.map((part) => part.x));
  expect(outputs.shape).toEqual([20, 1]);
  expectSameBits("row 8", outputs.toTypedArray().slice(8, 12), (await model.predict(parts[2].x)).toTypedArray()); // prettier-ignore
});

it("mask and lengths of a data set are read by evaluate and predict, unless the options give others", async () => {
  setSeed(4);
  const model = anyLength();
  const [x, y, lengths, others] = [randomNormal([3, 4, 2]), zeros([3, 1]), [1, 2, 3], [4, 1, 2]];
  const mask = lengths.map((length) => [0, 1, 2, 3].map((t) => +(t < length)));
  const [whole, shorter, other] = [
    await model.predict(x),
    await model.predict(x, { lengths }),
    await model.predict(x, { lengths: others }),
  ].map((outputs) => outputs.toArray());
  expect(shorter).not.toEqual(whole);
  expect((await model.predict({ x, lengths })).toArray()).toEqual(shorter);
  expect((await model.predict({ x, mask }, { lengths: undefined })).toArray()).toEqual(shorter);
  expect((await model.predict({ x, lengths }, { lengths: others })).toArray()).toEqual(other);
  const logs = await model.evaluate(x, y, { lengths });
  expect(await model.evaluate({ x, y, lengths })).toEqual(logs);
  expect(await model.evaluate({ x, y, mask }, { lengths: undefined })).toEqual(logs);
  expect(await model.evaluate({ x, y, lengths: others }, { lengths })).toEqual(logs);
});

describe("predict", () => {
  it.each<[string, () => Iterable<never> | AsyncIterable<never>]>([
    ["x by itself", function* () { for (const { x } of batches()) yield x as never; }], // prettier-ignore
    ["x and y, as fit takes them", batches as never],
    ["x and y later", later as never],
  ])("of a stream of %s gives all rows, one below the other", async (_, source) => {
    const model = network();
    const all = await model.predict(source);
    const parts = [];
    for (const batch of batches()) parts.push(await model.predict(batch.x));
    expectSameBits("outputs", all.toTypedArray(), concat(parts, 0).toTypedArray());
    expect((await model.predict(source, { steps: 1 })).shape).toEqual([8, 3]);
  });

  it("carries the states of stateful layers from batch to batch, as calls one after the other do", async () => {
    const make = (): Model =>
      sequential(
        [layers.lstm({ units: 3, stateful: true, batchSize: 2, inputShape: [4, 1] }), layers.dense({ units: 1 })],
        { seed: 5 },
      );
    setSeed(3);
    const windows = [0, 1, 2].map(() => randomNormal([2, 4, 1]));
    const [streamed, single] = [make(), make()];
    const got = await streamed.predict(() => windows);
    const parts = [];
    for (const window of windows) parts.push(await single.predict(window));
    expectSameBits("outputs", got.toTypedArray(), concat(parts, 0).toTypedArray());
  });

  it("closes the generator that a function made when it has its steps, or when a batch does not fit", async () => {
    const model = network();
    let closed = 0;
    const source = (others: Tensor) =>
      function* () {
        try {
          yield rows(0, 4);
          for (let left = 9; left > 0; left--) yield others;
        } finally {
          closed++;
        }
      };
    await model.predict(source(rows(4, 8).x), { steps: 2 });
    await expect(model.predict(source(zeros([1, 6])))).rejects.toThrow(ShapeError);
    await Promise.resolve();
    expect(closed).toBe(2);
  });

  it("of batches whose outputs differ in shape says so", async () => {
    const model = sequential([layers.gru({ units: 4, inputShape: [null, 2], returnSequences: true })], { seed: 3 });
    await expect(model.predict(() => [zeros([1, 3, 2]), zeros([1, 4, 2])])).rejects.toThrow(
      "predict: the outputs of batch 2 have another shape than those before; expected [N, 3, 4], got [N, 4, 4]. Predict batch by batch: model.predict(batch).",
    );
  });
});

describe("a stream that", () => {
  const model = network();
  it.each<[string, () => Promise<unknown>, string]>([
    [
      "is empty",
      () => model.evaluate(function* () {}),
      "evaluate: the stream ended before batch 1; expected at least one batch, got 0.",
    ],
    ["is empty", () => model.predict(function* () {}), "predict: the stream ended before batch 1; expected at least one batch, got 0."], // prettier-ignore
    [
      "ends before its steps",
      () => model.evaluate(batches(), { steps: 9 }),
      "evaluate: the stream ended before batch 7; expected 9 batches, got 6.",
    ],
    [
      "throws",
      () => model.evaluate(function* () { yield rows(0, 4); throw new Error("gone"); }), // prettier-ignore
      "evaluate: the stream threw in place of batch 2; got Error: gone.",
    ],
    [
      "throws",
      () => model.predict(function* () { yield x; throw new Error("gone"); }), // prettier-ignore
      "predict: the stream threw in place of batch 2; got Error: gone.",
    ],
    [
      "brings another shape",
      () => model.evaluate(function* () { yield rows(0, 4); yield { x: zeros([4, 6]), y: rows(0, 4).y }; }), // prettier-ignore
      "evaluate, batch 2: ",
    ],
    [
      "brings no batch",
      () => model.evaluate(function* () { yield rows(0, 4); yield 5 as never; }), // prettier-ignore
      "evaluate: batch 2 is no batch; expected { x, y } or [x, y], with sampleWeight, mask or lengths where there are some, got 5.",
    ],
    [
      "comes with a batchSize",
      () => model.evaluate(batches, { batchSize: 4 } as never),
      "evaluate: batchSize and a stream of batches exclude each other. The stream decides how many samples a batch has.",
    ],
    [
      "comes with an unknown option",
      () => model.evaluate(batches, { stepz: 4 } as never),
      'evaluate: unknown option; expected signal, got "stepz".',
    ],
    [
      "comes with no options but a number",
      () => model.evaluate(batches, 4 as never),
      "evaluate: the options are no object; expected { … }, got 4. After a data set or a stream of batches come the options.",
    ],
    [
      "comes with null for its options",
      () => model.predict(batches as never, null as never),
      "predict: the options are no object; expected { … }, got null.",
    ],
    [
      "comes with wrong steps",
      () => model.predict(batches as never, { steps: 0 }),
      "predict: steps is out of range; expected an integer ≥ 1, got 0.",
    ],
  ])("%s: an error that names the batch (%#)", async (_, run, text) => {
    const error: unknown = await run().catch((reason: unknown) => reason);
    expect((error as Error).message).toContain(text);
    expect((error as Error).message).not.toContain("The weights are"); // nothing was trained
  });

  it("is aborted between two batches rejects with the reason, and is closed", async () => {
    const controller = new AbortController();
    let isClosed = false;
    const long = async function* () {
      try {
        for (let left = 9999; left > 0; left--) yield await Promise.resolve(rows(0, 4));
      } finally {
        isClosed = true;
      }
    };
    const done = model.evaluate(long, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(done).rejects.toThrow("enough");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isClosed).toBe(true);
  });
});
