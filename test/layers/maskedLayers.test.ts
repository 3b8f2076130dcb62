/** Padding in front, in the middle and behind changes nothing: layers alone and joined. Letters: N samples, T steps, F features. */
import { describe, expect, it } from "vitest";
import {
  add,
  batchNormalization,
  bidirectional,
  concatenate,
  dense,
  embedding,
  globalAveragePooling1d,
  globalMaxPooling1d,
  gridLstm,
  groupNormalization,
  gru,
  input,
  layerNormLstm,
  lstm,
  masking,
  multiply,
  pyramid,
  simpleRnn,
  spatialDropout1d,
  timeDistributed,
} from "../../src/layers/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { meanSquaredError } from "../../src/losses/index.js";
import type { Model } from "../../src/models/model.js";
import { model, sequential } from "../../src/models/sequential.js";
import { adam } from "../../src/optimizers/index.js";
import { sequenceMask } from "../../src/ops/recurrent/sequenceMask.js";
import { lstm as lstmOp } from "../../src/ops/recurrent/lstm.js";
import { tensor } from "../../src/tensor/create.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { Random } from "../../src/tensor/random.js";
import { RandomState } from "../../src/tensor/randomState.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";

const int32 = { dtype: "int32" } as const;
const close = { relative: 1e-6, absolute: 1e-6 };

/** Output of a model with the weights of seed 4 on one sample. */
function outputs(layers: readonly Layer[], x: number[][] | number[]): number[] {
  const net = sequential(layers, { seed: 4 });
  const sample = Array.isArray(x[0]) ? tensor([x]) : tensor([x], undefined, int32);
  net.build(sample.shape.slice(1));
  return [...net.call([sample])[0].toTypedArray()];
}

describe("an embedding with maskZero, then pooling: [0, 0, 0, 1] equals [1]", () => {
  it.each([
    ["globalAveragePooling1d", globalAveragePooling1d],
    ["globalMaxPooling1d", globalMaxPooling1d],
  ] as const)("%s", (_, pool) => {
    const layers = () => [
      embedding({ inputDim: 5, outputDim: 3, maskZero: true }),
      spatialDropout1d({ rate: 0.5 }),
      pool(),
    ];
    expect(outputs(layers(), [0, 0, 0, 1])).toEqual(outputs(layers(), [1]));
    expect(outputs(layers(), [0, 0, 0])).toEqual([0, 0, 0]);
    expectClose("[0, 2, 0, 1, 3]", outputs(layers(), [0, 2, 0, 1, 3]), outputs(layers(), [2, 1, 3]), [3], close);
  });
});

describe("merged masks", () => {
  type Branch = "a" | "b" | "plain";

  /** A recurrent layer behind a merge of embeddings of which a and b have masks of their own. */
  function merged(merge: Layer, order: readonly Branch[]): Model {
    const inputs = order.map(() => input({ shape: [3] }));
    const embedded = order.map((name, i) =>
      embedding({ inputDim: 5, outputDim: 2, maskZero: name !== "plain", name }).apply(inputs[i]),
    );
    const rnn = simpleRnn({ units: 2, returnSequences: true, name: "rnn" });
    const net = model({ inputs, outputs: rnn.apply(merge.apply(embedded)) });
    for (const { name, value } of net.weights) {
      const phase = ["a", "b", "plain", "rnn"].indexOf(name.split("/")[0]);
      value.assign(Float32Array.from({ length: value.size }, (_, i) => Math.cos(i + 3 * phase)));
    }
    return net;
  }
  const tokens = {
    a: tensor([[1, 2, 0]], undefined, int32),
    b: tensor([[0, 3, 4]], undefined, int32),
    plain: tensor([[1, 0, 1]], undefined, int32),
  };
  const steps = (net: Model, order: readonly Branch[]): number[] =>
    (net.call(order.map((name) => tokens[name]))[0].toArray() as number[][][])[0].map((step) =>
      step.every((v) => v === 0) ? 0 : 1,
    );

  it.each([
    ["add", add],
    ["multiply", multiply],
    ["concatenate", concatenate],
  ] as const)("%s([a, b]) and ([b, a]): a step counts where it does in both", (_, make) => {
    for (const order of [
      ["a", "b"],
      ["b", "a"],
      ["plain", "a", "b"],
    ] as const)
      // prettier-ignore
      expect(steps(merged(make(), order), order)).toEqual([0, 1, 0]);
    expect(steps(merged(make(), ["plain", "a"]), ["plain", "a"])).toEqual([1, 1, 0]);
  });

  it("add([a, b]) equals add([b, a]) to the bit", () => {
    const [ab, ba] = [["a", "b"], ["b", "a"]] as const; // prettier-ignore
    const results = [ab, ba].map((order) =>
      merged(add(), order)
        .call(order.map((name) => tokens[name]))[0]
        .toArray(),
    );
    expect(results[0]).toEqual(results[1]);
  });

  it.each([1, -2])(
    "concatenate along time (axis %i): one mask after the other, all steps of an input without one",
    (axis) => {
      const order = ["a", "plain", "b"] as const;
      expect(steps(merged(concatenate({ axis }), order), order)).toEqual([1, 1, 0, 1, 1, 1, 0, 1, 1]);
    },
  );
});

const recurrent: readonly (readonly [string, (returnSequences: boolean) => Layer])[] = [
  ["simpleRnn", (returnSequences) => simpleRnn({ units: 3, returnSequences })],
  ["lstm", (returnSequences) => lstm({ units: 3, returnSequences })],
  ["lstm with peepholes", (returnSequences) => lstm({ units: 3, peephole: true, returnSequences })],
  ["gru", (returnSequences) => gru({ units: 3, returnSequences })],
  ["gru, reset before", (returnSequences) => gru({ units: 3, resetAfter: false, returnSequences })],
  ["layerNormLstm", (returnSequences) => layerNormLstm({ units: 3, returnSequences })],
  ["gridLstm", (returnSequences) => gridLstm({ units: 3, returnSequences })],
  [
    "gridLstm of three depths, tied",
    (returnSequences) => gridLstm({ units: 3, depth: 3, tied: true, returnSequences }),
  ],
  ["lstm backwards", (returnSequences) => lstm({ units: 3, goBackwards: true, returnSequences })],
  ["bidirectional", (returnSequences) => bidirectional({ layer: gru({ units: 3, returnSequences }) })],
];

describe.each(recurrent)("%s behind masking", (name, make) => {
  const bare = [[1, 0.5], [-0.5, 2], [0.25, 1]]; // prettier-ignore
  const o = [0, 0];
  const padded: readonly (readonly [string, number[][]])[] = [
    ["in front", [o, o, ...bare]],
    ["behind", [...bare, o, o]],
    ["in the middle", [bare[0], o, bare[1], o, o, bare[2]]],
    ["everywhere", [o, bare[0], o, bare[1], bare[2], o]],
  ];

  it.each(padded)("padding %s: the last state is that of the bare sequence", (_, x) => {
    expectClose(name, outputs([masking(), make(false)], x), outputs([make(false)], bare), [3], close);
  });

  it.each(padded)("padding %s: so are the steps that count, and what follows reads them in their order", (_, x) => {
    const follow = () => simpleRnn({ units: 2 });
    expectClose(name, outputs([masking(), make(true), follow()], x), outputs([make(true), follow()], bare), [2], close);
    const width = outputs([make(true)], bare).length / 3;
    const counted = (values: number[]): number[] =>
      values.filter((_, i) => values.slice(i - (i % width), i - (i % width) + width).some((v) => v !== 0));
    expectClose(name, counted(outputs([masking(), make(true)], x)), outputs([make(true)], bare), [3 * width], close);
  });

  it("of padding alone the last state is the initial one, 0", () => {
    expect(outputs([masking(), make(false)], [o, o, o]).every((value) => value === 0)).toBe(true);
    expect(outputs([masking(), make(true)], [o, o]).every((value) => value === 0)).toBe(true);
  });
});

it("gridLstm behind masking: x = [1, 0, 1] equals x = [1, 1]", () => {
  const layers = () => [masking(), gridLstm({ units: 4, returnSequences: true })];
  const [first, , second] = Array.from({ length: 3 }, (_, t) =>
    outputs(layers(), [[1], [0], [1]]).slice(4 * t, 4 * t + 4),
  );
  expectClose("steps", [...first, ...second], outputs(layers(), [[1], [1]]), [8], close);
});

it("pyramid: padding of other values than 0 becomes zeros, as after the last step", () => {
  const layers = () => [masking({ maskValue: 7 }), pyramid({ factor: 3 }), gru({ units: 2 })];
  const bare = [[1], [2], [3], [4]]; // prettier-ignore
  expectClose("state", outputs(layers(), [...bare, [7], [7], [7]]), outputs(layers().slice(1), bare), [2], close);
});

it("length 0: the ops give the initial states, and the gradient of the loss goes to them alone", () => {
  const [H, I] = [5, 2];
  const draw = new Random(2);
  const normal = (...shape: number[]) =>
    tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => drawNormal(draw)), shape, { requiresGrad: true }); // prettier-ignore
  const [x, kernel, recurrentKernel, h, c] = [
    normal(2, 3, I),
    normal(I, 4 * H),
    normal(H, 4 * H),
    normal(2, H),
    normal(2, H),
  ];
  const { output, states } = lstmOp(x, { kernel, recurrentKernel }, { initialState: [h, c], lengths: [0, 0] });
  expect(output.toArray()).toEqual(h.toArray());
  expect(states[1].toArray()).toEqual(c.toArray());
  output.backward(tensor(Float32Array.from({ length: 2 * H }, (_, i) => i + 1), [2, H])); // prettier-ignore
  expect([...h.grad!.toTypedArray()]).toEqual(Array.from({ length: 2 * H }, (_, i) => i + 1));
  for (const none of [x, kernel, recurrentKernel]) expect(none.grad!.toTypedArray().every((g) => g === 0)).toBe(true);
  expect(sequenceMask([0, 2], 3).toArray()).toEqual([[0, 0, 0], [1, 1, 0]]); // prettier-ignore
});

describe("batch normalisation leaves padding out", () => {
  const [N, T, C] = [3, 4, 2];
  const counts = [1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0];
  const mask = tensor(Int32Array.from(counts), [N, T]);
  const draw = new Random(8);
  const values = Float32Array.from({ length: N * T * C }, () => drawNormal(draw, 3, 2));
  const upstream = Float32Array.from({ length: N * T * C }, (_, i) =>
    counts[Math.floor(i / C)] === 0 ? 0 : drawNormal(draw),
  );
  const [gamma, beta] = [[1.5, -0.5], [0.25, 1]]; // prettier-ignore

  /** y, mean and variance in float64. */
  function reference(x: ArrayLike<number>) {
    const counted = Array.from({ length: N * T }, (_, row) => row).filter((row) => counts[row] === 1);
    const statistics = Array.from({ length: C }, (_, c) => {
      const mean = counted.reduce((sum, row) => sum + x[row * C + c], 0) / counted.length;
      const variance = counted.reduce((sum, row) => sum + (x[row * C + c] - mean) ** 2, 0) / counted.length;
      return { mean, variance };
    });
    const y = Float64Array.from({ length: N * T * C }, (_, i) => {
      const { mean, variance } = statistics[i % C];
      return Math.tanh((gamma[i % C] * (x[i] - mean)) / Math.sqrt(variance + 1e-3) + beta[i % C]);
    });
    return { y, statistics };
  }

  it.each([
    ["alone", (layer: Layer) => layer],
    ["within timeDistributed", (layer: Layer) => timeDistributed({ layer })],
  ] as const)("%s: output, moving statistics, and the gradient against central differences in float64", (_, wrap) => {
    const layer = wrap(batchNormalization({ activation: "tanh", momentum: 0.75 }));
    const symbol = input({ shape: [T, C] });
    const net = model({ inputs: symbol, outputs: layer.apply(symbol) });
    const [g, b, movingMean, movingVariance] = net.weights.map(({ value }) => value);
    g.assign(gamma);
    b.assign(beta);
    const random = new RandomState(1);
    const x = tensor(values, [N, T, C], { requiresGrad: true });
    const y = layer.call([x], { training: true, random, stream: 0, masks: [mask] });
    y.backward(tensor(upstream, [N, T, C]));
    random.dispose();
    const { y: want, statistics } = reference(values);
    expectClose("y", y.toTypedArray(), want, [N, T, C], { relative: 2e-6, absolute: 2e-6 });
    const moved = statistics.map(({ mean, variance }) => [0.25 * mean, 0.75 + 0.25 * variance]);
    expectClose("mean", movingMean.toTypedArray(), moved.map(([mean]) => mean), [C], close); // prettier-ignore
    expectClose("variance", movingVariance.toTypedArray(), moved.map(([, variance]) => variance), [C], close); // prettier-ignore
    const loss = (at: Float64Array): number => reference(at).y.reduce((sum, value, i) => sum + value * upstream[i], 0);
    const slopes = Float64Array.from(values, (_, i) => {
      const [up, down] = [1e-5, -1e-5].map((step) => loss(Float64Array.from(values).with(i, values[i] + step)));
      return (up - down) / 2e-5;
    });
    expectClose("gradient", x.grad!.toTypedArray(), slopes, [N, T, C], { relative: 1e-5, absolute: 1e-6 });
  });

  it.each([
    ["batchNormalization", () => batchNormalization({ inputShape: [T, C] })],
    ["groupNormalization", () => groupNormalization({ groups: 1, inputShape: [T, C] })],
  ] as const)(
    "%s: padding of 1e30, whose square no float32 holds, changes no bit of the trained weights",
    async (_, made) => {
      const trained = await Promise.all(
        [0, 1e30].map(async (padding) => {
          const net = sequential([made(), globalAveragePooling1d(), dense({ units: 1 })], { seed: 3 });
          net.compile({ optimizer: adam({ learningRate: 0.1 }), loss: meanSquaredError() });
          const x = values.map((value, i) => (counts[Math.floor(i / C)] === 0 ? padding : value));
          await net.fit(tensor(x, [N, T, C]), [[1], [2], [3]], {
            mask: tensor(Int32Array.from(counts), [N, T]),
            epochs: 3,
          });
          return net.weights.map(({ value }) => value.toTypedArray());
        }),
      );
      expect(trained[1]).toEqual(trained[0]);
    },
  );

  it("a batch in which nothing counts leaves the moving statistics as they are", () => {
    const net = sequential([
      masking({ inputShape: [T, C] }),
      batchNormalization({ momentum: 0.5 }),
      dense({ units: 1 }),
    ]);
    const before = net.weights.map(({ value }) => value.toTypedArray());
    const [y] = net.call([tensor(new Float32Array(N * T * C), [N, T, C])], { training: true });
    expect(y.toTypedArray().every(Number.isFinite)).toBe(true);
    expect(net.weights.map(({ value }) => value.toTypedArray())).toEqual(before);
  });
});
