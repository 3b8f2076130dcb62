/** Recurrent layers: their formula against float64, states, masks, options, and what they refuse. */
import { describe, expect, it } from "vitest";
import { dense, input, lstm } from "../../src/layers/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { loadModel } from "../../src/models/load.js";
import { model, sequential } from "../../src/models/sequential.js";
import { concat } from "../../src/ops/concat.js";
import { slice } from "../../src/ops/slice.js";
import type { SequenceAttributes } from "../../src/ops/sequence.js";
import { tensor } from "../../src/tensor/create.js";
import { type Cell, lstmCell, runCell } from "../support/cells.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";
import { run } from "./calls.js";

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

const kinds: readonly Kind[] = [{ name: "lstm", make: lstm, cell: lstmCell, states: 2 }];

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

  it("refuses another batch size", () => {
    const net = sequential([lstm({ units: 4, stateful: true, batchSize: 2, inputShape: [3, 3] })]);
    expect(() => net.call([tensor(new Float32Array(27), [3, 3, 3])])).toThrow(
      "lstm: the carried states belong to another batch size; expected N = 2 (batchSize), got N = 3. A stateful layer takes batches of one size alone.",
    );
    expect(() => lstm({ units: 4, stateful: true })).toThrow("lstm: a stateful layer has no batch size");
  });
});
