/**
 * Vectors of tokens: a trainable table of V rows. Letters: N batch, T tokens of a sequence, V vocabulary, D elements of
 * a vector.
 */
import type { Constraint } from "../../constraints/constraint.js";
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { randomUniform } from "../../initializers/index.js";
import { RowList } from "../../ops/inPlace/rowList.js";
import { embedding as embeddingOp } from "../../ops/shape/embedding.js";
import { flag, integer, optional, type Values } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import type { TokenRule } from "../sequencePart.js";
import { SequenceLayer } from "../sequenceLayer.js";
import { andMasks } from "../mask/maskValues.js";
import { tokenRule } from "./tokenRule.js";
import { type LayerTable, constraint, initializer, regularizer } from "../tableLayer.js";

/** Options of {@link embedding}. */
export interface EmbeddingOptions extends LayerOptions {
  /** V, the number of different tokens, ≥ 1: tokens are 0 … V − 1. */
  readonly inputDim: number;
  /** D, the number of elements of a vector, ≥ 1. */
  readonly outputDim: number;
  /** T, if all sequences have the same length; equivalent to inputShape [T]. Default: any length. */
  readonly inputLength?: number;
  /** Default randomUniform(), on [−0.05, 0.05). */
  readonly embeddingsInitializer?: Initializer | string;
  /** Penalizes the whole table, so every step visits all of it. */
  readonly embeddingsRegularizer?: Regularizer | string;
  /** Holds for the whole table, so every step visits all of it. */
  readonly embeddingsConstraint?: Constraint | string;
  /** True when token 0 is padding, which layers that work along time skip. For sequences (N, T). Default false. */
  readonly maskZero?: boolean;
}

/** The options of an embedding. */
export const embeddingTable = {
  inputDim: integer("[1, 2147483647]"),
  outputDim: integer("[1, ∞)"),
  inputLength: optional(integer("[1, ∞)")),
  embeddingsInitializer: initializer(randomUniform),
  embeddingsRegularizer: regularizer,
  embeddingsConstraint: constraint,
  maskZero: flag(false),
} satisfies LayerTable<EmbeddingOptions>;

/**
 * A vector for each token: y[n, t] = E[x[n, t]].
 *
 * x (N, T) tokens, or any other shape → y (N, T, D); parameter embeddings E (V, D).
 * Tokens are integers, also when passed as floats; `fit`, `predict` and the other methods refuse tokens outside 0 …
 * V − 1 (ShapeError). The cost of a training step depends only on its tokens, however large V is: gradient, clipping
 * and update visit the rows that occur. The other rows keep their values and optimizer state, as with PyTorch's
 * SparseAdam: momentum does not move a row in steps in which it does not occur, and weight decay shrinks it only then.
 * The bias corrections of Adam count all steps. With maskZero, masked steps send no gradient back, so row 0 keeps its
 * initial values.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the sequences do not have inputLength steps
 */
export function embedding(options: EmbeddingOptions): Layer {
  const { inputLength } = options ?? {};
  return new Embedding(
    "embedding",
    inputLength === undefined ? options : { inputShape: [inputLength], ...options },
    embeddingTable,
  );
}

/** The layer; reversibleEmbedding.ts extends it. */
export class Embedding extends SequenceLayer<Values<typeof embeddingTable>> {
  #embeddings!: Parameter;

  override get tokens(): TokenRule {
    return tokenRule(this.given.inputDim);
  }

  override outputMask([tokens]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return this.given.maskZero ? andMasks([tokens, mask]) : mask; // nonzero tokens count
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    const { inputLength, outputDim } = this.given;
    if (inputLength !== undefined && (shape.length !== 1 || shape[0] !== inputLength)) {
      const [expected, got] = [showShape(["N", inputLength]), showShape(["N", ...shape])];
      throw new ShapeError(message(this.kind, "the sequences do not have inputLength steps", { expected, got }));
    }
    if (this.given.maskZero && shape.length !== 1) {
      const [expected, got] = [showShape(["N", "T"]), showShape(["N", ...shape])];
      throw new ShapeError(message(this.kind, "maskZero needs sequences", { expected, got }));
    }
    return [...shape, outputDim];
  }

  protected override build(): void {
    const { inputDim, outputDim } = this.given;
    this.#embeddings = this.parameter("embeddings", [inputDim, outputDim], { rowList: RowList });
  }

  /** E (V, D) */
  protected get embeddings(): Tensor {
    return this.#embeddings.value;
  }

  override call([x]: readonly Tensor[], _context: CallContext): Tensor {
    return embeddingOp(this.#embeddings.value, x, this.#embeddings.rows);
  }
}
