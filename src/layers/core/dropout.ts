/**
 * Dropout: in training, zeroes a random fraction of the elements and scales the rest so that the mean stays. Source:
 * Srivastava et al. 2014.
 */
import { dropout as dropoutOp } from "../../ops/pointwise/dropout.js";
import { number, type Values } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../callContext.js";
import { type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** The fraction of elements that is zeroed, 0 ≤ rate < 1. */
  readonly rate: number;
}

/** The options of layers that drop elements or units. */
export const dropoutTable = { rate: number("[0, 1)") } satisfies LayerTable<DropoutOptions>;

/**
 * In training y = x ⊙ keep / (1 − rate), with keep = 0 for a random fraction `rate` of the elements; otherwise y = x.
 * x (N, …) → y of the same shape. The model's generator decides which elements, so a seed gives the same bits.
 * @throws {UsageError} when rate is outside [0, 1)
 */
export function dropout(options: DropoutOptions): Layer {
  return new Dropout("dropout", options, dropoutTable);
}

class Dropout extends TableLayer<Values<typeof dropoutTable>> {
  override get outputActivation(): string {
    return "same";
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return oneInput(this.kind, inputShapes);
  }

  override get stepwiseFrom(): number {
    return 2;
  }

  override call([x]: readonly Tensor[], { training, random, stream }: CallContext): Tensor {
    const { rate } = this.given;
    return training && rate > 0 ? dropoutOp(x, rate, random, stream) : x;
  }
}
