/**
 * The convolutional LSTM against PyTorch (test/golden/convLstm.py) and against plain loops in float64, its gradients against
 * central differences of these; masks, states, dropout, files, training, and what it refuses.
 */
import { describe, expect, it } from "vitest";
import type { Config } from "../../../src/config.js";
import { ShapeError, UsageError } from "../../../src/errors.js";
import { convLstm2d, dense, flatten, input } from "../../../src/layers/index.js";
import { layerFrom } from "../../../src/layers/registry.js";
import { sparseCategoricalCrossentropy } from "../../../src/losses/index.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { accuracy } from "../../../src/metrics/index.js";
import { add, mul } from "../../../src/ops/pointwise/arithmetic.js";
import { sum } from "../../../src/ops/reduce/reduce.js";
import { adam } from "../../../src/optimizers/index.js";
import { l2 } from "../../../src/regularizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import { drawNormal } from "../../../src/tensor/drawNormal.js";
import { Random } from "../../../src/tensor/random.js";
import type { Shape } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { expectClose, expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { goldenConvLstm } from "../../support/golden.js";
import { run } from "../calls.js";

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const [N, T, H, W, C, F] = [2, 3, 3, 4, 2, 2];

/** How the films are read. Padding before, windows of 3 × 2. */
interface Way {
  readonly before?: readonly [number, number];
  readonly strides?: number;
  readonly output: readonly [number, number];
  readonly goBackwards?: boolean;
  /** (N, T) */
  readonly mask?: readonly number[];
}

/** One image (h, w, channels) ∗ kernel (3, 2, channels, O) at place (q, r), for each of O = 4F. */
function windowSum(
  image: ArrayLike<number>,
  [h, w, channels]: readonly number[],
  kernel: ArrayLike<number>,
  [top, left]: readonly number[],
): number[] {
  return Array.from({ length: 4 * F }, (_, o) => {
    let total = 0;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 2; j++) {
        const [y, x] = [top + i, left + j];
        if (y < 0 || x < 0 || y >= h || x >= w) continue;
        for (let c = 0; c < channels; c++)
          total += image[(y * w + x) * channels + c] * kernel[((i * 2 + j) * channels + c) * 4 * F + o];
      }
    return total;
  });
}

/** The states of all steps in the order in which they are read, (N, T, oH, oW, F), and the last h. */
function reference(x: Float64Array, [kernel, recurrent, bias]: readonly Float64Array[], way: Way) {
  const { before = [0, 0], strides = 1, output, goBackwards = false, mask } = way;
  const [oH, oW] = output;
  const size = oH * oW * F;
  const [all, last]: [number[], number[]] = [[], []];
  for (let n = 0; n < N; n++) {
    let [h, c] = [new Float64Array(size), new Float64Array(size)];
    for (let step = 0; step < T; step++) {
      const t = goBackwards ? T - 1 - step : step;
      if (mask?.[n * T + t] === 0) {
        all.push(...new Array<number>(size).fill(0));
        continue;
      }
      const frame = x.subarray((n * T + t) * H * W * C, (n * T + t + 1) * H * W * C);
      const [nextH, nextC] = [new Float64Array(size), new Float64Array(size)];
      for (let at = 0; at < oH * oW; at++) {
        const [q, r] = [Math.floor(at / oW), at % oW];
        const fromX = windowSum(frame, [H, W, C], kernel, [q * strides - before[0], r * strides - before[1]]);
        const fromH = windowSum(h, [oH, oW, F], recurrent, [q - 1, r]); // "same": one row above, no column on the left
        const a = fromX.map((v, j) => v + fromH[j] + bias[j]);
        for (let k = 0; k < F; k++) {
          const [i, f, g, o] = [0, 1, 2, 3].map((gate) => a[gate * F + k]);
          nextC[at * F + k] = sigmoid(f) * c[at * F + k] + sigmoid(i) * Math.tanh(g);
          nextH[at * F + k] = sigmoid(o) * Math.tanh(nextC[at * F + k]);
        }
      }
      [h, c] = [nextH, nextC];
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

const ways: readonly (readonly [string, Way])[] = [
  ["valid", { output: [1, 3] }],
  ["same", { output: [3, 4], before: [1, 0] }],
  ["same with strides, backwards", { output: [2, 2], before: [1, 0], strides: 2, goBackwards: true }],
  ["masked", { output: [1, 3], mask: [1, 1, 0, 1, 0, 0] }],
  ["backwards, masked in the middle", { output: [1, 3], goBackwards: true, mask: [1, 0, 1, 0, 1, 1] }],
];

describe("against plain loops in float64", () => {
  it.each(ways)("%s: output and gradients of x and of all parameters", (_, way) => {
    const { before, strides = 1, goBackwards = false, mask, output } = way;
    const options = { filters: F, kernelSize: [3, 2], strides, goBackwards, returnSequences: true } as const;
    const layer = convLstm2d({ ...options, padding: before === undefined ? "valid" : "same" });
    const net = sequential([layer], { seed: 1 });
    net.build([T, H, W, C]);
    const random = new Random(5);
    const drawn = (size: number): Float64Array =>
      Float64Array.from({ length: size }, () => Math.fround(drawNormal(random)));
    const weights = net.weights.map(({ value }) => drawn(value.size));
    for (const [i, { value }] of net.weights.entries()) value.assign(Float32Array.from(weights[i]));
    const x = drawn(N * T * H * W * C);
    if (mask !== undefined) for (let i = 0; i < x.length; i++) x[i] *= mask[Math.floor(i / (H * W * C))];
    const given = tensor(Float32Array.from(x), [N, T, H, W, C], { requiresGrad: true });
    const [y] = net.call([given], mask && { mask: tensor(Int32Array.from(mask), [N, T]) });
    expect(net.weights.map(({ value }) => value.shape)).toEqual([[3, 2, C, 4 * F], [3, 2, F, 4 * F], [4 * F]]);
    const shape = [N, T, ...output, F];
    expect(y.shape).toEqual(shape);
    const bound = { relative: 1e-5, absolute: 1e-5 };
    expectClose("output", y.toTypedArray(), reference(x, weights, way).all, shape, bound);
    const wave = Float32Array.from({ length: y.size }, (__, i) => Math.cos(i));
    y.backward(tensor(wave, shape));
    const loss = (): number => reference(x, weights, way).all.reduce((total, v, i) => total + wave[i] * v, 0);
    const gradient = { relative: 1e-4, absolute: 1e-4 };
    expectClose("∂x", given.grad!.toTypedArray(), slopes(x, loss), [N, T, H, W, C], gradient);
    for (const [i, { name, value }] of net.weights.entries())
      expectClose(`∂${name}`, value.grad!.toTypedArray(), slopes(weights[i], loss), value.shape, gradient);
  });

  it("without returnSequences it gives the last state, of one frame too", () => {
    const { inputs, parameters, output } = run(convLstm2d({ filters: F, kernelSize: [3, 2] }), [[N, T, H, W, C]]);
    const weights = parameters.map(({ values }) => values);
    const want = reference(inputs[0].values, weights, { output: [1, 3] }).last;
    expectClose("last", output.toTypedArray(), want, [N, 1, 3, F], { relative: 1e-5, absolute: 1e-5 });
    const one = run(convLstm2d({ filters: 1, kernelSize: 1, useBias: false }), [[1, 1, 1, 1, 1]]);
    const [x, w] = [one.inputs[0].values[0], one.parameters[0].values];
    const c = sigmoid(x * w[0]) * Math.tanh(x * w[2]);
    expect(one.output.item()).toBeCloseTo(sigmoid(x * w[3]) * Math.tanh(c), 5);
  });
});

describe("against PyTorch", () => {
  const { N, T, H, W, C, F, K, cases } = goldenConvLstm();
  it.each(Object.entries(cases))("%s: outputs, last states and every gradient within 1e-4", (_, golden) => {
    const { strides, padding, state, operands, results, weights, gradients } = golden;
    const options = { filters: F, kernelSize: K, strides, padding, returnSequences: true, returnState: true };
    const symbols = [[T, H, W, C], state, state].map((shape) => input({ shape }));
    const net = model({ inputs: symbols, outputs: convLstm2d(options).applyMany(symbols) });
    for (const { name, value } of net.weights) value.assign(Float32Array.from(operands[name.split("/")[1]]));
    const leaf = (name: string, shape: Shape): Tensor =>
      tensor(Float32Array.from(operands[name]), [N, ...shape], { requiresGrad: true });
    const leaves = { x: leaf("x", [T, H, W, C]), h: leaf("h", state), c: leaf("c", state) };
    const outputs = net.call(Object.values(leaves));
    const bound = { relative: 1e-4, absolute: 1e-5 };
    for (const [i, [name, want]] of Object.entries(results).entries())
      expectClose(name, outputs[i].toTypedArray(), want, outputs[i].shape, bound);
    const losses = Object.values(weights).map((list, i) =>
      sum(mul(outputs[i], tensor(Float32Array.from(list), outputs[i].shape))),
    );
    losses.reduce((a, b) => add(a, b)).backward();
    for (const [name, { grad, shape }] of Object.entries(leaves))
      expectClose(`∂${name}`, grad!.toTypedArray(), gradients[name], shape, bound);
    for (const { name, value } of net.weights)
      expectClose(`∂${name}`, value.grad!.toTypedArray(), gradients[name.split("/")[1]], value.shape, bound);
  });
});

describe("as a layer", () => {
  it("starts from the states that another one ends with, as if it read both films", () => {
    const layer = convLstm2d({ filters: 2, kernelSize: 3, padding: "same", returnState: true });
    const [first, second] = [input({ shape: [2, 3, 3, 1] }), input({ shape: [1, 3, 3, 1] })];
    const [, ...states] = layer.applyMany(first);
    const parts = model({ inputs: [first, second], outputs: layer.applyMany([second, ...states])[0] });
    const film = input({ shape: [3, 3, 3, 1] });
    const together = model({ inputs: film, outputs: layer.applyMany(film)[0] });
    const values = Float32Array.from({ length: 27 }, (_, i) => Math.sin(3 * i));
    const [a] = parts.call([tensor(values.slice(0, 18), [1, 2, 3, 3, 1]), tensor(values.slice(18), [1, 1, 3, 3, 1])]);
    const [b] = together.call([tensor(values, [1, 3, 3, 3, 1])]);
    expectClose("last", a.toTypedArray(), b.toTypedArray(), a.shape, { relative: 1e-6, absolute: 1e-7 });
  });

  it("drops the same values of inputs and state in all steps, in training only", () => {
    const shape: Shape = [2, 4, 3, 3, 2];
    const output = (rates: object, training: boolean): Tensor => {
      const options = { filters: 3, kernelSize: 1, useBias: false, returnSequences: true } as const;
      return run(convLstm2d({ ...options, ...rates }), [shape], { training }).output;
    };
    const both = { dropout: 0.5, recurrentDropout: 0.5 };
    expectSameBits("no training", output(both, false).toTypedArray(), output({}, false).toTypedArray());
    const recurrent = output({ recurrentDropout: 0.5 }, true).toTypedArray();
    const plain = output({}, true).toTypedArray();
    const firstSteps = (all: ArrayLike<number>) => Array.from(all).filter((_, i) => Math.floor(i / 27) % 4 === 0);
    expect(firstSteps(recurrent)).toEqual(firstSteps(plain)); // no state yet, of which to drop something
    expect(recurrent).not.toEqual(plain);
    // A pixel of which both channels are dropped: its state is 0 in all steps. Else none is.
    const values = output({ dropout: 0.5 }, true).toTypedArray();
    for (let n = 0; n < 2; n++)
      for (let pixel = 0; pixel < 9; pixel++) {
        const steps = [0, 1, 2, 3].map((t) => [0, 1, 2].every((f) => values[((n * 4 + t) * 9 + pixel) * 3 + f] === 0));
        expect(new Set(steps).size).toBe(1);
      }
    expect(values.some((value) => value === 0)).toBe(true);
    expect(values.some((value) => value !== 0)).toBe(true);
  });

  it("opens the forget gate alone, unless unitForgetBias is false", () => {
    for (const unitForgetBias of [true, false]) {
      const net = sequential([convLstm2d({ filters: 2, kernelSize: 3, unitForgetBias })]);
      net.build([2, 3, 3, 1]);
      const bias = net.weights[2].value.toArray();
      expect(bias).toEqual([0, 0, ...(unitForgetBias ? [1, 1] : [0, 0]), 0, 0, 0, 0]);
    }
  });

  it("comes back from its configuration as JSON", () => {
    const layer = convLstm2d({
      ...{ filters: 3, kernelSize: [3, 5], strides: [1, 2], padding: "same", dilationRate: [2, 1], activation: "relu" },
      ...{ recurrentActivation: "hardSigmoid", unitForgetBias: false, kernelRegularizer: l2(0.1), dropout: 0.1 },
      ...{ returnSequences: true, returnState: true, goBackwards: true, name: "film", inputShape: [null, 9, 9, 4] },
    });
    const config = JSON.parse(JSON.stringify(layer.config)) as Config;
    expect(layerFrom(config).config).toEqual(config);
  });

  it("learns in 40 steps whether a dot moves left or right, and takes films of any length", async () => {
    const net = sequential(
      [
        convLstm2d({ filters: 4, kernelSize: 3, padding: "same", inputShape: [null, 1, 6, 1] }),
        flatten(),
        dense({ units: 2 }),
      ],
      { seed: 3 },
    );
    net.compile({ optimizer: adam({ learningRate: 0.03 }), loss: sparseCategoricalCrossentropy({ fromLogits: true }), metrics: [accuracy()] }); // prettier-ignore
    /** Dots at all places where they stay in the picture, to the left and to the right. */
    const films = (steps: number) => {
      const all = Array.from({ length: 2 * (7 - steps) }, (_, i) => ({ way: i % 2, from: Math.floor(i / 2) }));
      const values = all.flatMap(({ way, from }) =>
        Array.from({ length: steps }, (_, t) => from + (way === 1 ? t : steps - 1 - t)).flatMap((place) =>
          Array.from({ length: 6 }, (_, x) => (x === place ? 1 : 0)),
        ),
      );
      const labels = Int32Array.from(all, ({ way }) => way);
      return [tensor(values, [all.length, steps, 1, 6, 1]), tensor(labels, [all.length])] as const;
    };
    const [x, y] = films(3);
    await net.fit(x, y, { epochs: 40, batchSize: 8 });
    expect((await net.evaluate(x, y)).accuracy).toBe(1);
    expect((await net.evaluate(...films(4))).accuracy).toBe(1);
  });
});

describe("what is refused before any kernel runs", () => {
  it.each([
    [() => convLstm2d({ filters: 0, kernelSize: 3 }), "convLstm2d: filters is out of range; expected an integer in [1, ∞), got 0."],
    [() => convLstm2d({ filters: 2, kernelSize: [3, 3, 3] }), "convLstm2d: kernelSize has the wrong length; expected one number or 2, got [3, 3, 3]."],
    [() => convLstm2d({ filters: 2, kernelSize: 3, activation: "softmax" as never }), "convLstm2d: "],
    [() => convLstm2d({ filters: 2, kernelSize: 3, dropout: 1 }), "convLstm2d: dropout is out of range; expected a number in [0, 1), got 1."],
    [() => convLstm2d({ filters: 2, kernelSize: 3, stateful: true } as never), "convLstm2d: unknown option"],
  ])("an option: %#", (call, text) => {
    expect(call).toThrow(UsageError);
    expect(call).toThrow(text);
  }); // prettier-ignore

  const layer = () => convLstm2d({ filters: 2, kernelSize: 3 });
  it.each([
    [() => layer().apply(input({ shape: [9, 9, 3] })), "convLstm2d: x has the wrong rank; expected x [N, T, H, W, C], got x [N, 9, 9, 3]."],
    [() => layer().apply(input({ shape: [4, 2, 9, 3] })), "convLstm2d: the window is larger than the padded input; expected a window of at most 2 along H"],
    [() => layer().apply([[4, 5, 5, 1], [3, 3, 2]].map((shape) => input({ shape }))), "convLstm2d: the initial states do not fit; expected h and c, [N, 3, 3, 2] each, got [N, 3, 3, 2]."],
    [() => layer().apply([[4, 5, 5, 1], [5, 5, 2], [5, 5, 2]].map((shape) => input({ shape }))), "convLstm2d: the initial states do not fit; expected h and c, [N, 3, 3, 2] each, got [N, 5, 5, 2], [N, 5, 5, 2]."],
  ])("an input: %#", (call, text) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(text);
  }); // prettier-ignore
});
