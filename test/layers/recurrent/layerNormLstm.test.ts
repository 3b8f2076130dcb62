/** The layer-normalised LSTM against plain loops in float64, its gradients against central differences of these, ten training steps of them, masks, states. */
import { describe, expect, it } from "vitest";
import { dense, embedding, layerNormLstm, masking } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { slice } from "../../../src/ops/shape/slice.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { Random } from "../../../src/tensor/random.js";
import { expectClose, expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { run } from "../calls.js";

const [N, T, I, H] = [2, 3, 2, 3];
const epsilon = 1e-3;
const bound = { relative: 1e-5, absolute: 1e-5 };

type Values = ArrayLike<number>;

/** kernel, recurrentKernel, bias, kernelGamma, recurrentGamma, stateGamma, stateBeta. */
type Weights = readonly Values[];

interface Way {
  readonly goBackwards?: boolean;
  /** (N, T) */
  readonly mask?: readonly number[];
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

function normalised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return values.map((v) => (v - mean) / Math.sqrt(variance + epsilon));
}

/** Row vector times a matrix of `columns` columns. */
const times = (row: readonly number[], matrix: Values, columns: number): number[] =>
  Array.from({ length: columns }, (_, j) => row.reduce((sum, v, k) => sum + v * matrix[k * columns + j], 0));

/** The states of all steps in the order of the steps, (N, T, H), and the last ones, (N, H). */
function reference(x: Values, weights: Weights, { goBackwards = false, mask }: Way = {}) {
  const [kernel, recurrentKernel, bias, kernelGamma, recurrentGamma, stateGamma, stateBeta] = weights;
  const [all, last]: [number[], number[]] = [[], []];
  for (let n = 0; n < N; n++) {
    let [h, c] = [new Array<number>(H).fill(0), new Array<number>(H).fill(0)];
    for (let step = 0; step < T; step++) {
      const t = goBackwards ? T - 1 - step : step;
      if (mask?.[n * T + t] === 0) {
        all.push(...new Array<number>(H).fill(0));
        continue;
      }
      const input = Array.from({ length: I }, (_, i) => x[(n * T + t) * I + i]);
      const [fromX, fromH] = [normalised(times(input, kernel, 4 * H)), normalised(times(h, recurrentKernel, 4 * H))];
      const a = fromX.map((v, j) => kernelGamma[j] * v + recurrentGamma[j] * fromH[j] + bias[j]);
      c = c.map((v, j) => sigmoid(a[H + j]) * v + sigmoid(a[j]) * Math.tanh(a[2 * H + j]));
      const state = normalised(c);
      h = state.map((v, j) => sigmoid(a[3 * H + j]) * Math.tanh(stateGamma[j] * v + stateBeta[j]));
      all.push(...h);
    }
    last.push(...h);
  }
  return { all, last };
}

/** ∂ loss / ∂ each of the values, by central differences. */
function slopes(values: Float64Array, loss: () => number): Float64Array {
  return values.map((value, i) => {
    const at = (shift: number): number => {
      values[i] = value + shift;
      return loss();
    };
    const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
    values[i] = value;
    return slope;
  });
}

/** Weights that all count, and inputs, N(0, 1). */
function setUp(net: Model): { x: Float64Array; weights: Float64Array[] } {
  const random = new Random(5);
  const drawn = (size: number): Float64Array =>
    Float64Array.from({ length: size }, () => Math.fround(drawNormal(random)));
  const weights = net.weights.map(({ value }) => drawn(value.size));
  for (const [i, { value }] of net.weights.entries()) value.assign(Float32Array.from(weights[i]));
  return { x: drawn(N * T * I), weights };
}

const ways: readonly (readonly [string, Way])[] = [
  ["forwards", {}],
  ["backwards", { goBackwards: true }],
  ["masked", { mask: [1, 1, 0, 1, 0, 0] }],
  ["backwards, masked in the middle", { goBackwards: true, mask: [1, 0, 1, 0, 1, 1] }],
];

describe("layerNormLstm", () => {
  it("gives the last state and all states as plain loops do", () => {
    for (const goBackwards of [false, true]) {
      const options = { units: H, goBackwards };
      const last = run(layerNormLstm(options), [[N, T, I]]);
      const weights = last.parameters.map(({ values }) => values);
      const want = reference(last.inputs[0].values, weights, { goBackwards });
      expectClose("last", last.output.toTypedArray(), want.last, [N, H], bound);
      const all = run(layerNormLstm({ ...options, returnSequences: true }), [[N, T, I]]);
      expectClose("all", all.output.toTypedArray(), want.all, [N, T, H], bound);
    }
  });

  it.each(ways)("%s: output and gradients of x and of all parameters are those of float64", (_, way) => {
    const layers = [
      ...(way.mask === undefined ? [] : [masking()]),
      layerNormLstm({ units: H, returnSequences: true, goBackwards: way.goBackwards ?? false }),
    ];
    const net = sequential(layers, { seed: 1 });
    net.build([T, I]);
    const { x, weights } = setUp(net);
    if (way.mask !== undefined) for (let i = 0; i < x.length; i++) x[i] *= way.mask[Math.floor(i / I)];
    const given = tensor(Float32Array.from(x), [N, T, I], { requiresGrad: true });
    const [output] = net.call([given]);
    expectClose("output", output.toTypedArray(), reference(x, weights, way).all, [N, T, H], bound);
    const wave = Float32Array.from({ length: N * T * H }, (__, i) => Math.cos(i));
    output.backward(tensor(wave, [N, T, H]));
    const loss = (): number => reference(x, weights, way).all.reduce((sum, v, i) => sum + wave[i] * v, 0);
    const gradient = { relative: 1e-4, absolute: 1e-4 };
    expectClose("∂x", given.grad!.toTypedArray(), slopes(x, loss), [N, T, I], gradient);
    for (const [i, { name, value }] of net.weights.entries())
      expectClose(`∂${name}`, value.grad!.toTypedArray(), slopes(weights[i], loss), value.shape, gradient);
  });

  it("moves in ten steps of gradient descent as float64 does, within 1e-4", async () => {
    const net = sequential([layerNormLstm({ units: H, inputShape: [T, I] })], { seed: 2 });
    const { x, weights } = setUp(net);
    const y = Float64Array.from({ length: N * H }, (_, i) => Math.fround(Math.sin(i)));
    const learningRate = 0.5;
    net.compile({ optimizer: sgd({ learningRate }), loss: meanSquaredError() });
    const loss = (): number => reference(x, weights).last.reduce((sum, v, i) => sum + (v - y[i]) ** 2, 0) / (N * H);
    const first = loss();
    for (let step = 0; step < 10; step++) {
      const want = loss();
      const gradients = weights.map((values) => slopes(values, loss));
      for (const [i, values] of weights.entries())
        for (let j = 0; j < values.length; j++) values[j] -= learningRate * gradients[i][j];
      const batch = [tensor(Float32Array.from(x), [N, T, I]), tensor(Float32Array.from(y), [N, H])] as const;
      const { history } = await net.fit(batch[0], batch[1], { batchSize: N });
      expect(history.loss[0]).toBeCloseTo(want, 4);
      for (const [i, { name, value }] of net.weights.entries()) {
        const within = { relative: 1e-4, absolute: 1e-4 };
        expectClose(`${name} after step ${step + 1}`, value.toTypedArray(), weights[i], value.shape, within);
      }
    }
    expect(loss()).toBeLessThan(first);
  });

  it("two halves with carried state equal one whole forward, bit for bit", () => {
    const whole = sequential([layerNormLstm({ units: 4, inputShape: [6, 3] })], { seed: 1 });
    const options = { units: 4, stateful: true, batchSize: 2, inputShape: [3, 3] };
    const carrying = sequential([layerNormLstm(options)], { seed: 1 });
    const x = tensor(Float32Array.from({ length: 36 }, (_, i) => Math.cos(i)), [2, 6, 3]); // prettier-ignore
    const [want] = whole.call([x]);
    carrying.call([slice(x, [0, 0, 0], [2, 3, 3])]);
    const [got] = carrying.call([slice(x, [0, 3, 0], [2, 3, 3])]);
    expectSameBits("second half", got.toTypedArray(), want.toTypedArray());
  });

  it("learns from padded tokens in recorded steps, dropout included, and comes back from a file", async () => {
    const net = sequential(
      [
        embedding({ inputDim: 6, outputDim: 4, maskZero: true, inputLength: 5 }),
        layerNormLstm({ units: 8, dropout: 0.1, recurrentDropout: 0.1 }),
        dense({ units: 1 }),
      ],
      { seed: 3 },
    );
    net.compile({ optimizer: adam({ learningRate: 0.02 }), loss: meanSquaredError() });
    // the first token alone counts, whatever follows
    const x = Array.from({ length: 48 }, (_, i) => [1 + (i % 5), 1 + ((i * 3) % 5), i % 2 === 0 ? 0 : 2, 0, 0]);
    const y = x.map(([first]) => [first / 5]);
    const { history } = await net.fit(x, y, { epochs: 40, batchSize: 16 });
    expect(history.loss.at(-1)).toBeLessThan(0.02);
    expect(history.loss[0]).toBeGreaterThan(0.1);
    const again = await loadModel(await net.toBytes());
    const [got, want] = [await again.predict(x), await net.predict(x)];
    expectSameBits("loaded", got.toTypedArray(), want.toTypedArray());
  });

  it("begins with gains of 1 and an open forget gate, and refuses an ε that is none", () => {
    const net = sequential([layerNormLstm({ units: 2, inputShape: [3, 1] })]);
    const values = Object.fromEntries(net.weights.map(({ name, value }) => [name.split("/")[1], value.toArray()]));
    expect(Object.keys(values)).toEqual(
      ["kernel", "recurrentKernel", "bias", "kernelGamma", "recurrentGamma", "stateGamma", "stateBeta"], // prettier-ignore
    );
    expect(values.bias).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect([values.kernelGamma, values.stateGamma, values.stateBeta]).toEqual([new Array(8).fill(1), [1, 1], [0, 0]]);
    expect(() => layerNormLstm({ units: 2, epsilon: 0 })).toThrow(
      "layerNormLstm: epsilon is out of range; expected a number in (0, ∞), got 0.",
    );
  });
});
