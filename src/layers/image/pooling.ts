/**
 * Pooling layers. Letters: N batch, H W height and width, D frames of a volume, T time, C channels; o… sizes of the output. No parameters;
 * the formulas are in src/ops.
 */
import { averagePool1d, averagePool2d, averagePool3d } from "../../ops/image/averagePool.js";
import {
  globalAveragePool1d,
  globalAveragePool2d,
  globalAveragePool3d,
  globalMaxPool1d,
  globalMaxPool2d,
  globalMaxPool3d,
} from "../../ops/image/globalPool.js";
import { maxPool1d, maxPool2d, maxPool3d } from "../../ops/image/maxPool.js";
import {
  type PoolOptions,
  type PoolTable,
  type Pooling,
  poolTable,
  pooledShape,
  poolingOf,
} from "../../ops/image/poolGeometry.js";
import type { ReduceOptions } from "../../ops/reduce/reduce.js";
import { reshape } from "../../ops/shape/reshape.js";
import { flag, type Values } from "../../options.js";
import { type Shape, checkRank } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { maskedMax, maskedMean } from "../mask/maskedPooling.js";
import { factorsOf } from "../mask/maskValues.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link maxPooling2d} and the other pooling layers over windows. */
export interface PoolingOptions extends LayerOptions, PoolOptions {}

/** Options of {@link globalAveragePooling2d} and the other global pooling layers. */
export interface GlobalPoolingOptions extends LayerOptions {
  /** True keeps the pooled axes with size 1. Default false. */
  readonly keepDims?: boolean;
}

const globalTable = { keepDims: flag(false) } satisfies LayerTable<GlobalPoolingOptions>;

/**
 * The largest value of each window, x (N, H, W, C) → y (N, oH, oW, C). Defaults: poolSize 2, strides as poolSize,
 * padding "valid".
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when x has another rank, or the window is larger than the padded input
 */
export function maxPooling2d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("maxPooling2d", options, 2, maxPool2d);
}

/**
 * The largest value of each window. x (N, T, C) → y (N, oT, C). A mask ends here; padded steps are pooled like others.
 * Options and errors: {@link maxPooling2d}.
 */
export function maxPooling1d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("maxPooling1d", options, 1, maxPool1d);
}

/**
 * The largest value of each window of a volume, or of a film. x (N, D, H, W, C) → y (N, oD, oH, oW, C). Options and
 * errors: {@link maxPooling2d}.
 */
export function maxPooling3d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("maxPooling3d", options, 3, maxPool3d);
}

/**
 * The mean of each window without its padding. x (N, H, W, C) → y (N, oH, oW, C). Options and errors:
 * {@link maxPooling2d}.
 */
export function averagePooling2d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("averagePooling2d", options, 2, averagePool2d);
}

/**
 * The mean of each window without what `padding` adds. x (N, T, C) → y (N, oT, C). Masks as with {@link maxPooling1d};
 * options and errors: {@link maxPooling2d}.
 */
export function averagePooling1d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("averagePooling1d", options, 1, averagePool1d);
}

/**
 * The mean of each window of a volume without its padding. x (N, D, H, W, C) → y (N, oD, oH, oW, C). Options and errors:
 * {@link maxPooling2d}.
 */
export function averagePooling3d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("averagePooling3d", options, 3, averagePool3d);
}

/**
 * The mean of each channel, x (N, H, W, C) → y (N, C), or (N, 1, 1, C) with keepDims.
 * @throws {ShapeError} when x has another rank
 */
export function globalAveragePooling2d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalAveragePooling2d", options, ["H", "W"], globalAveragePool2d, maskedMean);
}

/**
 * The mean of each feature over the steps that count, 0 if none does. x (N, T, C) → y (N, C), or (N, 1, C) with
 * keepDims.
 * @throws {ShapeError} when x has another rank
 */
export function globalAveragePooling1d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalAveragePooling1d", options, ["T"], globalAveragePool1d, maskedMean);
}

/**
 * The mean of each channel over a volume, x (N, D, H, W, C) → y (N, C), or (N, 1, 1, 1, C) with keepDims; of a film,
 * over the frames that count.
 * @throws {ShapeError} when x has another rank
 */
export function globalAveragePooling3d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalAveragePooling3d", options, ["D", "H", "W"], globalAveragePool3d, maskedMean);
}

/**
 * The largest value of each channel, x (N, H, W, C) → y (N, C), or (N, 1, 1, C) with keepDims.
 * @throws {ShapeError} when x has another rank
 */
export function globalMaxPooling2d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalMaxPooling2d", options, ["H", "W"], globalMaxPool2d, maskedMax);
}

/**
 * The largest value of each feature over the steps that count, 0 if none does. x (N, T, C) → y (N, C), or (N, 1, C)
 * with keepDims.
 * @throws {ShapeError} when x has another rank
 */
export function globalMaxPooling1d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalMaxPooling1d", options, ["T"], globalMaxPool1d, maskedMax);
}

/**
 * The largest value of each channel over a volume, x (N, D, H, W, C) → y (N, C), or (N, 1, 1, 1, C) with keepDims; of a
 * film, over the frames that count.
 * @throws {ShapeError} when x has another rank
 */
export function globalMaxPooling3d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalMaxPooling3d", options, ["D", "H", "W"], globalMaxPool3d, maskedMax);
}

class WindowPooling extends TableLayer<Values<PoolTable>> {
  readonly #op: (x: Tensor, options: PoolOptions) => Tensor;
  readonly #pooling: Pooling;

  constructor(kind: string, options: PoolingOptions, axes: 1 | 2 | 3, op: (x: Tensor, options: PoolOptions) => Tensor) {
    super(kind, options, poolTable(axes));
    this.#op = op;
    this.#pooling = poolingOf(kind, this.given, axes);
  }

  override get options(): PoolOptions & Readonly<Record<string, unknown>> {
    const { poolSize, strides, padding } = this.#pooling;
    return { poolSize, strides, padding };
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return pooledShape(this.#pooling, oneInput(this.kind, inputShapes));
  }

  override call([x]: readonly Tensor[]): Tensor {
    return this.#op(x, this.options);
  }
}

class GlobalPooling extends TableLayer<Values<typeof globalTable>> {
  /** The letters of the axes that are pooled. */
  readonly #axes: readonly string[];
  readonly #op: (x: Tensor, options: ReduceOptions) => Tensor;
  /** The same over the steps that count, keeping the axes. */
  readonly #masked: (x: Tensor, w: Tensor, axes: readonly number[]) => Tensor;

  constructor(
    kind: string,
    options: GlobalPoolingOptions,
    axes: readonly string[],
    op: (x: Tensor, options: ReduceOptions) => Tensor,
    masked: (x: Tensor, w: Tensor, axes: readonly number[]) => Tensor,
  ) {
    super(kind, options, globalTable);
    this.#axes = axes;
    this.#op = op;
    this.#masked = masked;
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    checkRank(this.kind, "x", ["N", ...shape], `[N, ${this.#axes.join(", ")}, C]`);
    return [...(this.given.keepDims ? this.#axes.map(() => 1) : []), shape.at(-1)!];
  }

  override call([x]: readonly Tensor[], { masks: [mask] }: CallContext): Tensor {
    if (mask === undefined) return this.#op(x, this.given);
    const pooled = this.#masked(x, factorsOf(mask, x.rank), this.#axes.map((_, i) => i + 1)); // prettier-ignore
    return this.given.keepDims ? pooled : reshape(pooled, [x.shape[0], x.shape.at(-1)!]);
  }
}
