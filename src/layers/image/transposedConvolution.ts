/** The transposed convolution layer. Letters: convolutionLayer.ts. */
import {
  conv2dTranspose as conv2dTransposeOp,
  transposedPlaces,
  transposedWindows,
} from "../../ops/image/conv2dTranspose.js";
import { type Values, integer, unchecked } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { eachAxis } from "../../tensor/window.js";
import type { Layer } from "../layer.js";
import type { LayerTable } from "../tableLayer.js";
import {
  ConvolutionLayer,
  type ConvolutionLayerOptions,
  type KernelOptions,
  biasTable,
  kernelTable,
  windowTable,
} from "./convolutionLayer.js";

/** Options of {@link conv2dTranspose}. */
export interface Conv2dTransposeOptions extends ConvolutionLayerOptions, KernelOptions {
  /** O: the number of output channels. */
  readonly filters: number;
  /**
   * Rows and columns of output added at the end, fewer than the strides. Default: as many as give H · stride for
   * "same", at least that for "valid", and none for numbers.
   */
  readonly outputPadding?: number | readonly number[];
}

const table = {
  filters: integer("[1, ∞)"),
  outputPadding: unchecked<number | readonly number[] | undefined>(), // transposedWindows compares it with the strides
  ...windowTable(2),
  ...kernelTable,
  ...biasTable,
} satisfies LayerTable<Conv2dTransposeOptions>;

/**
 * Transposed convolution, which enlarges images by its strides: x (N, H, W, C) → y (N, oH, oW, O); parameters kernel
 * (kH, kW, O, C) and bias (O).
 * @throws {UsageError} when an option is out of range, or strides and dilationRate both exceed 1
 * @throws {ShapeError} when the input does not fit
 */
export function conv2dTranspose(options: Conv2dTransposeOptions): Layer {
  return new Conv2dTranspose("conv2dTranspose", options, table);
}

class Conv2dTranspose extends ConvolutionLayer<Values<typeof table>> {
  readonly #windows = transposedWindows(this.kind, this.given);

  #kernelShape(C: number): Shape {
    return [...eachAxis(this.kind, "kernelSize", this.given.kernelSize, 2), this.given.filters, C];
  }

  protected override parameterShapes(C: number) {
    return { kernels: { kernel: this.#kernelShape(C) }, bias: this.given.filters };
  }

  protected override shapeFor(x: Shape): Shape {
    const { output } = transposedPlaces(this.kind, x, this.#kernelShape(x.at(-1)!), undefined, this.#windows);
    return [x[0], ...output, this.given.filters];
  }

  protected override convolve(x: Tensor, [kernel]: readonly Tensor[], bias: Tensor | undefined): Tensor {
    return conv2dTransposeOp(x, kernel, bias, this.given);
  }
}
