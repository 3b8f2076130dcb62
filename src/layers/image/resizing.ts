/**
 * Layers that change the size of an image: enlarging, zero padding, cropping. No parameters. Letters: N batch, H W height and width, C channels.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { pad, slice } from "../../ops/shape/slice.js";
import { type UpsampleOptions, type Upsampling, upsample2d, upsamplingOf } from "../../ops/image/upsample.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Layer, type LayerOptions, oneInput } from "../layer.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link upSampling2d}. */
export interface UpSamplingOptions extends LayerOptions, UpsampleOptions {}

/** Elements at the sides of an image: one number for all, [of height, of width], or [[top, bottom], [left, right]]. */
export type Borders =
  | number
  | readonly [height: number, width: number]
  | readonly [height: readonly [top: number, bottom: number], width: readonly [left: number, right: number]];

/** Options of {@link zeroPadding2d}. */
export interface ZeroPaddingOptions extends LayerOptions {
  /** Zeros added at the sides. Default 1. */
  readonly padding?: Borders;
}

/** Options of {@link cropping2d}. */
export interface CroppingOptions extends LayerOptions {
  /** Elements left out at the sides. */
  readonly cropping: Borders;
}

/**
 * An image enlarged by whole factors, x (N, H, W, C) → y (N, fH·H, fW·W, C), by nearest neighbours or bilinearly with the centres of pixels at halves.
 * Errors: UsageError for an option; ShapeError for another rank.
 */
export function upSampling2d(options: UpSamplingOptions = {}): Layer {
  return new UpSampling(options);
}

/** Zeros around an image, x (N, H, W, C) → y (N, H + top + bottom, W + left + right, C). Errors: UsageError for an option; ShapeError for another rank. */
export function zeroPadding2d(options: ZeroPaddingOptions = {}): Layer {
  return new Bordering("zeroPadding2d", "padding", options.padding ?? 1, options);
}

/**
 * An image without its borders, x (N, H, W, C) → y (N, H − top − bottom, W − left − right, C).
 * Errors: UsageError for an option; ShapeError for another rank, or where nothing would be left.
 */
export function cropping2d(options: CroppingOptions): Layer {
  return new Bordering("cropping2d", "cropping", options.cropping, options);
}

class UpSampling extends Layer {
  readonly kind = "upSampling2d";
  readonly #upsampling: Upsampling;

  constructor(options: UpSamplingOptions) {
    super(options);
    checkLayerOptions("upSampling2d", options, ["size", "interpolation"]);
    const { name: _, inputShape: __, ...own } = options;
    this.#upsampling = upsamplingOf("upSampling2d", own);
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { ...this.#upsampling };
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const [h, w, c] = imageShape(this.kind, inputShapes);
    const [fH, fW] = this.#upsampling.size;
    return [fH * h, fW * w, c];
  }

  override call([x]: readonly Tensor[]): Tensor {
    return upsample2d(x, this.#upsampling);
  }
}

class Bordering extends Layer {
  readonly kind: "zeroPadding2d" | "cropping2d";
  readonly #borders: readonly (readonly [number, number])[];

  constructor(kind: "zeroPadding2d" | "cropping2d", option: string, borders: Borders, options: LayerOptions) {
    super(options);
    checkLayerOptions(kind, options, [option]);
    this.kind = kind;
    this.#borders = sidesOf(kind, option, borders);
  }

  override get options(): Readonly<Record<string, unknown>> {
    return this.kind === "zeroPadding2d" ? { padding: this.#borders } : { cropping: this.#borders };
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = imageShape(this.kind, inputShapes);
    const sign = this.kind === "zeroPadding2d" ? 1 : -1;
    const [h, w] = this.#borders.map(([before, after], axis) => shape[axis] + sign * (before + after));
    if (sign < 0 && (h <= 0 || w <= 0)) {
      const expected = `borders smaller than the image, ${showShape(["N", ...shape])}`;
      throw new ShapeError(message(this.kind, "nothing is left", { expected, got: show(this.#borders) }));
    }
    return [h, w, shape[2]];
  }

  override call([x]: readonly Tensor[]): Tensor {
    if (this.kind === "zeroPadding2d") return pad(x, [[0, 0], ...this.#borders, [0, 0]]);
    const [[top], [left]] = this.#borders;
    const [h, w, c] = this.outputShape([x.shape.slice(1)]);
    return slice(x, [0, top, left, 0], [x.shape[0], h, w, c]);
  }
}

function imageShape(kind: string, inputShapes: readonly Shape[]): Shape {
  const shape = oneInput(kind, inputShapes);
  if (shape.length === 3) return shape;
  const [expected, got] = [
    ["N", "H", "W", "C"],
    ["N", ...shape],
  ].map(showShape);
  throw new ShapeError(message(kind, "wrong rank", { expected: `x ${expected}`, got: `x ${got}` }));
}

/** [[top, bottom], [left, right]] of what the user wrote. Errors: UsageError. */
function sidesOf(kind: string, option: string, borders: Borders): readonly (readonly [number, number])[] {
  const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isSize);
  const list: unknown = typeof borders === "number" ? [borders, borders] : borders;
  if (!Array.isArray(list) || list.length !== 2 || !list.every((side) => isSize(side) || isPair(side))) {
    const expected = "an integer ≥ 0, [height, width] or [[top, bottom], [left, right]]";
    throw new UsageError(message(kind, `${option} is none`, { expected, got: show(borders) }));
  }
  return list.map((side: number | readonly [number, number]) => (typeof side === "number" ? [side, side] : side));
}
