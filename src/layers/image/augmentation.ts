/** Layers that show training other images than the data hold: random distortions and cutout. Outside of training they do nothing. */
import { cutout as cutoutOf } from "../../ops/image/cutout.js";
import { type DistortionOptions, distort, distortionNames, resolveDistortion } from "../../ops/image/distortion.js";
import { checkInteger } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkImageShape } from "./imageChecks.js";
import { type CallContext, Layer, type LayerOptions } from "../layer.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link randomDistortion}. */
export interface RandomDistortionOptions extends DistortionOptions, LayerOptions {}

/**
 * In training each image is rotated, scaled, sheared, shifted, mirrored and elastically distorted within the bounds, all in one bilinear reading with
 * 0 outside; otherwise y = x. x (N, H, W, C) → y of the same shape. How: the model's generator, so that a seed gives the same bits.
 *
 *   layers.randomDistortion({ rotation: 12, scale: 0.12, shear: 0.15, shift: 2, elastic: 30, sigma: 4 })
 *
 * Errors: UsageError for a bound out of range, ShapeError for what is no image.
 */
export function randomDistortion(options: RandomDistortionOptions): Layer {
  return new RandomDistortion(options);
}

class RandomDistortion extends Layer {
  readonly kind = "randomDistortion";
  readonly #bounds: Required<DistortionOptions>;

  constructor(options: RandomDistortionOptions) {
    super(options);
    checkLayerOptions("randomDistortion", options, distortionNames);
    const { name: _name, inputShape: _inputShape, ...bounds } = options;
    this.#bounds = resolveDistortion("randomDistortion", bounds);
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { ...this.#bounds };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return checkImageShape(this.kind, inputShapes);
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    return training ? distort(x, this.#bounds, random, stream) : x;
  }
}

/** Options of {@link cutout}. */
export interface CutoutOptions extends LayerOptions {
  /** Side of the square in pixels, ≥ 1. */
  readonly size: number;
}

/**
 * In training a square at a random place of each image is set to 0; otherwise y = x. x (N, H, W, C) → y of the same shape.
 * Errors: UsageError for a size that is no whole number ≥ 1, ShapeError for what is no image. Source: DeVries & Taylor 2017.
 */
export function cutout(options: CutoutOptions): Layer {
  return new Cutout(options);
}

class Cutout extends Layer {
  readonly kind = "cutout";
  readonly #size: number;

  constructor(options: CutoutOptions) {
    super(options);
    checkLayerOptions("cutout", options, ["size"]);
    checkInteger("cutout", "size", options.size, "[1, ∞)");
    this.#size = options.size;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { size: this.#size };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return checkImageShape(this.kind, inputShapes);
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    return training ? cutoutOf(x, this.#size, random, stream) : x;
  }
}
