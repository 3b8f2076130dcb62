/** The fully connected layer: y = f(x·W + b). Letters: N batch, I inputs, O units. */
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { glorotUniform, zeros } from "../../initializers/index.js";
import { type Activation, checkActivation } from "../../ops/pointwise/activate.js";
import { dense as denseOp } from "../../ops/product/dense.js";
import { checkBoolean, checkInteger } from "../../options.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Layer, type LayerOptions, type Parameter, oneInput } from "../layer.js";
import { checkInitializer, checkLayerOptions, checkRegularizer } from "../options.js";

/** Options of {@link dense}. */
export interface DenseOptions extends LayerOptions {
  /** O: size of the output, ≥ 1. */
  readonly units: number;
  /** f. Default "linear". */
  readonly activation?: Activation;
  /** False leaves b out. Default true. */
  readonly useBias?: boolean;
  /** Default glorotUniform(). */
  readonly kernelInitializer?: Initializer;
  /** Default zeros(). */
  readonly biasInitializer?: Initializer;
  readonly kernelRegularizer?: Regularizer;
  readonly biasRegularizer?: Regularizer;
}

/**
 * A fully connected layer, y = f(x·W + b), on the last axis of its input.
 *
 * x (N, …, I) → y (N, …, O); parameters kernel W (I, O) and bias b (O).
 * Errors: UsageError for an option; ShapeError for an input of rank 0.
 */
export function dense(options: DenseOptions): Layer {
  return new Dense(options);
}

class Dense extends Layer {
  readonly kind = "dense";
  readonly #options: DenseOptions;
  #kernel!: Parameter;
  #bias: Parameter | undefined;

  constructor(options: DenseOptions) {
    super(options);
    checkLayerOptions("dense", options, [
      "units",
      "activation",
      "useBias",
      "kernelInitializer",
      "biasInitializer",
      "kernelRegularizer",
      "biasRegularizer",
    ]);
    checkInteger("dense", "units", options.units, "[1, ∞)");
    checkActivation("dense", options.activation ?? "linear");
    checkBoolean("dense", "useBias", options.useBias ?? true);
    for (const name of ["kernelInitializer", "biasInitializer"] as const)
      checkInitializer("dense", name, options[name]);
    for (const name of ["kernelRegularizer", "biasRegularizer"] as const)
      checkRegularizer("dense", name, options[name]);
    this.#options = options;
  }

  override get options(): Readonly<Record<string, unknown>> {
    const { units, activation = "linear", useBias = true, ...values } = this.#options;
    return {
      units,
      activation,
      useBias,
      kernelInitializer: (values.kernelInitializer ?? glorotUniform()).config,
      biasInitializer: (values.biasInitializer ?? zeros()).config,
      ...(values.kernelRegularizer && { kernelRegularizer: values.kernelRegularizer.config }),
      ...(values.biasRegularizer && { biasRegularizer: values.biasRegularizer.config }),
    };
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput("dense", inputShapes);
    if (shape.length === 0) {
      const hint = "Write samples of one number as [[1], [2], …].";
      throw new ShapeError(message("dense", "no feature axis", { expected: "[N, …, I]", got: showShape(["N"]), hint }));
    }
    return [...shape.slice(0, -1), this.#options.units];
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const {
      units,
      useBias = true,
      kernelInitializer,
      biasInitializer,
      kernelRegularizer,
      biasRegularizer,
    } = this.#options;
    const inputs = oneInput("dense", inputShapes).at(-1)!;
    this.#kernel = this.declare({
      name: "kernel",
      shape: [inputs, units],
      initializer: kernelInitializer ?? glorotUniform(),
      regularizer: kernelRegularizer,
    });
    if (!useBias) return;
    this.#bias = this.declare({
      name: "bias",
      shape: [units],
      initializer: biasInitializer ?? zeros(),
      regularizer: biasRegularizer,
      decays: false,
    });
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return denseOp(x, this.#kernel.value, this.#bias?.value, this.#options.activation ?? "linear");
  }
}
