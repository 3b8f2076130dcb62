/** Training on sequences grouped by length: what it computes, resuming, what it refuses. */
import { describe, expect, it } from "vitest";
import { mostSizes } from "../../../src/data/lengths.js";
import { padSequences } from "../../../src/data/text/index.js";
import {
  attention,
  bidirectional,
  concatenate,
  dense,
  dropout,
  embedding,
  gru,
  input,
  lstm,
  simpleRnn,
} from "../../../src/layers/index.js";
import { binaryCrossentropy, sparseCategoricalCrossentropy } from "../../../src/losses/index.js";
import { accuracy } from "../../../src/metrics/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { FitOptions } from "../../../src/models/loop/fitOptions.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { adam } from "../../../src/optimizers/index.js";
import { heap } from "../../../src/runtime/runtime.js";
import { tensor } from "../../../src/tensor/create.js";
import { Random } from "../../../src/tensor/random.js";
import { expectClose, expectSameBits } from "../../support/compare.js";
import { memoryUsage } from "../../../src/runtime/runtime.js";
import "../../support/engine.js";
import { expectSameWeights, expectWeights, stopAfterBatch, weightsOf } from "../networks.js";
import { collectGarbage } from "../../support/garbage.js";

const random = new Random(2);
const sequences = Array.from({ length: 50 }, () =>
  Int32Array.from({ length: 1 + random.integer(20) }, () => 1 + random.integer(29)),
);
const y = tensor(Float32Array.from(sequences, ([first]) => first % 2), [50, 1]); // prettier-ignore

function make(rate = 0): Model {
  const model = sequential([
    embedding({ inputDim: 30, outputDim: 5, maskZero: true, inputShape: [20] }),
    dropout({ rate }),
    lstm({ units: 6 }),
    dense({ units: 1 }),
  ]);
  const loss = binaryCrossentropy({ fromLogits: true });
  model.compile({
    optimizer: adam({ learningRate: 0.02, globalClipNorm: 1 }),
    loss,
    metrics: [accuracy({ threshold: 0 })],
  });
  return model;
}

describe("groupByLength", () => {
  it.each(["pre", "post"] as const)(
    "computes what padded batches compute, within 1e-4 after 10 steps; padding %s",
    async (padding) => {
      const byLength = sequences.toSorted((a, b) => a.length - b.length);
      const x = padSequences(byLength, { maxLength: 20, padding });
      const [plain, grouped] = [make(), make()];
      const options: FitOptions = { epochs: 2, batchSize: 10, shuffle: false };
      const { history } = await plain.fit(x, y, options);
      const result = await grouped.fit(x, y, { ...options, groupByLength: true });
      expect(result.padding).toBeLessThan(20);
      result.history.loss.forEach((loss, i) => expect(loss).toBeCloseTo(history.loss[i], 5));
      const want = weightsOf(plain);
      for (const [name, values] of Object.entries(weightsOf(grouped))) {
        expectClose(name, values, Float64Array.from(want[name]), [values.length], { relative: 1e-4, absolute: 1e-4 });
      }
      const [a, b] = [
        await plain.evaluate(x, y, { batchSize: 8 }),
        await plain.evaluate(x, y, { batchSize: 8, groupByLength: { multiple: 3 } }),
      ];
      expect(b.loss).toBeCloseTo(a.loss, 6);
      expect(b.accuracy).toBe(a.accuracy);
    },
  );

  it("resumed in the middle of an epoch has the same bits, with dropout and validation", async () => {
    const x = padSequences(sequences, { maxLength: 20 });
    const options: FitOptions = { epochs: 3, batchSize: 8, groupByLength: { multiple: 4 }, validationSplit: 0.2 };
    const whole = make(0.3);
    await whole.fit(x, y, options);
    const part = make(0.3);
    await part.fit(x, y, { ...options, callbacks: [stopAfterBatch(2)] });
    const resumed = await loadModel(await part.toBytes({ checkpoint: true }));
    await resumed.fit(x, y, { ...options, resume: true });
    expectSameWeights(resumed, whole);
  });

  it("keeps recordings for the 24 lengths that came last: 64 lengths take the memory of the 24 longest", async () => {
    const lengths = Array.from({ length: 64 }, (_, i) => i + 1);
    const tokens = (all: readonly number[]) =>
      padSequences(
        all.map((length) => new Int32Array(length).fill(1)),
        { maxLength: 64, padding: "post" },
      );
    const model = sequential([
      embedding({ inputDim: 2, outputDim: 16, maskZero: true, inputShape: [64] }),
      lstm({ units: 32 }),
      dense({ units: 1 }),
    ]);
    model.compile({ optimizer: adam(), loss: binaryCrossentropy({ fromLogits: true }) });
    const bytesOf = async (all: readonly number[]): Promise<number> => {
      const before = await collectGarbage();
      let bytes = 0;
      await model.fit(
        tokens(all),
        all.map(() => [1]),
        {
          ...{ batchSize: 1, shuffle: false, epochs: 2, groupByLength: { multiple: 1 } },
          callbacks: [{ onEpochEnd: () => void (bytes = heap().bytesInUse - before) }],
        },
      );
      return bytes;
    };
    await bytesOf([1]); // allocates the state of training
    const longest = await bytesOf(lengths.slice(-mostSizes));
    expect(await bytesOf(lengths)).toBeLessThan(1.1 * longest);
    expect(await bytesOf(lengths.slice(-mostSizes / 2))).toBeLessThan(0.6 * longest);
  });

  describe.each(["pre", "post"] as const)("predict, padding %s", (padding) => {
    it.each([
      ["lstm", () => lstm({ units: 6 })],
      ["gru", () => gru({ units: 9 })],
      ["simpleRnn", () => simpleRnn({ units: 7 })],
      ["bidirectional lstm", () => bidirectional({ layer: lstm({ units: 5 }) })],
    ])("gives the bits of ungrouped batches, in the order of the samples: %s", async (_name, reader) => {
      const model = sequential([
        embedding({ inputDim: 30, outputDim: 5, maskZero: true, inputShape: [20] }),
        reader(),
        dense({ units: 3 }),
      ]);
      const x = padSequences(sequences, { maxLength: 20, padding });
      const want = (await model.predict(x)).toTypedArray();
      for (const [batchSize, multiple] of [
        [1, 1],
        [7, 4],
        [32, 3],
        [256, 1],
      ]) {
        // prettier-ignore
        const output = await model.predict(x, { batchSize, groupByLength: { multiple } });
        expect(output.shape).toEqual([50, 3]);
        expectSameBits(`batches of ${batchSize}`, output.toTypedArray(), want);
      }
    });
  });

  describe.each(["pre", "post"] as const)("a target for each step, padding %s", (padding) => {
    const x = padSequences(sequences.toSorted((a, b) => a.length - b.length), { maxLength: 20, padding }); // prettier-ignore
    const labels = tensor(Int32Array.from(x.toTypedArray(), (token) => token % 3), x.shape); // prettier-ignore
    const weights = tensor(Float32Array.from(labels.toTypedArray(), (_, i) => 1 + (i % 4)), x.shape); // prettier-ignore
    const tagger = (): Model => {
      const model = sequential([
        embedding({ inputDim: 30, outputDim: 5, maskZero: true }),
        bidirectional({ layer: gru({ units: 6, returnSequences: true }) }),
        dense({ units: 3 }),
      ]);
      model.build([20]);
      model.compile({
        optimizer: adam({ learningRate: 0.02 }),
        loss: sparseCategoricalCrossentropy({ fromLogits: true }),
        metrics: [accuracy()],
      });
      return model;
    };

    it("is shortened with its tokens: loss, accuracy and weights as without grouping, with weights of steps too", async () => {
      for (const sampleWeight of [undefined, weights]) {
        const [plain, grouped] = [tagger(), tagger()];
        const options: FitOptions = { epochs: 3, batchSize: 10, shuffle: false, ...(sampleWeight && { sampleWeight }) };
        const { history } = await plain.fit(x, labels, options);
        const result = await grouped.fit(x, labels, { ...options, groupByLength: { multiple: 2 } });
        expect(result.padding).toBeLessThan(20);
        result.history.loss.forEach((loss, i) => expect(loss).toBeCloseTo(history.loss[i], 5));
        expect(result.history.accuracy).toEqual(history.accuracy);
        const want = weightsOf(plain);
        for (const [name, values] of Object.entries(weightsOf(grouped)))
          expectClose(name, values, Float64Array.from(want[name]), [values.length], { relative: 1e-3, absolute: 1e-4 });
        const given = sampleWeight && { sampleWeight };
        const [a, b] = [
          await plain.evaluate(x, labels, { batchSize: 8, ...given }),
          await plain.evaluate(x, labels, { batchSize: 8, ...given, groupByLength: { multiple: 3 } }),
        ];
        expect(b.loss).toBeCloseTo(a.loss, 6);
        expect(b.accuracy).toBeCloseTo(a.accuracy, 6);
      }
    });

    it("predict leaves no memory in use but its outputs", async () => {
      const model = tagger();
      const predict = async (): Promise<number> => {
        (await model.predict(x, { batchSize: 8, groupByLength: true })).dispose();
        return memoryUsage().bytesInUse;
      };
      await predict();
      expect(await predict()).toBe(await predict());
    });

    it("predict gives the bits of ungrouped batches at the steps that count, and 0 at those that were not computed", async () => {
      const model = tagger();
      const want = (await model.predict(x)).toTypedArray();
      const got = (await model.predict(x, { batchSize: 7, groupByLength: { multiple: 1 } })).toTypedArray();
      const tokens = x.toTypedArray();
      const counts = (i: number): boolean => tokens[Math.floor(i / 3)] !== 0;
      expectSameBits("steps that count", got.filter((_, i) => counts(i)), want.filter((_, i) => counts(i))); // prettier-ignore
      expect(got.some((value, i) => !counts(i) && value === 0)).toBe(true);
    });

    it("resumed in the middle of an epoch it has the same bits", async () => {
      const options: FitOptions = { epochs: 2, batchSize: 8, groupByLength: { multiple: 4 } };
      const whole = tagger();
      await whole.fit(x, labels, options);
      const part = tagger();
      await part.fit(x, labels, { ...options, callbacks: [stopAfterBatch(2)] });
      const resumed = await loadModel(await part.toBytes({ checkpoint: true }));
      await resumed.fit(x, labels, { ...options, resume: true });
      expectSameWeights(resumed, whole);
    });
  });

  describe.each([
    ["of different lengths", 12],
    ["of the same length", 20],
  ])("an encoder and a decoder with inputs %s", (_, most) => {
    const target = sequences.map((tokens) => tokens.slice(0, 1 + (tokens[0] % Math.min(most, tokens.length))));
    const byLength = Array.from(sequences.keys()).sort(
      (a, b) => sequences[a].length - sequences[b].length || target[a].length - target[b].length,
    );
    const padded = (all: readonly Int32Array[], maxLength: number, padding: "pre" | "post") =>
      padSequences(byLength.map((i) => all[i]), { maxLength, padding }); // prettier-ignore
    const x = [padded(sequences, 20, "pre"), padded(target, most, "post")];
    const y = tensor(Int32Array.from(x[1].toTypedArray(), (token) => (token * 7) % 5), x[1].shape); // prettier-ignore

    function translator(): Model {
      const [source, read] = [input({ shape: [20] }), input({ shape: [most] })];
      const words = (tokens: ReturnType<typeof input>) =>
        embedding({ inputDim: 30, outputDim: 4, maskZero: true }).apply(tokens);
      const encoded = gru({ units: 6, returnSequences: true }).apply(words(source));
      const decoded = gru({ units: 6, returnSequences: true }).apply(words(read));
      const attended = attention().applyMany([decoded, encoded])[0];
      const outputs = dense({ units: 5 }).apply(concatenate().apply([decoded, attended]));
      const network = model({ inputs: [source, read], outputs, seed: 3 });
      network.compile({
        optimizer: adam({ learningRate: 0.02 }),
        loss: sparseCategoricalCrossentropy({ fromLogits: true }),
        metrics: [accuracy()],
      });
      return network;
    }

    it("trains as without grouping, and predicts the same at the steps that count", async () => {
      const [plain, grouped] = [translator(), translator()];
      const options: FitOptions = { epochs: 2, batchSize: 10, shuffle: false };
      const { history } = await plain.fit(x, y, options);
      const result = await grouped.fit(x, y, { ...options, groupByLength: { multiple: 1 } });
      expect(result.padding).toBeGreaterThan(0);
      result.history.loss.forEach((loss, i) => expect(loss).toBeCloseTo(history.loss[i], 5));
      const [a, b] = [
        await plain.evaluate(x, y, { batchSize: 8 }),
        await plain.evaluate(x, y, { batchSize: 8, groupByLength: true }),
      ];
      expect(b.loss).toBeCloseTo(a.loss, 5);
      expect(b.accuracy).toBeCloseTo(a.accuracy, 6);
      const want = (await plain.predict(x)).toTypedArray();
      const got = (await plain.predict(x, { batchSize: 7, groupByLength: true })).toTypedArray();
      const tokens = x[1].toTypedArray();
      got.forEach((value, i) => {
        if (tokens[Math.floor(i / 5)] !== 0) expect(value).toBeCloseTo(want[i], 5);
      });
    });
  });

  it.each([
    ["multiples of 4", "false", { multiple: 4 }, undefined],
    ["multiples of 4", "multiples of 2", { multiple: 4 }, true],
    ["false", "multiples of 2", false, true],
  ] as const)("begun with %s, training does not go on with %s", async (began, goes, first, second) => {
    const x = padSequences(sequences, { maxLength: 20 });
    const options: FitOptions = { epochs: 3, batchSize: 8 };
    for (const batch of [2, 6]) {
      // in the middle of an epoch, and at its end
      const part = make();
      await part.fit(x, y, { ...options, groupByLength: first, callbacks: [stopAfterBatch(batch)] });
      const resumed = await loadModel(await part.toBytes({ checkpoint: true }));
      const goOn = { ...options, resume: true, ...(second !== undefined && { groupByLength: second }) };
      const before = weightsOf(resumed);
      await expect(resumed.fit(x, y, goOn)).rejects.toThrow(
        `fit: training began with a different groupByLength; expected ${began}, got ${goes}. Resuming needs the same groupByLength.`,
      );
      expectWeights(resumed, before);
    }
  });

  const x = padSequences(sequences, { maxLength: 20 });
  it.each<[string, () => Promise<unknown>]>([
    [
      "fit: groupByLength is out of range; expected true, false or { multiple }, got 3.",
      () => make().fit(x, y, { groupByLength: 3 as never }),
    ],
    [
      "fit groupByLength: multiple is out of range; expected an integer in [1, ∞), got 0.",
      () => make().fit(x, y, { groupByLength: { multiple: 0 } }),
    ],
    ["evaluate groupByLength: unknown option", () => make().evaluate(x, y, { groupByLength: { by: 3 } as never })],
    [
      "fit: groupByLength does not fit the data; expected an input of tokens [N, T] int32, got 1 inputs, the first Tensor(4, 3).",
      () => {
        const model = sequential([dense({ units: 1, inputShape: [3] })]);
        model.compile({ optimizer: adam(), loss: binaryCrossentropy({ fromLogits: true }) });
        return model.fit(new Float32Array(12), [[1], [1], [0], [0]], { batchSize: 2, groupByLength: true });
      },
    ],
    [
      "evaluate: groupByLength does not fit the data; expected an input of tokens [N, T] int32, got 1 inputs, the first Tensor(4, 3).",
      () => {
        const model = sequential([dense({ units: 1, inputShape: [3] })]);
        model.compile({ optimizer: adam(), loss: binaryCrossentropy({ fromLogits: true }) });
        return model.evaluate(new Float32Array(12), [[1], [1], [0], [0]], { groupByLength: true });
      },
    ],
    [
      "fit: groupByLength needs padding on one side;",
      () => {
        const bothSides = padSequences([[0, 1], [1, 0]], { maxLength: 20, padding: "post" }); // prettier-ignore
        return make().fit(x, y, { groupByLength: true, validationData: { x: bothSides, y: [[1], [0]] } });
      },
    ],
    [
      "predict: groupByLength changes the order of samples; expected layers without carried states, got the stateful layer memory.",
      () => {
        const words = embedding({ inputDim: 30, outputDim: 2, inputLength: 20, maskZero: true });
        const states = lstm({ name: "memory", units: 2, stateful: true, batchSize: 50 });
        return sequential([words, states]).predict(x, { batchSize: 50, groupByLength: true });
      },
    ],
    [
      "predict groupByLength: multiple is out of range; expected an integer in [1, ∞), got 1.5.",
      () => make().predict(x, { groupByLength: { multiple: 1.5 } }),
    ],
  ])("refuses: %s", async (text, call) => {
    await expect(call()).rejects.toThrow(text);
  });
});
