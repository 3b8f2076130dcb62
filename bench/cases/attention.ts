/**
 * Attention by itself, over the steps of one sequence: forward, and forward with the gradients of queries, keys and
 * values. The operations of the products are counted: two forward, four backward (the scores, which are computed
 * again, are not), and with `causal` those of the pairs that count. Every sample and head has the same values, so that the
 * check stays short. Letters: N batch, h heads, T steps, D features of a head.
 */
import { type Tensor, attention, noGrad, record, tensor } from "lanegrad";
import type { Case, Prepared } from "../case.js";
import { checkSamples } from "../check.js";
import { randomValues } from "../random.js";
import { headOf } from "./transformerReference.js";

const [N, heads, T, D] = [16, 4, 256, 64];
const F = heads * D;

/** One head's values (T, D). */
const headValues = (): Float32Array => randomValues(T * D);

/** The same values in every head and sample, (N, T, F). */
function spread(one: Float32Array): Tensor {
  const all = Float32Array.from({ length: N * T * F }, (_, i) => one[(Math.floor(i / F) % T) * D + (i % D)]);
  return tensor(all, [N, T, F], { requiresGrad: true });
}

/** Σ y ⊙ seen, of one head in float64, moved by `step` along directions of q, k and v. */
function seenOf(all: readonly Float32Array[], seen: Float32Array, causal: boolean, step = 0): number {
  const moved = all.map((one, i) => Float64Array.from(one, (value, j) => value + step * direction(i, j)));
  const y = new Float64Array(T * D);
  headOf(moved, { T, D, stride: D, at: 0, causal }, y);
  return y.reduce((total, value, i) => total + value * seen[i], 0);
}

const direction = (operand: number, at: number): number => Math.sin(1 + at * (operand + 1));

/** One run, recorded: y, and for training the gradients of q, k and v, of which the sum of y ⊙ seen is the loss. */
function prepared(name: string, causal: boolean, isTrained: boolean): Prepared {
  const own = [headValues(), headValues(), headValues()];
  const seen = headValues();
  const operands = own.map(spread);
  const [q, k, v] = operands;
  const weights = spread(seen);
  const expected = new Float64Array(T * D);
  headOf(
    own.map((one) => Float64Array.from(one)),
    { T, D, stride: D, at: 0, causal },
    expected,
  );
  const step = 1e-4;
  const slope = (N * heads * (seenOf(own, seen, causal, step) - seenOf(own, seen, causal, -step))) / (2 * step);
  const recording = record(() => {
    if (!isTrained) return noGrad(() => attention(q, k, v, { heads, causal }));
    const y = attention(q, k, v, { heads, causal });
    y.backward(weights);
    return y;
  });
  const { result } = recording;
  /** Where in a head's values element `at` of (N, T, F) is. */
  const within = (at: number): number => (Math.floor(at / F) % T) * D + (at % D);
  return {
    run: () => recording.replay(),
    check() {
      for (const { grad } of operands) grad?.assign(new Float32Array(grad.size)); // a replay adds to it
      result.assign(new Float32Array(result.size).fill(NaN));
      recording.replay();
      const value = (at: number): number => expected[within(at)];
      checkSamples(name, result.toTypedArray(), { value, tolerance: () => 1e-5 });
      if (!isTrained) return;
      let got = 0;
      for (const [i, { grad }] of operands.entries()) {
        for (const [at, g] of grad!.toTypedArray().entries()) got += g * direction(i, within(at));
      }
      checkSamples(`${name}: slope`, [got], { value: () => slope, tolerance: () => 1e-3 * Math.abs(slope) });
    },
    dispose() {
      recording.dispose();
      for (const one of [result, ...operands, weights]) one.dispose();
    },
  };
}

const pairs = (causal: boolean): number => (causal ? (T * (T + 1)) / 2 : T * T);

const caseOf = (name: string, causal: boolean, isTrained: boolean): Case => ({
  group: "attention",
  name,
  work: { flops: 2 * (isTrained ? 6 : 2) * N * heads * D * pairs(causal) },
  prepare: () => prepared(name, causal, isTrained),
});

/** The cases of the group. */
export const attentionCases: readonly Case[] = [
  caseOf("T256-train", false, true),
  caseOf("T256-causal-train", true, true),
  caseOf("T256-forward", false, false),
  caseOf("T256-causal-forward", true, false),
];
