/** An activation function as a layer of its own. */
import { type Activation, activate } from "../../ops/pointwise/activate.js";
import type { Values } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer, activation as activationOption } from "../tableLayer.js";

/** Options of {@link activation}. */
export interface ActivationOptions extends LayerOptions {
  readonly activation: Activation;
}

const table = { activation: activationOption() } satisfies LayerTable<ActivationOptions>;

/**
 * y = f(x), elementwise; softmax runs over the last axis. x (N, …) → y of the same shape.
 * @throws {UsageError} when the activation is unknown
 */
export function activation(options: ActivationOptions): Layer {
  return new ActivationLayer("activation", options, table);
}

class ActivationLayer extends TableLayer<Values<typeof table>> {
  override get outputActivation(): string {
    const { activation } = this.given;
    return activation === "linear" ? "same" : activation;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return oneInput(this.kind, inputShapes);
  }

  override get stepwiseFrom(): number {
    return this.given.activation === "softmax" ? 3 : 2;
  }

  override call([x]: readonly Tensor[]): Tensor {
    return activate(x, this.given.activation);
  }
}
