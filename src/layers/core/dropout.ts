/** Dropout: in training, zeroes a random part and scales the rest so that the mean stays; otherwise does nothing. Source: Srivastava et al. 2014. */
import { dropout as dropoutOp } from "../../ops/pointwise/dropout.js";
import { number, type Values } from "../../options.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type CallContext, type Layer, type LayerOptions, oneInput } from "../layer.js";
import { type LayerTable, TableLayer } from "../tableLayer.js";

/** Options of {@link dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** Part of the elements that is zeroed, 0 ≤ rate < 1. */
  readonly rate: number;
}

/** The options of layers that drop something. */
export const dropoutTable = { rate: number("[0, 1)") } satisfies LayerTable<DropoutOptions>;

/**
 * In training y = x ⊙ keep / (1 − rate) with keep = 0 at a random `rate` of the elements; otherwise y = x.
 * x (N, …) → y of the same shape. Which elements: the model's generator, so that a seed gives the same bits.
 * Errors: UsageError for a rate outside [0, 1).
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
