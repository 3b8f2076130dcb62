/**
 * Attention in one head without projections: a query's mean of the values, weighted by how well their keys match.
 * Letters: N batch, Tq queries, Tk keys, F features of a query, K of a key, V of a value. Source: Luong, Pham & Manning
 * 2015, "Effective approaches to attention-based neural machine translation"; scaled: Vaswani et al. 2017.
 */
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { glorotUniform } from "../../initializers/index.js";
import { matmul } from "../../ops/product/matmul.js";
import { flag, number, oneOf, type Values } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import type { Layer, LayerOptions } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { type LayerTable, initializer, regularizer } from "../tableLayer.js";
import { AttentionLayer, checkAttentionInputs, queryValueKey } from "./attentionLayer.js";

/** How well a query matches a key: q·k, q·k / √F, or Luong's general form q·W·k. */
export type AttentionScore = "dot" | "scaled" | "general";

/** Options of {@link attention}. */
export interface AttentionLayerOptions extends LayerOptions {
  /** Default "dot". */
  readonly score?: AttentionScore;
  /** The fraction of weights that is dropped in training, 0 ≤ rate < 1. Default 0. */
  readonly dropout?: number;
  /** True: query i sees the steps 0 … i alone. Default false. */
  readonly causal?: boolean;
  /** True makes the weights, (N, 1, Tq, Tk), a second output. Default false. */
  readonly returnWeights?: boolean;
  /** Of W, with the score "general". Default glorotUniform(). */
  readonly kernelInitializer?: Initializer | string;
  readonly kernelRegularizer?: Regularizer | string;
}

const table = {
  score: oneOf<AttentionScore>(["dot", "scaled", "general"], "dot"),
  dropout: number("[0, 1)", 0),
  causal: flag(false),
  returnWeights: flag(false),
  kernelInitializer: initializer(glorotUniform),
  kernelRegularizer: regularizer,
} satisfies LayerTable<AttentionLayerOptions>;

/**
 * Attention, y = softmax(score(q, k))·v, applied to [query, value] or [query, value, key]; to one tensor,
 * its steps look at each other.
 *
 * (N, Tq, F), (N, Tk, V), (N, Tk, K) → (N, Tq, V), and with returnWeights (N, 1, Tq, Tk). F = K but for the score
 * "general", which has the parameter kernel W (F, K). Steps of the values that are masked have weight 0, and the
 * queries' mask goes on; a query for which no step counts gets 0.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the inputs are not one to three sequences of vectors that fit
 */
export function attention(options: AttentionLayerOptions = {}): Layer {
  return new Attention("attention", options, table);
}

class Attention extends AttentionLayer<Values<typeof table>> {
  #kernel: Parameter | undefined;

  override outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    checkAttentionInputs(this.kind, inputShapes);
    const [query, value, key] = queryValueKey(inputShapes);
    if (this.given.score !== "general" && !Object.is(query[1], key[1])) {
      const got = inputShapes.map((shape) => showShape(["N", ...shape])).join(" and ");
      const hint = 'score: "general" compares vectors of different sizes.';
      const expected = "queries and keys of one size";
      throw new ShapeError(message(this.kind, "queries and keys differ in size", { expected, got, hint }));
    }
    return [[query[0], value[1]], ...(this.given.returnWeights ? [[1, query[0], value[0]]] : [])];
  }

  protected override build(inputShapes: readonly Shape[]): void {
    if (this.given.score !== "general") return;
    const [query, , key] = queryValueKey(inputShapes);
    this.#kernel = this.parameter("kernel", [query[1], key[1]]);
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const [query, value, key] = queryValueKey(inputs);
    const q = this.#kernel === undefined ? query : matmul(query, this.#kernel.value);
    return this.attend(q, key, value, context, this.given.score === "scaled" ? {} : { scale: 1 });
  }
}
