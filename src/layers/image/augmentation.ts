/** Layers that vary images in training: random distortions and cutout. Outside training they do nothing. */
import { cutout as cutoutOf } from "../../ops/image/cutout.js";
import { type DistortionOptions, distort, distortionTable } from "../../ops/image/distortion.js";
import { integer, type Values } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkImageShape } from "./imageChecks.js";
import type { CallContext } from "../callContext.js";
import type { Layer, LayerOptions } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link randomDistortion}. */
export interface RandomDistortionOptions extends DistortionOptions, LayerOptions {}

/**
 * In training rotates, scales, shears, shifts, mirrors and elastically distorts each image within the bounds, all in
 * one bilinear resampling with 0 outside; otherwise y = x. x (N, H, W, C) → y of the same shape. The model's generator
 * decides how, so a seed gives the same bits.
 *
 *   layers.randomDistortion({ rotation: 12, scale: 0.12, shear: 0.15, shift: 2, elastic: 30, sigma: 4 })
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when x is not a batch of images
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
  /** The side of the square in pixels, ≥ 1. */
  readonly size: number;
}

const cutoutTable = { size: integer("[1, ∞)") } satisfies LayerTable<CutoutOptions>;

/**
 * In training sets a square at a random place of each image to 0; otherwise y = x. x (N, H, W, C) → y of the same
 * shape. Source: DeVries & Taylor 2017.
 * @throws {UsageError} when size is not an integer ≥ 1
 * @throws {ShapeError} when x is not a batch of images
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
