/** Layers around recurrent ones: both directions, masks, steps joined and repeated, one layer for every step. */
import { describe, expect, it } from "vitest";
import {
  bidirectional,
  dense,
  dropout,
  gru,
  input,
  lstm,
  masking,
  pyramid,
  repeatVector,
  simpleRnn,
  timeDistributed,
} from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { model, sequential } from "../../../src/models/sequential.js";
import type { SequenceAttributes } from "../../../src/ops/recurrent/sequence.js";
import { tensor } from "../../../src/tensor/create.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { lstmCell, runCell } from "../../support/cells.js";
import { expectClose } from "../../support/compare.js";
import "../../support/engine.js";
import { run } from "../calls.js";

const bound = { relative: 1e-5, absolute: 1e-5 };
const attributes: SequenceAttributes = {
  places: { bias: 3 },
  activation: "tanh",
  recurrentActivation: "sigmoid",
  returnSequences: true,
  goBackwards: false,
  outputInSteps: false,
  keepScale: 1,
  saves: true,
};

const wave = (shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.3 * i)),
    shape,
  );

describe("bidirectional", () => {
  it.each([
    ["concat", undefined],
    ["sum", (a: number, b: number) => a + b],
    ["mul", (a: number, b: number) => a * b],
    ["ave", (a: number, b: number) => (a + b) / 2],
  ] as const)("%s", (mergeMode, merge) => {
    const layer = bidirectional({ layer: lstm({ units: 4, returnSequences: true }), mergeMode });
    const { inputs, parameters, output } = run(layer, [[2, 5, 3]]);
    const forward = runCell(lstmCell, 2, [...inputs, ...parameters.slice(0, 3)], attributes).at(-1)!;
    const options = { ...attributes, goBackwards: true };
    const backward = runCell(lstmCell, 2, [...inputs, ...parameters.slice(3)], options).at(-1)!;
    const [a, b] = [forward.values, backward.values];
    const want =
      merge === undefined
        ? Float64Array.from({ length: 80 }, (_, i) => (i % 8 < 4 ? a : b)[Math.floor(i / 8) * 4 + (i % 4)])
        : a.map((value, i) => merge(value, b[i]));
    expectClose(mergeMode, output.toTypedArray(), want, output.shape, bound);
  });

  it("gives the states of both directions, and takes them", () => {
    const x = input({ shape: [4, 3] });
    const layer = bidirectional({ layer: gru({ units: 5, returnState: true }) });
    const [output, forward, backward] = layer.applyMany(x);
    const net = model({ inputs: x, outputs: [output, forward, backward] });
    const [y, f, b] = net.call([wave([2, 4, 3])]).map((one) => one.toArray() as number[][]);
    expect(y).toEqual(f.map((row, n) => [...row, ...b[n]]));
    expect(net.weights.map(({ name }) => name)).toEqual(
      ["forward", "backward"].flatMap((part) =>
        ["kernel", "recurrentKernel", "bias"].map((name) => `bidirectional_1/${part}/${name}`),
      ),
    );
    const states = [input({ shape: [5] }), input({ shape: [5] })];
    expect(layer.outputShapes([[4, 3], ...states.map(({ sizes }) => sizes)])).toEqual([[10], [5], [5]]);
  });

  it.each([
    [
      () => bidirectional({ layer: dense({ units: 2 }) as never }),
      "bidirectional: layer cannot be wrapped; expected a recurrent layer",
    ],
    [
      () => bidirectional({ layer: lstm({ units: 2 }), mergeMode: "max" as "sum" }),
      'bidirectional: unknown mergeMode; expected concat, sum, mul, ave, got "max".',
    ],
    [
      () => bidirectional({ layer: lstm({ units: 2 }), backwardLayer: lstm({ units: 2 }) }),
      "bidirectional: layer and backwardLayer do not match: both read in the same direction.",
    ],
    [
      () =>
        bidirectional({
          layer: lstm({ units: 2 }),
          backwardLayer: gru({ units: 3, goBackwards: true }),
          mergeMode: "sum",
        }),
      'bidirectional: layer and backwardLayer do not match: "sum" needs the same number of units.',
    ],
  ])("refuses %#", (make, text) => {
    expect(make).toThrow(text);
  });
});

/** The output of layers on x, and the gradients of all weights. */
function trained(
  layers: Layer[],
  x: Tensor,
  shape: readonly number[],
): { output: Float32Array; gradients: Float32Array[] } {
  const net = sequential(layers, { seed: 3 });
  net.build(shape);
  const [output] = net.call([x]);
  output.backward(wave(output.shape));
  const gradients = net.weights.map(({ value }) => value.grad!.toTypedArray() as Float32Array);
  return { output: output.toTypedArray() as Float32Array, gradients };
}

describe("masks", () => {
  const [N, T, F] = [3, 5, 2];
  const lengths = [5, 2, 3];
  const values = Float32Array.from(wave([N, T, F]).toTypedArray());
  for (let n = 0; n < N; n++) values.fill(0, (n * T + lengths[n]) * F, (n + 1) * T * F);
  const x = tensor(values, [N, T, F]);
  const row = (n: number): Tensor => tensor(values.slice(n * T * F, (n * T + lengths[n]) * F), [1, lengths[n], F]);

  it.each([
    ["lstm", () => lstm({ units: 4 })],
    ["gru", () => gru({ units: 4 })],
    ["simpleRnn", () => simpleRnn({ units: 4 })],
    ["lstm backwards", () => lstm({ units: 4, goBackwards: true })],
    ["bidirectional", () => bidirectional({ layer: gru({ units: 3 }) })],
  ])("%s: a padded sequence gives what it gives alone", (_, make) => {
    const { output, gradients } = trained([masking(), make()], x, [T, F]);
    const width = output.length / N;
    const sums = gradients.map((gradient) => new Float64Array(gradient.length));
    for (let n = 0; n < N; n++) {
      const net = sequential([make()], { seed: 3 });
      net.build([lengths[n], F]);
      const [alone] = net.call([row(n)]);
      alone.backward(
        tensor(
          wave([N, width])
            .toTypedArray()
            .slice(n * width, (n + 1) * width),
          [1, width],
        ),
      );
      expectClose("state", output.slice(n * width, (n + 1) * width), alone.toTypedArray(), [width], {
        relative: 0,
        absolute: 1e-6,
      });
      for (const [i, { value }] of net.weights.entries()) {
        for (const [k, g] of value.grad!.toTypedArray().entries()) sums[i][k] += g;
      }
    }
    for (const [i, sum] of sums.entries())
      expectClose("gradient", gradients[i], sum, [sum.length], { relative: 1e-5, absolute: 1e-5 });
  });

  it("what stands in the padding changes no bit of result or gradient", () => {
    const changed = values.slice();
    for (let n = 0; n < N; n++) changed.fill(7, (n * T + lengths[n]) * F, (n + 1) * T * F);
    const layersOf = (maskValue: number) => [
      masking({ maskValue }),
      lstm({ units: 4, returnSequences: true }),
      gru({ units: 3 }),
    ];
    const zero = trained(layersOf(0), x, [T, F]);
    const seven = trained(layersOf(7), tensor(changed, [N, T, F]), [T, F]);
    expect(seven.output).toEqual(zero.output);
    expect(seven.gradients).toEqual(zero.gradients);
  });

  it("go through dropout, dense and stacked layers, and steps that do not count are 0", () => {
    const net = sequential([
      masking(),
      dropout({ rate: 0.5 }),
      dense({ units: 3, biasInitializer: { fill: (out) => out.assign([1, 1, 1]), config: { className: "ones" } } }),
      lstm({ units: 2, returnSequences: true }),
    ]);
    net.build([T, F]);
    const output = net.call([x])[0].toArray() as number[][][];
    for (let n = 0; n < N; n++) {
      for (let t = 0; t < T; t++) expect(output[n][t].every((value) => value === 0)).toBe(t >= lengths[n]);
    }
  });

  it("pyramid: a joined step counts where one of its steps does", () => {
    const net = sequential([
      masking(),
      pyramid(),
      simpleRnn({
        units: 2,
        returnSequences: true,
        biasInitializer: { fill: (out) => out.assign([1, 1]), config: { className: "ones" } },
      }),
    ]);
    net.build([T, F]);
    const output = net.call([x])[0].toArray() as number[][][];
    expect(output.map((steps) => steps.map((step) => (step[0] === 0 ? 0 : 1)))).toEqual([
      [1, 1, 1],
      [1, 0, 0],
      [1, 1, 0],
    ]);
  });
});

describe("shapes of sequences", () => {
  it("pyramid puts neighbouring steps side by side, zeros after the last", () => {
    const { inputs, output } = run(pyramid(), [[2, 3, 2]]);
    const rows = output.toArray() as number[][][];
    expect(output.shape).toEqual([2, 2, 4]);
    expect(rows[1][0]).toEqual([...inputs[0].values.slice(6, 10)]);
    expect(rows[1][1]).toEqual([...inputs[0].values.slice(10, 12), 0, 0]);
    expect(run(pyramid({ factor: 3 }), [[2, 6, 2]]).output.shape).toEqual([2, 2, 6]);
  });

  it("repeatVector repeats", () => {
    const { inputs, output } = run(repeatVector({ n: 3 }), [[2, 4]]);
    const [first] = output.toArray() as number[][][];
    expect(first).toEqual(Array(3).fill([...inputs[0].values.slice(0, 4)]));
  });

  it("timeDistributed applies a layer to every step", () => {
    const [wrapped, plain] = [
      run(timeDistributed({ layer: dense({ units: 3 }) }), [[2, 4, 5]]),
      run(dense({ units: 3 }), [[2, 4, 5]]),
    ];
    expect(wrapped.output.toTypedArray()).toEqual(plain.output.toTypedArray());
    expect(run(timeDistributed({ layer: lstm({ units: 3 }) }), [[2, 4, 5, 6]]).output.shape).toEqual([2, 4, 3]);
  });

  it("a sequence of padding alone ends in the initial state, whatever value is padding", async () => {
    for (const value of [0, -1, 0.1]) {
      const x = [[[1], [value]], [[value], [value]]]; // prettier-ignore
      for (const inputShape of [undefined, [2, 1]]) {
        const net = sequential([masking({ maskValue: value, ...(inputShape && { inputShape }) }), lstm({ units: 2 })]);
        const [[h], none] = (await net.predict(x)).toArray() as number[][];
        expect(h).not.toBe(0);
        expect(none).toEqual([0, 0]);
        expect(net.call([tensor(x)])[0].toArray()).toEqual([...((await net.predict(x)).toArray() as number[][])]);
      }
    }
  });

  it.each([
    [
      () => sequential([repeatVector({ n: 2, inputShape: [3, 4] })]),
      "repeatVector: the input must have shape [N, F]; got [N, 3, 4].",
    ],
    [() => sequential([pyramid({ inputShape: [3] })]), "pyramid: the input must have shape [N, T, F]; got [N, 3]."],
    [() => sequential([masking({ inputShape: [3] })]), "masking: the input must have shape [N, T, F]; got [N, 3]."],
    [
      () => timeDistributed({ layer: 3 as never }),
      "timeDistributed: layer cannot be wrapped; expected a layer such as layers.dense({ units }), got 3.",
    ],
    [() => pyramid({ factor: 1 }), "pyramid: factor is out of range; expected an integer in [2, ∞), got 1."],
  ])("refuses %#", (make, text) => {
    expect(make).toThrow(text);
  });
});
