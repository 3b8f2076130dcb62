/** Depthwise and separable convolutions as layers. Letters: convolutionLayer.ts; M outputs for each channel. */
import type { Initializer } from "../../initializers/initializer.js";
import { windowsOf } from "../../ops/image/convolutionChecks.js";
import {
  checkDepthwise,
  depthwiseConv2d as depthwiseConv2dOp,
  separableConv2d as separableConv2dOp,
} from "../../ops/image/depthwiseConv2d.js";
import { checkInteger } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { ConvolutionLayer, type ConvolutionLayerOptions } from "./convolutionLayer.js";
import type { Layer } from "../layer.js";

/** Options of {@link depthwiseConv2d}. */
export interface DepthwiseConv2dOptions extends ConvolutionLayerOptions {
  /** M: outputs for each channel. Default 1. */
  readonly depthMultiplier?: number;
  /** Default glorotUniform(). */
  readonly depthwiseInitializer?: Initializer;
  readonly depthwiseRegularizer?: Regularizer;
}

/** Options of {@link separableConv2d}. */
export interface SeparableConv2dOptions extends DepthwiseConv2dOptions {
  /** O: number of output channels. */
  readonly filters: number;
  /** Default glorotUniform(). */
  readonly pointwiseInitializer?: Initializer;
  readonly pointwiseRegularizer?: Regularizer;
}

/**
 * Depthwise convolution, each channel by itself: x (N, H, W, C) → y (N, oH, oW, C M); parameters depthwiseKernel (kH, kW, C, M) and bias (C M).
 * Errors: UsageError for an option; ShapeError for an input that does not fit.
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer {
  return new DepthwiseConv2d(options);
}

/**
 * Separable convolution, a depthwise one and then a mixing of channels: x (N, H, W, C) → y (N, oH, oW, O); parameters depthwiseKernel (kH, kW, C, M),
 * pointwiseKernel (1, 1, C M, O) and bias (O).
 * Errors: as for {@link depthwiseConv2d}.
 */
export function separableConv2d(options: SeparableConv2dOptions): Layer {
  return new SeparableConv2d(options);
}

/** The shape of the depthwise part's output. */
function depthwiseShape(
  op: string,
  x: Shape,
  kernelSize: readonly number[],
  M: number,
  options: ConvolutionLayerOptions,
): Shape {
  const C = x.at(-1)!;
  const { output } = checkDepthwise(op, x, [...kernelSize, C, M], undefined, windowsOf(op, options, 2));
  return [x[0], ...output, C * M];
}

class DepthwiseConv2d extends ConvolutionLayer<DepthwiseConv2dOptions> {
  readonly kind = "depthwiseConv2d";

  constructor(options: DepthwiseConv2dOptions) {
    super("depthwiseConv2d", options, 2, ["depthwise"], ["depthMultiplier"]);
    checkInteger("depthwiseConv2d", "depthMultiplier", this.#multiplier, "[1, ∞)");
  }

  get #multiplier(): number {
    return this.given.depthMultiplier ?? 1;
  }

  protected override parameterShapes(C: number) {
    return { kernels: [[...this.kernelSize, C, this.#multiplier]], bias: C * this.#multiplier };
  }

  protected override shapeFor(x: Shape): Shape {
    return depthwiseShape("depthwiseConv2d", x, this.kernelSize, this.#multiplier, this.given);
  }

  protected override convolve(x: Tensor, [kernel]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return depthwiseConv2dOp(x, kernel, bias, this.given);
  }
}

class SeparableConv2d extends ConvolutionLayer<SeparableConv2dOptions> {
  readonly kind = "separableConv2d";

  constructor(options: SeparableConv2dOptions) {
    super("separableConv2d", options, 2, ["depthwise", "pointwise"], ["filters", "depthMultiplier"]);
    checkInteger("separableConv2d", "filters", options.filters, "[1, ∞)");
    checkInteger("separableConv2d", "depthMultiplier", this.#multiplier, "[1, ∞)");
  }

  get #multiplier(): number {
    return this.given.depthMultiplier ?? 1;
  }

  protected override parameterShapes(C: number) {
    const { filters } = this.given;
    return {
      kernels: [
        [...this.kernelSize, C, this.#multiplier],
        [1, 1, C * this.#multiplier, filters],
      ],
      bias: filters,
    };
  }

  protected override shapeFor(x: Shape): Shape {
    const shape = depthwiseShape("separableConv2d", x, this.kernelSize, this.#multiplier, this.given);
    return [...shape.slice(0, 3), this.given.filters];
  }

  protected override convolve(x: Tensor, [depthwise, pointwise]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return separableConv2dOp(x, depthwise, pointwise, bias, this.given);
  }
}
