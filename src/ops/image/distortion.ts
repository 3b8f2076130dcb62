/**
 * Random distortions of images: rotation, scale, shear, shift, flips and elastic displacement in one resampling of each
 * image.
 * Letters: images (N, H, W, C); D numbers drawn for an image (Note [Distortion draws] in assembly/image/distortion.ts);
 * field (N, 2, H, W).
 * Source: Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural networks applied to visual document
 * analysis".
 */
import { distortionDrawCount, distortionField, distortionScratchBytes } from "#wasm/kernels";
import { distortion as distortionLayout } from "#wasm/layout-image";
import { UsageError, message } from "../../errors.js";
import { type Table, flag, number, resolve } from "../../options.js";
import { floatBits, writeStruct } from "../../runtime/struct.js";
import { empty } from "../../tensor/create.js";
import type { RandomState } from "../../tensor/randomState.js";
import type { Tensor } from "../../tensor/tensor.js";
import { apply, checkTensors, defineOp } from "../defineOp.js";
import { checkImages } from "./imageChecks.js";
import { checkRandom, fillUniform } from "../random.js";
import { sampleBilinear } from "./sampleBilinear.js";

/** The bounds of distortions. Each applies in both directions; 0 means none. */
export interface DistortionOptions {
  /** Degrees. Default 0. */
  readonly rotation?: number;
  /** The fraction by which the size changes: 0.1 gives sizes from 0.9 to 1.1. Default 0. */
  readonly scale?: number;
  /** The number of columns by which a row is shifted against the next. Default 0. */
  readonly shear?: number;
  /** Pixels, along rows and along columns. Default 0. */
  readonly shift?: number;
  /**
   * Elastic displacement: the bound of the noise in pixels before it is smoothed, with a different strength for each
   * image. Default 0.
   */
  readonly elastic?: number;
  /** The standard deviation of the Gaussian that smooths the noise, in pixels. Default 4. */
  readonly sigma?: number;
  /** True mirrors every second image left to right. Default false. */
  readonly flipHorizontal?: boolean;
  /** True mirrors every second image top to bottom. Default false. */
  readonly flipVertical?: boolean;
}

/** All bounds, and the size of the images. */
export interface Distortion extends Required<DistortionOptions> {
  readonly H: number;
  readonly W: number;
}

/** The options of distortions. */
export const distortionTable = {
  rotation: number("[0, 180]", 0),
  scale: number("[0, 1)", 0),
  shear: number("[0, ∞)", 0),
  shift: number("[0, ∞)", 0),
  elastic: number("[0, ∞)", 0),
  sigma: number("(0, 64]", 4),
  flipHorizontal: flag(false),
  flipVertical: flag(false),
} satisfies Table<DistortionOptions>;

/** σ for the kernels: 0 when nothing is elastic. */
const sigmaOf = ({ elastic, sigma }: Required<DistortionOptions>): number => (elastic > 0 ? sigma : 0);

/** The field of places, from drawn numbers (N, D). */
export const distortionFieldOp = defineOp<Distortion>({
  name: "distort",
  shape([draws], distortion) {
    const { H, W } = distortion;
    const D = distortionDrawCount(H, W, sigmaOf(distortion));
    if (draws.rank !== 2 || draws.shape[1] !== D) {
      throw new UsageError(message("distort", "the draws do not fit", { expected: `[N, ${D}]`, got: draws.label() }));
    }
    return [{ shape: [draws.shape[0], 2, H, W] }];
  },
  forward({ inputs: [draws], outputs: [field], attributes: distortion, scratch }) {
    const { H, W, rotation, scale, shear, shift, elastic, flipHorizontal, flipVertical } = distortion;
    const sigma = sigmaOf(distortion);
    const flips = (flipHorizontal ? 1 : 0) | (flipVertical ? 2 : 0);
    const memory = scratch(distortionScratchBytes(H, W, sigma));
    const bounds = writeStruct(distortionLayout, {
      rotation: floatBits(rotation / 360),
      scale: floatBits(scale),
      shear: floatBits(shear),
      shift: floatBits(shift),
      amplitude: floatBits(elastic),
      sigma: floatBits(sigma),
      flips,
    });
    distortionField(field.ptr, memory, draws.ptr, draws.shape[0], H, W, bounds);
  },
});

/**
 * Distorts images at random, each in its own way; bilinear, 0 outside the image. How depends only on seed, counter and
 * stream of `random`.
 *
 * @param x        (N, H, W, C) float32
 * @param options  bounds of the distortions
 * @param random   read, not advanced
 * @param stream   one of the state's sequences. Default 0
 * @returns (N, H, W, C)
 * @throws {ShapeError} when x has another rank or dtype
 * @throws {UsageError} when an option is unknown or out of range
 */
export function distort(x: Tensor, options: DistortionOptions, random: RandomState, stream = 0): Tensor {
  checkTensors("distort", [x]);
  checkImages("distort", x);
  checkRandom("distort", random, stream);
  const bounds = resolve("distort", options, distortionTable);
  const [N, H, W] = x.shape;
  const draws = empty([N, distortionDrawCount(H, W, sigmaOf(bounds))]);
  fillUniform(draws, random, -1, 1, stream);
  const field = apply(distortionFieldOp, [draws], { ...bounds, H, W });
  const y = sampleBilinear(x, field);
  draws.dispose();
  field.dispose();
  return y;
}
