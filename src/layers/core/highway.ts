/**
 * The highway layer: a learnt gate passes the input on or replaces it by a transformed one. Letters: N batch, F
 * features.
 * Source: Srivastava, Greff, Schmidhuber 2015, "Highway networks".
 */
import type { Constraint } from "../../constraints/constraint.js";
import { ShapeError, message } from "../../errors.js";
import type { Initializer } from "../../initializers/initializer.js";
import { constant, glorotUniform, zeros } from "../../initializers/index.js";
import type { Activation } from "../../ops/pointwise/activate.js";
import { add, mul, sub } from "../../ops/pointwise/arithmetic.js";
import { dense } from "../../ops/product/dense.js";
import type { Regularizer } from "../../regularizers/regularizer.js";
import type { Values } from "../../options.js";
import { type Shape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { type LayerTable, TableLayer, activation, constraint, initializer, regularizer } from "../tableLayer.js";

/** Options of {@link highway}. */
export interface HighwayOptions extends LayerOptions {
  /** f, the activation of the transformed input. Default "relu". */
  readonly activation?: Activation;
  /** For both kernels. Default glorotUniform(). */
  readonly kernelInitializer?: Initializer | string;
  /** Default zeros(). */
  readonly biasInitializer?: Initializer | string;
  /**
   * For the gate's bias. Negative values pass the input on at first, so that deep networks train. Default constant({
   * value: −2 }).
   */
  readonly gateBiasInitializer?: Initializer | string;
  /** For both kernels. */
  readonly kernelRegularizer?: Regularizer | string;
  /** For both kernels. */
  readonly kernelConstraint?: Constraint | string;
  readonly biasRegularizer?: Regularizer | string;
  readonly biasConstraint?: Constraint | string;
}

const table = {
  activation: activation("relu"),
  kernelInitializer: initializer(glorotUniform),
  biasInitializer: initializer(zeros),
  gateBiasInitializer: initializer(() => constant({ value: -2 })),
  kernelRegularizer: regularizer,
  kernelConstraint: constraint,
  biasRegularizer: regularizer,
  biasConstraint: constraint,
} satisfies LayerTable<HighwayOptions>;

/**
 * y = t ⊙ h + (1 − t) ⊙ x with h = f(x·W + b) and the gate t = σ(x·W_t + b_t), on the last axis.
 *
 * x (N, …, F) → y of the same shape; parameters kernel, gateKernel (F, F), bias, gateBias (F).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when a sample has rank 0
 */
export function highway(options: HighwayOptions = {}): Layer {
  return new Highway("highway", options, table);
}

class Highway extends TableLayer<Values<typeof table>> {
  override readonly keepsMore = true;
  #kernel!: Parameter;
  #bias!: Parameter;
  #gateKernel!: Parameter;
  #gateBias!: Parameter;

  override get outputActivation(): undefined {
    return undefined; // a mixture of the activation's values and the inputs
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    const shape = oneInput(this.kind, inputShapes);
    if (shape.length > 0) return shape;
    throw new ShapeError(
      message(this.kind, "the input has no feature axis", { expected: "[N, …, F]", got: showShape(["N"]) }),
    );
  }

  protected override build([shape]: readonly Shape[]): void {
    const features = shape.at(-1)!;
    const square = [features, features];
    this.#kernel = this.parameter("kernel", square);
    this.#bias = this.parameter("bias", [features], { decays: false });
    this.#gateKernel = this.parameter("kernel", square, { name: "gateKernel" });
    this.#gateBias = this.parameter("gateBias", [features], { decays: false });
  }

  override get stepwiseFrom(): number {
    return 3;
  }

  override call([x]: readonly Tensor[]): Tensor {
    const h = dense(x, this.#kernel.value, this.#bias.value, this.given.activation);
    const t = dense(x, this.#gateKernel.value, this.#gateBias.value, "sigmoid");
    const difference = sub(h, x);
    const change = mul(t, difference);
    const y = add(x, change);
    for (const one of [h, t, difference, change]) one.dispose(); // the backward pass keeps what it reads, which change is not
    return y;
  }
}
