/**
 * Layers that disturb their input in training and do nothing otherwise: dropped channels, Gaussian factors, Gaussian
 * noise. The numbers come from the model's generator, so a seed gives the same bits. Letters: N batch, H W height and
 * width, T time, C channels.
 * Sources: Tompson et al. 2015 (spatial); Srivastava et al. 2014 (Gaussian).
 */
import { add, mul } from "../../ops/pointwise/arithmetic.js";
import { dropout } from "../../ops/pointwise/dropout.js";
import { fillNormal } from "../../ops/random.js";
import { number, type Values } from "../../options.js";
import { empty, ones } from "../../tensor/create.js";
import { type Shape, checkRank } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";
import { type DropoutOptions, dropoutTable } from "./dropout.js";

/** Options of {@link gaussianNoise}. */
export interface GaussianNoiseOptions extends LayerOptions {
  /** Standard deviation of the noise, ≥ 0. */
  readonly stddev: number;
}

const noiseTable = { stddev: number("[0, ∞)") } satisfies LayerTable<GaussianNoiseOptions>;

/**
 * In training drops whole channels of an image, each with probability `rate`, and scales the others by 1 / (1 − rate).
 * x (N, H, W, C) → y of the same shape.
 * @throws {UsageError} when rate is outside [0, 1)
 * @throws {ShapeError} when x has another rank
 */
export function spatialDropout2d(options: DropoutOptions): Layer {
  return new SpatialDropout("spatialDropout2d", options, ["H", "W"]);
}

/**
 * In training drops whole features of a sequence. x (N, T, C) → y of the same shape. Otherwise as
 * {@link spatialDropout2d}.
 */
export function spatialDropout1d(options: DropoutOptions): Layer {
  return new SpatialDropout("spatialDropout1d", options, ["T"]);
}

/**
 * In training multiplies each element by a random number from N(1, rate / (1 − rate)). x (N, …) → y of the same shape.
 * @throws {UsageError} when rate is outside [0, 1)
 */
export function gaussianDropout(options: DropoutOptions): Layer {
  return new GaussianDropout("gaussianDropout", options, dropoutTable);
}

/**
 * In training adds a random number from N(0, stddev²) to each element. x (N, …) → y of the same shape.
 * @throws {UsageError} when stddev is below 0
 */
export function gaussianNoise(options: GaussianNoiseOptions): Layer {
  return new GaussianNoise("gaussianNoise", options, noiseTable);
}

class SpatialDropout extends TableLayer<Values<typeof dropoutTable>> {
  /** The letters of the axes along which a channel is dropped as a whole. */
  readonly #axes: readonly string[];

  constructor(kind: string, options: DropoutOptions, axes: readonly string[]) {
    super(kind, options, dropoutTable);
    this.#axes = axes;
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    checkRank(this.kind, "x", ["N", ...shape], `[N, ${this.#axes.join(", ")}, C]`);
    return shape;
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    const { rate } = this.given;
    if (!training || rate === 0) return x;
    const channels = [x.shape[0], ...this.#axes.map(() => 1), x.shape.at(-1)!];
    return mul(x, dropout(ones(channels), rate, random, stream));
  }
}

/** A layer that changes each element independently. */
abstract class Elementwise<V extends object> extends TableLayer<V> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    return oneInput(this.kind, inputShapes);
  }

  override get stepwiseFrom(): number {
    return 2;
  }
}

class GaussianDropout extends Elementwise<Values<typeof dropoutTable>> {
  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    const { rate } = this.given;
    if (!training || rate === 0) return x;
    const factors = empty(x.shape);
    fillNormal(factors, random, 1, Math.sqrt(rate / (1 - rate)), stream);
    return mul(x, factors);
  }
}

class GaussianNoise extends Elementwise<Values<typeof noiseTable>> {
  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    const { stddev } = this.given;
    if (!training || stddev === 0) return x;
    const noise = empty(x.shape);
    fillNormal(noise, random, 0, stddev, stream);
    return add(x, noise);
  }
}
