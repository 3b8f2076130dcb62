/**
 * Attention with heads: projections of queries, keys and values, attention in each head, and a projection of what the
 * heads found. Letters: N batch, Tq queries, Tk keys, F features, H heads, D and Dv numbers of a key and of a value for
 * each head, O units. Source: Vaswani et al. 2017, "Attention is all you need".
 */
import { UsageError, message, show } from "../../errors.js";
import { rotate } from "../../ops/attention/rotate.js";
import { dense as denseOp } from "../../ops/product/dense.js";
import { flag, integer, number, optional, type Values } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import type { Layer, LayerOptions } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { type ProjectionOptions, projectionTable } from "../core/projection.js";
import type { LayerTable } from "../tableLayer.js";
import { AttentionLayer, checkAttentionInputs, queryValueKey } from "./attentionLayer.js";

/** Options of {@link multiHeadAttention}; those of kernels and biases are for all four projections. */
export interface MultiHeadAttentionOptions extends LayerOptions, ProjectionOptions {
  /** H ≥ 1. */
  readonly heads: number;
  /** D ≥ 1: the size of a query or key in each head. */
  readonly keyDim: number;
  /** Dv ≥ 1. Default D. */
  readonly valueDim?: number;
  /** O ≥ 1: the size of the output. Default that of the queries, F. */
  readonly units?: number;
  /** The fraction of weights that is dropped in training, 0 ≤ rate < 1. Default 0. */
  readonly dropout?: number;
  /** True: step i sees the steps 0 … i alone. Default false. */
  readonly causal?: boolean;
  /** True turns queries and keys by their positions (rotary embedding); D must be even. Default false. */
  readonly rotary?: boolean;
  /** True makes the weights, (N, H, Tq, Tk), a second output: `const [y, weights] = layer.applyMany(x)`. Default false. */
  readonly returnWeights?: boolean;
}

const table = {
  heads: integer("[1, ∞)"),
  keyDim: integer("[1, ∞)"),
  valueDim: optional(integer("[1, ∞)")),
  units: optional(integer("[1, ∞)")),
  dropout: number("[0, 1)", 0),
  causal: flag(false),
  rotary: flag(false),
  returnWeights: flag(false),
  ...projectionTable,
} satisfies LayerTable<MultiHeadAttentionOptions>;

/**
 * Attention with heads: y = [head₁, …, head_H]·W_O + b_O, head = softmax(q·kᵀ / √D)·v.
 *
 * Applied to one tensor, the steps of a sequence look at each other; to [query, value], each query looks at the values;
 * to [query, value, key], by other keys. The weights of returnWeights have no gradient. (N, Tq, F), (N, Tk, F′), (N, Tk, F″) → (N, Tq, O), and with returnWeights
 * (N, H, Tq, Tk). Steps of the values that are masked have weight 0, and the queries' mask goes on; a query for which
 * no step counts gets b_O. Parameters: queryKernel (F, H·D), keyKernel (F″, H·D), valueKernel (F′, H·Dv), outputKernel
 * (H·Dv, O), and a bias for each.
 * @throws {UsageError} when an option is unknown or out of range, or keyDim is odd with rotary
 * @throws {ShapeError} when the inputs are not one to three sequences of vectors, or keys and values differ in number
 */
export function multiHeadAttention(options: MultiHeadAttentionOptions): Layer {
  return new MultiHeadAttention("multiHeadAttention", options, table);
}

interface Projection {
  readonly kernel: Parameter;
  readonly bias: Parameter | undefined;
}

class MultiHeadAttention extends AttentionLayer<Values<typeof table>> {
  #projections!: { readonly query: Projection; readonly key: Projection; readonly value: Projection; readonly output: Projection }; // prettier-ignore

  constructor(...args: ConstructorParameters<typeof AttentionLayer<Values<typeof table>>>) {
    super(...args);
    const { rotary, keyDim } = this.given;
    if (!rotary || keyDim % 2 === 0) return;
    const expected = "an even keyDim, whose halves are turned together";
    throw new UsageError(message(this.kind, "rotary does not fit", { expected, got: show(keyDim) }));
  }

  override outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    checkAttentionInputs(this.kind, inputShapes);
    const [query, value] = queryValueKey(inputShapes);
    const { units = query[1], heads, returnWeights } = this.given;
    return [[query[0], units], ...(returnWeights ? [[heads, query[0], value[0]]] : [])];
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const { heads, keyDim, valueDim = keyDim, useBias } = this.given;
    const [query, value, key] = queryValueKey(inputShapes);
    const { units = query[1] } = this.given;
    const projection = (name: string, from: number, to: number): Projection => ({
      kernel: this.#part(name, "kernel", [from, to]),
      bias: useBias ? this.#part(name, "bias", [to]) : undefined,
    });
    this.#projections = {
      query: projection("query", query[1], heads * keyDim),
      key: projection("key", key[1], heads * keyDim),
      value: projection("value", value[1], heads * valueDim),
      output: projection("output", heads * valueDim, units),
    };
  }

  /** A kernel or a bias of a projection, with the options for all kernels or biases. */
  #part(projection: string, what: "kernel" | "bias", shape: Shape): Parameter {
    const name = `${projection}${what[0].toUpperCase()}${what.slice(1)}`;
    return this.parameter(what, shape, { name, ...(what === "bias" && { decays: false }) });
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const { heads, rotary } = this.given;
    const [query, value, key] = queryValueKey(inputs);
    const project = (x: Tensor, { kernel, bias }: Projection): Tensor => denseOp(x, kernel.value, bias?.value);
    const turned = (x: Tensor): Tensor => (rotary ? rotate(x, { heads }) : x);
    const q = turned(project(query, this.#projections.query));
    const k = turned(project(key, this.#projections.key));
    const v = project(value, this.#projections.value);
    const [heard, ...weights] = this.attend(q, k, v, context, { heads });
    return [project(heard, this.#projections.output), ...weights];
  }
}
