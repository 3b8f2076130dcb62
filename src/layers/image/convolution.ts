/** Convolutions of images and of sequences as layers. Letters: convolutionLayer.ts. */
import { conv1d as conv1dOp, conv2d as conv2dOp, sequenceWindows } from "../../ops/image/conv2d.js";
import { placesOf, windowsOf } from "../../ops/image/convolutionChecks.js";
import { checkInteger } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { WindowPadding } from "../../tensor/window.js";
import { ConvolutionLayer, type ConvolutionLayerOptions, type KernelOptions } from "./convolutionLayer.js";
import type { Layer } from "../layer.js";

/** Options of {@link conv2d}. */
export interface Conv2dOptions extends ConvolutionLayerOptions, KernelOptions {
  /** O: number of output channels. */
  readonly filters: number;
  /** Channels and filters are cut into so many groups, each of which sees only its own. Default 1. */
  readonly groups?: number;
}

/** Options of {@link conv1d}. */
export interface Conv1dOptions extends Omit<Conv2dOptions, "padding"> {
  /** As in conv2d, and "causal": no output sees what comes after it. Default "valid". */
  readonly padding?: WindowPadding | "causal";
}

/**
 * Two-dimensional convolution: x (N, H, W, C) → y (N, oH, oW, O); parameters kernel (kH, kW, C / groups, O) and bias (O).
 * Errors: UsageError for an option; ShapeError for an input that does not fit, also one smaller than the kernel.
 */
export function conv2d(options: Conv2dOptions): Layer {
  return new Conv2d(options);
}

/**
 * Convolution of sequences: x (N, T, C) → y (N, oT, O); parameters kernel (k, C / groups, O) and bias (O).
 * Errors: as for {@link conv2d}.
 */
export function conv1d(options: Conv1dOptions): Layer {
  return new Conv1d(options as Conv2dOptions);
}

abstract class Conv extends ConvolutionLayer<Conv2dOptions> {
  protected constructor(op: string, options: Conv2dOptions, axes: 1 | 2, words?: readonly string[]) {
    super(op, options, axes, ["kernel"], ["filters", "groups"], words);
    checkInteger(op, "filters", options.filters, "[1, ∞)");
    checkInteger(op, "groups", this.groups, "[1, ∞)");
  }

  protected get groups(): number {
    return this.given.groups ?? 1;
  }

  /** The kernel's channels: what a group has of C; a fraction where groups do not divide C, which placesOf refuses. */
  protected kernelShape(C: number): Shape {
    return [...this.kernelSize, C / this.groups, this.given.filters];
  }

  protected override parameterShapes(C: number) {
    return { kernels: [this.kernelShape(C)], bias: this.given.filters };
  }
}

class Conv2d extends Conv {
  readonly kind = "conv2d";

  constructor(options: Conv2dOptions) {
    super("conv2d", options, 2);
  }

  protected override shapeFor(x: Shape): Shape {
    const windows = windowsOf("conv2d", this.given, 2);
    const { output } = placesOf("conv2d", x, this.kernelShape(x.at(-1)!), undefined, windows, this.groups);
    return [x[0], ...output, this.given.filters];
  }

  protected override convolve(x: Tensor, [kernel]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return conv2dOp(x, kernel, bias, this.given);
  }
}

class Conv1d extends Conv {
  readonly kind = "conv1d";

  constructor(options: Conv2dOptions) {
    super("conv1d", options, 1, ["causal"]);
  }

  protected override shapeFor(x: Shape): Shape {
    const windows = sequenceWindows("conv1d", this.given, this.kernelSize[0]);
    const { output } = placesOf("conv1d", x, this.kernelShape(x.at(-1)!), undefined, windows, this.groups);
    return [x[0], ...output, this.given.filters];
  }

  protected override convolve(x: Tensor, [kernel]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return conv1dOp(x, kernel, bias, this.given);
  }
}
