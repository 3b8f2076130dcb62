/** Recurrent ops and layers against PyTorch: outputs, last states, every gradient, ten training steps (test/golden/recurrent.py). */
import { describe, expect, it } from "vitest";
import {
  bidirectional,
  dense,
  gru as gruLayer,
  lstm as lstmLayer,
  simpleRnn as simpleLayer,
} from "../../../src/layers/index.js";
import { binaryCrossentropy } from "../../../src/losses/index.js";
import { sequential } from "../../../src/models/sequential.js";
import { add, mul } from "../../../src/ops/pointwise/arithmetic.js";
import { concat } from "../../../src/ops/shape/concat.js";
import { gru } from "../../../src/ops/recurrent/gru.js";
import { lstm } from "../../../src/ops/recurrent/lstm.js";
import { sum } from "../../../src/ops/reduce/reduce.js";
import type { SequenceOptions, SequenceResult } from "../../../src/ops/recurrent/sequence.js";
import { simpleRnn } from "../../../src/ops/recurrent/simpleRnn.js";
import { adam } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import type { Shape } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import "../../support/engine.js";
import { type GoldenRecurrentCase, expectClose, goldenRecurrent, goldenRecurrentTraces } from "../../support/golden.js";

const { N, T, I, H, cases } = goldenRecurrent();

const leaf = (values: readonly number[], shape: Shape): Tensor =>
  tensor(Float32Array.from(values), shape, { requiresGrad: true });

/** The weights of one layer and direction as leaves. */
interface Leaves {
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias: Tensor;
}

function runOp(
  cell: GoldenRecurrentCase["cell"],
  x: Tensor,
  weights: Leaves,
  states: readonly Tensor[],
  options: SequenceOptions,
): SequenceResult {
  if (cell === "lstm") return lstm(x, weights, { ...options, initialState: [states[0], states[1]] });
  if (cell === "gru") return gru(x, weights, { ...options, initialState: [states[0]] });
  const activation = cell === "rnn-relu" ? "relu" : "tanh";
  return simpleRnn(x, weights, { ...options, activation, initialState: [states[0]] });
}

describe("ops", () => {
  it.each(Object.entries(cases))("%s: within 1e-4 of PyTorch", (_, golden) => {
    const { cell, layers, isBidirectional, lengths } = golden;
    const [gates, directions] = [{ lstm: 4, gru: 3, "rnn-tanh": 1, "rnn-relu": 1 }[cell], isBidirectional ? 2 : 1];
    const count = layers * directions;
    const mask =
      lengths &&
      tensor(
        Int32Array.from({ length: N * T }, (__, i) => (i % T < lengths[Math.floor(i / T)] ? 1 : 0)),
        [N, T],
      );
    const x = leaf(golden.x, [N, T, I]);
    const initial = golden.initial.map((values) =>
      Array.from({ length: count }, (__, k) => leaf(values.slice(k * N * H, (k + 1) * N * H), [N, H])),
    );
    const weights = golden.weights.map(({ kernel, recurrentKernel, bias }) => ({
      kernel: leaf(kernel, [kernel.length / (gates * H), gates * H]),
      recurrentKernel: leaf(recurrentKernel, [H, gates * H]),
      bias: leaf(bias, cell === "gru" ? [2, 3 * H] : [gates * H]),
    }));
    let y = x;
    const last: Tensor[][] = golden.last.map(() => []);
    for (let layer = 0; layer < layers; layer++) {
      const outputs: Tensor[] = [];
      for (let direction = 0; direction < directions; direction++) {
        const k = layer * directions + direction;
        const options = { mask, returnSequences: true, goBackwards: direction === 1 };
        const result = runOp(cell, y, weights[k], initial.map((list) => list[k]), options); // prettier-ignore
        outputs.push(result.output);
        for (const [i, state] of result.states.entries()) last[i].push(state);
      }
      y = directions === 1 ? outputs[0] : concat(outputs, -1);
    }
    const states = last.map((list) => concat(list, 0));
    expectClose("y", y.toTypedArray(), golden.y, 1e-4, 1e-6);
    for (const [i, state] of states.entries())
      expectClose(`state ${i}`, state.toTypedArray(), golden.last[i], 1e-4, 1e-6);
    const weighted = [y, ...states].map((output, i) =>
      sum(mul(output, tensor(Float32Array.from([golden.dY, ...golden.dLast][i]), output.shape))),
    );
    weighted.reduce((a, b) => add(a, b)).backward();
    const close = (what: string, got: Tensor, want: readonly number[]): void =>
      expectClose(what, got.grad!.toTypedArray(), want, 1e-4, 2e-6);
    close("dX", x, golden.dX);
    for (const [i, list] of initial.entries()) {
      for (const [k, state] of list.entries())
        close(`d initial ${i} ${k}`, state, golden.dInitial[i].slice(k * N * H, (k + 1) * N * H));
    }
    for (const [k, one] of weights.entries()) {
      for (const name of ["kernel", "recurrentKernel", "bias"] as const)
        close(`${name} ${k}`, one[name], golden.dWeights[k][name]);
    }
  });
});

describe("ten training steps", () => {
  const { traces, learningRate } = goldenRecurrentTraces();
  const layersOf = { lstm: lstmLayer, gru: gruLayer, "rnn-tanh": simpleLayer };

  it.each(Object.entries(traces))("%s: losses and parameters are within 1e-4 of PyTorch's", (_, trace) => {
    const layer = layersOf[trace.cell]({ units: H });
    const net = sequential([trace.isBidirectional ? bidirectional({ layer }) : layer, dense({ units: 1 })]);
    net.build([T, I]);
    const flat = ({ layers, kernel, bias }: typeof trace.initial): (readonly number[])[] => [
      ...layers.flatMap((one) => [one.kernel, one.recurrentKernel, one.bias]),
      kernel,
      bias,
    ];
    for (const [i, values] of flat(trace.initial).entries()) net.weights[i].value.assign([...values]);
    net.compile({ optimizer: adam({ learningRate, epsilon: 1e-8 }), loss: binaryCrossentropy({ fromLogits: true }) });
    for (const [step, { loss, x, y, parameters }] of trace.steps.entries()) {
      const batch = tensor(Float32Array.from(x), [N, T, I]);
      const got = net.trainOnBatch([batch], [tensor(Float32Array.from(y), [N, 1])]);
      expectClose(`loss of step ${step + 1}`, [got.item()], [loss], 1e-4);
      for (const [i, values] of flat(parameters).entries()) {
        const { name, value } = net.weights[i];
        expectClose(`${name} after step ${step + 1}`, value.toTypedArray(), values, 1e-4, 1e-6);
      }
    }
    expect(net.weights).toHaveLength(flat(trace.initial).length);
  });
});
