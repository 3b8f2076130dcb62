/**
 * What tells a layer that sees all steps at once where each of them stands: learned vectors, or sines and cosines, that
 * are added to the steps. Letters: N batch, T steps, F features. Turning queries and keys instead is an option of
 * multiHeadAttention. Sources: Vaswani et al. 2017 (sines); Gehring et al. 2017 (learned).
 */
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { randomUniform } from "../../initializers/index.js";
import { add } from "../../ops/pointwise/arithmetic.js";
import { slice } from "../../ops/shape/slice.js";
import { integer, number, type Values } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import { type Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { SequenceLayer, checkSequences } from "../sequenceLayer.js";
import { type LayerTable, TableLayer, initializer } from "../tableLayer.js";

/** Options of {@link positionalEmbedding}. */
export interface PositionalEmbeddingOptions extends LayerOptions {
  /** The longest sequence, ≥ 1: positions are 0 … maxLength − 1. */
  readonly maxLength: number;
  /** Default randomUniform(), on [−0.05, 0.05). */
  readonly embeddingsInitializer?: Initializer | string;
}

const embeddingTable = {
  maxLength: integer("[1, ∞)"),
  embeddingsInitializer: initializer(randomUniform),
} satisfies LayerTable<PositionalEmbeddingOptions>;

/**
 * Adds a learned vector to each step: y[n, t] = x[n, t] + P[t].
 *
 * x (N, T, F), T ≤ maxLength → y of the same shape; parameter embeddings P (maxLength, F).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when a sequence is longer than maxLength
 */
export function positionalEmbedding(options: PositionalEmbeddingOptions): Layer {
  return new PositionalEmbedding("positionalEmbedding", options, embeddingTable);
}

class PositionalEmbedding extends SequenceLayer<Values<typeof embeddingTable>> {
  #embeddings!: Parameter;

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    checkSequences(this.kind, shape, "[N, T, F]");
    this.#checkLength(shape[0]);
    return shape;
  }

  #checkLength(T: number): void {
    const { maxLength } = this.given;
    if (!(T > maxLength)) return;
    const expected = `at most maxLength = ${maxLength} steps`;
    throw new ShapeError(message(this.kind, "the sequences are too long", { expected, got: String(T) }));
  }

  protected override build([shape]: readonly Shape[]): void {
    this.#embeddings = this.parameter("embeddings", [this.given.maxLength, shape[1]]);
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[]): Tensor {
    const T = x.shape[1];
    this.#checkLength(T);
    return add(x, slice(this.#embeddings.value, [0, 0], [T, -1]));
  }
}

/** Options of {@link sinusoidalPositions}. */
export interface SinusoidalPositionsOptions extends LayerOptions {
  /** The longest wave is 2π · base steps long. Default 10,000. */
  readonly base?: number;
}

const sinusoidalTable = { base: number("(0, ∞)", 10000) } satisfies LayerTable<SinusoidalPositionsOptions>;

/**
 * Adds sines and cosines of each step's position: y[n, t, 2i] = x + sin(t / base^(2i/F)), y[n, t, 2i + 1] = x + cos of
 * the same angle. x (N, T, F) → y of the same shape; sequences may be of any length.
 * @throws {UsageError} when base is not positive
 * @throws {ShapeError} when the input is not a sequence of vectors
 */
export function sinusoidalPositions(options: SinusoidalPositionsOptions = {}): Layer {
  return new SinusoidalPositions("sinusoidalPositions", options, sinusoidalTable);
}

class SinusoidalPositions extends TableLayer<Values<typeof sinusoidalTable>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    checkSequences(this.kind, shape, "[N, T, F]");
    return shape;
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[]): Tensor {
    const [, T, F] = x.shape;
    const waves = Float32Array.from({ length: T * F }, (_, at) => {
      const f = at % F;
      const angle = Math.floor(at / F) / this.given.base ** ((f - (f % 2)) / F);
      return f % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
    return add(x, tensor(waves, [T, F]));
  }
}
