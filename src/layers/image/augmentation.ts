/** Layers that show training other images than the data hold: random distortions and cutout. Outside of training they do nothing. */
import { cutout as cutoutOf } from "../../ops/image/cutout.js";
import { type DistortionOptions, distort, distortionTable } from "../../ops/image/distortion.js";
import { integer, type Values } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkImageShape } from "./imageChecks.js";
import type { CallContext, Layer, LayerOptions } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

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
  return new RandomDistortion("randomDistortion", options, distortionTable);
}

class RandomDistortion extends TableLayer<Values<typeof distortionTable>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    return checkImageShape(this.kind, inputShapes);
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    return training ? distort(x, this.given, random, stream) : x;
  }
}

/** Options of {@link cutout}. */
export interface CutoutOptions extends LayerOptions {
  /** Side of the square in pixels, ≥ 1. */
  readonly size: number;
}

const cutoutTable = { size: integer("[1, ∞)") } satisfies LayerTable<CutoutOptions>;

/**
 * In training a square at a random place of each image is set to 0; otherwise y = x. x (N, H, W, C) → y of the same shape.
 * Errors: UsageError for a size that is no whole number ≥ 1, ShapeError for what is no image. Source: DeVries & Taylor 2017.
 */
export function cutout(options: CutoutOptions): Layer {
  return new Cutout("cutout", options, cutoutTable);
}

class Cutout extends TableLayer<Values<typeof cutoutTable>> {
  override outputShape(inputShapes: readonly Shape[]): Shape {
    return checkImageShape(this.kind, inputShapes);
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    return training ? cutoutOf(x, this.given.size, random, stream) : x;
  }
}
