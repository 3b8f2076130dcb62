/**
 * Layers that disturb their input in training and do nothing otherwise: whole channels dropped, Gaussian factors, Gaussian noise.
 * Which numbers: the model's generator, so that a seed gives the same bits. Letters: N batch, H W height and width, T time, C channels.
 * Sources: Tompson et al. 2015 (spatial); Srivastava et al. 2014 (Gaussian).
 */
import { ShapeError, message } from "../../errors.js";
import { add, mul } from "../../ops/pointwise/arithmetic.js";
import { dropout } from "../../ops/pointwise/dropout.js";
import { fillNormal } from "../../ops/random.js";
import { checkNumber } from "../../options.js";
import { empty, ones } from "../../tensor/create.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { DropoutOptions } from "./dropout.js";
import { type CallContext, Layer, type LayerOptions, oneInput } from "../layer.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link gaussianNoise}. */
export interface GaussianNoiseOptions extends LayerOptions {
  /** Standard deviation of the noise, ≥ 0. */
  readonly stddev: number;
}

/**
 * In training drops whole channels of an image, each with probability `rate`, and scales the others by 1 / (1 − rate). x (N, H, W, C) → y of the same shape.
 * Errors: UsageError for a rate outside [0, 1); ShapeError for another rank.
 */
export function spatialDropout2d(options: DropoutOptions): Layer {
  return new SpatialDropout("spatialDropout2d", ["H", "W"], options);
}

/** In training drops whole features of a sequence, x (N, T, C) → y of the same shape. Otherwise as {@link spatialDropout2d}. */
export function spatialDropout1d(options: DropoutOptions): Layer {
  return new SpatialDropout("spatialDropout1d", ["T"], options);
}

/**
 * In training multiplies each element with a number from N(1, rate / (1 − rate)). x (N, …) → y of the same shape.
 * Errors: UsageError for a rate outside [0, 1).
 */
export function gaussianDropout(options: DropoutOptions): Layer {
  const { rate, ...rest } = options;
  return new Gaussian("gaussianDropout", "rate", rate, rest);
}

/** In training adds a number from N(0, stddev²) to each element. x (N, …) → y of the same shape. Errors: UsageError for stddev below 0. */
export function gaussianNoise(options: GaussianNoiseOptions): Layer {
  const { stddev, ...rest } = options;
  return new Gaussian("gaussianNoise", "stddev", stddev, rest);
}

class SpatialDropout extends Layer {
  readonly kind: string;
  /** Letters of the axes along which a channel is dropped as a whole. */
  readonly #axes: readonly string[];
  readonly #rate: number;

  constructor(kind: string, axes: readonly string[], options: DropoutOptions) {
    super(options);
    checkLayerOptions(kind, options, ["rate"]);
    checkNumber(kind, "rate", options.rate, "[0, 1)");
    this.kind = kind;
    this.#axes = axes;
    this.#rate = options.rate;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { rate: this.#rate };
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (shape.length === this.#axes.length + 1) return shape;
    const [expected, got] = [
      ["N", ...this.#axes, "C"],
      ["N", ...shape],
    ].map(showShape);
    throw new ShapeError(message(this.kind, "wrong rank", { expected: `x ${expected}`, got: `x ${got}` }));
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    if (!training || this.#rate === 0) return x;
    const channels = [x.shape[0], ...this.#axes.map(() => 1), x.shape.at(-1)!];
    return mul(x, dropout(ones(channels), this.#rate, random, stream));
  }
}

class Gaussian extends Layer {
  readonly kind: "gaussianDropout" | "gaussianNoise";
  readonly #option: "rate" | "stddev";
  readonly #amount: number;

  constructor(
    kind: "gaussianDropout" | "gaussianNoise",
    option: "rate" | "stddev",
    amount: number,
    options: LayerOptions,
  ) {
    super(options);
    checkLayerOptions(kind, options, [option]);
    checkNumber(kind, option, amount, option === "rate" ? "[0, 1)" : "[0, ∞)");
    this.kind = kind;
    this.#option = option;
    this.#amount = amount;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { [this.#option]: this.#amount };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return oneInput(this.kind, inputShapes);
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    if (!training || this.#amount === 0) return x;
    const drawn = empty(x.shape);
    if (this.kind === "gaussianNoise") {
      fillNormal(drawn, random, 0, this.#amount, stream);
      return add(x, drawn);
    }
    fillNormal(drawn, random, 1, Math.sqrt(this.#amount / (1 - this.#amount)), stream);
    return mul(x, drawn);
  }
}
