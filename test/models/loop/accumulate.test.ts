/** fit with accumulate: k batches of n rows against one of k·n, resuming, streams, and what is all or nothing. */
import { describe, expect, it } from "vitest";
import { type Model, layers, loadModel, losses, mean, memoryUsage, metrics, model, mul, noGrad, ones, optimizers, regularizers, sequential, sub, tensor, zeros } from "../../../src/index.js"; // prettier-ignore
import type { Logs, Training } from "../../../src/callbacks/callback.js";
import { padSequences } from "../../../src/data/text/index.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { Random } from "../../../src/tensor/random.js";
import { expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { stopAfterBatch } from "../networks.js";

const random = new Random(8);
const x = tensor(
  Float32Array.from({ length: 50 * 5 }, () => drawNormal(random)),
  [50, 5],
);
const y = tensor(
  Int32Array.from({ length: 50 }, () => random.integer(3)),
  [50],
);
const sampleWeight = Float32Array.from({ length: 50 }, (_, i) => 0.5 + (i % 3) / 2);

interface Form {
  readonly optimizer?: ReturnType<typeof optimizers.sgd>;
  readonly rate?: number;
  readonly norm?: boolean;
}

const make = ({ optimizer = optimizers.sgd({ learningRate: 0.1 }), rate = 0, norm = false }: Form = {}): Model => {
  const model = sequential(
    [
      layers.dense({
        units: 8,
        activation: "tanh",
        inputShape: [5],
        kernelRegularizer: regularizers.l1l2({ l1: 0.01, l2: 0.02 }),
      }),
      ...(norm ? [layers.batchNormalization()] : []),
      ...(rate > 0 ? [layers.dropout({ rate })] : []),
      layers.dense({ units: 3 }),
    ],
    { seed: 3 },
  );
  const loss = losses.categoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer, loss, metrics: [metrics.accuracy()] });
  return model;
};

function expectClose(a: Model, b: Model, tolerance = 2e-6): void {
  for (const [i, { value }] of a.weights.entries()) {
    const other = b.weights[i].value.toTypedArray();
    for (const [k, v] of value.toTypedArray().entries()) expect(Math.abs(v - other[k])).toBeLessThan(tolerance);
  }
}

function expectSame(a: Model, b: Model): void {
  for (const [i, { name, value }] of a.weights.entries())
    expectSameBits(name, b.weights[i].value.toTypedArray(), value.toTypedArray());
}

describe("accumulate: 4 batches of 6 rows train as one of 24 does, the last step of 2 rows too", () => {
  const sgd = optimizers.sgd;
  it.each([
    ["plain", {}, {}],
    ["Adam", { optimizer: optimizers.adam({ learningRate: 0.01 }) }, {}],
    ["clipping by value", { optimizer: sgd({ learningRate: 0.1, clipValue: 0.02 }) }, {}],
    ["clipping by global norm", { optimizer: sgd({ learningRate: 0.1, globalClipNorm: 0.05 }) }, {}],
    ["weights of samples", {}, { sampleWeight }],
    ["validation", {}, { validationSplit: 0.2 }],
  ])("%s: history and weights", async (_, form, options) => {
    const [parts, whole] = [make(form), make(form)];
    const a = await parts.fit(x, y, { epochs: 3, batchSize: 6, accumulate: 4, ...options });
    const b = await whole.fit(x, y, { epochs: 3, batchSize: 24, ...options });
    expect(Object.keys(a.history)).toEqual(Object.keys(b.history));
    for (const [name, values] of Object.entries(a.history))
      for (const [i, value] of values.entries()) expect(Math.abs(value - b.history[name][i])).toBeLessThan(2e-6);
    expectClose(parts, whole);
    expect(parts.insides.step("test").optimizer.stepCount).toBe(whole.insides.step("test").optimizer.stepCount);
  });

  it("several outputs, each with a loss weight", async () => {
    const [parts, whole] = [0, 1].map(() => {
      const inputs = layers.input({ shape: [5] });
      const outputs = [1, 3].map((units) => layers.dense({ units }).apply(inputs));
      const net = model({ inputs, outputs, seed: 2 });
      const loss = [losses.meanSquaredError(), losses.categoricalCrossentropy({ fromLogits: true })];
      net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss, lossWeights: [0.5, 2] });
      return net;
    });
    const targets = [tensor(x.toTypedArray().slice(0, 50), [50, 1]), y];
    const a = await parts.fit(x, targets, { epochs: 2, batchSize: 6, accumulate: 4 });
    const b = await whole.fit(x, targets, { epochs: 2, batchSize: 24 });
    for (const [i, value] of a.history.loss.entries()) expect(Math.abs(value - b.history.loss[i])).toBeLessThan(2e-6);
    expectClose(parts, whole);
  });

  it("dropout draws for each part what it draws for each batch without accumulate", async () => {
    const options = { epochs: 2, batchSize: 6, shuffle: false };
    const still = (): Model => make({ optimizer: sgd({ learningRate: 0 }), rate: 0.5 });
    const a = await still().fit(x, y, { ...options, accumulate: 4 });
    const b = await still().fit(x, y, options);
    for (const [i, value] of a.history.loss.entries()) expect(Math.abs(value - b.history.loss[i])).toBeLessThan(2e-6);
    expect(Math.abs(a.history.loss[0] - a.history.loss[1])).toBeGreaterThan(1e-3);
  });

  it("no memory is left behind", async () => {
    const model = make();
    const options = { batchSize: 6, accumulate: 4 };
    await model.fit(x, y, options);
    const { bytesInUse } = memoryUsage();
    await model.fit(x, y, options);
    expect(memoryUsage().bytesInUse).toBeLessThanOrEqual(bytesInUse);
  });

  it("sequences with a mask, a batch of them without a step that counts among them", async () => {
    const lengths = Int32Array.from({ length: 24 }, (_, i) => (i < 4 ? 0 : i % 6));
    const steps = tensor(
      Float32Array.from({ length: 24 * 5 * 2 }, () => drawNormal(random)),
      [24, 5, 2],
    );
    const labels = tensor(
      Int32Array.from({ length: 24 * 5 }, () => random.integer(3)),
      [24, 5],
    );
    const [parts, whole] = [0, 1].map(() => {
      const model = sequential([layers.gru({ units: 4, returnSequences: true, inputShape: [5, 2] }), layers.dense({ units: 3, kernelRegularizer: regularizers.l2(0.1) })], { seed: 1 }); // prettier-ignore
      model.compile({
        optimizer: optimizers.sgd({ learningRate: 0.1 }),
        loss: losses.categoricalCrossentropy({ fromLogits: true }),
        metrics: [metrics.accuracy()],
      });
      return model;
    });
    const seen: number[] = [];
    const onBatchEnd = (_: number, __: Logs, { batchLoss }: Training): void => void seen.push(batchLoss);
    const options = { epochs: 2, shuffle: false, lengths, callbacks: [{ onBatchEnd }] };
    const a = await parts.fit(steps, labels, { ...options, batchSize: 4, accumulate: 3 });
    const b = await whole.fit(steps, labels, { ...options, batchSize: 12 });
    expect(seen).toHaveLength(8);
    for (const [i, loss] of seen.slice(0, 4).entries()) expect(loss).toBeCloseTo(seen[4 + i], 5);
    for (const name of ["loss", "accuracy"])
      for (const [i, value] of a.history[name].entries())
        expect(Math.abs(value - b.history[name][i])).toBeLessThan(2e-6);
    expectClose(parts, whole);
  });

  it("a table of embeddings, of which a step touches few rows", async () => {
    const tokens = tensor(
      Int32Array.from({ length: 40 * 3 }, () => random.integer(90)),
      [40, 3],
    );
    const targets = tensor(
      Int32Array.from({ length: 40 }, () => random.integer(3)),
      [40],
    );
    const [parts, whole] = [0, 1].map(() => {
      const model = sequential(
        [
          layers.embedding({ inputDim: 90, outputDim: 4, inputShape: [3] }),
          layers.flatten(),
          layers.dense({ units: 3 }),
        ],
        { seed: 1 },
      );
      const optimizer = optimizers.adam({ learningRate: 0.05, globalClipNorm: 0.5 });
      model.compile({ optimizer, loss: losses.categoricalCrossentropy({ fromLogits: true }) });
      return model;
    });
    await parts.fit(tokens, targets, { epochs: 3, batchSize: 5, accumulate: 4 });
    await whole.fit(tokens, targets, { epochs: 3, batchSize: 20 });
    expectClose(parts, whole, 1e-5);
  });
});

describe("resuming with accumulate", () => {
  const fit = { epochs: 4, batchSize: 6, accumulate: 4 };
  const form = { optimizer: optimizers.adam({ learningRate: 0.01 }), rate: 0.3, norm: true };

  it("stopped after a step and loaded from a checkpoint: the same bits", async () => {
    const [straight, halting] = [make(form), make(form)];
    await straight.fit(x, y, fit);
    await halting.fit(x, y, { ...fit, callbacks: [stopAfterBatch(1)] });
    const loaded = await loadModel(await halting.toBytes({ checkpoint: true }));
    await loaded.fit(x, y, { ...fit, resume: true });
    expectSame(loaded, straight);
  });

  it("a part whose loss is not finite undoes the parts before it: resumed with other data, the same bits", async () => {
    const sampleWeight = new Float32Array(50).fill(1);
    const wild = sampleWeight.slice().fill(3e38, 13, 17); // in the third part of the first step
    const [straight, halting] = [make(form), make(form)];
    await straight.fit(x, y, { ...fit, sampleWeight, shuffle: false });
    await expect(halting.fit(x, y, { ...fit, sampleWeight: wild, shuffle: false })).rejects.toThrow(
      "fit: the loss became Infinity in epoch 1, batch 1; expected a finite loss",
    );
    await halting.fit(x, y, { ...fit, sampleWeight, shuffle: false, resume: true });
    expectSame(halting, straight);
  });

  it("with another accumulate is refused", async () => {
    const model = make();
    await model.fit(x, y, { ...fit, callbacks: [stopAfterBatch(0)] });
    await expect(model.fit(x, y, { ...fit, accumulate: 2, resume: true })).rejects.toThrow(
      "the batches differ from those that training began with; expected 24 samples in 1 batches, got 12 samples in 1 batches.",
    );
  });
});

describe("a stream with accumulate", () => {
  const rows = (from: number, to: number) => ({
    x: tensor(x.toTypedArray().slice(5 * from, 5 * to), [to - from, 5]),
    y: tensor((y.toTypedArray() as Int32Array).slice(from, to), [to - from]),
  });

  it("trains as the same rows in memory do, its last step too; a batch handed out again is copied", async () => {
    const [stream, memory] = [make(), make()];
    const again = rows(0, 6);
    const history = await stream.fit(
      function* () {
        for (let from = 0; from < 50; from += 6) {
          const batch = rows(from, Math.min(from + 6, 50));
          if (batch.x.shape[0] < 6) yield batch;
          else {
            again.x.assign(batch.x);
            again.y.assign(batch.y);
            yield again;
          }
        }
      },
      { epochs: 3, accumulate: 4 },
    );
    const expected = await memory.fit(x, y, { epochs: 3, batchSize: 6, accumulate: 4, shuffle: false });
    expect(history).toEqual(expected);
    expectSame(stream, memory);
  });

  it("each part has the weight of its samples in the loss of an epoch, which ends where the stream does", async () => {
    const model = make({ optimizer: optimizers.sgd({ learningRate: 0 }) });
    const { loss } = await model.evaluate(rows(0, 20));
    const batches: number[] = [];
    const parts = (): ReturnType<typeof rows>[] => [rows(0, 9), rows(9, 11), rows(11, 12), rows(12, 20)];
    const options = {
      epochs: 2,
      accumulate: 2,
      callbacks: [{ onBatchEnd: (batch: number) => void batches.push(batch) }],
    };
    const { history } = await model.fit(parts, options);
    for (const value of history.loss) expect(value).toBeCloseTo(loss, 5);
    expect(batches).toEqual([0, 1, 0, 1]);
  });

  it("stepsPerEpoch counts batches, and the last step of an epoch has those that are left", async () => {
    const model = make();
    const batches: number[] = [];
    await model.fit(
      function* () {
        for (let left = 99; left > 0; left--) yield rows(0, 6);
      },
      {
        epochs: 2,
        stepsPerEpoch: 5,
        accumulate: 2,
        callbacks: [{ onBatchEnd: (batch) => void batches.push(batch) }],
      },
    );
    expect(batches).toEqual([0, 1, 2, 0, 1, 2]);
  });
});

describe("accumulate is refused", () => {
  it("for several outputs with masks; nothing has changed then", async () => {
    const steps = layers.input({ shape: [4, 2] });
    const states = layers.gru({ units: 2, returnSequences: true }).apply(steps);
    const both = model({ inputs: steps, outputs: [0, 1].map(() => layers.dense({ units: 1 }).apply(states)) });
    both.compile({
      optimizer: optimizers.sgd(),
      loss: [losses.meanSquaredError(), losses.meanSquaredError()],
    });
    const before = both.weights.map(({ value }) => value.toTypedArray());
    const target = zeros([6, 4, 1]);
    const options = { lengths: [1, 2, 3, 4, 3, 2], batchSize: 2 };
    await expect(both.fit(ones([6, 4, 2]), [target, target], { ...options, accumulate: 2 })).rejects.toThrow(
      "fit: accumulate does not know how to weigh several outputs with masks; expected one output, or no masks, got 2 outputs. Leave out accumulate, and take a smaller batchSize.",
    );
    expect(both.weights.map(({ value }) => value.toTypedArray())).toEqual(before);
    await both.fit(ones([6, 4, 2]), [target, target], options);
  });

  it("where it is no number of batches", async () => {
    await expect(make().fit(x, y, { accumulate: 0 })).rejects.toThrow(
      "fit: accumulate is out of range; expected an integer in [1, ∞), got 0.",
    );
  });
});

describe("accumulate with sequences grouped by length", () => {
  const lengths = Array.from({ length: 40 }, () => 1 + random.integer(12));
  const tokens = padSequences(
    lengths.map((length) => Int32Array.from({ length }, () => 1 + random.integer(29))),
    { maxLength: 12 },
  );
  const labels = tensor(Int32Array.from(lengths, (length) => length % 3));
  const make = (rate = 0): Model => {
    const model = sequential(
      [
        layers.embedding({ inputDim: 30, outputDim: 4, maskZero: true, inputShape: [12] }),
        layers.dropout({ rate }),
        layers.gru({ units: 5 }),
        layers.dense({ units: 3 }),
      ],
      { seed: 4 },
    );
    const loss = losses.categoricalCrossentropy({ fromLogits: true });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss, metrics: [metrics.accuracy()] });
    return model;
  };

  it("2 batches of 5, each as long as its longest, train as one of 10; the last step too", async () => {
    const [parts, whole] = [make(), make()];
    const options = { epochs: 3, shuffle: false, groupByLength: { multiple: 2 } };
    const a = await parts.fit(tokens, labels, { ...options, batchSize: 5, accumulate: 2 });
    const b = await whole.fit(tokens, labels, { ...options, batchSize: 10 });
    expect(a.padding).toBeLessThan(b.padding!);
    for (const name of ["loss", "accuracy"])
      for (const [i, value] of a.history[name].entries())
        expect(Math.abs(value - b.history[name][i])).toBeLessThan(2e-6);
    expectClose(parts, whole);
  });

  it("resumed in the middle of an epoch: the same bits, with dropout and shuffled batches", async () => {
    const options = { epochs: 3, batchSize: 6, accumulate: 3, groupByLength: { multiple: 2 } };
    const [straight, halting] = [make(0.3), make(0.3)];
    await straight.fit(tokens, labels, options);
    await halting.fit(tokens, labels, { ...options, callbacks: [stopAfterBatch(1)] });
    const loaded = await loadModel(await halting.toBytes({ checkpoint: true }));
    await loaded.fit(tokens, labels, { ...options, resume: true });
    expectSame(loaded, straight);
  });
});

describe("accumulate with layers that carry states", () => {
  const [N, T, W] = [4, 3, 6]; // streams, steps of a window, windows
  const series = tensor(
    Float32Array.from({ length: W * N * T * 2 }, () => drawNormal(random)),
    [W * N, T, 2],
  );
  const answers = tensor(
    Float32Array.from({ length: W * N }, () => drawNormal(random)),
    [W * N, 1],
  );
  const make = (): Model => {
    const model = sequential(
      [layers.lstm({ units: 3, stateful: true, batchSize: N, inputShape: [T, 2] }), layers.dense({ units: 1 })],
      { seed: 6 },
    );
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.2 }), loss: losses.meanSquaredError() });
    return model;
  };
  const options = { epochs: 1, batchSize: N, shuffle: false, accumulate: 2 };
  const window = (values: typeof series, w: number) =>
    tensor(values.toTypedArray().slice((w * values.size) / W, ((w + 1) * values.size) / W), [
      N,
      ...values.shape.slice(1),
    ]);

  it("the state goes on from part to part, and the step has the mean of their gradients", async () => {
    const [model, own] = [make(), make()];
    await model.fit(series, answers, options);
    const rates = own.weights.map(({ value }) => value).filter((value) => value.requiresGrad);
    own.resetStates();
    for (let step = 0; step < W / 2; step++) {
      own.zeroGrad();
      for (const w of [2 * step, 2 * step + 1]) {
        const [prediction] = own.call([window(series, w)], { training: true });
        const error = sub(prediction, window(answers, w));
        mean(mul(error, error)).backward();
      }
      for (const value of rates) noGrad(() => value.assign(sub(value, mul(value.grad!, 0.2 / 2))));
    }
    expectClose(model, own, 1e-5);
  });

  it("a part whose loss is not finite takes the state back to before the step", async () => {
    const sampleWeight = new Float32Array(W * N).fill(1);
    const wild = sampleWeight.slice().fill(3e38, 3 * N, 3 * N + 2); // the second part of the second step
    const [straight, halting] = [make(), make()];
    await straight.fit(series, answers, { ...options, sampleWeight });
    await expect(halting.fit(series, answers, { ...options, sampleWeight: wild })).rejects.toThrow("epoch 1, batch 2");
    await halting.fit(series, answers, { ...options, sampleWeight, resume: true });
    expectSame(halting, straight);
  });

  it("stopped after a step and resumed: the same bits", async () => {
    const more = { ...options, epochs: 3 };
    const [straight, halting] = [make(), make()];
    await straight.fit(series, answers, more);
    await halting.fit(series, answers, { ...more, callbacks: [stopAfterBatch(1)] });
    const loaded = await loadModel(await halting.toBytes({ checkpoint: true }));
    await loaded.fit(series, answers, { ...more, resume: true });
    expectSame(loaded, straight);
  });
});
