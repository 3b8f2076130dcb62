/** Convolution layers for images, sequences and volumes. Letters: convolutionLayer.ts. */
import { conv1d as conv1dOp, conv2d as conv2dOp, sequenceWindows } from "../../ops/image/conv2d.js";
import { conv3d as conv3dOp } from "../../ops/image/conv3d.js";
import { placesOf, windowsOf } from "../../ops/image/convolutionChecks.js";
import { type Option, type Values, integer, optional } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type WindowPadding, eachAxis, windowPadding } from "../../tensor/window.js";
import type { Layer } from "../layer.js";
import type { LayerTable } from "../tableLayer.js";
import {
  ConvolutionLayer,
  type ConvolutionLayerOptions,
  type ConvolutionValues,
  type KernelOptions,
  biasTable,
  kernelTable,
  windowTable,
} from "./convolutionLayer.js";

/** Options of {@link conv2d}. */
export interface Conv2dOptions extends ConvolutionLayerOptions, KernelOptions {
  /** O: the number of output channels. */
  readonly filters: number;
  /**
   * The number of groups that channels and filters are divided into; each group sees only its own channels. Default 1.
   */
  readonly groups?: number;
}

/** Options of {@link conv3d}. */
export interface Conv3dOptions extends ConvolutionLayerOptions, KernelOptions {
  /** O: the number of output channels. */
  readonly filters: number;
}

/** Options of {@link conv1d}. */
export interface Conv1dOptions extends Omit<Conv2dOptions, "padding"> {
  /** As in conv2d, or "causal": no output sees later steps. Default "valid". */
  readonly padding?: WindowPadding | "causal";
}

const own = { filters: integer("[1, ∞)"), groups: optional(integer("[1, ∞)")) };

const imageTable = { ...own, ...windowTable(2), ...kernelTable, ...biasTable } satisfies LayerTable<Conv2dOptions>;

const volumeTable = {
  filters: own.filters,
  ...windowTable(3),
  ...kernelTable,
  ...biasTable,
} satisfies LayerTable<Conv3dOptions>;

const causalPadding: Option<WindowPadding | "causal"> = (op, name, value) =>
  value === "causal" ? value : windowPadding(1)(op, name, value);

const sequenceTable = {
  ...own,
  ...{ ...windowTable(1), padding: causalPadding },
  ...kernelTable,
  ...biasTable,
} satisfies LayerTable<Conv1dOptions>;

/**
 * Two-dimensional convolution: x (N, H, W, C) → y (N, oH, oW, O); parameters kernel (kH, kW, C / groups, O) and bias
 * (O).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input does not fit, or is smaller than the kernel
 */
export function conv2d(options: Conv2dOptions): Layer {
  return new Conv2d("conv2d", options, imageTable);
}

/**
 * Three-dimensional convolution, of volumes or of the frames of a film: x (N, D, H, W, C) → y (N, oD, oH, oW, O);
 * parameters kernel (kD, kH, kW, C, O) and bias (O).
 * @throws as {@link conv2d}
 */
export function conv3d(options: Conv3dOptions): Layer {
  return new Conv3d("conv3d", options, volumeTable);
}

/**
 * Convolution of sequences: x (N, T, C) → y (N, oT, O); parameters kernel (k, C / groups, O) and bias (O).
 * @throws as {@link conv2d}
 */
export function conv1d(options: Conv1dOptions): Layer {
  return new Conv1d("conv1d", options, sequenceTable);
}

abstract class Conv<
  V extends ConvolutionValues & { readonly filters: number; readonly groups?: number | undefined },
> extends ConvolutionLayer<V> {
  protected abstract readonly kernelSize: readonly number[];

  protected get groups(): number {
    return this.given.groups ?? 1;
  }

  /**
   * The kernel's shape, with the channels of one group. A fraction if groups does not divide C, which placesOf refuses.
   */
  protected kernelShape(C: number): Shape {
    return [...this.kernelSize, C / this.groups, this.given.filters];
  }

  protected override parameterShapes(C: number) {
    return { kernels: { kernel: this.kernelShape(C) }, bias: this.given.filters };
  }
}

class Conv2d extends Conv<Values<typeof imageTable>> {
  protected readonly kernelSize = eachAxis(this.kind, "kernelSize", this.given.kernelSize, 2);

  protected override shapeFor(x: Shape): Shape {
    const windows = windowsOf(this.kind, this.given, 2);
    const { output } = placesOf(this.kind, x, this.kernelShape(x.at(-1)!), undefined, windows, this.groups);
    return [x[0], ...output, this.given.filters];
  }

  protected override convolve(x: Tensor, [kernel]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return conv2dOp(x, kernel, bias, { ...this.given, groups: this.groups });
  }
}

class Conv1d extends Conv<Values<typeof sequenceTable>> {
  protected readonly kernelSize = eachAxis(this.kind, "kernelSize", this.given.kernelSize, 1);

  protected override shapeFor(x: Shape): Shape {
    const windows = sequenceWindows(this.kind, { ...this.given, groups: this.groups }, this.kernelSize[0]);
    const { output } = placesOf(this.kind, x, this.kernelShape(x.at(-1)!), undefined, windows, this.groups);
    return [x[0], ...output, this.given.filters];
  }

  protected override convolve(x: Tensor, [kernel]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return conv1dOp(x, kernel, bias, { ...this.given, groups: this.groups });
  }
}

class Conv3d extends Conv<Values<typeof volumeTable>> {
  override readonly keepsMore = true;
  protected readonly kernelSize = eachAxis(this.kind, "kernelSize", this.given.kernelSize, 3);

  protected override shapeFor(x: Shape): Shape {
    const windows = windowsOf(this.kind, this.given, 3);
    const { output } = placesOf(this.kind, x, this.kernelShape(x.at(-1)!), undefined, windows, 1);
    return [x[0], ...output, this.given.filters];
  }

  protected override convolve(x: Tensor, [kernel]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return conv3dOp(x, kernel, bias, this.given);
  }
}
