/**
 * Attention with any number of heads, in one kernel each way: softmax(scale · Q·Kᵀ + bias) · V. Letters: N samples, Tq
 * queries, Tk keys, D numbers of a query or key and Dv of a value for each head.
 * Does not project (layers.multiHeadAttention does), nor split heads: they lie side by side in a row.
 * Source: Vaswani et al. 2017, "Attention is all you need".
 */
import {
  attentionBackward,
  attentionForward,
  attentionMaskBytes,
  attentionScoreBlockBytes,
  attentionScratchBytes,
  fill,
} from "#wasm/kernels";
import { attentionShape } from "#wasm/layout-attention";
import { UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { floatBits, writeStruct } from "../../runtime/struct.js";
import { isGradEnabled, noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { applyMany, checkTensors, defineOp } from "../defineOp.js";
import { sequenceMask } from "../recurrent/sequenceMask.js";
import { isRepeated, sumRun, sumTo } from "../reduce/sumTo.js";
import {
  type AttentionAttributes,
  type AttentionOptions,
  type AttentionWeightsOptions,
  biasShape,
  checkDrawn,
  checkOperands,
  dropoutOf,
} from "./attentionOptions.js";

interface Sizes {
  readonly n: number;
  readonly heads: number;
  readonly tq: number;
  readonly tk: number;
  readonly d: number;
  readonly dv: number;
}

function sizesOf([q, k, v]: readonly Tensor[], { heads }: AttentionAttributes): Sizes {
  const [n, tq, width] = q.shape;
  return { n, heads, tq, tk: k.shape[1], d: width / heads, dv: v.shape[2] / heads };
}

/**
 * Bytes of scores that a call keeps at most: a training step of the usual sizes is then a fifth faster
 * (docs/benchmarks.md), and a long sequence still costs memory by its length alone.
 */
const mostScoresBytes = 2 ** 24;

/**
 * The shape of a call for the kernels. @param kept outputs: the scores, and the bits of the weights that are not dropped
 * @param dBias where the bias's gradient goes, or 0
 */
function shapeOf(
  inputs: readonly Tensor[],
  attributes: AttentionAttributes,
  [scores, kept]: readonly { readonly ptr: number }[],
  dBias: number,
): number {
  const { causal, scale, mask, bias, dropout, keepsScores } = attributes;
  const sizes = sizesOf(inputs, attributes);
  const [biasN, biasHeads] = bias === undefined ? [1, 1] : biasShape(inputs[bias]);
  const area = sizes.tq * sizes.tk;
  return writeStruct(attentionShape, {
    ...sizes,
    causal: Number(causal),
    mask: mask === undefined ? 0 : inputs[mask].ptr,
    bias: bias === undefined ? 0 : inputs[bias].ptr,
    biasSample: biasN === 1 ? 0 : biasHeads * area,
    biasHead: biasHeads === 1 ? 0 : area,
    dBias,
    scores: keepsScores ? scores.ptr : 0,
    kept: dropout === undefined ? 0 : kept.ptr,
    random: dropout?.random.ptr ?? 0,
    stream: dropout?.stream ?? 0,
    rate: floatBits(dropout?.rate ?? 0),
    scale: floatBits(scale),
  });
}

/** Outputs: O and the weights; for the backward pass a number a row, the scores, and the bits of the weights that are not dropped. */
export const attentionOp = defineOp<AttentionAttributes>({
  name: "attention",
  shape(inputs, attributes) {
    checkOperands(inputs, attributes);
    const { n, heads, tq, tk, dv } = sizesOf(inputs, attributes);
    const { dropout, keepsScores } = attributes;
    if (dropout !== undefined) checkDrawn(n * heads * tq, tk);
    const kept = dropout === undefined ? 0 : attentionMaskBytes(n, heads, tq, tk);
    return [
      { shape: [n, tq, heads * dv] },
      { shape: attributes.returnsWeights ? [n, heads, tq, tk] : [0], isDifferentiable: false },
      { shape: [n, heads, tq], isDifferentiable: false },
      { shape: [keepsScores ? attentionScoreBlockBytes(n, heads, tq, tk) / 4 : 0], isDifferentiable: false },
      { shape: [kept], dtype: "uint8" },
    ];
  },
  forward({ inputs, outputs: [o, weights, sums, ...kept], attributes, scratch }) {
    const { tq, tk, d, dv } = sizesOf(inputs, attributes);
    const [q, k, v] = inputs;
    attentionForward(
      ...([o.ptr, sums.ptr, attributes.returnsWeights ? weights.ptr : 0] as const),
      ...([q.ptr, k.ptr, v.ptr, shapeOf(inputs, attributes, kept, 0)] as const),
      scratch(attentionScratchBytes(tq, tk, d, dv)),
    );
  },
  backward({ inputs, outputs: [o, , sums, ...kept], dOutputs: [dO], attributes, gradient, wants, scratch }) {
    const sizes = sizesOf(inputs, attributes);
    const { n, heads, tq, tk, d, dv } = sizes;
    const { bias } = attributes;
    const [q, k, v] = inputs;
    const places = placesOf([q, k, v], gradient);
    const wantsBias = bias !== undefined && wants(bias);
    const dBias = wantsBias ? scratch(4 * n * heads * tq * tk) : 0;
    attentionBackward(
      ...(places.map(({ ptr }) => ptr) as [number, number, number]),
      ...([dO!.ptr, q.ptr, k.ptr, v.ptr, o.ptr, sums.ptr] as const),
      shapeOf(inputs, attributes, kept, dBias),
      scratch(attentionScratchBytes(tq, tk, d, dv)),
      places.reduce((bits, { accumulate }, i) => bits | (accumulate << i), 0),
    );
    if (wantsBias) {
      const [to, from] = [biasShape(inputs[bias]), [n, heads, tq, tk]];
      const size = n * heads * tq * tk;
      gradient(bias, (out, accumulate) =>
        isRepeated(from, to)
          ? sumTo(out, to, dBias, from, 1, accumulate, scratch)
          : sumRun(out, dBias, [size, 1, 1], 1, accumulate, scratch),
      );
    }
  },
  saved: { inputs: [0, 1, 2, 3, 4], outputs: [0, 2, 3, 4] },
});

/**
 * Where the gradients of q, k and v go; 0 where one is not wanted. The kernel writes all three at once, so where two of
 * them are one tensor, its gradient is cleared beforehand and added to.
 */
function placesOf(
  operands: readonly Tensor[],
  gradient: (i: number, write: (ptr: number, accumulate: 0 | 1) => void) => void,
): { ptr: number; accumulate: 0 | 1 }[] {
  type Place = { ptr: number; accumulate: 0 | 1; readonly size: number };
  const places = operands.map(({ size }): Place => ({ ptr: 0, accumulate: 0, size }));
  for (const [i, place] of places.entries()) {
    gradient(i, (ptr, accumulate) => {
      const shared = places.find((other) => other.ptr === ptr);
      if (shared !== undefined && shared.accumulate === 0) {
        fill(ptr, 0, shared.size);
        shared.accumulate = 1;
      }
      Object.assign(place, { ptr, accumulate });
    });
  }
  return places;
}

/** Checks the options and runs the op. @returns its outputs */
function run(
  op: string,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions,
  returnsWeights: boolean,
): Tensor[] {
  const { heads = 1, causal = false, mask, lengths, bias, dropout } = options;
  checkTensors(op, [q, k, v], "q k v");
  checkInteger(op, "heads", heads, "[1, ∞)");
  if (typeof causal !== "boolean")
    throw new UsageError(message(op, "causal must be a boolean", { expected: "true or false", got: show(causal) }));
  const { scale = 1 / Math.sqrt((q.shape.at(-1) ?? 1) / heads) } = options;
  if (!Number.isFinite(scale)) throw new UsageError(message(op, "scale must be a finite number", { got: show(scale) }));
  if (mask !== undefined && lengths !== undefined) {
    const hint = "A mask can express everything that lengths can.";
    throw new UsageError(message(op, "both a mask and lengths are given", { expected: "one of them", hint }));
  }
  for (const [name, given] of Object.entries({ mask, bias })) if (given !== undefined) checkTensors(op, [given], name);
  const counting = lengths === undefined || k.rank !== 3 ? mask : sequenceMask(lengths, k.shape[1]);
  const inputs = [q, k, v];
  const place = (operand: Tensor | undefined): number | undefined =>
    operand === undefined ? undefined : inputs.push(operand) - 1;
  const places = { mask: place(counting), bias: place(bias) };
  return applyMany(attentionOp, inputs, {
    ...{ heads, scale, causal, returnsWeights },
    ...places,
    dropout: dropoutOf(op, dropout),
    keepsScores: dropout === undefined && keepsScores(inputs, heads),
  });
}

/** Whether a backward pass may come, for which the scores are worth their memory. */
function keepsScores(inputs: readonly Tensor[], heads: number): boolean {
  if (!isGradEnabled() || !inputs.some(({ requiresGrad }) => requiresGrad)) return false;
  const [[n, tq], [, tk]] = [inputs[0].shape, inputs[1].shape];
  return attentionScoreBlockBytes(n, heads, tq, tk) <= mostScoresBytes;
}

const weightKeys = ["heads", "scale", "causal", "mask", "lengths", "bias"];

/**
 * Attention: each query's mean of the values, weighted by how well their keys match it,
 * O = softmax(scale · Q·Kᵀ + bias) · V in each head.
 *
 * @param q  (N, Tq, heads · D) float32, the heads side by side in a row
 * @param k  (N, Tk, heads · D) float32
 * @param v  (N, Tk, heads · Dv) float32
 * @returns  (N, Tq, heads · Dv); 0, without a gradient, where no key counts
 * Cost: 2·N·heads·Tq·Tk·(D + Dv) flops forward, two to two and a half times that backward; memory grows with Tq + Tk, not
 * with Tq·Tk, but for the scores, which are kept for the backward pass up to 16 MiB a call, and with dropout a bit a weight.
 * @throws {ShapeError} when shapes or dtypes do not fit, or heads do not divide the width
 * @throws {UsageError} when an option is wrong or unknown, or a length is not an integer from 0 to Tk
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  checkKeys("attention", options, [...weightKeys, "dropout"]);
  const [o, ...rest] = run("attention", q, k, v, options, false);
  for (const tensor of rest) tensor.dispose();
  return o;
}

/**
 * The weights that {@link attention} gives the values, to be looked at: softmax(scale · Q·Kᵀ + bias). They have no
 * gradient. Arguments and errors: attention.
 *
 * @returns (N, heads, Tq, Tk); rows sum to 1, or are 0 where no key counts
 */
export function attentionWeights(q: Tensor, k: Tensor, options: AttentionWeightsOptions = {}): Tensor {
  checkKeys("attentionWeights", options, weightKeys);
  return noGrad(() => {
    const [o, weights, ...rest] = run("attentionWeights", q, k, k, options, true);
    for (const tensor of [o, ...rest]) tensor.dispose();
    return weights;
  });
}
