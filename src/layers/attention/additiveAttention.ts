/**
 * Attention whose scores are a small network, score(q, k) = v·tanh(q·W_q + k·W_k + b). Letters: N batch, Tq queries, Tk
 * keys, F features of a query, K of a key, V of a value, U units. The scores take N·Tq·Tk·U numbers; with one query at a
 * time, as in a decoder, that is little. Source: Bahdanau, Cho & Bengio 2015, "Neural machine translation by jointly
 * learning to align and translate".
 */
import type { Initializer } from "../../initializers/initializer.js";
import { glorotUniform, zeros as zerosInitializer } from "../../initializers/index.js";
import { add } from "../../ops/pointwise/arithmetic.js";
import { tanh } from "../../ops/pointwise/activationFunctions.js";
import { dense as denseOp } from "../../ops/product/dense.js";
import { matmul } from "../../ops/product/matmul.js";
import { expandDims, reshape } from "../../ops/shape/reshape.js";
import { flag, integer, number, type Values } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { zeros } from "../../tensor/create.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import type { Layer, LayerOptions } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { type LayerTable, initializer, regularizer } from "../tableLayer.js";
import { AttentionLayer, checkAttentionInputs, queryValueKey } from "./attentionLayer.js";

/** Options of {@link additiveAttention}. */
export interface AdditiveAttentionOptions extends LayerOptions {
  /** U ≥ 1: the size in which queries and keys are compared. */
  readonly units: number;
  /** The fraction of weights that is dropped in training, 0 ≤ rate < 1. Default 0. */
  readonly dropout?: number;
  /** True: query i sees the steps 0 … i alone. Default false. */
  readonly causal?: boolean;
  /** True makes the weights, (N, 1, Tq, Tk), a second output. Default false. */
  readonly returnWeights?: boolean;
  /** Of W_q, W_k and v. Default glorotUniform(). */
  readonly kernelInitializer?: Initializer | string;
  /** Default zeros(). */
  readonly biasInitializer?: Initializer | string;
  readonly kernelRegularizer?: Regularizer | string;
}

const table = {
  units: integer("[1, ∞)"),
  dropout: number("[0, 1)", 0),
  causal: flag(false),
  returnWeights: flag(false),
  kernelInitializer: initializer(glorotUniform),
  biasInitializer: initializer(zerosInitializer),
  kernelRegularizer: regularizer,
} satisfies LayerTable<AdditiveAttentionOptions>;

/**
 * Additive attention, y = softmax(score(q, k))·v, applied to [query, value] or [query, value, key]; to one tensor,
 * its steps look at each other.
 *
 * (N, Tq, F), (N, Tk, V), (N, Tk, K) → (N, Tq, V), and with returnWeights (N, 1, Tq, Tk). Parameters queryKernel W_q
 * (F, U), keyKernel W_k (K, U), bias b (U), scoreKernel v (U, 1). Steps of the values that are masked have weight 0, and
 * the queries' mask goes on; a query for which no step counts gets 0.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the inputs are not one to three sequences of vectors that fit
 */
export function additiveAttention(options: AdditiveAttentionOptions): Layer {
  return new AdditiveAttention("additiveAttention", options, table);
}

class AdditiveAttention extends AttentionLayer<Values<typeof table>> {
  #queryKernel!: Parameter;
  #keyKernel!: Parameter;
  #bias!: Parameter;
  #scoreKernel!: Parameter;

  override outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    checkAttentionInputs(this.kind, inputShapes);
    const [query, value] = queryValueKey(inputShapes);
    return [[query[0], value[1]], ...(this.given.returnWeights ? [[1, query[0], value[0]]] : [])];
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const { units } = this.given;
    const [query, , key] = queryValueKey(inputShapes);
    this.#queryKernel = this.parameter("kernel", [query[1], units], { name: "queryKernel" });
    this.#keyKernel = this.parameter("kernel", [key[1], units], { name: "keyKernel" });
    this.#bias = this.parameter("bias", [units], { decays: false });
    this.#scoreKernel = this.parameter("kernel", [units, 1], { name: "scoreKernel" });
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const [query, value, key] = queryValueKey(inputs);
    const [N, Tq] = query.shape;
    const Tk = key.shape[1];
    const q = expandDims(denseOp(query, this.#queryKernel.value, this.#bias.value), 2); // (N, Tq, 1, U)
    const k = expandDims(matmul(key, this.#keyKernel.value), 1); // (N, 1, Tk, U)
    const scores = reshape(matmul(tanh(add(q, k)), this.#scoreKernel.value), [N, 1, Tq, Tk]);
    // The op's own scores are 0, products of empty vectors as it were, and these are added to them.
    const [none, noKey] = [zeros([N, Tq, 1]), zeros([N, Tk, 1])];
    return this.attend(none, noKey, value, context, { bias: scores });
  }
}
