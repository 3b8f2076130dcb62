/**
 * What a model carries from batch to batch (states of stateful layers, moving statistics, totals of metrics, the random state) is touched by nobody but
 * whoever it belongs to: not by an evaluation or a prediction beside a fit, not by a batch that is refused.
 */
import { describe, expect, it } from "vitest";
import {
  batchNormalization,
  bidirectional,
  dense,
  dropout,
  gru,
  input,
  lstm,
  timeDistributed,
} from "../../../src/layers/index.js";
import { zeros } from "../../../src/initializers/index.js";
import type { Config } from "../../../src/config.js";
import type { Layer } from "../../../src/layers/layer.js";
import { Parameter } from "../../../src/layers/parameter.js";
import type { Shape } from "../../../src/tensor/shape.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { meanAbsoluteError, r2 } from "../../../src/metrics/index.js";
import { asLayer } from "../../../src/models/asLayer.js";
import { bptt } from "../../../src/models/loop/bptt.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { memoryUsage } from "../../../src/runtime/runtime.js";
import { tensor } from "../../../src/tensor/create.js";
import { scope } from "../../../src/tensor/scope.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { expectSameWeights, expectWeights, normals, weightsOf } from "../networks.js";
import { carriedBy } from "../../../src/layers/sequencePart.js";
import { SequenceLayer } from "../../../src/layers/sequenceLayer.js";

const [N, T, batchSize] = [12, 4, 2];
const x = normals(1, [N, T, 3]);
const y = normals(2, [N, 2]);
const others = normals(3, [N, T, 3]);

/** A stateful network of two kinds of carriers, compiled. */
function stateful(options: { readonly averageDecay?: number } = {}, seed = 5): Model {
  const layer = gru({ units: 2, returnSequences: true, stateful: true, batchSize });
  const made = sequential(
    [
      lstm({ units: 3, returnSequences: true, stateful: true, batchSize, inputShape: [T, 3] }),
      bidirectional({ layer }),
      lstm({ units: 2, stateful: true, batchSize }),
    ],
    { seed },
  );
  made.compile({ optimizer: adam({ learningRate: 0.05 }), loss: meanSquaredError(), ...options });
  return made;
}

const carried = (net: Model): Float32Array[] =>
  carriedBy(net.layers).map(({ value }) => value.toTypedArray() as Float32Array);
const training = { epochs: 3, batchSize, shuffle: false };

describe("beside a running fit, what stateful layers carry is fit's alone", () => {
  it.each<[string, (net: Model) => unknown]>([
    ["evaluate", (net) => net.evaluate(others, y, { batchSize })],
    ["predict", (net) => net.predict(others, { batchSize })],
    ["call", (net) => net.call([normals(4, [batchSize, T, 3])])],
    [
      "two predictions and an evaluation at once",
      (net) => Promise.all([
        net.predict(others, { batchSize }),
        net.evaluate(others, y, { batchSize }),
        net.predict(x, { batchSize }),
      ]), // prettier-ignore
    ],
  ])("%s after every third batch changes no bit of what is trained", async (_, look) => {
    const [alone, watched] = [stateful(), stateful()];
    await alone.fit(x, y, training);
    const looks: unknown[] = [];
    const callback = {
      onBatchEnd(batch: number) {
        if (batch % 3 === 0) looks.push(look(watched)); // not awaited: it goes on beside the training
      },
    };
    await watched.fit(x, y, { ...training, callbacks: [callback] });
    await Promise.all(looks);
    expect(looks.length).toBe(6);
    expectSameWeights(watched, alone);
  });

  it("an evaluation and a prediction give what they give without it, from zero states", async () => {
    const make = (): Model => {
      const net = stateful();
      net.compile({ optimizer: sgd({ learningRate: 0 }), loss: meanSquaredError() });
      return net;
    };
    const [quiet, busy] = [make(), make()];
    const want = [
      await quiet.evaluate(others, y, { batchSize }),
      (await quiet.predict(others, { batchSize })).toArray(),
    ];
    const fitting = busy.fit(x, y, { ...training, epochs: 20 });
    const got = await Promise.all([
      busy.evaluate(others, y, { batchSize }),
      busy.predict(others, { batchSize }).then((all) => all.toArray()),
    ]);
    await fitting;
    expect(got).toEqual(want);
  });

  it("call with training: true is refused, since it draws and updates statistics", async () => {
    const net = stateful();
    const fitting = net.fit(x, y, training);
    expect(() => net.call([normals(4, [batchSize, T, 3])], { training: true })).toThrow(
      "call: the model is being trained. Await the running fit first.",
    );
    await fitting;
  });

  it("call begins at states of its own, and gives their memory back", async () => {
    const net = stateful();
    const row = normals(4, [batchSize, T, 3]);
    const used: number[] = [];
    const onBatchEnd = (): void => {
      scope(() => void net.call([row]));
      used.push(memoryUsage().bytesInUse);
    };
    await net.fit(x, y, { ...training, callbacks: [{ onBatchEnd }] });
    expect(used.length).toBe((training.epochs * N) / batchSize);
    expect(new Set(used.slice(1)).size).toBe(1);
  });

  it("a layer shared with another model keeps that model's fit undisturbed", async () => {
    const make = (): [Model, Model] => {
      const net = stateful();
      const symbol = input({ shape: [T, 3] });
      return [net, model({ inputs: symbol, outputs: net.layers[0].apply(symbol) })];
    };
    const [[alone], [watched, other]] = [make(), make()];
    await alone.fit(x, y, training);
    const looks: unknown[] = [];
    const callback = {
      onBatchEnd: () =>
        void looks.push(other.predict(others, { batchSize }), other.call([normals(4, [batchSize, T, 3])])),
    };
    await watched.fit(x, y, { ...training, callbacks: [callback] });
    await Promise.all(looks);
    expectSameWeights(watched, alone);
  });
});

describe("a model that is a layer of another", () => {
  it("keeps the states of the other's fit, however it is asked meanwhile", async () => {
    const make = (): [Model, Model] => {
      const inner = stateful();
      const net = sequential([asLayer(inner)]);
      net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
      return [net, inner];
    };
    const [[alone], [watched, inner]] = [make(), make()];
    await alone.fit(x, y, training);
    const looks: unknown[] = [];
    const callback = {
      onBatchEnd: () =>
        void looks.push(inner.predict(others, { batchSize }), inner.call([normals(4, [batchSize, T, 3])])),
    };
    await watched.fit(x, y, { ...training, callbacks: [callback] });
    await Promise.all(looks);
    expectSameWeights(watched, alone);
  });
});

describe("validation inside fit", () => {
  it("leaves the carried states of 3 epochs as they are without it", async () => {
    const [bare, validated] = [stateful(), stateful()];
    await bare.fit(x, y, training);
    await validated.fit(x, y, { ...training, validationData: { x: others, y } });
    for (const [i, states] of carried(bare).entries()) expectSameBits(`state ${i}`, carried(validated)[i], states);
    expectSameWeights(validated, bare);
  });

  it("begins at zero states in each of 3 epochs", async () => {
    const net = stateful();
    net.compile({ optimizer: sgd({ learningRate: 0 }), loss: meanSquaredError() });
    const { loss } = await net.evaluate(others, y, { batchSize });
    const { history } = await net.fit(x, y, { ...training, validationData: { x: others, y } });
    expect(history.valLoss).toEqual([loss, loss, loss]);
  });

  it("a checkpoint that is saved in the middle of an evaluation has fit's states, not the evaluation's", async () => {
    const net = stateful();
    await net.fit(x, y, training);
    const want = carried(net);
    let bytes: Promise<Uint8Array> | undefined;
    const signal = { throwIfAborted: () => void (bytes ??= net.toBytes({ checkpoint: true })) } as AbortSignal;
    await net.evaluate(others, y, { batchSize, signal });
    for (const [i, states] of carried(await loadModel(await bytes!)).entries())
      expectSameBits(`state ${i}`, states, want[i]);
  });
});

describe("predictions of a stateful model", () => {
  it("go on where the one before ended; two at once do not mix, and the one that began last leaves its states", async () => {
    const [whole, halves, both] = [stateful(), stateful(), stateful()];
    const rows = (from: number, to: number, of: Tensor): Tensor =>
      tensor(of.toTypedArray().slice(from * T * 3, to * T * 3), [to - from, T, 3]);
    const want = (await whole.predict(x, { batchSize })).toTypedArray();
    const first = (await halves.predict(rows(0, 6, x), { batchSize })).toTypedArray();
    const second = (await halves.predict(rows(6, 12, x), { batchSize })).toTypedArray();
    expectSameBits("halves", Float32Array.from([...first, ...second]), want);
    const [a, b] = await Promise.all([both.predict(others, { batchSize }), both.predict(x, { batchSize })]);
    expectSameBits("second of two", b.toTypedArray(), want);
    expectSameBits("first of two", a.toTypedArray(), (await stateful().predict(others, { batchSize })).toTypedArray());
    for (const [i, states] of carried(both).entries()) expectSameBits(`state ${i}`, states, carried(whole)[i]);
  });

  it("one that is aborted leaves the states as they were", async () => {
    const net = stateful();
    await net.predict(others, { batchSize });
    const before = carried(net);
    let checks = 0;
    const signal = {
      throwIfAborted() {
        if (++checks === 3) throw new Error("enough");
      },
    } as AbortSignal;
    await expect(net.predict(x, { batchSize, signal })).rejects.toThrow("enough");
    expect(carried(net)).toEqual(before);
  });

  it("resetStates during one is not undone by it", async () => {
    const net = stateful();
    const predicting = net.predict(x, { batchSize });
    net.resetStates();
    await predicting;
    expect(carried(net).every((states) => states.every((value) => value === 0))).toBe(true);
  });

  it("fit during one is not undone by it", async () => {
    const [alone, net] = [stateful(), stateful()];
    await alone.fit(x, y, { ...training, epochs: 1 });
    const predicting = net.predict(normals(7, [400, T, 3]), { batchSize });
    await net.fit(x, y, { ...training, epochs: 1 });
    await predicting;
    expectSameWeights(net, alone);
  });
});

describe("a batch that is refused because its loss is no number", () => {
  const far = y.toTypedArray() as Float32Array;
  far[5 * 2] = 1e30; // of row 5, in batch 3 of 6: its square is no float32
  const damaged = tensor(far, [N, 2]);

  const make = (): Model => {
    const net = sequential(
      [
        lstm({ units: 3, returnSequences: true, stateful: true, batchSize, inputShape: [T, 3] }),
        batchNormalization(),
        dropout({ rate: 0.3 }),
        timeDistributed({ layer: batchNormalization() }),
        gru({ units: 2, stateful: true, batchSize }),
      ],
      { seed: 3 },
    );
    net.compile({
      optimizer: adam(),
      loss: meanSquaredError(),
      metrics: [meanAbsoluteError(), r2()],
      averageDecay: 0.9,
    });
    return net;
  };

  it("leaves weights, averages, moving statistics, carried states, totals of metrics and random state of batch 2", async () => {
    const net = make();
    let before: Uint8Array | undefined;
    let calls = 0;
    const callback = {
      async onBatchEnd() {
        if (calls++ < 2) before = await net.toBytes({ checkpoint: true });
      },
    };
    await expect(net.fit(x, damaged, { batchSize, shuffle: false, callbacks: [callback] })).rejects.toThrow(
      "the loss became Infinity in epoch 1, batch 3",
    );
    expect(await net.toBytes({ checkpoint: true })).toEqual(before); // of batch 2: that of the refused one was called, too, with the same
    expect(calls).toBe(3);
  });

  it("training that goes on without it gives the bits of training that never saw it", async () => {
    const [clean, refused] = [make(), make()];
    const options = { batchSize, shuffle: false };
    await clean.fit(x, y, options);
    await clean.fit(x, y, options);
    await refused.fit(x, y, options);
    const two = normals(8, [2, T, 3]);
    await expect(refused.fit(two, tensor([[0, 0], [1e30, 0]]), options)).rejects.toThrow("the loss became Infinity"); // prettier-ignore
    await refused.fit(x, y, options);
    expectSameWeights(refused, clean);
  });

  it("a window of bptt that is refused leaves them too", async () => {
    const net = sequential([
      lstm({ units: 3, returnSequences: true, stateful: true, batchSize, inputShape: [T, 3] }),
      batchNormalization(),
    ]);
    net.compile({ optimizer: sgd(), loss: meanSquaredError() });
    const sequence = normals(4, [batchSize, 3 * T, 3]);
    const wanted = normals(5, [batchSize, 3 * T, 3]).toTypedArray();
    await bptt(net, { x: sequence, y: tensor(wanted, [batchSize, 3 * T, 3]) }, { window: T });
    let before = weightsOf(net);
    wanted[7 * 3] = 1e30; // step 7 of the first stream, of window 2 of 3
    const onWindow = (): void => void (before = weightsOf(net));
    const far = { x: sequence, y: tensor(wanted, [batchSize, 3 * T, 3]) };
    await expect(bptt(net, far, { window: T, continues: true, onWindow })).rejects.toThrow(
      "bptt: the loss became Infinity in the window at step 4",
    );
    expectWeights(net, before);
  });

  it("trainOnBatch that throws in the second of two layers leaves the statistics of the first", () => {
    const net = sequential([batchNormalization({ inputShape: [3] }), dense({ units: 2 }), thrower()]);
    net.compile({ optimizer: sgd(), loss: meanSquaredError() });
    const before = weightsOf(net);
    expect(() => net.trainOnBatch([normals(1, [4, 3])], [normals(2, [4, 2])])).toThrow("out of order");
    expectWeights(net, before);
  });
});

/** A layer that throws when it computes. */
function thrower(): Layer {
  const layer = dropout({ rate: 0 });
  layer.call = () => {
    throw new Error("out of order");
  };
  return layer;
}

describe("weight averages", () => {
  it("leave out what stateful layers carry: evaluate begins at zero, a file has the states themselves", async () => {
    const net = stateful({ averageDecay: 0.5 });
    const before = await net.evaluate(others, y, { batchSize });
    net.compile({ optimizer: sgd({ learningRate: 0 }), loss: meanSquaredError(), averageDecay: 0.5 });
    await net.fit(x, y, training);
    expect(await net.evaluate(others, y, { batchSize })).toEqual(before);
    expect(await net.evaluate(others, y, { batchSize })).toEqual(before);
    const want = carried(net);
    for (const [i, states] of carried(await loadModel(await net.toBytes())).entries())
      expectSameBits(`state ${i}`, states, want[i]);
    net.compile({ optimizer: sgd(), loss: meanSquaredError() }); // the averages become the weights
    for (const [i, states] of carried(net).entries()) expectSameBits(`state ${i}`, states, want[i]);
  });
});

describe("a frozen layer stays frozen within another", () => {
  const sequences = normals(6, [8, T, 3]);
  const targets = normals(7, [8, T, 2]);

  /** Trains 2 epochs with `frozen` not trainable. @returns names of the weights that changed */
  async function changed(layers: readonly Layer[], frozen: Layer): Promise<string[]> {
    frozen.trainable = false;
    const net = sequential([...layers, dense({ units: 2, name: "head" })]);
    net.build([T, 3]);
    net.compile({ optimizer: adam(), loss: meanSquaredError() });
    const before = weightsOf(net);
    await net.fit(sequences, targets, { epochs: 2, batchSize: 4 });
    const after = weightsOf(net);
    return Object.keys(before).filter((name) => after[name].some((value, i) => value !== before[name][i]));
  }
  const head = ["head/kernel", "head/bias"];

  it("timeDistributed of batch normalisation, the wrapper frozen: neither scale nor moving statistics change", async () => {
    const wrapper = timeDistributed({ layer: batchNormalization() });
    expect(await changed([wrapper], wrapper)).toEqual(head);
  });

  it("timeDistributed of batch normalisation, the layer within frozen: the same", async () => {
    const layer = batchNormalization();
    expect(await changed([timeDistributed({ layer })], layer)).toEqual(head);
  });

  it("timeDistributed within timeDistributed, the outer or the inner frozen", async () => {
    const deep = (): Layer[] => {
      const norm = batchNormalization();
      const inner = timeDistributed({ layer: norm });
      return [timeDistributed({ layer: inner }), inner, norm];
    };
    for (const at of [0, 1, 2]) {
      const layers = deep();
      layers[at].trainable = false;
      const net = sequential([layers[0]]);
      net.build([2, T, 3]);
      net.compile({ optimizer: adam(), loss: meanSquaredError() });
      expect(() => net.trainOnBatch([normals(1, [3, 2, T, 3])], [normals(2, [3, 2, T, 3])])).toThrow(
        "there is nothing to train",
      );
    }
  });

  it.each([
    ["before", true],
    ["after", false],
  ])("a model as a layer, frozen %s it is wrapped, also when it comes from a file", async (_, isBefore) => {
    const body = asLayer(sequential([dense({ units: 3, inputShape: [3] }), batchNormalization()]));
    if (isBefore) body.trainable = false;
    const wrapper = timeDistributed({ layer: body });
    expect(await changed([wrapper], body)).toEqual(head);
    const alone = sequential([wrapper]);
    alone.build([T, 3]);
    const loaded = await loadModel(await alone.toBytes());
    const before = weightsOf(loaded);
    const symbol = input({ shape: [T, 3] });
    const net = model({ inputs: symbol, outputs: dense({ units: 2 }).apply(loaded.layers[0].apply(symbol)) });
    net.compile({ optimizer: adam(), loss: meanSquaredError() });
    await net.fit(sequences, targets, { epochs: 1, batchSize: 4 });
    expect(weightsOf(loaded)).toEqual(before);
  });

  it("a layer of one's own, frozen within a wrapper, comes frozen from a file, and its maker is not told", async () => {
    const layer = dense({ units: 2 });
    layer.trainable = false;
    const net = sequential([timeDistributed({ layer })]);
    net.build([T, 3]);
    const configs: object[] = [];
    const make = ({ className: _, ...config }: Config): Layer => {
      configs.push(config);
      return dense({ units: 2 });
    };
    const loaded = await loadModel(await net.toBytes(), { customLayers: { dense: make } });
    expect(configs).toEqual([expect.not.objectContaining({ trainable: false })]);
    expect(loaded.layers[0].parameters.map((parameter) => parameter.layer.isFrozen)).toEqual([true, true]);
  });

  it("bidirectional, frozen itself, in its layer before it is made, or in one direction", async () => {
    const options = { units: 2, returnSequences: true };
    const whole = bidirectional({ layer: lstm(options) });
    expect(await changed([whole], whole)).toEqual(head);
    const layer = lstm(options);
    layer.trainable = false;
    expect(await changed([bidirectional({ layer })], layer)).toEqual(head);
    const half = lstm({ ...options, goBackwards: true });
    const names = await changed([bidirectional({ layer: lstm(options), backwardLayer: half })], half);
    const forward = ["kernel", "recurrentKernel", "bias"].map((name) => `bidirectional_1/forward/${name}`);
    expect(names).toEqual([...forward, ...head]);
  });

  it("a frozen batch normalisation in a wrapper normalises by the moving statistics in training", () => {
    const layer = batchNormalization();
    const net = sequential([timeDistributed({ layer })]);
    net.build([T, 3]);
    layer.trainable = false;
    const [got, want] = [true, false].map((is) => net.call([sequences], { training: is })[0].toArray());
    expect(got).toEqual(want);
  });

  it("and is so in a file, a thawed wrapper around it not", async () => {
    const layer = batchNormalization();
    const net = sequential([timeDistributed({ layer }), dense({ units: 2 })]);
    net.build([T, 3]);
    layer.trainable = false;
    net.compile({ optimizer: adam(), loss: meanSquaredError() });
    await net.fit(sequences, targets, { batchSize: 4 });
    const loaded = await loadModel(await net.toBytes({ checkpoint: true }));
    expect(loaded.layers.map(({ trainable }) => trainable)).toEqual([true, true]);
    for (const one of [net, loaded]) await one.fit(sequences, targets, { batchSize: 4, epochs: 2, resume: true });
    expectSameWeights(loaded, net);
  });
});

it("a layer of one's own that carries states without carriedStates is refused when a model is made of it", () => {
  class Counter extends SequenceLayer {
    outputShape([shape]: readonly Shape[]): Shape {
      return shape;
    }
    call([x]: readonly Tensor[]): Tensor {
      return x;
    }
    override get carried(): readonly Parameter[] {
      return [new Parameter({ name: "count", shape: [1], initializer: zeros() }, this)];
    }
  }
  const counter = new Counter("counter", { inputShape: [2], name: "counter" }, {});
  expect(() => sequential([counter])).toThrow(
    'model: layer "counter" carries states without a place for them; expected carriedStates as well as carried, got undefined.',
  );
});
