/** Depthwise and separable convolution layers. Letters: convolutionLayer.ts; M outputs for each channel. */
import type { Constraint } from "../../constraints/constraint.js";
import { glorotUniform } from "../../initializers/index.js";
import type { Initializer } from "../../initializers/initializer.js";
import { windowsOf } from "../../ops/image/convolutionChecks.js";
import {
  checkDepthwise,
  depthwiseConv2d as depthwiseConv2dOp,
  separableConv2d as separableConv2dOp,
} from "../../ops/image/depthwiseConv2d.js";
import { integer, optional, type Values } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { eachAxis } from "../../tensor/window.js";
import type { Layer } from "../layer.js";
import { type LayerTable, constraint, initializer, regularizer } from "../tableLayer.js";
import { ConvolutionLayer, type ConvolutionLayerOptions, biasTable, windowTable } from "./convolutionLayer.js";

/** Options of {@link depthwiseConv2d}. */
export interface DepthwiseConv2dOptions extends ConvolutionLayerOptions {
  /** M: outputs for each channel. Default 1. */
  readonly depthMultiplier?: number;
  /** Default glorotUniform(). */
  readonly depthwiseInitializer?: Initializer | string;
  readonly depthwiseRegularizer?: Regularizer | string;
  readonly depthwiseConstraint?: Constraint | string;
}

/** Options of {@link separableConv2d}. */
export interface SeparableConv2dOptions extends DepthwiseConv2dOptions {
  /** O: the number of output channels. */
  readonly filters: number;
  /** Default glorotUniform(). */
  readonly pointwiseInitializer?: Initializer | string;
  readonly pointwiseRegularizer?: Regularizer | string;
  readonly pointwiseConstraint?: Constraint | string;
}

const depthMultiplier = optional(integer("[1, ∞)"));

const depthwise = {
  depthwiseInitializer: initializer(glorotUniform),
  depthwiseRegularizer: regularizer,
  depthwiseConstraint: constraint,
};

const depthwiseTable = {
  depthMultiplier,
  ...windowTable(2),
  ...depthwise,
  ...biasTable,
} satisfies LayerTable<DepthwiseConv2dOptions>;

const separableTable = {
  filters: integer("[1, ∞)"),
  depthMultiplier,
  ...windowTable(2),
  ...depthwise,
  pointwiseInitializer: initializer(glorotUniform),
  pointwiseRegularizer: regularizer,
  pointwiseConstraint: constraint,
  ...biasTable,
} satisfies LayerTable<SeparableConv2dOptions>;

/**
 * Depthwise convolution: convolves each channel separately. x (N, H, W, C) → y (N, oH, oW, C M); parameters
 * depthwiseKernel (kH, kW, C, M) and bias (C M).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input does not fit
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer {
  return new DepthwiseConv2d("depthwiseConv2d", options, depthwiseTable);
}

/**
 * Separable convolution: a depthwise convolution, then a mixing of channels. x (N, H, W, C) → y (N, oH, oW, O);
 * parameters depthwiseKernel (kH, kW, C, M), pointwiseKernel (1, 1, C M, O) and bias (O).
 * @throws as {@link depthwiseConv2d}
 */
export function separableConv2d(options: SeparableConv2dOptions): Layer {
  return new SeparableConv2d("separableConv2d", options, separableTable);
}

abstract class Depthwise<V extends Values<typeof depthwiseTable>> extends ConvolutionLayer<V> {
  /** [kH, kW, C, M] */
  protected kernelShape(C: number): Shape {
    const { kernelSize, depthMultiplier = 1 } = this.given;
    return [...eachAxis(this.kind, "kernelSize", kernelSize, 2), C, depthMultiplier];
  }

  /** The shape of the depthwise part's output. */
  protected override shapeFor(x: Shape): Shape {
    const kernel = this.kernelShape(x.at(-1)!);
    const { output } = checkDepthwise(this.kind, x, kernel, undefined, windowsOf(this.kind, this.given, 2));
    return [x[0], ...output, kernel[2] * kernel[3]];
  }
}

class DepthwiseConv2d extends Depthwise<Values<typeof depthwiseTable>> {
  protected override parameterShapes(C: number) {
    const kernel = this.kernelShape(C);
    return { kernels: { depthwise: kernel }, bias: kernel[2] * kernel[3] };
  }

  protected override convolve(x: Tensor, [kernel]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return depthwiseConv2dOp(x, kernel, bias, this.given);
  }
}

class SeparableConv2d extends Depthwise<Values<typeof separableTable>> {
  protected override parameterShapes(C: number) {
    const { filters } = this.given;
    const kernel = this.kernelShape(C);
    return { kernels: { depthwise: kernel, pointwise: [1, 1, kernel[2] * kernel[3], filters] }, bias: filters };
  }

  protected override shapeFor(x: Shape): Shape {
    return [...super.shapeFor(x).slice(0, 3), this.given.filters];
  }

  protected override convolve(x: Tensor, [depthwise, pointwise]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return separableConv2dOp(x, depthwise, pointwise, bias, this.given);
  }
}
