/**
 * Layers that change the size of an image: upsampling, zero padding, cropping. No parameters. Letters: N batch, H W
 * height and width, C channels.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { pad, slice } from "../../ops/shape/slice.js";
import { type UpsampleOptions, upsample2d, upsampleTable, upsamplingOf } from "../../ops/image/upsample.js";
import { type Shape, checkRank, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Option, Values } from "../../options.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";
import { isListOf } from "../../lists.js";

/** Options of {@link upSampling2d}. */
export interface UpSamplingOptions extends LayerOptions, UpsampleOptions {}

/** Numbers of pixels at the sides of an image: one for all, [height, width], or [[top, bottom], [left, right]]. */
export type Borders =
  | number
  | readonly [height: number, width: number]
  | readonly [height: readonly [top: number, bottom: number], width: readonly [left: number, right: number]];

/** Options of {@link zeroPadding2d}. */
export interface ZeroPaddingOptions extends LayerOptions {
  /** The width of the zeros added at the sides. Default 1. */
  readonly padding?: Borders;
}

/** Options of {@link cropping2d}. */
export interface CroppingOptions extends LayerOptions {
  /** The width of what is cut off at the sides. */
  readonly cropping: Borders;
}

/** Numbers of pixels at the sides, as [[top, bottom], [left, right]]. */
type Sides = readonly [height: readonly [top: number, bottom: number], width: readonly [left: number, right: number]];

function borders(initial?: Borders): Option<Sides> {
  return (op, name, value = initial) => sidesOf(op, name, value);
}

const paddingTable = { padding: borders(1) } satisfies LayerTable<ZeroPaddingOptions>;
const croppingTable = { cropping: borders() } satisfies LayerTable<CroppingOptions>;

/**
 * Enlarges an image by whole factors, by nearest neighbours or bilinearly with the centres of pixels at halves. x (N,
 * H, W, C) → y (N, fH·H, fW·W, C).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when x has another rank
 */
export function upSampling2d(options: UpSamplingOptions = {}): Layer {
  return new UpSampling("upSampling2d", options, upsampleTable);
}

/**
 * Adds zeros around an image. x (N, H, W, C) → y (N, H + top + bottom, W + left + right, C).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when x has another rank
 */
export function zeroPadding2d(options: ZeroPaddingOptions = {}): Layer {
  return new ZeroPadding("zeroPadding2d", options, paddingTable);
}

/**
 * Cuts off the borders of an image. x (N, H, W, C) → y (N, H − top − bottom, W − left − right, C).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when x has another rank, or nothing would be left of it
 */
export function cropping2d(options: CroppingOptions): Layer {
  return new Cropping("cropping2d", options, croppingTable);
}

class UpSampling extends TableLayer<Values<typeof upsampleTable>> {
  readonly #upsampling = upsamplingOf(this.kind, this.given);

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

class ZeroPadding extends TableLayer<Values<typeof paddingTable>> {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const [H, W, C] = imageShape(this.kind, inputShapes);
    const [[top, bottom], [left, right]] = this.given.padding;
    return [top + H + bottom, left + W + right, C];
  }

  override call([x]: readonly Tensor[]): Tensor {
    return pad(x, [[0, 0], ...this.given.padding, [0, 0]]);
  }
}

class Cropping extends TableLayer<Values<typeof croppingTable>> {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const [H, W, C] = imageShape(this.kind, inputShapes);
    const [[top, bottom], [left, right]] = this.given.cropping;
    const [h, w] = [H - top - bottom, W - left - right];
    if (!(h <= 0 || w <= 0)) return [h, w, C];
    const expected = `borders smaller than the image, ${showShape(["N", H, W, C])}`;
    throw new ShapeError(
      message(this.kind, "cropping leaves nothing of the image", { expected, got: show(this.given.cropping) }),
    );
  }

  override call([x]: readonly Tensor[]): Tensor {
    const [[top], [left]] = this.given.cropping;
    return slice(x, [0, top, left, 0], [x.shape[0], ...this.outputShape([x.shape.slice(1)])]);
  }
}

function imageShape(kind: string, inputShapes: readonly Shape[]): Shape {
  const shape = oneInput(kind, inputShapes);
  checkRank(kind, "x", ["N", ...shape], "[N, H, W, C]");
  return shape;
}

/**
 * [[top, bottom], [left, right]] from any form of {@link Borders}.
 * @throws {UsageError} when they have another form
 */
function sidesOf(kind: string, option: string, borders: unknown): Sides {
  const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const isPair = (value: unknown): boolean => isListOf(value, isSize) && value.length === 2;
  const list: unknown = typeof borders === "number" ? [borders, borders] : borders;
  if (!isListOf(list, (side) => isSize(side) || isPair(side)) || list.length !== 2) {
    const expected = "an integer ≥ 0, [height, width] or [[top, bottom], [left, right]]";
    throw new UsageError(message(kind, `${option} has the wrong form`, { expected, got: show(borders) }));
  }
  return list.map((side) => (typeof side === "number" ? [side, side] : side)) as never;
}
