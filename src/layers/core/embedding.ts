/** Vectors of tokens: a table of V rows that is trained. Letters: N batch, T tokens of a sequence, V vocabulary, D elements of a vector. */
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { randomUniform } from "../../initializers/index.js";
import { embedding as embeddingOp } from "../../ops/shape/embedding.js";
import { checkBoolean, checkInteger } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Layer, type LayerOptions, type Parameter, type TokenRule, oneInput } from "../layer.js";
import { maskedSteps } from "../mask/maskedSteps.js";
import { bothCount } from "../mask/masks.js";
import { checkInitializer, checkLayerOptions, checkRegularizer } from "../options.js";

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
  return new Embedding(options);
}

class Embedding extends Layer {
  readonly kind = "embedding";
  readonly #options: EmbeddingOptions;
  #embeddings!: Parameter;

  constructor(options: EmbeddingOptions) {
    const { inputLength } = options;
    super(inputLength === undefined ? options : { inputShape: [inputLength], ...options });
    checkLayerOptions("embedding", options, [
      "inputDim",
      "outputDim",
      "inputLength",
      "embeddingsInitializer",
      "embeddingsRegularizer",
      "maskZero",
    ]);
    checkBoolean("embedding", "maskZero", options.maskZero ?? false);
    checkInteger("embedding", "inputDim", options.inputDim, "[1, 2147483647]");
    checkInteger("embedding", "outputDim", options.outputDim, "[1, ∞)");
    if (inputLength !== undefined) checkInteger("embedding", "inputLength", inputLength, "[1, ∞)");
    checkInitializer("embedding", "embeddingsInitializer", options.embeddingsInitializer);
    checkRegularizer("embedding", "embeddingsRegularizer", options.embeddingsRegularizer);
    this.#options = options;
  }

  override get options(): Readonly<Record<string, unknown>> {
    const { inputDim, outputDim, inputLength, embeddingsInitializer, embeddingsRegularizer } = this.#options;
    const { maskZero = false } = this.#options;
    return {
      inputDim,
      outputDim,
      ...(inputLength !== undefined && { inputLength }),
      embeddingsInitializer: (embeddingsInitializer ?? randomUniform()).config,
      ...(embeddingsRegularizer && { embeddingsRegularizer: embeddingsRegularizer.config }),
      maskZero,
    };
  }

  override get tokens(): TokenRule {
    return { vocabulary: this.#options.inputDim };
  }

  override outputMask([tokens]: readonly Tensor[], [mask]: readonly (Tensor | undefined)[]): Tensor | undefined {
    return this.#options.maskZero === true ? bothCount([tokens, mask]) : mask; // what is not 0 counts
  }

  override get maskedSteps(): typeof maskedSteps {
    return maskedSteps;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput("embedding", inputShapes);
    const { inputLength, outputDim } = this.#options;
    if (inputLength !== undefined && (shape.length !== 1 || shape[0] !== inputLength)) {
      const [expected, got] = [showShape(["N", inputLength]), showShape(["N", ...shape])];
      throw new ShapeError(message("embedding", "the sequences are not of inputLength", { expected, got }));
    }
    if (this.#options.maskZero === true && shape.length !== 1) {
      const [expected, got] = [showShape(["N", "T"]), showShape(["N", ...shape])];
      throw new ShapeError(message("embedding", "maskZero is for sequences", { expected, got }));
    }
    return [...shape, outputDim];
  }

  protected override build(): void {
    const { inputDim, outputDim, embeddingsInitializer, embeddingsRegularizer } = this.#options;
    this.#embeddings = this.declare({
      name: "embeddings",
      shape: [inputDim, outputDim],
      initializer: embeddingsInitializer ?? randomUniform(),
      regularizer: embeddingsRegularizer,
      isLazy: true,
    });
  }

  override call([x]: readonly Tensor[]): Tensor {
    return embeddingOp(this.#embeddings.value, x, this.#embeddings.rows);
  }
}
