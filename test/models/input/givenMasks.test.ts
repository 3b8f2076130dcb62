/** Masks that users give beside their data, by `lengths` or `mask`: no value is given up for padding. Letters: N samples, T steps. */
import { describe, expect, it } from "vitest";
import { constant } from "../../../src/initializers/index.js";
import {
  dense,
  embedding,
  flatten,
  globalMaxPooling1d,
  gru,
  input,
  layerNormLstm,
  lstm,
  masking,
  timeDistributed,
} from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { maskedSteps } from "../../../src/layers/mask/maskedSteps.js";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  cosineSimilarity,
  halfSquaredError,
  huber,
  klDivergence,
  meanAbsoluteError as meanAbsoluteErrorLoss,
  meanSquaredError,
} from "../../../src/losses/index.js";
import type { Loss } from "../../../src/losses/loss.js";
import { meanAbsoluteError, meanSquaredError as squaredMetric } from "../../../src/metrics/index.js";
import { bptt } from "../../../src/models/loop/bptt.js";
import type { Model } from "../../../src/models/model.js";
import { model as functional, sequential } from "../../../src/models/sequential.js";
import { add, mul } from "../../../src/ops/pointwise/arithmetic.js";
import { sum } from "../../../src/ops/reduce/reduce.js";
import { sequenceMask } from "../../../src/ops/recurrent/sequenceMask.js";
import { slice } from "../../../src/ops/shape/slice.js";
import { weightedMean } from "../../../src/ops/loss/weightedMean.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { memoryUsage } from "../../../src/runtime/runtime.js";
import { ones, tensor } from "../../../src/tensor/create.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { Random } from "../../../src/tensor/random.js";
import { record } from "../../../src/tensor/record.js";
import "../../support/engine.js";
import { expectSameWeights, weightsOf } from "../networks.js";
import { collectGarbage } from "../../support/garbage.js";

const [N, T, F] = [9, 5, 2];
const lengths = [5, 1, 3, 0, 2, 5, 4, 1, 3];
const mask = lengths.map((length) => Array.from({ length: T }, (_, t) => (t < length ? 1 : 0)));
const draw = new Random(6);
/** Zeros among what counts; noise in the padding. */
const x = lengths.map(() =>
  Array.from({ length: T }, () => Array.from({ length: F }, () => (draw.uniform() < 0.4 ? 0 : drawNormal(draw)))),
);
/** The same with 9 in the padding, which `masking` finds. */
const marked = x.map((steps, n) => steps.map((step, t) => (t < lengths[n] ? step : [9, 9])));
const perStep = x.map((steps) => steps.map(() => [drawNormal(draw)]));
const perSample = x.map(() => [drawNormal(draw)]);

function compiled(layers: readonly Layer[], optimizer = adam()): Model {
  const net = sequential(layers, { seed: 2 });
  net.build([T, F]);
  net.compile({ optimizer, loss: meanSquaredError(), metrics: [meanAbsoluteError()] });
  return net;
}

const networks: readonly (readonly [string, boolean, () => Layer[]])[] = [
  ["an LSTM's last state", false, () => [lstm({ units: 4 }), dense({ units: 1 })]],
  ["a pooled GRU", false, () => [gru({ units: 3, returnSequences: true }), globalMaxPooling1d(), dense({ units: 1 })]],
  [
    "each step of a layer-normalised LSTM",
    true,
    () => [layerNormLstm({ units: 3, returnSequences: true }), dense({ units: 1 })],
  ],
  [
    "each step of dense layers, one of them in timeDistributed",
    true,
    () => [dense({ units: 3, activation: "tanh" }), timeDistributed({ layer: dense({ units: 1 }) })],
  ],
];

describe.each(networks)("%s", (_, isPerStep, make) => {
  const y = isPerStep ? perStep : perSample;
  const given = [
    { lengths },
    { mask },
    { lengths: tensor(Int32Array.from(lengths)) },
    { lengths: Float64Array.from(lengths) },
    { lengths: Uint16Array.from(lengths) },
    { mask: tensor(Int32Array.from(mask.flat()), [N, T]) },
  ];
  /** The same network that finds its padding by a value. */
  const finding = (): Model => {
    const net = compiled([masking({ maskValue: 9 }), ...make()]);
    for (const [i, values] of Object.values(weightsOf(compiled(make()))).entries()) net.weights[i].value.assign(values);
    return net;
  };

  it("fit, evaluate and predict by lengths or mask: the bits of a network that finds its padding by a value", async () => {
    const known = finding();
    const validation = { x: marked, y };
    const trained = await known.fit(marked, y, { batchSize: 2, epochs: 2, validationData: validation });
    const logs = await known.evaluate(marked, y, { batchSize: 4 });
    const outputs = (await known.predict(marked, { batchSize: 4 })).toTypedArray();
    for (const options of given) {
      const net = compiled(make());
      const validationData = { x, y, ...options };
      const { history } = await net.fit(x, y, { batchSize: 2, epochs: 2, ...options, validationData });
      expect(history).toEqual(trained.history);
      expect(await net.evaluate(x, y, { batchSize: 4, ...options })).toEqual(logs);
      const got = (await net.predict(x, { batchSize: 4, ...options })).toTypedArray();
      const counts = (i: number): boolean => !isPerStep || i % T < lengths[Math.floor(i / T)];
      expect(got.filter((_, i) => counts(i))).toEqual(outputs.filter((_, i) => counts(i)));
      expect(Object.values(weightsOf(net))).toEqual(Object.values(weightsOf(known)));
    }
  });

  it("fit over several batches: the bits of step by step", async () => {
    const [fitted, stepwise] = [finding(), finding()];
    await fitted.fit(marked, y, { batchSize: 3, epochs: 2, shuffle: false });
    for (let step = 0; step < 6; step++) {
      const rows = [3 * (step % 3), 3 * (step % 3) + 3] as const;
      stepwise.trainOnBatch([tensor(marked.slice(...rows))], [tensor(y.slice(...rows))]);
    }
    expectSameWeights(fitted, stepwise);
  });

  it("call takes a mask of its own: the outputs of predict", async () => {
    const net = compiled(make());
    const wanted = (await net.predict(x, { lengths })).toTypedArray();
    expect(net.call([tensor(x)], { mask: sequenceMask(lengths, T) })[0].toTypedArray()).toEqual(wanted);
    expect(net.call([tensor(x)], { mask: [sequenceMask(lengths, T)] })[0].toTypedArray()).toEqual(wanted);
    if (!isPerStep) expect(net.call([tensor(x)])[0].toTypedArray()).not.toEqual(wanted);
  });

  it("validationSplit cuts the mask as it cuts the data", async () => {
    const [split, apart] = [compiled(make()), compiled(make())];
    const first = await split.fit(x, y, { validationSplit: 0.34, batchSize: 6, lengths });
    const validationData = { x: x.slice(6), y: y.slice(6), lengths: lengths.slice(6) };
    const second = await apart.fit(x.slice(0, 6), y.slice(0, 6), {
      validationData,
      batchSize: 6,
      lengths: lengths.slice(0, 6),
    });
    expect(first.history).toEqual(second.history);
  });
});

it("a given mask joins the one of an embedding with maskZero", async () => {
  const net = sequential([embedding({ inputDim: 5, outputDim: 2, maskZero: true }), gru({ units: 2 })]);
  const whole = (await net.predict([[1, 0, 2, 3]], { mask: [[1, 1, 1, 0]] })).toArray();
  expect(whole).toEqual((await net.predict([[1, 0, 2, 0]])).toArray());
});

it("of several inputs each has its own, or none", async () => {
  const [a, b] = [input({ shape: [T, F] }), input({ shape: [F] })];
  const net = functional({
    inputs: [a, b],
    outputs: [lstm({ units: 2, name: "rnn" }).apply(a), dense({ units: 1 }).apply(b)],
  });
  const other = x.map(([step]) => step);
  const [got] = await net.predictAll([tensor(x), tensor(other)], { lengths: [lengths, undefined] });
  const alone = sequential([lstm({ units: 2 })]);
  alone.build([T, F]);
  for (const [i, { value }] of net.weights.filter(({ name }) => name.startsWith("rnn")).entries())
    alone.weights[i].value.assign(value.toTypedArray());
  expect(got.toArray()).toEqual((await alone.predict(x, { lengths })).toArray());
  await expect(net.predictAll([tensor(x), tensor(other)], { lengths: [lengths, [1]] })).rejects.toThrow(
    "predict: lengths[1] does not fit its input; expected [N] = [9], got [1].",
  );
  await expect(net.predictAll([tensor(x), tensor(other)], { lengths })).rejects.toThrow(
    "predict: lengths does not fit the inputs; expected a list of 2, undefined for an input without lengths",
  );
});

it.each([
  [
    { lengths: [...lengths.slice(1), 6] },
    "length 8 of lengths is out of range; expected an integer from 0 to T = 5, got 6.",
  ],
  [
    { lengths: [...lengths.slice(1), 0.5] },
    "length 8 of lengths is out of range; expected an integer from 0 to T = 5, got 0.5.",
  ],
  [
    { lengths: Float64Array.from([...lengths.slice(1), NaN]) },
    "length 8 of lengths is out of range; expected an integer from 0 to T = 5, got NaN.",
  ],
  [{ lengths: "532" as never }, 'lengths must be a list; expected integers, or a tensor [N], got "532".'],
  [{ lengths: [1, 2] }, "lengths does not fit its input; expected [N] = [9], got [2]."],
  [{ mask: [[1, 0]] }, "mask does not fit its input; expected [N, T] = [9, 5], got [1, 2]."],
  [{ mask: new Uint8Array(44) }, "mask does not fit its input; expected [N, T] = [9, 5], got [44]."],
  [{ lengths, mask }, "both mask and lengths are given; expected one of them. A mask can express any lengths."],
])("refuses %j before anything has changed", async (options, text) => {
  const net = compiled([lstm({ units: 2 }), dense({ units: 1 })], sgd());
  await net.fit(x, perSample);
  const before = weightsOf(net);
  const bytesInUse = await collectGarbage();
  await expect(net.fit(x, perSample, options)).rejects.toThrow(`fit: ${text}`);
  await expect(net.evaluate(x, perSample, options)).rejects.toThrow(`evaluate: ${text}`);
  await expect(net.predict(x, options)).rejects.toThrow(`predict: ${text}`);
  const validationData = { x, y: perSample, ...options };
  await expect(net.fit(x, perSample, { validationData })).rejects.toThrow(`fit validationData: ${text}`);
  expect(weightsOf(net)).toEqual(before);
  expect(memoryUsage().bytesInUse).toBeLessThanOrEqual(bytesInUse);
});

it("refuses masks of what has no steps, groups by length besides, and in call what is no mask", async () => {
  const net = sequential([flatten(), dense({ units: 1 })]);
  await expect(net.predict([1, 2], { lengths: [1, 1] })).resolves.toBeDefined(); // (N, 1): sequences of one token
  const tokens = sequential([embedding({ inputDim: 5, outputDim: 2 }), gru({ units: 2 })]);
  tokens.compile({ optimizer: sgd(), loss: meanSquaredError() });
  const validationData = { x: [[1, 2]], y: [[1, 2]], lengths: [1] };
  await expect(tokens.fit([[1, 2]], [[1, 2]], { groupByLength: true, validationData })).rejects.toThrow(
    "fit: groupByLength cannot be combined with mask or lengths",
  );
  await expect(tokens.predict([[1, 2]], { lengths: [1], groupByLength: true })).rejects.toThrow(
    "predict: groupByLength cannot be combined with mask or lengths; expected one of them. Sequences are grouped by their tokens",
  );
  expect(() => tokens.call([tensor([[1, 2]], undefined, { dtype: "int32" })], { mask: tensor([[1, 0]]) })).toThrow(
    "call: mask 0 does not fit its input; expected int32 [N, T] = [1, 2], got",
  );
});

it("reaches the loss of a network of dense layers alone: the bits of one of which a layer stands in timeDistributed", async () => {
  const plain = compiled([dense({ units: 3, activation: "tanh" }), dense({ units: 1 })]);
  const wrapped = compiled([timeDistributed({ layer: dense({ units: 3, activation: "tanh" }) }), dense({ units: 1 })]);
  for (const [i, { value }] of plain.weights.entries()) wrapped.weights[i].value.assign(value.toTypedArray());
  expect(() => plain.trainOnBatch([tensor(x)], [tensor(perStep)], { mask: sequenceMask(lengths, T) })).toThrow(
    "model: the loss with a mask is not loaded. Call fit or evaluate with a mask first.",
  );
  const logs = await plain.evaluate(x, perStep, { lengths });
  expect(logs).toEqual(await wrapped.evaluate(x, perStep, { lengths }));
  const options = { lengths, batchSize: 4, validationData: { x, y: perStep, mask } };
  expect((await plain.fit(x, perStep, options)).history).toEqual((await wrapped.fit(x, perStep, options)).history);
  for (const net of [plain, wrapped])
    net.trainOnBatch([tensor(x)], [tensor(perStep)], { mask: sequenceMask(lengths, T) });
  expect(Object.values(weightsOf(plain))).toEqual(Object.values(weightsOf(wrapped)));
});

it("trainOnBatch takes a mask, recorded too: the bits of fit with the same batches", async () => {
  const layers = (): Layer[] => [lstm({ units: 3, returnSequences: true }), dense({ units: 1 })];
  const [fitted, eager, recorded] = [compiled(layers()), compiled(layers()), compiled(layers())];
  await fitted.fit(x, perStep, { lengths, batchSize: 3, shuffle: false });
  const rows = [0, 3, 6].map((first) => [first, first + 3] as const);
  const batch = rows.map((range) => ({
    x: tensor(x.slice(...range)),
    y: tensor(perStep.slice(...range)),
    mask: sequenceMask(lengths.slice(...range), T),
  }));
  for (const one of batch) eager.trainOnBatch([one.x], [one.y], { mask: one.mask });
  expectSameWeights(eager, fitted);
  const [first, ...others] = batch;
  const place = {
    x: tensor(x.slice(0, 3)),
    y: tensor(perStep.slice(0, 3)),
    mask: sequenceMask(lengths.slice(0, 3), T),
  };
  const step = record(() => recorded.trainOnBatch([place.x], [place.y], { mask: [place.mask] }));
  for (const one of others) {
    place.x.assign(one.x.toTypedArray());
    place.y.assign(one.y.toTypedArray());
    place.mask.assign(one.mask.toTypedArray());
    step.replay();
  }
  expectSameWeights(recorded, fitted);
  expect(() => eager.trainOnBatch([first.x], [first.y], { mask: ones([3, T]) })).toThrow(
    `trainOnBatch: mask 0 does not fit its input; expected int32 [N, T] = [3, ${T}], got`,
  );
});

it("bptt takes lengths or a mask: the bits of windows whose padding is found by its value, states carried over it", async () => {
  const layers = (): Layer[] => [
    lstm({ units: 3, returnSequences: true, stateful: true, batchSize: N }),
    dense({ units: 1 }),
  ];
  const build = (list: Layer[]): Model => {
    const net = sequential(list, { seed: 2 });
    net.build([2, F]);
    net.compile({ optimizer: adam(), loss: meanSquaredError() });
    return net;
  };
  for (const windows of [{ window: 2 }, { window: 2, stride: 1 }]) {
    const known = build([masking({ maskValue: 9 }), ...layers()]);
    const wanted = await bptt(known, { x: marked, y: perStep }, windows);
    for (const given of [{ lengths }, { mask }]) {
      const net = build(layers());
      expect((await bptt(net, { x, y: perStep }, { ...windows, ...given })).loss).toBe(wanted.loss);
      expect(Object.values(weightsOf(net))).toEqual(Object.values(weightsOf(known)));
    }
  }
  await expect(bptt(build(layers()), { x, y: perStep }, { window: 2, lengths: [1] })).rejects.toThrow(
    "bptt: lengths does not fit its input; expected [N] = [9], got [1].",
  );
});

it("lengths beside tokens that are padded in front are refused: they would count the padding", async () => {
  const net = sequential([
    embedding({ inputDim: 9, outputDim: 2, inputLength: 4 }),
    gru({ units: 2 }),
    dense({ units: 1 }),
  ]);
  net.compile({ optimizer: sgd(), loss: meanSquaredError() });
  const y = [[1], [0], [1]];
  const front = tensor([[0, 0, 7, 8], [1, 2, 3, 4], [0, 5, 6, 7]], { dtype: "int32" }); // prettier-ignore
  const before = weightsOf(net);
  for (const work of [net.fit(front, y, { lengths: [2, 4, 3] }), net.predict(front, { lengths: [2, 4, 3] })]) {
    await expect(work).rejects.toThrow(
      /: lengths counts from the first step, but the tokens are padded in front; expected the padding behind the tokens, got 1 times 0 before the 3 tokens of row 2\. Use text\.padSequences\(…, \{ padding: "post" \}\), or leave lengths out: embedding\(\{ maskZero: true \}\)\.$/,
    );
  }
  expect(weightsOf(net)).toEqual(before);
  // Tokens that are 0, behind or among the others, say nothing about where the padding is.
  const behind = tensor([[0, 0, 7, 0], [1, 2, 3, 4], [5, 6, 7, 0]], { dtype: "int32" }); // prettier-ignore
  await net.fit(behind, y, { lengths: [3, 4, 3] });
  const mixed = tensor([[0, 0, 7, 8], [1, 2, 3, 4], [5, 6, 7, 0]], { dtype: "int32" }); // prettier-ignore
  await net.fit(mixed, y, { lengths: [2, 4, 3] });
});

describe("padding of ±1e30, ±∞ or NaN straight before a loss a step", () => {
  const makeLosses = [
    meanSquaredError(),
    meanAbsoluteErrorLoss(),
    huber(),
    halfSquaredError(),
    cosineSimilarity(),
    binaryCrossentropy({ fromLogits: true }),
    categoricalCrossentropy({ fromLogits: true }),
    klDivergence(),
  ];
  const targets = x.map((steps) => steps.map(() => (draw.uniform() < 0.5 ? [1, 0] : [0, 1])));
  const filled = (value: number): number[][][] =>
    x.map((steps, n) => steps.map((step, t) => (t < lengths[n] ? step.map((v) => Math.abs(v)) : [value, -value])));
  const build = (loss: Loss): Model => {
    const net = sequential([dense({ units: F }), dense({ units: F, kernelInitializer: constant({ value: 1.5 }) })], {
      seed: 2,
    });
    net.build([T, F]);
    const metrics = [meanAbsoluteError(), squaredMetric()];
    net.compile({ optimizer: sgd({ learningRate: 0.01 }), loss, metrics, checkLogits: false });
    return net;
  };

  it.each(makeLosses.map((loss) => [loss.name, loss] as const))("%s: the numbers of padding of 0", async (_, loss) => {
    for (const value of [1e30, -1e30, 3e38]) {
      const [clean, wild] = [build(loss), build(loss)];
      for (const net of [clean, wild]) {
        const data = filled(net === clean ? 0 : value);
        const { history } = await net.fit(data, targets, { lengths, batchSize: 4, epochs: 2 });
        const logs = await net.evaluate(data, targets, { lengths });
        if (net === clean) Object.assign(net, { wanted: { history, logs } });
        else expect({ history, logs }).toEqual((clean as unknown as { wanted: object }).wanted);
      }
      expect(weightsOf(wild)).toEqual(weightsOf(clean));
    }
  });

  it("a loss that is ∞ or NaN there has the loss and the gradient of what counts, also where the output is used twice", () => {
    const mask = sequenceMask([1, 2], 3);
    for (const value of [Infinity, NaN, -1e30, 3e38]) {
      const [p, t] = [
        [1, value, value, 2, 3, value],
        [0, 1, 1, 1, 1, value],
      ];
      const prediction = tensor(Float32Array.from(p), [2, 3, 1]);
      prediction.requiresGrad = true;
      const rows = maskedSteps.weigh(tensor(Float32Array.from(t), [2, 3, 1]), prediction, undefined, mask);
      const loss = weightedMean(rows.select!(meanSquaredError().call(rows.target, rows.prediction)), rows.lossWeights);
      add(loss, sum(mul(slice(prediction, [0, 0, 0], [2, 1, 1]), 10))).backward();
      expect(loss.item()).toBeCloseTo((1 + 1 + 4) / 3, 6);
      const grad = Array.from(prediction.grad!.toTypedArray());
      for (const [i, want] of [2 / 3 + 10, 0, 0, 2 / 3 + 10, 4 / 3, 0].entries()) expect(grad[i]).toBeCloseTo(want, 5);
    }
  });
});
