/**
 * Rules of the ops over sequences, through their cells step by step. Letters: N batch, T steps, I inputs, H units;
 * ops/recurrent/. The equations of the cells stand there at lstm, gru and simpleRnn.
 */
import { type FusedActivation, activate } from "../../ops/pointwise/activate.js";
import { add, mul, sub } from "../../ops/pointwise/arithmetic.js";
import { matmul } from "../../ops/product/matmul.js";
import { type GruAttributes, gruOp } from "../../ops/recurrent/gru.js";
import { lstmOp } from "../../ops/recurrent/lstm.js";
import { type OptionalName, type SequenceAttributes, sizesOf } from "../../ops/recurrent/sequence.js";
import { simpleRnnOp } from "../../ops/recurrent/simpleRnn.js";
import { concat } from "../../ops/shape/concat.js";
import { reshape } from "../../ops/shape/reshape.js";
import { slice } from "../../ops/shape/slice.js";
import { tensor, zeros } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Rules } from "../rule.js";
import { through } from "./kinds.js";

/** One step of a cell. */
interface Step {
  readonly H: number;
  /** x·W of this step, (N, gates · H). */
  readonly z: Tensor;
  /** The states before it, (N, H) each. */
  readonly states: readonly Tensor[];
  /** h as the recurrent kernel sees it. */
  readonly seen: Tensor;
  readonly U: Tensor;
  readonly bias: Tensor | undefined;
  readonly peepholes: Tensor | undefined;
  readonly f: (x: Tensor) => Tensor;
  readonly recurrentF: (x: Tensor) => Tensor;
}

/** The states after a step. */
type Cell<A> = (step: Step, attributes: A) => readonly Tensor[];

const plus = (x: Tensor, y: Tensor | undefined): Tensor => (y === undefined ? x : add(x, y));

/** Columns kH … (k + 1)H of x (N, gates · H). */
const gate = (x: Tensor, k: number, H: number): Tensor => slice(x, [0, k * H], [x.shape[0], H]);

const simpleCell: Cell<SequenceAttributes> = ({ z, seen, U, bias, f }) => [f(plus(add(z, matmul(seen, U)), bias))];

const lstmCell: Cell<SequenceAttributes> = ({ H, z, states: [, c], seen, U, bias, peepholes, f, recurrentF }) => {
  const all = plus(add(z, matmul(seen, U)), bias);
  const peek = (k: number, cell: Tensor): Tensor | undefined =>
    peepholes && mul(cell, reshape(slice(peepholes, [k, 0], [1, H]), [H]));
  const input = recurrentF(plus(gate(all, 0, H), peek(0, c)));
  const forget = recurrentF(plus(gate(all, 1, H), peek(1, c)));
  const next = add(mul(forget, c), mul(input, f(gate(all, 2, H))));
  return [mul(recurrentF(plus(gate(all, 3, H), peek(2, next))), f(next)), next];
};

const gruCell: Cell<GruAttributes> = (step, { resetAfter }) => {
  const { H, z, states: [h], seen, U, bias, f, recurrentF } = step; // prettier-ignore
  const side = (k: number): Tensor | undefined => bias && (resetAfter ? slice(bias, [k, 0], [1, 3 * H]) : bias);
  const inputs = plus(z, side(0));
  const product = matmul(seen, U);
  const recurrent = resetAfter ? plus(product, side(1)) : product;
  const [update, reset] = [0, 1].map((k) => recurrentF(add(gate(inputs, k, H), gate(recurrent, k, H))));
  const candidate = resetAfter
    ? mul(reset, gate(recurrent, 2, H))
    : matmul(mul(reset, seen), slice(U, [0, 2 * H], [H, H]));
  return [add(mul(update, h), mul(sub(1, update), f(add(gate(inputs, 2, H), candidate))))];
};

/** The last states, and the outputs of all steps where they are wanted. */
function unrolled<A extends SequenceAttributes>(cell: Cell<A>, count: number) {
  return (inputs: readonly Tensor[], attributes: A): (Tensor | undefined)[] => {
    const [x, W, U] = inputs;
    const { N, T, I, H } = sizesOf(inputs);
    const { places, goBackwards, outputInSteps, returnSequences, keepScale } = attributes;
    const optional = (name: OptionalName): Tensor | undefined => {
      const place = places[name];
      return place === undefined ? undefined : inputs[place];
    };
    const mask = optional("mask")?.toTypedArray();
    const kept = optional("keep")?.toTypedArray();
    const keep = kept && tensor(Float32Array.from(kept, (one) => (one === 0 ? 0 : keepScale)), [N, H]); // prettier-ignore
    const named = (name: FusedActivation) => (z: Tensor) => activate(z, name);
    let states = (["h", "c"] as const).slice(0, count).map((name) => optional(name) ?? zeros([N, H]));
    const outputs: Tensor[] = [];
    for (let s = 0; s < T; s++) {
      const t = goBackwards ? T - 1 - s : s;
      const next = cell(
        {
          ...{ H, U, states, bias: optional("bias"), peepholes: optional("peepholes") },
          z: matmul(reshape(slice(x, [0, t, 0], [N, 1, I]), [N, I]), W),
          seen: keep === undefined ? states[0] : mul(states[0], keep),
          f: named(attributes.activation),
          recurrentF: named(attributes.recurrentActivation),
        },
        attributes,
      );
      const counts =
        mask &&
        tensor(
          Float32Array.from({ length: N }, (_, n) => (mask[n * T + t] === 0 ? 0 : 1)),
          [N, 1],
        );
      states = next.map((state, i) => (counts ? add(mul(state, counts), mul(states[i], sub(1, counts))) : state));
      const output = counts ? mul(next[0], counts) : next[0];
      outputs[outputInSteps ? s : t] = reshape(output, [N, 1, H]);
    }
    return [...states, returnSequences && T > 0 ? concat(outputs, 1) : undefined];
  };
}

export const recurrentRules: Rules = [
  [simpleRnnOp, through(unrolled(simpleCell, 1))],
  [lstmOp, through(unrolled(lstmCell, 2))],
  [gruOp, through(unrolled(gruCell, 1))],
];
