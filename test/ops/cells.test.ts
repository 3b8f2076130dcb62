/** Cells step by step: the same as their op over the whole sequence, forward and backward. */
import { describe, expect, it } from "vitest";
import { add } from "../../src/ops/pointwise/arithmetic.js";
import { gruCell, lstmCell, simpleRnnCell } from "../../src/ops/recurrent/cells.js";
import { gru } from "../../src/ops/recurrent/gru.js";
import { lstm } from "../../src/ops/recurrent/lstm.js";
import { sum } from "../../src/ops/reduce/reduce.js";
import { reshape } from "../../src/ops/shape/reshape.js";
import { simpleRnn } from "../../src/ops/recurrent/simpleRnn.js";
import { slice } from "../../src/ops/shape/slice.js";
import type { SequenceResult } from "../../src/ops/recurrent/sequence.js";
import { ones, tensor } from "../../src/tensor/create.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";

const [T, I, H] = [3, 4, 5];

const wave = (shape: readonly number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i) / 2),
    shape,
    { requiresGrad: true },
  );

interface Weights {
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias: Tensor;
}

interface Kind {
  readonly name: string;
  readonly gates: number;
  readonly bias: readonly number[];
  readonly step: (x: Tensor, states: readonly Tensor[], weights: Weights) => readonly Tensor[];
  readonly states: number;
  readonly whole: (x: Tensor, states: readonly Tensor[], weights: Weights) => SequenceResult;
}

const kinds: readonly Kind[] = [
  {
    ...{ name: "lstmCell", gates: 4, bias: [4 * H], states: 2 },
    step: (x, [h, c], weights) => lstmCell(x, [h, c], weights),
    whole: (x, [h, c], weights) => lstm(x, weights, { initialState: [h, c] }),
  },
  {
    ...{ name: "gruCell", gates: 3, bias: [2, 3 * H], states: 1 },
    step: (x, [h], weights) => gruCell(x, [h], weights),
    whole: (x, [h], weights) => gru(x, weights, { initialState: [h] }),
  },
  {
    ...{ name: "simpleRnnCell", gates: 1, bias: [H], states: 1 },
    step: (x, [h], weights) => simpleRnnCell(x, [h], weights, { activation: "relu" }),
    whole: (x, [h], weights) => simpleRnn(x, weights, { activation: "relu", initialState: [h] }),
  },
];

describe.each(kinds)("$name", ({ gates, bias, states, step, whole }) => {
  it.each([1, 3])("N = %i: step by step as all at once", (N) => {
    const results = [false, true].map((isStepwise) => {
      const weights = { kernel: wave([I, gates * H]), recurrentKernel: wave([H, gates * H]), bias: wave(bias) };
      const x = wave([N, T, I]);
      const initial = Array.from({ length: states }, () => wave([N, H]));
      let last: readonly Tensor[] = initial;
      if (isStepwise) {
        for (let t = 0; t < T; t++) last = step(reshape(slice(x, [0, t, 0], [N, 1, I]), [N, I]), last, weights);
      } else last = whole(x, initial, weights).states;
      const values = last.map((state) => state.toTypedArray());
      last
        .map((state) => sum(state))
        .reduce((a, b) => add(a, b))
        .backward();
      return { values, gradients: [x, ...initial, ...Object.values(weights)].map((leaf) => leaf.grad!.toTypedArray()) };
    });
    // a product of one step and one of all steps may take other tiles, which round differently
    const close = { relative: 1e-5, absolute: 1e-6 };
    for (const [i, values] of results[1].values.entries())
      expectClose(`state ${i}`, values, results[0].values[i], [values.length], close);
    for (const [i, gradient] of results[1].gradients.entries())
      expectClose(`gradient ${i}`, gradient, results[0].gradients[i], [gradient.length], close);
  });
});

it("refuses what is no batch of vectors", () => {
  const weights = { kernel: ones([I, 4 * H]), recurrentKernel: ones([H, 4 * H]) };
  expect(() => lstmCell(ones([2, 3, I]), [ones([2, H]), ones([2, H])], weights)).toThrow(
    "lstmCell: x must have shape [N, I]; got x [2, 3, 4].",
  );
});
