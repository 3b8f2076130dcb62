/** An activation function as a layer of its own. */
import { type Activation, activate, checkActivation } from "../../ops/pointwise/activate.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Layer, type LayerOptions, oneInput } from "../layer.js";
import { checkLayerOptions } from "../options.js";

/** Options of {@link activation}. */
export interface ActivationOptions extends LayerOptions {
  readonly activation: Activation;
}

/**
 * y = f(x), elementwise (softmax: over the last axis). x (N, …) → y of the same shape.
 * Errors: UsageError for an unknown activation.
 */
export function activation(options: ActivationOptions): Layer {
  return new ActivationLayer(options);
}

class ActivationLayer extends Layer {
  readonly kind = "activation";
  readonly #activation: Activation;

  constructor(options: ActivationOptions) {
    super(options);
    checkLayerOptions("activation", options, ["activation"]);
    checkActivation("activation", options.activation);
    this.#activation = options.activation;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { activation: this.#activation };
  }

  override get outputActivation(): string {
    return this.#activation === "linear" ? "same" : this.#activation;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return oneInput("activation", inputShapes);
  }

  override get stepwiseFrom(): number {
    return this.#activation === "softmax" ? 3 : 2;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return activate(x, this.#activation);
  }
}
