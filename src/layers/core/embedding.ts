/** Vectors of tokens: a table of V rows that is trained. Letters: N batch, T tokens of a sequence, V vocabulary, D elements of a vector. */
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { randomUniform } from "../../initializers/index.js";
import { embedding as embeddingOp } from "../../ops/shape/embedding.js";
import { flag, integer, optional, type Values } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import type { TokenRule } from "../sequencePart.js";
import { SequenceLayer } from "../sequenceLayer.js";
import { bothCount } from "../mask/maskValues.js";
import { type LayerTable, initializer, regularizer } from "../tableLayer.js";

/** Options of {@link embedding}. */
export interface EmbeddingOptions extends LayerOptions {
  /** V: tokens are 0 … V − 1, ≥ 1. */
  readonly inputDim: number;
  /** D: elements of a vector, ≥ 1. */
  readonly outputDim: number;
  /** T, where all sequences are of one length; the same as inputShape [T]. Default: any. */
  readonly inputLength?: number;
  /** Default randomUniform(), on [−0.05, 0.05). */
  readonly embeddingsInitializer?: Initializer;
  /** Penalizes the whole table, so that every step visits all of it. */
  readonly embeddingsRegularizer?: Regularizer;
  /** Token 0 is padding: layers that work along time skip it. For sequences (N, T). Default false. */
  readonly maskZero?: boolean;
}

const table = {
  inputDim: integer("[1, 2147483647]"),
  outputDim: integer("[1, ∞)"),
  inputLength: optional(integer("[1, ∞)")),
  embeddingsInitializer: initializer(randomUniform),
  embeddingsRegularizer: regularizer,
  maskZero: flag(false),
} satisfies LayerTable<EmbeddingOptions>;

/**
 * A vector for each token: y[n, t] = E[x[n, t]].
 *
 * x (N, T) tokens, or any other shape of them → y (N, T, D); parameter embeddings E (V, D).
 * Tokens are integers, also where they are given as float numbers; `fit`, `predict` and the others refuse one outside 0 … V − 1 (ShapeError).
 * A training step costs what its tokens cost, however large V is: gradient, clipping and update visit the rows that occur. The others keep value and
 * optimizer state, as with PyTorch's SparseAdam: no momentum moves a row in a step in which it does not occur, and weight decay shrinks it only
 * then. The bias corrections of Adam count all steps.
 * With maskZero, masked steps send no gradient back, so row 0 stays as it was initialized.
 * Errors: UsageError for an option; ShapeError for sequences of another length than inputLength.
 */
export function embedding(options: EmbeddingOptions): Layer {
  const { inputLength } = options;
  return new Embedding(
    "embedding",
    inputLength === undefined ? options : { inputShape: [inputLength], ...options },
    table,
  );
}

class Embedding extends SequenceLayer<Values<typeof table>> {
  #embeddings!: Parameter;

  override get tokens(): TokenRule {
    return { vocabulary: this.given.inputDim };
  }

  override outputMask([tokens]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return this.given.maskZero ? bothCount([tokens, mask]) : mask; // what is not 0 counts
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    const { inputLength, outputDim } = this.given;
    if (inputLength !== undefined && (shape.length !== 1 || shape[0] !== inputLength)) {
      const [expected, got] = [showShape(["N", inputLength]), showShape(["N", ...shape])];
      throw new ShapeError(message(this.kind, "the sequences are not of inputLength", { expected, got }));
    }
    if (this.given.maskZero && shape.length !== 1) {
      const [expected, got] = [showShape(["N", "T"]), showShape(["N", ...shape])];
      throw new ShapeError(message(this.kind, "maskZero is for sequences", { expected, got }));
    }
    return [...shape, outputDim];
  }

  protected override build(): void {
    const { inputDim, outputDim } = this.given;
    this.#embeddings = this.parameter("embeddings", [inputDim, outputDim], { isLazy: true });
  }

  override call([x]: readonly Tensor[]): Tensor {
    return embeddingOp(this.#embeddings.value, x, this.#embeddings.rows);
  }
}
