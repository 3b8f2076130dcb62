/** Activations with a number of their own, as layers: leakyRelu, elu. Letters: N batch. */
import { elu as eluOf, leakyRelu as leakyReluOf } from "../../ops/pointwise/activationFunctions.js";
import { number, type Values } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link leakyRelu}. */
export interface LeakyReluOptions extends LayerOptions {
  /** The slope below 0, ≥ 0. Default 0.2. */
  readonly slope?: number;
}

/** Options of {@link elu}. */
export interface EluOptions extends LayerOptions {
  /** Where it ends below 0: at −alpha, ≥ 0. Default 1. */
  readonly alpha?: number;
}

const leakyReluTable = { slope: number("[0, ∞)", 0.2) } satisfies LayerTable<LeakyReluOptions>;
const eluTable = { alpha: number("[0, ∞)", 1) } satisfies LayerTable<EluOptions>;

/**
 * y = x for x > 0, else slope · x. x (N, …) → y of the same shape. As the activation of a layer, computed with
 * the bias, it is "leakyRelu(0.1)".
 * @throws {UsageError} when slope is below 0
 */
export function leakyRelu(options: LeakyReluOptions = {}): Layer {
  return new LeakyRelu("leakyRelu", options, leakyReluTable);
}

/**
 * y = x for x > 0, else alpha · (eˣ − 1). x (N, …) → y of the same shape. As the activation of a layer,
 * computed with the bias, it is "elu(0.5)".
 * @throws {UsageError} when alpha is below 0
 */
export function elu(options: EluOptions = {}): Layer {
  return new Elu("elu", options, eluTable);
}

/** What both have in common. */
abstract class Elementwise<V extends object> extends TableLayer<V> {
  override get outputActivation(): string {
    return this.kind;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return oneInput(this.kind, inputShapes);
  }

  override get stepwiseFrom(): number {
    return 2;
  }
}

class LeakyRelu extends Elementwise<Values<typeof leakyReluTable>> {
  override call([x]: readonly Tensor[]): Tensor {
    return leakyReluOf(x, this.given.slope);
  }
}

class Elu extends Elementwise<Values<typeof eluTable>> {
  override call([x]: readonly Tensor[]): Tensor {
    return eluOf(x, this.given.alpha);
  }
}
