/** Layers of attention against plain loops: scores, masks, positions, files, what they refuse. multiHeadAttention is compared with PyTorch in test/models/traces. */
import { describe, expect, it } from "vitest";
import { heNormal, ones } from "../../../src/initializers/index.js";
import * as layers from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { layerFrom } from "../../../src/layers/registry.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { randomNormal } from "../../../src/ops/random.js";
import { slice } from "../../../src/ops/shape/slice.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { expectClose } from "../../support/golden.js";

const [N, Tq, Tk, F, V] = [2, 3, 4, 5, 6];
const q = randomNormal([N, Tq, F], { seed: 1 });
const k = randomNormal([N, Tk, F], { seed: 2 });
const v = randomNormal([N, Tk, V], { seed: 3 });

/** The output and the weights of a layer on [q, v, k], and its parameters by name. */
function run(layer: Layer, lengths?: readonly number[]) {
  const inputs = [[Tq, F], [Tk, V], [Tk, F]].map((shape) => layers.input({ shape })); // prettier-ignore
  const net = model({ inputs, outputs: layer.applyMany(inputs), seed: 5 });
  const [y, weights] = net.call([q, v, k], lengths && { lengths: [undefined, [...lengths], [...lengths]] });
  const parameters = Object.fromEntries(
    net.weights.map(({ name, value }) => [name.split("/")[1], value.toTypedArray()]),
  );
  return { y: y.toTypedArray(), weights: weights.toTypedArray(), parameters };
}

/** Softmax of scores over the first `lengths[n]` keys, times the values. */
function reference(score: (n: number, i: number, j: number) => number, lengths = [Tk, Tk]) {
  const values = v.toTypedArray();
  const y = new Float64Array(N * Tq * V);
  const weights = new Float64Array(N * Tq * Tk);
  for (let n = 0; n < N; n++)
    for (let i = 0; i < Tq; i++) {
      const powers = Array.from({ length: lengths[n] }, (_, j) => Math.exp(score(n, i, j)));
      const total = powers.reduce((a, b) => a + b, 0);
      for (const [j, power] of powers.entries()) {
        weights[(n * Tq + i) * Tk + j] = power / total;
        for (let f = 0; f < V; f++) y[(n * Tq + i) * V + f] += (power / total) * values[(n * Tk + j) * V + f];
      }
    }
  return { y, weights };
}

const row = (x: Float32Array | Int32Array | Uint8Array, i: number, width: number): number[] =>
  Array.from(x.slice(i * width, (i + 1) * width));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
const query = (n: number, i: number): number[] => row(q.toTypedArray(), n * Tq + i, F);
const key = (n: number, j: number): number[] => row(k.toTypedArray(), n * Tk + j, F);

describe("layers of attention against plain loops", () => {
  it.each([
    ["dot", (n: number, i: number, j: number) => dot(query(n, i), key(n, j))],
    ["scaled", (n: number, i: number, j: number) => dot(query(n, i), key(n, j)) / Math.sqrt(F)],
  ] as const)("attention with the score %s, of all keys, and of as many as lengths say", (score, formula) => {
    for (const lengths of [undefined, [2, 4]]) {
      const got = run(layers.attention({ score, returnWeights: true }), lengths);
      const want = reference(formula, lengths);
      expectClose("y", got.y, want.y, 1e-4, 1e-5);
      expectClose("weights", got.weights, want.weights, 1e-4, 1e-5);
    }
  });

  it("attention with Luong's general score q·W·k", () => {
    const got = run(layers.attention({ score: "general", returnWeights: true }));
    const kernel = got.parameters.kernel as Float32Array;
    const want = reference((n, i, j) => dot(query(n, i), Array.from({ length: F }, (_, f) => dot(row(kernel, f, F), key(n, j))))); // prettier-ignore
    expectClose("y", got.y, want.y, 1e-4, 1e-5);
    expectClose("weights", got.weights, want.weights, 1e-4, 1e-5);
  });

  it("additiveAttention, v·tanh(q·W_q + k·W_k + b)", () => {
    const U = 3;
    const got = run(layers.additiveAttention({ units: U, returnWeights: true, biasInitializer: ones() }), [3, 1]);
    const { queryKernel, keyKernel, bias, scoreKernel } = got.parameters as Record<string, Float32Array>;
    const project = (x: readonly number[], kernel: Float32Array, u: number): number =>
      x.reduce((sum, value, f) => sum + value * kernel[f * U + u], 0);
    const score = (n: number, i: number, j: number): number =>
      Array.from({ length: U }, (_, u) => scoreKernel[u] * Math.tanh(project(query(n, i), queryKernel, u) + project(key(n, j), keyKernel, u) + bias[u])).reduce((a, b) => a + b, 0); // prettier-ignore
    const want = reference(score, [3, 1]);
    expectClose("y", got.y, want.y, 1e-4, 1e-5);
    expectClose("weights", got.weights, want.weights, 1e-4, 1e-5);
  });
});

describe("a mask of the queries alone", () => {
  const kinds: [string, () => Layer][] = [
    ["attention", () => layers.attention()],
    ["additiveAttention", () => layers.additiveAttention({ units: 3 })],
    ["multiHeadAttention", () => layers.multiHeadAttention({ heads: 2, keyDim: 3 })],
  ];
  it.each(kinds)(
    "%s: it was taken for that of the values, an error or, with as many values, wrong weights",
    (_, make) => {
      for (const [values, length] of [
        [k, Tk],
        [randomNormal([N, Tq, F], { seed: 4 }), Tq],
      ] as const) {
        const inputs = [Tq, length].map((T) => layers.input({ shape: [T, F] }));
        const net = model({ inputs, outputs: make().apply(inputs), seed: 5 });
        const [whole] = net.call([q, values]);
        const [masked] = net.call([q, values], { lengths: [[2, 1], undefined] });
        const width = whole.shape[2];
        for (const [n, counted] of [2, 1].entries())
          for (let i = 0; i < counted; i++)
            expect(row(masked.toTypedArray(), n * Tq + i, width)).toEqual(row(whole.toTypedArray(), n * Tq + i, width));
      }
    },
  );

  it.each(kinds)("%s: of a single input the mask is that of the values too", (_, make) => {
    const input = layers.input({ shape: [null, F] });
    const net = model({ inputs: input, outputs: make().apply(input), seed: 5 });
    const [masked, short] = [net.call([q], { lengths: [2, 2] })[0], net.call([slice(q, [0, 0, 0], [N, 2, F])])[0]];
    for (let n = 0; n < N; n++)
      for (let i = 0; i < 2; i++)
        expect(row(masked.toTypedArray(), n * Tq + i, F)).toEqual(row(short.toTypedArray(), n * 2 + i, F));
  });
});

describe("one layer applied several times", () => {
  it.each<[string, () => Layer]>([
    ["attention", () => layers.attention({ score: "general" })],
    ["additiveAttention", () => layers.additiveAttention({ units: 3 })],
    ["multiHeadAttention", () => layers.multiHeadAttention({ heads: 2, keyDim: 3 })],
  ])("%s takes other numbers of steps and of inputs, with the same weights: features alone count", (_, make) => {
    const layer = make();
    const [x, other] = [layers.input({ shape: [Tq, F] }), layers.input({ shape: [Tk, F] })];
    const net = model({ inputs: [x, other], outputs: [layer.apply(x), layer.apply([x, other])], seed: 5 });
    const [alone, beside] = net.call([q, k]);
    const [same, open] = [layers.input({ shape: [null, F] }), layers.input({ shape: [null, F] })];
    const again = model({ inputs: [same, open], outputs: layer.apply([same, open]) });
    expect(again.call([q, k])[0].toArray()).toEqual(beside.toArray());
    expect(again.call([q, q])[0].toArray()).toEqual(alone.toArray());
    expect(() => layer.apply([x, layers.input({ shape: [Tk, V] })])).toThrow(
      `the layer was built for other inputs; expected [${Tq}, ${F}], got [${Tq}, ${F}], [${Tk}, ${V}].`,
    );
  });
});

describe("positions", () => {
  it("sinusoidalPositions adds sines and cosines", () => {
    const net = sequential([layers.sinusoidalPositions({ inputShape: [null, 5] })]);
    const [y] = net.call([randomNormal([1, 3, 5], { stddev: 0 })]);
    const want = [0, 1, 2].flatMap((t) =>
      Array.from({ length: 5 }, (_, f) => {
        const angle = t / 10000 ** ((f - (f % 2)) / 5);
        return f % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
      }),
    );
    expectClose("y", y.toTypedArray(), want, 1e-6, 1e-7);
  });

  it("positionalEmbedding adds the first T vectors, of any T up to maxLength", () => {
    const net = sequential([layers.positionalEmbedding({ maxLength: 4, inputShape: [null, 2] })], { seed: 1 });
    const table = net.weights[0].value.toTypedArray();
    for (const T of [1, 3, 4]) {
      const [y] = net.call([randomNormal([1, T, 2], { stddev: 0 })]);
      expect(y.toTypedArray()).toEqual(table.slice(0, 2 * T));
    }
    expect(() => net.call([randomNormal([1, 5, 2])])).toThrow(
      "positionalEmbedding: the sequences are too long; expected at most maxLength = 4 steps, got 5.",
    );
  });
});

describe("options", () => {
  it.each([
    layers.attention({ score: "general", causal: true, dropout: 0.1, returnWeights: true }),
    layers.additiveAttention({ units: 3, kernelInitializer: heNormal() }),
    layers.multiHeadAttention({ heads: 2, keyDim: 4, valueDim: 3, units: 5, rotary: true, useBias: false }),
    layers.positionalEmbedding({ maxLength: 9 }),
    layers.sinusoidalPositions({ base: 100 }),
  ])("come back from a file: $kind", (layer) => {
    expect(layerFrom(layer.config).config).toEqual(layer.config);
  });

  it("dropout drops weights in training alone, by the seed", () => {
    const x = layers.input({ shape: [Tq, F] });
    const y = layers.multiHeadAttention({ heads: 1, keyDim: 4, dropout: 0.5 }).apply(x);
    const net = model({ inputs: x, outputs: y, seed: 3 });
    const [calm, again] = [net.call([q])[0], net.call([q])[0]].map((t) => t.toTypedArray());
    expect(calm).toEqual(again);
    const [dropped] = net.call([q], { training: true });
    expect(dropped.toTypedArray()).not.toEqual(calm);
  });

  it("rows of causal attention do not change with what comes after them", () => {
    const x = layers.input({ shape: [null, F] });
    const net = model({ inputs: x, outputs: layers.multiHeadAttention({ heads: 1, keyDim: 4, causal: true, rotary: true }).apply(x), seed: 3 }); // prettier-ignore
    const whole = net.call([q])[0].toTypedArray();
    const values = q.toTypedArray().map((value, at) => (Math.floor(at / F) % Tq === Tq - 1 ? 100 : value));
    const changed = net.call([tensor(values, [N, Tq, F])])[0].toTypedArray();
    for (let n = 0; n < N; n++)
      expect(changed.slice(n * Tq * F, (n * Tq + Tq - 1) * F)).toEqual(whole.slice(n * Tq * F, (n * Tq + Tq - 1) * F));
  });
});

describe("refusals", () => {
  const of = (...shapes: number[][]) => shapes.map((shape) => layers.input({ shape }));
  it.each([
    [() => layers.multiHeadAttention({ heads: 2, keyDim: 3, rotary: true }), "multiHeadAttention: rotary does not fit; expected an even keyDim, whose halves are turned together, got 3."], // prettier-ignore
    [() => layers.attention().apply(of([3, 4], [2, 5])), "attention: queries and keys differ in size; expected queries and keys of one size, got [N, 3, 4] and [N, 2, 5]."], // prettier-ignore
    [() => layers.attention().apply(of([3, 4], [2, 5], [3, 4])), "attention: the numbers of keys and values differ; expected a key for each value, got [N, 3, 4] and [N, 2, 5] and [N, 3, 4]."], // prettier-ignore
    [() => layers.multiHeadAttention({ heads: 1, keyDim: 2 }).apply(of([3])), "multiHeadAttention: the inputs must be sequences of vectors; expected [N, T, F] each, got [N, 3]."], // prettier-ignore
    [() => layers.additiveAttention({ units: 2 }).apply(of([3, 2], [3, 2], [3, 2], [3, 2])), "additiveAttention: wrong number of inputs; expected [x], [query, value] or [query, value, key], got 4."], // prettier-ignore
    [() => layers.multiHeadAttention({ heads: 0, keyDim: 2 }), "multiHeadAttention: heads"],
    [() => layers.attention({ score: "cosine" as never }), "attention: "],
    [() => layers.attention().apply(of([3, 4])[0], ...(of([3, 4]) as never[])), "attention: apply() takes one argument; expected apply([a, b]) for several inputs, got 2 arguments."], // prettier-ignore
  ])("says what does not fit %#", (call, text) => {
    expect(call).toThrow(text);
  });
});
