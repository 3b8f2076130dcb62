/** Pooling layers. Letters: N batch, H W height and width, T time, C channels; o… the output's. No parameters; the formulas are those of src/ops. */
import { ShapeError, message } from "../../errors.js";
import { averagePool1d, averagePool2d } from "../../ops/image/averagePool.js";
import {
  globalAveragePool1d,
  globalAveragePool2d,
  globalMaxPool1d,
  globalMaxPool2d,
} from "../../ops/image/globalPool.js";
import { maxPool1d, maxPool2d } from "../../ops/image/maxPool.js";
import { type PoolOptions, type Pooling, pooledShape, poolingOf } from "../../ops/image/poolGeometry.js";
import type { ReduceOptions } from "../../ops/reduce/reduce.js";
import { reshape } from "../../ops/shape/reshape.js";
import { checkBoolean } from "../../options.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type CallContext, Layer, type LayerOptions, oneInput } from "../layer.js";
import { maskedMax, maskedMean } from "../mask/maskedPooling.js";
import { factorsOf } from "../mask/masks.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link maxPooling2d} and its kin. */
export interface PoolingOptions extends LayerOptions, PoolOptions {}

/** Options of {@link globalAveragePooling2d} and its kin. */
export interface GlobalPoolingOptions extends LayerOptions {
  /** Leave the pooled axes in the shape with size 1. Default false. */
  readonly keepDims?: boolean;
}

/**
 * The largest value of each window, x (N, H, W, C) → y (N, oH, oW, C). Defaults: poolSize 2, strides as poolSize, padding "valid".
 * Errors: UsageError for an option; ShapeError for another rank, or a window larger than the padded input.
 */
export function maxPooling2d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("maxPooling2d", maxPool2d, 2, options);
}

/** The largest value of each window, x (N, T, C) → y (N, oT, C); a mask ends here, padding is numbers as others. Options and errors: {@link maxPooling2d}. */
export function maxPooling1d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("maxPooling1d", maxPool1d, 1, options);
}

/** The mean of each window without its padding, x (N, H, W, C) → y (N, oH, oW, C). Options and errors: {@link maxPooling2d}. */
export function averagePooling2d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("averagePooling2d", averagePool2d, 2, options);
}

/** The mean of each window without what `padding` adds, x (N, T, C) → y (N, oT, C); masks as {@link maxPooling1d}. Options and errors: {@link maxPooling2d}. */
export function averagePooling1d(options: PoolingOptions = {}): Layer {
  return new WindowPooling("averagePooling1d", averagePool1d, 1, options);
}

/** The mean of each channel, x (N, H, W, C) → y (N, C), or (N, 1, 1, C) with keepDims. Errors: ShapeError for another rank. */
export function globalAveragePooling2d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalAveragePooling2d", globalAveragePool2d, maskedMean, ["H", "W"], options);
}

/**
 * The mean of each feature over the steps that count, 0 where none does: x (N, T, C) → y (N, C), or (N, 1, C) with keepDims.
 * Errors: ShapeError for another rank.
 */
export function globalAveragePooling1d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalAveragePooling1d", globalAveragePool1d, maskedMean, ["T"], options);
}

/** The largest value of each channel, x (N, H, W, C) → y (N, C), or (N, 1, 1, C) with keepDims. Errors: ShapeError for another rank. */
export function globalMaxPooling2d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalMaxPooling2d", globalMaxPool2d, maskedMax, ["H", "W"], options);
}

/**
 * The largest value of each feature over the steps that count, 0 where none does: x (N, T, C) → y (N, C), or (N, 1, C) with keepDims.
 * Errors: ShapeError for another rank.
 */
export function globalMaxPooling1d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("globalMaxPooling1d", globalMaxPool1d, maskedMax, ["T"], options);
}

class WindowPooling extends Layer {
  readonly kind: string;
  readonly #op: (x: Tensor, options: PoolOptions) => Tensor;
  readonly #pooling: Pooling;

  constructor(kind: string, op: (x: Tensor, options: PoolOptions) => Tensor, axes: number, options: PoolingOptions) {
    super(options);
    checkLayerOptions(kind, options, ["poolSize", "strides", "padding"]);
    const { name: _, inputShape: __, ...own } = options;
    this.kind = kind;
    this.#op = op;
    this.#pooling = poolingOf(kind, own, axes);
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

class GlobalPooling extends Layer {
  readonly kind: string;
  readonly #op: (x: Tensor, options: ReduceOptions) => Tensor;
  /** The same over the steps that count; the axes stay. */
  readonly #masked: (x: Tensor, w: Tensor, axes: readonly number[]) => Tensor;
  /** Letters of the axes that are pooled. */
  readonly #axes: readonly string[];
  readonly #keepDims: boolean;

  constructor(
    kind: string,
    op: (x: Tensor, options: ReduceOptions) => Tensor,
    masked: (x: Tensor, w: Tensor, axes: readonly number[]) => Tensor,
    axes: readonly string[],
    options: GlobalPoolingOptions,
  ) {
    super(options);
    checkLayerOptions(kind, options, ["keepDims"]);
    checkBoolean(kind, "keepDims", options.keepDims ?? false);
    this.kind = kind;
    this.#op = op;
    this.#masked = masked;
    this.#axes = axes;
    this.#keepDims = options.keepDims ?? false;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { keepDims: this.#keepDims };
  }

  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (shape.length !== this.#axes.length + 1) {
      const [expected, got] = [
        ["N", ...this.#axes, "C"],
        ["N", ...shape],
      ].map(showShape);
      throw new ShapeError(message(this.kind, "wrong rank", { expected: `x ${expected}`, got: `x ${got}` }));
    }
    return [...(this.#keepDims ? this.#axes.map(() => 1) : []), shape.at(-1)!];
  }

  override call([x]: readonly Tensor[], { masks: [mask] }: CallContext): Tensor {
    if (mask === undefined) return this.#op(x, { keepDims: this.#keepDims });
    const pooled = this.#masked(x, factorsOf(mask, x.rank), this.#axes.map((_, i) => i + 1)); // prettier-ignore
    return this.#keepDims ? pooled : reshape(pooled, [x.shape[0], x.shape.at(-1)!]);
  }
}
