/**
 * The equations of the recurrent cells, a line each, as formulas over ops; the fused kernels must compute the same. Whoever wants to understand
 * assembly/recurrent/ begins here. Letters: N batch, T steps, I inputs, H units; x (N, I), W (I, gates·H), U (H, gates·H), b (gates·H).
 */
import { describe, expect, it } from "vitest";
import { add, mul, sub } from "../../src/ops/pointwise/arithmetic.js";
import { sigmoid, tanh } from "../../src/ops/pointwise/activationFunctions.js";
import { matmul } from "../../src/ops/product/matmul.js";
import { gru } from "../../src/ops/recurrent/gru.js";
import { lstm } from "../../src/ops/recurrent/lstm.js";
import type { SequenceResult } from "../../src/ops/recurrent/sequence.js";
import { simpleRnn } from "../../src/ops/recurrent/simpleRnn.js";
import { sum } from "../../src/ops/reduce/reduce.js";
import { reshape } from "../../src/ops/shape/reshape.js";
import { slice } from "../../src/ops/shape/slice.js";
import { tensor } from "../../src/tensor/create.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";

const [N, T, I, H] = [3, 5, 4, 6];

interface Weights {
  readonly W: Tensor;
  readonly U: Tensor;
  readonly b: Tensor;
  readonly peepholes: Tensor;
}

/** One step: the next states from the input and the states before. */
type Step = (x: Tensor, states: readonly Tensor[], weights: Weights) => Tensor[];

/** Columns kH … (k + 1)H of z (N, gates·H), or of a bias (gates·H). */
const gate = (z: Tensor, k: number): Tensor =>
  z.rank === 1 ? slice(z, [k * H], [H]) : slice(z, [0, k * H], [z.shape[0], H]);

const simpleRnnStep: Step = (x, [h], { W, U, b }) => [tanh(add(add(matmul(x, W), matmul(h, U)), b))];

const lstmStep: Step = (x, [h, c], { W, U, b }) => {
  const z = add(add(matmul(x, W), matmul(h, U)), b);
  const i = sigmoid(gate(z, 0));
  const f = sigmoid(gate(z, 1));
  const g = tanh(gate(z, 2));
  const o = sigmoid(gate(z, 3));
  const next = add(mul(f, c), mul(i, g));
  return [mul(o, tanh(next)), next];
};

/** The gates see the cell as well, i and f the one before, o the one after: peepholes (3, H). */
const peepholeStep: Step = (x, [h, c], { W, U, b, peepholes }) => {
  const p = reshape(peepholes, [3 * H]);
  const z = add(add(matmul(x, W), matmul(h, U)), b);
  const i = sigmoid(add(gate(z, 0), mul(c, gate(p, 0))));
  const f = sigmoid(add(gate(z, 1), mul(c, gate(p, 1))));
  const next = add(mul(f, c), mul(i, tanh(gate(z, 2))));
  const o = sigmoid(add(gate(z, 3), mul(next, gate(p, 2))));
  return [mul(o, tanh(next)), next];
};

/** The reset gate weighs the product of the state; so that has a bias of its own: b (2, 3H). */
const gruResetAfterStep: Step = (x, [h], { W, U, b }) => {
  const a = add(matmul(x, W), slice(b, [0, 0], [1, 3 * H]));
  const q = add(matmul(h, U), slice(b, [1, 0], [1, 3 * H]));
  const z = sigmoid(add(gate(a, 0), gate(q, 0)));
  const r = sigmoid(add(gate(a, 1), gate(q, 1)));
  const g = tanh(add(gate(a, 2), mul(r, gate(q, 2))));
  return [add(mul(z, h), mul(sub(1, z), g))];
};

/** The reset gate weighs the state itself. */
const gruResetBeforeStep: Step = (x, [h], { W, U, b }) => {
  const a = add(matmul(x, W), b);
  const z = sigmoid(add(gate(a, 0), matmul(h, gate(U, 0))));
  const r = sigmoid(add(gate(a, 1), matmul(h, gate(U, 1))));
  const g = tanh(add(gate(a, 2), matmul(mul(r, h), gate(U, 2))));
  return [add(mul(z, h), mul(sub(1, z), g))];
};

interface Kind {
  readonly name: string;
  readonly gates: number;
  readonly states: number;
  readonly bias: readonly number[];
  readonly step: Step;
  readonly fused: (x: Tensor, initialState: Tensor[], weights: Weights) => SequenceResult;
}

const named = ({ W, U, b }: Weights) => ({ kernel: W, recurrentKernel: U, bias: b });

const kinds: readonly Kind[] = [
  {
    ...{ name: "simple RNN", gates: 1, states: 1, bias: [H], step: simpleRnnStep },
    fused: (x, [h], weights) => simpleRnn(x, named(weights), { initialState: [h], returnSequences: true }),
  },
  {
    ...{ name: "LSTM", gates: 4, states: 2, bias: [4 * H], step: lstmStep },
    fused: (x, [h, c], weights) => lstm(x, named(weights), { initialState: [h, c], returnSequences: true }),
  },
  {
    ...{ name: "LSTM with peepholes", gates: 4, states: 2, bias: [4 * H], step: peepholeStep },
    fused: (x, [h, c], weights) =>
      lstm(x, { ...named(weights), peepholes: weights.peepholes }, { initialState: [h, c], returnSequences: true }),
  },
  {
    ...{ name: "GRU, reset after", gates: 3, states: 1, bias: [2, 3 * H], step: gruResetAfterStep },
    fused: (x, [h], weights) => gru(x, named(weights), { initialState: [h], returnSequences: true }),
  },
  {
    ...{ name: "GRU, reset before", gates: 3, states: 1, bias: [3 * H], step: gruResetBeforeStep },
    fused: (x, [h], weights) => gru(x, named(weights), { initialState: [h], resetAfter: false, returnSequences: true }),
  },
];

/** Values between −1 and 1 that repeat nowhere. */
const wave = (shape: readonly number[], phase: number): Tensor => {
  const n = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: n }, (_, i) => Math.sin(1.7 * i + phase)),
    shape,
    { requiresGrad: true },
  );
};

describe.each(kinds)("$name", ({ gates, states, bias, step, fused }) => {
  it("computes its equations: the outputs of all steps, and every gradient", () => {
    const run = (outputsOf: (x: Tensor, initial: Tensor[], weights: Weights) => readonly Tensor[]) => {
      const weights = {
        ...{ W: wave([I, gates * H], 1), U: wave([H, gates * H], 2), b: wave(bias, 3), peepholes: wave([3, H], 4) },
      };
      const x = wave([N, T, I], 5);
      const initial = Array.from({ length: states }, (_, i) => wave([N, H], 6 + i));
      const outputs = outputsOf(x, initial, weights);
      // each step has another weight, so that a step in the wrong place is seen
      outputs
        .map((h, t) => sum(mul(h, 1 + t)))
        .reduce((a, b) => add(a, b))
        .backward();
      const leaves = { x, ...weights, h: initial[0], ...(states > 1 && { c: initial[1] }) };
      return {
        outputs: outputs.map((h) => h.toTypedArray()),
        gradients: Object.entries(leaves).map(([name, leaf]) => [name, leaf.grad?.toTypedArray()] as const),
      };
    };
    const want = run((x, initial, weights) => {
      let now: readonly Tensor[] = initial;
      return Array.from({ length: T }, (_, t) => {
        now = step(reshape(slice(x, [0, t, 0], [N, 1, I]), [N, I]), now, weights);
        return now[0];
      });
    });
    const got = run((x, initial, weights) => {
      const y = fused(x, initial, weights).output;
      return Array.from({ length: T }, (_, t) => reshape(slice(y, [0, t, 0], [N, 1, H]), [N, H]));
    });
    const close = { relative: 1e-5, absolute: 2e-6 };
    for (const [t, h] of want.outputs.entries()) expectClose(`h of step ${t}`, got.outputs[t], h, [N, H], close);
    for (const [i, [name, gradient]] of want.gradients.entries()) {
      const other = got.gradients[i][1];
      expect(other === undefined, `gradient of ${name}`).toBe(gradient === undefined);
      if (gradient)
        expectClose(`gradient of ${name}`, other!, gradient, [gradient.length], { relative: 1e-4, absolute: 1e-4 });
    }
  });
});
