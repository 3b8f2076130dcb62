/** Recurrent layers: their formula against float64, states, masks, options, and what they refuse. */
import { describe, expect, it } from "vitest";
import { bidirectional, dense, gru, input, lstm, simpleRnn } from "../../../src/layers/index.js";
import type { Layer } from "../../../src/layers/layer.js";
import { identity, ones, zeros } from "../../../src/initializers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { concat } from "../../../src/ops/shape/concat.js";
import { slice } from "../../../src/ops/shape/slice.js";
import type { SequenceAttributes } from "../../../src/ops/recurrent/sequence.js";
import { sgd } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import { type Cell, gruCell, lstmCell, runCell, simpleCell } from "../../support/cells.js";
import { expectClose } from "../../support/compare.js";
import "../../support/engine.js";
import { run } from "../calls.js";

const bound = { relative: 1e-5, absolute: 1e-5 };

/** Attributes of a reference; operands are x, kernel, recurrent kernel, bias. */
const attributes = (changes: Partial<SequenceAttributes> = {}): SequenceAttributes => ({
  places: { bias: 3 },
  activation: "tanh",
  recurrentActivation: "sigmoid",
  returnSequences: false,
  goBackwards: false,
  outputInSteps: false,
  keepScale: 1,
  saves: true,
  ...changes,
});

interface Kind {
  readonly name: string;
  readonly make: (options: { units: number; returnSequences?: boolean; goBackwards?: boolean }) => Layer;
  readonly cell: Cell;
  readonly states: number;
}

const kinds: readonly Kind[] = [
  { name: "lstm", make: lstm, cell: lstmCell, states: 2 },
  { name: "gru", make: gru, cell: gruCell(true), states: 1 },
  {
    name: "gru, reset before",
    make: (options) => gru({ ...options, resetAfter: false }),
    cell: gruCell(false),
    states: 1,
  },
  { name: "simpleRnn", make: simpleRnn, cell: simpleCell, states: 1 },
];

describe.each(kinds)("$name", ({ make, cell, states }) => {
  it("gives the last state", () => {
    const { inputs, parameters, output } = run(make({ units: 5 }), [[3, 4, 2]]);
    const want = runCell(cell, states, [...inputs, ...parameters], attributes())[0];
    expect(output.shape).toEqual([3, 5]);
    expectClose("last state", output.toTypedArray(), want.values, want.shape, bound);
  });

  it("gives all states, backwards in the order of the steps", () => {
    for (const goBackwards of [false, true]) {
      const { inputs, parameters, output } = run(make({ units: 5, returnSequences: true, goBackwards }), [[3, 4, 2]]);
      const options = attributes({ returnSequences: true, goBackwards, outputInSteps: true });
      const want = runCell(cell, states, [...inputs, ...parameters], options).at(-1)!;
      expect(output.shape).toEqual([3, 4, 5]);
      expectClose("states", output.toTypedArray(), want.values, want.shape, bound);
    }
  });
});

describe("states", () => {
  it("two halves with carried state equal one whole forward, bit for bit", () => {
    const [N, T, I, H] = [3, 6, 2, 5];
    const layer = lstm({ units: H, returnSequences: true, returnState: true });
    const netOf = (steps: number) => {
      const inputs = [input({ shape: [steps, I] }), input({ shape: [H] }), input({ shape: [H] })];
      return model({ inputs, outputs: layer.applyMany(inputs) });
    };
    const values = Float32Array.from({ length: N * T * I }, (_, i) => Math.sin(i));
    const x = tensor(values, [N, T, I]);
    const zero = tensor(new Float32Array(N * H), [N, H]);
    const [whole, half] = [netOf(T), netOf(T / 2)];
    const want = whole.call([x, zero, zero]).map((output) => output.toTypedArray());
    const [y1, h1, c1] = half.call([slice(x, [0, 0, 0], [N, 3, I]), zero, zero]);
    const [y2, h2, c2] = half.call([slice(x, [0, 3, 0], [N, 3, I]), h1, c1]);
    expect(concat([y1, y2], 1).toTypedArray()).toEqual(want[0]);
    expect([h2, c2].map((state) => state.toTypedArray())).toEqual(want.slice(1));
  });

  it("a network may use one state and leave the others", () => {
    const x = input({ shape: [4, 3] });
    const [, , c] = lstm({ units: 5, returnState: true }).applyMany(x);
    const net = model({ inputs: x, outputs: dense({ units: 2 }).apply(c) });
    expect(net.call([tensor(new Float32Array(24), [2, 4, 3])])[0].shape).toEqual([2, 2]);
  });

  it("layers with several outputs come back from a file", async () => {
    const x = input({ shape: [4, 3] });
    const [, h, c] = lstm({ units: 5, returnState: true }).applyMany(x);
    const net = model({ inputs: x, outputs: [dense({ units: 2 }).apply(c), h] });
    const again = await loadModel(await net.toBytes());
    const batch = tensor(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      [2, 4, 3],
    );
    const [want, got] = [net, again].map((one) => one.call([batch]).map((output) => output.toTypedArray()));
    expect(got).toEqual(want);
  });
});

describe("stateful", () => {
  it("goes on where the batch before ended, until resetStates", () => {
    const values = Float32Array.from({ length: 2 * 6 * 3 }, (_, i) => Math.cos(i));
    const half = (k: number) =>
      tensor(
        Float32Array.from({ length: 2 * 3 * 3 }, (_, i) => values[Math.floor(i / 9) * 18 + k * 9 + (i % 9)]),
        [2, 3, 3],
      );
    const plain = sequential([lstm({ units: 4, inputShape: [6, 3] })], { seed: 1 });
    const carrying = sequential([lstm({ units: 4, stateful: true, batchSize: 2, inputShape: [3, 3] })], { seed: 1 });
    const want = plain.call([tensor(values, [2, 6, 3])])[0].toTypedArray();
    const first = carrying.call([half(0)])[0].toTypedArray();
    expect(carrying.call([half(1)])[0].toTypedArray()).toEqual(want);
    carrying.resetStates();
    expect(carrying.call([half(0)])[0].toTypedArray()).toEqual(first);
  });

  it("carries from batch to batch in fit's recorded steps", async () => {
    const x = tensor(
      Float32Array.from({ length: 6 * 3 * 2 }, (_, i) => Math.sin(i)),
      [6, 3, 2],
    );
    const make = () => sequential([lstm({ units: 4, stateful: true, batchSize: 2, inputShape: [3, 2] })], { seed: 2 });
    const carried = (net: Model) => net.weights.slice(3).map(({ value }) => value.toTypedArray());
    const [trained, called] = [make(), make()];
    trained.compile({ optimizer: sgd({ learningRate: 0 }), loss: meanSquaredError() });
    await trained.fit(x, tensor(new Float32Array(24), [6, 4]), { batchSize: 2, shuffle: false });
    for (const n of [0, 2, 4]) called.call([slice(x, [n, 0, 0], [2, 3, 2])]);
    expect(carried(trained)).toEqual(carried(called));
  });

  it("evaluates from zero states, and has its states back afterwards", async () => {
    const values = Float32Array.from({ length: 4 * 3 * 2 }, (_, i) => Math.sin(i));
    const [x, y] = [tensor(values, [4, 3, 2]), tensor(new Float32Array(16), [4, 4])];
    const net = sequential([lstm({ units: 4, stateful: true, batchSize: 2, inputShape: [3, 2] })], { seed: 2 });
    net.compile({ optimizer: sgd({ learningRate: 0 }), loss: meanSquaredError() });
    const fresh = await net.evaluate(x, y, { batchSize: 2 });
    const { history } = await net.fit(x, y, { batchSize: 2, shuffle: false, validationData: { x, y } });
    expect(history.valLoss).toEqual([fresh.loss]);
    const states = net.weights.slice(3).map(({ value }) => value.toTypedArray());
    expect(states[0].some((value) => value !== 0)).toBe(true);
    expect(await net.evaluate(x, y, { batchSize: 2 })).toEqual(fresh);
    expect(net.weights.slice(3).map(({ value }) => value.toTypedArray())).toEqual(states);
  });

  it("is loaded for other batches and sequences, with zero states, also inside of other layers", async () => {
    const layer = lstm({ units: 4, returnSequences: true, stateful: true, batchSize: 2 });
    const net = sequential([bidirectional({ layer }), gru({ units: 3, stateful: true, batchSize: 2 })], { seed: 4 });
    net.build([6, 2]);
    net.call([tensor(new Float32Array(24).fill(1), [2, 6, 2])]); // leaves states behind
    const small = await loadModel(await net.toBytes(), { batchSize: 1, inputShape: [3, 2] });
    const x = Float32Array.from({ length: 12 }, (_, i) => Math.cos(i));
    const shorter = await loadModel(await net.toBytes(), { inputShape: [3, 2] });
    shorter.resetStates();
    const want = shorter.call([tensor(x, [2, 3, 2])]);
    for (const n of [0, 1]) {
      small.resetStates();
      const [got] = small.call([tensor(x.slice(6 * n, 6 * n + 6), [1, 3, 2])]);
      expect(Array.from(got.toTypedArray())).toEqual(Array.from(want[0].toTypedArray().slice(3 * n, 3 * n + 3)));
    }
    expect(small.inputShape).toEqual([3, 2]);
    await expect(loadModel(await net.toBytes(), { batchSize: 0 })).rejects.toThrow(
      "loadModel: batchSize is out of range",
    );
    await expect(loadModel(await net.toBytes(), { inputShape: [6, 3] })).rejects.toThrow(
      "does not fit the architecture",
    );
  });

  it("refuses another batch size", () => {
    const net = sequential([lstm({ units: 4, stateful: true, batchSize: 2, inputShape: [3, 3] })]);
    expect(() => net.call([tensor(new Float32Array(27), [3, 3, 3])])).toThrow(
      "lstm: the carried states are for another batch size; expected N = 2 (batchSize), got N = 3. A stateful layer takes batches of one size only.",
    );
    expect(() => lstm({ units: 4, stateful: true })).toThrow("lstm: a stateful layer needs batchSize");
  });

  it("refuses data whose batches are not all of its size, before any of them is computed", async () => {
    const layer = gru({ units: 4, stateful: true, batchSize: 2 });
    const net = sequential([bidirectional({ layer, inputShape: [3, 3] }), dense({ units: 1 })]);
    net.compile({ optimizer: sgd(), loss: meanSquaredError() });
    const before = net.weights.map(({ value }) => value.toArray());
    const [x, y] = [tensor(new Float32Array(45).fill(1), [5, 3, 3]), [[1], [1], [1], [1], [1]]];
    const wrong = (N: number) =>
      `bidirectional: the carried states are for another batch size; expected N = 2 (batchSize), got N = ${N}.`;
    await expect(net.fit(x, y, { batchSize: 2, shuffle: false })).rejects.toThrow(wrong(1));
    await expect(net.evaluate(x, y, { batchSize: 2 })).rejects.toThrow(wrong(1));
    await expect(net.predict(x, { batchSize: 2 })).rejects.toThrow(wrong(1));
    await expect(net.predict(x)).rejects.toThrow(wrong(5));
    await expect(net.fit(x, y, { batchSize: 2, validationSplit: 0.2 })).rejects.toThrow(wrong(1));
    expect(net.weights.map(({ value }) => value.toArray())).toEqual(before);
  });
});

describe("dropout", () => {
  it("drops in training alone, the same features and units in all steps", () => {
    const x = tensor(new Float32Array(2 * 6 * 3).fill(1), [2, 6, 3]);
    const options = { units: 8, returnSequences: true, activation: "linear", inputShape: [6, 3] } as const;
    const net = sequential([simpleRnn({ ...options, recurrentInitializer: zeros(), dropout: 0.5 })]);
    const [calm] = net.call([x]);
    const [first] = net.call([x], { training: true });
    const steps = first.toArray() as number[][][];
    for (const row of steps) for (const step of row) expect(step).toEqual(row[0]);
    expect(first.toTypedArray()).not.toEqual(calm.toTypedArray());
    const recurrent = sequential([
      simpleRnn({ ...options, kernelInitializer: ones(), recurrentInitializer: identity(), recurrentDropout: 0.5 }),
    ]);
    const rows = recurrent.call([x], { training: true })[0].toArray() as number[][][];
    // h′ = 3 + keep · 2 · h: 3, 9, 21, … where a unit is kept, 3, 3, 3, … where it is dropped
    const kept = [3, 9, 21, 45, 93, 189];
    for (const row of rows) {
      for (let unit = 0; unit < 8; unit++) {
        const values = row.map((step) => step[unit]);
        expect([kept, [3, 3, 3, 3, 3, 3]]).toContainEqual(values);
      }
    }
    expect(new Set(rows.flat().map((step) => step.join())).size).toBeGreaterThan(6);
  });
});

describe("options", () => {
  it("the forget gate's bias begins at 1", () => {
    const bias = (unitForgetBias?: boolean) =>
      sequential([lstm({ units: 2, inputShape: [3, 1], ...(unitForgetBias !== undefined && { unitForgetBias }) })])
        .weights.find(({ name }) => name.endsWith("/bias"))!
        .value.toArray();
    expect(bias()).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(bias(false)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it.each([
    [() => lstm({ units: 0 }), "lstm: units is out of range; expected an integer in [1, ∞), got 0."],
    [
      () => gru({ units: 2, activation: "softmax" as "tanh" }),
      "gru: activation is not an activation of recurrent layers; expected linear",
    ],
    [() => gru({ units: 2, peephole: true } as never), "gru: unknown option"],
    [
      () => simpleRnn({ units: 2, dropout: 1 }),
      "simpleRnn: dropout is out of range; expected a number in [0, 1), got 1.",
    ],
    [
      () => sequential([simpleRnn({ units: 2, inputShape: [3] })]),
      "simpleRnn: the input must have shape [N, T, I]; got [N, 3]. The axes are samples, steps and features, in this order.",
    ],
    [
      () => lstm({ units: 2 }).apply([input({ shape: [3, 1] }), input({ shape: [2] })]),
      "lstm: the initial states do not fit; expected h and c, [N, 2] each, got [N, 2].",
    ],
  ])("refuses %#", (make, text) => {
    expect(make).toThrow(text);
  });
});
