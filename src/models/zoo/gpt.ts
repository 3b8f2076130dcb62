/**
 * A transformer that predicts the next token: embeddings of tokens and positions, causal blocks, logits. Letters: N
 * batch, T tokens, V vocabulary, F features.
 * Source: GPT-2 (Radford et al. 2019).
 */
import { checkKeys } from "../../errors.js";
import { randomNormal } from "../../initializers/index.js";
import { dense } from "../../layers/core/dense.js";
import { dropout as dropoutLayer } from "../../layers/core/dropout.js";
import { embedding } from "../../layers/core/embedding.js";
import { reversibleEmbedding } from "../../layers/core/reversibleEmbedding.js";
import { input } from "../../layers/input.js";
import { positionalEmbedding } from "../../layers/attention/positions.js";
import { layerNormalization } from "../../layers/norm/normalization.js";
import { checkBoolean, checkInteger, checkNumber } from "../../options.js";
import type { Model } from "../model.js";
import type { ModelOptions } from "../modelOptions.js";
import { model } from "../sequential.js";
import { transformerBlock } from "./transformerBlock.js";

/** Options of {@link gpt}. */
export interface GptOptions extends ModelOptions {
  /** V ≥ 1: tokens are 0 … V − 1. */
  readonly vocabulary: number;
  /** The longest sequence, ≥ 1. Default 64. */
  readonly context?: number;
  /** F ≥ 1. Default 128. */
  readonly features?: number;
  /** Blocks, 1 … 1000. Default 4. */
  readonly blocks?: number;
  /** A divisor of F. Default 4. */
  readonly heads?: number;
  /** The fraction dropped in training of embeddings, of weights of attention, and of what blocks add. Default 0. */
  readonly dropout?: number;
  /** True: the logits have the weights of the embedding of tokens, as in GPT-2. Default false. */
  readonly tied?: boolean;
}

/**
 * A small GPT. Its defaults have 0.8 million parameters; the outputs are logits, to be trained with
 * `categoricalCrossentropy({ fromLogits: true })` on `text.windows`, the next tokens as targets.
 *
 * x (N, T) tokens, T ≤ context → logits (N, T, V).
 * @throws {UsageError} for an option
 * @throws {ShapeError} when the heads do not divide the features
 */
export function gpt(options: GptOptions): Model {
  const op = "gpt";
  checkKeys(op, options, ["vocabulary", "context", "features", "blocks", "heads", "dropout", "tied", "name", "seed"]);
  const {
    vocabulary,
    context = 64,
    features = 128,
    blocks = 4,
    heads = 4,
    dropout = 0,
    tied = false,
    name = op,
    seed,
  } = options;
  for (const [key, value] of Object.entries({ vocabulary, context, features, heads })) {
    checkInteger(op, key, value, "[1, ∞)");
  }
  checkInteger(op, "blocks", blocks, "[1, 1000]");
  checkNumber(op, "dropout", dropout, "[0, 1)");
  checkBoolean(op, "tied", tied);
  const kernelInitializer = randomNormal({ stddev: 0.02 });
  const residualInitializer = randomNormal({ stddev: 0.02 / Math.sqrt(2 * blocks) }); // the sum of all blocks keeps its size
  const tokens = input({ shape: [null] });
  const table = { inputDim: vocabulary, outputDim: features, embeddingsInitializer: kernelInitializer };
  const vectors = tied ? reversibleEmbedding(table) : embedding(table);
  const positions = positionalEmbedding({ maxLength: context, embeddingsInitializer: kernelInitializer });
  let x = positions.apply(vectors.apply(tokens));
  if (dropout > 0) x = dropoutLayer({ rate: dropout }).apply(x);
  const block = { heads, causal: true, dropout, kernelInitializer, residualInitializer };
  for (let i = 0; i < blocks; i++) x = transformerBlock(x, block);
  const logits = tied ? vectors : dense({ units: vocabulary, kernelInitializer });
  const outputs = logits.apply(layerNormalization({ epsilon: 1e-5 }).apply(x));
  return model({ inputs: tokens, outputs, name, ...(seed !== undefined && { seed }) });
}
