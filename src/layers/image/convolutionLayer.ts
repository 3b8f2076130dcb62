/**
 * What convolution layers share: their options, and their parameters, kernels and a bias.
 * Letters: N batch, H W an image, D its frames, T a sequence, C channels, O filters, k… the sizes of the kernel.
 * Does not compute: each layer says its kernels' shapes and its op.
 */
import type { Constraint } from "../../constraints/constraint.js";
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { glorotUniform, zeros } from "../../initializers/index.js";
import type { Activation } from "../../ops/pointwise/activate.js";
import { type Table, type Values, flag } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type WindowPadding, sizes, windowPadding } from "../../tensor/window.js";
import { type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { type Initialized, TableLayer, activation, constraint, initializer, regularizer } from "../tableLayer.js";

/** Options of all convolution layers. Sizes are one number, or one for each axis. */
export interface ConvolutionLayerOptions extends LayerOptions {
  /** Size of the kernel. */
  readonly kernelSize: number | readonly number[];
  /** Step of the window. Default 1. */
  readonly strides?: number | readonly number[];
  /**
   * "valid" (default), "same" as in TensorFlow, one number for all sides, or for each axis a number or [before, after].
   */
  readonly padding?: WindowPadding;
  /** The distance between the elements of a window. Default 1. */
  readonly dilationRate?: number | readonly number[];
  /** f. Default "linear". */
  readonly activation?: Activation;
  /** False leaves out the bias. Default true. */
  readonly useBias?: boolean;
  /** Default zeros(). */
  readonly biasInitializer?: Initializer | string;
  readonly biasRegularizer?: Regularizer | string;
  readonly biasConstraint?: Constraint | string;
}

/** Options of a single kernel. */
export interface KernelOptions {
  /** Default glorotUniform(). */
  readonly kernelInitializer?: Initializer | string;
  readonly kernelRegularizer?: Regularizer | string;
  readonly kernelConstraint?: Constraint | string;
}

/** The options that all convolution layers have, except those of the bias. */
export function windowTable(axes: 1 | 2 | 3) {
  return {
    kernelSize: sizes(axes),
    strides: sizes(axes, 1),
    padding: windowPadding(axes),
    dilationRate: sizes(axes, 1),
    activation: activation("linear"),
    useBias: flag(true),
  };
}

/** The options of a single kernel. */
export const kernelTable = {
  kernelInitializer: initializer(glorotUniform),
  kernelRegularizer: regularizer,
  kernelConstraint: constraint,
} satisfies Table<KernelOptions>;

/** The options of the bias. */
export const biasTable = {
  biasInitializer: initializer(zeros),
  biasRegularizer: regularizer,
  biasConstraint: constraint,
} satisfies Table<Pick<ConvolutionLayerOptions, "biasInitializer" | "biasRegularizer" | "biasConstraint">>;

/** The option values that every convolution layer has. */
export type ConvolutionValues = Omit<Values<ReturnType<typeof windowTable>>, "padding"> & Values<typeof biasTable>;

/** A convolution layer. V: the values of its options. */
export abstract class ConvolutionLayer<V extends ConvolutionValues> extends TableLayer<V> {
  #kernels: Parameter[] = [];
  #bias: Parameter | undefined;

  /**
   * The shapes of the kernels by the names of their options, in the order of the formula, and the size of the bias, for
   * an input of C channels.
   */
  protected abstract parameterShapes(C: number): {
    readonly kernels: { readonly [N in Initialized<V>]?: Shape };
    readonly bias: number;
  };

  /**
   * The shape of the output for an input of shape x, both with the batch axis.
   * @throws {ShapeError} when shapes or dtypes do not fit
   */
  protected abstract shapeFor(x: Shape): Shape;

  /** The formula. */
  protected abstract convolve(x: Tensor, kernels: readonly Tensor[], bias: Tensor | undefined): Tensor;

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (Number.isNaN(shape.at(-1))) {
      const [expected, got] = ["[N, …, C] with a known C", showShape(["N", ...shape])];
      throw new ShapeError(message(this.kind, "the number of channels is not known", { expected, got }));
    }
    return this.shapeFor([1, ...shape]).slice(1);
  }

  protected override build([shape]: readonly Shape[]): void {
    const { kernels, bias } = this.parameterShapes(shape.at(-1)!);
    this.#kernels = Object.entries(kernels as Readonly<Record<string, Shape>>).map(([name, kernelShape]) =>
      this.parameter(name as Initialized<V>, kernelShape, { name: name === "kernel" ? name : `${name}Kernel` }),
    );
    if (this.given.useBias) this.#bias = this.parameter("bias" as Initialized<V>, [bias], { decays: false });
  }

  override call([x]: readonly Tensor[]): Tensor {
    return this.convolve(
      x,
      this.#kernels.map(({ value }) => value),
      this.#bias?.value,
    );
  }
}
