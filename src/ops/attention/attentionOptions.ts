/**
 * What a call of attention is told besides its operands, and its checks. Letters: attention.ts. Does not compute.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import type { RandomState } from "../../tensor/randomState.js";
import { type Shape, sameShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkDtype } from "../defineOp.js";
import { checkRandom } from "../random.js";

/** Which weights are dropped. */
export interface AttentionDropout {
  /** 0 ≤ rate < 1: the probability of a weight being dropped. */
  readonly rate: number;
  /** Read, not advanced. */
  readonly random: RandomState;
  /** One of the state's 2³² sequences: calls between two advances need different ones. Default 0. */
  readonly stream?: number;
}

/** Options of attentionWeights. */
export interface AttentionWeightsOptions {
  /** Default 1. */
  readonly heads?: number;
  /** The factor of Q·Kᵀ. Default 1 / √D. */
  readonly scale?: number;
  /** True: query i sees the keys 0 … i alone. Default false. */
  readonly causal?: boolean;
  /** Which keys count, (N, Tk) int32: where it is 0 the weight is 0. Default: all. */
  readonly mask?: Tensor | undefined;
  /** Instead of a mask: how many keys of each sample count, from the first on; (N) integers from 0 to Tk. */
  readonly lengths?: ArrayLike<number> | Tensor | undefined;
  /** Added to the scaled products: (Tq, Tk), (heads, Tq, Tk) or (N, heads, Tq, Tk), where N or heads may be 1. */
  readonly bias?: Tensor | undefined;
}

/** Options of attention. */
export interface AttentionOptions extends AttentionWeightsOptions {
  /** Default: none is dropped. */
  readonly dropout?: AttentionDropout | undefined;
}

/** The attributes of attentionOp. */
export interface AttentionAttributes {
  readonly heads: number;
  readonly scale: number;
  readonly causal: boolean;
  /** The operands after q, k and v. */
  readonly mask: number | undefined;
  readonly bias: number | undefined;
  readonly dropout: Required<AttentionDropout> | undefined;
  /** True when the weights are an output. */
  readonly returnsWeights: boolean;
  /** True when the scores are kept for the backward pass, which then need not be computed again. Not with dropout. */
  readonly keepsScores: boolean;
}

/** The bias's shape with the axes N and heads in front. */
export function biasShape(bias: Tensor): Shape {
  return [1, 1, ...bias.shape].slice(-4);
}

/** Checks shapes and dtypes of the operands. @throws {ShapeError} when they do not fit */
export function checkOperands(inputs: readonly Tensor[], { heads, mask, bias }: AttentionAttributes): void {
  const [q, k, v] = inputs;
  const wrong = (what: string, expected: string, got: string, hint?: string): never => {
    throw new ShapeError(message("attention", what, { expected, got, ...(hint === undefined ? {} : { hint }) }));
  };
  for (const [name, x] of Object.entries({ q, k, v })) {
    checkDtype("attention", name, x, "float32");
    if (x.rank !== 3) {
      const hint = "The axes are samples, steps and features, in this order.";
      wrong(`${name} must have three axes`, "[N, T, heads · D]", `${name} ${showShape(x.shape)}`, hint);
    }
  }
  const [N, Tq, width] = q.shape;
  const [, Tk] = k.shape;
  const got = `q ${showShape(q.shape)}, k ${showShape(k.shape)}, v ${showShape(v.shape)}`;
  if (k.shape[0] !== N || v.shape[0] !== N) wrong("the numbers of samples differ", "the same N in q, k and v", got);
  if (v.shape[1] !== Tk) wrong("the numbers of keys and values differ", "k [N, Tk, …] and v [N, Tk, …]", got);
  if (k.shape[2] !== width)
    wrong("queries and keys differ in width", "q [N, Tq, heads · D], k [N, Tk, heads · D]", got);
  for (const [name, x] of Object.entries({ q, v })) {
    if (x.shape[2] === 0 || x.shape[2] % heads !== 0) {
      const rule = `a last axis that is a multiple of heads = ${heads}`;
      wrong(`heads do not divide the width of ${name}`, rule, `${name} ${showShape(x.shape)}`);
    }
  }
  if (mask !== undefined) {
    checkDtype("attention", "the mask", inputs[mask], "int32");
    if (!sameShape(inputs[mask].shape, [N, Tk]))
      wrong("the mask does not fit", `[N, Tk] = ${showShape([N, Tk])}`, showShape(inputs[mask].shape));
  }
  if (bias !== undefined) {
    checkDtype("attention", "the bias", inputs[bias], "float32");
    const shape = inputs[bias].shape;
    const full = [N, heads, Tq, Tk];
    const fits = biasShape(inputs[bias]).every((size, i) => size === full[i] || (i < 2 && size === 1));
    if (shape.length < 2 || shape.length > 4 || !fits) {
      const expected = `[Tq, Tk], [heads, Tq, Tk] or [N, heads, Tq, Tk] = ${showShape(full)}`;
      wrong("the bias does not fit", expected, showShape(shape));
    }
  }
}

/** Checks that the weights of `rows` queries can be numbered, as drawing needs it. @throws {UsageError} if not */
export function checkDrawn(rows: number, tk: number): void {
  if (rows * 16 * Math.ceil(tk / 16) < 2 ** 31) return;
  const [expected, got] = ["N · heads · Tq · Tk below 2³¹", String(rows * tk)];
  const hint = "Use a smaller batch, shorter sequences, or no dropout of weights.";
  throw new UsageError(message("attention", "too many weights for dropout", { expected, got, hint }));
}

/** Which weights a call drops, with defaults; undefined: none. @throws {UsageError} when rate or random do not fit */
export function dropoutOf(op: string, dropout: AttentionDropout | undefined): Required<AttentionDropout> | undefined {
  if (dropout === undefined) return undefined;
  checkKeys(op, dropout, ["rate", "random", "stream"]);
  const { rate, random, stream = 0 } = dropout;
  if (!(typeof rate === "number" && rate >= 0 && rate < 1))
    throw new UsageError(message(op, "dropout.rate is out of range", { expected: "0 ≤ rate < 1", got: show(rate) }));
  if (rate === 0) return undefined;
  checkRandom(op, random, stream);
  return { rate, random, stream };
}
