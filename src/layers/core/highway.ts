/**
 * The highway layer: a learnt gate lets its input pass or takes the transformed one. Letters: N batch, F features.
 * Source: Srivastava, Greff, Schmidhuber 2015, "Highway networks".
 */
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { constant, glorotUniform, zeros } from "../../initializers/index.js";
import { type Activation, checkActivation } from "../../ops/pointwise/activate.js";
import { add, mul, sub } from "../../ops/pointwise/arithmetic.js";
import { dense } from "../../ops/product/dense.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Layer, type LayerOptions, type Parameter, oneInput } from "../layer.js";
import { checkInitializer, checkLayerOptions, checkRegularizer } from "../options.js";

/** Options of {@link highway}. */
export interface HighwayOptions extends LayerOptions {
  /** f of the transformed input. Default "relu". */
  readonly activation?: Activation;
  /** Of both kernels. Default glorotUniform(). */
  readonly kernelInitializer?: Initializer;
  /** Default zeros(). */
  readonly biasInitializer?: Initializer;
  /** Of the gate's bias: negative values let the input pass at first, so that deep networks train. Default constant({ value: −2 }). */
  readonly gateBiasInitializer?: Initializer;
  /** Of both kernels. */
  readonly kernelRegularizer?: Regularizer;
}

/**
 * y = t ⊙ h + (1 − t) ⊙ x with h = f(x·W + b) and the gate t = σ(x·W_t + b_t), on the last axis.
 *
 * x (N, …, F) → y of the same shape; parameters kernel, gateKernel (F, F), bias, gateBias (F).
 * Errors: UsageError for an option; ShapeError for an input of rank 0.
 */
export function highway(options: HighwayOptions = {}): Layer {
  return new Highway(options);
}

class Highway extends Layer {
  readonly kind = "highway";
  readonly #options: HighwayOptions;
  #kernel!: Parameter;
  #bias!: Parameter;
  #gateKernel!: Parameter;
  #gateBias!: Parameter;

  constructor(options: HighwayOptions) {
    super(options);
    const initializers = ["kernelInitializer", "biasInitializer", "gateBiasInitializer"] as const;
    checkLayerOptions("highway", options, ["activation", ...initializers, "kernelRegularizer"]);
    checkActivation("highway", options.activation ?? "relu");
    for (const name of initializers) checkInitializer("highway", name, options[name]);
    checkRegularizer("highway", "kernelRegularizer", options.kernelRegularizer);
    this.#options = options;
  }

  override get options(): Readonly<Record<string, unknown>> {
    const {
      activation = "relu",
      kernelInitializer,
      biasInitializer,
      gateBiasInitializer,
      kernelRegularizer,
    } = this.#options;
    return {
      activation,
      kernelInitializer: (kernelInitializer ?? glorotUniform()).config,
      biasInitializer: (biasInitializer ?? zeros()).config,
      gateBiasInitializer: (gateBiasInitializer ?? constant({ value: -2 })).config,
      ...(kernelRegularizer && { kernelRegularizer: kernelRegularizer.config }),
    };
  }

  override get outputActivation(): undefined {
    return undefined; // a mixture of the activation's values and the inputs
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput("highway", inputShapes);
    if (shape.length > 0) return shape;
    throw new ShapeError(message("highway", "no feature axis", { expected: "[N, …, F]", got: showShape(["N"]) }));
  }

  protected override build(inputShapes: readonly Shape[]): void {
    const { kernelInitializer, biasInitializer, gateBiasInitializer, kernelRegularizer: regularizer } = this.#options;
    const features = oneInput("highway", inputShapes).at(-1)!;
    const kernel = { shape: [features, features], initializer: kernelInitializer ?? glorotUniform(), regularizer };
    const bias = { shape: [features], decays: false };
    this.#kernel = this.declare({ ...kernel, name: "kernel" });
    this.#bias = this.declare({ ...bias, name: "bias", initializer: biasInitializer ?? zeros() });
    this.#gateKernel = this.declare({ ...kernel, name: "gateKernel" });
    const initializer = gateBiasInitializer ?? constant({ value: -2 });
    this.#gateBias = this.declare({ ...bias, name: "gateBias", initializer });
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[]): Tensor {
    const h = dense(x, this.#kernel.value, this.#bias.value, this.#options.activation ?? "relu");
    const t = dense(x, this.#gateKernel.value, this.#gateBias.value, "sigmoid");
    return add(x, mul(t, sub(h, x)));
  }
}
