/** The row of attention. Letters: N samples, heads, Tq queries, Tk keys, D and Dv numbers of a key and a value for each head. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import { attention } from "../../../src/ops/attention/attention.js";
import type { AttentionAttributes } from "../../../src/ops/attention/attentionOptions.js";
import type * as attentionFile from "../../../src/ops/attention/attention.js";
import { ones, zeros } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { RandomState } from "../../../src/tensor/randomState.js";
import { type Operand, generate, normal } from "../../support/operands.js";
import { type Words, wordOf } from "../../support/philox.js";
import type { Rows, Sample } from "../row.js";

/** What a sample differs in from the plainest one. */
interface Variant {
  readonly sizes: readonly [N: number, heads: number, Tq: number, Tk: number, D: number, Dv: number];
  readonly causal?: boolean;
  readonly scale?: number;
  /** "ends": padding behind, sample 1 has no key at all; "holes": any key may be left out. */
  readonly mask?: "ends" | "holes";
  readonly bias?: (N: number, heads: number, Tq: number, Tk: number) => number[];
  readonly rate?: number;
  readonly returnsWeights?: boolean;
  readonly keepsScores?: boolean;
}

const without: readonly Variant[] = [
  { sizes: [2, 1, 3, 4, 5, 5] },
  { sizes: [2, 3, 4, 3, 2, 4], returnsWeights: true },
  { sizes: [1, 1, 1, 1, 1, 1] },
  { sizes: [2, 2, 1, 9, 8, 8], mask: "ends" },
  { sizes: [3, 2, 5, 7, 4, 3], mask: "holes", returnsWeights: true },
  { sizes: [2, 2, 6, 6, 3, 3], causal: true, returnsWeights: true },
  { sizes: [2, 2, 5, 8, 3, 3], causal: true, mask: "holes" },
  { sizes: [2, 1, 8, 5, 3, 2], causal: true, mask: "ends", scale: 0.7 },
  { sizes: [2, 2, 4, 5, 3, 3], bias: (_N, _heads, Tq, Tk) => [Tq, Tk] },
  { sizes: [2, 2, 4, 5, 3, 3], bias: (_N, heads, Tq, Tk) => [heads, Tq, Tk], causal: true },
  { sizes: [2, 2, 3, 4, 3, 3], bias: (N, heads, Tq, Tk) => [N, heads, Tq, Tk], mask: "holes" },
  { sizes: [2, 2, 3, 4, 3, 3], bias: (N, _heads, Tq, Tk) => [N, 1, Tq, Tk] },
  { sizes: [2, 2, 3, 19, 3, 3], bias: (N, heads, Tq, Tk) => [N, heads, Tq, Tk], mask: "ends" },
  { sizes: [2, 2, 5, 17, 3, 4], rate: 0.3 },
  { sizes: [2, 2, 7, 6, 3, 4], rate: 0.5, causal: true, mask: "holes", returnsWeights: true },
  { sizes: [0, 2, 3, 4, 2, 2] },
  { sizes: [2, 2, 0, 4, 2, 2] },
  { sizes: [2, 2, 3, 0, 2, 2] },
  // several blocks of queries, whose keys are packed
  { sizes: [1, 1, 31, 1040, 3, 2] },
  { sizes: [1, 2, 25, 1027, 2, 3], causal: true, mask: "ends" },
  { sizes: [1, 1, 21, 1030, 2, 3], causal: true, rate: 0.1 },
];

/** Where no weight is dropped, the scores may be kept as well. */
const variants = without.flatMap((one) => (one.rate === undefined ? [one, { ...one, keepsScores: true }] : [one]));

function sampleOf(random: Random, variant: Variant): Sample<AttentionAttributes> {
  const [N, heads, Tq, Tk, D, Dv] = variant.sizes;
  const inputs = [
    normal(random, [N, Tq, heads * D]),
    normal(random, [N, Tk, heads * D]),
    normal(random, [N, Tk, heads * Dv]),
  ];
  const place = (x: Operand | undefined): number | undefined => (x === undefined ? undefined : inputs.push(x) - 1);
  const counts = (n: number, j: number): number =>
    variant.mask === "holes"
      ? Math.max(0, Math.floor(random.uniform(-2, 3))) // any number but 0 counts
      : Number(n !== 1 && j < Tk - n - 1);
  const attributes = {
    heads,
    scale: variant.scale ?? 1 / Math.sqrt(D),
    causal: variant.causal ?? false,
    mask: place(variant.mask && generate([N, Tk], (i) => counts(Math.floor(i / Tk), i % Tk), "int32")),
    bias: place(variant.bias && normal(random, variant.bias(N, heads, Tq, Tk))),
    dropout: variant.rate === undefined ? undefined : { rate: variant.rate, random: new RandomState(3), stream: 2 },
    returnsWeights: variant.returnsWeights ?? false,
    keepsScores: variant.keepsScores ?? false,
  };
  const { sizes: _, ...rest } = { ...variant, bias: variant.bias?.(N, heads, Tq, Tk) };
  const options = Object.entries(rest).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${JSON.stringify(value)}`],
  );
  return {
    title: [`N ${N}, heads ${heads}, Tq ${Tq}, Tk ${Tk}, D ${D}, Dv ${Dv}`, ...options].join(", "),
    inputs,
    attributes,
  };
}

const known = new Map<string, number[]>();

/** The word of {@link wordOf}, each computed once: central differences ask for the same ones again and again. */
function drawn(index: number, words: Words, stream: number): number {
  const key = [...words, stream].join();
  const list = known.get(key) ?? [];
  if (list.length === 0) known.set(key, list);
  return (list[index] ??= wordOf(index, words, stream));
}

/** O and the weights, as the formula says them. */
export function attentionReference(inputs: readonly Operand[], attributes: AttentionAttributes): Operand[] {
  const { heads, scale, causal, dropout } = attributes;
  const [q, k, v] = inputs;
  const mask = attributes.mask === undefined ? undefined : inputs[attributes.mask];
  const bias = attributes.bias === undefined ? undefined : inputs[attributes.bias];
  const [N, Tq, width] = q.shape;
  const [, Tk, valueWidth] = v.shape;
  const [D, Dv] = [width / heads, valueWidth / heads];
  const [biasN, biasHeads] = [1, 1, ...(bias?.shape ?? [1, 1])].slice(-4);
  const words = dropout?.random.save() as unknown as Words | undefined;
  const rowBits = 16 * Math.ceil(Tk / 16);
  const out = new Float64Array(N * Tq * valueWidth);
  const all = new Float64Array(N * heads * Tq * Tk);
  for (let n = 0; n < N; n++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < Tq; i++) {
        const scores = Array.from({ length: Tk }, (_, j) => {
          if ((causal && j > i) || mask?.values[n * Tk + j] === 0) return -Infinity;
          let sum = 0;
          for (let d = 0; d < D; d++)
            sum += q.values[(n * Tq + i) * width + h * D + d] * k.values[(n * Tk + j) * width + h * D + d];
          const head = ((n % biasN) * biasHeads + (h % biasHeads)) * Tq;
          return scale * sum + (bias?.values[(head + i) * Tk + j] ?? 0);
        });
        const most = Math.max(...scores);
        const powers = scores.map((score) => (most === -Infinity ? 0 : Math.exp(score - most)));
        const total = powers.reduce((sum, x) => sum + x, 0);
        const row = (n * heads + h) * Tq + i;
        for (const [j, power] of powers.entries()) {
          const weight = power === 0 ? 0 : power / total;
          all[row * Tk + j] = weight;
          let kept = weight;
          if (dropout !== undefined) {
            const threshold = Math.trunc(Math.fround(dropout.rate) * 2 ** 32);
            kept = drawn(row * rowBits + j, words!, dropout.stream) >= threshold ? weight / (1 - dropout.rate) : 0;
          }
          for (let d = 0; d < Dv; d++)
            out[(n * Tq + i) * valueWidth + h * Dv + d] += kept * v.values[(n * Tk + j) * valueWidth + h * Dv + d];
        }
      }
    }
  }
  return [operandOf([N, Tq, valueWidth], out), operandOf([N, heads, Tq, Tk], all)];
}

const operandOf = (shape: number[], values: Float64Array): Operand => ({ shape, dtype: "float32", values });

const fits = () => [ones([2, 3, 4]), ones([2, 5, 4]), ones([2, 5, 6])] as const;

export const rows: Rows<typeof attentionFile> = {
  attentionOp: {
    samples: (random) => variants.map((variant) => sampleOf(random, variant)),
    reference: (inputs, attributes) => attentionReference(inputs, attributes).slice(0, 1),
    bound: { relative: 1e-5, absolute: 1e-6 },
    gradientBound: { relative: 1e-4, absolute: 1e-5 },
    refusals: [
      {
        call: () => attention(ones([2, 4]), ones([2, 5, 4]), ones([2, 5, 6])),
        error: ShapeError,
        text: "attention: q must have three axes; expected [N, T, heads · D], got q [2, 4]. The axes are samples, steps and features, in this order.",
      },
      {
        call: () => attention(ones([2, 3, 4]), ones([1, 5, 4]), ones([1, 5, 4])),
        error: ShapeError,
        text: "attention: the numbers of samples differ; expected the same N in q, k and v, got q [2, 3, 4], k [1, 5, 4], v [1, 5, 4].",
      },
      {
        call: () => attention(ones([2, 3, 4]), ones([2, 5, 4]), ones([2, 6, 4])),
        error: ShapeError,
        text: "attention: the numbers of keys and values differ; expected k [N, Tk, …] and v [N, Tk, …], got q [2, 3, 4], k [2, 5, 4], v [2, 6, 4].",
      },
      {
        call: () => attention(ones([2, 3, 4]), ones([2, 5, 3]), ones([2, 5, 4])),
        error: ShapeError,
        text: "attention: queries and keys differ in width; expected q [N, Tq, heads · D], k [N, Tk, heads · D], got q [2, 3, 4], k [2, 5, 3], v [2, 5, 4].",
      },
      {
        call: () => attention(...fits(), { heads: 3 }),
        error: ShapeError,
        text: "attention: heads do not divide the width of q; expected a last axis that is a multiple of heads = 3, got q [2, 3, 4].",
      },
      {
        call: () => attention(...fits(), { heads: 4 }),
        error: ShapeError,
        text: "attention: heads do not divide the width of v; expected a last axis that is a multiple of heads = 4, got v [2, 5, 6].",
      },
      {
        call: () => attention(...fits(), { mask: ones([2, 5]) }),
        error: ShapeError,
        text: "attention: the mask has the wrong dtype; expected int32, got the mask Tensor(2, 5).",
      },
      {
        call: () => attention(...fits(), { mask: zeros([2, 3], { dtype: "int32" }) }),
        error: ShapeError,
        text: "attention: the mask does not fit; expected [N, Tk] = [2, 5], got [2, 3].",
      },
      {
        call: () => attention(...fits(), { lengths: [2, 6] }),
        error: UsageError,
        text: "sequenceMask: lengths[1] is out of range; expected integers from 0 to T = 5, got 6.",
      },
      {
        call: () => attention(...fits(), { mask: zeros([2, 5], { dtype: "int32" }), lengths: [1, 2] }),
        error: UsageError,
        text: "attention: both a mask and lengths are given; expected one of them. A mask can express everything that lengths can.",
      },
      {
        call: () => attention(...fits(), { bias: ones([5, 3]) }),
        error: ShapeError,
        text: "attention: the bias does not fit; expected [Tq, Tk], [heads, Tq, Tk] or [N, heads, Tq, Tk] = [2, 1, 3, 5], got [5, 3].",
      },
      {
        call: () => attention(...fits(), { dropout: { rate: 1, random: new RandomState(1) } }),
        error: UsageError,
        text: "attention: dropout.rate is out of range; expected 0 ≤ rate < 1, got 1.",
      },
      {
        call: () =>
          attention(ones([1, 65536, 1]), ones([1, 32768, 1]), ones([1, 32768, 1]), {
            dropout: { rate: 0.1, random: new RandomState(1) },
          }),
        error: UsageError,
        text: "attention: too many weights for dropout; expected N · heads · Tq · Tk below 2³¹, got 2147483648. Use a smaller batch, shorter sequences, or no dropout of weights.",
      },
      {
        call: () => attention(...fits(), { scale: NaN }),
        error: UsageError,
        text: "attention: scale must be a finite number; got NaN.",
      },
    ],
    flops: ([q, k, v]) => 2 * q.shape[0] * q.shape[1] * k.shape[1] * (q.shape[2] + v.shape[2]),
  },
};
