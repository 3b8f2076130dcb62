/** Transposed convolution as a layer. Letters: convolutionLayer.ts. */
import {
  conv2dTranspose as conv2dTransposeOp,
  transposedPlaces,
  transposedWindows,
} from "../../ops/image/conv2dTranspose.js";
import { checkInteger } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { ConvolutionLayer, type ConvolutionLayerOptions, type KernelOptions } from "./convolutionLayer.js";
import type { Layer } from "../layer.js";

/** Options of {@link conv2dTranspose}. */
export interface Conv2dTransposeOptions extends ConvolutionLayerOptions, KernelOptions {
  /** O: number of output channels. */
  readonly filters: number;
  /**
   * Rows and columns of output added at the end, less than the strides. Default: as many as give H · stride for "same", at least that for "valid", none
   * for numbers.
   */
  readonly outputPadding?: number | readonly number[];
}

/**
 * Transposed convolution, which enlarges images by its strides: x (N, H, W, C) → y (N, oH, oW, O); parameters kernel (kH, kW, O, C) and bias (O).
 * Errors: UsageError for an option, also for strides and dilation together; ShapeError for an input that does not fit.
 */
export function conv2dTranspose(options: Conv2dTransposeOptions): Layer {
  return new Conv2dTranspose(options);
}

class Conv2dTranspose extends ConvolutionLayer<Conv2dTransposeOptions> {
  readonly kind = "conv2dTranspose";

  constructor(options: Conv2dTransposeOptions) {
    super("conv2dTranspose", options, 2, ["kernel"], ["filters", "outputPadding"]);
    checkInteger("conv2dTranspose", "filters", options.filters, "[1, ∞)");
    transposedWindows("conv2dTranspose", options);
  }

  #kernelShape(C: number): Shape {
    return [...this.kernelSize, this.given.filters, C];
  }

  protected override parameterShapes(C: number) {
    return { kernels: [this.#kernelShape(C)], bias: this.given.filters };
  }

  protected override shapeFor(x: Shape): Shape {
    const windows = transposedWindows("conv2dTranspose", this.given);
    const { output } = transposedPlaces("conv2dTranspose", x, this.#kernelShape(x.at(-1)!), undefined, windows);
    return [x[0], ...output, this.given.filters];
  }

  protected override convolve(x: Tensor, [kernel]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return conv2dTransposeOp(x, kernel, bias, this.given);
  }
}
