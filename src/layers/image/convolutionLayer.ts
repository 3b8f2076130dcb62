/**
 * What the layers of convolutions share: their options, how these are checked and stand in a file, and their parameters, kernels and a bias.
 * Letters: N batch, H W an image, T a sequence, C channels, O filters, k… the sizes of the kernel.
 * Does not compute: each layer names its kernels' shapes and its op.
 */
import type { Initializer } from "../../initializers/initializer.js";
import { glorotUniform, zeros } from "../../initializers/index.js";
import { type Activation, checkActivation } from "../../ops/pointwise/activate.js";
import { checkBoolean } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type WindowPadding, checkWindowPadding, eachAxis } from "../../tensor/window.js";
import { Layer, type LayerOptions, type Parameter, oneInput } from "../layer.js";
import { checkInitializer, checkLayerOptions, checkRegularizer } from "../options.js";

/** Options of all layers of convolutions. Sizes are one number, or one for each axis. */
export interface ConvolutionLayerOptions extends LayerOptions {
  /** Size of the kernel. */
  readonly kernelSize: number | readonly number[];
  /** Step of the window. Default 1. */
  readonly strides?: number | readonly number[];
  /** "valid" (default), "same" as in TensorFlow, one number for all sides, or for each axis a number or [before, after]. */
  readonly padding?: WindowPadding;
  /** Distance between the elements of a window. Default 1. */
  readonly dilationRate?: number | readonly number[];
  /** f. Default "linear". */
  readonly activation?: Activation;
  /** False leaves the bias out. Default true. */
  readonly useBias?: boolean;
  /** Default zeros(). */
  readonly biasInitializer?: Initializer;
  readonly biasRegularizer?: Regularizer;
}

/** Options of a single kernel. */
export interface KernelOptions {
  /** Default glorotUniform(). */
  readonly kernelInitializer?: Initializer;
  readonly kernelRegularizer?: Regularizer;
}

/** A parameter with options of its own: "depthwise" has the options depthwiseInitializer and depthwiseRegularizer. */
export type KernelName = "kernel" | "depthwise" | "pointwise";

const commonKeys = [
  ...["kernelSize", "strides", "padding", "dilationRate"],
  ...["activation", "useBias", "biasInitializer", "biasRegularizer"],
];

/** A layer of a convolution. `O` are its options. */
export abstract class ConvolutionLayer<O extends ConvolutionLayerOptions> extends Layer {
  /** Axes beside batch and channels. */
  protected readonly axes: 1 | 2;
  protected readonly given: O;
  readonly #op: string;
  readonly #names: readonly KernelName[];
  readonly #own: readonly string[];
  #kernels: Parameter[] = [];
  #bias: Parameter | undefined;

  /**
   * @param op     the kind, for messages
   * @param axes   axes beside batch and channels
   * @param names  the kernels
   * @param own    names of the options that this layer has besides, as they stand in a file
   * @param words  paddings by name that are allowed besides "same" and "valid"
   */
  protected constructor(
    op: string,
    options: O,
    axes: 1 | 2,
    names: readonly KernelName[],
    own: readonly string[],
    words: readonly string[] = [],
  ) {
    super(options);
    this.given = options;
    this.axes = axes;
    this.#op = op;
    this.#names = names;
    this.#own = own;
    const values = names.flatMap((name) => [`${name}Initializer`, `${name}Regularizer`]);
    checkLayerOptions(op, options, [...commonKeys, ...own, ...values]);
    eachAxis(op, "kernelSize", options.kernelSize, axes);
    eachAxis(op, "strides", options.strides ?? 1, axes);
    eachAxis(op, "dilationRate", options.dilationRate ?? 1, axes);
    const padding = options.padding ?? "valid";
    if (!words.includes(padding as string)) checkWindowPadding(op, padding, axes);
    checkActivation(op, options.activation ?? "linear");
    checkBoolean(op, "useBias", options.useBias ?? true);
    for (const name of [...names, "bias"] as const) {
      checkInitializer(op, `${name}Initializer`, this.#initializer(name));
      checkRegularizer(op, `${name}Regularizer`, this.#regularizer(name));
    }
  }

  override get options(): Readonly<Record<string, unknown>> {
    const { kernelSize, strides = 1, padding = "valid", dilationRate = 1, activation = "linear" } = this.given;
    const own = this.#own.map((name) => [name, this.#value(name)] as const).filter(([, value]) => value !== undefined);
    const values = ([...this.#names, "bias"] as const).flatMap((name) => {
      const [initializer, regularizer] = [this.#initializer(name), this.#regularizer(name)];
      const byDefault = name === "bias" ? zeros : glorotUniform;
      return [
        [`${name}Initializer`, (initializer ?? byDefault()).config] as const,
        ...(regularizer === undefined ? [] : [[`${name}Regularizer`, regularizer.config] as const]),
      ];
    });
    const useBias = this.given.useBias ?? true;
    const common = { kernelSize, strides, padding, dilationRate, activation, useBias };
    return { ...Object.fromEntries(own), ...common, ...Object.fromEntries(values) };
  }

  /** Shapes of the kernels, in their order, and the size of the bias, for an input of C channels. */
  protected abstract parameterShapes(C: number): { readonly kernels: readonly Shape[]; readonly bias: number };

  /** Shape of the output with the batch's axis, for an input of shape x with it. Throws ShapeError. */
  protected abstract shapeFor(x: Shape): Shape;

  /** The formula. */
  protected abstract convolve(x: Tensor, kernels: readonly Tensor[], bias: Tensor | undefined): Tensor;

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return this.shapeFor([1, ...oneInput(this.#op, inputShapes)]).slice(1);
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const { kernels, bias } = this.parameterShapes(inputShapes[0].at(-1)!);
    this.#kernels = this.#names.map((name, i) =>
      this.declare({
        name: name === "kernel" ? name : `${name}Kernel`,
        shape: kernels[i],
        initializer: this.#initializer(name) ?? glorotUniform(),
        regularizer: this.#regularizer(name),
      }),
    );
    if (this.given.useBias === false) return;
    this.#bias = this.declare({
      name: "bias",
      shape: [bias],
      initializer: this.given.biasInitializer ?? zeros(),
      regularizer: this.given.biasRegularizer,
      decays: false,
    });
  }

  override call([x]: readonly Tensor[]): Tensor {
    const kernels = this.#kernels.map(({ value }) => value);
    return this.convolve(x, kernels, this.#bias?.value);
  }

  /** kernelSize, one number an axis. */
  protected get kernelSize(): number[] {
    return eachAxis(this.#op, "kernelSize", this.given.kernelSize, this.axes);
  }

  #initializer(name: KernelName | "bias"): Initializer | undefined {
    return this.#value(`${name}Initializer`) as Initializer | undefined;
  }

  #regularizer(name: KernelName | "bias"): Regularizer | undefined {
    return this.#value(`${name}Regularizer`) as Regularizer | undefined;
  }

  #value(name: string): unknown {
    return (this.given as unknown as Readonly<Record<string, unknown>>)[name];
  }
}
