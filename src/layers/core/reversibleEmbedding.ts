/**
 * Tied embeddings: one table for the vectors of the tokens that are read and for the logits of those that are predicted.
 * Letters: N batch, T tokens, V vocabulary, D elements of a vector.
 * Source: Press & Wolf 2017, "Using the output embedding to improve language models".
 */
import { ShapeError, message } from "../../errors.js";
import { matmul } from "../../ops/product/matmul.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { type Layer, oneInput } from "../layer.js";
import { Embedding, type EmbeddingOptions, embeddingTable } from "./embedding.js";

/**
 * An embedding that is applied twice: to tokens it gives their vectors, as {@link embedding} does; to vectors it gives
 * the logits of the tokens, y = x·Eᵀ, with the same table.
 *
 *   const table = layers.reversibleEmbedding({ inputDim: 1000, outputDim: 64 });
 *   const outputs = table.apply(layers.gru({ units: 64, returnSequences: true }).apply(table.apply(tokens)));
 *
 * x (N, T) tokens → (N, T, D); x (N, T, D) → (N, T, V); parameter embeddings E (V, D). The logits have a gradient for
 * every row, so each step visits the whole table.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is neither sequences of tokens nor of vectors of D elements
 */
export function reversibleEmbedding(options: EmbeddingOptions): Layer {
  return new ReversibleEmbedding("reversibleEmbedding", options, embeddingTable);
}

class ReversibleEmbedding extends Embedding {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    const { inputDim, outputDim } = this.given;
    if (shape.length === 1) return super.outputShape(inputShapes);
    if (shape.length === 2 && shape[1] === outputDim) return [shape[0], inputDim];
    const expected = `tokens [N, T], or vectors ${showShape(["N", "T", outputDim])}`;
    const got = showShape(["N", ...shape]);
    throw new ShapeError(message(this.kind, "the input does not fit", { expected, got }));
  }

  tokensAmong<T extends { readonly sizes: Shape }>(inputs: readonly T[]): readonly T[] {
    return inputs.filter(({ sizes }) => sizes.length === 1);
  }

  protected override acceptsAlso(): boolean {
    return true; // outputShape has checked it
  }

  override outputMask(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor | undefined {
    return inputs[0].rank === 2 ? super.outputMask(inputs, masks) : masks[0];
  }

  override call([x]: readonly Tensor[], context: CallContext): Tensor {
    return x.rank === 2 ? super.call([x], context) : matmul(x, this.embeddings, { transposeB: true });
  }
}
