/** Recurrent cells over whole sequences in float64 by plain loops: what ops, layers and benchmarks are compared with. Letters: N batch, T steps, I inputs, H units. */
import type { OptionalName, RecurrentActivation, SequenceAttributes } from "../../src/ops/recurrent/sequence.js";
import type { Operand } from "./operands.js";

const functions: Readonly<Record<RecurrentActivation, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
  hardSigmoid: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
};

/** One step of one row. */
interface StepOperands {
  readonly H: number;
  /** x·W of this step, column by column, with no bias. */
  readonly z: (column: number) => number;
  /** Σ state[k] · U[k, column]. */
  readonly product: (state: readonly number[], column: number) => number;
  /** What of a state reaches the recurrent kernel. */
  readonly drop: (state: readonly number[]) => readonly number[];
  readonly bias: (index: number) => number;
  readonly peephole: (index: number) => number;
  readonly f: (x: number) => number;
  readonly recurrentF: (x: number) => number;
}

/** A cell: from the states before a step to those after it. */
export type Cell = (states: readonly (readonly number[])[], step: StepOperands) => number[][];

/** i f g o, with peepholes where there are some. */
export const lstmCell: Cell = ([h, c], { H, z, product, drop, bias, peephole, f, recurrentF }) => {
  const kept = drop(h);
  const units = [...Array(H).keys()];
  const gate = (k: number, j: number): number => z(k * H + j) + product(kept, k * H + j) + bias(k * H + j);
  const next = units.map((j) => {
    const input = recurrentF(gate(0, j) + peephole(j) * c[j]);
    const forget = recurrentF(gate(1, j) + peephole(H + j) * c[j]);
    return forget * c[j] + input * f(gate(2, j));
  });
  return [units.map((j) => recurrentF(gate(3, j) + peephole(2 * H + j) * next[j]) * f(next[j])), next];
};

/** h = φ(z + h·U + b). */
export const simpleCell: Cell = ([h], { H, z, product, drop, bias, f }) => {
  const kept = drop(h);
  return [[...Array(H).keys()].map((j) => f(z(j) + product(kept, j) + bias(j)))];
};

/** z r g; the reset after the product (two biases, the second at 3H) or before it. */
export const gruCell =
  (resetAfter: boolean): Cell =>
  ([h], { H, z, product, drop, bias, f, recurrentF }) => {
    const kept = drop(h);
    const units = [...Array(H).keys()];
    const second = (column: number): number => (resetAfter ? bias(3 * H + column) : 0);
    const gate = (k: number, j: number): number =>
      recurrentF(z(k * H + j) + product(kept, k * H + j) + bias(k * H + j) + second(k * H + j));
    const reset = units.map((j) => gate(1, j));
    const inner = kept.map((value, j) => value * reset[j]);
    const candidate = (j: number): number => {
      const column = 2 * H + j;
      const recurrent = resetAfter ? reset[j] * (product(kept, column) + second(column)) : product(inner, column);
      return f(z(column) + bias(column) + recurrent);
    };
    return [
      units.map((j) => {
        const update = gate(0, j);
        return update * h[j] + (1 - update) * candidate(j);
      }),
    ];
  };

/** The last states and the outputs of all steps. */
export function runCell(
  cell: Cell,
  states: number,
  inputs: readonly Operand[],
  attributes: SequenceAttributes,
): Operand[] {
  const [x, kernel, recurrent] = inputs;
  const [N, T, I] = x.shape;
  const [H, columns] = recurrent.shape;
  const { places, goBackwards, outputInSteps, keepScale, returnSequences } = attributes;
  const optional = (name: OptionalName): Operand | undefined =>
    places[name] === undefined ? undefined : inputs[places[name]];
  const last = Array.from({ length: states }, () => new Float64Array(N * H));
  const y = new Float64Array(returnSequences ? N * T * H : 0);
  for (let n = 0; n < N; n++) {
    const first = (name: OptionalName): number[] =>
      Array.from({ length: H }, (_, j) => optional(name)?.values[n * H + j] ?? 0);
    let state: number[][] = [first("h"), first("c")].slice(0, states);
    for (let s = 0; s < T; s++) {
      const t = goBackwards ? T - 1 - s : s;
      const isCounted = optional("mask")?.values[n * T + t] !== 0;
      if (isCounted) {
        state = cell(state, {
          H,
          z: (column) => {
            let sum = 0;
            for (let i = 0; i < I; i++) sum += x.values[(n * T + t) * I + i] * kernel.values[i * columns + column];
            return sum;
          },
          product: (from, column) =>
            from.reduce((sum, value, k) => sum + value * recurrent.values[k * columns + column], 0),
          drop: (from) => {
            const keep = optional("keep");
            return keep === undefined ? from : from.map((value, j) => (keep.values[n * H + j] ? value * keepScale : 0));
          },
          bias: (index) => optional("bias")?.values[index] ?? 0,
          peephole: (index) => optional("peepholes")?.values[index] ?? 0,
          f: functions[attributes.activation],
          recurrentF: functions[attributes.recurrentActivation],
        });
      }
      if (!returnSequences) continue;
      const place = (n * T + (outputInSteps ? s : t)) * H;
      for (let j = 0; j < H; j++) y[place + j] = isCounted ? state[0][j] : 0;
    }
    for (const [k, values] of state.entries()) last[k].set(values, n * H);
  }
  return [
    ...last.map((values): Operand => ({ shape: [N, H], dtype: "float32", values })),
    { shape: returnSequences ? [N, T, H] : [0], dtype: "float32", values: y },
  ];
}
